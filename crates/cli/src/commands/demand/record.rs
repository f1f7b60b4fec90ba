//! A demand as one record for programs. The keys are stable: they are only ever added to.

use ::demand::dalo::Dalo;
use ::demand::deposit::OpenDeposit;
use ::demand::lease_report::LeaseReport;
use ::demand::{ActiveDemand, Demand, Settings, Status, deadlines};
use jiff::civil::Date;
use nomenclature::UniqueNumber;
use serde::Serialize;

/// What `sne demand show --format json` prints: codes and dates, as docs/cli.md lists them.
#[derive(Serialize)]
pub struct Record {
    number: String,
    /// `active`, `expired` or `radiated`.
    status: Option<&'static str>,
    version: u32,
    territory: String,
    filed_on: Date,
    last_renewed_on: Option<Date>,
    expires_on: Date,
    household_size: Option<u8>,
    communes: Vec<String>,
    dwelling_types: Vec<String>,
    reasons: Vec<String>,
    pieces: usize,
    attributions: Vec<Attribution>,
    certificate: Certificate,
    reported_leases: Vec<ReportedLease>,
    deposits: Vec<Deposit>,
    dalo: Option<Claim>,
    radiation: Option<Radiation>,
    /// The day the personal data was erased.
    erased_on: Option<Date>,
    /// The joint demand that it comes from; null when there is none, or it was not opened.
    separated_from: Option<String>,
    /// The demands of those who left it; null when somebody left and it was not opened.
    separated_to: Option<Vec<String>>,
    /// SIRET of the employer that the desk declared; null when it declared none, or it was not opened.
    employer_siret: Option<String>,
    /// The adults, or the association; null when the names were not opened.
    household: Option<Vec<String>>,
}

#[derive(Serialize)]
struct Attribution {
    lessor: String,
    decided_on: Date,
}

#[derive(Serialize)]
struct Certificate {
    due_since: Option<Date>,
    due_by: Option<Date>,
    issued_on: Option<Date>,
}

#[derive(Serialize)]
struct ReportedLease {
    organisation: String,
    reported_on: Date,
    signed_on: Option<Date>,
    lessor: Option<String>,
}

#[derive(Serialize)]
struct Deposit {
    deposit_id: String,
    open_type: Option<&'static str>,
    deposited_on: Date,
    desk: String,
    due_by: Option<Date>,
}

#[derive(Serialize)]
struct Claim {
    /// Official code.
    status: &'static str,
    since: Date,
    decision_due_on: Option<Date>,
    offer_due_on: Option<Date>,
}

#[derive(Serialize)]
struct Radiation {
    on: Date,
    motive: String,
}

impl Record {
    /// The record of a demand on a day, with the delays that still run on it.
    pub fn of(
        demand: &Demand,
        content: &ActiveDemand,
        number: UniqueNumber,
        version: u32,
        (today, running): (Date, Option<&Settings>),
    ) -> Self {
        let facts = &content.facts;
        let radiation = match demand {
            Demand::Radiated(radiated) => {
                Some(Radiation { on: radiated.radiated_on, motive: radiated.motive.official().code().to_owned() })
            }
            _ => None,
        };
        Self {
            number: number.to_string(),
            status: demand.status_on(today).map(status),
            version,
            territory: content.territory.to_string(),
            filed_on: content.filed_on,
            last_renewed_on: content.last_renewed_on,
            expires_on: content.expires_on(),
            household_size: facts.household_size,
            communes: facts.communes.iter().map(ToString::to_string).collect(),
            dwelling_types: facts.dwelling_types.iter().map(|kind| kind.code().to_owned()).collect(),
            reasons: facts.reasons.iter().map(|reason| reason.code().to_owned()).collect(),
            pieces: content.pieces.len(),
            attributions: content
                .attributions
                .iter()
                .map(|open| Attribution { lessor: open.lessor.to_string(), decided_on: open.decided_on })
                .collect(),
            certificate: Certificate {
                due_since: content.certificates.due_since(),
                due_by: content
                    .certificates
                    .due_since()
                    .zip(running)
                    .map(|(since, settings)| deadlines::certificate_by(since, settings)),
                issued_on: content.certificates.last.map(|last| last.issued_on),
            },
            reported_leases: content.lease_reports.iter().map(reported_lease).collect(),
            deposits: content.deposits.iter().map(|open| deposit(open, running)).collect(),
            dalo: content.dalo.map(claim),
            radiation,
            erased_on: demand.erased_on(),
            separated_from: content.separated_from.clear().copied().flatten().map(|number| number.to_string()),
            separated_to: content.separated_to.clear().map(|to| to.iter().map(ToString::to_string).collect()),
            employer_siret: content.employer.clear().copied().flatten().map(|siret| siret.to_string()),
            household: super::names(content),
        }
    }
}

fn reported_lease(report: &LeaseReport) -> ReportedLease {
    ReportedLease {
        organisation: report.organisation.to_string(),
        reported_on: report.reported_on,
        signed_on: report.signed_on,
        lessor: report.lessor.map(|lessor| lessor.to_string()),
    }
}

fn deposit(deposit: &OpenDeposit, running: Option<&Settings>) -> Deposit {
    Deposit {
        deposit_id: deposit.deposit_id.to_string(),
        open_type: deposit.open_type.map(|kind| kind.code()),
        deposited_on: deposit.deposited_on,
        desk: deposit.desk.to_string(),
        due_by: running.map(|settings| deadlines::storage_by(deposit.deposited_on, settings)),
    }
}

fn claim(dalo: Dalo) -> Claim {
    let (decision_due_on, offer_due_on) = match dalo {
        Dalo::Seised { decision_due_on, .. } => (Some(decision_due_on), None),
        Dalo::Priority { offer_due_on, .. } => (None, Some(offer_due_on)),
        _ => (None, None),
    };
    Claim { status: dalo.status().code(), since: dalo.since(), decision_due_on, offer_due_on }
}

fn status(status: Status) -> &'static str {
    match status {
        Status::Active => "active",
        Status::Expired => "expired",
        Status::Radiated => "radiated",
    }
}
