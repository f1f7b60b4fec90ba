//! Invented organisations with desks. Their names say that they are invented; communes are real, their SIREN are not.

use jiff::civil::{Date, date};
use nomenclature::{Commune, DeskCode, EntitlementGround, OrganisationKind, Siren, Territory};
use serde::{Deserialize, Serialize};

use crate::day::after;
use crate::dice::{Dice, Purpose};
use crate::places::Places;

/// An organisation with its desks: one line of an import file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrganisationLine {
    /// SIREN. Begins with `000`, as none in use does to our knowledge.
    pub siren: Siren,
    /// Public name.
    pub name: String,
    /// Kind (R441-2-1).
    pub kind: OrganisationKind,
    /// Territories where it has stock or competence.
    pub territories: Vec<Territory>,
    /// First day.
    pub since: Date,
    /// What entitles it to register, where that is asked of its kind (INV-46).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entitlement: Option<EntitlementLine>,
    /// Its desks.
    #[serde(default)]
    pub desks: Vec<DeskLine>,
}

/// A title to register, of an [`OrganisationLine`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntitlementLine {
    /// What it is.
    pub ground: EntitlementGround,
    /// What it is known by.
    pub reference: String,
    /// First day.
    pub signed_on: Date,
}

impl EntitlementLine {
    /// One from the first day on, where the kind needs one: letters e to h of R441-2-1.
    fn of(kind: OrganisationKind, since: Date) -> Option<Self> {
        matches!(kind.letter(), Some('e'..='h')).then(|| Self {
            ground: EntitlementGround::Convention,
            reference: "Convention fictive".to_owned(),
            signed_on: since,
        })
    }
}

/// A desk of an [`OrganisationLine`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeskLine {
    /// Code: the territory, a letter for the organisation, a digit for the desk.
    pub code: DeskCode,
    /// Name for people.
    pub name: String,
    /// Territory.
    pub territory: Territory,
    /// First day.
    pub opened_on: Date,
    /// Last day, once known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_on: Option<Date>,
}

const LESSORS: &[(OrganisationKind, &str)] = &[
    (OrganisationKind::Hlm, "Office public fictif"),
    (OrganisationKind::Hlm, "ESH fictive"),
    (OrganisationKind::Hlm, "ESH fictive"),
    (OrganisationKind::Hlm, "Coop. HLM fictive"),
    (OrganisationKind::Sem, "SEM fictive"),
    (OrganisationKind::Sem, "SEM fictive"),
];

/// What lessors are named after. More than there are lessors in a territory, so that a neighbour's have other names.
const AFTER: &[&str] = &[
    "des Collines",
    "des Rivages",
    "des Oliviers",
    "du Port",
    "des Vallées",
    "du Soleil",
    "des Sources",
    "du Phare",
    "des Cigales",
    "du Levant",
    "des Remparts",
    "du Moulin",
    "des Embruns",
];

const OTHERS: &[(OrganisationKind, &str, &str)] = &[
    (OrganisationKind::ActionLogement, "Agence fictive du logement des salariés", "Agence des salariés"),
    (OrganisationKind::State, "Service fictif de l'État chargé du logement", "Accueil du service de l'État"),
];

const COMMUNES: usize = 8;

/// The first day of the sample: everybody takes part before it.
const OPENED_BEFORE: Date = date(2025, 8, 1);

/// The organisations of the sample's territory, [`Options::default`](crate::Options), one lessor of a neighbouring
/// territory, who has no business here, and an auditor, who has no desk.
pub fn organisations(seed: u64) -> Vec<OrganisationLine> {
    let mut lines = organisations_in(seed, crate::options::home());
    lines.extend(organisations_in(seed, crate::options::neighbour()).into_iter().take(1));
    lines.push(auditor());
    lines
}

/// SIREN of the auditor, for those who call in its name.
pub const AUDITOR: &str = "000090001";

fn auditor() -> OrganisationLine {
    OrganisationLine {
        siren: Siren::parse(AUDITOR).expect("a SIREN"),
        name: "Auditeur fictif du registre".to_owned(),
        kind: OrganisationKind::Auditor,
        territories: vec![crate::options::home()],
        since: OPENED_BEFORE,
        entitlement: None,
        desks: Vec::new(),
    }
}

/// The organisations of any territory: six lessors, the eight largest communes, Action Logement, the State, the portal.
///
/// Portals of several territories would all have the desk `GDPUB`, which only one organisation may have.
pub fn organisations_in(seed: u64, territory: Territory) -> Vec<OrganisationLine> {
    let largest = Places::of(territory).largest(COMMUNES);
    let mut draft = Draft { seed, territory, lines: Vec::new() };
    for (index, (kind, name)) in LESSORS.iter().enumerate() {
        let at = |desk: usize| largest.get((index + desk * 3) % largest.len().max(1));
        // A landlord's name has 34 characters on the form.
        let name = format!("{name} {}", AFTER[(place(territory) * LESSORS.len() + index) % AFTER.len()]);
        draft.add(*kind, name, |desk| format!("Agence {}", of(at(desk))));
    }
    for commune in &largest {
        let kind = OrganisationKind::LocalAuthority;
        let place = of(Some(commune));
        draft.add(kind, format!("Commune {place}"), |desk| match desk {
            0 => format!("Mairie {place}, service du logement"),
            _ => format!("Mairie annexe {desk} {place}"),
        });
    }
    for (kind, name, desk_name) in OTHERS {
        draft.add(*kind, (*name).to_owned(), |desk| format!("{desk_name} {}", of(largest.get(desk))));
    }
    let kind = OrganisationKind::PortalOperator;
    draft.add(kind, "Exploitant fictif du portail grand public".to_owned(), |_| "Portail grand public".to_owned());
    draft.lines
}

struct Draft {
    seed: u64,
    territory: Territory,
    lines: Vec<OrganisationLine>,
}

impl Draft {
    fn add(&mut self, kind: OrganisationKind, name: String, desk_name: impl Fn(usize) -> String) {
        let index = self.lines.len();
        let place = place(self.territory);
        let mut dice = Dice::new(self.seed, Purpose::Organisations, (place * 100 + index) as u64);
        let since = after(date(2011, 3, 28), dice.between(0, 1_400));
        let portal = kind == OrganisationKind::PortalOperator;
        let count = if portal { 1 } else { dice.between(2, 3) as usize };
        let letter = char::from(b'A' + index as u8);
        let desks = (0..count).map(|desk| {
            let code = match portal {
                true => Ok(DeskCode::PORTAL),
                false => DeskCode::parse(&format!("{}{letter}{}", self.territory, desk + 1)),
            };
            let opened_on = after(since, dice.between(0, 1_500)).min(after(OPENED_BEFORE, -30));
            // One desk in a while closes: nobody acts at it here.
            let closed_on = (desk == 2 && dice.percent(30)).then(|| date(2026, 3, 31));
            DeskLine {
                code: code.expect("territory, letter and digit make five characters"),
                name: desk_name(desk),
                territory: self.territory,
                opened_on,
                closed_on,
            }
        });
        let desks = desks.collect();
        let siren = siren(place * 100 + index + 1);
        let (territories, entitlement) = (vec![self.territory], EntitlementLine::of(kind, since));
        self.lines.push(OrganisationLine { siren, name, kind, territories, since, entitlement, desks });
    }
}

/// The place of a territory among all.
fn place(territory: Territory) -> usize {
    Territory::all().binary_search(&territory).unwrap_or(0)
}

/// A SIREN that nobody has: `000`, a running number, and the digit that makes the Luhn sum right.
fn siren(number: usize) -> Siren {
    let right = |check: usize| Siren::parse(&format!("000{number:05}{check}")).ok();
    (0..10).find_map(right).expect("one of ten digits makes the sum right")
}

/// "de Nice", "d'Antibes", "du Cannet".
fn of(commune: Option<&&'static Commune>) -> String {
    let Some(commune) = commune else {
        return "du territoire".to_owned();
    };
    let name = commune.name;
    let elided = name.starts_with(['A', 'E', 'É', 'È', 'I', 'Î', 'O', 'U']);
    match (name.strip_prefix("Le "), name.strip_prefix("Les ")) {
        (Some(rest), _) => format!("du {rest}"),
        (_, Some(rest)) => format!("des {rest}"),
        _ if elided => format!("d'{name}"),
        _ => format!("de {name}"),
    }
}

/// The organisations of several territories and an auditor: the portal is the first one's.
pub fn organisations_of(seed: u64, territories: &[Territory]) -> Vec<OrganisationLine> {
    let mut lines = Vec::new();
    for (place, territory) in territories.iter().enumerate() {
        let here = organisations_in(seed, *territory);
        lines.extend(here.into_iter().filter(|line| place == 0 || line.kind != OrganisationKind::PortalOperator));
    }
    lines.push(OrganisationLine { territories: territories.to_vec(), ..auditor() });
    lines
}
