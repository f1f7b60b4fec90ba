//! `sne demo` on a private cluster: the first minutes of a newcomer.

use std::collections::BTreeSet;
use std::fs::Permissions;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use private_postgres::{Cluster, Options};
use tempfile::TempDir;

use crate::tidy::root;
use tests::stage::sne::{COMPARED, DEMO, Place, Ran};

/// A folder that the server's account may enter, as one made by hand would be.
fn home() -> TempDir {
    tempfile::Builder::new().prefix("sne-cli-").permissions(Permissions::from_mode(0o755)).tempdir().unwrap()
}

/// What a demonstration tells about the register, without what may differ from run to run.
fn told(run: &Ran) -> Vec<&str> {
    // Refusals of the first run leave nothing to repeat: a second run does not send them. Nor is what was due of a day due
    // twice.
    let differing =
        ["nouveaux", "Terminé en", "refusés comme attendu", "127.0.0.1:", "écrit : ", "consultations enregistrées"];
    let same = |line: &&str| !differing.iter().any(|part| line.contains(part));
    let (before, done) = run.out.split_once("Traitement du").unwrap();
    let (_, after) = done.split_once("Reste à faire").unwrap();
    before.lines().chain(after.lines()).filter(same).collect()
}

/// Every type of event that the enum names, but for the erasure, which waits a year.
fn types_of_events() -> BTreeSet<String> {
    let source = std::fs::read_to_string(root().join("crates/demand/src/event.rs")).unwrap();
    let names = source.lines().filter_map(|line| line.trim().strip_prefix("Self::")?.split_once("(_) => \""));
    let names: BTreeSet<String> = names.map(|(name, _)| name.to_owned()).collect();
    assert!(names.len() > 25 && names.contains("PersonalDataErased"), "{names:?}");
    names.into_iter().filter(|name| name != "PersonalDataErased").collect()
}

/// The server of a private cluster, seen from outside.
struct Server {
    psql: std::path::PathBuf,
    url: String,
}

impl Server {
    fn of(cluster: &Cluster) -> Self {
        Self { psql: cluster.binaries().tool("psql"), url: cluster.url(cluster.superuser(), "sne") }
    }

    fn ask(&self, sql: &str) -> String {
        let output = Command::new(&self.psql).args(["-XqAt", "-c", sql, "-d", &self.url]).output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }
}

fn cluster_of(data_dir: &Path) -> Cluster {
    Cluster::start(Options::new(data_dir.join("postgresql"))).unwrap()
}

#[test]
fn a_demonstration_needs_nothing_and_a_second_one_goes_on() {
    let home = home();
    let place = Place::private(home.path().join("demo"));
    let first = place.sne(DEMO).ends(0);
    for part in [
        "1. enregistrements",
        "Relecture par un auditeur : la demande 006",
        "Visite guidée",
        "Traitement du",
        "Gestion partagée",
        "Douze mois de statistiques",
        "Radiations tardives",
        COMPARED,
        "buf curl",
    ] {
        assert!(first.out.contains(part), "{part}: {}", first.out);
    }
    assert!(first.err.contains("création"), "{}", first.err);

    let second = place.sne(DEMO).ends(0);
    assert_eq!(told(&second), told(&first));
    assert!(second.err.contains("--reset"), "a second run says how to begin anew: {}", second.err);

    let cluster = cluster_of(&place.data_dir);
    place.sne(&["doctor", "--cross-read"]).ends(0);
    let server = Server::of(&cluster);
    let types = server.ask("SELECT DISTINCT event_type FROM log.events WHERE stream_type = 'demand'");
    let shown: BTreeSet<String> = types.lines().map(str::to_owned).collect();
    let missing: Vec<_> = types_of_events().difference(&shown).cloned().collect();
    assert!(missing.is_empty(), "a demonstration shows every act: {missing:?}");
    let altered = "UPDATE log.events SET payload = replace(payload, '\"household_size\":1', '\"household_size\":9')
                    WHERE position = (SELECT min(position) FROM log.events WHERE payload LIKE '%\"household_size\":1,%')
                RETURNING position";
    let position = server.ask(altered);
    let found = place.sne(&["doctor", "--cross-read", "--format", "json"]).ends(6).json();
    let faults: Vec<_> =
        found.as_array().unwrap().iter().flat_map(|check| check["faults"].as_array().unwrap()).collect();
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert!(faults[0].as_str().unwrap().starts_with(&format!("position {position} ")), "{faults:?}");
}

/// Whoever follows the first minutes copies these lines.
#[test]
fn a_demonstration_goes_on_listening_and_the_lines_that_it_prints_work() {
    let home = home();
    let place = Place::private(home.path().join("demo"));
    let mut demo =
        place.command(["demo", "--short", "--listen", "127.0.0.1:0"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(demo.stdout.take().unwrap()).lines().map_while(Result::ok);
    let printed: Vec<String> = lines.by_ref().take_while(|line| !line.contains("Ctrl-C")).collect();
    let mut commands: Vec<String> = Vec::new();
    for line in printed.iter().skip_while(|line| !line.starts_with("À essayer")).filter(|line| line.starts_with("    "))
    {
        let goes_on = commands.last().is_some_and(|last| last.ends_with('\\'));
        if goes_on {
            let last = commands.last_mut().unwrap();
            last.pop();
            last.push_str(line.trim_start());
        } else {
            commands.push(line.trim().to_owned());
        }
    }
    let place_of_data = commands.iter().find(|command| command.starts_with("export SNE_DATA_DIR=")).unwrap();
    let mut token = "";
    let mut told = Vec::new();
    for command in &commands {
        if command.starts_with("JETON=") {
            token = command;
        }
        if !command.contains("$JETON") {
            continue;
        }
        let script = [place_of_data, token, command].join("\n");
        let ran = Command::new("bash").args(["-c", &script]).current_dir(root()).output().unwrap();
        let out = String::from_utf8_lossy(&ran.stdout).into_owned();
        assert!(ran.status.success(), "{command}: {}", String::from_utf8_lossy(&ran.stderr));
        told.push(out);
    }
    let [lessor, desk, reader, auditor, manager, python] = told.as_slice() else { panic!("{} were asked", told.len()) };
    assert!(lessor.contains("\"demands\"") || lessor.contains("\"position\""), "{lessor}");
    assert!(desk.contains("\"surname\""), "{desk}");
    assert!(reader.contains("MEASURE_STOCK") && !reader.contains("surname"), "{reader}");
    assert!(auditor.contains("asOfPosition") && !auditor.contains("surname"), "{auditor}");
    assert!(manager.contains("\"consultedAt\"") && manager.contains("000005074/006G1/"), "{manager}");
    assert!(python.contains("STATUS_"), "{python}");
    kill(Pid::from_raw(i32::try_from(demo.id()).unwrap()), Signal::SIGINT).unwrap();
    assert!(demo.wait().unwrap().success());
}

#[test]
fn a_killed_demonstration_is_taken_over_and_finished_by_the_next() {
    let home = home();
    let place = Place::private(home.path().join("demo"));
    let mut killed = place.command(DEMO).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(killed.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(line.contains("19 organismes"), "{line}");
    // Looked at as another user of the cluster, who leaves before the kill: nobody but the killed one holds it then.
    let cluster = cluster_of(&place.data_dir);
    let (server, postmaster) = (Server::of(&cluster), cluster.postmaster_pid());
    drop(cluster);
    let deadline = Instant::now() + Duration::from_secs(60);
    while server.ask("SELECT position > 200 FROM log.head") != "t" {
        assert!(Instant::now() < deadline, "the demonstration moves on");
    }
    killed.kill().unwrap();
    killed.wait().unwrap();
    assert_ne!(server.ask("SELECT position > 1000 FROM log.head"), "t", "it was killed in the middle");

    let next = place.sne(DEMO).ends(0);
    assert!(next.err.contains(&format!("reprise (processus {postmaster})")), "{}", next.err);
    assert!(next.out.contains(COMPARED), "{}", next.out);
}

#[test]
fn nothing_but_a_demonstration_is_erased() {
    let home = home();
    std::fs::write(home.path().join("thèse.odt"), "précieux").unwrap();
    for arguments in [&["demo", "--reset"][..], &["demo"]] {
        let refused = Place::private(home.path()).sne(arguments).ends(1);
        assert!(refused.err.contains("n'est pas un dossier de démonstration"), "{}", refused.err);
    }
    let managed = Place { database_url: Some("postgresql:///sne".into()), ..Place::private(home.path().join("new")) };
    assert!(managed.sne(DEMO).ends(1).err.contains("base privée"), "invented households stay out of a real register");
    assert_eq!(std::fs::read_to_string(home.path().join("thèse.odt")).unwrap(), "précieux");
    assert_eq!(home.path().read_dir().unwrap().count(), 1, "nothing was added either");
}
