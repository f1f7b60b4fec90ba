//! The acts on a demand and what they leave alone.

use demand::attribution::AttributionDraft;
use demand::event::Radiated;
use demand::form::sought::SoughtDraft;
use demand::modification::Origin;
use demand::pieces::PieceDraft;
use demand::radiation::Motive;
use demand::radiation::renunciation::{RenunciationDraft, WrittenAct};
use demand::{Act, Demand, DemandEvent, FormDraft, RejectionReason, Status};
use jiff::civil::date;
use nomenclature::Siren;
use uuid::Uuid;

use crate::given::*;

fn modify(form: FormDraft) -> Act {
    Act::Modify { origin: Origin::Applicant, form: Box::new(form) }
}

fn renew() -> Act {
    Act::Renew { form: Box::default() }
}

fn attribute(decided_on: &str) -> Act {
    Act::Attribute(AttributionDraft { decided_on: some(decided_on), rpls: None })
}

fn renounce(written_on: &str) -> Act {
    Act::Renounce(RenunciationDraft { written_on: some(written_on), written_act: Some(WrittenAct::Letter) })
}

fn wish(commune: &str) -> FormDraft {
    let sought = SoughtDraft { communes: vec![commune.into()], ..form().sought.unwrap() };
    FormDraft { sought: Some(sought), ..FormDraft::default() }
}

fn reason(outcome: Result<Vec<DemandEvent>, demand::Rejection>) -> RejectionReason {
    outcome.expect_err("the act is refused").reason
}

#[test]
fn inv_01_a_demand_has_one_territory_for_ever() {
    let events = then(registered(form()), date(2025, 6, 1), modify(wish("06004")));
    assert_eq!(active(events.clone()).territory, nice());
    let foreign = reason(when(events, date(2025, 6, 2), modify(wish("83137"))));
    assert_eq!(foreign, RejectionReason::InvalidForm);
}

#[test]
fn inv_15_expiry_counts_from_the_filing_then_from_the_renewal() {
    let events = registered(form());
    assert_eq!(active(events.clone()).expires_on(), date(2026, 3, 15));
    let events = then(events, date(2026, 2, 20), renew());
    assert_eq!(active(events).expires_on(), date(2027, 2, 20));
}

#[test]
fn inv_15_the_last_day_is_valid_and_the_next_is_not() {
    let demand = fold(registered(form()));
    assert_eq!(demand.status_on(date(2026, 3, 15)), Some(Status::Active));
    assert_eq!(demand.status_on(date(2026, 3, 16)), Some(Status::Expired));
}

#[test]
fn inv_18_renewal_and_modification_keep_the_filing_date() {
    let events = then(registered(form()), date(2025, 9, 1), modify(wish("06004")));
    let events = then(events, date(2026, 3, 1), renew());
    let demand = active(events);
    assert_eq!(demand.filed_on, FILED);
    assert_eq!(demand.last_renewed_on, Some(date(2026, 3, 1)));
}

#[test]
fn inv_18_a_modification_does_not_prolong() {
    let events = then(registered(form()), date(2025, 9, 1), modify(wish("06004")));
    assert_eq!(active(events).expires_on(), date(2026, 3, 15));
}

#[test]
fn an_expired_demand_may_be_renewed_until_it_is_radiated() {
    let events = then(registered(form()), date(2026, 4, 10), renew());
    assert_eq!(active(events).expires_on(), date(2027, 4, 10));
}

#[test]
fn a_demand_is_renewed_once_a_day() {
    let events = then(registered(form()), date(2026, 3, 1), renew());
    assert_eq!(reason(when(events, date(2026, 3, 1), renew())), RejectionReason::AlreadyRenewedToday);
}

#[test]
fn inv_34_a_modification_says_where_it_comes_from() {
    let events = registered(form());
    let by_piece = |piece_id| Act::Modify { origin: Origin::Piece { piece_id }, form: Box::new(wish("06004")) };
    assert!(when(events.clone(), FILED, by_piece(Uuid::from_u128(2))).is_ok());
    assert_eq!(reason(when(events.clone(), FILED, by_piece(Uuid::from_u128(9)))), RejectionReason::UnknownPiece);
    let third = Act::Modify { origin: Origin::ThirdPartyValidated, form: Box::new(wish("06004")) };
    let done = when(events, FILED, third).unwrap();
    assert!(matches!(&done[0], DemandEvent::Modified(e) if e.origin == Origin::ThirdPartyValidated));
    assert!(serde_json::from_str::<Act>(r#"{"modify":{"form":{}}}"#).is_err(), "no origin, no modification");
}

#[test]
fn inv_48_a_decision_made_while_the_demand_was_expired_stays_refused_after_a_late_renewal() {
    let events = then(registered(form()), date(2026, 4, 10), renew());
    assert_eq!(reason(when(events.clone(), date(2026, 4, 12), attribute("2026-04-02"))), RejectionReason::Expired);
    assert!(when(events.clone(), date(2026, 4, 12), attribute("2026-03-15")).is_ok());
    assert!(when(events, date(2026, 4, 12), attribute("2026-04-10")).is_ok());
}

#[test]
fn inv_48_a_lease_without_an_attribution_is_the_attribution_and_needs_a_valid_demand() {
    let sign = |events, today, day| when(events, today, Act::SignLease(Box::new(lease(day))));
    let today = date(2026, 4, 20);
    assert!(sign(registered(form()), today, "2026-03-15").is_ok(), "the last day of validity");
    assert_eq!(reason(sign(registered(form()), today, "2026-03-16")), RejectionReason::Expired);

    let decided = then(registered(form()), date(2026, 3, 14), attribute("2026-03-14"));
    assert!(sign(decided.clone(), today, "2026-04-18").is_ok(), "decided while it was valid");
    let before_the_decision = sign(decided.clone(), today, "2026-03-13").unwrap_err();
    assert_eq!(before_the_decision.to_string(), "INVALID_FORM: lease.signed_on=TOO_EARLY");
    let mut of_another = command(today, Act::SignLease(Box::new(lease("2026-04-18"))));
    of_another.by.organisation = Siren::parse("552032534").unwrap();
    assert_eq!(fold(decided).decide(&of_another).unwrap_err().reason, RejectionReason::Expired);
}

#[test]
fn what_a_demand_was_on_a_day_before_it_was_radiated_stays_told() {
    let events = then(registered(form()), date(2026, 4, 10), renew());
    let radiated = fold(then(events, date(2026, 6, 20), Act::SignLease(Box::new(lease("2026-06-02")))));
    for (day, expected) in [
        (date(2025, 3, 14), None),
        (FILED, Some(Status::Active)),
        (date(2026, 3, 15), Some(Status::Active)),
        (date(2026, 3, 16), Some(Status::Expired)),
        (date(2026, 4, 9), Some(Status::Expired)),
        (date(2026, 4, 10), Some(Status::Active)),
        (date(2026, 6, 1), Some(Status::Active)),
        (date(2026, 6, 2), Some(Status::Radiated)),
        (date(2027, 6, 2), Some(Status::Radiated)),
    ] {
        assert_eq!(radiated.status_on(day), expected, "{day}");
    }
}

#[test]
fn ever_online_is_said_of_filing_and_renewing_only() {
    let online = |events: Vec<DemandEvent>, today, act| {
        let mut command = command(today, act);
        command.by = by(nomenclature::Channel::Online);
        let new = fold(events.clone()).decide(&command).unwrap();
        events.into_iter().chain(new).collect::<Vec<_>>()
    };
    let modified = online(registered(form()), date(2025, 6, 1), modify(wish("06004")));
    assert!(!active(modified.clone()).facts.ever_online);
    let renewed = online(modified, date(2026, 3, 1), renew());
    assert!(active(then(renewed, date(2026, 3, 2), modify(wish("06088")))).facts.ever_online);
}

#[test]
fn a_modification_without_rubric_and_a_piece_twice_are_refused() {
    let nothing = reason(when(registered(form()), FILED, modify(FormDraft::default())));
    assert_eq!(nothing, RejectionReason::NothingToModify);
    let again = reason(when(registered(form()), FILED, Act::AddPiece(identity_piece())));
    assert_eq!(again, RejectionReason::PieceAlreadyAdded, "the command brings the same piece id");
}

#[test]
fn inv_48_no_attribution_without_an_active_and_valid_demand() {
    assert_eq!(reason(when(Vec::new(), FILED, attribute("2025-03-15"))), RejectionReason::NotRegistered);
    let events = registered(form());
    assert_eq!(reason(when(events.clone(), date(2026, 4, 1), attribute("2026-03-20"))), RejectionReason::Expired);
    assert!(when(events.clone(), date(2026, 4, 1), attribute("2026-03-15")).is_ok(), "decided while it was valid");
    let radiated = then(events, date(2025, 5, 1), renounce("2025-04-30"));
    assert_eq!(reason(when(radiated, date(2025, 6, 1), attribute("2025-05-20"))), RejectionReason::Radiated);
}

#[test]
fn inv_53_an_attribution_without_lease_does_not_remove_the_demand() {
    let events = then(registered(form()), date(2025, 5, 1), attribute("2025-04-30"));
    assert_eq!(fold(events.clone()).status_on(date(2025, 5, 2)), Some(Status::Active));
    let refused = then(events.clone(), date(2025, 5, 9), Act::RefuseAttribution { refused_on: "2025-05-08".into() });
    assert!(active(refused).attributions.is_empty());
    let lapsed = then(events, date(2025, 5, 20), Act::LapseAttribution { lapsed_on: "2025-05-19".into() });
    assert_eq!(fold(lapsed).status_on(date(2025, 5, 20)), Some(Status::Active));
}

#[test]
fn one_lessor_has_one_attribution_in_progress_and_ends_only_its_own() {
    let events = then(registered(form()), date(2025, 5, 1), attribute("2025-04-30"));
    let second = reason(when(events.clone(), date(2025, 5, 2), attribute("2025-05-02")));
    assert_eq!(second, RejectionReason::AttributionInProgress);
    let mut other = command(date(2025, 5, 3), Act::RefuseAttribution { refused_on: "2025-05-03".into() });
    other.by.organisation = Siren::parse("552032534").unwrap();
    assert_eq!(fold(events).decide(&other).unwrap_err().reason, RejectionReason::NoAttribution);
}

#[test]
fn inv_26_lease_and_radiation_are_one_act_dated_at_the_lease() {
    let today = date(2025, 6, 20);
    let events = when(registered(form()), today, Act::SignLease(Box::new(lease("2025-06-02")))).unwrap();
    let [DemandEvent::LeaseSigned(signed), DemandEvent::Radiated(radiated)] = events.as_slice() else {
        panic!("{events:?}");
    };
    assert_eq!((signed.signed_on, radiated.radiated_on), (date(2025, 6, 2), date(2025, 6, 2)));
    assert!(
        matches!(radiated.motive, Motive::Attribution { lease_signed_on, .. } if lease_signed_on == date(2025, 6, 2))
    );
    assert!(events.iter().all(|event| event.effective_on(today) == date(2025, 6, 2)));
}

#[test]
fn inv_25_a_lease_needs_its_date_not_in_the_future_and_the_data_of_the_law() {
    let today = date(2025, 6, 20);
    let sign = |draft| when(registered(form()), today, Act::SignLease(Box::new(draft)));
    let words = |draft| sign(draft).unwrap_err().to_string();
    assert_eq!(words(lease("2025-06-21")), "INVALID_FORM: lease.signed_on=IN_THE_FUTURE");
    assert_eq!(words(lease("2025-03-14")), "INVALID_FORM: lease.signed_on=TOO_EARLY");
    let empty = sign(Default::default()).unwrap_err();
    assert_eq!(
        empty.to_string(),
        "INVALID_FORM: lease.signed_on=MISSING, lease.already_housed=MISSING, lease.collective_agreement=MISSING, \
         lease.reservation_holder=MISSING, lease.dalo=MISSING, lease.rpls=MISSING"
    );
}

#[test]
fn inv_25_the_lease_brings_the_demand_up_to_its_day() {
    let today = date(2025, 6, 20);
    let mut draft = lease("2025-06-02");
    draft.form = Some(Box::new(wish("06004")));
    let events = then(registered(form()), today, Act::SignLease(Box::new(draft.clone())));
    let names: Vec<_> = events.iter().map(DemandEvent::name).collect();
    assert_eq!(names, ["Registered", "PieceAdded", "Modified", "LeaseSigned", "Radiated"]);
    let Demand::Radiated(demand) = fold(events) else { panic!("not radiated") };
    let communes: Vec<_> = demand.before.facts.communes.iter().map(ToString::to_string).collect();
    assert_eq!(communes, ["06004"]);

    draft.form = Some(Box::default());
    let unchanged = when(registered(form()), today, Act::SignLease(Box::new(draft.clone()))).unwrap();
    assert_eq!(unchanged.len(), 2, "a form without rubric changes nothing");

    draft.form = Some(Box::new(wish("83137")));
    draft.rpls = None;
    let refused = when(registered(form()), today, Act::SignLease(Box::new(draft.clone()))).unwrap_err();
    let words = "INVALID_FORM: lease.rpls=MISSING, sought.communes[0]=OUTSIDE_TERRITORY";
    assert_eq!(refused.to_string(), words, "both at once");

    draft.rpls = some("0600012345");
    let mut stranger = FormDraft { identity: form().identity, ..FormDraft::default() };
    stranger.identity.as_mut().unwrap().applicant = Some(person("Autre", "Jeanne", "1971-01-01"));
    draft.form = Some(Box::new(stranger));
    let refused = when(registered(form()), today, Act::SignLease(Box::new(draft)));
    assert_eq!(reason(refused), RejectionReason::ApplicantReplaced);
}

#[test]
fn inv_25_what_the_article_names_besides_is_kept_and_fits_together() {
    let today = date(2025, 6, 20);
    let sign = |draft| when(registered(form()), today, Act::SignLease(Box::new(draft)));
    let mut full = lease("2025-06-02");
    full.reservation_holder = some("PPRIOR");
    full.convention = some("R314-16");
    full.priority = some("OUI");
    full.intercommunal_public = some("NONDOC");
    full.commune = some("06088");
    full.address = Some(address());
    let events = sign(full.clone()).unwrap();
    let DemandEvent::LeaseSigned(signed) = &events[0] else { panic!("{events:?}") };
    assert_eq!(signed.convention.unwrap().code(), "R314-16");
    assert!(signed.dwelling.clear().unwrap().address.is_some());

    full.reservation_holder = some("COLTER");
    full.commune = some("06004");
    full.priority = some("PEUT-ETRE");
    assert_eq!(
        sign(full).unwrap_err().to_string(),
        "INVALID_FORM: lease.address.commune=INCONSISTENT, lease.convention=INCONSISTENT, lease.priority=UNKNOWN_CODE"
    );
}

#[test]
fn inv_27_no_lease_without_rpls_number_since_2016() {
    let mut without = lease("2025-06-02");
    without.rpls = None;
    without.commune = some("06088");
    without.dwelling_type = some("T3");
    without.surface = Some(62);
    without.rent = Some(540);
    let words = |events: Vec<DemandEvent>, today, lease| {
        when(events, today, Act::SignLease(Box::new(lease))).expect_err("no RPLS number").to_string()
    };
    let missing = "INVALID_FORM: lease.rpls=MISSING";
    assert_eq!(words(registered(form()), date(2025, 6, 20), without.clone()), missing);

    let filed = date(2015, 6, 1);
    let old = when(Vec::new(), filed, Act::Register(Box::new(registration(form())))).unwrap();
    without.signed_on = some("2015-12-31");
    assert!(when(old.clone(), date(2016, 2, 1), Act::SignLease(Box::new(without.clone()))).is_ok());
    without.signed_on = some("2016-01-01");
    assert_eq!(words(old.clone(), date(2016, 2, 1), without.clone()), missing);
    without.signed_on = some("2015-12-31");
    without.rent = None;
    assert_eq!(words(old, date(2016, 2, 1), without), missing);
}

#[test]
fn inv_28_a_renunciation_needs_a_written_act_kept_a_year() {
    let today = date(2025, 5, 4);
    let events = when(registered(form()), today, renounce("2025-04-30")).unwrap();
    let [DemandEvent::Radiated(Radiated { radiated_on, motive })] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!(*radiated_on, today);
    assert!(matches!(motive, Motive::Renunciation { kept_until, .. } if *kept_until == date(2026, 4, 30)));

    let unwritten = Act::Renounce(RenunciationDraft { written_on: some("2025-04-30"), written_act: None });
    let rejection = when(registered(form()), today, unwritten).unwrap_err();
    assert_eq!(rejection.to_string(), "INVALID_FORM: renunciation.written_act=MISSING");
}

/// Hand-written: every act on a radiated demand, with the reason it is refused for (R441-2-7, R441-2-8).
#[test]
fn inv_30_a_radiated_demand_takes_no_act_of_a_living_one() {
    let radiated = then(registered(form()), date(2025, 5, 4), renounce("2025-04-30"));
    let piece = PieceDraft { piece_type: some("TAX"), ..identity_piece() };
    for (act, expected) in [
        (Act::Register(Box::new(registration(form()))), RejectionReason::AlreadyRegistered),
        (modify(wish("06004")), RejectionReason::Radiated),
        (renew(), RejectionReason::Radiated),
        (Act::AddPiece(piece), RejectionReason::Radiated),
        (attribute("2025-05-01"), RejectionReason::Radiated),
        (Act::RefuseAttribution { refused_on: "2025-05-01".into() }, RejectionReason::Radiated),
        (Act::LapseAttribution { lapsed_on: "2025-05-01".into() }, RejectionReason::Radiated),
        (Act::SignLease(Box::new(lease("2025-05-01"))), RejectionReason::Radiated),
        (renounce("2025-05-01"), RejectionReason::Radiated),
    ] {
        assert_eq!(reason(when(radiated.clone(), date(2025, 5, 5), act)), expected);
    }
}

#[test]
fn inv_07_and_inv_06_a_household_claims_its_adults_and_an_association_nobody() {
    let claimed = demand::claims::claims_of(&fold(registered(form()))).unwrap();
    assert_eq!(claimed.len(), 2);
    let mut registration = registration(association());
    registration.identity_piece = None;
    let events = when(Vec::new(), FILED, Act::Register(Box::new(registration))).unwrap();
    assert!(demand::claims::claims_of(&fold(events)).unwrap().is_empty());
}

#[test]
fn inv_06_a_birth_name_is_claimed_beside_the_name_in_use_and_a_radiation_claims_nobody() {
    let mut form = form();
    form.identity.as_mut().unwrap().applicant.as_mut().unwrap().birth_name = some("Martin");
    let events = registered(form);
    assert_eq!(demand::claims::claims_of(&fold(events.clone())).unwrap()[0].keys.len(), 2);
    let radiated = then(events, date(2025, 5, 4), renounce("2025-04-30"));
    assert!(demand::claims::claims_of(&fold(radiated)).unwrap().is_empty());
}
