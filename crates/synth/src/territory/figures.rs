//! How large a territory is: published where it is published, else by the ratios of France.

use nomenclature::{Commune, Territory, communes, communes_of};

/// What is known of a territory, as large as life.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Figures {
    /// Demands in the register at the end of a year.
    pub(crate) stock: u32,
    /// Those of tenants of social housing among them.
    pub(crate) transfers: u32,
    /// Attributions of a year.
    pub(crate) attributions: u32,
    /// What stock and attributions are called after.
    pub(crate) standing: Standing,
}

/// Where the figures of a territory come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Stock, transfers and attributions are published.
    Published,
    /// Stock and transfers are published, attributions follow the region.
    Region,
    /// Everything follows the ratios of France.
    France,
}

/// Stock and transfers of the départements of Provence-Alpes-Côte d'Azur on 31 December 2020 (Bilan Infocentre SNE 2020,
/// DREAL PACA, page 9).
const PACA: &[(&str, u32, u32)] = &[
    ("004", 3_169, 881),
    ("005", 2_732, 925),
    ("006", 38_790, 7_945),
    ("013", 85_428, 25_186),
    ("083", 33_097, 8_095),
    ("084", 14_886, 5_591),
];

/// Attributions of 2020 there (the same, page 18).
const ATTRIBUTIONS: &[(&str, u32)] = &[("005", 470), ("006", 3_492)];

/// Stock and attributions of the region (the same).
const REGION: (u32, u32) = (178_102, 21_357);

/// Stock, share of transfers in thousandths and attributions of France, 2020 (USH, bilan 2021; DREAL PACA; INDECOSA for
/// the share of 2019).
const FRANCE: (u32, u32, u32) = (2_157_000, 340, 384_235);

/// A part of a territory whose share of the first choices and of the attributions is published.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part {
    pub(crate) holds: fn(&Commune) -> bool,
    /// Demands filed, in thousandths: fitted to the published stock, which those leave sooner who are housed sooner.
    pub(crate) filed: u32,
    /// Attributions, in thousandths.
    pub(crate) attributions: u32,
}

fn nice(commune: &Commune) -> bool {
    commune.code.as_str() == "06088"
}

fn metropolis(commune: &Commune) -> bool {
    commune.epci.is_some_and(|siren| siren.as_str() == "200030195")
}

/// Nice, the other communes of its metropolis, and the rest: 16 300 of 38 790 demands and 1 197 of 3 492 attributions
/// (DREAL PACA), 21 965 and 1 671 with the metropolis (figures of the metropolis quoted in 2022).
const ALPES_MARITIMES: &[Part] = &[
    Part { holds: nice, filed: 413, attributions: 343 },
    Part { holds: metropolis, filed: 143, attributions: 136 },
    Part { holds: |_| true, filed: 444, attributions: 521 },
];

impl Figures {
    pub(crate) fn of(territory: Territory) -> Self {
        let code = territory.as_str();
        let Some((_, stock, transfers)) = PACA.iter().find(|(known, ..)| *known == code) else {
            return Self::like_france(territory);
        };
        let (stock, transfers) = (*stock, *transfers);
        match ATTRIBUTIONS.iter().find(|(known, _)| *known == code) {
            Some((_, attributions)) => {
                Self { stock, transfers, attributions: *attributions, standing: Standing::Published }
            }
            None => {
                let attributions = part_of(stock, REGION.1, REGION.0);
                Self { stock, transfers, attributions, standing: Standing::Region }
            }
        }
    }

    fn like_france(territory: Territory) -> Self {
        let inhabitants = |list: &mut dyn Iterator<Item = &Commune>| {
            list.filter(|commune| commune.is_current()).filter_map(|commune| commune.population).sum::<u32>()
        };
        let here = inhabitants(&mut communes_of(territory).iter().copied());
        let all = inhabitants(&mut communes().iter().filter(|commune| commune.territory.is_some()));
        let (stock, transfers, attributions) = FRANCE;
        let stock = part_of(here, stock, all);
        Self {
            stock,
            transfers: part_of(stock, transfers, 1_000),
            attributions: part_of(stock, attributions, FRANCE.0),
            standing: Standing::France,
        }
    }

    /// The parts of a territory, each commune in the first one that holds it.
    pub(crate) fn parts(territory: Territory) -> &'static [Part] {
        if territory.as_str() == "006" { ALPES_MARITIMES } else { &[] }
    }
}

fn part_of(whole: u32, numerator: u32, denominator: u32) -> u32 {
    let exact = u64::from(whole) * u64::from(numerator) / u64::from(denominator.max(1));
    u32::try_from(exact).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_the_region_adds_up_to_its_published_totals() {
        let sum = |column: fn(&(&str, u32, u32)) -> u32| PACA.iter().map(column).sum::<u32>();
        assert_eq!((sum(|row| row.1), sum(|row| row.2)), (178_102, 48_623));
    }

    #[test]
    fn every_territory_has_figures_and_those_of_france_add_up() {
        let like_france = |territory: &&Territory| Figures::of(**territory).standing == Standing::France;
        assert_eq!(Territory::all().iter().filter(like_france).count(), Territory::all().len() - PACA.len());
        let all: u32 = Territory::all().iter().map(|territory| Figures::like_france(*territory).stock).sum();
        assert!((2_156_000..=2_157_000).contains(&all), "{all}");
        for territory in Territory::all() {
            let figures = Figures::of(*territory);
            assert!(figures.transfers < figures.stock && figures.attributions < figures.stock, "{territory}");
        }
    }

    #[test]
    fn the_shares_of_parts_are_whole() {
        let parts = Figures::parts(Territory::parse("006").unwrap());
        assert_eq!(parts.iter().map(|part| part.filed).sum::<u32>(), 1_000);
        assert_eq!(parts.iter().map(|part| part.attributions).sum::<u32>(), 1_000);
    }
}
