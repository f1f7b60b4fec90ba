//! The lines that were set aside: a file of JSON lines that says which and why, and nothing of their content but their key.

use std::fs::{File, TryLockError};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::PathBuf;

use nomenclature::UniqueNumber;
use register::Error;
use register::lines::Reason;
use serde::Serialize;

use crate::failure::{self, Failure};

/// One line that was set aside.
#[derive(Serialize)]
pub struct Fault {
    line: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    reason: String,
    message: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fields: Vec<Field>,
    /// The demand that holds the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    held_by: Option<UniqueNumber>,
}

#[derive(Serialize)]
struct Field {
    field: String,
    reason: &'static str,
}

impl Fault {
    /// A line that is no row.
    pub fn broken(line: u64, key: Option<String>, reason: Reason) -> Self {
        let (reason, message) = (reason.code().to_owned(), reason.message());
        Self { line, key, reason, message, fields: Vec::new(), held_by: None }
    }

    /// A row that the register refuses.
    pub fn refused(line: u64, key: Option<String>, error: &Error) -> Self {
        let (reason, held_by, fields) = match error {
            Error::CommandIdReused => ("KEY_REUSED".to_owned(), None, Vec::new()),
            Error::Duplicate { held_by } => (error.reason(), Some(*held_by), Vec::new()),
            Error::Rejected(rejection) => {
                let field = |violation: &demand::Violation| Field {
                    field: violation.field.clone(),
                    reason: violation.reason.code(),
                };
                (error.reason(), None, rejection.violations.iter().map(field).collect())
            }
            _ => (error.reason(), None, Vec::new()),
        };
        Self { line, key, reason, message: message(error), fields, held_by }
    }
}

fn message(error: &Error) -> String {
    match error {
        Error::CommandIdReused => "cette clé a déjà servi, dans cette source, pour une ligne d'un autre contenu".to_owned(),
        Error::NotFound => {
            "la demande n'est pas dans le registre : la ligne qui l'enregistre manque, vient après ou a été écartée, ou la demande est d'un autre territoire".to_owned()
        }
        Error::Duplicate { .. } => "une personne de cette demande a déjà une demande active dans le territoire".to_owned(),
        Error::NumberTaken { .. } => "ce numéro unique porte déjà une autre demande".to_owned(),
        Error::PredecessorMissing => {
            "la ligne qui doit précéder celle-ci n'est pas dans le registre : elle est dans une autre partie, vient après ou a été écartée ; une fois qu'elle y est, veuillez importer de nouveau ce fichier".to_owned()
        }
        Error::NotImported => "cet acte ne s'importe pas : il porte sur deux demandes".to_owned(),
        other => failure::message(other),
    }
}

/// The file of what was set aside. Whoever has it open is the only one to import its file.
pub struct Faults {
    path: PathBuf,
    file: File,
    length: u64,
}

impl Faults {
    /// Opens the file, and keeps others from it.
    pub fn open(path: PathBuf) -> Result<Self, Failure> {
        let opened = File::options().read(true).write(true).create(true).truncate(false).open(&path);
        let file = opened.map_err(|error| Failure::Local(format!("{} : {error}", path.display())))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { path, file, length: 0 }),
            Err(TryLockError::WouldBlock) => {
                Err(Failure::Local("un autre import de ce fichier est en cours".to_owned()))
            }
            Err(TryLockError::Error(error)) => Err(Failure::Local(format!("{} : {error}", path.display()))),
        }
    }

    /// Keeps what an earlier import wrote up to there, and nothing behind it.
    pub fn keep(&mut self, length: u64) -> Result<(), Failure> {
        let kept = self.file.set_len(length).and_then(|()| self.file.seek(SeekFrom::Start(length)));
        self.length = kept.map_err(|error| self.failed(&error))?;
        Ok(())
    }

    /// Adds lines.
    pub fn add(&mut self, faults: &[Fault]) -> Result<(), Failure> {
        let mut text = Vec::new();
        for fault in faults {
            serde_json::to_writer(&mut text, fault).map_err(|error| Failure::Local(error.to_string()))?;
            text.push(b'\n');
        }
        self.file.write_all(&text).map_err(|error| self.failed(&error))?;
        self.length += text.len() as u64;
        Ok(())
    }

    /// Its length in bytes.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Closes the file and tells where it is; one that says nothing is taken away.
    pub fn close(self) -> Result<Option<PathBuf>, Failure> {
        if self.length > 0 {
            return Ok(Some(self.path));
        }
        std::fs::remove_file(&self.path).map_err(|error| self.failed(&error))?;
        Ok(None)
    }

    fn failed(&self, error: &std::io::Error) -> Failure {
        Failure::Local(format!("{} : {error}", self.path.display()))
    }
}
