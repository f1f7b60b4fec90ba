//! What can be asked of a territory.

use jiff::civil::Date;
use nomenclature::Territory;
use serde::{Deserialize, Serialize};

/// An act with what its decision needs from outside.
#[derive(Clone, Debug)]
pub struct Command {
    /// The civil day in Paris.
    pub today: Date,
    /// The territory.
    pub territory: Territory,
    /// The act.
    pub act: Act,
}

/// The acts. Drafts as they were typed: what was not said is not written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Act {
    /// Give a setting another value from a day on.
    ChangeSetting(SettingDraft),
    /// Withdraw a change that is planned and not yet in force.
    WithdrawSetting(WithdrawalDraft),
    /// Set the abnormally long delay of a place from a day on (INV-54).
    SetAbnormalDelay(AbnormalDelayDraft),
    /// End the one of a place from a day on, or withdraw one that is planned.
    EndAbnormalDelay(AbnormalDelayDraft),
}

/// A change of a setting.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SettingDraft {
    /// Name of a row of [`Settings::DEFAULTS`](crate::Settings::DEFAULTS).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The value, in the unit of its row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<i64>,
    /// The first day, `AAAA-MM-JJ`: today at the earliest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<String>,
    /// The decision that it rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Which planned change is withdrawn.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WithdrawalDraft {
    /// Name of the setting.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The day from which it would have counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<String>,
}

/// An abnormally long delay, or where one ends.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AbnormalDelayDraft {
    /// INSEE code; the whole territory when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commune: Option<String>,
    /// Code of [`DwellingType`](nomenclature::DwellingType); every type when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dwelling_type: Option<String>,
    /// Months from the reception; none where a delay ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub months: Option<i64>,
    /// The first day, `AAAA-MM-JJ`: today at the earliest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<String>,
    /// The prefect's arrêté.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}
