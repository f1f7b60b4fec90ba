//! The real `sne serve`, in a process of its own.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::thread::JoinHandle;

use client::{Client, Tokens};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use crate::stage::discreet;
use crate::stage::sne::{Place, Ran};
use crate::stage::tokens;

/// A server. Dropped, it is told to stop, so that it stops its cluster.
pub struct Served {
    server: Child,
    place: Place,
    pub address: String,
    /// Tokens that it takes.
    pub tokens: Tokens,
    /// Where its figures are asked for.
    pub metrics: String,
    log: Option<JoinHandle<String>>,
}

impl Served {
    /// On a private cluster in a data folder.
    pub fn privately(data_dir: PathBuf) -> Self {
        Self::start(Place::private(data_dir), &[])
    }

    /// On a database of somebody else's, with the keys in a data folder.
    pub fn on(url: &str, data_dir: &Path) -> Self {
        Self::start(Place { data_dir: data_dir.to_owned(), database_url: Some(url.to_owned()) }, &[])
    }

    /// Starts it and waits until it listens.
    pub fn start(place: Place, more: &[&str]) -> Self {
        // Suites read more than anybody at a desk.
        let unbraked = ["--files-per-account", "1000000", "--files-per-organisation", "10000000"];
        let arguments = ["serve", "--listen", "127.0.0.1:0"].iter().chain(&unbraked).chain(more);
        let mut serve = place.command(arguments);
        // Tests call with its tokens, whatever database it is on.
        serve.env("SNE_DEVELOPMENT_ISSUER", "on");
        let mut server = serve.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(server.stderr.take().unwrap());
        let mut log = String::new();
        let mut said = |event: &str| {
            loop {
                let mut line = String::new();
                assert!(lines.read_line(&mut line).unwrap() > 0, "the server does not start: {log}");
                log.push_str(&line);
                match serde_json::from_str::<Value>(&line) {
                    Ok(said) if said["message"] == event => break said["address"].as_str().unwrap().to_owned(),
                    _ => {}
                }
            }
        };
        let (metrics, address) = (said("metrics"), said("listening"));
        let log = std::thread::spawn(move || {
            lines.read_to_string(&mut log).unwrap();
            log
        });
        let tokens = tokens::of_folder(&place.data_dir);
        Self { server, place, address, tokens, metrics, log: Some(log) }
    }

    /// A connection of one's own.
    pub fn client(&self) -> Client {
        Client::at(&self.address, &self.tokens).unwrap()
    }

    /// Where it keeps its keys.
    pub fn data_dir(&self) -> &Path {
        &self.place.data_dir
    }

    pub fn id(&self) -> u32 {
        self.server.id()
    }

    /// How much memory it holds.
    pub fn resident_kib(&self) -> usize {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }

    fn pid(&self) -> Pid {
        Pid::from_raw(i32::try_from(self.server.id()).unwrap())
    }

    /// Another command of the same program on the same register, which must succeed.
    pub fn sne(&self, arguments: &[&str]) -> Ran {
        self.place.sne(arguments).ends(0)
    }

    /// Waits for the end of a server that was told to stop: its whole log, which names nobody.
    pub fn ended(mut self) -> String {
        assert!(self.server.wait().unwrap().success());
        let log = self.log.take().unwrap().join().unwrap();
        discreet::names_nobody(&log);
        log
    }

    /// Tells it to stop, and waits until it has.
    pub fn stops(self) -> String {
        kill(self.pid(), Signal::SIGTERM).unwrap();
        self.ended()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        if matches!(self.server.try_wait(), Ok(None)) {
            // A server that hangs is a failure of the test itself.
            let _ = kill(self.pid(), Signal::SIGTERM);
            let _ = self.server.wait();
        }
    }
}
