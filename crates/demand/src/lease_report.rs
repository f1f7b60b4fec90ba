//! A lease that somebody else than its lessor reports: a commune, the State, another lessor (INV-26).
//!
//! A report radiates nobody, only the lessor's own word does (R441-2-8 a). It says that this word is late, and it keeps the
//! register from asking a household that is housed to renew.

use jiff::civil::Date;
use nomenclature::Siren;
use personal::Pii;
use serde::{Deserialize, Serialize};

use crate::attribution::act_day;
use crate::command::By;
use crate::demand::ActiveDemand;
use crate::event::{DemandEvent, LeaseReportWithdrawn, LeaseReported};
use crate::form::text::Text;
use crate::rejection::{Check, FieldReason, Rejection, RejectionReason};

/// A report that stands, at most one per organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeaseReport {
    /// Who reported it.
    pub organisation: Siren,
    /// The day of the report.
    pub reported_on: Date,
    /// The day of the lease, when known.
    pub signed_on: Option<Date>,
    /// The lessor, when known.
    pub lessor: Option<Siren>,
}

impl LeaseReport {
    pub(crate) fn of(event: &LeaseReported) -> Self {
        let LeaseReported { organisation, reported_on, signed_on, lessor, .. } = *event;
        Self { organisation, reported_on, signed_on, lessor }
    }
}

/// What an organisation tells of a lease that is not its own.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LeaseReportDraft {
    /// The day of the lease, `AAAA-MM-JJ`, when known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed_on: Option<String>,
    /// SIREN of the lessor, when known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lessor: Option<String>,
    /// What the reporter finds his source by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

personal::redact!(LeaseReportDraft);

impl ActiveDemand {
    /// What an organisation reported.
    pub fn lease_report_of(&self, organisation: Siren) -> Option<LeaseReport> {
        self.lease_reports.iter().find(|report| report.organisation == organisation).copied()
    }

    /// A report stands no longer.
    pub(crate) fn close_lease_report(&mut self, organisation: Siren) {
        self.lease_reports.retain(|report| report.organisation != organisation);
    }

    /// The household is known to be housed, whoever says so: it is not asked to renew (INV-61).
    pub fn has_known_lease(&self) -> bool {
        !self.lease_reports.is_empty()
    }
}

/// Decides that a report is recorded: once per organisation, and never the lessor's own, who has to sign.
pub(crate) fn report(
    demand: &ActiveDemand,
    draft: &LeaseReportDraft,
    by: &By,
    today: Date,
) -> Result<Vec<DemandEvent>, Rejection> {
    let organisation = by.organisation;
    let mut found = Vec::new();
    let mut check = Check::new("lease", &mut found);
    let signed_on =
        check.optional("signed_on", draft.signed_on.as_deref(), |text| act_day(text, demand.filed_on, today));
    let lessor = check
        .optional("lessor", draft.lessor.as_deref(), |text| Siren::parse(text).map_err(|_| FieldReason::Malformed));
    let reference = check.required("reference", draft.reference.as_deref(), Text::parse);
    let Some(reference) = reference.filter(|_| found.is_empty()) else {
        return Err(Rejection::invalid(found));
    };
    if lessor == Some(organisation) {
        return Err(RejectionReason::LessorMustSign.into());
    }
    if demand.lease_report_of(organisation).is_some() {
        return Err(RejectionReason::AlreadyRecorded.into());
    }
    let reference = Pii::Clear(reference);
    let reported = LeaseReported { organisation, reported_on: today, signed_on, lessor, reference };
    Ok(vec![DemandEvent::LeaseReported(reported)])
}

/// Decides that a report is withdrawn, by whoever made it.
pub(crate) fn withdraw(demand: &ActiveDemand, organisation: Siren, today: Date) -> Result<Vec<DemandEvent>, Rejection> {
    demand.lease_report_of(organisation).ok_or(RejectionReason::NoLeaseReport)?;
    let withdrawn = LeaseReportWithdrawn { organisation, withdrawn_on: today };
    Ok(vec![DemandEvent::LeaseReportWithdrawn(withdrawn)])
}
