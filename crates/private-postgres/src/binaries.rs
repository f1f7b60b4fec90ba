use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Error;

/// The lowest major version of PostgreSQL that the register runs on.
pub const MINIMUM_MAJOR: u32 = 15;

const DEBIAN_ROOT: &str = "/usr/lib/postgresql";
const NEEDED: [&str; 3] = ["initdb", "postgres", "pg_ctl"];

/// An installed PostgreSQL server: the folder of its programs and its major version.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Binaries {
    dir: PathBuf,
    major: u32,
}

impl Binaries {
    /// The first installation on `PATH` that is new enough, or else the newest one where Debian puts them.
    pub fn find() -> Result<Self, Error> {
        Self::find_in(&std::env::var_os("PATH").unwrap_or_default(), Path::new(DEBIAN_ROOT))
    }

    /// As [`Binaries::find`], with the search path and the root of versioned installations given.
    pub fn find_in(path: &OsStr, root: &Path) -> Result<Self, Error> {
        Self::installed(path, root).into_iter().next().ok_or_else(|| Error::BinariesNotFound {
            searched: format!("PATH and {}/*/bin", root.display()),
            needed: MINIMUM_MAJOR,
        })
    }

    /// The installation of one major version: data can only be served by the version that wrote them.
    pub(crate) fn find_major(major: u32, data: &Path) -> Result<Self, Error> {
        let all = Self::installed(&std::env::var_os("PATH").unwrap_or_default(), Path::new(DEBIAN_ROOT));
        let installed = all.iter().map(|b| b.major.to_string()).collect::<Vec<_>>().join(", ");
        all.into_iter().find(|b| b.major == major).ok_or_else(|| Error::VersionMismatch {
            path: data.to_owned(),
            data: major,
            installed: if installed.is_empty() { "none".to_owned() } else { installed },
        })
    }

    fn installed(path: &OsStr, root: &Path) -> Vec<Self> {
        let on_path = std::env::split_paths(path).filter_map(|dir| Self::of_dir(&dir));
        let mut versioned: Vec<Self> = std::fs::read_dir(root)
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|entry| Self::of_dir(&entry.path().join("bin")))
            .collect();
        versioned.sort_by_key(|b| std::cmp::Reverse(b.major));
        on_path.chain(versioned).filter(|b| b.major >= MINIMUM_MAJOR).collect()
    }

    fn of_dir(dir: &Path) -> Option<Self> {
        // A link on PATH (`/usr/local/bin/postgres`) stands for the folder that holds the whole installation.
        let dir = dir.join("postgres").canonicalize().ok()?.parent()?.to_owned();
        if !NEEDED.iter().all(|tool| dir.join(tool).is_file()) {
            return None;
        }
        let output = Command::new(dir.join("postgres")).arg("--version").output().ok()?;
        let major = major_of(&String::from_utf8_lossy(&output.stdout))?;
        Some(Self { dir, major })
    }

    /// Folder of the programs.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Major version, such as 15.
    pub fn version(&self) -> u32 {
        self.major
    }

    /// Path of one program of this installation, such as `psql`.
    pub fn tool(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }
}

/// The major version in the answer of `postgres --version`: "postgres (PostgreSQL) 15.14 (Debian ...)", "... 18beta1".
fn major_of(answer: &str) -> Option<u32> {
    let version = answer.split_once("(PostgreSQL)")?.1.trim_start();
    let digits = version.split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_read_whatever_follows_it() {
        assert_eq!(major_of("postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)\n"), Some(15));
        assert_eq!(major_of("postgres (PostgreSQL) 18beta1\n"), Some(18));
        assert_eq!(major_of("something else"), None);
        assert_eq!(major_of(""), None);
    }

    #[test]
    fn missing_binaries_say_how_to_get_them() {
        let empty = tempfile::tempdir().unwrap();
        let error = Binaries::find_in(OsStr::new("/nonexistent"), empty.path()).unwrap_err();
        assert!(matches!(error, Error::BinariesNotFound { needed: MINIMUM_MAJOR, .. }));
        let said = error.to_string();
        assert!(said.contains("make deps") && said.contains("apt-get install"), "{said}");
    }

    #[test]
    fn an_installation_that_is_too_old_or_incomplete_is_passed_over() {
        use std::os::unix::fs::PermissionsExt;
        let root = tempfile::tempdir().unwrap();
        let install = |version: &str, tools: &[&str]| {
            let bin = root.path().join(version).join("bin");
            std::fs::create_dir_all(&bin).unwrap();
            for tool in tools {
                let script = format!("#!/bin/sh\necho 'postgres (PostgreSQL) {version}.1'\n");
                std::fs::write(bin.join(tool), script).unwrap();
                std::fs::set_permissions(bin.join(tool), std::fs::Permissions::from_mode(0o755)).unwrap();
            }
        };
        install("14", &NEEDED);
        install("17", &["postgres"]);
        assert!(Binaries::find_in(OsStr::new(""), root.path()).is_err());
        install("9", &NEEDED);
        install("15", &NEEDED);
        install("16", &NEEDED);
        assert_eq!(Binaries::find_in(OsStr::new(""), root.path()).unwrap().version(), 16);
    }
}
