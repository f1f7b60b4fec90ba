//! The external ledger: what was asked and what was answered, kept by neither the register nor its database.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::wire::{Order, Reply};

/// A line of the ledger.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entry {
    /// A command is about to be sent for the first time.
    Intent(Box<Order>),
    /// A command was answered.
    Answer(Reply),
    /// The answers above had come by this instant.
    Heard(Timestamp),
}

/// The ledger of one load.
pub struct Ledger {
    file: File,
}

impl Ledger {
    /// A new ledger.
    ///
    /// # Errors
    /// When the file exists or cannot be made.
    pub fn create(path: &Path) -> io::Result<Self> {
        Ok(Self { file: File::create_new(path)? })
    }

    /// Writes entries, and returns when they are on disk.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&mut self, entries: &[Entry]) -> io::Result<()> {
        if entries.is_empty() {
            return Ok(());
        }
        let mut lines = Vec::new();
        for entry in entries {
            serde_json::to_writer(&mut lines, entry)?;
            lines.push(b'\n');
        }
        self.file.write_all(&lines)?;
        self.file.sync_data()
    }

    /// All entries of a ledger, in order.
    ///
    /// # Errors
    /// When the file cannot be read, or a line is none of a ledger.
    pub fn read(path: &Path) -> io::Result<Vec<Entry>> {
        let text = std::fs::read_to_string(path)?;
        text.lines().map(|line| serde_json::from_str(line).map_err(io::Error::from)).collect()
    }
}
