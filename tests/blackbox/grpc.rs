//! The network door from outside: the real `sne serve` on a real PostgreSQL, and a client in another language.

mod administering;
mod administration;
mod applicant;
mod calendar;
pub mod certificates;
mod competence;
mod consulted;
mod credentials;
mod fields;
mod health;
mod logged;
mod matrix;
mod outage;
mod privacy;
mod provoked;
mod roles;
mod statistics;
mod table;
mod transport;
mod under_change;
mod under_way;
mod window;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::oidc;
use crate::tidy::root;
use tests::stage::served::Served;
use tests::stage::sne::{self, Place};

/// A server on a private cluster, with the organisations of the sample.
fn of_the_sample(folder: &Path) -> Served {
    let organisations = folder.join("organisations.ndjson");
    std::fs::write(&organisations, format!("{}{}\n", synth::SAMPLE_ORGANISATIONS, statistics::READER_LINE)).unwrap();
    let place = Place::private(folder.join("data"));
    place.sne(&["org", "import", organisations.to_str().unwrap()]).ends(0);
    Served::privately(folder.join("data"))
}

/// Runs a script of `tests/grpc`, given the address and the process id of the server, and the auditor. Its tokens come from
/// `sne token` and the server's data folder.
fn client((address, server): (&str, u32), data_dir: &Path, script: &str, more: &[&str]) -> BTreeSet<String> {
    let python = client_environment();
    let (here, stubs) = (root().join("tests/grpc"), root().join("target/grpc-stubs"));
    let output = Command::new(python)
        .arg(here.join(script))
        .args([address, &server.to_string(), synth::AUDITOR])
        .args(more)
        .env("PYTHONPATH", stubs)
        .env("SNE", sne::binary())
        .env("SNE_DATA_DIR", data_dir)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{script}: {said}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The Python of the client, with its packages and the stubs made from `proto/`.
fn client_environment() -> PathBuf {
    let made = Command::new(root().join("tests/grpc/venv.sh")).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    root().join("target/grpc-venv/bin/python")
}

/// Every reason is provoked over TCP, none is left out: the enum of reasons, what the client saw, and (below) `docs/api.md`
/// are the same set.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_in_another_language_lives_a_demands_life_and_provokes_every_reason() {
    let folder = tempfile::tempdir().unwrap();
    let served = of_the_sample(folder.path());
    let mut told = client((&served.address, served.id()), served.data_dir(), "life.py", &[]);
    privacy::nobody_is_named(&served.ended());
    told.extend(provoked::reasons().await);
    told.extend(outage::without_a_database().await);
    told.extend(credentials::reasons().await);
    told.extend(tokio::task::block_in_place(certificates::reasons));
    told.insert(oidc::unbound().await);
    told.extend(administering::reasons().await);
    told.extend(applicant::reasons().await);
    let known: BTreeSet<String> = server::rows().into_iter().map(|row| row.reason).collect();
    let left: Vec<&String> = known.difference(&told).collect();
    assert!(left.is_empty(), "never provoked: {left:?}");
    let unknown: Vec<&String> = told.difference(&known).collect();
    assert!(unknown.is_empty(), "not of the enum: {unknown:?}");
}

#[test]
fn an_address_that_others_could_reach_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::private(folder.path().join("data"));
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

/// Every reason of a field stands in `docs/api.md` with its French message.
#[test]
fn every_reason_of_a_field_is_documented() {
    let text = std::fs::read_to_string(root().join("docs/api.md")).unwrap();
    let (_, table) = text.split_once("Reasons of a field").unwrap();
    for reason in demand::FieldReason::ALL {
        assert!(table.contains(&format!("`{}`", reason.code())), "{} is missing", reason.code());
        assert!(table.contains(reason.message()), "{}: {}", reason.code(), reason.message());
    }
}

/// Every setting of a territory stands in `docs/api.md` with its unit, its default and its bounds.
#[test]
fn every_setting_is_documented() {
    let text = std::fs::read_to_string(root().join("docs/api.md")).unwrap();
    for demand::Setting { name, unit, default, lowest, highest, .. } in demand::Settings::DEFAULTS {
        let row = format!("| `{name}` | {unit} | {default} | {lowest} to {highest} | ");
        assert!(text.contains(&row), "{row}");
    }
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
