//! A disk that can be filled.

use std::fs::{File, Permissions};
use std::io::{ErrorKind, copy, repeat};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What a test says that cannot have one.
pub const NO_MOUNT: &str = "skipped: needs the right to mount a disk of its own";

/// A disk of its own, small enough to be filled. Needs root.
pub struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    pub fn mount() -> Option<Self> {
        let folder = tempfile::Builder::new().permissions(Permissions::from_mode(0o755)).tempdir().unwrap();
        let options = ["-t", "tmpfs", "-o", "size=192m,mode=755", "none"];
        let mounted = Command::new("mount").args(options).arg(folder.path()).output().unwrap();
        mounted.status.success().then_some(Self(folder))
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    fn filler(&self) -> PathBuf {
        self.path().join("filler")
    }

    /// Not a byte is left, but for so many that are given back.
    pub fn fill(&self, but: u64) {
        let mut filler = File::create(self.filler()).unwrap();
        let full = copy(&mut repeat(0), &mut filler).unwrap_err();
        assert_eq!(full.kind(), ErrorKind::StorageFull);
        filler.set_len(filler.metadata().unwrap().len() - but).unwrap();
    }

    pub fn has_room(&self) {
        std::fs::remove_file(self.filler()).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.path()).status();
    }
}
