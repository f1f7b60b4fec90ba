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

/// Prints rows: a table for people, or the serialised rows for programs.
pub fn rows<T: Serialize>(format: Format, header: &[&str], rows: &[T], cells: impl Fn(&T) -> Vec<String>) {
    match format {
        Format::Table => table(header, rows.iter().map(cells)),
        Format::Json => say!("{}", json(&rows)),
        Format::Ndjson => rows.iter().for_each(|row| say!("{}", line(row))),
        Format::Csv => csv(header, rows.iter().map(cells)),
    }
}

/// Prints one record for programs: indented, or on one line.
pub fn record<T: Serialize>(format: Format, record: &T) {
    match format {
        Format::Table | Format::Json => say!("{}", json(record)),
        Format::Ndjson => say!("{}", line(record)),
        Format::Csv => {
            let fields = match serde_json::to_value(record) {
                Ok(serde_json::Value::Object(fields)) => fields,
                _ => serde_json::Map::new(),
            };
            let plain = |value: serde_json::Value| match value {
                serde_json::Value::String(text) => text,
                other => other.to_string(),
            };
            csv(&["champ", "valeur"], fields.into_iter().map(|(name, value)| vec![name, plain(value)]));
        }
    }
}

/// Prints what a table shows, for programs: semicolons between, as in the register's own files.
fn csv(header: &[&str], rows: impl Iterator<Item = Vec<String>>) {
    let mut writer = csv::WriterBuilder::new().delimiter(b';').from_writer(Vec::new());
    // Writing to memory does not fail, and every row has as many cells as the header.
    let _ = writer.write_record(header);
    for row in rows {
        let _ = writer.write_record(row);
    }
    let bytes = writer.into_inner().unwrap_or_default();
    use std::io::Write as _;
    let _ = std::io::stdout().write_all(&bytes);
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
