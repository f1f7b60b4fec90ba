//! Temporary clusters for the tests of this and other crates (feature `test-util`).
//!
//! They run with the durability settings of production. A watchdog process removes each one after the test process has
//! ended, however it ended: values in statics are never dropped, and a killed test drops nothing.

mod standby;

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::sys::statvfs::statvfs;
use nix::unistd::Pid;

use crate::{Cluster, Error, Options, tool};

/// The read ends when the write end is closed, which the kernel does whatever the end of the test process.
const WATCHDOG: &str = r#"
read -r _
pid=$(head -n 1 "$1/cluster/postmaster.pid" 2>/dev/null)
if [ -n "$pid" ]; then
    kill -QUIT "$pid" 2>/dev/null
    rounds=0
    while kill -0 "$pid" 2>/dev/null && [ "$rounds" -lt 100 ]; do sleep 0.1; rounds=$((rounds + 1)); done
fi
short=$(cat "$1/socket-folder" 2>/dev/null)
case "$short" in */sne-pg-*) rm -rf "$short" ;; esac
rm -rf "$1"
"#;

/// A folder in memory, where Linux has one.
const MEMORY: &str = "/dev/shm";
/// What the shared cluster of the largest suite needs with room to spare, in bytes.
const ROOM: u64 = 8 << 30;

/// The one temporary cluster of this test process. Tests that hurt their cluster start one of their own:
/// [`TestCluster::start`]. It lies in memory when there is room: hundreds of databases are copied, and a slow disk would be
/// all that the suites measure. Nothing that they show rests on a disk that outlives the machine.
pub fn shared() -> &'static TestCluster {
    static SHARED: OnceLock<TestCluster> = OnceLock::new();
    SHARED.get_or_init(|| {
        let memory = PathBuf::from(MEMORY);
        let started = if free(&memory) >= ROOM { TestCluster::start_in(memory, &[]) } else { TestCluster::start() };
        started.expect("a temporary PostgreSQL cluster starts")
    })
}

/// Bytes that are free in a folder's file system; none when it cannot be asked.
fn free(folder: &Path) -> u64 {
    statvfs(folder).map_or(0, |system| system.blocks_available() * system.fragment_size())
}

/// A temporary cluster in the folder for temporary files.
#[derive(Debug)]
pub struct TestCluster {
    cluster: Mutex<Option<Cluster>>,
    options: Options,
    watchdog: Child,
}

impl TestCluster {
    /// A new temporary cluster, stopped and removed when dropped.
    pub fn start() -> Result<Self, Error> {
        Self::start_with(&[])
    }

    /// As [`TestCluster::start`], with server settings added.
    pub fn start_with(settings: &[(&str, &str)]) -> Result<Self, Error> {
        Self::start_in(std::env::temp_dir(), settings)
    }

    /// As [`TestCluster::start_with`], in a folder of another disk.
    pub fn start_in(parent: PathBuf, settings: &[(&str, &str)]) -> Result<Self, Error> {
        let (mut options, watchdog) = new_folder(parent)?;
        for (name, value) in settings {
            options = options.setting(*name, *value);
        }
        let cluster = Cluster::start(options.clone())?;
        Ok(Self { cluster: Mutex::new(Some(cluster)), options, watchdog })
    }

    fn cluster(&self) -> MutexGuard<'_, Option<Cluster>> {
        self.cluster.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with<T>(&self, read: impl FnOnce(&Cluster) -> T) -> T {
        read(self.cluster().as_ref().expect("a cluster is there until the drop"))
    }

    /// Name of the database superuser.
    pub fn superuser(&self) -> &'static str {
        self.with(Cluster::superuser)
    }

    /// Connection string, as [`Cluster::url`].
    pub fn url(&self, user: &str, database: &str) -> String {
        self.with(|cluster| cluster.url(user, database))
    }

    /// Makes a database, empty or as a copy of `template` (which nobody may be connected to).
    pub fn create_database(&self, name: &str, template: Option<&str>) -> Result<(), Error> {
        let source = template.map(|template| format!(" TEMPLATE {}", identifier(template))).unwrap_or_default();
        self.psql("postgres", &format!("CREATE DATABASE {}{source}", identifier(name))).map(drop)
    }

    /// Ends whoever is connected to a database and lets nobody in any more: it is only copied from now on.
    pub fn keep_as_template(&self, name: &str) -> Result<(), Error> {
        let end = format!(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '{name}'; \
             ALTER DATABASE {} ALLOW_CONNECTIONS false",
            identifier(name)
        );
        self.psql("postgres", &end).map(drop)
    }

    /// A name that no other call in any test process gives, at most 63 bytes for a short prefix.
    pub fn fresh_name(&self, prefix: &str) -> String {
        static COUNTER: AtomicU32 = AtomicU32::new(1);
        format!("{prefix}_{}_{}", std::process::id(), COUNTER.fetch_add(1, Ordering::Relaxed))
    }

    /// Runs SQL as the superuser and returns the rows: one a line, columns parted by `|`.
    pub fn psql(&self, database: &str, sql: &str) -> Result<String, Error> {
        let (program, url) =
            self.with(|cluster| (cluster.binaries().tool("psql"), cluster.url(cluster.superuser(), database)));
        let program = if program.exists() { program } else { "psql".into() };
        let mut command = tool::command(&program);
        command.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", sql, "-d", &url]);
        let output = tool::run(command, None, "psql", None)?;
        Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
    }

    /// Process id of the postmaster that was last started.
    pub fn postmaster_pid(&self) -> i32 {
        self.with(Cluster::postmaster_pid)
    }

    /// Kills the postmaster as `kill -9` does and waits until it is gone; its children follow by themselves.
    pub fn kill_postmaster(&self) {
        let pid = Pid::from_raw(self.postmaster_pid());
        let _ = kill(pid, Signal::SIGKILL);
        let deadline = Instant::now() + Duration::from_secs(10);
        while kill(pid, None) != Err(Errno::ESRCH) && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Starts the server again after its postmaster died (or does nothing when it lives).
    pub fn restart(&self) -> Result<(), Error> {
        let again = Cluster::start(self.options.clone())?;
        // The old handle goes only after the new one counts as a user, so that it stops nothing.
        let old = self.cluster().replace(again);
        drop(old);
        Ok(())
    }
}

impl Drop for TestCluster {
    fn drop(&mut self) {
        drop(self.cluster().take());
        drop(self.watchdog.stdin.take());
        let _ = self.watchdog.wait();
    }
}

/// A new folder in that for temporary files, and who removes it.
fn new_folder(parent: PathBuf) -> Result<(Options, Child), Error> {
    let folder = tempfile::Builder::new()
        .prefix("sne-test-")
        .tempdir_in(&parent)
        .map_err(Error::folder("create a folder in", parent))?
        .keep();
    let watchdog = watch(&folder)?;
    Ok((Options::new(folder).setting("max_connections", "200"), watchdog))
}

fn watch(folder: &Path) -> Result<Child, Error> {
    Command::new("sh")
        .args(["-c", WATCHDOG, "watchdog"])
        .arg(folder)
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        // Ctrl-C in the terminal must not reach it before it has done its work.
        .process_group(0)
        .spawn()
        .map_err(|source| Error::Run { tool: "sh".into(), source })
}

fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
