//! The lines of a file of rows: read one after the other, none longer than it may be, each a row or what is wrong with it.

use std::io::{BufRead, Error};

use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use crate::ImportRow;

/// The longest line, in bytes. A form takes a few thousand.
const LONGEST: usize = 1 << 20;
/// The longest key that is told of a line that is no row, in characters.
const LONGEST_KEY: usize = 128;
/// A mark that some programs put before UTF-8.
const MARK: &[u8] = b"\xEF\xBB\xBF";

/// Why a line is no row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Not UTF-8.
    NotUtf8,
    /// More than a mebibyte.
    TooLong,
    /// The last line ends before its row does.
    Truncated,
    /// Not one JSON value: at this column.
    NotJson(usize),
    /// JSON, but no row: at this column.
    NotARow(usize),
}

impl Reason {
    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::NotUtf8 => "NOT_UTF8",
            Self::TooLong => "LINE_TOO_LONG",
            Self::Truncated => "TRUNCATED_LINE",
            Self::NotJson(_) => "NOT_JSON",
            Self::NotARow(_) => "NOT_A_ROW",
        }
    }

    /// For people, without anything of the line's content.
    pub fn message(self) -> String {
        match self {
            Self::NotUtf8 => "la ligne n'est pas en UTF-8".to_owned(),
            Self::TooLong => "la ligne dépasse un mébioctet".to_owned(),
            Self::Truncated => "la dernière ligne du fichier est incomplète".to_owned(),
            Self::NotJson(column) => format!("la ligne n'est pas un objet JSON (colonne {column})"),
            Self::NotARow(column) => {
                format!("champ absent, inconnu, en double ou d'une autre forme (colonne {column})")
            }
        }
    }
}

/// One line that says something.
pub struct Line {
    /// Its number in the file, from 1.
    pub number: u64,
    /// Its key, when it can be made out.
    pub key: Option<String>,
    /// What it says.
    pub read: Read,
}

/// A line as it was read.
pub enum Read {
    /// A row.
    Row(Box<ImportRow>),
    /// Something else.
    Broken(Reason),
}

/// The file itself cannot be read.
pub enum FileFault {
    /// It is written in two bytes a character.
    Utf16,
    /// The machine says why.
    Io(Error),
}

impl From<Error> for FileFault {
    fn from(error: Error) -> Self {
        Self::Io(error)
    }
}

/// Reads lines.
pub struct Lines<R> {
    file: R,
    digest: Sha256,
    offset: u64,
    number: u64,
}

impl<R: BufRead> Lines<R> {
    /// The lines of a file from its beginning.
    ///
    /// # Errors
    /// [`FileFault::Utf16`], [`FileFault::Io`].
    pub fn over(mut file: R) -> Result<Self, FileFault> {
        let head = file.fill_buf()?;
        if head.starts_with(b"\xFF\xFE") || head.starts_with(b"\xFE\xFF") {
            return Err(FileFault::Utf16);
        }
        let mut lines = Self { file, digest: Sha256::new(), offset: 0, number: 0 };
        if lines.file.fill_buf()?.starts_with(MARK) {
            lines.consume(MARK.len())?;
        }
        Ok(lines)
    }

    /// Bytes read so far.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Lines read so far.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// A digest of all that was read so far.
    pub fn digest(&self) -> String {
        self.digest.clone().finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Goes to where an earlier reader came, so many bytes and lines on, if the file is the same up to there.
    ///
    /// # Errors
    /// [`FileFault::Io`].
    pub fn skip_to(&mut self, offset: u64, line: u64, digest: &str) -> Result<bool, FileFault> {
        while self.offset < offset {
            let there = self.file.fill_buf()?.len();
            if there == 0 {
                return Ok(false);
            }
            let left = usize::try_from(offset - self.offset).unwrap_or(usize::MAX);
            self.consume(there.min(left))?;
        }
        self.number = line;
        Ok(self.offset == offset && self.digest() == digest)
    }

    /// The next lines that say something; none at the end.
    ///
    /// # Errors
    /// [`FileFault::Io`].
    pub fn window(&mut self, rows: usize, bytes: u64) -> Result<Vec<Line>, FileFault> {
        let from = self.offset;
        let mut window = Vec::new();
        while window.len() < rows && self.offset - from < bytes {
            let Some(raw) = self.next()? else { break };
            window.extend(raw.line());
        }
        Ok(window)
    }

    fn next(&mut self) -> Result<Option<Raw>, FileFault> {
        let mut raw = Raw { number: self.number + 1, bytes: Vec::new(), too_long: false, ended: false };
        loop {
            let there = self.file.fill_buf()?;
            if there.is_empty() {
                break;
            }
            let newline = there.iter().position(|byte| *byte == b'\n');
            let taken = newline.map_or(there.len(), |at| at + 1);
            let content = newline.unwrap_or(there.len());
            if raw.bytes.len() + content > LONGEST {
                raw.too_long = true;
                raw.bytes.clear();
            } else if !raw.too_long {
                raw.bytes.extend_from_slice(&there[..content]);
            }
            self.consume(taken)?;
            if newline.is_some() {
                raw.ended = true;
                break;
            }
        }
        let nothing = !raw.ended && raw.bytes.is_empty() && !raw.too_long;
        self.number += u64::from(!nothing);
        Ok((!nothing).then_some(raw))
    }

    fn consume(&mut self, count: usize) -> Result<(), FileFault> {
        self.digest.update(&self.file.fill_buf()?[..count]);
        self.file.consume(count);
        self.offset += count as u64;
        Ok(())
    }
}

/// A line as it stands in the file.
struct Raw {
    number: u64,
    bytes: Vec<u8>,
    too_long: bool,
    ended: bool,
}

impl Raw {
    /// What the line says; none when it says nothing.
    fn line(self) -> Option<Line> {
        let broken = |reason, key| Some(Line { number: self.number, key, read: Read::Broken(reason) });
        if self.too_long {
            return broken(Reason::TooLong, None);
        }
        let Ok(text) = std::str::from_utf8(&self.bytes) else {
            return broken(Reason::NotUtf8, None);
        };
        let text = text.trim_end_matches('\r').trim();
        if text.is_empty() {
            return None;
        }
        match serde_json::from_str::<ImportRow>(text) {
            Ok(row) => {
                let key = Some(row.key.chars().take(LONGEST_KEY).collect());
                Some(Line { number: self.number, key, read: Read::Row(Box::new(row)) })
            }
            // The message of the reader can quote the line.
            Err(error) if error.is_data() => broken(Reason::NotARow(error.column()), key_of(text)),
            Err(error) if error.is_eof() && !self.ended => broken(Reason::Truncated, None),
            Err(error) => broken(Reason::NotJson(error.column()), None),
        }
    }
}

/// The key of a line that is JSON.
fn key_of(text: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Keyed {
        key: String,
    }
    let keyed: Keyed = serde_json::from_str(text).ok()?;
    Some(keyed.key.chars().take(LONGEST_KEY).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reasons(content: &[u8]) -> Vec<(u64, &'static str)> {
        let mut lines = Lines::over(content).ok().expect("the file can be read");
        let window = lines.window(usize::MAX, u64::MAX).ok().expect("the lines can be read");
        let told = |line: Line| match line.read {
            Read::Row(_) => (line.number, "ROW"),
            Read::Broken(reason) => (line.number, reason.code()),
        };
        window.into_iter().map(told).collect()
    }

    const ROW: &str = r#"{"source":"s","key":"k","demand":"d","on":"2020-01-01","organisation":"732829320","desk":"G0601","channel":"GUICHET","act":{"renew":{}}}"#;

    #[test]
    fn a_mark_crlf_blank_lines_and_no_last_newline_are_as_good_as_none() {
        let file = format!("\u{feff}{ROW}\r\n\r\n  \n{ROW}");
        assert_eq!(reasons(file.as_bytes()), [(1, "ROW"), (4, "ROW")]);
        assert_eq!(reasons(b""), []);
        assert_eq!(reasons(b"\n\n"), []);
    }

    #[test]
    fn each_kind_of_broken_line_has_its_reason_and_the_others_are_read() {
        let half = &ROW[..60];
        let twice = ROW.replacen("\"key\":\"k\"", "\"key\":\"k\",\"key\":\"l\"", 1);
        let long = format!("{{\"source\":\"{}\"}}", "x".repeat(LONGEST));
        let file = [
            ROW.as_bytes(),
            b"\"caf\xE9\"",
            long.as_bytes(),
            b"{}",
            b"[1]",
            b"x",
            twice.as_bytes(),
            half.as_bytes(),
            ROW.as_bytes(),
            half.as_bytes(),
        ]
        .join(&b'\n');
        let expected =
            ["ROW", "NOT_UTF8", "LINE_TOO_LONG", "NOT_A_ROW", "NOT_A_ROW", "NOT_JSON", "NOT_A_ROW", "NOT_JSON"];
        let expected = expected.into_iter().chain(["ROW", "TRUNCATED_LINE"]);
        assert_eq!(reasons(&file), (1..).zip(expected).collect::<Vec<_>>());
    }

    #[test]
    fn a_file_of_two_bytes_a_character_is_refused_whole() {
        for head in [b"\xFF\xFE{\0", b"\xFE\xFF\0{"] {
            assert!(matches!(Lines::over(&head[..]), Err(FileFault::Utf16)));
        }
    }
}
