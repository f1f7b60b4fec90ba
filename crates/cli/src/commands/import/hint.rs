//! How far an import came, beside its file: a hint, believed only where the file and the log say the same.
//!
//! It names the part of the file that was read by its digest, and an event that the import wrote or found. A log that has
//! this event has everything that was entered before it. Where any of this differs the import begins at the first line,
//! and finds what is there by its keys.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use event_log::Position;
use jiff::Timestamp;
use nomenclature::UniqueNumber;
use register::lines::Lines;
use register::{Answer, Register};
use serde::{Deserialize, Serialize};

use super::Counts;

/// An event of the log that an import knows.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub struct Anchor {
    position: i64,
    number: UniqueNumber,
    recorded_at: Timestamp,
}

impl Anchor {
    /// The last event of an answer.
    pub fn of(answer: &Answer) -> Self {
        Self { position: answer.position.get(), number: answer.number, recorded_at: answer.recorded_at }
    }

    /// The later of two.
    pub fn latest(known: Option<Self>, other: Self) -> Option<Self> {
        Some(known.filter(|known| known.position >= other.position).unwrap_or(other))
    }
}

/// How far an import came.
#[derive(Serialize, Deserialize)]
pub struct Hint {
    /// Bytes read.
    pub offset: u64,
    /// Lines read.
    pub line: u64,
    /// Digest of what was read.
    pub sha256: String,
    /// What it came to.
    pub counts: Counts,
    /// Bytes of the file of what was set aside.
    pub faults: u64,
    anchor: Anchor,
}

impl Hint {
    /// Where the import is now.
    pub fn after(lines: &Lines<BufReader<File>>, counts: &Counts, anchor: &Anchor, faults: u64) -> Self {
        let (offset, line, sha256) = (lines.offset(), lines.number(), lines.digest());
        Self { offset, line, sha256, counts: *counts, faults, anchor: *anchor }
    }

    /// The hint of an earlier import; none when there is none that can be read.
    pub fn read(path: &Path) -> Option<Self> {
        serde_json::from_slice(&std::fs::read(path).ok()?).ok()
    }

    /// The event it names, when the log has it.
    pub async fn holds(&self, register: &Register) -> Option<Anchor> {
        let position = Position::try_new(self.anchor.position).ok()?;
        let event = register.reader().read_range(position..=position).await.ok()?.pop()?;
        let same =
            event.stream.as_str() == self.anchor.number.to_string() && event.recorded_at == self.anchor.recorded_at;
        same.then_some(self.anchor)
    }

    /// Remembers it. What cannot be written is no hint: the import goes on.
    pub fn write(&self, path: &Path) {
        let aside = path.with_extension("json.new");
        let written = serde_json::to_vec(self).map(|text| std::fs::write(&aside, text));
        if matches!(written, Ok(Ok(()))) {
            let _ = std::fs::rename(aside, path);
        }
    }

    /// Forgets it, at the end of the import.
    pub fn forget(path: &Path) {
        let _ = std::fs::remove_file(path);
    }
}
