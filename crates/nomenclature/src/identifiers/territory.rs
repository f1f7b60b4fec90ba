//! Where a demand is valid: a département, or Île-de-France as a whole.

use super::text_form;
use crate::geography::territories;
use crate::{CommuneCode, DepartementCode, ParseError};

/// Territory of a demand (territoire): a département, or the whole of Île-de-France (L441-2-1, INV-01).
///
/// Three characters. `111` for Île-de-France stands in published samples; a département's own code padded with a zero
/// (`006`, `02A`) is inferred and provisional; those of overseas have three characters already (`974`). The overseas
/// collectivities that are not départements (975, 977, 978, 984 and beyond) are no territories: nothing confirms that the
/// register serves them. Only territories of the table can be read.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Territory([u8; 3]);

impl Territory {
    /// Île-de-France: Paris, Seine-et-Marne, Yvelines, Essonne, Hauts-de-Seine, Seine-Saint-Denis, Val-de-Marne and
    /// Val-d'Oise.
    pub const ILE_DE_FRANCE: Self = Self(*b"111");

    /// Reads the code of an existing territory.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        Self::shaped(text).filter(|territory| territories::row(*territory).is_some()).ok_or(ParseError::Territory)
    }

    /// Reads the form alone: what the table itself is made with.
    pub(crate) fn shaped(text: &str) -> Option<Self> {
        <[u8; 3]>::try_from(text.as_bytes()).ok().filter(|bytes| bytes.is_ascii()).map(Self)
    }

    /// Every territory, sorted by code.
    pub fn all() -> &'static [Self] {
        territories::all()
    }

    /// The territory that a commune lies in (INV-02): that of its département, and of its successor for a superseded one.
    /// `None` for an unknown commune and outside of the territories.
    pub fn of_commune(commune: CommuneCode) -> Option<Self> {
        crate::commune(commune)?.territory
    }

    /// The territory of a département; `None` for a collectivity that has none.
    pub fn of_departement(departement: DepartementCode) -> Option<Self> {
        crate::departement(departement)?.territory
    }

    /// The characters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("parse lets ASCII in only")
    }

    /// French name, for people.
    pub fn label(self) -> &'static str {
        territories::row(self).expect("parse lets rows of the table in only").label
    }

    /// The départements that make it: one, but for Île-de-France.
    pub fn departements(self) -> &'static [DepartementCode] {
        &territories::row(self).expect("parse lets rows of the table in only").departements
    }

    /// The code is inferred, not read in an official source.
    pub fn is_provisional(self) -> bool {
        territories::row(self).expect("parse lets rows of the table in only").provisional
    }
}

impl std::fmt::Display for Territory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

impl std::fmt::Debug for Territory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Territory({})", self.as_str())
    }
}

text_form!(Territory);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inv_01_a_territory_is_a_departement_or_ile_de_france() {
        assert_eq!(Territory::all().len(), 101 - 8 + 1);
        for text in ["001", "006", "02A", "02B", "069", "090", "111", "971", "972", "973", "974", "976"] {
            assert_eq!(Territory::parse(text).unwrap().as_str(), text);
        }
        let refused = [
            "", "06", "6", "0006", "02a", "020", "02C", "075", "077", "078", "091", "095", "000", "096", "112", "975",
            "977", "978", "984", "988", "O06", "00\0", "\u{ff11}", "06 ",
        ];
        for text in refused {
            assert_eq!(Territory::parse(text), Err(ParseError::Territory), "{text:?}");
        }
    }

    #[test]
    fn inv_01_every_departement_lies_in_one_territory() {
        let mut members: Vec<_> = Territory::all().iter().flat_map(|territory| territory.departements()).collect();
        members.sort();
        let count = members.len();
        members.dedup();
        assert_eq!((count, members.len()), (101, 101));
        for (departement, territory) in [("06", "006"), ("2B", "02B"), ("75", "111"), ("95", "111"), ("974", "974")] {
            let departement = DepartementCode::parse(departement).unwrap();
            assert_eq!(Territory::of_departement(departement).unwrap().as_str(), territory);
        }
        assert_eq!(Territory::of_departement(DepartementCode::parse("977").unwrap()), None);
    }

    #[test]
    fn the_constant_is_a_row_of_the_table() {
        assert_eq!(Territory::parse("111"), Ok(Territory::ILE_DE_FRANCE));
        assert_eq!(Territory::ILE_DE_FRANCE.label(), "Île-de-France");
        assert_eq!(Territory::ILE_DE_FRANCE.departements().len(), 8);
        assert!(!Territory::ILE_DE_FRANCE.is_provisional());
        assert!(Territory::parse("006").unwrap().is_provisional());
    }
}
