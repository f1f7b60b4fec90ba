//! Finding the binary and running it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::time::SystemTime;

use serde_json::Value;

/// The binary that stands beside this test's own; built when it is not there or older than the sources.
static BINARY: LazyLock<PathBuf> = LazyLock::new(|| {
    let test = std::env::current_exe().unwrap();
    let profile = test.ancestors().nth(2).unwrap();
    let binary = profile.join("sne");
    let house = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    if changed_at(&binary) < newest(&house.join("crates")) {
        let name = match profile.file_name().and_then(OsStr::to_str).unwrap() {
            "debug" => "dev",
            other => other,
        };
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let built = Command::new(cargo).args(["build", "--quiet", "--package", "cli", "--profile", name]).status();
        assert!(built.unwrap().success(), "sne is built");
    }
    binary
});

/// Where the binary is.
pub fn binary() -> &'static Path {
    &BINARY
}

fn changed_at(path: &Path) -> SystemTime {
    path.metadata().and_then(|metadata| metadata.modified()).unwrap_or(SystemTime::UNIX_EPOCH)
}

fn newest(folder: &Path) -> SystemTime {
    let entries = folder.read_dir().unwrap().map(|entry| entry.unwrap().path());
    let times = entries.map(|path| if path.is_dir() { newest(&path) } else { changed_at(&path) });
    times.max().unwrap_or(SystemTime::UNIX_EPOCH)
}

/// A short demonstration that ends, on a port of its own.
pub const DEMO: &[&str] = &["demo", "--short", "--exit", "--listen", "127.0.0.1:0"];

/// What its doctor says: the 300 demands of the sample and the nine of the tour, one of them of a separation.
pub const COMPARED: &str = "309 demandes comparées";

/// Where a register lies, as the command line is told.
#[derive(Clone, Debug)]
pub struct Place {
    pub data_dir: PathBuf,
    pub database_url: Option<String>,
}

/// How a run ended.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Place {
    /// A register on a private cluster of its own.
    pub fn private(data_dir: impl Into<PathBuf>) -> Self {
        Self { data_dir: data_dir.into(), database_url: None }
    }

    /// The command, with nothing of the tester's own settings.
    pub fn command<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(&*BINARY);
        command.args(arguments).arg("--data-dir").arg(&self.data_dir).stdin(Stdio::null());
        let own = std::env::vars_os().map(|(name, _)| name);
        for name in own.filter(|name| name.to_str().is_some_and(|name| name.starts_with("SNE_"))) {
            command.env_remove(name);
        }
        // Servers of other tests run at the same time.
        command.env_remove("DATABASE_URL").env("SNE_METRICS_LISTEN", "127.0.0.1:0");
        command.envs(self.database_url.as_ref().map(|url| ("DATABASE_URL", url)));
        command
    }

    pub fn sne(&self, arguments: &[&str]) -> Ran {
        let output = self.command(arguments).output().unwrap();
        Ran {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Ran {
    /// What was printed, of a run that must have ended with this code.
    #[track_caller]
    pub fn ends(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}\n{}", self.out, self.err);
        self
    }

    /// The standard output as one JSON document.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.out))
    }

    /// The standard output as JSON lines.
    #[track_caller]
    pub fn ndjson(&self) -> Vec<Value> {
        let read = |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        self.out.lines().map(read).collect()
    }
}
