//! What is below the server fails: the database, its willingness to write, its disk, its sessions.

use std::collections::BTreeSet;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use private_postgres::test_util::TestCluster;
use register::SystemClock;
use tokio::task::JoinHandle;

use super::{client, privacy};
use tests::stage::disk::{NO_MOUNT, SmallDisk};
use tests::stage::served::Served;
use tests::stage::sne::Place;
use tests::stage::world;

const PATIENCE: Duration = Duration::from_secs(120);

/// A server on a cluster of its own, and the client that tries it before, while and after something fails.
struct Scene {
    cluster: TestCluster,
    database: String,
    served: Served,
    signs: PathBuf,
    _folder: tempfile::TempDir,
}

impl Scene {
    /// `longest_call` bounds how long this takes: every call that fails by waiting waits for so long.
    async fn new(longest_call: &str) -> Self {
        let cluster = TestCluster::start().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let (database, url) = world::new_database(&cluster);
        let register = world::open(&url, &folder.path().join("keys"), Arc::new(SystemClock)).await;
        for line in synth::SAMPLE_ORGANISATIONS.lines() {
            register.import_organisation(serde_json::from_str(line).unwrap()).await.unwrap();
        }
        let signs = folder.path().join("signs");
        std::fs::create_dir(&signs).unwrap();
        let place = Place { data_dir: folder.path().to_owned(), database_url: Some(url) };
        let served = Served::start(place, &["--longest-call", longest_call]);
        Self { served, cluster, database, signs, _folder: folder }
    }

    /// The client tries while `what` fails, and again when it is mended.
    async fn while_failing(
        self,
        what: &'static str,
        fail: impl FnOnce(&Self),
        mend: impl FnOnce(&Self),
    ) -> BTreeSet<String> {
        let trial = Trial::of(what, &self.served, &self.signs);
        let reasons = trial.while_failing(|| fail(&self), || mend(&self)).await;
        privacy::nobody_is_named(&self.served.stops());
        reasons
    }
}

/// The client at work, told by signs what goes on.
struct Trial {
    trying: JoinHandle<BTreeSet<String>>,
    signs: PathBuf,
}

impl Trial {
    fn of(what: &'static str, served: &Served, signs: &Path) -> Self {
        let (address, id, signs) = (served.address.clone(), served.id(), signs.to_owned());
        let (told, data_dir) = (signs.clone(), served.data_dir().to_owned());
        let trying = tokio::task::spawn_blocking(move || {
            client((&address, id), &data_dir, "outage.py", &[what, told.to_str().unwrap()])
        });
        Self { trying, signs }
    }

    async fn while_failing(self, fail: impl FnOnce(), mend: impl FnOnce()) -> BTreeSet<String> {
        self.hears("ready").await;
        fail();
        std::fs::write(self.signs.join("failed"), "").unwrap();
        self.hears("tried").await;
        mend();
        std::fs::write(self.signs.join("mended"), "").unwrap();
        self.trying.await.unwrap()
    }

    async fn hears(&self, sign: &str) {
        let until = Instant::now() + PATIENCE;
        while !self.signs.join(sign).exists() {
            assert!(Instant::now() < until && !self.trying.is_finished(), "the client never said {sign}");
            tokio::task::yield_now().await;
        }
    }
}

/// Without its database a server says so, and acknowledges nothing: the reasons that it gives.
pub async fn without_a_database() -> BTreeSet<String> {
    let fail = |scene: &Scene| scene.cluster.kill_postmaster();
    // Long enough for the server to say that it found no database, instead of that time is over.
    Scene::new("15s").await.while_failing("database is gone", fail, |scene| scene.cluster.restart().unwrap()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_database_that_takes_no_writes_a_server_says_so_and_acknowledges_nothing() {
    let read_only = |scene: &Scene, state: &str| {
        let set = format!("ALTER SYSTEM SET default_transaction_read_only = {state}");
        scene.cluster.psql("postgres", &set).unwrap();
        scene.cluster.psql("postgres", "SELECT pg_reload_conf()").unwrap();
    };
    let scene = Scene::new("4s").await;
    scene.while_failing("database is read-only", |scene| read_only(scene, "on"), |scene| read_only(scene, "off")).await;
}

/// Somebody else holds what every command needs, and every session of the server waits for it.
#[tokio::test(flavor = "multi_thread")]
async fn with_every_session_taken_a_server_says_so_and_acknowledges_nothing() {
    let scene = Scene::new("4s").await;
    let holder = scene.cluster.url(scene.cluster.superuser(), &scene.database);
    let mut psql = Command::new("psql");
    psql.args(["-XAtq", &holder]).stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
    let holder = std::cell::RefCell::new(psql.spawn().unwrap());
    let fail = |_: &Scene| {
        use std::io::{BufRead as _, BufReader, Write as _};
        let mut holder = holder.borrow_mut();
        holder.stdin.as_mut().unwrap().write_all(b"BEGIN; LOCK TABLE log.head, log.events; SELECT 1;\n").unwrap();
        BufReader::new(holder.stdout.take().unwrap()).read_line(&mut String::new()).unwrap();
    };
    let mend = |_: &Scene| {
        let mut holder = holder.borrow_mut();
        drop(holder.stdin.take());
        assert!(holder.wait().unwrap().success());
    };
    scene.while_failing("sessions are all taken", fail, mend).await;
}

/// Every write of every process of the cluster fails from now on, as on a disk that turned read-only under it. The limit is
/// set as the account of the cluster: root may not where it lacks that one capability.
fn refuse_writes(scene: &Scene) {
    let postmaster = scene.cluster.postmaster_pid();
    let owner = std::fs::metadata(format!("/proc/{postmaster}")).unwrap();
    let (account, group) = (owner.uid(), owner.gid());
    let limited = |pid: &str| {
        let mut limit = match nix::unistd::geteuid().as_raw() {
            own if own == account => Command::new("prlimit"),
            _ => {
                let mut as_account = Command::new("setpriv");
                as_account.args([
                    &format!("--reuid={account}"),
                    &format!("--regid={group}"),
                    "--clear-groups",
                    "prlimit",
                ]);
                as_account
            }
        };
        limit.args(["--fsize=0:0", "--pid", pid]).output().unwrap().status.success()
    };
    let children = std::fs::read_to_string(format!("/proc/{postmaster}/task/{postmaster}/children")).unwrap();
    assert!(limited(&postmaster.to_string()), "the limit cannot be set");
    for pid in children.split_whitespace() {
        // A session may have ended in between.
        let _ = limited(pid);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_disk_that_refuses_every_write_a_server_says_so_and_acknowledges_nothing() {
    let mend = |scene: &Scene| {
        scene.cluster.kill_postmaster();
        scene.cluster.restart().unwrap();
    };
    Scene::new("4s").await.while_failing("disk refuses writes", refuse_writes, mend).await;
}

/// PostgreSQL takes what fits into the pages that it has, then nothing.
#[tokio::test(flavor = "multi_thread")]
async fn on_a_full_disk_a_server_says_so_and_acknowledges_nothing_that_it_cannot_keep() {
    let Some(disk) = SmallDisk::mount() else { return eprintln!("{NO_MOUNT}") };
    let place = Place::private(disk.path().join("data"));
    let organisations = disk.path().join("organisations.ndjson");
    std::fs::write(&organisations, synth::SAMPLE_ORGANISATIONS).unwrap();
    place.sne(&["org", "import", organisations.to_str().unwrap()]).ends(0);
    let served = Served::start(place, &["--longest-call", "4s"]);
    let signs = tempfile::tempdir().unwrap();
    let (fail, mend) = (|| disk.fill(0), || disk.has_room());
    Trial::of("disk is full", &served, signs.path()).while_failing(fail, mend).await;
    privacy::nobody_is_named(&served.stops());
}

#[test]
fn without_a_database_or_a_disk_to_write_to_a_server_does_not_start_and_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let url = "postgresql://sne@127.0.0.1:9/sne".to_owned();
    let place = Place { data_dir: folder.path().to_owned(), database_url: Some(url) };
    let refused = place.sne(&["serve", "--listen", "127.0.0.1:0"]).ends(1);
    assert!(refused.err.contains("la base ne répond pas"), "{}", refused.err);
    // A disk that is mounted to be read only.
    let Some(disk) = SmallDisk::mount() else { return eprintln!("{NO_MOUNT}") };
    let remounted = Command::new("mount").args(["-o", "remount,ro"]).arg(disk.path()).status().unwrap();
    assert!(remounted.success());
    let place = Place::private(disk.path().join("data"));
    let refused = place.sne(&["serve", "--listen", "127.0.0.1:0"]).ends(1);
    assert!(refused.err.contains("dossier") && refused.err.contains("Read-only"), "{}", refused.err);
}
