//! Results as a table, a JSON document, JSON lines or CSV.

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{ContentArrangement, Table};
use serde::Serialize;

use crate::args::Format;

/// Prints a line to standard output. Who reads no further (`| head`) is no reason to fail.
macro_rules! say {
    ($($arg:tt)*) => {{
        use ::std::io::Write as _;
        let _ = ::std::writeln!(::std::io::stdout(), $($arg)*);
    }};
}
pub(crate) use say;

/// Prints rows: a table for people, or the serialised rows for programs. Only rows without lists can be CSV.
pub fn rows<T: Serialize>(format: Format, header: &[&str], rows: &[T], cells: impl Fn(&T) -> Vec<String>) {
    match format {
        Format::Table => table(header, rows.iter().map(cells)),
        Format::Json => say!("{}", json(&rows)),
        Format::Ndjson => rows.iter().for_each(|row| say!("{}", line(row))),
        Format::Csv => csv(rows),
    }
}

/// As the other files of the register: a header of the keys, and `;` between columns. Who reads no further is no reason to
/// fail.
fn csv<T: Serialize>(rows: &[T]) {
    let mut writer = csv::WriterBuilder::new().delimiter(b';').from_writer(std::io::stdout());
    for row in rows {
        if writer.serialize(row).is_err() {
            return;
        }
    }
    let _ = writer.flush();
}

/// Prints one record for programs: indented, or on one line.
pub fn record<T: Serialize>(format: Format, record: &T) {
    match format {
        Format::Table | Format::Json | Format::Csv => say!("{}", json(record)),
        Format::Ndjson => say!("{}", line(record)),
    }
}

/// Prints a table for people.
pub fn table(header: &[&str], rows: impl Iterator<Item = Vec<String>>) {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Dynamic);
    if !header.is_empty() {
        table.set_header(header);
    }
    table.add_rows(rows);
    say!("{table}");
}

fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string_pretty(value).unwrap_or_else(|error| format!("{{\"error\":\"{error}\"}}"))
}

fn line<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_else(|error| format!("{{\"error\":\"{error}\"}}"))
}
