//! Deadlines, late radiations, and the same person elsewhere.

use demand::DeadlineKind;
use demand::housed::{HousedBy, KnownHoused};
use demand::pending::{Delay, Falls};
use event_log::Position;
use jiff::civil::Date;
use nomenclature::{Territory, UniqueNumber};
use proto::v1;
use views::deadlines::{Deadline, LateRadiation};

/// Reads a kind; none for one that was not said.
pub fn kind(kind: v1::DeadlineKind) -> Option<DeadlineKind> {
    DeadlineKind::all().find(|known| told(*known) == kind)
}

/// Names a kind.
pub fn told(kind: DeadlineKind) -> v1::DeadlineKind {
    use v1::DeadlineKind as K;
    match kind {
        DeadlineKind::Delay(Delay::Notice) => K::Notice,
        DeadlineKind::Delay(Delay::Sending) => K::Sending,
        DeadlineKind::Delay(Delay::NonRenewal) => K::NonRenewal,
        DeadlineKind::Delay(Delay::NoAnswer) => K::NoAnswer,
        DeadlineKind::Delay(Delay::Inadmissible) => K::Inadmissible,
        DeadlineKind::Delay(Delay::Certificate) => K::Certificate,
        DeadlineKind::Delay(Delay::Storage) => K::Storage,
        DeadlineKind::Delay(Delay::LateRadiation) => K::LateRadiation,
        DeadlineKind::Delay(Delay::DaloDecision) => K::DaloDecision,
        DeadlineKind::Delay(Delay::DaloOffer) => K::DaloOffer,
        DeadlineKind::Delay(Delay::Erasure) => K::Erasure,
        DeadlineKind::AbnormalWait => K::AbnormalWait,
    }
}

/// Writes a deadline as it is on a day.
pub fn deadline(deadline: &Deadline, today: Date) -> v1::Deadline {
    let sense = match deadline.falls {
        Falls::From(_) => v1::DeadlineSense::From,
        Falls::By(_) => v1::DeadlineSense::By,
    };
    v1::Deadline {
        number: deadline.place.number.to_string(),
        kind: told(deadline.place.kind).into(),
        due_on: deadline.place.due_on.to_string(),
        sense: sense.into(),
        due: deadline.falls.is_due_on(today),
        days_overdue: days(deadline.place.due_on, today),
        since: deadline.place.since.to_string(),
        desk: deadline.desk.to_string(),
        organisation: deadline.organisation.map(|organisation| organisation.to_string()),
    }
}

/// Writes a late radiation as it is on a day.
pub fn late(late: &LateRadiation, today: Date) -> v1::LateRadiation {
    let since = late.place.since;
    v1::LateRadiation {
        number: late.place.number.to_string(),
        since: since.to_string(),
        age_days: days(since, today),
        known: late.known.iter().map(known).collect(),
    }
}

fn known(known: &KnownHoused) -> v1::KnownHoused {
    let by = match known.by {
        HousedBy::Attribution => v1::HousedBy::Attribution,
        HousedBy::LeaseReport => v1::HousedBy::LeaseReport,
    };
    v1::KnownHoused {
        organisation: known.organisation.to_string(),
        by: by.into(),
        known_on: known.known_on.to_string(),
        since: known.since.to_string(),
        lessor: known.lessor.map(|lessor| lessor.to_string()),
    }
}

/// Writes where else a person has an active demand.
pub fn elsewhere(demands: &[(Territory, UniqueNumber)], position: Position) -> v1::ListDemandsElsewhereResponse {
    let one = |(territory, number): &(Territory, UniqueNumber)| v1::DemandElsewhere {
        number: number.to_string(),
        territory: territory.to_string(),
    };
    v1::ListDemandsElsewhereResponse { demands: demands.iter().map(one).collect(), position: position.get() }
}

/// Days from one day to another, none to one that is before it.
fn days(from: Date, to: Date) -> u32 {
    from.until(to).map_or(0, |span| u32::try_from(span.get_days()).unwrap_or(0))
}
