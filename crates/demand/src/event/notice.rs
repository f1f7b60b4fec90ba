//! The renewal notice, and a demand that comes back.

use jiff::civil::Date;
use nomenclature::RadiationMotive;
use personal::Pii;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::fields::event_table;
use crate::form::text::Text;
use crate::notice::NoticeChannel;

/// A demand came onto a list of notices to send.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RenewalNoticeListed {
    /// The day it was really listed, however late.
    pub listed_on: Date,
    /// The end of validity that the notice announces.
    pub expires_on: Date,
    /// How the notice has to go out (INV-17).
    pub due_by: NoticeChannel,
    /// The first day on which the demand may be radiated, as the notice announces it: no later change of a delay takes a day of
    /// it away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub radiation_from: Option<Date>,
}

event_table!(RenewalNoticeListed in "préavis" {
    listed_on: Open, "date d'inscription sur la liste", "date";
    expires_on: Open, "fin de validité annoncée", "date";
    due_by: Open, "voie d'envoi prévue", "courrier, courriel, ou les deux";
    radiation_from: Open, "radiation annoncée à partir du", "date";
});

/// The notice went out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RenewalNoticeSent {
    /// The day.
    pub sent_on: Date,
    /// How.
    pub channel: NoticeChannel,
    /// What the sender finds it by: a number of a batch or of a letter.
    pub reference: Pii<Text<40>>,
}

event_table!(RenewalNoticeSent in "préavis" {
    sent_on: Open, "date d'envoi", "date";
    channel: Open, "voie d'envoi", "courrier, courriel, ou les deux";
    reference: Personal, "référence de l'envoi", "40 caractères, obligatoire";
});

/// The notice came back undelivered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RenewalNoticeReturned {
    /// The day.
    pub returned_on: Date,
}

event_table!(RenewalNoticeReturned in "préavis" {
    returned_on: Open, "date du retour", "date";
});

/// A radiated demand is in the register again, with its number and its seniority.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reinstated {
    /// The day.
    pub reinstated_on: Date,
    /// The motive of the radiation that ends.
    pub motive: RadiationMotive,
    /// The day the applicant's answer came in, after a radiation for no answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_on: Option<Date>,
    /// Random reference of the applicant: the one before is gone with the radiation, unless he has another demand.
    pub person_ref: Option<Uuid>,
}

event_table!(Reinstated in "rétablissement" {
    reinstated_on: Open, "date de rétablissement", "date";
    motive: Open, "motif de la radiation levée", "liste MotifRadiation";
    answered_on: Open, "date de la réponse du demandeur", "date, après une radiation pour absence de réponse";
    person_ref: Open, "référence aléatoire du demandeur", "UUID, détruite avec la dernière demande active";
});
