//! Leaving the register: each motive is a type of its own, with the proof it needs (R441-2-8, INV-29).

pub(crate) mod inadmissibility;
pub mod lease;
pub(crate) mod no_answer;
pub(crate) mod non_renewal;
pub mod renunciation;

use jiff::civil::Date;
use nomenclature::{InadmissibilityGround, RadiationMotive, Siren};
use serde::{Deserialize, Serialize};

use renunciation::WrittenAct;

use crate::fields::event_table;
use crate::warning::DeliveryProof;

/// Why a demand was radiated, and what proves it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code")]
pub enum Motive {
    /// A social dwelling was attributed and its lease signed (motive a).
    #[serde(rename = "RADATT")]
    Attribution {
        /// The lessor that signed.
        lessor: Siren,
        /// Day of the lease: the day of the radiation (INV-26).
        lease_signed_on: Date,
    },
    /// The applicant renounced in writing (motive b).
    #[serde(rename = "RADABA")]
    Renunciation {
        /// Day of the written act.
        written_on: Date,
        /// Letter or portal.
        written_act: WrittenAct,
        /// The last day the written act must be kept (INV-28).
        kept_until: Date,
    },
    /// The applicant did not answer, and was warned (motive c, INV-21).
    #[serde(rename = "RADCON")]
    NoAnswer {
        /// Who wrote, warned and removes (INV-72).
        organisation: Siren,
        /// The day of the letter that stayed without an answer.
        letter_sent_on: Date,
        /// The day of the warning.
        warned_on: Date,
        /// What proves that the warning was delivered.
        proof: DeliveryProof,
    },
    /// A commission found the demand inadmissible, and the applicant was warned (motive d, INV-23).
    #[serde(rename = "RADIRR")]
    Inadmissible {
        /// The lessor whose commission decided, that warned and removes (INV-24, INV-72).
        lessor: Siren,
        /// The day of the decision.
        decided_on: Date,
        /// One of the two grounds there are.
        ground: InadmissibilityGround,
        /// The day of the warning.
        warned_on: Date,
        /// What proves that the warning was delivered.
        proof: DeliveryProof,
    },
    /// The demand was not renewed in the delay of its notice (motive e, INV-19).
    #[serde(rename = "RADREN")]
    NotRenewed {
        /// The last day of validity.
        expired_on: Date,
        /// The day the notice was listed.
        notice_listed_on: Date,
        /// The day it was sent, as recorded.
        notice_sent_on: Date,
        /// The day it came back undelivered.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        notice_returned_on: Option<Date>,
    },
}

event_table!(Motive::Attribution = ATTRIBUTION in "radiation" {
    lessor: Open, "bailleur", "SIREN";
    lease_signed_on: Open, "date de signature du bail", "date";
});

event_table!(Motive::Renunciation = RENUNCIATION in "radiation" {
    written_on: Open, "date de l'écrit", "date";
    written_act: Open, "forme de l'écrit", "lettre ou portail";
    kept_until: Open, "conservation de l'écrit jusqu'au", "date";
});

event_table!(Motive::NoAnswer = NO_ANSWER in "radiation" {
    organisation: Open, "organisme qui a averti", "SIREN";
    letter_sent_on: Open, "date du courrier resté sans réponse", "date";
    warned_on: Open, "date de l'avertissement", "date";
    proof: Open, "preuve de la remise", "lettre recommandée, ou autre moyen";
});

event_table!(Motive::Inadmissible = INADMISSIBLE in "radiation" {
    lessor: Open, "bailleur", "SIREN";
    decided_on: Open, "date de la décision", "date";
    ground: Open, "motif d'irrecevabilité", "liste SousMotifIrrecevabilité";
    warned_on: Open, "date de l'avertissement", "date";
    proof: Open, "preuve de la remise", "lettre recommandée, ou autre moyen";
});

event_table!(Motive::NotRenewed = NOT_RENEWED in "radiation" {
    expired_on: Open, "dernier jour de validité", "date";
    notice_listed_on: Open, "préavis inscrit le", "date";
    notice_sent_on: Open, "préavis envoyé le", "date";
    notice_returned_on: Open, "préavis revenu le", "date";
});

impl Motive {
    /// The official motive.
    pub fn official(&self) -> RadiationMotive {
        match self {
            Self::Attribution { .. } => RadiationMotive::Attribution,
            Self::Renunciation { .. } => RadiationMotive::Renunciation,
            Self::NoAnswer { .. } => RadiationMotive::NoAnswer,
            Self::Inadmissible { .. } => RadiationMotive::Inadmissible,
            Self::NotRenewed { .. } => RadiationMotive::NotRenewed,
        }
    }
}
