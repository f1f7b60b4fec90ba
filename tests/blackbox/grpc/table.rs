//! Tables of what is expected, written by hand: what a row is about, the rule that it cites, then a cell for each column.

use std::collections::BTreeMap;

/// What is expected: by what a row is about, then by column.
pub type Table<const ABOUT: usize> = BTreeMap<[String; ABOUT], BTreeMap<String, String>>;

/// Reads a table whose rows are about so many things. Every row cites a rule, and stands there once.
pub fn read<const ABOUT: usize>(text: &str) -> Table<ABOUT> {
    let mut rows = csv::Reader::from_reader(text.as_bytes());
    let header = rows.headers().unwrap().clone();
    let mut table = Table::new();
    for row in rows.records() {
        let row = row.unwrap();
        let about: [String; ABOUT] = std::array::from_fn(|at| row[at].to_owned());
        assert!(!row[ABOUT].trim().is_empty(), "{about:?}: which rule?");
        let cells = header.iter().zip(&row).skip(ABOUT + 1).map(|(column, cell)| (column.to_owned(), cell.to_owned()));
        let before = table.insert(about.clone(), cells.collect());
        assert!(before.is_none(), "{about:?} stands there twice");
    }
    table
}
