//! A year after the radiation, and what can be done with a demand from then on: nothing.

use demand::dalo::DaloDecision;
use demand::erasure::{self, PersonalDataErased};
use demand::radiation::renunciation::{RenunciationDraft, WrittenAct};
use demand::{Act, Demand, DemandEvent, FormDraft, Rejection, RejectionReason};
use jiff::civil::{Date, date};
use proptest::prelude::*;

use crate::given::*;

fn renounced(today: Date) -> Vec<DemandEvent> {
    let draft = RenunciationDraft { written_on: Some(today.to_string()), written_act: Some(WrittenAct::Letter) };
    then(registered(form()), today, Act::Renounce(draft))
}

fn erase(events: &[DemandEvent], today: Date) -> Result<DemandEvent, Rejection> {
    fold(events.to_vec()).erase(today)
}

fn erased() -> Vec<DemandEvent> {
    let mut events = renounced(date(2025, 5, 4));
    events.push(erase(&events, date(2026, 5, 5)).unwrap());
    events
}

/// The retention lasts until 24:00 of the day a year later (INV-32).
#[test]
fn inv_32_erasure_is_due_the_day_after_a_year_from_the_radiation() {
    for (radiated, last_kept, due) in [
        (date(2025, 5, 4), date(2026, 5, 4), date(2026, 5, 5)),
        (date(2028, 2, 29), date(2029, 2, 28), date(2029, 3, 1)),
        (date(2027, 2, 28), date(2028, 2, 28), date(2028, 2, 29)),
        (date(2025, 12, 31), date(2026, 12, 31), date(2027, 1, 1)),
    ] {
        assert_eq!(erasure::due_on(radiated), due);
        let events = vec![
            registered(form()).remove(0),
            DemandEvent::Radiated(demand::event::Radiated {
                radiated_on: radiated,
                motive: demand::radiation::Motive::Attribution { lessor: lessor(), lease_signed_on: radiated },
            }),
        ];
        assert_eq!(erase(&events, last_kept).unwrap_err().reason, RejectionReason::ErasureNotDue);
        let done = DemandEvent::PersonalDataErased(PersonalDataErased { erased_on: due });
        assert_eq!(erase(&events, due).unwrap(), done);
    }
}

/// A lease radiates on its own day, however late it is told: the year counts from there.
#[test]
fn inv_32_the_year_counts_from_the_day_of_the_radiation_and_not_from_its_record() {
    let events = then(registered(form()), date(2025, 6, 20), Act::SignLease(Box::new(lease("2025-06-01"))));
    assert_eq!(erase(&events, date(2026, 6, 1)).unwrap_err().reason, RejectionReason::ErasureNotDue);
    assert!(erase(&events, date(2026, 6, 2)).is_ok());
}

#[test]
fn inv_32_a_demand_that_is_not_radiated_is_never_erased() {
    let far = date(2099, 1, 1);
    assert_eq!(Demand::default().erase(far).unwrap_err().reason, RejectionReason::NotRegistered);
    assert_eq!(erase(&registered(form()), far).unwrap_err().reason, RejectionReason::NotRadiated);
    assert_eq!(erase(&erased(), far).unwrap_err().reason, RejectionReason::Erased, "once is enough");
}

/// What statistics count is what it was, on every day (INV-32).
#[test]
fn inv_32_facts_states_and_dates_survive_the_erasure_and_the_form_does_not() {
    let (before, after) = (fold(renounced(date(2025, 5, 4))), fold(erased()));
    let (was, is) = (before.content().unwrap(), after.content().unwrap());
    assert_eq!(is.facts, was.facts);
    assert!(was.rubrics.clear().is_some() && is.rubrics.clear().is_none());
    assert_eq!((is.filed_on, &is.pieces, is.territory), (was.filed_on, &was.pieces, was.territory));
    for day in [date(2025, 3, 15), date(2025, 5, 3), date(2025, 5, 4), date(2026, 5, 5), date(2027, 1, 1)] {
        assert_eq!(after.status_on(day), before.status_on(day), "{day}");
    }
    assert_eq!((before.erased_on(), after.erased_on()), (None, Some(date(2026, 5, 5))));
}

/// Hand-written: every act on an erased demand, with the reason. None of them, reinstatement included, opens it again.
#[test]
fn inv_33_nothing_is_done_to_an_erased_demand_any_more() {
    let modify = Act::Modify {
        origin: demand::modification::Origin::Applicant,
        form: Box::new(FormDraft { sought: form().sought, ..FormDraft::default() }),
    };
    let attribute = demand::attribution::AttributionDraft { decided_on: some("2026-06-01"), rpls: None };
    let letter = RenunciationDraft { written_on: some("2026-06-01"), written_act: Some(WrittenAct::Letter) };
    for (act, expected) in [
        (Act::Register(Box::new(registration(form()))), RejectionReason::AlreadyRegistered),
        (modify, RejectionReason::Erased),
        (Act::Renew { form: Box::default() }, RejectionReason::Erased),
        (Act::AddPiece(identity_piece()), RejectionReason::Erased),
        (Act::Attribute(attribute), RejectionReason::Erased),
        (Act::RefuseAttribution { refused_on: "2026-06-01".into() }, RejectionReason::Erased),
        (Act::LapseAttribution { lapsed_on: "2026-06-01".into() }, RejectionReason::Erased),
        (Act::SignLease(Box::new(lease("2026-06-01"))), RejectionReason::Erased),
        (Act::Renounce(letter), RejectionReason::Erased),
        (crate::certificates::issue(date(2026, 6, 1)), RejectionReason::Erased),
        (crate::lease_reports::report(None), RejectionReason::Erased),
        (Act::WithdrawLeaseReport {}, RejectionReason::Erased),
        (crate::deposits::hand_in("TAX"), RejectionReason::Erased),
        (crate::dalo::seise(date(2026, 6, 1)), RejectionReason::Erased),
        (crate::dalo::decide(date(2026, 6, 1), DaloDecision::Refused), RejectionReason::Erased),
        (Act::RehouseDalo { rehoused_on: "2026-06-01".into() }, RejectionReason::Erased),
        (Act::EndDalo { ended_on: "2026-06-01".into() }, RejectionReason::Erased),
    ] {
        assert_eq!(when(erased(), date(2026, 6, 2), act).unwrap_err().reason, expected);
    }
}

/// Six months is the longest delay in which a demand can come back.
#[test]
fn inv_33_the_window_to_come_back_is_shorter_than_the_retention() {
    for window_ends in [date(2025, 11, 4), date(2026, 5, 4)] {
        assert!(window_ends < erasure::due_on(date(2025, 5, 4)), "six months, or the whole retention");
    }
}

proptest! {
    #[test]
    fn inv_32_no_day_before_the_due_one_erases_and_every_day_from_it_on_does(radiated in 0i64..3_000, later in 0i64..800) {
        use jiff::ToSpan as _;
        let radiated_on = FILED.saturating_add(radiated.days());
        let today = radiated_on.saturating_add(later.days());
        let radiation = DemandEvent::Radiated(demand::event::Radiated {
            radiated_on,
            motive: demand::radiation::Motive::Attribution { lessor: lessor(), lease_signed_on: radiated_on },
        });
        let outcome = erase(&[registered(form()).remove(0), radiation], today);
        // Independently: the same day of the next year, or the last of February, is over.
        let last = Date::new(radiated_on.year() + 1, radiated_on.month(), radiated_on.day())
            .unwrap_or_else(|_| date(radiated_on.year() + 1, 2, 28));
        prop_assert_eq!(outcome.is_ok(), today > last);
    }
}
