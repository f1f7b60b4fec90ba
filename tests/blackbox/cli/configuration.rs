//! `sne config`: who has the last word, and every fault at once.

use std::path::PathBuf;

use serde_json::Value;
use tempfile::TempDir;

use tests::stage::sne::{Place, Ran};

const SECRET: &str = "tr0ub4dor";

/// A folder with a configuration file in it.
struct Told {
    folder: TempDir,
    variables: Vec<(&'static str, String)>,
}

impl Told {
    fn by(file: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("own.toml"), file).unwrap();
        Self { folder, variables: Vec::new() }
    }

    fn and(mut self, variable: &'static str, value: &str) -> Self {
        self.variables.push((variable, value.to_owned()));
        self
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("own.toml")
    }

    /// Without a file named, unless the arguments name one.
    fn run(&self, arguments: &[&str]) -> Ran {
        let place = Place::private(self.folder.path().join("data"));
        let mut command = place.command(arguments);
        let output = command.env_remove("SNE_METRICS_LISTEN").envs(self.variables.iter().cloned()).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Ran { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    fn sne(&self, arguments: &[&str]) -> Ran {
        self.run(&[arguments, &["--config", self.file().to_str().unwrap()]].concat())
    }

    /// What one key would be, and where from.
    fn value(&self, key: &str, flags: &[&str]) -> (String, String) {
        let told = self.sne(&[&["config", "show", "--format", "json"], flags].concat()).ends(0).json();
        of(&told, key)
    }
}

fn of(told: &Value, key: &str) -> (String, String) {
    let line = told.as_array().unwrap().iter().find(|line| line["key"] == key).unwrap();
    (line["value"].as_str().unwrap().to_owned(), line["source"].as_str().unwrap().to_owned())
}

#[test]
fn a_flag_goes_before_a_variable_before_the_file_before_the_default() {
    let said = |value: &str, source: &str| (value.to_owned(), source.to_owned());
    assert_eq!(Told::by("").value("server.calls", &[]), said("256", "default"));
    let file = "[server]\ncalls = 11\ndrain = \"7s\"\n[metrics]\nlisten = \"off\"\n";
    assert_eq!(Told::by(file).value("server.calls", &[]), said("11", "file"));
    assert_eq!(Told::by(file).value("metrics.listen", &[]), said("off", "file"));
    let told = Told::by(file).and("SNE_CALLS", "12").and("SNE_DRAIN", "");
    assert_eq!(told.value("server.calls", &[]), said("12", "environment"));
    assert_eq!(told.value("server.drain", &[]), said("7s", "file"), "an empty variable says nothing");
    assert_eq!(told.value("server.calls", &["--calls", "13"]), said("13", "flag"));
    assert_eq!(told.value("metrics.listen", &["--metrics-listen", "[::1]:0"]), said("[::1]:0", "flag"));
}

#[test]
fn the_file_beside_the_data_is_found_and_a_named_one_replaces_it() {
    let told = Told::by("[server]\ncalls = 11\n");
    let data = told.folder.path().join("data");
    std::fs::create_dir(&data).unwrap();
    std::fs::write(data.join("sne.toml"), "[server]\ncalls = 10\nreplays = 3\n").unwrap();
    let found = told.run(&["config", "show", "--format", "json"]).ends(0).json();
    assert_eq!(of(&found, "server.calls").0, "10");
    assert_eq!(told.value("server.calls", &[]).0, "11");
    assert_eq!(told.value("server.replays", &[]).1, "default", "only the named file is read");
    let named = Told { folder: told.folder, variables: Vec::new() };
    let by_variable = named.file().to_str().unwrap().to_owned();
    let named = named.and("SNE_CONFIG", &by_variable);
    assert_eq!(of(&named.run(&["config", "show", "--format", "json"]).ends(0).json(), "server.calls").0, "11");
    let missing = named.run(&["config", "check", "--config", "/nowhere/sne.toml"]).ends(1);
    assert!(missing.err.contains("/nowhere/sne.toml : illisible"), "{}", missing.err);
}

#[test]
fn every_fault_is_told_at_once_with_its_key_its_file_and_its_line() {
    let file = "data_dir = 5\n[server]\ncals = 1\ncalls = \"2\"\nreplays = 0\ndrain = \"2h\"\nlisten = \"10.0.0.1:1\"\n\
                lame_duck = 1\nrequest_bytes = 1\nconnections = true\n[metrics]\nlisten = \"x\"\n[unknown.deep]\nx = 1\n\
                [database]\nurl = \"nonsense:tr0ub4dor\"\nconnections = 1\n";
    let told = Told::by(file).and("SNE_SIGN_OF_LIFE", "30").and("SNE_CALS", "1");
    for command in [&["config", "check"][..], &["config", "show"], &["serve"], &["doctor"]] {
        let refused = told.sne(command).ends(1);
        assert_eq!(refused.out, "");
        let file = told.file();
        for (key, line) in [
            ("data_dir", 1),
            ("server.cals", 3),
            ("server.calls", 4),
            ("server.replays", 5),
            ("server.drain", 6),
            ("server.listen", 7),
            ("server.lame_duck", 8),
            ("server.request_bytes", 9),
            ("server.connections", 10),
            ("metrics.listen", 12),
            ("unknown.deep.x", 14),
            ("database.url", 16),
            ("database.connections", 17),
        ] {
            let fault = format!("  {key} ({}, ligne {line}) : ", file.display());
            assert!(refused.err.contains(&fault), "{fault}: {}", refused.err);
        }
        for fault in ["server.sign_of_life (SNE_SIGN_OF_LIFE) : ", "SNE_CALS (environnement) : variable inconnue"] {
            assert!(refused.err.contains(fault), "{fault}: {}", refused.err);
        }
        assert!(!refused.err.contains(SECRET), "{}", refused.err);
    }
    let flags = Told::by("");
    let refused = flags.sne(&["config", "check", "--calls", "0", "--listen", "0.0.0.0:1", "--drain", "0s"]).ends(1);
    for fault in
        ["server.calls (--calls) : ", "server.listen (--listen) : 0.0.0.0:1 serait", "server.drain (--drain) : "]
    {
        assert!(refused.err.contains(fault), "{fault}: {}", refused.err);
    }
    let same = flags.sne(&["config", "check", "--listen", "127.0.0.1:7", "--metrics-listen", "127.0.0.1:7"]).ends(1);
    assert!(same.err.contains("déjà celle de server.listen"), "{}", same.err);
    let malformed = Told::by("[server]\ncalls = 1\n= 3\n").sne(&["config", "check"]).ends(1);
    assert!(malformed.err.contains("ligne 3 : écriture TOML incorrecte"), "{}", malformed.err);
}

#[test]
fn a_check_says_what_would_be_used_and_no_password() {
    let address = format!("postgresql://sne_app:{SECRET}@db.exemple.fr:6432/sne?sslmode=verify-full");
    for told in [
        Told::by(&format!("[database]\nurl = \"{address}\"\n")),
        Told::by("").and("DATABASE_URL", &address),
        Told::by("").and(
            "DATABASE_URL",
            &format!("postgresql://sne_app@db.exemple.fr:6432/sne?password={SECRET}&sslmode=verify-full"),
        ),
    ] {
        for command in [&["config", "check"][..], &["config", "show"], &["config", "show", "--format", "json"]] {
            let run = told.sne(command).ends(0);
            assert!(run.out.contains("postgresql://sne_app@db.exemple.fr:6432/sne"), "{}", run.out);
            assert!(!run.out.contains(SECRET) && !run.err.contains(SECRET), "{}{}", run.out, run.err);
        }
    }
    let checked = Told::by("").sne(&["config", "check"]).ends(0);
    assert!(checked.err.contains("la configuration est correcte"), "{}", checked.err);
    assert!(checked.err.contains("own.toml") && checked.out.contains("base privée"), "{}{}", checked.err, checked.out);
}
