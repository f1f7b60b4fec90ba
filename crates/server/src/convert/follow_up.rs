//! Certificates, reported leases, deposits and claims to housing: from messages to acts, and back from a demand.

use demand::certificate::{CertificateChannel, CertificateDraft, Certificates};
use demand::dalo::{Dalo, DaloDecision, DaloDecisionDraft, DaloSeisinDraft};
use demand::deposit::{DepositDraft, SetAsideReason};
use demand::lease_report::{LeaseReport, LeaseReportDraft};
use demand::{Act, FieldReason, Settings, deadlines};
use proto::v1;
use uuid::Uuid;

use super::Edge;

/// Reads a certificate that went out; a way that was not told is the domain's to miss.
pub fn certificate(edge: &mut Edge, message: v1::CertificateSent) -> CertificateDraft {
    let v1::CertificateSent { issued_on, channel } = message;
    let channel = match edge.known("certificate.channel", channel) {
        None | Some(v1::CertificateChannel::Unspecified) => None,
        Some(v1::CertificateChannel::Post) => Some(CertificateChannel::Post),
        Some(v1::CertificateChannel::Electronic) => Some(CertificateChannel::Electronic),
        Some(v1::CertificateChannel::ByHand) => Some(CertificateChannel::ByHand),
    };
    CertificateDraft { issued_on, channel }
}

/// Reads the report of a lease.
pub fn lease_report(message: v1::LeaseReport) -> LeaseReportDraft {
    let v1::LeaseReport { signed_on, lessor, reference } = message;
    LeaseReportDraft { signed_on, lessor, reference }
}

/// Reads a deposit.
pub fn deposit(message: v1::Deposit) -> DepositDraft {
    let v1::Deposit { piece_type, label, deposited_on } = message;
    DepositDraft { piece_type, label, deposited_on }
}

/// Reads which deposit is set aside, and why. A fault is noted, and something stands in its place.
pub fn set_aside(edge: &mut Edge, deposit_id: &str, reason: i32) -> Act {
    let deposit_id = edge.uuid("deposit_id", deposit_id).unwrap_or(Uuid::nil());
    let reason = match edge.known("reason", reason) {
        Some(v1::SetAsideReason::Unspecified) => {
            edge.fault("reason", FieldReason::Missing);
            SetAsideReason::Unreadable
        }
        None | Some(v1::SetAsideReason::Unreadable) => SetAsideReason::Unreadable,
        Some(v1::SetAsideReason::Incomplete) => SetAsideReason::Incomplete,
        Some(v1::SetAsideReason::AlreadyHeld) => SetAsideReason::AlreadyHeld,
        Some(v1::SetAsideReason::WrongPiece) => SetAsideReason::WrongPiece,
    };
    Act::SetDepositAside { deposit_id, reason }
}

/// Reads a seisin.
pub fn seisin(message: v1::DaloSeisin) -> DaloSeisinDraft {
    let v1::DaloSeisin { seised_on, route } = message;
    DaloSeisinDraft { seised_on, route }
}

/// Reads a decision; one that was not told is the domain's to miss.
pub fn decision(edge: &mut Edge, message: v1::DaloDecided) -> DaloDecisionDraft {
    let v1::DaloDecided { decided_on, decision } = message;
    let decision = match edge.known("decision.decision", decision) {
        None | Some(v1::DaloDecision::Unspecified) => None,
        Some(v1::DaloDecision::Priority) => Some(DaloDecision::Priority),
        Some(v1::DaloDecision::Refused) => Some(DaloDecision::Refused),
    };
    DaloDecisionDraft { decided_on, decision }
}

/// Writes the certificates of a demand; without settings no certificate is due any more.
pub fn certificates(certificates: &Certificates, settings: Option<&Settings>) -> v1::Certificate {
    let channel = |channel| match channel {
        CertificateChannel::Post => "POST",
        CertificateChannel::Electronic => "ELECTRONIC",
        CertificateChannel::ByHand => "BY_HAND",
    };
    v1::Certificate {
        due_since: certificates.due_since().map(|day| day.to_string()),
        due_by: certificates
            .due_since()
            .zip(settings)
            .map(|(since, settings)| deadlines::certificate_by(since, settings).to_string()),
        issued_on: certificates.last.map(|last| last.issued_on.to_string()),
        channel: certificates.last.map(|last| channel(last.channel).to_owned()),
    }
}

/// Writes the leases that were reported.
pub fn reported_leases(reports: &[LeaseReport]) -> Vec<v1::ReportedLease> {
    let report = |report: &LeaseReport| v1::ReportedLease {
        organisation: report.organisation.to_string(),
        reported_on: report.reported_on.to_string(),
        signed_on: report.signed_on.map(|day| day.to_string()),
        lessor: report.lessor.map(|lessor| lessor.to_string()),
    };
    reports.iter().map(report).collect()
}

/// Writes where a claim to housing stands.
pub fn dalo(dalo: Dalo) -> v1::Dalo {
    let (decision_due_on, offer_due_on) = match dalo {
        Dalo::Seised { decision_due_on, .. } => (Some(decision_due_on.to_string()), None),
        Dalo::Priority { offer_due_on, .. } => (None, Some(offer_due_on.to_string())),
        _ => (None, None),
    };
    let (status, since) = (dalo.status().code().to_owned(), dalo.since().to_string());
    v1::Dalo { status, since, decision_due_on, offer_due_on }
}
