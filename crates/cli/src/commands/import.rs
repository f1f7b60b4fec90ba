//! `sne import`: demands with their past from a file, window by window, in flat memory.
//!
//! Every row is entered once: the register knows it by its key. So an import that was killed is started again with the same
//! command, and whatever it finds done already, it finds done. What is remembered beside the file ([`hint`]) only spares
//! the way there. Lines that cannot be entered are set aside in a file of their own ([`faults`]); the others are entered.

mod faults;
mod hint;

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use indicatif::ProgressBar;
use register::lines::{FileFault, Line, Lines, Read};
use register::{Entered, Error, ImportRow, Register, Rehearsal, SystemClock};
use serde::{Deserialize, Serialize};

use crate::args::{Format, Place};
use crate::commands::org::Change;
use crate::failure::Failure;
use crate::house::House;
use crate::{output, progress};
use faults::{Fault, Faults};
use hint::{Anchor, Hint};

/// Rows that are entered at once, at most.
const WINDOW_ROWS: usize = 1_000;
/// Bytes of such rows, at most but for the last one.
const WINDOW_BYTES: u64 = 8 << 20;

/// What an import came to so far.
#[derive(Clone, Copy, Default, Serialize, Deserialize)]
struct Counts {
    /// Lines that say something.
    lines: u64,
    /// Rows entered now.
    entered: u64,
    /// Rows that were there already.
    already: u64,
    /// Rows that the register refuses.
    refused: u64,
    /// Lines that are no rows.
    unreadable: u64,
}

#[derive(Serialize)]
struct Report {
    #[serde(flatten)]
    counts: Counts,
    /// Where the lines set aside are told.
    errors: Option<PathBuf>,
}

/// Imports a file, or says what that would do: so many rows an hour for each organisation.
pub async fn run(
    (place, rows_per_hour): (Place, u64),
    format: Format,
    file: &Path,
    errors: Option<PathBuf>,
    change: Change,
) -> Result<(), Failure> {
    let clock = Arc::new(SystemClock);
    let failed = |error: std::io::Error| Failure::Local(format!("{} : {error}", file.display()));
    let opened = File::open(file).map_err(failed)?;
    let total = opened.metadata().map_err(failed)?.len();
    let mut lines = Lines::over(BufReader::new(opened)).map_err(|fault| told(fault, file))?;
    let errors = errors.unwrap_or_else(|| beside(file, change, "errors.ndjson"));
    let mut faults = Faults::open(errors)?;
    let (house, mut desk, hint) = match change {
        Change::Made => {
            let mut house = House::open(place, clock).await?;
            house.register = house.register.importing_at_most(rows_per_hour);
            (house, Desk::Register, Some(beside(file, change, "progress.json")))
        }
        Change::None => (House::open_to_read(place, clock).await?, Desk::Rehearsal(Box::default()), None),
    };
    let mut import = Import { register: &house.register, counts: Counts::default(), anchor: None };
    if let Some(hint) = hint.as_deref().and_then(Hint::read)
        && let Some(anchor) = hint.holds(&house.register).await
        && lines.skip_to(hint.offset, hint.line, &hint.sha256).map_err(|fault| told(fault, file))?
    {
        import = Import { counts: hint.counts, anchor: Some(anchor), ..import };
        faults.keep(hint.faults)?;
    } else {
        lines = Lines::over(BufReader::new(File::open(file).map_err(failed)?)).map_err(|fault| told(fault, file))?;
        faults.keep(0)?;
    }
    let bar = progress::bytes(total, "lignes importées");
    let ended = loop {
        let window = lines.window(WINDOW_ROWS, WINDOW_BYTES).map_err(|fault| told(fault, file))?;
        if window.is_empty() {
            break Ok(());
        }
        if let Err(failure) = import.enter(window, &mut desk, &mut faults).await {
            break Err(failure);
        }
        if let (Some(path), Some(anchor)) = (&hint, &import.anchor) {
            Hint::after(&lines, &import.counts, anchor, faults.length()).write(path);
        }
        show(&bar, &lines, &import.counts);
    };
    bar.finish_and_clear();
    ended?;
    hint.as_deref().map(Hint::forget);
    report(format, &import.counts, faults, change)
}

/// Where rows go.
enum Desk {
    /// They are entered.
    Register,
    /// They are only decided (`--dry-run`).
    Rehearsal(Box<Rehearsal>),
}

struct Import<'a> {
    register: &'a Register,
    counts: Counts,
    /// The latest event of a row that is in the register.
    anchor: Option<Anchor>,
}

impl Import<'_> {
    /// Enters the rows of a window, and sets aside what cannot be entered.
    async fn enter(&mut self, window: Vec<Line>, desk: &mut Desk, faults: &mut Faults) -> Result<(), Failure> {
        let mut counts = self.counts;
        let mut rows: Vec<ImportRow> = Vec::with_capacity(window.len());
        let mut told = Vec::with_capacity(window.len());
        for Line { number, key, read } in window {
            counts.lines += 1;
            match read {
                Read::Row(row) => {
                    rows.push(*row);
                    told.push((number, key, None));
                }
                Read::Broken(reason) => told.push((number, key, Some(reason))),
            }
        }
        let outcomes = match desk {
            Desk::Register => self.register.import(rows).await?,
            Desk::Rehearsal(rehearsal) => self.register.rehearse_import(rehearsal, rows).await?,
        };
        let mut outcomes = outcomes.into_iter();
        let (mut aside, mut anchor) = (Vec::new(), self.anchor);
        for (line, key, broken) in told {
            if let Some(reason) = broken {
                counts.unreadable += 1;
                aside.push(Fault::broken(line, key, reason));
                continue;
            }
            match outcomes.next().unwrap_or(Err(Error::OutcomeUnknown)) {
                Ok(entered) => {
                    match entered {
                        Entered::Now(_) => counts.entered += 1,
                        Entered::Before(_) => counts.already += 1,
                    }
                    anchor = Anchor::latest(anchor, Anchor::of(&entered.answer()));
                }
                // Nobody knows, or nothing answers: the same rows are sent again by whoever starts again.
                Err(error @ (Error::OutcomeUnknown | Error::Log(_) | Error::Vault(_) | Error::Database(_))) => {
                    return Err(error.into());
                }
                Err(error) => {
                    counts.refused += 1;
                    aside.push(Fault::refused(line, key, &error));
                }
            }
        }
        faults.add(&aside)?;
        self.counts = counts;
        self.anchor = anchor;
        Ok(())
    }
}

fn show(bar: &ProgressBar, lines: &Lines<BufReader<File>>, counts: &Counts) {
    bar.set_position(lines.offset());
    let Counts { entered, already, refused, unreadable, .. } = counts;
    bar.set_message(format!("{entered} entrées, {already} déjà là, {} écartées", refused + unreadable));
}

/// The failure of a command whose file cannot be read.
fn told(fault: FileFault, file: &Path) -> Failure {
    let why = match fault {
        FileFault::Utf16 => "le fichier est en UTF-16 : il faut de l'UTF-8".to_owned(),
        FileFault::Io(error) => error.to_string(),
    };
    Failure::Local(format!("{} : {why}", file.display()))
}

/// A file beside the one that is imported. A rehearsal has files of its own.
fn beside(file: &Path, change: Change, what: &str) -> PathBuf {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(if change == Change::None { ".dry-run." } else { "." });
    name.push(what);
    file.with_file_name(name)
}

fn report(format: Format, counts: &Counts, faults: Faults, change: Change) -> Result<(), Failure> {
    let aside = counts.refused + counts.unreadable;
    let errors = faults.close()?;
    let report = Report { counts: *counts, errors: errors.clone() };
    let header = match change {
        Change::Made => ["lignes", "entrées", "déjà là", "refusées", "illisibles"],
        Change::None => ["lignes", "à entrer", "déjà là", "refusées", "illisibles"],
    };
    output::rows(format, &header, &[report], |report| {
        let Counts { lines, entered, already, refused, unreadable } = report.counts;
        [lines, entered, already, refused, unreadable].map(|count| count.to_string()).to_vec()
    });
    match errors {
        Some(errors) => Err(Failure::SetAside { lines: aside, errors }),
        None => Ok(()),
    }
}
