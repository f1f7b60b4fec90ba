//! The claim to housing has a life of its own, which only the State changes.

use demand::dalo::{Dalo, DaloDecision, DaloDecisionDraft, DaloSeisinDraft};
use demand::{Act, DemandEvent, RejectionReason, Settings};
use jiff::civil::{Date, date};
use nomenclature::{DaloStatus, Territory};

use crate::given::*;

const SEISED: Date = date(2025, 6, 2);
const DECIDED: Date = date(2025, 8, 28);
const LATER: Date = date(2025, 10, 1);

pub fn seise(day: Date) -> Act {
    Act::SeiseDalo(DaloSeisinDraft { seised_on: Some(day.to_string()), route: some("EXP") })
}

pub fn decide(day: Date, decision: DaloDecision) -> Act {
    Act::DecideDalo(DaloDecisionDraft { decided_on: Some(day.to_string()), decision: Some(decision) })
}

fn rehouse(day: Date) -> Act {
    Act::RehouseDalo { rehoused_on: day.to_string() }
}

fn end(day: Date) -> Act {
    Act::EndDalo { ended_on: day.to_string() }
}

fn seised(events: Vec<DemandEvent>) -> Vec<DemandEvent> {
    then(events, SEISED, seise(SEISED))
}

pub fn recognised(events: Vec<DemandEvent>) -> Vec<DemandEvent> {
    then(seised(events), DECIDED, decide(DECIDED, DaloDecision::Priority))
}

fn status(events: &[DemandEvent]) -> DaloStatus {
    fold(events.to_vec()).content().unwrap().dalo_status()
}

/// Every act at every stage, written by hand: the claim goes one way, and begins anew only where it is over.
#[test]
fn inv_56_every_act_at_every_stage_of_a_claim() {
    let of = registered(form());
    let refused = then(seised(of.clone()), DECIDED, decide(DECIDED, DaloDecision::Refused));
    let rehoused = then(recognised(of.clone()), DECIDED, rehouse(DECIDED));
    let ended = then(recognised(of.clone()), DECIDED, end(DECIDED));
    let (done, not_seised, not_active) = ("ALREADY_RECORDED", "DALO_NOT_SEISED", "DALO_NOT_ACTIVE");
    // The stage and its official status; then what seising, deciding, rehousing and ending come to.
    let table = [
        ("none", of.clone(), "NON", ["yes", not_seised, not_active, not_active]),
        ("seised", seised(of.clone()), "NON", [done, "yes", not_active, not_active]),
        ("refused", refused, "NON", ["yes", not_seised, not_active, not_active]),
        ("priority", recognised(of), "ACTIF", [done, not_seised, "yes", "yes"]),
        ("rehoused", rehoused, "ACTREL", ["yes", not_seised, not_active, not_active]),
        ("ended", ended, "CADUC", ["yes", not_seised, not_active, not_active]),
    ];
    for (stage, events, official, expected) in table {
        assert_eq!(status(&events).code(), official, "{stage}");
        let acts = [seise(LATER), decide(LATER, DaloDecision::Priority), rehouse(LATER), end(LATER)];
        for (act, expected) in acts.into_iter().zip(expected) {
            let said = format!("{stage}: {act:?}");
            let found = when(events.clone(), LATER, act).map_or_else(|no| no.to_string(), |_| "yes".to_owned());
            assert_eq!(found, expected, "{said}");
        }
    }
}

#[test]
fn inv_57_commission_and_prefect_have_three_months_each_and_six_overseas_and_at_large_agglomerations() {
    for (territory, decision_due_on, offer_due_on) in [
        ("004", date(2025, 9, 2), date(2025, 11, 28)),
        ("006", date(2025, 12, 2), date(2026, 2, 28)),
        ("974", date(2025, 12, 2), date(2026, 2, 28)),
    ] {
        let settings = Settings::of(Territory::parse(territory).unwrap(), SEISED);
        let decide_with = |events: Vec<DemandEvent>, today, act| {
            let mut command = command(today, act);
            command.settings = settings;
            fold(events).decide(&command).unwrap()
        };
        let events = decide_with(registered(form()), SEISED, seise(SEISED));
        let [DemandEvent::DaloSeised(claim)] = events.as_slice() else { panic!("{events:?}") };
        assert_eq!(claim.decision_due_on, decision_due_on);
        let seised = registered(form()).into_iter().chain(events).collect();
        let events = decide_with(seised, DECIDED, decide(DECIDED, DaloDecision::Priority));
        let [DemandEvent::DaloDecided(decided)] = events.as_slice() else { panic!("{events:?}") };
        assert_eq!(decided.offer_due_on, Some(offer_due_on));
    }
    let refused = then(seised(registered(form())), DECIDED, decide(DECIDED, DaloDecision::Refused));
    let Some(DemandEvent::DaloDecided(decided)) = refused.last() else { panic!() };
    assert_eq!(decided.offer_due_on, None, "nothing is owed");
}

/// Conseil d'État 8 July 2020: a radiation does not end the decision. Only the State does, in so many words.
#[test]
fn inv_56_radiation_lease_and_reinstatement_leave_the_claim_as_it_is() {
    let active_claim = Dalo::Priority { decided_on: DECIDED, offer_due_on: date(2025, 11, 28) };
    let of_dalo = demand::radiation::lease::LeaseDraft { dalo: some("OUI"), ..lease("2025-09-05") };
    let housed = then(recognised(registered(form())), date(2025, 9, 5), Act::SignLease(Box::new(of_dalo)));
    assert_eq!(fold(housed.clone()).content().unwrap().dalo, Some(active_claim), "a lease that counts for it, too");
    let rehoused = then(housed, LATER, rehouse(date(2025, 9, 5)));
    assert_eq!(status(&rehoused), DaloStatus::Rehoused, "the State says so, after the radiation");

    let not_renewed = |events: Vec<DemandEvent>| {
        let listed = then(events, date(2026, 2, 10), Act::ListNotice {});
        let sent = then(listed, date(2026, 2, 10), crate::notices::sent_on(date(2026, 2, 10)));
        then(sent, date(2026, 4, 16), Act::RadiateNotRenewed {})
    };
    let out = not_renewed(recognised(registered(form())));
    assert_eq!(status(&out), DaloStatus::Active);
    let back = then(out.clone(), date(2026, 5, 2), crate::notices::reinstate());
    assert_eq!(active(back).dalo, Some(active_claim));
    let ended_while_out = then(out, date(2026, 5, 1), end(date(2026, 4, 30)));
    let back = then(ended_while_out, date(2026, 5, 2), crate::notices::reinstate());
    assert_eq!(active(back).dalo_status(), DaloStatus::Lapsed, "what the State said meanwhile holds");
}

/// A decision can come when the demand is out of the register already.
#[test]
fn inv_56_a_claim_is_seised_and_decided_on_a_radiated_demand() {
    let out = then(crate::notices::radiated(), date(2026, 5, 2), seise(date(2026, 4, 20)));
    let decided = then(out, date(2026, 6, 2), decide(date(2026, 6, 1), DaloDecision::Priority));
    assert_eq!(status(&decided), DaloStatus::Active);
    assert_eq!(fold(decided).status_on(date(2026, 6, 2)), Some(demand::Status::Radiated), "it is out all the same");
}

#[test]
fn inv_56_no_delay_that_is_over_ends_a_decision() {
    let far = date(2027, 3, 1);
    let events = recognised(registered(form()));
    assert_eq!(status(&events), DaloStatus::Active);
    let renewed = then(events, date(2026, 2, 1), Act::Renew { form: Box::default() });
    assert!(when(renewed, far, rehouse(far)).is_ok(), "long after the offer was due");
}

#[test]
fn inv_57_each_step_is_told_whole_and_not_before_the_one_it_follows() {
    let words = |events, act| when(events, DECIDED, act).unwrap_err().to_string();
    let of = || registered(form());
    let nothing = Act::SeiseDalo(DaloSeisinDraft::default());
    assert_eq!(words(of(), nothing), "INVALID_FORM: seisin.seised_on=MISSING, seisin.route=MISSING");
    let wrong = DaloSeisinDraft { seised_on: some("2025-03-14"), route: some("RUMEUR") };
    assert_eq!(
        words(of(), Act::SeiseDalo(wrong)),
        "INVALID_FORM: seisin.seised_on=TOO_EARLY, seisin.route=UNKNOWN_CODE",
        "a seisin needs a number"
    );
    let nothing = || Act::DecideDalo(DaloDecisionDraft::default());
    let missing = "INVALID_FORM: decision.decided_on=MISSING, decision.decision=MISSING";
    assert_eq!(words(of(), nothing()), missing, "every fault before any reason");
    let early = decide(date(2025, 6, 1), DaloDecision::Refused);
    assert_eq!(words(seised(of()), early), "INVALID_FORM: decision.decided_on=TOO_EARLY");
    assert_eq!(words(recognised(of()), rehouse(date(2025, 8, 27))), "INVALID_FORM: dalo.rehoused_on=TOO_EARLY");
    assert_eq!(words(recognised(of()), end(date(2025, 8, 29))), "INVALID_FORM: dalo.ended_on=IN_THE_FUTURE");
}

#[test]
fn inv_33_an_erased_demand_takes_no_act_on_its_claim() {
    let mut events =
        then(recognised(registered(form())), date(2025, 9, 5), Act::SignLease(Box::new(lease("2025-09-05"))));
    events.push(fold(events.clone()).erase(date(2026, 9, 6)).unwrap());
    let refused = when(events.clone(), date(2026, 9, 7), end(date(2026, 9, 7))).unwrap_err();
    assert_eq!(refused.reason, RejectionReason::Erased);
    assert_eq!(status(&events), DaloStatus::Active, "what stood stays, for the figures");
}
