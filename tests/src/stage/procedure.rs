//! The commands of `docs/operations.md`, run as they stand there.

use std::ffi::OsString;
use std::os::unix::fs::{MetadataExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use private_postgres::Binaries;

use crate::stage::sne::binary;

/// Whose commands they are.
#[derive(Clone, Copy)]
pub enum By {
    /// The account that the PostgreSQL server runs as.
    Postgres,
    /// The account of the register: our own.
    Sne,
}

/// The page, and the account of the server.
pub struct Procedure {
    page: String,
    account: (u32, u32),
}

impl Procedure {
    /// The account is the one that owns the cluster's data.
    pub fn read(pgdata: &Path) -> Self {
        let house = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let page = std::fs::read_to_string(house.join("docs/operations.md")).unwrap();
        let owner = std::fs::metadata(pgdata).unwrap();
        Self { page, account: (owner.uid(), owner.gid()) }
    }

    /// A new folder that belongs to the account of the server.
    pub fn folder(&self, path: PathBuf) -> PathBuf {
        std::fs::create_dir(&path).unwrap();
        chown(&path, Some(self.account.0), Some(self.account.1)).unwrap();
        path
    }

    /// The commands under a name, as they stand in the page.
    fn commands(&self, name: &str) -> &str {
        let (_, rest) =
            self.page.split_once(&format!("```sh {name}\n")).unwrap_or_else(|| panic!("no commands {name}"));
        rest.split_once("\n```").unwrap().0
    }

    /// Runs the commands under a name, which must succeed, and returns what they printed.
    pub fn run(&self, name: &str, by: By, variables: &[(&str, &str)]) -> String {
        let output = self.shell(by, variables).arg(self.commands(name)).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        let out = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{name}: {out}{said}");
        out.into_owned()
    }

    /// Runs SQL as the superuser of a cluster.
    pub fn psql(&self, database: &str, sql: &str, variables: &[(&str, &str)]) -> String {
        let mut shell = self.shell(By::Postgres, variables);
        let output =
            shell.args(["psql -X -q -A -t -v ON_ERROR_STOP=1 -d \"$1\" -c \"$2\"", "psql", database, sql]).output();
        let output = output.unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    }

    /// Stops a cluster at once.
    pub fn stop(&self, pgdata: &Path) {
        let mut shell = self.shell(By::Postgres, &[]);
        let _ = shell.arg("pg_ctl stop -s -m immediate -D \"$0\"").arg(pgdata).status();
    }

    fn shell(&self, by: By, variables: &[(&str, &str)]) -> Command {
        let mut path = OsString::from(Binaries::find().unwrap().dir());
        path.push(":");
        path.push(binary().parent().unwrap());
        path.push(":");
        path.push(std::env::var_os("PATH").unwrap_or_default());
        let mut shell = Command::new("sh");
        shell.env_clear().env("PATH", path).env("LC_ALL", "C").current_dir("/").stdin(Stdio::null());
        shell.envs(variables.iter().copied()).args(["-eu", "-c"]);
        if let (By::Postgres, true) = (by, nix::unistd::geteuid().is_root()) {
            shell.uid(self.account.0).gid(self.account.1);
        }
        shell
    }
}
