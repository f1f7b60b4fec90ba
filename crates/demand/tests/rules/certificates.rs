//! The certificate of registration: when it is due, and once for what made it due.

use demand::certificate::{CertificateChannel, CertificateDraft};
use demand::modification::Origin;
use demand::reinstatement::ReinstatementDraft;
use demand::{Act, DemandEvent, FormDraft, RejectionReason, Settings, deadlines};
use jiff::civil::{Date, date};

use crate::given::*;

pub fn issue(day: Date) -> Act {
    Act::IssueCertificate(CertificateDraft {
        issued_on: Some(day.to_string()),
        channel: Some(CertificateChannel::ByHand),
    })
}

fn pending(events: &[DemandEvent]) -> Vec<Date> {
    active(events.to_vec()).certificates.pending
}

#[test]
fn inv_11_a_certificate_is_due_within_a_month_of_the_filing() {
    let events = registered(form());
    assert_eq!(pending(&events), [FILED]);
    assert_eq!(deadlines::certificate_by(FILED, &Settings::default()), date(2025, 4, 15));
    let issued = then(events, date(2025, 4, 2), issue(date(2025, 4, 1)));
    let DemandEvent::CertificateIssued(event) = issued.last().unwrap() else { panic!("{issued:?}") };
    assert_eq!((event.due_since, event.issued_on), (FILED, date(2025, 4, 1)));
    let certificates = active(issued).certificates;
    assert_eq!((certificates.due_since(), certificates.last.unwrap().issued_on), (None, date(2025, 4, 1)));
}

#[test]
fn inv_11_a_late_certificate_is_recorded_like_any_other() {
    let late = date(2026, 1, 10);
    assert!(active(then(registered(form()), late, issue(late))).certificates.due_since().is_none());
}

#[test]
fn inv_14_a_renewal_makes_one_due_and_a_modification_does_not() {
    let issued = then(registered(form()), FILED, issue(FILED));
    let modify = Act::Modify {
        origin: Origin::Applicant,
        form: Box::new(FormDraft { sought: form().sought, ..FormDraft::default() }),
    };
    let modified = then(issued, date(2025, 5, 1), modify);
    assert!(pending(&modified).is_empty());
    let day = date(2026, 2, 1);
    let refused = when(modified.clone(), day, issue(day)).unwrap_err();
    assert_eq!(refused.reason, RejectionReason::AlreadyRecorded, "once for what made it due");
    let renewed = then(modified, day, Act::Renew { form: Box::default() });
    assert_eq!(pending(&renewed), [day]);
    let refused = when(renewed.clone(), date(2026, 2, 3), issue(date(2026, 1, 31))).unwrap_err();
    assert_eq!(refused.to_string(), "INVALID_FORM: certificate.issued_on=TOO_EARLY");
    assert!(pending(&then(renewed, date(2026, 2, 3), issue(day))).is_empty());
}

/// What the filing was owed stays owed after a renewal; one certificate of then answers to both (INV-11).
#[test]
fn inv_11_inv_14_a_renewal_does_not_excuse_the_certificate_of_the_filing() {
    let day = date(2026, 2, 1);
    let renewed = then(registered(form()), day, Act::Renew { form: Box::default() });
    assert_eq!(pending(&renewed), [FILED, day]);
    let today = date(2026, 2, 10);
    let told_late = then(renewed.clone(), today, issue(date(2025, 4, 1)));
    assert_eq!(pending(&told_late), [day], "one of before the renewal does not tell it");
    let DemandEvent::CertificateIssued(event) = then(renewed.clone(), today, issue(today)).remove(3) else { panic!() };
    assert_eq!(event.due_since, FILED);
    assert!(pending(&then(renewed, today, issue(today))).is_empty());
}

/// After a radiation for non-renewal the demand is renewed in the same act; after one for no answer it is as it was.
#[test]
fn inv_14_the_renewal_inside_a_reinstatement_makes_one_due_and_an_answer_does_not() {
    let back = date(2026, 5, 2);
    let reinstated = then(crate::notices::radiated(), back, crate::notices::reinstate());
    assert_eq!(pending(&reinstated), [FILED, back]);
    let answered = ReinstatementDraft { answered_on: some("2025-09-01"), ..ReinstatementDraft::default() };
    let reinstated = then(crate::warned::unreachable(), date(2025, 9, 2), Act::Reinstate(answered));
    assert_eq!(pending(&reinstated), [FILED]);
}

#[test]
fn inv_11_a_certificate_is_told_with_its_day_and_its_way() {
    let today = date(2025, 4, 2);
    let tell = |issued_on: Option<&str>| {
        let draft = CertificateDraft { issued_on: issued_on.map(str::to_owned), channel: None };
        when(registered(form()), today, Act::IssueCertificate(draft)).unwrap_err().to_string()
    };
    assert_eq!(tell(None), "INVALID_FORM: certificate.issued_on=MISSING, certificate.channel=MISSING");
    assert_eq!(tell(Some("2025-03-14")), "INVALID_FORM: certificate.issued_on=TOO_EARLY, certificate.channel=MISSING");
    assert_eq!(
        tell(Some("2025-04-03")),
        "INVALID_FORM: certificate.issued_on=IN_THE_FUTURE, certificate.channel=MISSING"
    );
    assert_eq!(tell(Some("hier")), "INVALID_FORM: certificate.issued_on=MALFORMED, certificate.channel=MISSING");
}
