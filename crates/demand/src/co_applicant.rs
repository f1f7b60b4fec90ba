//! A co-applicant leaves with his written consent, on a legal proof, or because he died (INV-37). A modification never drops
//! anybody.
//!
//! Whoever leaves takes what the form says of him: his row in each rubric goes, those after him move up, and no claim is
//! held on him any more.

use jiff::civil::Date;
use nomenclature::CoApplicantLink;
use personal::Pii;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::correction::Proof;
use crate::demand::ActiveDemand;
use crate::event::{CoApplicantDropped, DemandEvent, DropBasis};
use crate::form::employment::{Employment, Job};
use crate::form::identity::{CoApplicant, Household, Identity};
use crate::form::resources::{AdultResources, Resources};
use crate::form::sought::Sought;
use crate::form::{FormDraft, Rubrics};
use crate::modification::Update;
use crate::rejection::{Check, FieldReason, Rejection, RejectionReason, Violation};
use crate::rupture::DropGround;

/// What a desk sends to drop a co-applicant.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DropDraft {
    /// His place among the co-applicants of rubric a, 0 the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub co_applicant: Option<i64>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ground: Option<DropGround>,
    /// The piece of the dossier that proves it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub piece_id: Option<Uuid>,
    /// What changes with it besides: rubrics as they are without him.
    pub form: Box<FormDraft>,
}

personal::redact!(DropDraft);

/// Decides that a co-applicant leaves.
pub(crate) fn drop(demand: &ActiveDemand, draft: &DropDraft, today: Date) -> Result<Vec<DemandEvent>, Rejection> {
    let before = demand.rubrics.clear().ok_or(RejectionReason::PersonalDataUnreadable)?;
    let mut found = Vec::new();
    let mut check = Check::new("drop", &mut found);
    let leaving = who_leaves(before, draft.co_applicant, &mut check);
    if draft.ground.is_none() {
        check.at("ground").violation(FieldReason::Missing);
    }
    let mut other = None;
    let basis = match draft.piece_id {
        None => {
            check.at("piece_id").violation(FieldReason::Missing);
            None
        }
        Some(piece_id) => match demand.type_of(piece_id) {
            Some(Pii::Clear(piece_type)) => {
                let proves = |(ground, link): (DropGround, CoApplicantLink)| ground.is_proved_by(link, *piece_type);
                if draft.ground.zip(leaving.map(|(_, co)| co.link)).is_some_and(|told| !proves(told)) {
                    check.at("piece_id").violation(FieldReason::NotAProof);
                }
                Some(piece_id)
            }
            Some(Pii::Sealed) => return Err(RejectionReason::PersonalDataUnreadable.into()),
            None => {
                other = Some(RejectionReason::UnknownPiece.into());
                None
            }
        },
    };
    let departure = leaving.map(|(index, _)| departure(demand, before, index, &draft.form, today));
    if departure.is_none() {
        Rubrics::parse(&draft.form, Some(before), demand.territory, today, &mut found);
    }
    let departure = noted(departure, &mut found, &mut other);
    match (departure, draft.ground, basis) {
        _ if !found.is_empty() => Err(Rejection::invalid(found)),
        (Some(Departure { rubrics, facts }), Some(ground), Some(piece_id)) => {
            let basis = Pii::Clear(Some(DropBasis { ground, piece_id }));
            let dropped = CoApplicantDropped { basis, rubrics: rubrics.into(), facts };
            Ok(vec![DemandEvent::CoApplicantDropped(Box::new(dropped))])
        }
        _ => Err(other.unwrap_or_else(|| RejectionReason::UnknownPiece.into())),
    }
}

/// Keeps what is wrong with a part of an act: violations beside the others, another reason unless one is known already.
pub(crate) fn noted<T>(
    part: Option<Result<T, Rejection>>,
    found: &mut Vec<Violation>,
    other: &mut Option<Rejection>,
) -> Option<T> {
    match part? {
        Ok(part) => Some(part),
        Err(rejection) if rejection.reason == RejectionReason::InvalidForm => {
            found.extend(rejection.violations);
            None
        }
        Err(rejection) => {
            other.get_or_insert(rejection);
            None
        }
    }
}

/// The co-applicant whose place is told. An association has none (INV-62).
pub(crate) fn who_leaves<'a>(
    before: &'a Rubrics,
    place: Option<i64>,
    check: &mut Check<'_>,
) -> Option<(usize, &'a CoApplicant)> {
    let mut at = check.at("co_applicant");
    let Some(household) = before.household() else {
        at.violation(FieldReason::NotForAssociation);
        return None;
    };
    let Some(place) = place else {
        at.violation(FieldReason::Missing);
        return None;
    };
    let index = usize::try_from(place).unwrap_or(usize::MAX);
    let leaving = household.co_applicants.get(index);
    if leaving.is_none() {
        at.violation(FieldReason::OutOfRange);
    }
    leaving.map(|leaving| (index, leaving))
}

/// The rubrics that change when somebody leaves, and the facts after it.
pub(crate) type Departure = Update;

/// What is left of the demand, with the rubrics that the act brings over it.
pub(crate) fn departure(
    demand: &ActiveDemand,
    before: &Rubrics,
    index: usize,
    form: &FormDraft,
    today: Date,
) -> Result<Departure, Rejection> {
    let left = without(before, index);
    let whole = left.clone().over(before);
    let Update { rubrics, facts } = Update::over(&whole, demand, form, Proof::Word, today)?;
    Ok(Update { rubrics: rubrics.over(&left), facts })
}

/// The rubrics that name a co-applicant, as they are without him; the others are absent.
fn without(before: &Rubrics, index: usize) -> Rubrics {
    let adult = index + 1;
    let moved = |place: u8| match usize::from(place) {
        before if before < adult => Some(place),
        gone if gone == adult => None,
        _ => Some(place - 1),
    };
    let household = before.household().map(|household| {
        let mut co_applicants = household.co_applicants.clone();
        co_applicants.remove(index);
        Household { co_applicants, ..household.clone() }
    });
    let family = before.family.clone().map(|mut family| {
        if adult < family.situations.len() {
            family.situations.remove(adult);
        }
        family
    });
    let employment = before.employment.as_ref().map(|employment| {
        let jobs = employment.0.iter().filter_map(|job| Some((moved(job.adult)?, job)));
        Employment(jobs.map(|(adult, job)| Job { adult, ..job.clone() }).collect())
    });
    let resources = before.resources.as_ref().map(|resources| {
        let adults = resources.adults.iter().filter_map(|row| Some((moved(row.adult)?, row)));
        let adults = adults.map(|(adult, row)| AdultResources { adult, ..row.clone() });
        Resources { adults: adults.collect(), ..resources.clone() }
    });
    // His complement goes with him; which rubrics that touches is not to be seen, so rubric h comes along always.
    let sought = before.sought.clone().zip(household.as_ref()).map(|(sought, household)| Sought {
        handicap: sought.handicap.map(|handicap| handicap.of(household)),
        ..sought
    });
    Rubrics {
        identity: household.map(Identity::Household),
        sought,
        family,
        employment: employment.filter(|after| Some(after) != before.employment.as_ref()),
        resources: resources.filter(|after| Some(after) != before.resources.as_ref()),
        ..Rubrics::default()
    }
}
