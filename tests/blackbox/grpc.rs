//! The network door from outside: the real `sne serve` on a real PostgreSQL, and a client in another language.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use crate::cli::sne::Place;
use crate::tidy::root;

/// Beside the organisations of the sample: an auditor, who has no desk.
const AUDITOR: &str = "000090001";
const AUDITOR_LINE: &str = r#"{"siren":"000090001","name":"Auditeur fictif","kind":"AUDIT","territories":["006"],"since":"2012-01-01","desks":[]}"#;

/// A server with the organisations of the sample. Dropping it stops it.
struct Served {
    folder: tempfile::TempDir,
    server: Child,
    address: String,
    log: Option<JoinHandle<String>>,
}

impl Served {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let organisations = folder.path().join("organisations.ndjson");
        std::fs::write(&organisations, format!("{}{AUDITOR_LINE}\n", synth::SAMPLE_ORGANISATIONS)).unwrap();
        let place = Place::private(data_dir(folder.path()));
        place.sne(&["org", "import", organisations.to_str().unwrap()]).ends(0);
        let mut serve = place.command(["serve", "--listen", "127.0.0.1:0"]);
        let mut server = serve.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(server.stderr.take().unwrap());
        let mut log = String::new();
        let address = loop {
            let mut line = String::new();
            assert!(lines.read_line(&mut line).unwrap() > 0, "the server does not start: {log}");
            log.push_str(&line);
            match serde_json::from_str::<Value>(&line) {
                Ok(said) if said["message"] == "listening" => break said["address"].as_str().unwrap().to_owned(),
                _ => {}
            }
        };
        let log = std::thread::spawn(move || {
            lines.read_to_string(&mut log).unwrap();
            log
        });
        Self { folder, server, address, log: Some(log) }
    }

    /// A script of `tests/grpc`, given the address and the process id of the server, and the auditor.
    fn client(&self, script: &str) -> String {
        let python = client_environment();
        let (here, stubs) = (root().join("tests/grpc"), root().join("target/grpc-stubs"));
        let output = Command::new(python)
            .arg(here.join(script))
            .args([&self.address, &self.server.id().to_string(), AUDITOR])
            .env("PYTHONPATH", stubs)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{script}: {said}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Waits for the end of a server that was told to stop: its whole log.
    fn ended(mut self) -> String {
        assert!(self.server.wait().unwrap().success());
        self.log.take().unwrap().join().unwrap()
    }

    fn postmaster(&self) -> Pid {
        let file = data_dir(self.folder.path()).join("postgresql");
        let file = find(&file, "postmaster.pid").expect("the private cluster runs");
        let text = std::fs::read_to_string(file).unwrap();
        Pid::from_raw(text.lines().next().unwrap().parse().unwrap())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        if !matches!(self.server.try_wait(), Ok(None)) {
            return;
        }
        // Told first, so that it stops its cluster; a server that hangs is a failure of the test itself.
        let id = i32::try_from(self.server.id()).unwrap();
        let _ = kill(Pid::from_raw(id), Signal::SIGTERM);
        let _ = self.server.wait();
    }
}

fn data_dir(folder: &Path) -> PathBuf {
    folder.join("data")
}

fn find(folder: &Path, name: &str) -> Option<PathBuf> {
    let entries: Vec<PathBuf> = folder.read_dir().ok()?.map(|entry| entry.unwrap().path()).collect();
    let here = entries.iter().find(|path| path.file_name().is_some_and(|found| found == name));
    here.cloned().or_else(|| entries.iter().filter(|path| path.is_dir()).find_map(|path| find(path, name)))
}

/// The Python of the client, with its packages and the stubs made from `proto/`.
fn client_environment() -> PathBuf {
    let made = Command::new(root().join("tests/grpc/venv.sh")).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    root().join("target/grpc-venv/bin/python")
}

/// Reasons of `docs/api.md` that no client can provoke on a sound register over a local connection; each says there why.
const NOT_PROVOKED: &[&str] = &[
    "ALREADY_REGISTERED",
    "DEADLINE_EXCEEDED",
    "DEMAND_EXPIRED",
    "LOG_DAMAGED",
    "MALFORMED_REQUEST",
    "NOT_FOR_THE_OPERATOR",
    "NUMBERS_EXHAUSTED",
    "OPERATOR_ONLY",
    "OUTCOME_UNKNOWN",
    "PERSONAL_DATA_UNREADABLE",
    "PIECE_ALREADY_ADDED",
    "PURPOSE_NOT_ALLOWED",
    "TOO_MANY_CALLS",
    "UNREADABLE_EVENT",
    "VIEW_BEHIND",
];

#[test]
fn a_client_in_another_language_lives_a_demands_life_and_provokes_every_reason() {
    let served = Served::start();
    let told: BTreeSet<String> = serde_json::from_str(&served.client("life.py")).unwrap();
    let log = served.ended();
    let outage = Served::start();
    kill(outage.postmaster(), Signal::SIGKILL).unwrap();
    let told_without_database: BTreeSet<String> = serde_json::from_str(&outage.client("outage.py")).unwrap();
    assert_eq!(told_without_database, BTreeSet::from(["UNAVAILABLE".to_owned()]));

    let known: BTreeSet<String> = server::rows().into_iter().map(|row| row.reason).collect();
    let told: BTreeSet<String> = told.union(&told_without_database).cloned().collect();
    let left: BTreeSet<String> = known.difference(&told).cloned().collect();
    assert_eq!(left, NOT_PROVOKED.iter().map(|reason| (*reason).to_owned()).collect());
    assert!(told.is_subset(&known), "{told:?}");
    nobody_is_named(&log);
}

/// The log of the server names no household of the sample, no agent and nothing that was typed.
fn nobody_is_named(log: &str) {
    assert!(log.lines().count() > 50, "{log}");
    let mut texts = BTreeSet::from(["someone@example.org".to_owned(), "client-01".to_owned()]);
    for line in synth::SAMPLE_LIVES.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let form = &line["act"]["register"]["form"];
        let (applicant, contact) = (&form["identity"]["applicant"], &form["contact"]);
        for text in [&applicant["surname"], &applicant["birth_date"], &contact["mobile_phone"], &contact["email"]] {
            texts.extend(text.as_str().filter(|text| text.len() > 3).map(str::to_owned));
        }
    }
    assert!(texts.len() > 300);
    for text in texts {
        assert!(!log.contains(&text), "somebody's data are logged");
    }
}

#[test]
fn an_address_that_others_could_reach_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::private(data_dir(folder.path()));
    let run = place.sne(&["serve", "--listen", "0.0.0.0:0"]).ends(1);
    assert!(run.err.contains("0.0.0.0:0 serait joignable d'ailleurs"), "{}", run.err);
}

/// `docs/api.md` has one row for each reason, with its code, and none for another.
#[test]
fn every_reason_is_documented_with_its_code() {
    let text = std::fs::read_to_string(root().join("docs/api.md")).unwrap();
    let documented: BTreeSet<(String, String)> = text
        .lines()
        .filter_map(|line| {
            let mut cells = line.strip_prefix("| `")?.split('|').map(|cell| cell.trim().trim_matches('`').to_owned());
            Some((cells.next()?, cells.next()?))
                .filter(|(_, code)| code.bytes().all(|b| b.is_ascii_uppercase() || b == b'_'))
        })
        .collect();
    let known: BTreeSet<(String, String)> =
        server::rows().into_iter().map(|row| (row.reason, upper_snake(&format!("{:?}", row.code)))).collect();
    assert_eq!(documented, known);
}

fn upper_snake(camel: &str) -> String {
    let mut snake = String::new();
    for (index, c) in camel.char_indices() {
        if c.is_uppercase() && index > 0 {
            snake.push('_');
        }
        snake.push(c.to_ascii_uppercase());
    }
    snake
}

/// Every method of the interface has its section in `docs/api.md`.
#[test]
fn every_method_is_documented() {
    let text = std::fs::read_to_string(root().join("docs/api.md")).unwrap();
    let mut methods = 0;
    for file in crate::tidy::files(&root().join("proto/sne/v1"), &["proto"]) {
        for line in std::fs::read_to_string(file).unwrap().lines() {
            if let Some(rest) = line.trim().strip_prefix("rpc ") {
                let name = rest.split('(').next().unwrap();
                assert!(text.contains(&format!("### {name}\n")), "{name}");
                methods += 1;
            }
        }
    }
    assert!(methods >= 15);
}
