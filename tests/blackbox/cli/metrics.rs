//! Figures of a real server, asked for as Prometheus does.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use private_postgres::test_util::shared;
use serde_json::Value;

use super::sne::Place;
use crate::world;

/// A server on a database of its own. Dropping it stops it.
struct Served {
    server: Child,
    _folder: tempfile::TempDir,
    address: String,
    metrics: String,
}

impl Served {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (_, url) = world::new_database(shared());
        let place = Place { data_dir: folder.path().join("data"), database_url: Some(url) };
        let mut command = place.command(["serve", "--listen", "127.0.0.1:0"]);
        let mut server = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(server.stderr.take().unwrap()).lines();
        let mut said = |event: &str| {
            loop {
                let line = lines.next().expect("the server starts").unwrap();
                match serde_json::from_str::<Value>(&line) {
                    Ok(said) if said["message"] == event => break said["address"].as_str().unwrap().to_owned(),
                    _ => {}
                }
            }
        };
        let (metrics, address) = (said("metrics"), said("listening"));
        // Read on, or the server would wait for somebody who does.
        std::thread::spawn(move || lines.for_each(drop));
        Self { server, _folder: folder, address, metrics }
    }

    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.metrics).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// A call without a body, in the fewest frames that HTTP/2 allows; waits for the end of its answer.
    fn call(&self, path: &str) {
        // POST and http stand in the table of every connection.
        let mut block = vec![0x83, 0x86];
        for (name, value) in
            [(":path", path), (":authority", "localhost"), ("content-type", "application/grpc"), ("te", "trailers")]
        {
            header(&mut block, name, value);
        }
        header(&mut block, "sne-agent", "Marguerite");
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").unwrap();
        stream.write_all(&[0, 0, 0, 4, 0, 0, 0, 0, 0]).unwrap();
        // Headers of stream 1, which end both themselves and the request.
        stream.write_all(&[0, 0, u8::try_from(block.len()).unwrap(), 1, 0x05, 0, 0, 0, 1]).unwrap();
        stream.write_all(&block).unwrap();
        loop {
            let mut head = [0; 9];
            stream.read_exact(&mut head).expect("the call is answered");
            let length = u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize;
            stream.read_exact(&mut vec![0; length]).unwrap();
            if head[8] == 1 && head[4] & 1 == 1 {
                return;
            }
        }
    }
}

/// A header field as HPACK writes it without compressing.
fn header(block: &mut Vec<u8>, name: &str, value: &str) {
    block.push(0);
    for text in [name, value] {
        block.push(u8::try_from(text.len()).unwrap());
        block.extend(text.as_bytes());
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = kill(Pid::from_raw(i32::try_from(self.server.id()).unwrap()), Signal::SIGTERM);
        let _ = self.server.wait();
    }
}

/// The sum of all samples of a name.
fn sum(text: &str, name: &str) -> f64 {
    let of_name = |line: &&str| line.strip_prefix(name).is_some_and(|rest| rest.starts_with([' ', '{']));
    text.lines().filter(of_name).map(|line| line.rsplit(' ').next().unwrap().parse::<f64>().unwrap()).sum()
}

#[test]
fn figures_move_with_the_calls_and_repeat_no_word_of_a_caller() {
    let served = Served::start();
    let before = served.get("/metrics");
    assert!(before.starts_with("HTTP/1.1 200") && before.contains("application/openmetrics-text"), "{before}");
    assert_eq!(sum(&before, "sne_calls_total"), 0.0);
    for path in ["/sne.v1.RegistrationService/GetDemand", "/sne.v1.Dupont/Marguerite", "/Dupont"] {
        served.call(path);
    }
    let after = served.get("/metrics");
    assert_eq!(sum(&after, "sne_calls_total"), 3.0, "{after}");
    assert_eq!(sum(&after, "sne_call_duration_seconds_count"), 3.0, "{after}");
    assert!(after.contains(r#"sne_calls_total{method="/sne.v1.RegistrationService/GetDemand""#), "{after}");
    assert!(after.contains(r#"method="unknown",code="UNIMPLEMENTED",reason="UNKNOWN_METHOD""#), "{after}");
    for name in [
        "sne_calls_in_flight",
        "sne_replays_in_flight",
        "sne_connections",
        "sne_database_up",
        "sne_log_head_position",
        "sne_projection_position",
        "sne_projection_lag_events",
        "sne_projection_lag_seconds",
        "sne_projection_state",
        "sne_pool_connections",
        "sne_pool_idle_connections",
        "sne_build_info",
    ] {
        assert!(
            after.lines().any(|line| line.starts_with(&format!("# TYPE {} ", name.trim_end_matches("_info")))),
            "{name}: {after}"
        );
    }
    assert_eq!(sum(&after, "sne_projection_state"), 1.0, "{after}");
    for word in ["Dupont", "Marguerite"] {
        assert!(!after.contains(word), "{after}");
    }
    assert!(served.get("/").starts_with("HTTP/1.1 404"));
}
