//! The table of communes.

use std::sync::LazyLock;

use super::{departements, rows, territories};
use crate::{CommuneCode, DepartementCode, PostalCode, Siren, Territory};

/// What a code of the table of communes names today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommuneStatus {
    /// A commune in force.
    Current,
    /// A municipal arrondissement of Paris, Lyon or Marseille.
    Arrondissement {
        /// The commune that it is a part of.
        of: CommuneCode,
    },
    /// A commune delegated or associated since a merger (commune déléguée, commune associée).
    Superseded {
        /// The commune in force that it is a part of now.
        by: CommuneCode,
    },
}

/// A commune, a municipal arrondissement, or a commune of the past that still has a name of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Commune {
    /// INSEE code.
    pub code: CommuneCode,
    /// French name.
    pub name: &'static str,
    /// Whether the code is in force.
    pub status: CommuneStatus,
    /// The EPCI that it belongs to, for an arrondissement that of its commune; unknown for a superseded one.
    pub epci: Option<Siren>,
    /// Legal population, unknown for superseded ones and for a few places where nobody lives.
    pub population: Option<u32>,
    /// The département of the commune in force.
    pub departement: DepartementCode,
    /// The territory that a demand for this commune is valid in; none outside of the territories.
    pub territory: Option<Territory>,
    postal_codes: &'static str,
}

impl Commune {
    /// May be wished on a demand: in force, or an arrondissement.
    pub fn wishable(&self) -> bool {
        !matches!(self.status, CommuneStatus::Superseded { .. })
    }

    /// Is a commune in force, arrondissements apart: counted so, no inhabitant counts twice.
    pub fn is_current(&self) -> bool {
        self.status == CommuneStatus::Current
    }

    /// The postal codes that serve it.
    pub fn postal_codes(&self) -> impl Iterator<Item = PostalCode> + use<> {
        let read = |text| PostalCode::parse(text).expect("the table holds postal codes");
        self.postal_codes.split(',').filter(|text| !text.is_empty()).map(read)
    }
}

static COMMUNES: LazyLock<Vec<Commune>> =
    LazyLock::new(|| rows(include_str!("../../data/communes.csv")).map(read).collect());

static FORMER: LazyLock<Vec<(CommuneCode, CommuneCode)>> = LazyLock::new(|| {
    let code = |text| CommuneCode::parse(text).expect("the table holds commune codes");
    rows(include_str!("../../data/former.csv")).map(|[former, successor]| (code(former), code(successor))).collect()
});

/// For each territory, in the order of [`Territory::all`], its communes.
static BY_TERRITORY: LazyLock<Vec<Vec<&'static Commune>>> = LazyLock::new(|| {
    let mut lists = vec![Vec::new(); territories::all().len()];
    for commune in COMMUNES.iter() {
        if let Some(index) = commune.territory.and_then(|t| territories::all().binary_search(&t).ok()) {
            lists[index].push(commune);
        }
    }
    lists
});

fn read([code, name, status, other, epci, population, postal_codes]: [&'static str; 7]) -> Commune {
    let commune = |text| CommuneCode::parse(text).expect("the table holds commune codes");
    let status = match status {
        "C" => CommuneStatus::Current,
        "A" => CommuneStatus::Arrondissement { of: commune(other) },
        "S" => CommuneStatus::Superseded { by: commune(other) },
        _ => unreachable!("the table holds three statuses"),
    };
    // A merger may have crossed the border of a département: what counts is where the commune in force lies.
    let located = if other.is_empty() { code } else { other };
    let prefix = if located.starts_with("97") || located.starts_with("98") { 3 } else { 2 };
    let departement = located.get(..prefix).and_then(DepartementCode::shaped).expect("a commune has a département");
    Commune {
        code: commune(code),
        name,
        status,
        epci: (!epci.is_empty()).then(|| Siren::parse(epci).expect("the table holds SIREN")),
        population: (!population.is_empty()).then(|| population.parse().expect("the table holds populations")),
        departement,
        territory: departements::departement(departement).and_then(|departement| departement.territory),
        postal_codes,
    }
}

/// Every commune, arrondissement and superseded commune, sorted by code
/// ([`Vintage::GEOGRAPHY`](crate::Vintage::GEOGRAPHY)). [`Commune::wishable`] leaves the superseded ones out,
/// [`Commune::is_current`] the arrondissements too.
pub fn communes() -> &'static [Commune] {
    &COMMUNES
}

/// A commune by its code; `None` for a code that is unknown, or of the past and without a name of its own.
pub fn commune(code: CommuneCode) -> Option<&'static Commune> {
    let index = COMMUNES.binary_search_by_key(&code, |commune| commune.code).ok()?;
    COMMUNES.get(index)
}

/// The communes of a territory, sorted by code, superseded ones and arrondissements among them (INV-02).
pub fn communes_of(territory: Territory) -> &'static [&'static Commune] {
    let index = territories::all().binary_search(&territory).expect("parse lets rows of the table in only");
    &BY_TERRITORY[index]
}

/// The commune in force that took over a code of the past, to be proposed to who typed it; `None` when the code is in
/// force or was never known.
pub fn successor(code: CommuneCode) -> Option<&'static Commune> {
    let by = match commune(code).map(|commune| commune.status) {
        Some(CommuneStatus::Superseded { by }) => by,
        Some(_) => return None,
        None => FORMER[FORMER.binary_search_by_key(&code, |(former, _)| *former).ok()?].1,
    };
    commune(by)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> CommuneCode {
        CommuneCode::parse(text).unwrap()
    }

    fn get(text: &str) -> &'static Commune {
        commune(code(text)).unwrap()
    }

    #[test]
    fn the_table_is_complete_and_sorted() {
        let count = |wanted: fn(&CommuneStatus) -> bool| communes().iter().filter(|c| wanted(&c.status)).count();
        assert_eq!(count(|status| matches!(status, CommuneStatus::Current)), 34_969);
        assert_eq!(count(|status| matches!(status, CommuneStatus::Arrondissement { .. })), 45);
        assert_eq!(count(|status| matches!(status, CommuneStatus::Superseded { .. })), 1_992);
        assert!(communes().is_sorted_by(|a, b| a.code < b.code));
        assert_eq!(FORMER.len(), 2_248);
        assert!(FORMER.is_sorted_by(|a, b| a.0 < b.0));
    }

    #[test]
    fn every_row_reads_whole() {
        for commune in communes() {
            assert!(!commune.name.is_empty());
            assert!(commune.postal_codes().all(|postal_code| postal_code.as_str().len() == 5));
            assert!(departements::departement(commune.departement).is_some());
        }
    }

    #[test]
    fn what_took_over_is_in_force_itself() {
        for commune in communes() {
            if let CommuneStatus::Superseded { by: other } | CommuneStatus::Arrondissement { of: other } =
                commune.status
            {
                let other = get(other.as_str());
                assert!(other.is_current());
                assert_eq!(commune.territory, other.territory);
            }
        }
        for (former, _) in FORMER.iter() {
            assert_eq!(commune(*former), None);
            assert!(successor(*former).unwrap().is_current());
        }
    }

    #[test]
    fn alpes_maritimes_is_as_published() {
        let current: Vec<_> = communes_of(Territory::parse("006").unwrap()).iter().filter(|c| c.is_current()).collect();
        assert_eq!(current.len(), 163);
        assert_eq!(current.iter().filter_map(|commune| commune.population).sum::<u32>(), 1_128_418);
    }

    #[test]
    fn inv_02_a_commune_lies_in_one_territory() {
        let expected = [
            ("06088", "006"),
            ("2A004", "02A"),
            ("2B033", "02B"),
            ("75101", "111"),
            ("93001", "111"),
            ("97411", "974"),
            ("13201", "013"),
            ("69381", "069"),
        ];
        for (commune, territory) in expected {
            assert_eq!(Territory::of_commune(code(commune)).unwrap().as_str(), territory, "{commune}");
        }
        for outside in ["97502", "97801", "98818", "06999"] {
            assert_eq!(Territory::of_commune(code(outside)), None, "{outside}");
        }
        let listed: usize = Territory::all().iter().map(|territory| communes_of(*territory).len()).sum();
        assert_eq!(listed, communes().iter().filter(|commune| commune.territory.is_some()).count());
        assert!(Territory::all().iter().all(|territory| communes_of(*territory).is_sorted_by(|a, b| a.code < b.code)));
    }

    #[test]
    fn inv_02_a_merger_across_departements_counts_where_the_new_commune_lies() {
        let merged = get("79224");
        assert_eq!(merged.status, CommuneStatus::Superseded { by: code("49099") });
        assert_eq!(merged.territory.unwrap().as_str(), "049");
    }

    #[test]
    fn arrondissements_may_be_wished_and_are_counted_once() {
        let paris = get("75101");
        assert_eq!(paris.status, CommuneStatus::Arrondissement { of: code("75056") });
        assert!(paris.wishable() && !paris.is_current());
        assert_eq!(paris.epci, get("75056").epci);
        assert_eq!(paris.postal_codes().next().unwrap().as_str(), "75001");
    }

    #[test]
    fn a_code_of_the_past_names_its_successor() {
        let cordieux = get("01120");
        assert!(!cordieux.wishable());
        assert_eq!(successor(cordieux.code), Some(get("01262")));
        // Corsica was one département until 1976.
        assert_eq!(commune(code("20004")), None);
        assert_eq!(successor(code("20004")), Some(get("2A004")));
        assert_eq!(successor(code("06088")), None);
        assert_eq!(successor(code("06999")), None);
    }
}
