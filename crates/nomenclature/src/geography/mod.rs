//! The communes, EPCI, départements and territories of France, from the tables in `data/`.
//!
//! The tables are part of the program, read at first use into sorted slices. They are checked when they are extracted
//! and by tests, so a row that cannot be read is a bug of this crate and panics.

pub(crate) mod agglomerations;
pub(crate) mod communes;
pub(crate) mod departements;
pub(crate) mod epcis;
pub(crate) mod territories;

/// The rows of a table without its header, each as its `N` columns.
fn rows<const N: usize>(table: &'static str) -> impl Iterator<Item = [&'static str; N]> {
    table.lines().skip(1).map(|line| {
        let mut cells = line.split(';');
        let row = std::array::from_fn(|_| cells.next().expect("each row of the table has all columns"));
        assert!(cells.next().is_none(), "a row of the table has too many columns");
        row
    })
}
