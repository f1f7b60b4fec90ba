//! The list of what was erased, beside the key-encryption keys: what a restored database does not know any more.
//!
//! A line an erased key, signed together with all lines before it: an entry that is altered, taken out or put in shows. An
//! end that is cut off does not; whoever keeps the log knows what was erased and adds it again.

use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use crate::fingerprint::mac;
use crate::{Error, KeyId, Secret32, Secrets, key_file};

const NAME: &str = "erased-keys.list";
const FORMAT: &str = "1";

/// A key that was destroyed because what it sealed is erased.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ErasedKey {
    /// Its number.
    pub key: KeyId,
    /// Its commitment: a restored database gives the number to another key one day, but never the commitment.
    pub commitment: [u8; 32],
    /// Whose it was. Without blanks.
    pub stream: String,
    /// The day of the erasure.
    pub erased_on: Date,
}

impl ErasedKey {
    fn text(&self) -> String {
        format!("{FORMAT} {} {} {} {}", self.key, hex::encode(self.commitment), self.stream, self.erased_on)
    }

    fn parse(text: &str) -> Option<Self> {
        let mut fields = text.split(' ');
        let (FORMAT, key, commitment, stream, erased_on, None) =
            (fields.next()?, fields.next()?, fields.next()?, fields.next()?, fields.next()?, fields.next())
        else {
            return None;
        };
        let mut bytes = [0; 32];
        hex::decode_to_slice(commitment, &mut bytes).ok()?;
        Some(Self {
            key: KeyId::new(key.parse().ok()?),
            commitment: bytes,
            stream: stream.to_owned(),
            erased_on: erased_on.parse().ok()?,
        })
    }
}

/// The list of a key folder. Only ever appended to.
#[derive(Debug)]
pub struct ErasureList {
    folder: PathBuf,
    key: Secret32,
}

/// The list as it was read: its entries, how far it is whole, and the last signature.
struct Content {
    entries: Vec<ErasedKey>,
    whole: u64,
    last: [u8; 32],
}

impl ErasureList {
    /// The list of this folder, whose secrets sign it. Nothing is made.
    pub fn of(folder: impl AsRef<Path>, secrets: &Secrets) -> Self {
        Self { folder: folder.as_ref().to_owned(), key: secrets.erasure_key() }
    }

    fn path(&self) -> PathBuf {
        self.folder.join(NAME)
    }

    /// Every entry, oldest first; none when nothing was erased yet.
    ///
    /// # Errors
    /// [`Error::ErasureListAltered`], [`Error::KeyFile`].
    pub fn entries(&self) -> Result<Vec<ErasedKey>, Error> {
        let path = self.path();
        match File::open(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(Error::file("read", path)(error)),
            Ok(mut file) => Ok(self.read(&mut file)?.entries),
        }
    }

    /// Adds entries durably, those that are there already left out. Returns how many it added. Two processes may be at it.
    ///
    /// # Errors
    /// As [`ErasureList::entries`].
    pub fn append(&self, entries: &[ErasedKey]) -> Result<usize, Error> {
        if entries.is_empty() {
            return Ok(0);
        }
        let path = self.path();
        let failed = || Error::file("write", path.clone());
        let mut options = OpenOptions::new();
        let file = options.read(true).write(true).create(true).truncate(false).mode(0o600).open(&path);
        let mut file = file.map_err(failed())?;
        // Released when the file is closed.
        file.lock().map_err(failed())?;
        let Content { entries: known, whole, mut last } = self.read(&mut file)?;
        let known: HashSet<(KeyId, [u8; 32])> = known.iter().map(|entry| (entry.key, entry.commitment)).collect();
        let fresh: Vec<&ErasedKey> =
            entries.iter().filter(|entry| !known.contains(&(entry.key, entry.commitment))).collect();
        let mut text = String::new();
        for entry in &fresh {
            let line = entry.text();
            last = self.sign(&last, &line);
            text.push_str(&format!("{line} {}\n", hex::encode(last)));
        }
        // What a kill left of a last line goes first.
        file.set_len(whole)
            .and_then(|()| file.seek(SeekFrom::Start(whole)))
            .and_then(|_| file.write_all(text.as_bytes()))
            .and_then(|()| file.sync_all())
            .map_err(failed())?;
        key_file::sync(&self.folder)?;
        Ok(fresh.len())
    }

    fn read(&self, file: &mut File) -> Result<Content, Error> {
        let mut text = String::new();
        file.read_to_string(&mut text).map_err(Error::file("read", self.path()))?;
        let mut content = Content { entries: Vec::new(), whole: 0, last: [0; 32] };
        for (number, line) in (1..).zip(text.split_inclusive('\n')) {
            // The last line without its end: a kill came between the first and the last byte of it.
            let Some(signed) = line.strip_suffix('\n') else { break };
            let altered = || Error::ErasureListAltered { path: self.path(), line: number };
            let (line_text, signature) = signed.rsplit_once(' ').ok_or_else(altered)?;
            content.last = self.sign(&content.last, line_text);
            if hex::encode(content.last) != signature {
                return Err(altered());
            }
            content.entries.push(ErasedKey::parse(line_text).ok_or_else(altered)?);
            content.whole += line.len() as u64;
        }
        Ok(content)
    }

    fn sign(&self, before: &[u8; 32], line: &str) -> [u8; 32] {
        mac(&self.key, b"sne-erasure-list-v1", &[before, line.as_bytes()])
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn entry(key: i64) -> ErasedKey {
        let stream = "00603260000010G0601".to_owned();
        ErasedKey { key: KeyId::new(key), commitment: [7; 32], stream, erased_on: date(2027, 5, 7) }
    }

    fn list() -> (tempfile::TempDir, ErasureList) {
        let folder = tempfile::tempdir().unwrap();
        let secrets = Secrets::open_or_create(folder.path().join("keys")).unwrap();
        let list = ErasureList::of(folder.path().join("keys"), &secrets);
        (folder, list)
    }

    #[test]
    fn what_was_added_is_read_and_added_once() {
        let (_folder, list) = list();
        assert_eq!(list.entries().unwrap(), []);
        assert_eq!(list.append(&[entry(1), entry(2)]).unwrap(), 2);
        assert_eq!(list.append(&[entry(2), entry(3)]).unwrap(), 1);
        assert_eq!(list.entries().unwrap(), [entry(1), entry(2), entry(3)]);
        let again = ErasedKey { commitment: [8; 32], ..entry(1) };
        assert_eq!(list.append(std::slice::from_ref(&again)).unwrap(), 1, "another key under the same number");
    }

    #[test]
    fn an_entry_cut_short_by_a_kill_is_not_there_and_is_added_again() {
        let (_folder, list) = list();
        list.append(&[entry(1), entry(2)]).unwrap();
        let whole = std::fs::read(list.path()).unwrap();
        let first = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
        for cut in first..whole.len() {
            std::fs::write(list.path(), &whole[..cut]).unwrap();
            assert_eq!(list.entries().unwrap(), [entry(1)], "cut at {cut}");
            assert_eq!(list.append(&[entry(2)]).unwrap(), 1);
            assert_eq!(std::fs::read(list.path()).unwrap(), whole);
        }
    }

    #[test]
    fn a_line_that_is_altered_taken_out_or_put_elsewhere_is_refused() {
        let (_folder, list) = list();
        list.append(&[entry(1), entry(2), entry(3)]).unwrap();
        let text = std::fs::read_to_string(list.path()).unwrap();
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let altered = text.replacen("1 2 ", "1 4 ", 1);
        for (text, line) in [
            (altered, 2),
            ([lines[0], lines[2]].concat(), 2),
            ([lines[1], lines[0], lines[2]].concat(), 1),
            ([lines[0], lines[0], lines[1]].concat(), 2),
            ("\n".to_owned(), 1),
        ] {
            std::fs::write(list.path(), text).unwrap();
            let refused = list.entries().unwrap_err();
            assert!(matches!(refused, Error::ErasureListAltered { line: at, .. } if at == line), "{refused}");
            assert!(list.append(&[entry(9)]).is_err());
        }
        let (_other_folder, others) = self::list();
        std::fs::write(others.path(), lines.concat()).unwrap();
        assert!(others.entries().is_err(), "another folder's secrets signed it");
    }

    #[test]
    fn processes_that_add_at_once_lose_nothing() {
        let (_folder, list) = list();
        std::thread::scope(|scope| {
            for writer in 0..4 {
                let list = &list;
                scope.spawn(move || {
                    for n in 0..10 {
                        list.append(&[entry(writer * 10 + n)]).unwrap();
                    }
                });
            }
        });
        let mut keys: Vec<i64> = list.entries().unwrap().iter().map(|entry| entry.key.get()).collect();
        keys.sort_unstable();
        assert_eq!(keys, (0..40).collect::<Vec<_>>());
    }
}
