//! The golden samples of what comes after a demand is registered, each full of what it can hold: warnings, notices, certificates, leases
//! that others report, a claim to housing.

use demand::certificate::{CertificateChannel, CertificateDraft};
use demand::commission::InadmissibilityDraft;
use demand::dalo::{DaloDecision, DaloDecisionDraft, DaloSeisinDraft};
use demand::deposit::{DepositDraft, SetAsideReason};
use demand::lease_report::LeaseReportDraft;
use demand::notice::{NoticeChannel, NoticeSentDraft};
use demand::pieces::PieceDraft;
use demand::reinstatement::ReinstatementDraft;
use demand::warning::{DeliveryProof, WarningDraft, WarningKind};
use demand::{Act, DemandEvent};
use jiff::civil::date;
use uuid::Uuid;

use crate::full::{online, piece_in_full};
use crate::given::*;

/// What leads to a radiation for no answer and back, and to one as inadmissible.
pub fn warned(events: &[DemandEvent]) -> Vec<(&'static str, DemandEvent)> {
    let warning = |kind| {
        let letter_sent_on = (kind == WarningKind::NoAnswer).then(|| "2026-05-04".to_owned());
        Act::RecordWarning(WarningDraft {
            kind: Some(kind),
            letter_sent_on,
            sent_on: some("2026-06-01"),
            proof: Some(DeliveryProof::RegisteredLetter),
            reference: some("2C 123 456 7890 1"),
        })
    };
    let answered = ReinstatementDraft { answered_on: some("2026-09-01"), ..ReinstatementDraft::default() };
    let found = InadmissibilityDraft { decided_on: some("2026-05-20"), ground: some("IRRSEJ") };
    let lives = [
        vec![
            ("warning_sent_full", date(2026, 6, 2), warning(WarningKind::NoAnswer)),
            ("radiated_no_answer_full", date(2026, 8, 2), Act::RadiateNoAnswer {}),
            ("reinstated_answered_full", date(2026, 9, 2), Act::Reinstate(answered)),
        ],
        vec![
            ("warning_sent_full", date(2026, 6, 2), warning(WarningKind::NoAnswer)),
            ("answer_received_full", date(2026, 7, 2), Act::RecordAnswer { received_on: "2026-07-01".into() }),
        ],
        vec![
            ("commission_decided_full", date(2026, 5, 21), Act::RecordInadmissibility(found)),
            ("warning_sent_inadmissible_full", date(2026, 6, 2), warning(WarningKind::Inadmissible)),
            ("radiated_inadmissible_full", date(2026, 7, 2), Act::RadiateInadmissible {}),
        ],
    ];
    let mut named = Vec::new();
    for life in lives {
        let mut events = events.to_vec();
        for (name, today, act) in life {
            let new = online(&events, today, 3, act);
            named.push((name, new[0].clone()));
            events.extend(new);
        }
    }
    named
}

/// What happens to a demand, renewed on 1 March 2026, that is not renewed again.
pub fn past_its_expiry(events: &[DemandEvent]) -> Vec<(&'static str, DemandEvent)> {
    let mut events = events.to_vec();
    let mut named = Vec::new();
    let sent = NoticeSentDraft {
        sent_on: some("2027-01-18"),
        channel: Some(NoticeChannel::Electronic),
        reference: some("LOT 2027-01/3"),
    };
    for (name, today, act) in [
        ("renewal_notice_listed_announced_full", date(2027, 1, 15), Act::ListNotice {}),
        ("renewal_notice_sent_full", date(2027, 1, 20), Act::RecordNoticeSent(sent)),
        (
            "renewal_notice_returned_full",
            date(2027, 2, 3),
            Act::RecordNoticeReturned { returned_on: "2027-02-02".into() },
        ),
        ("radiated_not_renewed_full", date(2027, 4, 2), Act::RadiateNotRenewed {}),
        ("reinstated_full", date(2027, 5, 3), Act::Reinstate(ReinstatementDraft::default())),
    ] {
        let new = online(&events, today, 3, act);
        named.push((name, new[0].clone()));
        events.extend(new);
    }
    named
}

/// A certificate, a lease that others report, and a claim to housing.
pub fn followed_up(events: &[DemandEvent]) -> Vec<(&'static str, DemandEvent)> {
    let certificate = CertificateDraft { issued_on: some("2026-05-11"), channel: Some(CertificateChannel::Electronic) };
    let report = |lessor: &str, signed_on: &str| {
        let reference = some("courriel du 12 mai");
        Act::ReportLease(LeaseReportDraft { signed_on: some(signed_on), lessor: some(lessor), reference })
    };
    let seise = |day: &str| Act::SeiseDalo(DaloSeisinDraft { seised_on: some(day), route: some("SUR") });
    let decide =
        |day: &str, decision| Act::DecideDalo(DaloDecisionDraft { decided_on: some(day), decision: Some(decision) });
    let priority = || decide("2026-06-02", DaloDecision::Priority);
    let withdraw = || Act::WithdrawLeaseReport {};
    let deposit = |piece_type: &str| {
        let label = some("pièce n° 1");
        Act::DepositPiece(DepositDraft { piece_type: some(piece_type), label, deposited_on: some("2026-05-12") })
    };
    let stored = PieceDraft { deposit_id: Some(Uuid::from_u128(3)), ..piece_in_full("TAX") };
    let aside = Act::SetDepositAside { deposit_id: Uuid::from_u128(3), reason: SetAsideReason::WrongPiece };
    let seised = ("dalo_seised_full", date(2026, 5, 13), seise("2026-05-12"));
    let lives = [
        vec![("certificate_issued_full", date(2026, 5, 12), Act::IssueCertificate(certificate))],
        vec![
            ("lease_reported_full", date(2026, 5, 13), report("552032534", "2026-05-11")),
            ("lease_report_withdrawn_full", date(2026, 5, 20), withdraw()),
            ("lease_reported_bare", date(2026, 5, 21), report("", "")),
        ],
        vec![
            ("piece_deposited_full", date(2026, 5, 13), deposit("TAX")),
            ("piece_added_deposited_full", date(2026, 5, 20), Act::AddPiece(stored)),
        ],
        vec![
            ("piece_deposited_sensitive_type", date(2026, 5, 13), deposit("MOT-08")),
            ("deposit_set_aside_full", date(2026, 5, 20), aside),
        ],
        vec![
            seised.clone(),
            ("dalo_decided_full", date(2026, 6, 3), priority()),
            ("dalo_rehoused_full", date(2026, 7, 3), Act::RehouseDalo { rehoused_on: "2026-07-02".into() }),
        ],
        vec![
            seised.clone(),
            ("dalo_decided_full", date(2026, 6, 3), priority()),
            ("dalo_ended_full", date(2026, 7, 3), Act::EndDalo { ended_on: "2026-07-02".into() }),
        ],
        vec![seised, ("dalo_decided_refused", date(2026, 6, 3), decide("2026-06-02", DaloDecision::Refused))],
    ];
    let mut named = Vec::new();
    for life in lives {
        let mut events = events.to_vec();
        for (piece_id, (name, today, act)) in (3..).zip(life) {
            let new = online(&events, today, piece_id, act);
            named.push((name, new[0].clone()));
            events.extend(new);
        }
    }
    named
}
