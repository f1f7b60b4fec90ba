//! Warnings, radiation for no answer and as inadmissible, and the way back.

use demand::commission::InadmissibilityDraft;
use demand::form::sought::SoughtDraft;
use demand::radiation::Motive;
use demand::reinstatement::ReinstatementDraft;
use demand::warning::{DeliveryProof, WarningDraft, WarningKind};
use demand::{Act, DemandEvent, FormDraft, RejectionReason};
use jiff::civil::{Date, date};
use nomenclature::{InadmissibilityGround, Siren};

use crate::given::*;

const LETTER: &str = "2025-05-02";
const WARNED: Date = date(2025, 6, 30);
/// Two months after the warning are over.
const FROM: Date = date(2025, 8, 31);

fn reason(outcome: Result<Vec<DemandEvent>, demand::Rejection>) -> RejectionReason {
    outcome.expect_err("the act is refused").reason
}

pub fn warning(kind: WarningKind, sent_on: Date) -> WarningDraft {
    WarningDraft {
        kind: Some(kind),
        letter_sent_on: (kind == WarningKind::NoAnswer).then(|| LETTER.to_owned()),
        sent_on: Some(sent_on.to_string()),
        proof: Some(DeliveryProof::RegisteredLetter),
        reference: some("2C 123 456 7890 1"),
    }
}

fn warned(kind: WarningKind, events: Vec<DemandEvent>) -> Vec<DemandEvent> {
    then(events, WARNED, Act::RecordWarning(warning(kind, WARNED)))
}

fn no_answer() -> Vec<DemandEvent> {
    warned(WarningKind::NoAnswer, registered(form()))
}

pub fn unreachable() -> Vec<DemandEvent> {
    then(no_answer(), FROM, Act::RadiateNoAnswer {})
}

pub fn found(day: &str) -> Act {
    Act::RecordInadmissibility(InadmissibilityDraft { decided_on: some(day), ground: some("IRRRES") })
}

pub fn inadmissible() -> Vec<DemandEvent> {
    let events = then(registered(form()), WARNED, found("2025-06-20"));
    then(warned(WarningKind::Inadmissible, events), date(2025, 7, 31), Act::RadiateInadmissible {})
}

/// The outcome of an act by another lessor.
fn by_another(events: Vec<DemandEvent>, today: Date, act: Act) -> Result<Vec<DemandEvent>, demand::Rejection> {
    let mut command = command(today, act);
    command.by.organisation = Siren::parse("552032534").unwrap();
    fold(events).decide(&command)
}

fn answered(day: &str) -> Act {
    Act::Reinstate(ReinstatementDraft { answered_on: some(day), ..ReinstatementDraft::default() })
}

#[test]
fn inv_21_no_radiation_for_no_answer_without_letter_warning_and_delay() {
    let radiate = |events, today| when(events, today, Act::RadiateNoAnswer {});
    assert_eq!(reason(radiate(registered(form()), FROM)), RejectionReason::ProofMissing);
    assert_eq!(reason(radiate(no_answer(), date(2025, 8, 30))), RejectionReason::DelayRunning, "two months, not one");
    let events = radiate(no_answer(), FROM).unwrap();
    let [DemandEvent::Radiated(radiated)] = events.as_slice() else { panic!("{events:?}") };
    let proof = Motive::NoAnswer {
        organisation: lessor(),
        letter_sent_on: date(2025, 5, 2),
        warned_on: WARNED,
        proof: DeliveryProof::RegisteredLetter,
    };
    assert_eq!((radiated.radiated_on, &radiated.motive), (FROM, &proof));
}

#[test]
fn inv_21_a_warning_tells_letter_day_and_proof_in_this_order_of_days() {
    let words = |draft| when(registered(form()), WARNED, Act::RecordWarning(draft)).unwrap_err().to_string();
    assert_eq!(
        words(WarningDraft::default()),
        "INVALID_FORM: warning.kind=MISSING, warning.sent_on=MISSING, warning.proof=MISSING, warning.reference=MISSING"
    );
    let no_letter = WarningDraft { letter_sent_on: None, ..warning(WarningKind::NoAnswer, WARNED) };
    assert_eq!(words(no_letter), "INVALID_FORM: warning.letter_sent_on=MISSING");
    let same_day = warning(WarningKind::NoAnswer, date(2025, 5, 2));
    assert_eq!(words(same_day), "INVALID_FORM: warning.sent_on=TOO_EARLY");
    let tomorrow = warning(WarningKind::NoAnswer, date(2025, 7, 1));
    assert_eq!(words(tomorrow), "INVALID_FORM: warning.sent_on=IN_THE_FUTURE");
    let letter = WarningDraft { letter_sent_on: some(LETTER), ..warning(WarningKind::Inadmissible, WARNED) };
    assert_eq!(words(letter), "INVALID_FORM: warning.letter_sent_on=INCONSISTENT");
    let twice = when(no_answer(), WARNED, Act::RecordWarning(warning(WarningKind::NoAnswer, WARNED)));
    assert_eq!(reason(twice), RejectionReason::AlreadyRecorded);
}

#[test]
fn inv_21_an_answer_voids_the_warning() {
    let answer = |day: &str| Act::RecordAnswer { received_on: day.into() };
    let events = then(no_answer(), date(2025, 8, 30), answer("2025-08-30"));
    assert!(active(events.clone()).warnings.is_empty());
    assert_eq!(reason(when(events, FROM, Act::RadiateNoAnswer {})), RejectionReason::ProofMissing);
    assert_eq!(reason(when(registered(form()), FROM, answer("2025-08-30"))), RejectionReason::ProofMissing);
    let early = when(no_answer(), FROM, answer("2025-05-01")).unwrap_err();
    assert_eq!(early.to_string(), "INVALID_FORM: answer.received_on=TOO_EARLY", "before the letter");
    assert!(by_another(no_answer(), FROM, answer("2025-08-30")).is_ok(), "whoever received it");
}

#[test]
fn inv_72_who_removes_is_who_warned() {
    assert_eq!(reason(by_another(no_answer(), FROM, Act::RadiateNoAnswer {})), RejectionReason::ProofMissing);
    let events = then(registered(form()), WARNED, found("2025-06-20"));
    let warned = warned(WarningKind::Inadmissible, events.clone());
    assert_eq!(reason(by_another(warned, FROM, Act::RadiateInadmissible {})), RejectionReason::ProofMissing);
    let not_its_commission = by_another(events, WARNED, Act::RecordWarning(warning(WarningKind::Inadmissible, WARNED)));
    assert_eq!(reason(not_its_commission), RejectionReason::ProofMissing);
}

#[test]
fn inv_22_after_no_answer_an_answer_brings_the_demand_back_for_five_months() {
    let events = when(unreachable(), date(2026, 1, 31), answered("2026-01-30")).unwrap();
    let [DemandEvent::Reinstated(back)] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!(back.answered_on, Some(date(2026, 1, 30)));
    let demand = active(then(unreachable(), date(2026, 1, 31), answered("2026-01-30")));
    assert!(demand.warnings.is_empty(), "the warning is void");
    assert_eq!(
        (demand.filed_on, demand.expires_on()),
        (FILED, date(2026, 3, 15)),
        "seniority and validity as they were"
    );
    assert_eq!(reason(when(unreachable(), date(2026, 2, 1), answered("2026-01-30"))), RejectionReason::WindowClosed);
    let unanswered = when(unreachable(), date(2025, 9, 1), Act::Reinstate(ReinstatementDraft::default()));
    assert_eq!(unanswered.unwrap_err().to_string(), "INVALID_FORM: reinstatement.answered_on=MISSING");
}

/// Out of the register nobody can renew: who comes back past his expiry comes back renewed (INV-31), or the next day would
/// radiate him for that.
#[test]
fn inv_22_inv_31_who_comes_back_past_his_expiry_is_renewed_in_the_same_act() {
    let warned_late = date(2026, 1, 10);
    let asked = then(registered(form()), warned_late, Act::RecordWarning(warning(WarningKind::NoAnswer, warned_late)));
    let out = then(asked, date(2026, 3, 11), Act::RadiateNoAnswer {});
    let names = |day, answer| {
        when(out.clone(), day, answered(answer)).unwrap().iter().map(DemandEvent::name).collect::<Vec<_>>()
    };
    assert_eq!(names(date(2026, 3, 15), "2026-03-14"), ["Reinstated"], "the last day of validity");
    assert_eq!(names(date(2026, 3, 16), "2026-03-14"), ["Reinstated", "Renewed"]);
    let back = active(then(out.clone(), date(2026, 6, 1), answered("2026-05-30")));
    assert_eq!((back.filed_on, back.expires_on(), back.notice), (FILED, date(2027, 6, 1), None));
}

#[test]
fn inv_22_an_answer_may_bring_news() {
    let sought = SoughtDraft { communes: vec!["06004".into()], ..form().sought.unwrap() };
    let form = Box::new(FormDraft { sought: Some(sought), ..FormDraft::default() });
    let act = Act::Reinstate(ReinstatementDraft { answered_on: some("2025-09-01"), form });
    let events = when(unreachable(), date(2025, 9, 2), act).unwrap();
    assert_eq!(events.iter().map(DemandEvent::name).collect::<Vec<_>>(), ["Reinstated", "Modified"]);
}

#[test]
fn inv_22_wrong_news_with_an_answer_are_told_and_bring_nothing_back() {
    let sought = SoughtDraft { communes: vec!["83137".into()], ..form().sought.unwrap() };
    let form = Box::new(FormDraft { sought: Some(sought), ..FormDraft::default() });
    let act = Act::Reinstate(ReinstatementDraft { answered_on: some("2025-09-01"), form });
    let refused = when(unreachable(), date(2025, 9, 2), act).unwrap_err();
    assert_eq!(refused.to_string(), "INVALID_FORM: sought.communes[0]=OUTSIDE_TERRITORY");
}

#[test]
fn inv_23_inadmissibility_needs_a_decision_a_ground_a_warning_and_a_month() {
    let radiate = |events, today| when(events, today, Act::RadiateInadmissible {});
    assert_eq!(reason(radiate(registered(form()), FROM)), RejectionReason::ProofMissing);
    let decided = then(registered(form()), WARNED, found("2025-06-20"));
    assert_eq!(reason(radiate(decided.clone(), FROM)), RejectionReason::ProofMissing);
    let warned = warned(WarningKind::Inadmissible, decided.clone());
    assert_eq!(reason(radiate(warned.clone(), date(2025, 7, 30))), RejectionReason::DelayRunning);
    let events = radiate(warned, date(2025, 7, 31)).unwrap();
    let [DemandEvent::Radiated(radiated)] = events.as_slice() else { panic!("{events:?}") };
    assert!(matches!(radiated.motive,
        Motive::Inadmissible { ground: InadmissibilityGround::ResourcesAboveCeiling, decided_on, warned_on, .. }
        if decided_on == date(2025, 6, 20) && warned_on == WARNED));
    let draft = |decided_on: &str, ground: &str| {
        Act::RecordInadmissibility(InadmissibilityDraft { decided_on: some(decided_on), ground: some(ground) })
    };
    let words = |act| when(registered(form()), WARNED, act).unwrap_err().to_string();
    assert_eq!(words(draft("2025-06-20", "IRRAUT")), "INVALID_FORM: inadmissibility.ground=UNKNOWN_CODE");
    assert_eq!(words(draft("2025-07-01", "IRRSEJ")), "INVALID_FORM: inadmissibility.decided_on=IN_THE_FUTURE");
    assert_eq!(reason(when(decided.clone(), WARNED, found("2025-06-21"))), RejectionReason::AlreadyRecorded);
    let early = Act::RecordWarning(warning(WarningKind::Inadmissible, date(2025, 6, 19)));
    assert_eq!(when(decided, WARNED, early).unwrap_err().to_string(), "INVALID_FORM: warning.sent_on=TOO_EARLY");
    let expired = when(registered(form()), date(2026, 4, 1), found("2026-03-20"));
    assert_eq!(reason(expired), RejectionReason::Expired, "INV-48: no commission on a demand past its expiry");
}

#[test]
fn inv_29_after_inadmissibility_nothing_brings_the_demand_back() {
    let today = date(2025, 8, 1);
    assert_eq!(reason(when(inadmissible(), today, answered("2025-08-01"))), RejectionReason::NotReinstatable);
}
