//! What came of a life, for people.

use std::collections::{BTreeMap, HashMap};

use ::demand::Act;
use jiff::civil::Date;
use nomenclature::{Actor, UniqueNumber};
use register::TerritoryDay;
use synth::{Line, TerritoryOptions};

use crate::output::{self, say};

/// What came of a territory.
pub struct Told {
    label: &'static str,
    /// The last day.
    pub last: Date,
    done: BTreeMap<&'static str, u64>,
    refused: BTreeMap<String, u64>,
    listed: u64,
    radiated: u64,
    erased: u64,
    /// Acts on each demand that is in the register, for an example to show.
    acts: HashMap<u32, u32>,
    /// The longest life: one that ended with a lease before any other.
    longest: Option<(bool, u32, UniqueNumber)>,
    desk: Option<(bool, Actor)>,
}

impl Told {
    /// Nothing yet.
    pub fn of(options: &TerritoryOptions) -> Self {
        Self {
            label: options.territory.label(),
            last: options.last,
            done: BTreeMap::new(),
            refused: BTreeMap::new(),
            listed: 0,
            radiated: 0,
            erased: 0,
            acts: HashMap::new(),
            longest: None,
            desk: None,
        }
    }

    /// An act was recorded.
    pub fn done(&mut self, line: &Line, number: UniqueNumber) {
        *self.done.entry(kind(&line.act)).or_default() += 1;
        let acts = self.acts.entry(line.household).or_default();
        *acts += 1;
        let (acts, housed) = (*acts, matches!(line.act, Act::SignLease(_)));
        if self.longest.is_none_or(|(was_housed, most, _)| (housed, acts) > (was_housed, most)) {
            self.longest = Some((housed, acts, number));
        }
        if self.desk.is_none_or(|(a_lessor, _)| housed && !a_lessor) {
            self.desk = Some((housed, line.actor));
        }
        if housed {
            self.acts.remove(&line.household);
        }
    }

    /// An act was refused, as it had to be.
    pub fn refused(&mut self, reason: &str) {
        *self.refused.entry(reason.to_owned()).or_default() += 1;
    }

    /// A daily run came to its end.
    pub fn add(&mut self, day: &TerritoryDay) {
        self.listed += day.listed;
        self.radiated += day.radiated;
        self.erased += day.erased;
    }

    /// A life worth telling: the longest one that ended with a lease, where one did.
    pub fn example(&self) -> Option<UniqueNumber> {
        self.longest.map(|(_, _, number)| number)
    }

    /// An agent of a lessor, of those who have most to ask; of anybody else where none signed.
    pub fn desk(&self) -> Option<Actor> {
        self.desk.map(|(_, actor)| actor)
    }

    /// Prints it.
    pub fn print(&self) {
        say!("\n{}, jusqu'au {}", self.label, self.last);
        let row = |name: &str, count: u64| vec![name.to_owned(), count.to_string()];
        let done = self.done.iter().map(|(kind, count)| row(kind, *count));
        let refused = self.refused.iter().map(|(reason, n)| row(&format!("refusés comme attendu : {reason}"), *n));
        let daily = [
            row("préavis inscrits et envoyés", self.listed),
            row("radiations pour non-renouvellement", self.radiated),
            row("données nominatives effacées", self.erased),
        ];
        output::table(&["actes", "nombre"], done.chain(refused).chain(daily));
    }
}

/// The kind of an act, numbered in the order of a life.
pub fn kind(act: &Act) -> &'static str {
    match act {
        Act::Register(_) => "1. enregistrements",
        Act::IssueCertificate(_) => "2. attestations",
        Act::AddPiece(_) => "3. pièces",
        Act::Modify { .. } => "4. modifications",
        Act::Renew { .. } => "5. renouvellements",
        Act::Separate(_) => "6. séparations",
        Act::Attribute(_) => "7. attributions",
        Act::RefuseAttribution { .. } | Act::LapseAttribution { .. } => "7. attributions refusées ou caduques",
        Act::ReportLease(_) => "8. baux signalés par un tiers",
        Act::SignLease(_) => "8. baux signés, avec radiation",
        Act::Renounce(_) => "9. renonciations",
        Act::RecordWarning(_) | Act::RecordInadmissibility(_) => "9. avertissements et décisions d'irrecevabilité",
        Act::RadiateNoAnswer {} => "9. radiations faute de réponse",
        Act::RadiateInadmissible {} => "9. radiations pour irrecevabilité",
        Act::Reinstate(_) => "9. réactivations",
        _ => "autres actes",
    }
}
