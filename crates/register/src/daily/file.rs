//! The files of a list of notices: CSV and JSON with the same lines, for whoever mails them.
//!
//! They hold names and addresses: nobody but the account of the register reads them (mode 0600, folder 0700), and they go
//! once every sending is recorded. A file appears whole or not at all, under its name; what a kill left beside it is cleared
//! by the next run.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, BufReader, BufWriter, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use demand::notice::NoticeChannel;
use jiff::civil::Date;
use nomenclature::{Territory, UniqueNumber, add_months};
use serde::{Deserialize, Serialize};

use super::notices::{Line, name, parse_name};
use super::report::TerritoryDay;
use crate::Error;

/// Name of the layout, told in the JSON file. It changes with its columns.
const LAYOUT: &str = "sne-preavis/1";
/// Months that a list is kept at most: a notice that nobody sent by then announces a radiation that is long past.
const KEPT_MONTHS: i32 = 3;
const UNFINISHED: &str = "unfinished";
const ENDINGS: [&str; 2] = ["csv", "json"];

/// A file that was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NoticeFile {
    /// Where.
    pub path: PathBuf,
    /// Territory of the list.
    pub territory: Territory,
    /// Day of the list.
    pub listed_on: Date,
    /// Notices in it.
    pub notices: u64,
    /// Notices left out: the personal data of the demand is erased, or cannot be read.
    pub left_out: u64,
}

/// A list while it is written.
pub(super) struct ListFile<'a> {
    folder: &'a Path,
    territory: Territory,
    listed_on: Date,
    csv: csv::Writer<BufWriter<File>>,
    json: BufWriter<File>,
    written: u64,
    left_out: u64,
}

fn failed(error: io::Error) -> Error {
    Error::NoticeFile(error)
}

fn path(folder: &Path, territory: Territory, listed_on: Date, ending: &str) -> PathBuf {
    folder.join(format!("{}.{ending}", name(territory, listed_on)))
}

fn unfinished(folder: &Path, territory: Territory, listed_on: Date, ending: &str) -> PathBuf {
    path(folder, territory, listed_on, &format!("{ending}.{UNFINISHED}"))
}

fn create(path: &Path) -> Result<BufWriter<File>, Error> {
    let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path).map_err(failed)?;
    Ok(BufWriter::new(file))
}

impl<'a> ListFile<'a> {
    pub(super) fn begin(folder: &'a Path, territory: Territory, listed_on: Date) -> Result<Self, Error> {
        DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)?;
        let [csv, json] = ENDINGS.map(|ending| unfinished(folder, territory, listed_on, ending));
        let csv = csv::WriterBuilder::new().delimiter(b';').from_writer(create(&csv)?);
        let mut json = create(&json)?;
        let head =
            format!(r#"{{"format":"{LAYOUT}","territoire":"{territory}","inscrits_le":"{listed_on}","preavis":["#);
        json.write_all(head.as_bytes()).map_err(failed)?;
        Ok(Self { folder, territory, listed_on, csv, json, written: 0, left_out: 0 })
    }

    pub(super) fn write(&mut self, line: &Line) -> Result<(), Error> {
        self.csv.serialize(line.for_a_spreadsheet()).map_err(|error| failed(io::Error::other(error.to_string())))?;
        self.json.write_all(if self.written == 0 { b"\n" } else { b",\n" }).map_err(failed)?;
        serde_json::to_writer(&mut self.json, line).map_err(|error| failed(error.into()))?;
        self.written += 1;
        Ok(())
    }

    pub(super) fn leave_out(&mut self) {
        self.left_out += 1;
    }

    pub(super) fn written(&self) -> u64 {
        self.written
    }

    /// Puts both files in their place, durably.
    pub(super) fn end(self) -> Result<Vec<NoticeFile>, Error> {
        let Self { folder, territory, listed_on, csv, mut json, written, left_out } = self;
        let total = written + left_out;
        write!(json, "\n],\"total\":{total}}}\n").map_err(failed)?;
        let csv = csv.into_inner().map_err(|error| failed(io::Error::other(error.to_string())))?;
        let mut files = Vec::new();
        for (writer, ending) in [csv, json].into_iter().zip(ENDINGS) {
            let file = writer.into_inner().map_err(|error| failed(error.into_error()))?;
            file.sync_all().map_err(failed)?;
            let path = path(folder, territory, listed_on, ending);
            fs::rename(unfinished(folder, territory, listed_on, ending), &path).map_err(failed)?;
            files.push(NoticeFile { path, territory, listed_on, notices: written, left_out });
        }
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)?;
        Ok(files)
    }
}

/// Notices that the files of a list tell of, those left out counted; `None` unless both are there and whole.
pub(super) fn notices_in(folder: &Path, territory: Territory, listed_on: Date) -> Option<u64> {
    /// The end of the JSON file.
    #[derive(Deserialize)]
    struct Counted {
        total: u64,
    }
    let [csv, json] = ENDINGS.map(|ending| path(folder, territory, listed_on, ending));
    if !csv.exists() {
        return None;
    }
    let counted: Counted = serde_json::from_reader(BufReader::new(File::open(json).ok()?)).ok()?;
    Some(counted.total)
}

/// Deletes what a run that was killed left half written. Only who holds the lock of the run may.
pub(super) fn clear_unfinished(folder: &Path) -> Result<(), Error> {
    for path in paths(folder)? {
        let ours = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("preavis-"));
        if ours && path.extension().is_some_and(|ending| ending == UNFINISHED) {
            fs::remove_file(path).map_err(failed)?;
        }
    }
    Ok(())
}

/// Whether a list is so old that no file holds it any more: long before anybody on it can be erased (INV-32).
pub(super) fn is_past(listed_on: Date, today: Date) -> bool {
    add_months(listed_on, KEPT_MONTHS) < today
}

/// Who is written to, in the order of the list, and how: what the JSON file says.
pub(super) fn addressees(
    folder: &Path,
    (territory, listed_on): (Territory, Date),
) -> Result<Vec<(UniqueNumber, NoticeChannel)>, Error> {
    #[derive(Deserialize)]
    struct List {
        preavis: Vec<Addressee>,
    }
    #[derive(Deserialize)]
    struct Addressee {
        numero_unique: UniqueNumber,
        voie: NoticeChannel,
    }
    let [_, json] = ENDINGS.map(|ending| path(folder, territory, listed_on, ending));
    let file = File::open(json).map_err(failed)?;
    let list: List = serde_json::from_reader(BufReader::new(file)).map_err(|error| failed(error.into()))?;
    Ok(list.preavis.into_iter().map(|one| (one.numero_unique, one.voie)).collect())
}

/// Deletes the files of every list of which nothing has to go out any more, or that is past; their names.
pub(super) fn delete_sent(folder: &Path, territories: &[TerritoryDay], today: Date) -> Result<Vec<String>, Error> {
    let mut deleted = Vec::new();
    for path in paths(folder)? {
        let Some((territory, listed_on)) = parse_name(&path) else { continue };
        let of_territory = territories.iter().filter(|day| day.territory == territory);
        let waited_for = of_territory.flat_map(|day| &day.unsent).any(|list| list.listed_on == listed_on);
        if !waited_for || is_past(listed_on, today) {
            fs::remove_file(&path).map_err(failed)?;
            deleted.extend(path.file_name().map(|name| name.to_string_lossy().into_owned()));
        }
    }
    deleted.sort_unstable();
    Ok(deleted)
}

/// Everything in the folder; nothing when there is none.
fn paths(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    match fs::read_dir(folder) {
        Ok(entries) => {
            entries.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>().map_err(failed)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(failed(error)),
    }
}
