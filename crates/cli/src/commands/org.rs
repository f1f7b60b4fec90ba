//! `sne org import`: organisations and desks from a file. Every line is checked before the first one is entered.

use std::path::Path;
use std::sync::Arc;

use register::{Imported, OrganisationLine, Register, SystemClock};
use serde::Serialize;

use crate::args::{Format, Place};
use crate::failure::{Failure, LineFault};
use crate::house::House;
use crate::output;
use crate::progress;

/// Whether a command changes anything.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// What was asked is done.
    Made,
    /// It is only said what would change (`--dry-run`).
    None,
}

/// Imports a file, one organisation a line, or says what that would change. When a line is wrong, nothing is entered and
/// every wrong line is named.
pub async fn import(place: Place, format: Format, file: &Path, change: Change) -> Result<(), Failure> {
    let text =
        std::fs::read_to_string(file).map_err(|error| Failure::Local(format!("{} : {error}", file.display())))?;
    let clock = Arc::new(SystemClock);
    let imported = match change {
        Change::Made => {
            // Lines that cannot even be read need no database.
            parse(&text)?;
            lines(&House::open(place, clock).await?.register, &text).await?
        }
        Change::None => {
            let lines = parse(&text)?;
            plan(&House::open_to_read(place, clock).await?.register, &lines).await?
        }
    };
    let Imported { organisations, desks_opened, desks_closed } = imported;
    let report = Report { organisations, desks_opened, desks_closed };
    let header = match change {
        Change::Made => ["organismes inscrits", "guichets ouverts", "guichets fermés"],
        Change::None => ["organismes à inscrire", "guichets à ouvrir", "guichets à fermer"],
    };
    output::rows(format, &header, &[report], |r| {
        [r.organisations, r.desks_opened, r.desks_closed].map(|count| count.to_string()).to_vec()
    });
    Ok(())
}

#[derive(Serialize)]
struct Report {
    organisations: usize,
    desks_opened: usize,
    desks_closed: usize,
}

/// Imports every line of a text, after all of them were checked.
pub async fn lines(register: &Register, text: &str) -> Result<Imported, Failure> {
    let lines = parse(text)?;
    plan(register, &lines).await?;
    let mut total = Imported::default();
    let bar = progress::bar(lines.len() as u64, "organismes");
    for (number, line) in lines {
        // Refused after all: somebody else changed the register since the lines were checked.
        let imported = register.import_organisation(line).await.inspect_err(|_| eprintln!("ligne {number} :"))?;
        total += imported;
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(total)
}

/// Every line that says something, with its number in the file.
fn parse(text: &str) -> Result<Vec<(usize, OrganisationLine)>, Failure> {
    let (mut parsed, mut faults) = (Vec::new(), Vec::new());
    for (line, text) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
        match serde_json::from_str(text) {
            Ok(organisation) => parsed.push((line, organisation)),
            Err(error) => faults.push(LineFault { line, message: format!("illisible ({error})") }),
        }
    }
    if faults.is_empty() { Ok(parsed) } else { Err(Failure::Unreadable(faults)) }
}

/// What the lines would change, one after the other.
async fn plan(register: &Register, lines: &[(usize, OrganisationLine)]) -> Result<Imported, Failure> {
    let (mut total, mut faults) = (Imported::default(), Vec::new());
    let planned = register.plan_import(lines.iter().map(|(_, line)| line)).await?;
    for ((line, _), planned) in lines.iter().zip(planned) {
        match planned {
            Ok(imported) => total += imported,
            Err(error) => faults.push(LineFault { line: *line, message: format!("refusée ({error})") }),
        }
    }
    if faults.is_empty() { Ok(total) } else { Err(Failure::Refused(faults)) }
}
