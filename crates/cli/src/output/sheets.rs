//! A list that is printed page after page while it is read: no more of it than a page is held.

use std::io::{self, Write};
use std::ops::ControlFlow;

use serde::Serialize;

use super::{drawn, json, line};
use crate::args::Format;

/// A list under way. In JSON it is one document, in CSV it has one header, as a table it is one for each page.
pub struct Sheets<'a, C> {
    format: Format,
    header: &'a [&'a str],
    cells: C,
    begun: bool,
}

impl<'a, C> Sheets<'a, C> {
    /// Nothing is printed yet.
    pub fn new(format: Format, header: &'a [&'a str], cells: C) -> Self {
        Self { format, header, cells, begun: false }
    }

    /// Prints a page. Who reads no further (`| head`) is no reason to fail, but one to stop.
    pub fn add<T: Serialize>(&mut self, rows: &[T]) -> ControlFlow<()>
    where
        C: Fn(&T) -> Vec<String>,
    {
        match self.write(rows, &mut io::stdout()) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    }

    /// Prints what ends the list; of a list without a row, that it is one.
    pub fn end(self) {
        let _ = self.write_end(&mut io::stdout());
    }

    fn write<T: Serialize>(&mut self, rows: &[T], out: &mut impl Write) -> io::Result<()>
    where
        C: Fn(&T) -> Vec<String>,
    {
        if rows.is_empty() {
            return Ok(());
        }
        let first = !std::mem::replace(&mut self.begun, true);
        match self.format {
            Format::Table => writeln!(out, "{}", drawn(self.header, rows.iter().map(&self.cells))),
            Format::Json => {
                for (nth, row) in rows.iter().enumerate() {
                    let before = if first && nth == 0 { "[" } else { "," };
                    write!(out, "{before}\n  {}", json(row).replace('\n', "\n  "))?;
                }
                Ok(())
            }
            Format::Ndjson => rows.iter().try_for_each(|row| writeln!(out, "{}", line(row))),
            Format::Csv => csv(out, first.then_some(self.header.iter().copied()), rows.iter().map(&self.cells)),
        }
    }

    fn write_end(self, out: &mut impl Write) -> io::Result<()> {
        match (self.format, self.begun) {
            (Format::Json, true) => writeln!(out, "\n]"),
            (Format::Json, false) => writeln!(out, "[]"),
            (Format::Table, false) => writeln!(out, "{}", drawn(self.header, std::iter::empty())),
            (Format::Csv, false) => csv(out, Some(self.header.iter().copied()), std::iter::empty()),
            (Format::Table | Format::Ndjson | Format::Csv, _) => Ok(()),
        }
    }
}

/// Writes lines with semicolons between their cells.
pub(super) fn csv<'a>(
    out: &mut impl Write,
    header: Option<impl Iterator<Item = &'a str>>,
    mut lines: impl Iterator<Item = Vec<String>>,
) -> io::Result<()> {
    let mut out = csv::WriterBuilder::new().delimiter(b';').from_writer(out);
    if let Some(header) = header {
        out.write_record(header)?;
    }
    lines.try_for_each(|line| out.write_record(line))?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Row {
        name: String,
        days: u32,
    }

    fn rows(count: u32) -> Vec<Row> {
        (0..count).map(|days| Row { name: format!("ligne\n« {days} »"), days }).collect()
    }

    /// What is printed of rows, so many at once.
    fn printed(format: Format, rows: &[Row], at_once: usize) -> String {
        let mut sheets =
            Sheets::new(format, &["nom", "jours"], |row: &Row| vec![row.name.clone(), row.days.to_string()]);
        let mut out = Vec::new();
        rows.chunks(at_once).for_each(|page| sheets.write(page, &mut out).unwrap());
        sheets.write_end(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_list_is_the_same_for_programs_however_it_is_cut_into_pages() {
        for format in [Format::Json, Format::Ndjson, Format::Csv] {
            for count in [0, 1, 5] {
                let rows = rows(count);
                let whole = printed(format, &rows, 9);
                assert!([1, 2, 5].iter().all(|at_once| printed(format, &rows, *at_once) == whole), "{whole}");
            }
        }
        assert_eq!(printed(Format::Json, &rows(3), 2), format!("{}\n", json(&rows(3))));
        assert_eq!(printed(Format::Json, &[], 2), "[]\n");
        assert_eq!(printed(Format::Csv, &[], 2), "nom;jours\n");
    }

    #[test]
    fn a_table_has_its_header_on_every_page_and_a_list_of_nothing_has_one() {
        for (count, tables) in [(0, 1), (2, 1), (5, 3)] {
            assert_eq!(printed(Format::Table, &rows(count), 2).matches("jours").count(), tables);
        }
    }
}
