//! Two organisations become one.

use jiff::civil::Date;
use nomenclature::{DeskCode, Siren, Territory};
use serde::{Deserialize, Serialize};

use super::Organisation;
use super::command::{OrganisationAct, OrganisationCommand};
use super::desk::Desk;
use super::rejection::OrganisationRejection;

/// What an organisation takes over from one that is merged into it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Absorption {
    /// Which organisation is no more.
    pub predecessor: Siren,
    /// The first day on which it is not.
    pub effective_on: Date,
    /// Its territories on that day.
    pub territories: Vec<Territory>,
    /// Its desks that are open on that day or later.
    pub desks: Vec<AbsorbedDesk>,
}

/// A desk that changes hands, as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AbsorbedDesk {
    /// Its code, which stays.
    pub code: DeskCode,
    /// The desk.
    pub desk: Desk,
}

/// The two commands of a merger: to the organisation that ends, and to the one that goes on. All or nothing.
///
/// # Errors
/// Why one of the two cannot be merged, or not with the other.
pub fn plan(
    predecessor: (Siren, &Organisation),
    successor: (Siren, &Organisation),
    effective_on: Date,
    today: Date,
) -> Result<[(Siren, OrganisationCommand); 2], OrganisationRejection> {
    if predecessor.0 == successor.0 {
        return Err(OrganisationRejection::MergesIntoItself);
    }
    let territories = predecessor.1.territories_on(effective_on).iter().collect();
    let desks = predecessor.1.desks().filter(|(_, desk)| desk.closed_on.is_none_or(|last| last >= effective_on));
    let desks = desks.map(|(code, desk)| AbsorbedDesk { code: *code, desk: desk.clone() }).collect();
    let absorption = Absorption { predecessor: predecessor.0, effective_on, territories, desks };
    let command = |act| OrganisationCommand { today, act };
    Ok([
        (predecessor.0, command(OrganisationAct::MergeInto { successor: successor.0, effective_on })),
        (successor.0, command(OrganisationAct::Absorb(absorption))),
    ])
}
