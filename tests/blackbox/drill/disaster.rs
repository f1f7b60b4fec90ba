//! A register that is served, archived, backed up and lost under load.

use std::fs::read_dir;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use private_postgres::test_util::TestCluster;
use register::{Clock as _, SystemClock};
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::cast::{self, NICE};
use tests::ledger::{Entry, Ledger};
use tests::wire::{Ack, Reply};

use tests::stage::evidence::Evidence;
use tests::stage::procedure::{By, Procedure};
use tests::stage::processes::{Load, Worker};
use tests::stage::sne::Place;
use tests::stage::world;

/// Demands of long ago, whose personal data is due for erasure.
const OLD: usize = 40;
/// Acknowledgements between two erasures.
const ACKS_BETWEEN: usize = 60;

/// An erasure by the operator.
pub struct Erased {
    pub number: String,
    pub begun: Timestamp,
    pub done: Timestamp,
}

/// What is left after the disaster, and what witnesses know of the register that was lost.
pub struct Disaster {
    pub folder: TempDir,
    pub procedure: Procedure,
    pub database: String,
    pub archive: PathBuf,
    pub backup: PathBuf,
    /// When the backup was whole.
    pub backed_up: Timestamp,
    pub erased: Vec<Erased>,
    /// The ledger of the load and the lost log.
    pub evidence: Evidence,
    /// A digest of each row of the lost log, in order of position.
    pub rows: Vec<String>,
    /// What was lost; killed, but its folder is kept until the end.
    _cluster: TestCluster,
}

impl Disaster {
    /// Lets the load run for at least so many seconds after the backup.
    pub async fn after(seconds: i64) -> Self {
        let cluster = TestCluster::start().unwrap();
        let pgdata = cluster.psql("postgres", "SHOW data_directory").unwrap();
        let procedure = Procedure::read(pgdata.as_ref());
        // Whoever the server runs as passes through.
        let folder = tempfile::Builder::new().permissions(open_to_pass()).tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let (archive, backups) = (procedure.folder(at("archive")), procedure.folder(at("backups")));
        let socket = cluster.psql("postgres", "SHOW unix_socket_directories").unwrap();
        let socket = socket.trim_matches('"').to_owned();
        let port = cluster.psql("postgres", "SHOW port").unwrap();
        let log = procedure.folder(at("log")).join("server.log");
        let (data, copies) = (at("data"), at("copies"));
        let variables = [
            ("PGDATA", pgdata.as_str()),
            ("PGHOST", &socket),
            ("PGPORT", &port),
            ("PGUSER", cluster.superuser()),
            ("PGLOG", text(&log)),
            ("ARCHIVE", text(&archive)),
            ("BACKUPS", text(&backups)),
            ("SNE_DATA_DIR", text(&data)),
            ("KEYS_COPIES", text(&copies)),
        ];
        procedure.run("archive", By::Postgres, &variables);
        cluster.restart().unwrap();

        let (database, url) = world::new_database(&cluster);
        std::fs::create_dir(at("data")).unwrap();
        // The run of the day would erase all that is due at once.
        std::fs::write(at("data/sne.toml"), "[server]\ndaily = \"off\"\n").unwrap();
        let keys = at("data/keys");
        world::bring_in_the_cast(&world::open(&url, &keys, Arc::new(SystemClock)).await).await;
        let place = Place { data_dir: at("data"), database_url: Some(url.clone()) };
        std::fs::write(at("old.ndjson"), (0..OLD).flat_map(old).map(|row| format!("{row}\n")).collect::<String>())
            .unwrap();
        place.sne(&["import", text(&at("old.ndjson"))]).ends(0);

        let ledger = at("ledger.ndjson");
        let mut load = Load::start(Worker::Door, &url, &keys, &ledger, 1);
        load.runs_until(ACKS_BETWEEN);
        let mut numbers = (0..OLD).map(number);
        let mut erase = || {
            let (number, begun) = (numbers.next().unwrap(), SystemClock.now());
            place.sne(&["erase", &number]).ends(0);
            Erased { number, begun, done: SystemClock.now() }
        };
        let mut erased = vec![erase()];
        procedure.run("backup", By::Postgres, &variables);
        std::fs::create_dir(at("copies")).unwrap();
        procedure.run("keys", By::Sne, &variables);
        // Nothing is old here.
        procedure.run("expire", By::Sne, &variables);
        assert_eq!(read_dir(at("copies")).unwrap().count(), 1);
        let backed_up = SystemClock.now();
        erased.push(erase());
        while SystemClock.now().as_second() < backed_up.as_second() + seconds {
            load.runs_until(load.acks() + ACKS_BETWEEN);
            if erased.len() < OLD / 2 {
                erased.push(erase());
            }
        }
        // Whole seconds lie between these and what came before.
        let quiet = SystemClock.now().as_second() + 2;
        while SystemClock.now().as_second() < quiet {
            load.runs_until(load.acks() + ACKS_BETWEEN);
        }
        erased.push(erase());
        erased.push(erase());
        load.runs_until(load.acks() + ACKS_BETWEEN);
        load.stops();

        let evidence = Evidence::gather(&cluster, &database, Ledger::read(&ledger).unwrap());
        let rows = cluster.psql(&database, ROWS).unwrap().lines().map(str::to_owned).collect();
        // The last act of the archiver.
        let last = cluster.psql("postgres", "SELECT pg_walfile_name(pg_switch_wal())").unwrap();
        let archived = format!("SELECT last_archived_wal >= '{last}' FROM pg_stat_archiver");
        while cluster.psql("postgres", &archived).unwrap() != "t" {
            std::thread::yield_now();
        }
        cluster.kill_postmaster();
        let mut made: Vec<PathBuf> = read_dir(&backups).unwrap().map(|entry| entry.unwrap().path()).collect();
        let backup = made.pop().unwrap();
        Self { folder, procedure, database, archive, backup, backed_up, erased, evidence, rows, _cluster: cluster }
    }

    /// What was acknowledged, each with the instant at which the answer was known to have come.
    pub fn acks(&self) -> Vec<(Ack, Timestamp)> {
        let (mut acks, mut waiting) = (Vec::new(), Vec::new());
        for entry in &self.evidence.ledger {
            match entry {
                Entry::Answer(Reply::Ack(ack)) => waiting.push(ack.clone()),
                Entry::Heard(at) => acks.extend(waiting.drain(..).map(|ack| (ack, *at))),
                Entry::Intent(_) | Entry::Answer(_) => {}
            }
        }
        assert!(waiting.is_empty());
        acks
    }

    /// The whole seconds to which the backup can be restored so that erasures lie before and after.
    pub fn seconds(&self) -> Vec<i64> {
        let last = self.erased.last().unwrap().begun.as_second();
        (self.backed_up.as_second() + 1..last).collect()
    }
}

/// A digest of every row of the log.
pub const ROWS: &str =
    "SELECT encode(sha256(convert_to(e::text, 'UTF8')), 'hex') FROM log.events AS e ORDER BY position";

pub fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn open_to_pass() -> std::fs::Permissions {
    std::os::unix::fs::PermissionsExt::from_mode(0o711)
}

fn number(household: usize) -> String {
    format!("0060323{:06}G0601", household + 1)
}

/// Somebody who renounced years ago.
fn old(household: usize) -> [Value; 2] {
    let (siren, desk) = NICE.split_once('/').map(|(siren, rest)| (siren, &rest[..5])).unwrap();
    let row = |key: &str, on: &str, act: Value| {
        json!({
            "source": "exercice", "key": key, "on": on, "organisation": siren, "desk": desk, "channel": "GUICHET",
            "act": act,
        })
    };
    let key = format!("D-{household}");
    let form = cast::form(&format!("Ancien {}", cast::letters(household)), "Claire", "1980-01-01");
    let mut filed = row(&key, "2023-03-04", cast::register(form));
    filed["number"] = number(household).into();
    let mut leaves = row(&format!("{key}/1"), "2023-06-10", cast::renounce("2023-06-08"));
    leaves["demand"] = key.into();
    [filed, leaves]
}
