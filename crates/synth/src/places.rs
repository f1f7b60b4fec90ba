//! Real communes, each as often as people live there, and plausible addresses in them.

use demand::form::contact::AddressDraft;
use nomenclature::{Commune, Territory, communes, communes_of};

use crate::dice::Dice;
use crate::territory::figures::Figures;

/// The communes of a territory, and the towns that people come from.
pub(crate) struct Places {
    inside: Vec<(&'static Commune, u32)>,
    outside: Vec<(&'static Commune, u32)>,
}

const STREETS: &[&str] = &[
    "rue des Lilas",
    "rue de la République",
    "avenue Jean-Jaurès",
    "rue Victor-Hugo",
    "boulevard Gambetta",
    "chemin des Oliviers",
    "rue du Château",
    "avenue de la Gare",
    "rue Pasteur",
    "place de l'Église",
    "allée des Cerisiers",
    "rue du Moulin",
    "avenue des Mimosas",
    "impasse du Puits",
    "rue de la Fontaine",
    "boulevard de la Mer",
    "rue Émile-Zola",
    "montée des Orangers",
    "route de la Corniche",
    "rue du Four",
    "square des Tilleuls",
    "avenue du Général-de-Gaulle",
    "rue de l'Hôtel-de-Ville",
    "chemin de la Source",
    "rue Jean-Moulin",
    "passage du Cœur-Volant",
    "rue de l'Œillet",
    "avenue des Pins",
    "rue Louise-Michel",
    "quai des Pêcheurs",
    "traverse des Vignes",
    "rue d'Août-1944",
    "cours des Platanes",
    "rue Aimé-Césaire",
];

const RESIDENCES: &[&str] = &["Les Terrasses", "Le Belvédère", "Les Jardins du Levant", "La Pinède", "Le Clos fleuri"];

const ABROAD: &[(&str, &str, &str, &str)] = &[
    ("via Roma", "18039", "Ventimiglia", "Italie"),
    ("rua das Flores", "4000-123", "Porto", "Portugal"),
    ("rue de la Liberté", "1000", "Tunis", "Tunisie"),
    ("Lindenstraße", "10969", "Berlin", "Allemagne"),
];

impl Places {
    pub(crate) fn of(territory: Territory) -> Self {
        let weighed = |commune: &'static Commune| Some((commune, commune.population.filter(|n| *n > 0)?));
        let has_post = |(commune, _): &(&'static Commune, u32)| commune.postal_codes().next().is_some();
        let inside = communes_of(territory).iter().copied().filter(|commune| commune.is_current());
        let outside = communes()
            .iter()
            .filter(|commune| commune.is_current() && commune.territory.is_some_and(|other| other != territory));
        Self {
            inside: inside.filter_map(weighed).filter(has_post).collect(),
            outside: outside.filter_map(weighed).filter(|(_, n)| *n > 30_000).filter(has_post).collect(),
        }
    }

    /// The same, each commune as often as demands go to it, where that is published; by its population within each part.
    pub(crate) fn demanded(territory: Territory) -> Self {
        let mut places = Self::of(territory);
        let parts = Figures::parts(territory);
        let part_of = |commune: &Commune| parts.iter().position(|part| (part.holds)(commune));
        let mut populations = vec![0_u64; parts.len()];
        for (commune, population) in &places.inside {
            if let Some(part) = part_of(commune) {
                populations[part] += u64::from(*population);
            }
        }
        for (commune, weight) in &mut places.inside {
            if let Some(part) = part_of(commune) {
                let share = u64::from(parts[part].filed) * 10_000;
                *weight = u32::try_from(u64::from(*weight) * share / populations[part]).unwrap_or(u32::MAX);
            }
        }
        places
    }

    /// A commune of the territory.
    pub(crate) fn commune(&self, dice: &mut Dice) -> &'static Commune {
        dice.weigh(&self.inside)
    }

    /// A town elsewhere in France.
    pub(crate) fn elsewhere(&self, dice: &mut Dice) -> &'static Commune {
        dice.weigh(&self.outside)
    }

    /// Whether a commune lies in the territory.
    pub(crate) fn holds(&self, commune: &Commune) -> bool {
        self.inside.iter().any(|(other, _)| other.code == commune.code)
    }

    /// The most populated communes, the first one first.
    pub(crate) fn largest(&self, count: usize) -> Vec<&'static Commune> {
        let mut sorted = self.inside.clone();
        sorted.sort_by_key(|(commune, population)| (std::cmp::Reverse(*population), commune.code));
        sorted.into_iter().take(count).map(|(commune, _)| commune).collect()
    }
}

/// An address in a commune.
pub(crate) fn address(dice: &mut Dice, commune: &Commune) -> AddressDraft {
    let postal_codes: Vec<_> = commune.postal_codes().collect();
    let number = dice.between(1, 140);
    let flat = dice.percent(60);
    AddressDraft {
        apartment: flat.then(|| dice.between(1, 68).to_string()),
        floor: (flat && dice.percent(50)).then(|| dice.between(0, 12).to_string()),
        staircase: (flat && dice.percent(20)).then(|| (*dice.pick(&["A", "B", "C"])).to_owned()),
        building: (flat && dice.percent(30)).then(|| (*dice.pick(&["A", "B", "C1", "D", "12"])).to_owned()),
        complement: dice.percent(12).then(|| format!("Résidence {}", dice.pick(RESIDENCES))),
        number: Some(if dice.percent(8) { format!("{number}b") } else { number.to_string() }),
        street: Some((*dice.pick(STREETS)).to_owned()),
        postal_code: Some(dice.pick(&postal_codes).to_string()),
        commune: Some(commune.code.to_string()),
        ..AddressDraft::default()
    }
}

/// An address abroad.
pub(crate) fn address_abroad(dice: &mut Dice) -> AddressDraft {
    let (street, postal_code, town, country) = *dice.pick(ABROAD);
    AddressDraft {
        number: Some(dice.between(1, 90).to_string()),
        street: Some(street.to_owned()),
        foreign_postal_code: Some(postal_code.to_owned()),
        foreign_town: Some(town.to_owned()),
        country: Some(country.to_owned()),
        ..AddressDraft::default()
    }
}
