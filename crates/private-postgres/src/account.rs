//! The account that the server runs as.

use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use nix::unistd::{Gid, Uid, User};

use crate::Error;

/// Ourselves, or the unprivileged account that root hands the server to.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub name: String,
    uid: Uid,
    gid: Gid,
    dropped: bool,
}

impl Account {
    /// The account for a cluster whose data folder is `pgdata`; root runs data that exist as whoever owns them.
    pub fn choose(pgdata: &Path) -> Result<Self, Error> {
        let uid = Uid::effective();
        if !uid.is_root() {
            return Ok(Self { name: uid.to_string(), uid, gid: Gid::effective(), dropped: false });
        }
        if let Ok(meta) = std::fs::symlink_metadata(pgdata)
            && meta.uid() != 0
        {
            let (uid, gid) = (Uid::from_raw(meta.uid()), Gid::from_raw(meta.gid()));
            return Ok(Self { name: uid.to_string(), uid, gid, dropped: true });
        }
        ["postgres", "nobody"]
            .into_iter()
            .find_map(|name| User::from_name(name).ok().flatten())
            .filter(|user| !user.uid.is_root())
            .map(|user| Self { name: user.name, uid: user.uid, gid: user.gid, dropped: true })
            .ok_or(Error::NoUnprivilegedAccount)
    }

    /// Makes the command run as this account. The standard library also drops root's supplementary groups.
    pub fn apply(&self, command: &mut Command) {
        if self.dropped {
            command.uid(self.uid.as_raw()).gid(self.gid.as_raw());
        }
    }

    /// Gives a folder or file that root just made to the account.
    pub fn own(&self, path: &Path) -> Result<(), Error> {
        if !self.dropped {
            return Ok(());
        }
        std::os::unix::fs::lchown(path, Some(self.uid.as_raw()), Some(self.gid.as_raw()))
            .map_err(Error::folder("change the owner of", path))
    }

    /// Refuses a folder of somebody else; root gives it to the account instead.
    pub fn must_own(&self, path: &Path) -> Result<(), Error> {
        let owner = std::fs::metadata(path).map_err(Error::folder("read", path))?.uid();
        if self.dropped || owner == self.uid.as_raw() {
            return Ok(());
        }
        Err(Error::ForeignOwner { path: path.to_owned(), owner })
    }

    pub fn owns(&self, meta: &std::fs::Metadata) -> bool {
        meta.uid() == self.uid.as_raw()
    }

    /// Whether the account may walk through every folder above `path`, which is absolute.
    pub fn can_reach(&self, path: &Path) -> Result<(), Error> {
        if !self.dropped {
            return Ok(());
        }
        let mut above: Vec<&Path> = path.ancestors().skip(1).collect();
        above.reverse();
        for folder in above {
            let meta = std::fs::metadata(folder).map_err(Error::folder("read", folder))?;
            let needed = if meta.uid() == self.uid.as_raw() {
                0o100
            } else if meta.gid() == self.gid.as_raw() {
                0o010
            } else {
                0o001
            };
            if meta.mode() & needed == 0 {
                return Err(Error::NotTraversable { folder: folder.to_owned(), account: self.name.clone() });
            }
        }
        Ok(())
    }
}
