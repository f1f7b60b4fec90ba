//! Whether what fell due was done on a day that the law allows, and once. Read by SQL and judged by a few lines of its own.

use std::collections::HashMap;

use jiff::ToSpan as _;
use jiff::civil::Date;
use private_postgres::test_util::shared;
use serde::Deserialize;
use serde_json::Value;

const EVENTS: &str = "SELECT row_to_json(q) FROM (SELECT stream, event_type, payload::json AS payload, \
     (effective_on)::text AS effective_on FROM log.events WHERE stream_type = 'demand' ORDER BY stream, version) AS q";
const BACK: &str = "SELECT count(*) FROM (SELECT recorded_at < lag(recorded_at) OVER (ORDER BY position) AS back \
     FROM log.events) AS q WHERE back";

#[derive(Debug, Default)]
pub struct Verdict {
    pub faults: Vec<String>,
    pub listed: usize,
    pub radiated: usize,
    pub erased: usize,
    /// Events whose instant is before that of the event before them.
    pub back: usize,
}

#[derive(Deserialize)]
struct Row {
    stream: String,
    event_type: String,
    payload: Value,
    effective_on: Date,
}

/// A demand as far as its events were read.
struct Demand {
    /// The last day of its validity.
    ends: Date,
    renewed: Vec<Date>,
    /// Whether this validity has a notice.
    listed: bool,
    radiated_on: Option<Date>,
    erased: bool,
}

/// What a database holds.
pub fn of(database: &str) -> Verdict {
    let back = shared().psql(database, BACK).unwrap().parse().unwrap();
    let mut verdict = Verdict { back, ..Verdict::default() };
    let mut demands: HashMap<String, Demand> = HashMap::new();
    for line in shared().psql(database, EVENTS).unwrap().lines() {
        let row: Row = serde_json::from_str(line).unwrap();
        let day = |name: &str| row.payload[name].as_str().unwrap().parse::<Date>().unwrap();
        if row.event_type == "Registered" {
            let ends = day("filed_on").saturating_add(12.months());
            let demand = Demand { ends, renewed: Vec::new(), listed: false, radiated_on: None, erased: false };
            demands.insert(row.stream, demand);
            continue;
        }
        let demand = demands.get_mut(&row.stream).unwrap();
        let wrong = match row.event_type.as_str() {
            "Renewed" => demand.renews(day("renewed_on")),
            "RenewalNoticeListed" => {
                verdict.listed += 1;
                demand.is_listed(day("listed_on"))
            }
            "Radiated" => {
                let not_renewed = row.payload["motive"]["code"] == "RADREN";
                verdict.radiated += usize::from(not_renewed);
                demand.is_radiated(day("radiated_on"), not_renewed)
            }
            "PersonalDataErased" => {
                verdict.erased += 1;
                demand.is_erased(row.effective_on)
            }
            _ => None,
        };
        verdict.faults.extend(wrong.map(|wrong| format!("{}: {wrong}", row.stream)));
    }
    verdict
}

impl Demand {
    /// INV-15.
    fn renews(&mut self, on: Date) -> Option<String> {
        let again = self.renewed.contains(&on);
        self.renewed.push(on);
        (self.ends, self.listed) = (on.saturating_add(12.months()), false);
        (again || self.radiated_on.is_some()).then(|| format!("renewed again on {on}"))
    }

    /// INV-61: from two months before the end, once in a validity.
    fn is_listed(&mut self, on: Date) -> Option<String> {
        let early = on < self.ends.saturating_sub(2.months());
        let again = std::mem::replace(&mut self.listed, true);
        (early || again).then(|| format!("valid to {}, listed on {on}, again: {again}", self.ends))
    }

    /// INV-16, INV-19: a month of tolerance, and never without a notice.
    fn is_radiated(&mut self, on: Date, not_renewed: bool) -> Option<String> {
        let early = not_renewed && (on <= self.ends.saturating_add(1.month()) || !self.listed);
        let again = self.radiated_on.replace(on).is_some();
        (early || again).then(|| format!("valid to {}, radiated on {on}, again: {again}", self.ends))
    }

    /// INV-32: a year after it left the register.
    fn is_erased(&mut self, on: Date) -> Option<String> {
        let due = self.radiated_on.map(|radiated| radiated.saturating_add(12.months()));
        let again = std::mem::replace(&mut self.erased, true);
        (again || due.is_none_or(|due| on <= due)).then(|| format!("due {due:?}, erased on {on}, again: {again}"))
    }
}
