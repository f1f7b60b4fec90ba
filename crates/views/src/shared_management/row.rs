//! One demand as its sharers need it.

use std::collections::BTreeSet;
use std::fmt;

use demand::attribution::OpenAttribution;
use demand::facts::Facts;
use demand::pieces::HeldPiece;
use event_log::Position;
use jiff::civil::Date;
use nomenclature::{DeskCode, Siren, Territory, UniqueNumber};
use uuid::Uuid;

use crate::Token;

/// An active demand. Personal data is in `identity` alone, sealed.
#[derive(Clone, Debug, PartialEq)]
pub struct SharedDemand {
    /// Territory.
    pub territory: Territory,
    /// Unique number, also the name of its stream.
    pub number: UniqueNumber,
    /// Version of its stream: what an act on it has to name.
    pub version: u32,
    /// Position of its last event.
    pub position: Position,
    /// Day of reception: seniority counts from it (INV-10, INV-18).
    pub filed_on: Date,
    /// Day of the last renewal.
    pub last_renewed_on: Option<Date>,
    /// Last day of validity (INV-15). Whether it is over is for the asker to say, who knows the day.
    pub expires_on: Date,
    /// The desk that registered it.
    pub desk: DeskCode,
    /// The organisation of that desk.
    pub organisation: Siren,
    /// Random reference of the applicant, shared by his demands; none for an association.
    pub person_ref: Option<Uuid>,
    /// Registered over another demand of the person (INV-06).
    pub forced: bool,
    /// Household, resources, present dwelling and wishes, as far as they are open.
    pub facts: Facts,
    /// Pieces present in the dossier.
    pub pieces: Vec<HeldPiece>,
    /// Attributions in progress, at most one per lessor (INV-53).
    pub attributions: Vec<OpenAttribution>,
    /// Who asks, sealed; none once erased.
    pub identity: Option<SealedIdentity>,
}

impl SharedDemand {
    /// The codes of its present dwelling and of its reasons that it is found by: each as it was written, and the one of form 02
    /// that comes nearest, so that one question finds what was filled in on either form.
    pub(super) fn situations(&self) -> BTreeSet<&'static str> {
        let dwellings = self.facts.present_dwelling.iter().flat_map(|it| [it.code(), it.in_form_02().code()]);
        let reasons = self.facts.reasons.iter().flat_map(|it| [it.code(), it.in_form_02().code()]);
        dwellings.chain(reasons).collect()
    }
}

/// The identity (rubric a) as the event that last carried it has it sealed in the log, with its place. Of the other
/// rubrics nothing is here.
///
/// It opens with the key of that number, at the place (stream: the unique number, `version`, `key_id`).
#[derive(Clone, PartialEq, Eq)]
pub struct SealedIdentity {
    /// Version of the stream at that event.
    pub version: u32,
    /// Number of the key.
    pub key_id: i64,
    /// The bytes, unchanged.
    pub sealed: Vec<u8>,
}

impl fmt::Debug for SealedIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealedIdentity")
            .field("version", &self.version)
            .field("key_id", &self.key_id)
            .finish_non_exhaustive()
    }
}

/// A demand with what the tables keep beside it.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The demand, as it was when it left if it did.
    pub demand: SharedDemand,
    /// What its adults are found by, sorted.
    pub tokens: Vec<Token>,
    /// The day it left the register.
    pub radiated_on: Option<Date>,
}
