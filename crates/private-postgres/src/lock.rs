//! File locks that the kernel takes back when their holder dies.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

use nix::fcntl::OFlag;

use crate::Error;

/// A lock on one file, released when dropped.
#[derive(Debug)]
pub(crate) struct Lock(File);

impl Lock {
    fn open(path: &Path) -> Result<File, Error> {
        OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            // The folder may belong to the unprivileged account while root opens the file.
            .custom_flags(OFlag::O_NOFOLLOW.bits())
            .open(path)
            .map_err(Error::folder("open the lock", path))
    }

    pub fn shared(path: &Path) -> Result<Self, Error> {
        let file = Self::open(path)?;
        file.lock_shared().map_err(Error::folder("lock", path))?;
        Ok(Self(file))
    }

    /// Waits at most `patience` for the exclusive lock; `None` when somebody else kept it.
    pub fn exclusive(path: &Path, patience: Duration) -> Result<Option<Self>, Error> {
        let file = Self::open(path)?;
        let deadline = Instant::now() + patience;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Some(Self(file))),
                Err(TryLockError::WouldBlock) if Instant::now() < deadline => {
                    std::thread::sleep(Duration::from_millis(20));
                }
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(source)) => return Err(Error::folder("lock", path)(source)),
            }
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Unlocked by name and not by closing: a child between fork and exec may still hold a copy of the descriptor.
        let _ = self.0.unlock();
    }
}
