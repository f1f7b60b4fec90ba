//! How far counters have gone, beside the key-encryption keys: what a restored database does not know any more.
//!
//! Counters come in groups, a signed file each, replaced as a whole: a file is read as it was written or refused. A mark only
//! ever rises. An older copy of a file is signed as well and cannot be told from the newest one.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use crate::fingerprint::mac;
use crate::{Error, Secret32, Secrets, key_file};

const PREFIX: &str = "numbers-";
const ENDING: &str = ".marks";
const LOCK: &str = "numbers.lock";
const FORMAT: &str = "sne-marks/1";

/// The marks of a key folder.
#[derive(Debug)]
pub struct HighWater {
    folder: PathBuf,
    key: Secret32,
}

/// What a counter gives out next, by its name.
pub type Marks = BTreeMap<String, i64>;

impl HighWater {
    /// The marks of this folder, whose secrets sign them. Nothing is made.
    pub fn of(folder: impl AsRef<Path>, secrets: &Secrets) -> Self {
        Self { folder: folder.as_ref().to_owned(), key: secrets.marks_key() }
    }

    /// All marks, by group; none when nothing was ever given out.
    ///
    /// # Errors
    /// [`Error::MarksAltered`], [`Error::KeyFile`].
    pub fn all(&self) -> Result<BTreeMap<String, Marks>, Error> {
        let mut groups = BTreeMap::new();
        let entries = match std::fs::read_dir(&self.folder) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(groups),
            entries => entries.map_err(Error::file("read", &self.folder))?,
        };
        for entry in entries {
            let name = entry.map_err(Error::file("read", &self.folder))?.file_name();
            let group = name.to_str().and_then(|name| name.strip_prefix(PREFIX)?.strip_suffix(ENDING));
            if let Some(group) = group {
                groups.insert(group.to_owned(), self.read(group)?);
            }
        }
        Ok(groups)
    }

    /// Raises marks of one group durably; those that are as high already stay. Groups and names have no blanks. Two
    /// processes may be at it.
    ///
    /// # Errors
    /// As [`HighWater::all`].
    pub fn raise(&self, group: &str, marks: &Marks) -> Result<(), Error> {
        let lock = self.folder.join(LOCK);
        let failed = || Error::file("lock", lock.clone());
        let mut options = OpenOptions::new();
        let held = options.write(true).create(true).truncate(false).mode(0o600).open(&lock).map_err(failed())?;
        // Released when the file is closed.
        held.lock().map_err(failed())?;
        let mut known = self.read(group)?;
        let mut risen = false;
        for (name, next) in marks {
            let mark = known.entry(name.clone()).or_default();
            risen |= *mark < *next;
            *mark = (*mark).max(*next);
        }
        if risen { self.replace(group, &known) } else { Ok(()) }
    }

    fn path(&self, group: &str) -> PathBuf {
        self.folder.join(format!("{PREFIX}{group}{ENDING}"))
    }

    fn read(&self, group: &str) -> Result<Marks, Error> {
        let path = self.path(group);
        let text = match std::fs::read_to_string(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Marks::new()),
            // Bytes that are no text are not what was written.
            Err(error) if error.kind() == ErrorKind::InvalidData => return Err(Error::MarksAltered { path }),
            text => text.map_err(Error::file("read", &path))?,
        };
        self.parse(group, &text).ok_or(Error::MarksAltered { path })
    }

    fn parse(&self, group: &str, text: &str) -> Option<Marks> {
        let (body, signature) = text.strip_suffix('\n')?.rsplit_once('\n')?;
        if hex::encode(self.sign(group, body)) != signature {
            return None;
        }
        let mut lines = body.lines();
        if lines.next() != Some(FORMAT) {
            return None;
        }
        let mark =
            |line: &str| line.split_once(' ').and_then(|(name, next)| Some((name.to_owned(), next.parse().ok()?)));
        lines.map(mark).collect()
    }

    /// The new file takes the place of the old one at once, or not at all.
    fn replace(&self, group: &str, marks: &Marks) -> Result<(), Error> {
        let lines = marks.iter().map(|(name, next)| format!("\n{name} {next}"));
        let body = std::iter::once(FORMAT.to_owned()).chain(lines).collect::<String>();
        let text = format!("{body}\n{}\n", hex::encode(self.sign(group, &body)));
        let path = self.path(group);
        let fresh = self.folder.join(format!(".{PREFIX}{group}{ENDING}"));
        let mut options = OpenOptions::new();
        let written = options.write(true).create(true).truncate(true).mode(0o600).open(&fresh);
        written
            .and_then(|mut file: File| {
                file.write_all(text.as_bytes())?;
                file.sync_all()
            })
            .and_then(|()| std::fs::rename(&fresh, &path))
            .map_err(Error::file("write", path))?;
        key_file::sync(&self.folder)
    }

    fn sign(&self, group: &str, body: &str) -> [u8; 32] {
        mac(&self.key, b"sne-marks-v1", &[group.as_bytes(), body.as_bytes()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(entries: &[(&str, i64)]) -> Marks {
        entries.iter().map(|(name, next)| ((*name).to_owned(), *next)).collect()
    }

    fn high_water() -> (tempfile::TempDir, HighWater) {
        let folder = tempfile::tempdir().unwrap();
        let secrets = Secrets::open_or_create(folder.path().join("keys")).unwrap();
        let high_water = HighWater::of(folder.path().join("keys"), &secrets);
        (folder, high_water)
    }

    #[test]
    fn a_mark_only_rises() {
        let (_folder, high_water) = high_water();
        assert!(high_water.all().unwrap().is_empty());
        high_water.raise("006", &marks(&[("1126", 101), ("1026", 301)])).unwrap();
        high_water.raise("006", &marks(&[("1126", 201), ("1026", 1)])).unwrap();
        high_water.raise("083", &marks(&[("1126", 101)])).unwrap();
        let all = high_water.all().unwrap();
        assert_eq!(all["006"], marks(&[("1126", 201), ("1026", 301)]));
        assert_eq!(all["083"], marks(&[("1126", 101)]));
    }

    #[test]
    fn a_file_that_is_altered_cut_short_or_of_another_group_is_refused() {
        let (_folder, high_water) = high_water();
        high_water.raise("006", &marks(&[("1126", 101)])).unwrap();
        let path = high_water.path("006");
        let text = std::fs::read_to_string(&path).unwrap();
        let lower = text.replacen("101", "001", 1);
        let cuts = (0..text.len()).map(|end| text[..end].to_owned());
        for altered in cuts.chain([lower, format!("{text}1226 5\n")]) {
            std::fs::write(&path, altered).unwrap();
            assert!(matches!(high_water.all(), Err(Error::MarksAltered { .. })));
            assert!(high_water.raise("006", &marks(&[("1126", 301)])).is_err());
        }
        std::fs::write(&path, &text).unwrap();
        std::fs::copy(&path, high_water.path("083")).unwrap();
        assert!(high_water.all().is_err());
        std::fs::remove_file(high_water.path("083")).unwrap();
        assert_eq!(high_water.all().unwrap()["006"], marks(&[("1126", 101)]));
    }

    #[test]
    fn processes_that_raise_at_once_lose_nothing() {
        let (_folder, high_water) = high_water();
        std::thread::scope(|scope| {
            for month in ["0126", "0226", "0326", "0426"] {
                let high_water = &high_water;
                scope.spawn(move || {
                    for block in 1..=10 {
                        high_water.raise("006", &marks(&[(month, block * 100 + 1)])).unwrap();
                    }
                });
            }
        });
        let all = high_water.all().unwrap();
        assert_eq!(all["006"], marks(&[("0126", 1001), ("0226", 1001), ("0326", 1001), ("0426", 1001)]));
    }
}
