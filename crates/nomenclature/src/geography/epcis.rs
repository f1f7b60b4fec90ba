//! The table of groupings of communes.

use std::sync::LazyLock;

use super::{communes, rows};
use crate::{CommuneCode, EpciKind, Siren};

/// A grouping of communes with its own taxes (EPCI à fiscalité propre), or the metropolis of Lyon.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Epci {
    /// SIREN.
    pub siren: Siren,
    /// French name, as published: its kind in short before it.
    pub name: &'static str,
    /// Kind.
    pub kind: EpciKind,
    /// Its communes, sorted by code.
    pub members: Vec<CommuneCode>,
}

static EPCIS: LazyLock<Vec<Epci>> = LazyLock::new(|| {
    let read = |[siren, name, kind]: [&'static str; 3]| Epci {
        siren: Siren::parse(siren).expect("the table holds SIREN"),
        name,
        kind: EpciKind::parse(kind).expect("the table holds known kinds"),
        members: Vec::new(),
    };
    let mut epcis: Vec<_> = rows(include_str!("../../data/epci.csv")).map(read).collect();
    for commune in communes::communes().iter().filter(|commune| commune.is_current()) {
        if let Some(siren) = commune.epci {
            let index = epcis.binary_search_by_key(&siren, |epci| epci.siren).expect("the EPCI of a commune exists");
            epcis[index].members.push(commune.code);
        }
    }
    epcis
});

/// Every EPCI, sorted by SIREN ([`Vintage::GEOGRAPHY`](crate::Vintage::GEOGRAPHY)).
pub fn epcis() -> &'static [Epci] {
    &EPCIS
}

/// An EPCI by its SIREN.
pub fn epci(siren: Siren) -> Option<&'static Epci> {
    let index = EPCIS.binary_search_by_key(&siren, |epci| epci.siren).ok()?;
    EPCIS.get(index)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_complete_and_sorted() {
        assert_eq!(epcis().len(), 1255);
        assert!(epcis().is_sorted_by(|a, b| a.siren < b.siren));
        let members = |epci: &Epci| epci.members.len();
        assert_eq!(epcis().iter().map(members).sum::<usize>(), 34_871);
        assert!(epcis().iter().all(|epci| !epci.members.is_empty() && epci.members.is_sorted()));
    }

    #[test]
    fn nice_is_in_its_metropolis() {
        let nice = CommuneCode::parse("06088").unwrap();
        let metropolis = epci(Siren::parse("200030195").unwrap()).unwrap();
        assert_eq!(metropolis.kind, EpciKind::Metropolis);
        assert!(metropolis.members.contains(&nice));
        assert_eq!(communes::commune(nice).unwrap().epci, Some(metropolis.siren));
        assert_eq!(epci(Siren::parse("732829320").unwrap()), None);
    }

    #[test]
    fn five_kinds_are_used() {
        for (kind, count) in [(EpciKind::LyonMetropolis, 1), (EpciKind::Metropolis, 21), (EpciKind::UrbanCommunity, 14)]
        {
            assert_eq!(epcis().iter().filter(|epci| epci.kind == kind).count(), count, "{kind}");
        }
    }
}
