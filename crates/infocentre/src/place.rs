//! Places that figures are of.

use std::collections::BTreeSet;

use nomenclature::{CommuneCode, Siren, Territory, commune, communes_of, epci, successor};

/// A place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// The whole country.
    France,
    /// A territory.
    Territory(Territory),
    /// A grouping of communes, in whichever territories they lie.
    Epci(Siren),
    /// A commune: the demands whose first choice it is.
    Commune(CommuneCode),
}

/// Code of the whole country, among territories and among places.
pub(crate) const FRANCE: &str = "FRA";
/// Code of the demands of a territory that wish no commune yet.
pub const NO_COMMUNE: &str = "-";

impl Place {
    /// Reads the code of a place that exists: `FRA`, a territory (3 characters), a commune (5), the SIREN of an EPCI (9).
    pub fn parse(text: &str) -> Option<Self> {
        match text.len() {
            3 if text == FRANCE => Some(Self::France),
            3 => Territory::parse(text).ok().map(Self::Territory),
            5 => {
                let code = CommuneCode::parse(text).ok()?;
                commune(code)?.territory.map(|_| Self::Commune(code))
            }
            9 => Siren::parse(text).ok().filter(|siren| epci(*siren).is_some()).map(Self::Epci),
            _ => None,
        }
    }

    /// Its code.
    pub fn code(self) -> String {
        match self {
            Self::France => FRANCE.to_owned(),
            Self::Territory(territory) => territory.to_string(),
            Self::Epci(siren) => siren.to_string(),
            Self::Commune(code) => code.to_string(),
        }
    }

    /// French name.
    pub fn label(self) -> &'static str {
        match self {
            Self::France => "France",
            Self::Territory(territory) => territory.label(),
            Self::Epci(siren) => epci(siren).map_or("", |epci| epci.name),
            Self::Commune(code) => commune(code).map_or("", |commune| commune.name),
        }
    }

    /// The territories that it lies in.
    pub(crate) fn territories(self) -> Vec<String> {
        let mut territories = match self {
            Self::France => vec![FRANCE.to_owned()],
            Self::Territory(territory) => vec![territory.to_string()],
            Self::Epci(siren) => {
                let members = epci(siren).into_iter().flat_map(|epci| &epci.members);
                members.filter_map(|code| Territory::of_commune(*code)).map(|it| it.to_string()).collect()
            }
            Self::Commune(code) => Territory::of_commune(code).map(|it| it.to_string()).into_iter().collect(),
        };
        territories.sort_unstable();
        territories.dedup();
        territories
    }
}

/// The EPCI of a commune, today: that of its successor, for a commune of the past.
pub(crate) fn epci_of(code: CommuneCode) -> Option<Siren> {
    commune(code).and_then(|commune| commune.epci).or_else(|| successor(code)?.epci)
}

/// The EPCI that have a commune in a territory, by SIREN.
pub(crate) fn epcis_in(territory: Territory) -> BTreeSet<Siren> {
    communes_of(territory).iter().filter_map(|commune| commune.epci).collect()
}

#[cfg(test)]
mod tests {
    use nomenclature::epcis;

    use super::*;

    #[test]
    fn a_place_is_read_by_its_code_and_must_exist() {
        for text in ["FRA", "006", "111", "06088", "75101", "200030195"] {
            assert_eq!(Place::parse(text).unwrap().code(), text);
        }
        assert_eq!(Place::parse("06088").unwrap().label(), "Nice");
        for text in ["", "-", "fra", "075", "6088", "06999", "732829320", "20003019"] {
            assert_eq!(Place::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_commune_lies_in_one_territory_and_an_epci_in_one_or_more() {
        assert_eq!(Place::parse("06088").unwrap().territories(), ["006"]);
        assert_eq!(Place::parse("200030195").unwrap().territories(), ["006"]);
        let most = epcis().iter().map(|epci| Place::Epci(epci.siren).territories().len()).max();
        assert!(most > Some(1));
        let nice = Siren::parse("200030195").unwrap();
        assert!(epcis_in(Territory::parse("006").unwrap()).contains(&nice));
        assert_eq!(epci_of(CommuneCode::parse("06088").unwrap()), Some(nice));
    }
}
