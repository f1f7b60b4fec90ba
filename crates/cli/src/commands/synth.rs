//! `sne synth`: invented households, organisations and territories, the same for the same seed.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use synth::TerritoryOptions;
use synth::calibration::{Calibration, TABLE, Table, TableFault, write_page};

use crate::args::{Invented, Lives};
use crate::failure::Failure;

/// Writes lives to standard output.
pub fn lives(options: &Lives) -> Result<(), Failure> {
    let Lives { seed, households, territory, from, until } = *options;
    let options = synth::Options { seed, households, territory, from, until };
    let mut out = BufWriter::new(io::stdout().lock());
    synth::write_lives(&options, &mut out).and_then(|()| out.flush()).map_err(unwritable)
}

/// Writes organisations to standard output.
pub fn organisations(seed: u64) -> Result<(), Failure> {
    let mut out = BufWriter::new(io::stdout().lock());
    synth::write_organisations(seed, &mut out).and_then(|()| out.flush()).map_err(unwritable)
}

/// Writes the acts of a territory to standard output, day after day.
pub fn territory(invented: &Invented) -> Result<(), Failure> {
    let mut out = BufWriter::new(io::stdout().lock());
    for day in synth::territory(&invented.options()) {
        for line in &day.lines {
            serde_json::to_writer(&mut out, line).map_err(|error| unwritable(error.into()))?;
            out.write_all(b"\n").map_err(unwritable)?;
        }
    }
    out.flush().map_err(unwritable)
}

/// Sets what a territory comes to beside published figures, as a page; the exit code tells whether they are met.
pub fn calibrate(invented: &Invented, targets: Option<&Path>, page: Option<&Path>) -> Result<(), Failure> {
    let calibration = calibrated(&invented.options(), &table(targets)?)?;
    match page {
        Some(path) => File::create(path).and_then(|file| write_page(&calibration, BufWriter::new(file))),
        None => write_page(&calibration, io::stdout().lock()),
    }
    .map_err(unwritable)?;
    if calibration.is_met() { Ok(()) } else { Err(Failure::Unsound) }
}

/// Invents a territory and measures it.
pub fn calibrated(options: &TerritoryOptions, table: &Table) -> Result<Calibration, Failure> {
    Calibration::run(options, table).map_err(|fault| Failure::Local(format!("territoire fictif : {fault}")))
}

/// The published figures: those of the program, or of a file.
pub fn table(targets: Option<&Path>) -> Result<Table, Failure> {
    let read = |text: &str| {
        Table::parse(text).map_err(|TableFault { line, column }| {
            Failure::Local(format!("chiffres publiés, ligne {line} : {column} ?"))
        })
    };
    match targets {
        None => read(TABLE),
        Some(path) => {
            let text = std::fs::read_to_string(path)
                .map_err(|error| Failure::Local(format!("{} : {error}", path.display())))?;
            read(&text)
        }
    }
}

fn unwritable(error: io::Error) -> Failure {
    Failure::Local(format!("écriture impossible : {error}"))
}
