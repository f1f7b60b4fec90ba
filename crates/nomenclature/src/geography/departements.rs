//! The table of départements.

use std::sync::LazyLock;

use super::{rows, territories};
use crate::{DepartementCode, Territory};

/// A département, or an overseas collectivity with a code of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Departement {
    /// INSEE code.
    pub code: DepartementCode,
    /// French name.
    pub name: &'static str,
    /// French name of its region; its own name for an overseas collectivity.
    pub region: &'static str,
    /// The territory that it belongs to; none for an overseas collectivity that is no département.
    pub territory: Option<Territory>,
}

static DEPARTEMENTS: LazyLock<Vec<Departement>> = LazyLock::new(|| {
    let read = |[code, name, region]: [&'static str; 3]| {
        let code = DepartementCode::shaped(code).expect("the table holds département codes");
        let holds = |territory: &Territory| territory.departements().contains(&code);
        Departement { code, name, region, territory: territories::all().iter().copied().find(holds) }
    };
    rows(include_str!("../../data/departements.csv")).map(read).collect()
});

/// Every département and overseas collectivity, sorted by code ([`Vintage::GEOGRAPHY`](crate::Vintage::GEOGRAPHY)).
pub fn departements() -> &'static [Departement] {
    &DEPARTEMENTS
}

/// A département by its code.
pub fn departement(code: DepartementCode) -> Option<&'static Departement> {
    let index = DEPARTEMENTS.binary_search_by_key(&code, |departement| departement.code).ok()?;
    DEPARTEMENTS.get(index)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_complete_and_sorted() {
        assert_eq!(departements().len(), 101 + 8);
        assert!(departements().is_sorted_by(|a, b| a.code < b.code));
        assert_eq!(departements().iter().filter(|departement| departement.territory.is_some()).count(), 101);
        let nice = departement(DepartementCode::parse("06").unwrap()).unwrap();
        assert_eq!((nice.name, nice.region), ("Alpes-Maritimes", "Provence-Alpes-Côte d'Azur"));
    }
}
