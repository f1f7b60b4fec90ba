//! What is below the server fails: the database, its willingness to write, its disk, its sessions.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use private_postgres::test_util::TestCluster;
use register::SystemClock;

use super::{client, privacy};
use crate::served::Served;
use crate::world;

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
    async fn new() -> Self {
        let cluster = TestCluster::start().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let (database, url) = world::new_database(&cluster);
        let register = world::open(&url, &folder.path().join("keys"), Arc::new(SystemClock)).await;
        for line in synth::SAMPLE_ORGANISATIONS.lines() {
            register.import_organisation(serde_json::from_str(line).unwrap()).await.unwrap();
        }
        let signs = folder.path().join("signs");
        std::fs::create_dir(&signs).unwrap();
        Self { served: Served::on(&url, folder.path()), cluster, database, signs, _folder: folder }
    }

    /// The client tries while `what` fails, and again when it is mended.
    async fn while_failing(
        self,
        what: &'static str,
        fail: impl FnOnce(&Self),
        mend: impl FnOnce(&Self),
    ) -> BTreeSet<String> {
        let (address, id, signs) = (self.served.address.clone(), self.served.id(), self.signs.clone());
        let trying =
            tokio::task::spawn_blocking(move || client(&address, id, "outage.py", &[what, signs.to_str().unwrap()]));
        let hears = async |sign: &str| {
            let until = Instant::now() + PATIENCE;
            while !self.signs.join(sign).exists() {
                assert!(Instant::now() < until && !trying.is_finished(), "the client never said {sign}");
                tokio::task::yield_now().await;
            }
        };
        hears("ready").await;
        fail(&self);
        std::fs::write(self.signs.join("failed"), "").unwrap();
        hears("tried").await;
        mend(&self);
        std::fs::write(self.signs.join("mended"), "").unwrap();
        let reasons = trying.await.unwrap();
        privacy::nobody_is_named(&self.served.stops());
        reasons
    }
}

/// Without its database a server says so, and acknowledges nothing: the reasons that it gives.
pub async fn without_a_database() -> BTreeSet<String> {
    let fail = |scene: &Scene| scene.cluster.kill_postmaster();
    Scene::new().await.while_failing("database is gone", fail, |scene| scene.cluster.restart().unwrap()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_database_that_takes_no_writes_a_server_says_so_and_acknowledges_nothing() {
    let read_only = |scene: &Scene, state: &str| {
        let set = format!("ALTER SYSTEM SET default_transaction_read_only = {state}");
        scene.cluster.psql("postgres", &set).unwrap();
        scene.cluster.psql("postgres", "SELECT pg_reload_conf()").unwrap();
    };
    let scene = Scene::new().await;
    scene.while_failing("database is read-only", |scene| read_only(scene, "on"), |scene| read_only(scene, "off")).await;
}

/// Somebody else holds what every command needs, and every session of the server waits for it.
#[tokio::test(flavor = "multi_thread")]
async fn with_every_session_taken_a_server_says_so_and_acknowledges_nothing() {
    let scene = Scene::new().await;
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
