//! The table of territories.

use std::sync::LazyLock;

use super::rows;
use crate::{DepartementCode, Territory};

/// A row of the table of territories.
pub(crate) struct Row {
    pub(crate) label: &'static str,
    pub(crate) provisional: bool,
    pub(crate) departements: Vec<DepartementCode>,
}

struct Table {
    codes: Vec<Territory>,
    rows: Vec<Row>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let read = |[code, label, evidence, departements]: [&'static str; 4]| {
        let shaped = |text| DepartementCode::shaped(text).expect("the table holds département codes");
        let row = Row {
            label,
            provisional: evidence == "inferred",
            departements: departements.split(',').map(shaped).collect(),
        };
        (Territory::shaped(code).expect("the table holds territory codes"), row)
    };
    let (codes, rows) = rows(include_str!("../../data/territories.csv")).map(read).unzip();
    Table { codes, rows }
});

/// The codes of all territories, sorted.
pub(crate) fn all() -> &'static [Territory] {
    &TABLE.codes
}

/// The row of a territory, when it exists.
pub(crate) fn row(territory: Territory) -> Option<&'static Row> {
    let index = TABLE.codes.binary_search(&territory).ok()?;
    TABLE.rows.get(index)
}
