//! A demand as one record for programs. The keys are stable: they are only ever added to.

use ::demand::{ActiveDemand, Demand, Status};
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
    radiation: Option<Radiation>,
    /// The day the personal data was erased.
    erased_on: Option<Date>,
    /// The adults, or the association; null when the names were not opened.
    household: Option<Vec<String>>,
}

#[derive(Serialize)]
struct Attribution {
    lessor: String,
    decided_on: Date,
}

#[derive(Serialize)]
struct Radiation {
    on: Date,
    motive: String,
}

impl Record {
    /// The record of a demand on a day.
    pub fn of(demand: &Demand, content: &ActiveDemand, number: UniqueNumber, version: u32, today: Date) -> Self {
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
            radiation,
            erased_on: demand.erased_on(),
            household: super::names(content),
        }
    }
}

fn status(status: Status) -> &'static str {
    match status {
        Status::Active => "active",
        Status::Expired => "expired",
        Status::Radiated => "radiated",
    }
}
