//! What happened to the parameters of a territory.

use jiff::civil::Date;
use nomenclature::{CommuneCode, DwellingType};
use serde::{Deserialize, Serialize};

use super::Reference;
use crate::fields::event_table;

/// The name of a setting as it was when it was written. The log may hold names that this program does not know.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SettingName(String);

impl SettingName {
    pub(super) fn new(name: &str) -> Self {
        Self(name.to_owned())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// A setting has another value from a day on.
    SettingChanged(SettingChanged),
    /// A change that was planned is not to come.
    SettingWithdrawn(SettingWithdrawn),
    /// The abnormally long delay of a place is set from a day on (L441-1-4, INV-54).
    AbnormalDelaySet(AbnormalDelaySet),
    /// The one of a place ends.
    AbnormalDelayEnded(AbnormalDelayEnded),
}

/// A setting was changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingChanged {
    /// Which.
    pub name: SettingName,
    /// The value, in the unit of the setting.
    pub value: i32,
    /// The first day.
    pub valid_from: Date,
    /// The decision that it rests on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Reference>,
    /// The value that was planned for, or began on, the same day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaced: Option<i32>,
}

event_table!(SettingChanged in "paramètres du territoire" {
    name: Open, "paramètre", "nom d'une ligne de la table des délais";
    value: Open, "valeur", "mois ou jours, dans les bornes du paramètre";
    valid_from: Open, "en vigueur à compter du", "date";
    note: Open, "référence de la décision", "120 caractères, sans donnée nominative";
    replaced: Open, "valeur remplacée, de même date d'effet", "mois ou jours";
});

/// A planned change was withdrawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingWithdrawn {
    /// Of which setting.
    pub name: SettingName,
    /// The day from which it would have counted.
    pub valid_from: Date,
}

event_table!(SettingWithdrawn in "paramètres du territoire" {
    name: Open, "paramètre", "nom d'une ligne de la table des délais";
    valid_from: Open, "date d'effet du changement retiré", "date";
});

/// The abnormally long delay of a place was set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AbnormalDelaySet {
    /// For demands of that commune alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commune: Option<CommuneCode>,
    /// For that type of dwelling alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dwelling_type: Option<DwellingType>,
    /// Months from the reception.
    pub months: i32,
    /// The first day.
    pub valid_from: Date,
    /// The prefect's arrêté.
    pub reference: Reference,
    /// The months that were planned for, or began on, the same day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaced: Option<i32>,
}

event_table!(AbnormalDelaySet in "délai anormalement long" {
    commune: Open, "commune, sinon tout le territoire", "code INSEE";
    dwelling_type: Open, "type de logement, sinon tous", "liste TypeLogement";
    months: Open, "délai", "1 à 240 mois";
    valid_from: Open, "en vigueur à compter du", "date";
    reference: Open, "arrêté du préfet", "120 caractères, sans donnée nominative";
    replaced: Open, "délai remplacé, de même date d'effet", "mois";
});

/// The abnormally long delay of a place ends: the next less specific one counts there, or none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AbnormalDelayEnded {
    /// The commune.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commune: Option<CommuneCode>,
    /// The type of dwelling.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dwelling_type: Option<DwellingType>,
    /// The first day without it.
    pub valid_from: Date,
    /// The prefect's arrêté.
    pub reference: Reference,
}

event_table!(AbnormalDelayEnded in "délai anormalement long" {
    commune: Open, "commune, sinon tout le territoire", "code INSEE";
    dwelling_type: Open, "type de logement, sinon tous", "liste TypeLogement";
    valid_from: Open, "sans effet à compter du", "date";
    reference: Open, "arrêté du préfet", "120 caractères, sans donnée nominative";
});

impl Event {
    /// The name of the event in the log.
    pub fn name(&self) -> &'static str {
        match self {
            Self::SettingChanged(_) => "SettingChanged",
            Self::SettingWithdrawn(_) => "SettingWithdrawn",
            Self::AbnormalDelaySet(_) => "AbnormalDelaySet",
            Self::AbnormalDelayEnded(_) => "AbnormalDelayEnded",
        }
    }

    /// The day the act counts from.
    pub fn effective_on(&self) -> Date {
        match self {
            Self::SettingChanged(event) => event.valid_from,
            Self::SettingWithdrawn(event) => event.valid_from,
            Self::AbnormalDelaySet(event) => event.valid_from,
            Self::AbnormalDelayEnded(event) => event.valid_from,
        }
    }
}

impl cqrs_es::DomainEvent for Event {
    fn event_type(&self) -> String {
        self.name().to_owned()
    }

    fn event_version(&self) -> String {
        super::codec::SCHEMA_VERSION.to_string()
    }
}
