//! A lease that somebody else than the lessor reports: it radiates nobody, and spares a household its notice.

use demand::lease_report::LeaseReportDraft;
use demand::{Act, DemandEvent, Rejection, RejectionReason};
use jiff::civil::{Date, date};
use nomenclature::Siren;

use crate::given::*;

const TOLD: Date = date(2025, 9, 10);
/// Another lessor, which signed the lease.
const LANDLORD: &str = "552032534";
const TOWN: &str = "210600045";

pub fn report(lessor: Option<&str>) -> Act {
    Act::ReportLease(LeaseReportDraft {
        signed_on: some("2025-09-01"),
        lessor: lessor.map(str::to_owned),
        reference: some("courriel du 8 septembre"),
    })
}

fn by_(who: &str, events: &[DemandEvent], today: Date, act: Act) -> Result<Vec<DemandEvent>, Rejection> {
    let mut command = command(today, act);
    command.by.organisation = Siren::parse(who).unwrap();
    fold(events.to_vec()).decide(&command)
}

fn reported() -> Vec<DemandEvent> {
    then(registered(form()), TOLD, report(Some(LANDLORD)))
}

fn reason(outcome: Result<Vec<DemandEvent>, Rejection>) -> RejectionReason {
    outcome.expect_err("the act is refused").reason
}

#[test]
fn inv_26_a_reported_lease_radiates_nobody_and_its_lessor_still_signs() {
    let events = reported();
    let demand = active(events.clone());
    let told = demand.lease_report_of(lessor()).unwrap();
    assert_eq!((told.reported_on, told.signed_on), (TOLD, Some(date(2025, 9, 1))));
    assert_eq!(told.lessor, Some(Siren::parse(LANDLORD).unwrap()));
    assert!(demand.was_valid_on(TOLD));
    let signed = by_(LANDLORD, &events, date(2025, 9, 20), Act::SignLease(Box::new(lease("2025-09-01")))).unwrap();
    let ended = fold(events.into_iter().chain(signed).collect());
    assert!(matches!(ended, demand::Demand::Radiated(_)), "{ended:?}");
    assert!(!ended.content().unwrap().has_known_lease(), "it is no report any more");
}

#[test]
fn inv_26_the_lessor_of_a_lease_signs_it_instead_of_reporting_it() {
    let refused = by_(LANDLORD, &registered(form()), TOLD, report(Some(LANDLORD)));
    assert_eq!(reason(refused), RejectionReason::LessorMustSign);
    assert!(by_(LANDLORD, &registered(form()), TOLD, report(None)).is_ok(), "a lessor may report another's");
}

#[test]
fn inv_26_each_organisation_reports_once_and_withdraws_its_own_report_only() {
    let events = reported();
    assert_eq!(reason(when(events.clone(), TOLD, report(None))), RejectionReason::AlreadyRecorded);
    assert_eq!(reason(by_(TOWN, &events, TOLD, Act::WithdrawLeaseReport {})), RejectionReason::NoLeaseReport);
    let second = by_(TOWN, &events, TOLD, report(None)).unwrap();
    let both: Vec<_> = events.into_iter().chain(second).collect();
    assert_eq!(active(both.clone()).lease_reports.len(), 2);
    let one = then(both, TOLD, Act::WithdrawLeaseReport {});
    let left = active(one.clone());
    assert!(left.lease_report_of(lessor()).is_none() && left.has_known_lease());
    assert!(when(one, TOLD, report(None)).is_ok(), "withdrawn, it may be reported anew");
}

#[test]
fn inv_61_a_demand_with_a_known_lease_gets_no_notice_until_the_report_is_withdrawn() {
    let day = date(2026, 1, 20);
    assert_eq!(reason(when(reported(), day, Act::ListNotice {})), RejectionReason::LeaseKnown);
    let withdrawn = then(reported(), day, Act::WithdrawLeaseReport {});
    assert!(when(withdrawn, day, Act::ListNotice {}).is_ok());
    let listed = then(registered(form()), day, Act::ListNotice {});
    let known = then(listed, day, report(None));
    assert_eq!(reason(when(known, day, Act::ListNotice {})), RejectionReason::AlreadyRecorded);
}

#[test]
fn inv_26_what_is_reported_is_checked_whole() {
    let tell = |signed_on: &str, lessor: &str, reference: &str| {
        let draft = LeaseReportDraft { signed_on: some(signed_on), lessor: some(lessor), reference: some(reference) };
        when(registered(form()), TOLD, Act::ReportLease(draft))
    };
    assert_eq!(
        tell("2025-09-11", "552032535", " ").unwrap_err().to_string(),
        "INVALID_FORM: lease.signed_on=IN_THE_FUTURE, lease.lessor=MALFORMED, lease.reference=MISSING"
    );
    let refused = tell("2025-03-14", "", "x").unwrap_err().to_string();
    assert_eq!(refused, "INVALID_FORM: lease.signed_on=TOO_EARLY", "a lease of before the demand ends it not");
    let events = tell("", "", "x").unwrap();
    let [DemandEvent::LeaseReported(told)] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!((told.signed_on, told.lessor), (None, None), "neither may be known");
}
