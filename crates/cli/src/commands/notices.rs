//! `sne notices`: what whoever mails the renewal notices tells of them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use demand::notice::{NoticeChannel, NoticeSentDraft};
use jiff::civil::Date;
use nomenclature::{Territory, UniqueNumber};
use register::{NoticeProof, Proofs, SystemClock};
use serde::{Deserialize, Serialize};
use server::DueNow;

use crate::args::{Format, Place};
use crate::commands::daily::notices;
use crate::commands::serve::explain;
use crate::failure::{Failure, LineFault};
use crate::house::House;
use crate::output;
use crate::wording;

/// One line of a file of sendings.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sent {
    numero_unique: UniqueNumber,
    envoye_le: String,
    voie: NoticeChannel,
    reference: String,
}

/// One line of a file of undelivered letters.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Returned {
    numero_unique: UniqueNumber,
    revenu_le: String,
}

/// Records the sendings of a file.
pub async fn sent(place: Place, format: Format, file: &Path) -> Result<(), Failure> {
    let proofs = read(file, |line: Sent| {
        let (sent_on, reference) = (Some(line.envoye_le), Some(line.reference));
        (line.numero_unique, NoticeProof::Sent(NoticeSentDraft { sent_on, channel: Some(line.voie), reference }))
    })?;
    let desk = Desk::open(place).await?;
    let recorded = desk.house.register.record_notices(proofs).await;
    desk.close(format, recorded).await
}

/// Records the undelivered letters of a file.
pub async fn returned(place: Place, format: Format, file: &Path) -> Result<(), Failure> {
    let proofs = read(file, |line: Returned| (line.numero_unique, NoticeProof::Returned(line.revenu_le)))?;
    let house = House::open(place, Arc::new(SystemClock)).await?;
    tell(format, &house.register.record_notices(proofs).await?, &[])
}

/// Records that everything of a list went out that is still waited for.
pub async fn sent_list(
    place: Place,
    format: Format,
    (territory, listed_on): (Territory, Date),
    sent_on: Date,
    reference: &str,
) -> Result<(), Failure> {
    let desk = Desk::open(place).await?;
    let list = (territory, listed_on);
    let recorded = desk.house.register.record_list_sent(&desk.folder, list, sent_on, reference).await;
    desk.close(format, recorded).await
}

/// Where sendings are recorded: a list of which everything went out is deleted at once.
struct Desk {
    house: House,
    due: DueNow,
    folder: PathBuf,
}

impl Desk {
    async fn open(place: Place) -> Result<Self, Failure> {
        let folder = notices(&place);
        let house = House::open(place, Arc::new(SystemClock)).await?;
        let due = DueNow::keep(&house.register, &house.place).await.map_err(explain)?;
        Ok(Self { house, due, folder })
    }

    async fn close(self, format: Format, recorded: Result<Proofs, register::Error>) -> Result<(), Failure> {
        let deleted = match &recorded {
            Ok(_) => self.house.register.delete_sent_lists(self.due.list(), &self.folder).await,
            Err(_) => Ok(Vec::new()),
        };
        self.due.end().await;
        let deleted = match deleted {
            // The run under way deletes them at its end.
            Err(register::Error::DailyRunning) => Vec::new(),
            deleted => deleted?,
        };
        tell(format, &recorded?, &deleted)
    }
}

/// Reads a CSV file with a header, `;` or `,` between its columns. When a line is wrong, nothing is recorded.
fn read<L: for<'de> Deserialize<'de>>(
    file: &Path,
    proof: impl Fn(L) -> (UniqueNumber, NoticeProof),
) -> Result<Vec<(UniqueNumber, NoticeProof)>, Failure> {
    let text =
        std::fs::read_to_string(file).map_err(|error| Failure::Local(format!("{} : {error}", file.display())))?;
    let header = text.lines().next().unwrap_or_default();
    let delimiter = if header.contains(';') { b';' } else { b',' };
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).trim(csv::Trim::All).from_reader(text.as_bytes());
    let (mut proofs, mut faults) = (Vec::new(), Vec::new());
    // The header is line 1.
    for (line, parsed) in (2..).zip(reader.deserialize()) {
        match parsed {
            Ok(parsed) => proofs.push(proof(parsed)),
            Err(error) => faults.push(LineFault { line, message: format!("illisible ({})", cause(&error)) }),
        }
    }
    if faults.is_empty() { Ok(proofs) } else { Err(Failure::Unreadable(faults)) }
}

/// What is wrong with a line, without its content.
fn cause(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::Deserialize { err, .. } => {
            let column = err.field().map_or_else(String::new, |field| format!("colonne {} : ", field + 1));
            format!("{column}valeur incorrecte")
        }
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("{len} colonnes au lieu de {expected_len}")
        }
        _ => "écriture CSV incorrecte".to_owned(),
    }
}

#[derive(Serialize)]
struct Told {
    recorded: u64,
    refused: Vec<Refused>,
    failed: Vec<Refused>,
    /// Lists of which everything went out: their files are deleted.
    deleted: Vec<String>,
}

#[derive(Serialize)]
struct Refused {
    number: UniqueNumber,
    reason: String,
    message: String,
}

fn tell(format: Format, proofs: &Proofs, deleted: &[String]) -> Result<(), Failure> {
    let refused = proofs.refused.iter().map(|(number, rejection)| Refused {
        number: *number,
        reason: rejection.reason.code().to_owned(),
        message: wording::rejection(rejection),
    });
    let failed = proofs.failed.iter().map(|failed| Refused {
        number: failed.number,
        reason: failed.reason.clone(),
        message: String::new(),
    });
    let told = Told {
        recorded: proofs.recorded,
        refused: refused.collect(),
        failed: failed.collect(),
        deleted: deleted.to_vec(),
    };
    match format {
        Format::Table => {
            output::say!(
                "{} enregistrés, {} refusés, {} en échec",
                told.recorded,
                told.refused.len(),
                told.failed.len()
            );
            let rows = told.refused.iter().chain(&told.failed);
            let cells = rows.map(|row| vec![row.number.to_string(), row.reason.clone(), row.message.clone()]);
            if !(told.refused.is_empty() && told.failed.is_empty()) {
                output::table(&["numéro unique", "raison", "explication"], cells);
            }
            for name in deleted {
                output::say!("supprimé, tous les envois étant enregistrés : {name}");
            }
        }
        Format::Json | Format::Ndjson | Format::Csv => output::record(format, &told),
    }
    if told.failed.is_empty() { Ok(()) } else { Err(Failure::Unsound) }
}
