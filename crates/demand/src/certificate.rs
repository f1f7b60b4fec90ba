//! The certificate of registration (attestation d'enregistrement): due within a month of the filing and of each renewal, never
//! for a modification (L441-2-1, R441-2-4, R441-2-7, INV-11, INV-14).
//!
//! Until the register writes its letters, a desk tells that the certificate went out. A late one is recorded like any other:
//! lateness is listed, not refused.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::attribution::act_day;
use crate::demand::ActiveDemand;
use crate::event::{CertificateIssued, DemandEvent};
use crate::rejection::{Check, FieldReason, Rejection, RejectionReason};

/// How a certificate reaches the applicant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CertificateChannel {
    /// By post.
    Post,
    /// By e-mail, or on the portal.
    Electronic,
    /// Over the desk.
    ByHand,
}

/// The certificates of a demand: those that are waited for, and the last one that went out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificates {
    /// Days of the acts that no certificate followed yet, the earliest first: the filing, and renewals.
    pub pending: Vec<Date>,
    /// The last one.
    pub last: Option<LastCertificate>,
}

/// A certificate that went out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastCertificate {
    /// The day.
    pub issued_on: Date,
    /// How.
    pub channel: CertificateChannel,
}

impl Certificates {
    /// What a filing makes due.
    pub(crate) fn of_filing(filed_on: Date) -> Self {
        Self { pending: vec![filed_on], last: None }
    }

    /// The day since which one is due; `None` when the applicant has what the law gives him. The month of the law counts
    /// from it: a renewal does not excuse the certificate that the filing was owed.
    pub fn due_since(&self) -> Option<Date> {
        self.pending.first().copied()
    }

    /// A renewal makes one due (INV-14).
    pub(crate) fn renewed(&mut self, renewed_on: Date) {
        self.pending.push(renewed_on);
    }

    /// One certificate answers to every act up to its day: it tells the demand as it then is.
    pub(crate) fn issued(&mut self, event: &CertificateIssued) {
        self.pending.retain(|due_since| *due_since > event.issued_on);
        self.last = Some(LastCertificate { issued_on: event.issued_on, channel: event.channel });
    }
}

/// What a desk tells of a certificate that went out.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CertificateDraft {
    /// The day, `AAAA-MM-JJ`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issued_on: Option<String>,
    /// How.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<CertificateChannel>,
}

/// Decides that a certificate is recorded: once for what made it due, and not before that.
pub(crate) fn issue(
    demand: &ActiveDemand,
    draft: &CertificateDraft,
    today: Date,
) -> Result<Vec<DemandEvent>, Rejection> {
    let due_since = demand.certificates.due_since();
    let mut found = Vec::new();
    let mut check = Check::new("certificate", &mut found);
    let issued_on = check.required("issued_on", draft.issued_on.as_deref(), |text| {
        act_day(text, due_since.unwrap_or(demand.filed_on), today)
    });
    if draft.channel.is_none() {
        check.at("channel").violation(FieldReason::Missing);
    }
    let (Some(issued_on), Some(channel)) = (issued_on, draft.channel) else {
        return Err(Rejection::invalid(found));
    };
    let due_since = due_since.ok_or(RejectionReason::AlreadyRecorded)?;
    Ok(vec![DemandEvent::CertificateIssued(CertificateIssued { due_since, issued_on, channel })])
}
