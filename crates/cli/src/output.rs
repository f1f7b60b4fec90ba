//! Results as a table, a JSON document, JSON lines or CSV.

mod sheets;

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
pub use sheets::Sheets;

/// Prints rows: a table for people, or the serialised rows for programs. Only rows without lists can be CSV.
pub fn rows<T: Serialize>(format: Format, header: &[&str], rows: &[T], cells: impl Fn(&T) -> Vec<String>) {
    let mut sheets = Sheets::new(format, header, cells);
    let _ = sheets.add(rows);
    sheets.end();
}

/// Prints one record for programs: indented, on one line, or as a line under its header.
pub fn record<T: Serialize>(format: Format, record: &T) {
    match format {
        Format::Table | Format::Json => say!("{}", json(record)),
        Format::Ndjson => say!("{}", line(record)),
        Format::Csv => {
            if let Ok(serde_json::Value::Object(fields)) = serde_json::to_value(record) {
                let cell = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                let (header, line) = (fields.keys().map(String::as_str), fields.values().map(cell).collect());
                let _ = sheets::csv(&mut std::io::stdout(), Some(header), std::iter::once(line));
            }
        }
    }
}

/// Prints a table for people.
pub fn table(header: &[&str], rows: impl Iterator<Item = Vec<String>>) {
    say!("{}", drawn(header, rows));
}

fn drawn(header: &[&str], rows: impl Iterator<Item = Vec<String>>) -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Dynamic);
    if !header.is_empty() {
        table.set_header(header);
    }
    table.add_rows(rows);
    table
}

fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string_pretty(value).unwrap_or_else(|error| format!("{{\"error\":\"{error}\"}}"))
}

fn line<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_else(|error| format!("{{\"error\":\"{error}\"}}"))
}
