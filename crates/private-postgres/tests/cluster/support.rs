use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use private_postgres::test_util::TestCluster;
use private_postgres::{Cluster, Options, Step};

/// Names the folder that [`holds_a_cluster_for_another_test`] works in, and its manner.
const HOLD: &str = "PRIVATE_POSTGRES_TEST_HOLD";
const TEMPORARY: &str = "temporary";

/// A folder for one cluster; whatever still runs in it at the end is ended with it.
pub struct Home(pub tempfile::TempDir);

impl Home {
    pub fn new() -> Self {
        Self(tempfile::Builder::new().prefix("sne-home-").permissions(mode(0o755)).tempdir().unwrap())
    }

    pub fn options(&self) -> Options {
        Options::new(self.0.path().join("postgresql"))
    }

    pub fn start(&self) -> (Cluster, Vec<Step>) {
        let mut steps = Vec::new();
        let cluster = Cluster::start_with(self.options(), |step| steps.push(step)).unwrap();
        (cluster, steps)
    }
}

pub fn mode(bits: u32) -> std::fs::Permissions {
    std::os::unix::fs::PermissionsExt::from_mode(bits)
}

pub fn psql(cluster: &Cluster, sql: &str) -> String {
    let url = cluster.url(cluster.superuser(), "postgres");
    let output = Command::new(cluster.binaries().tool("psql"))
        .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", sql, "-d", &url])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

pub fn alive(pid: i32) -> bool {
    // A zombie of a container whose first process reaps nothing is not alive.
    std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}

pub fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !holds() {
        assert!(Instant::now() < deadline, "{what}");
        std::thread::yield_now();
    }
}

/// Another process that started (or adopted) the cluster of a folder and waits.
pub struct Holder {
    process: Child,
    /// What it told: the postmaster's process id, or the folder of the temporary cluster.
    pub told: String,
}

impl Holder {
    pub fn of(folder: &Path) -> Self {
        Self::spawn(folder.to_str().unwrap())
    }

    pub fn of_a_temporary_cluster() -> Self {
        Self::spawn(TEMPORARY)
    }

    fn spawn(what: &str) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "support::holds_a_cluster_for_another_test", "--nocapture"])
            .env(HOLD, what)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let told = lines.map_while(Result::ok).find_map(|l| Some(l.split_once("held: ")?.1.to_owned()));
        Self {
            told: told.expect("the other process got its cluster"),
            process: {
                process.stdout = None;
                process
            },
        }
    }

    /// As `kill -9` does.
    pub fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The other process of [`Holder`]: this test binary again. In an ordinary run it has nothing to hold.
#[test]
fn holds_a_cluster_for_another_test() {
    let Ok(what) = std::env::var(HOLD) else { return };
    let mut line = String::new();
    if what == TEMPORARY {
        let cluster = TestCluster::start().unwrap();
        println!("held: {}", cluster.psql("postgres", "SHOW data_directory").unwrap());
        std::io::stdin().read_line(&mut line).unwrap();
    } else {
        let cluster = Cluster::start(Options::new(what)).unwrap();
        println!("held: {}", cluster.postmaster_pid());
        std::io::stdin().read_line(&mut line).unwrap();
    }
}
