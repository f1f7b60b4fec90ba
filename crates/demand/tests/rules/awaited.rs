//! What a demand waits for: which act starts and stops which delay, and when it falls due. Dates are worked out by hand.

use demand::attribution::AttributionDraft;
use demand::dalo::DaloDecision;
use demand::housed::{HousedBy, KnownHoused};
use demand::lease_report::LeaseReportDraft;
use demand::pending::{Delay, Falls, Pending};
use demand::warning::WarningKind;
use demand::{Act, DailyAct, DeadlineKind, DemandEvent, RejectionReason, Settings};
use jiff::civil::{Date, date};
use proptest::prelude::*;

use crate::given::*;
use crate::notices::{radiated, sent_on};
use crate::warned::{found, warning};
use crate::{certificates, dalo, deposits};

/// Filed on 15 March 2025: valid until 15 March 2026.
const EXPIRES: Date = date(2026, 3, 15);
const LISTED: Date = date(2026, 1, 20);

fn awaited(events: &[DemandEvent]) -> Vec<(Delay, Date)> {
    fold(events.to_vec()).pending().into_iter().map(|pending| (pending.delay, pending.since)).collect()
}

fn names(events: &[DemandEvent]) -> Vec<&'static str> {
    events.iter().map(DemandEvent::name).collect()
}

fn falls(delay: Delay, since: Date, prolonged_by: Option<Date>) -> Falls {
    Pending { prolonged_by, ..Pending::new(delay, since) }.falls(&Settings::default())
}

#[test]
fn inv_16_inv_19_inv_61_one_delay_of_renewal_runs_at_a_time() {
    let filed = then(registered(form()), FILED, certificates::issue(FILED));
    assert_eq!(awaited(&filed), [(Delay::Notice, EXPIRES)]);
    let listed = then(filed, LISTED, Act::ListNotice {});
    assert_eq!(awaited(&listed), [(Delay::Sending, EXPIRES)]);
    let sent = then(listed, LISTED, sent_on(LISTED));
    assert_eq!(awaited(&sent), [(Delay::NonRenewal, EXPIRES)]);
    let renewed = then(sent, LISTED, Act::Renew { form: Box::default() });
    assert_eq!(awaited(&renewed), [(Delay::Notice, date(2027, 1, 20)), (Delay::Certificate, LISTED)]);

    assert_eq!(falls(Delay::Notice, EXPIRES, None), Falls::From(date(2026, 1, 15)));
    assert_eq!(falls(Delay::Sending, EXPIRES, None), Falls::By(date(2026, 2, 15)));
    assert_eq!(falls(Delay::NonRenewal, EXPIRES, Some(LISTED)), Falls::From(date(2026, 4, 16)));
    assert_eq!(falls(Delay::NonRenewal, EXPIRES, Some(date(2026, 3, 1))), Falls::From(date(2026, 5, 2)), "sent late");
}

#[test]
fn inv_21_inv_23_each_warning_runs_for_itself() {
    let warned = then(registered(form()), LISTED, Act::RecordWarning(warning(WarningKind::NoAnswer, LISTED)));
    let warned = then(warned, LISTED, found(&LISTED.to_string()));
    let warned = then(warned, LISTED, Act::RecordWarning(warning(WarningKind::Inadmissible, LISTED)));
    let of_warnings: Vec<_> = awaited(&warned).into_iter().filter(|(_, since)| *since == LISTED).collect();
    assert_eq!(of_warnings, [(Delay::NoAnswer, LISTED), (Delay::Inadmissible, LISTED)]);
    assert_eq!(falls(Delay::NoAnswer, LISTED, None), Falls::From(date(2026, 3, 21)));
    assert_eq!(falls(Delay::Inadmissible, LISTED, None), Falls::From(date(2026, 2, 21)));
}

#[test]
fn inv_11_inv_38_a_certificate_and_a_deposit_are_waited_for_until_they_come() {
    assert_eq!(awaited(&registered(form())), [(Delay::Notice, EXPIRES), (Delay::Certificate, FILED)]);
    assert_eq!(falls(Delay::Certificate, FILED, None), Falls::By(date(2025, 4, 15)));
    let deposited = then(registered(form()), FILED, deposits::hand_in("TAX"));
    assert!(awaited(&deposited).contains(&(Delay::Storage, FILED)));
    assert_eq!(falls(Delay::Storage, FILED, None), Falls::By(date(2025, 3, 30)));
    let late = Falls::By(date(2025, 3, 30));
    assert_eq!((late.day(), Falls::From(FILED).day()), (date(2025, 3, 30), FILED));
    assert!(!late.is_due_on(date(2025, 3, 30)) && late.is_due_on(date(2025, 3, 31)), "the last day is in time");
}

fn report(signed_on: Option<String>) -> Act {
    Act::ReportLease(LeaseReportDraft { signed_on, lessor: None, reference: some("courrier") })
}

#[test]
fn inv_26_a_known_lease_is_late_from_the_day_after_it_and_asks_for_no_renewal() {
    let reported = then(registered(form()), LISTED, report(some("2026-01-10")));
    let known = awaited(&reported);
    assert!(
        known.contains(&(Delay::LateRadiation, date(2026, 1, 10)))
            && !known.iter().any(|(delay, _)| *delay == Delay::Notice)
    );
    assert_eq!(falls(Delay::LateRadiation, date(2026, 1, 10), None), Falls::By(date(2026, 1, 10)));
    let reported = then(registered(form()), LISTED, report(None));
    assert!(awaited(&reported).contains(&(Delay::LateRadiation, LISTED)), "its own day is not known");
}

/// A notice that was sent before the lease is known radiates nobody any more: the lessor has to sign.
#[test]
fn inv_19_inv_26_a_known_lease_bars_the_radiation_for_non_renewal() {
    let sent = then(then(registered(form()), LISTED, Act::ListNotice {}), LISTED, sent_on(LISTED));
    let reported = then(sent, LISTED, report(some("2026-01-10")));
    let late = date(2026, 6, 1);
    assert_eq!(
        when(reported.clone(), late, Act::RadiateNotRenewed {}).unwrap_err().reason,
        RejectionReason::LeaseKnown
    );
    assert!(!awaited(&reported).iter().any(|(delay, _)| *delay == Delay::NonRenewal));
    let withdrawn = then(reported, late, Act::WithdrawLeaseReport {});
    assert_eq!(names(&when(withdrawn, late, Act::RadiateNotRenewed {}).unwrap()), ["Radiated"]);
}

/// What the notice announced is a promise: a shorter delay that the territory decides meanwhile takes no day of it away.
#[test]
fn inv_16_inv_19_nobody_is_radiated_before_the_day_that_his_notice_announced() {
    let long = Settings { renewal_tolerance_months: 3, ..Settings::default() };
    let mut listed = registered(form());
    listed.extend(fold(listed.clone()).decide_daily(&DailyAct::ListNotice, LISTED, &long).unwrap());
    let sent = then(listed, LISTED, sent_on(LISTED));
    assert_eq!(active(sent.clone()).notice.unwrap().radiation_from, Some(date(2026, 6, 16)));
    let demand = fold(sent);
    let shorter = |day| demand.decide_daily(&DailyAct::RadiateNotRenewed, day, &Settings::default());
    assert_eq!(shorter(date(2026, 6, 15)).unwrap_err().reason, RejectionReason::DelayRunning);
    assert!(shorter(date(2026, 6, 16)).is_ok());
    let [pending] = demand.pending().into_iter().filter(|one| one.delay == Delay::NonRenewal).collect::<Vec<_>>()[..]
    else {
        panic!()
    };
    assert_eq!(pending.falls(&Settings::default()), Falls::From(date(2026, 6, 16)));
}

/// A notice listed late announces what it will leave at least.
#[test]
fn inv_16_a_late_notice_announces_two_months() {
    let late = date(2026, 5, 20);
    let listed = then(registered(form()), late, Act::ListNotice {});
    assert_eq!(active(listed).notice.unwrap().radiation_from, Some(date(2026, 7, 21)));
}

#[test]
fn inv_56_inv_57_a_claim_to_housing_goes_on_after_the_radiation() {
    let seised = then(radiated(), date(2026, 4, 20), dalo::seise(date(2026, 4, 20)));
    assert_eq!(awaited(&seised), [(Delay::DaloDecision, date(2026, 7, 20)), (Delay::Erasure, date(2026, 4, 16))]);
    let decided = then(seised, date(2026, 6, 1), dalo::decide(date(2026, 6, 1), DaloDecision::Priority));
    assert!(awaited(&decided).contains(&(Delay::DaloOffer, date(2026, 9, 1))));
    let refused = then(radiated(), date(2026, 4, 20), dalo::seise(date(2026, 4, 20)));
    let refused = then(refused, date(2026, 6, 1), dalo::decide(date(2026, 6, 1), DaloDecision::Refused));
    assert_eq!(awaited(&refused), [(Delay::Erasure, date(2026, 4, 16))]);
}

#[test]
fn inv_32_what_is_erased_waits_for_nothing() {
    assert_eq!(falls(Delay::Erasure, date(2026, 4, 16), None), Falls::From(date(2027, 4, 17)));
    let mut erased = radiated();
    erased.push(fold(erased.clone()).erase(date(2027, 4, 17)).unwrap());
    assert!(awaited(&erased).is_empty() && awaited(&[]).is_empty());
}

/// The register acts of itself as a manager would by hand, in every state.
#[test]
fn inv_19_inv_30_what_comes_with_the_days_is_decided_as_by_hand() {
    let days = [LISTED, EXPIRES, date(2026, 4, 15), date(2026, 4, 16), date(2026, 5, 20)];
    let listed = then(registered(form()), LISTED, Act::ListNotice {});
    let sent = then(listed.clone(), LISTED, sent_on(LISTED));
    let mut erased = radiated();
    erased.push(fold(erased.clone()).erase(date(2027, 4, 17)).unwrap());
    for events in [Vec::new(), registered(form()), listed, sent, radiated(), erased] {
        for day in days {
            let demand = fold(events.clone());
            let draft = match sent_on(day) {
                Act::RecordNoticeSent(draft) => draft,
                other => panic!("{other:?}"),
            };
            let returned_on = day.to_string();
            for (by_hand, of_itself) in [
                (Act::ListNotice {}, DailyAct::ListNotice),
                (sent_on(day), DailyAct::RecordNoticeSent(draft)),
                (
                    Act::RecordNoticeReturned { returned_on: returned_on.clone() },
                    DailyAct::RecordNoticeReturned(returned_on),
                ),
                (Act::RadiateNotRenewed {}, DailyAct::RadiateNotRenewed),
            ] {
                let by_hand = demand.decide(&command(day, by_hand));
                assert_eq!(demand.decide_daily(&of_itself, day, &Settings::default()), by_hand, "on {day}");
            }
        }
    }
}

/// People and files name delays: each by a word of its own, the code as it is written in events and files.
#[test]
fn every_delay_has_a_code_and_a_name_of_its_own() {
    let distinct = |words: Vec<&str>| words.iter().collect::<std::collections::BTreeSet<_>>().len();
    let codes: Vec<_> = Delay::ALL.iter().map(|delay| delay.code()).collect();
    let labels: Vec<_> = Delay::ALL.iter().map(|delay| delay.label()).collect();
    let names: Vec<_> = Delay::ALL.iter().map(|delay| delay.name()).collect();
    assert_eq!(distinct(codes.clone()), Delay::ALL.len());
    assert_eq!((distinct(labels), distinct(names)), (Delay::ALL.len(), Delay::ALL.len()));
    for (delay, code) in Delay::ALL.iter().zip(codes) {
        assert_eq!(serde_json::to_value(delay).unwrap(), code);
        assert_eq!((Delay::of_code(code), Delay::of_code(&code.to_lowercase())), (Some(*delay), None));
    }
    let kinds: Vec<_> = DeadlineKind::all().collect();
    assert_eq!(kinds.len(), Delay::ALL.len() + 1);
    for (kind, code) in kinds.into_iter().zip(Delay::ALL.iter().map(|delay| delay.code()).chain(["ABNORMAL_WAIT"])) {
        assert_eq!((kind.code(), DeadlineKind::of_code(code)), (code, Some(kind)));
    }
    assert_eq!(DeadlineKind::of_code("NOTICES"), None);
    assert_eq!(DeadlineKind::AbnormalWait.name(), "délai anormalement long");
    assert_eq!(DeadlineKind::Delay(Delay::Storage).name(), "pièce à verser au dossier");
}

/// A list says who has to act: the desk that took the piece in, the organisation that warned (INV-72); else nobody special.
#[test]
fn inv_38_inv_72_a_delay_names_the_desk_or_the_organisation_that_has_to_act() {
    let events = then(registered(form()), FILED, deposits::hand_in("TAX"));
    let events = then(events, LISTED, Act::RecordWarning(warning(WarningKind::NoAnswer, LISTED)));
    let by = by(nomenclature::Channel::Desk);
    for pending in fold(events).pending() {
        let desk = by.desk.filter(|_| pending.delay == Delay::Storage);
        let organisation = (pending.delay == Delay::NoAnswer).then_some(by.organisation);
        assert_eq!((pending.desk, pending.organisation), (desk, organisation), "{:?}", pending.delay);
    }
}

/// An attribution removes nobody (INV-53), and a reported lease neither: who knows of one is told, for as long as it is known.
#[test]
fn inv_26_inv_53_whoever_knows_that_a_household_is_housed_is_told_with_the_day() {
    let known = |events: &[DemandEvent]| fold(events.to_vec()).known_housed();
    let none = registered(form());
    assert!(known(&none).is_empty() && known(&[]).is_empty());
    let decided = AttributionDraft { decided_on: some("2026-01-15"), rpls: None };
    let attributed = then(none, LISTED, Act::Attribute(decided));
    let attribution = KnownHoused {
        since: date(2026, 1, 15),
        by: HousedBy::Attribution,
        organisation: lessor(),
        known_on: date(2026, 1, 15),
        lessor: Some(lessor()),
    };
    assert_eq!(known(&attributed), [attribution]);
    let reported = then(attributed, LISTED, report(some("2026-01-10")));
    let lease = KnownHoused {
        since: date(2026, 1, 10),
        by: HousedBy::LeaseReport,
        organisation: lessor(),
        known_on: LISTED,
        lessor: None,
    };
    assert_eq!(known(&reported), [lease, attribution], "the longest first");
    let refused = then(reported, LISTED, Act::RefuseAttribution { refused_on: LISTED.to_string() });
    assert_eq!(known(&refused), [lease]);
    let withdrawn = then(refused.clone(), LISTED, Act::WithdrawLeaseReport {});
    assert!(known(&withdrawn).is_empty());
    let undated = then(withdrawn, LISTED, report(None));
    assert_eq!(known(&undated)[0].since, LISTED, "its own day is not known");
    let signed = then(refused, LISTED, Act::SignLease(Box::new(crate::given::lease("2026-01-15"))));
    assert!(known(&signed).is_empty(), "it has left the register");
}

proptest! {
    /// A list in the order of `since` may be left at the first entry that is not due.
    #[test]
    fn the_earliest_due_day_never_decreases_with_the_day_counted_from(first in 0i64..20_000, later in 0i64..800) {
        use jiff::ToSpan as _;
        let first = date(1990, 1, 1).saturating_add(first.days());
        let later = first.saturating_add(later.days());
        for delay in Delay::ALL {
            let due = |since| Pending::new(*delay, since).falls(&Settings::default()).day();
            prop_assert!(due(first) <= due(later), "{:?}", delay);
        }
    }

    #[test]
    fn inv_19_a_prolonged_delay_falls_due_no_sooner(since in 0i64..20_000, sent in -100i64..100) {
        use jiff::ToSpan as _;
        let since = date(1990, 1, 1).saturating_add(since.days());
        let prolonged_by = Some(since.saturating_add(sent.days()));
        let pending = Pending { prolonged_by, ..Pending::new(Delay::NonRenewal, since) };
        let settings = Settings::default();
        prop_assert!(pending.falls_at_the_earliest(&settings).day() <= pending.falls(&settings).day());
    }
}
