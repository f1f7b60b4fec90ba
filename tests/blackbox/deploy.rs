//! What `deploy/` holds works: the unit, the settings of PostgreSQL, the sample of the configuration.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use private_postgres::test_util::TestCluster;
use serde_json::Value;

use crate::tidy::root;
use tests::stage::sne::{Place, binary};

/// What `systemd-analyze security` may at most find, of 100: a unit is called safe below 20.
const EXPOSURE: &str = "15";

fn deployed(name: &str) -> PathBuf {
    root().join("deploy").join(name)
}

/// The unit with the program and the file that this machine has, so that a check has something to find.
fn unit(folder: &Path) -> PathBuf {
    let text = std::fs::read_to_string(deployed("sne.service")).unwrap();
    assert!(text.contains("=/usr/bin/sne serve\n") && text.contains(":/etc/sne/sne.toml\n"));
    let text = text.replace("/usr/bin/sne", binary().to_str().unwrap());
    let path = folder.join("sne.service");
    std::fs::write(&path, text.replace("/etc/sne/sne.toml", deployed("sne.toml").to_str().unwrap())).unwrap();
    path
}

fn analyze(arguments: &[&str], unit: &Path) {
    let run = Command::new("systemd-analyze").args(arguments).arg(unit).output().expect("make deps installs systemd");
    let warned = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{}{warned}", String::from_utf8_lossy(&run.stdout));
    // An unknown setting is only warned about.
    assert!(!warned.contains("sne.service"), "{warned}");
}

#[test]
fn the_unit_is_understood_and_leaves_little_exposed() {
    let folder = tempfile::tempdir().unwrap();
    let unit = unit(folder.path());
    analyze(&["verify", "--man=no"], &unit);
    analyze(&["security", "--offline=true", "--no-pager", &format!("--threshold={EXPOSURE}")], &unit);
}

#[test]
fn the_unit_waits_for_the_longest_stop_that_can_be_configured() {
    let text = std::fs::read_to_string(deployed("sne.service")).unwrap();
    let seconds = text.lines().find_map(|line| line.strip_prefix("TimeoutStopSec=")?.strip_suffix('s')).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let place = Place::private(folder.path());
    place.sne(&["config", "check", "--lame-duck", "30s", "--drain", "60s"]).ends(0);
    for longer in [["--lame-duck", "31s"], ["--drain", "61s"]] {
        place.sne(&[&["config", "check"], &longer[..]].concat()).ends(1);
    }
    // The view is given 5 seconds, the private cluster 60.
    assert!(seconds.parse::<u32>().unwrap() > 30 + 60 + 5 + 60);
}

#[test]
fn the_sample_of_the_configuration_is_right_complete_and_says_the_defaults() {
    let folder = tempfile::tempdir().unwrap();
    let sne = |arguments: &[&str]| {
        let mut command = Place::private(folder.path()).command(arguments);
        let output = command.env_remove("SNE_METRICS_LISTEN").output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice::<Value>(&output.stdout).unwrap().as_array().unwrap().clone()
    };
    let sample = deployed("sne.toml");
    let said = sne(&["config", "check", "--format", "json", "--config", sample.to_str().unwrap()]);
    let defaults = sne(&["config", "show", "--format", "json"]);
    for (said, default) in said.iter().zip(&defaults) {
        assert_eq!(said["value"], default["value"], "{said}");
        let key = said["key"].as_str().unwrap();
        // The folder is the test's own; an address would be somebody's.
        if key != "data_dir" && key != "database.url" {
            assert_eq!(said["source"], "file", "{key} is missing");
        }
    }
    let text = std::fs::read_to_string(sample).unwrap();
    assert!(text.contains("\ndata_dir = \"/var/lib/sne\"\n") && text.contains("\n#url = \"postgresql://"));
}

/// Name and value of each setting of a PostgreSQL configuration.
fn settings(text: &str) -> Vec<(String, String)> {
    let line = |line: &str| {
        let (name, value) = line.split_once('=')?;
        Some((name.trim().to_owned(), value.trim().trim_matches('\'').trim_end().to_owned()))
    };
    text.lines().filter(|line| !line.starts_with('#')).filter_map(line).collect()
}

#[test]
fn the_settings_of_postgresql_take_effect_as_they_are_written() {
    let cluster = TestCluster::start().unwrap();
    let ask = |sql: &str| cluster.psql("postgres", sql).unwrap();
    let text = std::fs::read_to_string(deployed("postgresql.conf")).unwrap();
    let file = PathBuf::from(ask("SHOW config_file"));
    let mut own = std::fs::OpenOptions::new().append(true).open(&file).unwrap();
    write!(own, "\n{text}").unwrap();
    cluster.kill_postmaster();
    cluster.restart().unwrap();

    let wanted = settings(&text);
    assert!(wanted.len() > 25 && wanted.iter().any(|(name, _)| name == "fsync"), "{wanted:?}");
    let applied = ask("SELECT name, trim(setting) FROM pg_file_settings WHERE applied AND error IS NULL");
    let applied: Vec<&str> = applied.lines().collect();
    for (name, value) in &wanted {
        assert!(applied.contains(&format!("{name}|{value}").as_str()), "{name} = {value}: {applied:?}");
    }
    assert_eq!(ask("SELECT count(*) FROM pg_file_settings WHERE error IS NOT NULL"), "0");
    assert_eq!(ask("SELECT count(*) FROM pg_settings WHERE pending_restart"), "0");

    // What somebody typed is in no log, whatever goes wrong with it.
    let typed = "PREPARE p (text) AS SELECT $1::date; EXECUTE p('Marguerite')";
    assert!(cluster.psql("postgres", typed).is_err());
    let folder = file.parent().unwrap().parent().unwrap();
    let log = std::fs::read_to_string(folder.join("server.log")).unwrap();
    assert!(log.contains("checkpoint") || log.contains("ready to accept connections"), "{log}");
    assert!(!log.contains("PREPARE p") && !log.contains("EXECUTE p") && !log.contains("Marguerite"), "{log}");
}
