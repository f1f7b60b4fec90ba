//! What lies where in the folder of a private cluster.

use std::fs::{DirBuilder, File, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::Error;
use crate::account::Account;

/// The folder given in the options, absolute and with links resolved, and the account its server runs as.
#[derive(Clone, Debug)]
pub(crate) struct Folder {
    pub root: PathBuf,
    pub account: Account,
}

impl Folder {
    /// Makes the folder if need be, and refuses one that is not ours to use.
    pub fn prepare(path: &Path) -> Result<Self, Error> {
        let wanted = std::path::absolute(path).map_err(Error::folder("find", path))?;
        if let Some(parent) = wanted.parent() {
            std::fs::create_dir_all(parent).map_err(Error::folder("create", parent))?;
        }
        match DirBuilder::new().mode(0o700).create(&wanted) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(Error::folder("create", wanted)(error)),
        }
        let root = wanted.canonicalize().map_err(Error::folder("find", &wanted))?;
        check_name(&root)?;
        let account = Account::choose(&root.join("cluster"))?;
        account.must_own(&root)?;
        let folder = Self { root, account };
        if !folder.is_empty()? && !folder.start_lock().exists() {
            return Err(Error::ForeignFolder { path: folder.root });
        }
        folder.account.can_reach(&folder.root)?;
        folder.account.own(&folder.root)?;
        std::fs::set_permissions(&folder.root, Permissions::from_mode(0o700))
            .map_err(Error::folder("close", &folder.root))?;
        Ok(folder)
    }

    fn is_empty(&self) -> Result<bool, Error> {
        let mut entries = std::fs::read_dir(&self.root).map_err(Error::folder("read", &self.root))?;
        Ok(entries.next().is_none())
    }

    /// PostgreSQL's own data folder.
    pub fn pgdata(&self) -> PathBuf {
        self.root.join("cluster")
    }

    /// Where initdb works; renamed to [`Folder::pgdata`] when whole.
    pub fn unfinished(&self) -> PathBuf {
        self.root.join("cluster.unfinished")
    }

    pub fn log(&self) -> PathBuf {
        self.root.join("server.log")
    }

    /// Held, exclusively, while somebody starts or stops the postmaster. Also the mark that the folder is ours.
    pub fn start_lock(&self) -> PathBuf {
        self.root.join("start.lock")
    }

    /// Held, shared, by every process that uses the cluster.
    pub fn users_lock(&self) -> PathBuf {
        self.root.join("users.lock")
    }

    /// Major version of the data, if there are any.
    pub fn data_version(&self) -> Result<Option<u32>, Error> {
        let file = self.pgdata().join("PG_VERSION");
        match std::fs::read_to_string(&file) {
            Ok(text) => {
                let damaged = || std::io::Error::new(ErrorKind::InvalidData, "not a major version");
                text.trim().parse().map(Some).map_err(|_| Error::folder("understand", file)(damaged()))
            }
            Err(error) if error.kind() == ErrorKind::NotFound && !self.pgdata().exists() => Ok(None),
            Err(error) => Err(Error::folder("read", file)(error)),
        }
    }

    /// A folder that only the account may enter; an existing one is kept.
    pub fn make_private(&self, path: &Path) -> Result<(), Error> {
        match DirBuilder::new().mode(0o700).create(path) {
            Ok(()) => self.account.own(path),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
            Err(error) => Err(Error::folder("create", path)(error)),
        }
    }

    /// Replaces a small file of the account in one step.
    pub fn write(&self, path: &Path, text: &str) -> Result<(), Error> {
        let fresh = path.with_extension("fresh");
        let written = || -> std::io::Result<File> {
            let _ = std::fs::remove_file(&fresh);
            let mut file = File::create_new(&fresh)?;
            std::io::Write::write_all(&mut file, text.as_bytes())?;
            file.sync_all()?;
            Ok(file)
        };
        written().map_err(Error::folder("write", &fresh))?;
        self.account.own(&fresh)?;
        std::fs::rename(&fresh, path).map_err(Error::folder("write", path))
    }
}

/// `pg_ctl` passes the path through a shell, inside double quotes.
fn check_name(path: &Path) -> Result<(), Error> {
    let text = path.to_str().unwrap_or("\0");
    if text.chars().any(|c| c.is_control() || matches!(c, '"' | '$' | '`' | '\\')) {
        return Err(Error::Setting {
            name: "data_dir".to_owned(),
            reason: "the path must be UTF-8 without control characters, double quote, $, ` and backslash",
        });
    }
    Ok(())
}

pub(crate) fn sync(folder: &Path) -> Result<(), Error> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(Error::folder("flush", folder))
}
