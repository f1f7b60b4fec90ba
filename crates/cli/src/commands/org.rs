//! `sne org import`: organisations and desks from a file.

use std::path::Path;
use std::sync::Arc;

use register::{Imported, OrganisationLine, Register, SystemClock};
use serde::Serialize;

use crate::args::{Format, Place};
use crate::failure::Failure;
use crate::house::House;
use crate::output;
use crate::progress;

/// Imports a file, one organisation a line. A line that is wrong stops the import and is named; those before it stay.
pub async fn import(place: Place, format: Format, file: &Path) -> Result<(), Failure> {
    let text =
        std::fs::read_to_string(file).map_err(|error| Failure::Local(format!("{} : {error}", file.display())))?;
    let house = House::open(place, Arc::new(SystemClock)).await?;
    let imported = lines(&house.register, &text).await?;
    let report = Report {
        organisations: imported.organisations,
        desks_opened: imported.desks_opened,
        desks_closed: imported.desks_closed,
    };
    output::rows(format, &["organismes inscrits", "guichets ouverts", "guichets fermés"], &[report], |r| {
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

/// Imports every line of a text.
pub async fn lines(register: &Register, text: &str) -> Result<Imported, Failure> {
    let mut total = Imported::default();
    let lines: Vec<(usize, &str)> = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()).collect();
    let bar = progress::bar(lines.len() as u64, "organismes");
    for (number, line) in lines {
        let line: OrganisationLine = serde_json::from_str(line)
            .map_err(|error| Failure::Local(format!("ligne {number} illisible : {error}")))?;
        let imported = register.import_organisation(line).await.inspect_err(|_| eprintln!("ligne {number} :"))?;
        total.organisations += imported.organisations;
        total.desks_opened += imported.desks_opened;
        total.desks_closed += imported.desks_closed;
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(total)
}
