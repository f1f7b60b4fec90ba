//! Registering a demand: mandatory fields and the identity piece, nothing more (R441-2-3, INV-08, INV-09).

use jiff::ToSpan as _;
use jiff::civil::Date;
use nomenclature::{Channel, PieceType, Territory};
use personal::Pii;
use serde::{Deserialize, Serialize};

use crate::carried::Carry;
use crate::command::DemandCommand;
use crate::event::{DemandEvent, Registered};
use crate::facts::{self, Facts};
use crate::form::identity::{Asking, IdentityDraft};
use crate::form::text::date;
use crate::form::{FormDraft, Rubrics};
use crate::pieces::{NewPiece, PieceDraft};
use crate::rejection::{Check, FieldReason, Rejection, Violation};
use crate::settings::Settings;

/// What a desk sends to register a demand.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registration {
    /// The territory of the demand (INV-01).
    pub territory: Territory,
    /// Day of reception, `AAAA-MM-JJ`; today when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filed_on: Option<String>,
    /// The form.
    pub form: FormDraft,
    /// The piece that proves the applicant's identity (INV-08).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity_piece: Option<PieceDraft>,
    /// Register although the person seems to hold a demand here already (INV-06).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forced: Option<ForceReason>,
    /// SIRET of the establishment that the applicant works for: of Action Logement the contributing firm, of an employer one
    /// of its own (INV-47).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub employer_siret: Option<String>,
}

/// Why a registration goes over somebody's claim (INV-06). Provisional list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ForceReason {
    /// A true homonym born the same day.
    Homonym,
}

/// Decides a registration. The number is allotted after this decision, so that a refusal costs none.
pub(crate) fn register(registration: &Registration, command: &DemandCommand) -> Result<Vec<DemandEvent>, Rejection> {
    let DemandCommand { today, by, person_ref, piece_id, settings, .. } = *command;
    let mut found = Vec::new();
    let filed_on = match registration.filed_on.as_deref().filter(|text| !text.trim().is_empty()) {
        None => Some(today),
        Some(text) => {
            Check::new("filed_on", &mut found).take(date(text).and_then(|day| reception(day, today, &settings)))
        }
    };
    let rubrics = Rubrics::parse(&registration.form, None, registration.territory, today, &mut found);
    let asking = registration.form.identity.as_ref().map(IdentityDraft::asking);
    rubrics.check_whole(asking, &mut found);
    let piece = identity_piece(registration, asking, today, &mut found);
    let employer = registration.employer_siret.as_deref();
    let employer = by.declares.parse(employer, by.organisation, Check::new("employer_siret", &mut found));
    let Some(desk) = by.at_a_desk(&mut found).filter(|_| found.is_empty()) else {
        return Err(Rejection::invalid(found));
    };
    let facts = Facts { ever_online: by.channel == Channel::Online, ..facts::of(&rubrics, today) };
    let natural = rubrics.household().is_some();
    let registered = Registered {
        territory: registration.territory,
        filed_on: filed_on.unwrap_or(today),
        desk,
        organisation: by.organisation,
        channel: by.channel,
        person_ref: natural.then_some(person_ref),
        forced: registration.forced,
        rubrics: rubrics.into(),
        facts,
        presented_on: None,
        employer: employer.map_or(Carry::Absent, |siret| Carry::Given(Pii::Clear(siret))),
    };
    let mut events = vec![DemandEvent::Registered(Box::new(registered))];
    events.extend(piece.map(|piece| DemandEvent::PieceAdded(piece.added(piece_id, today))));
    Ok(events)
}

/// The identity piece travels with the registration of a household; an association brings none (INV-08, INV-62).
fn identity_piece(
    registration: &Registration,
    asking: Option<Asking>,
    today: Date,
    found: &mut Vec<Violation>,
) -> Option<NewPiece> {
    let mut check = Check::new("identity_piece", found);
    match &registration.identity_piece {
        None if asking == Some(Asking::Association) => None,
        None => {
            check.violation(FieldReason::Missing);
            None
        }
        Some(draft) => NewPiece::of_a_new_dossier(draft, proving_identity, today, check),
    }
}

fn proving_identity(piece_type: PieceType) -> Result<PieceType, FieldReason> {
    if piece_type.proves_identity() { Ok(piece_type) } else { Err(FieldReason::NotAnIdentityPiece) }
}

/// Reception lies neither in the future nor further back than the tolerance (INV-10).
fn reception(day: Date, today: Date, settings: &Settings) -> Result<Date, FieldReason> {
    if day > today {
        Err(FieldReason::InTheFuture)
    } else if day.saturating_add(settings.latest_reception_days.days()) < today {
        Err(FieldReason::TooLongAgo)
    } else {
        Ok(day)
    }
}
