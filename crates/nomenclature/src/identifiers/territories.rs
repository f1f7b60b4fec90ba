//! A set of territories.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Territory;

/// A set of territories, small enough to be copied: a bit for each of [`Territory::all`].
///
/// It is written as the list of the codes, sorted; a code that stands twice is read once.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Territories(u128);

impl Territories {
    /// No territory.
    pub const NONE: Self = Self(0);

    /// Every territory.
    pub fn all() -> Self {
        Territory::all().iter().copied().collect()
    }

    /// Whether the territory is one of them.
    pub fn contains(self, territory: Territory) -> bool {
        self.0 & bit(territory) != 0
    }

    /// Whether every one of the others is one of these.
    pub const fn contains_all(self, others: Self) -> bool {
        others.0 & !self.0 == 0
    }

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// How many there are.
    pub const fn len(self) -> u32 {
        self.0.count_ones()
    }

    /// Those of either.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those of both.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// These, but none of the others.
    #[must_use]
    pub const fn without(self, others: Self) -> Self {
        Self(self.0 & !others.0)
    }

    /// Each of them, sorted by code.
    pub fn iter(self) -> impl Iterator<Item = Territory> {
        Territory::all().iter().copied().filter(move |territory| self.contains(*territory))
    }
}

/// The bit of a territory. Every [`Territory`] stands in the table, which has fewer than 128 rows.
fn bit(territory: Territory) -> u128 {
    match Territory::all().binary_search(&territory) {
        Ok(place) => 1 << place,
        Err(_) => 0,
    }
}

impl From<Territory> for Territories {
    fn from(territory: Territory) -> Self {
        Self(bit(territory))
    }
}

impl FromIterator<Territory> for Territories {
    fn from_iter<I: IntoIterator<Item = Territory>>(territories: I) -> Self {
        territories.into_iter().fold(Self::NONE, |set, territory| set.union(territory.into()))
    }
}

impl std::fmt::Debug for Territories {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.iter().map(|territory| territory.to_string())).finish()
    }
}

impl Serialize for Territories {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for Territories {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let listed = Vec::<Territory>::deserialize(deserializer)?;
        if listed.len() > Territory::all().len() {
            return Err(D::Error::custom("more territories than there are"));
        }
        Ok(listed.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(codes: &[&str]) -> Territories {
        codes.iter().map(|code| Territory::parse(code).unwrap()).collect()
    }

    #[test]
    fn every_territory_has_a_bit_of_its_own() {
        assert!(Territory::all().len() <= 128);
        let mut seen = Territories::NONE;
        for territory in Territory::all() {
            assert!(!seen.contains(*territory), "{territory}");
            seen = seen.union((*territory).into());
            assert!(seen.contains(*territory), "{territory}");
        }
        assert_eq!(seen, Territories::all());
        assert_eq!(seen.iter().collect::<Vec<_>>(), Territory::all());
    }

    #[test]
    fn sets_are_joined_cut_and_compared() {
        let (both, riviera, capital) = (set(&["111", "006"]), set(&["006"]), set(&["111"]));
        assert_eq!((both.len(), riviera.union(capital)), (2, both));
        assert_eq!((both.intersection(riviera), both.without(riviera)), (riviera, capital));
        assert!(both.contains_all(riviera) && both.contains_all(Territories::NONE) && !riviera.contains_all(both));
        assert!(Territories::NONE.is_empty() && !riviera.is_empty());
    }

    #[test]
    fn a_set_is_written_as_the_sorted_list_of_its_codes() {
        assert_eq!(serde_json::to_string(&set(&["111", "006"])).unwrap(), r#"["006","111"]"#);
        assert_eq!(serde_json::from_str::<Territories>(r#"["111","006","111"]"#).unwrap(), set(&["006", "111"]));
        assert!(serde_json::from_str::<Territories>(r#"["999"]"#).is_err());
        let many = serde_json::to_string(&vec!["006"; 10_000]).unwrap();
        assert!(serde_json::from_str::<Territories>(&many).is_err());
        assert_eq!(format!("{:?}", set(&["006"])), r#"{"006"}"#);
    }
}
