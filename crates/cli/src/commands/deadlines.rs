//! `sne deadlines` and `sne late`: what falls due in a territory, and whose radiation is late. Nobody is named.

use std::ops::ControlFlow;
use std::sync::Arc;

use demand::housed::HousedBy;
use demand::pending::Falls;
use jiff::ToSpan as _;
use jiff::civil::Date;
use nomenclature::Territory;
use register::{SystemClock, Terms, Viewer};
use serde::Serialize;
use server::{CalendarQuery, Deadline, LateRadiation, Look, Which};

use crate::args::{Deadlines, Format, Place};
use crate::commands::serve::explain;
use crate::failure::Failure;
use crate::house::House;
use crate::output::{Sheets, say};

/// A deadline, for programs. Keys are only ever added.
#[derive(Serialize)]
struct Due {
    number: String,
    kind: &'static str,
    due_on: Date,
    /// `from` that day something may be done, or `by` its end it is in time.
    sense: &'static str,
    due: bool,
    days_overdue: u32,
    since: Date,
    desk: String,
    organisation: Option<String>,
    #[serde(skip)]
    name: &'static str,
}

/// Somebody who knows that a household is housed, or is about to be. Keys are only ever added.
#[derive(Serialize)]
struct Late {
    number: String,
    age_days: u32,
    since: Date,
    organisation: String,
    /// `attribution` or `lease_report`.
    by: &'static str,
    known_on: Date,
    known_since: Date,
    lessor: Option<String>,
}

/// Lists what falls due.
pub async fn list(place: Place, format: Format, asked: Deadlines) -> Result<(), Failure> {
    let Deadlines { territory, kinds, from, until, due, desk } = asked;
    if let (Some(from), Some(until)) = (from, until)
        && until < from
    {
        return Err(Failure::CommandLine(format!("--until {until} est avant --from {from}")));
    }
    let house = House::open_to_read(place, Arc::new(SystemClock)).await?;
    let terms = house.register.deadline_terms(Viewer::Operator, Some(territory)).await?;
    let Terms { today, settings, abnormal, .. } = terms.clone();
    let which = if due { Which::Due } else { Which::All };
    let query =
        CalendarQuery { kinds, from, until, which, desk, ..CalendarQuery::of(territory, today, settings, abnormal) };
    let look = Look::open(&house.register, &house.place).await.map_err(explain)?;
    let mut sheets = Sheets::new(format, &Due::HEADER, Due::cells);
    let page = |found: Vec<Deadline>| {
        let rows: Vec<Due> = found.iter().map(|deadline| Due::of(deadline, today)).collect();
        sheets.add(&rows)
    };
    look.calendar(&terms, query, page).await?;
    sheets.end();
    Ok(())
}

/// Lists late radiations, a line for each who knows.
pub async fn late(place: Place, format: Format, territory: Territory, min_days: u32) -> Result<(), Failure> {
    let house = House::open_to_read(place, Arc::new(SystemClock)).await?;
    let mut sheets = Sheets::new(format, &Late::HEADER, Late::cells);
    each_late(&house, territory, min_days, |late, today| {
        let rows: Vec<Late> = late.iter().flat_map(|late| Late::of(late, today)).collect();
        sheets.add(&rows)
    })
    .await?;
    sheets.end();
    Ok(())
}

/// Prints the oldest late radiations of a territory, and tells how many there are.
pub async fn oldest_late(house: &House, territory: Territory, most: usize) -> Result<(), Failure> {
    let (mut oldest, mut demands) = (Vec::new(), 0);
    each_late(house, territory, 0, |late, today| {
        let places = most.saturating_sub(demands);
        oldest.extend(late.iter().take(places).flat_map(|late| Late::of(late, today)));
        demands += late.len();
        ControlFlow::Continue(())
    })
    .await?;
    let mut sheets = Sheets::new(Format::Table, &Late::HEADER, Late::cells);
    let _ = sheets.add(&oldest);
    sheets.end();
    say!("demandes en retard de radiation : {demands} (montrées : {})", demands.min(most));
    Ok(())
}

/// Goes through the late radiations of a territory, page after page, with the day that they are told of.
async fn each_late(
    house: &House,
    territory: Territory,
    min_days: u32,
    mut each: impl FnMut(&[LateRadiation], Date) -> ControlFlow<()>,
) -> Result<(), Failure> {
    let terms = house.register.deadline_terms(Viewer::Operator, Some(territory)).await?;
    let today = terms.today;
    let until = today.saturating_sub(i64::from(min_days).days());
    let look = Look::open(&house.register, &house.place).await.map_err(explain)?;
    Ok(look.late(&terms, until, |late| each(&late, today)).await?)
}

impl Due {
    const HEADER: [&str; 9] = [
        "échéance",
        "sens",
        "numéro unique",
        "nature",
        "à faire",
        "retard (jours)",
        "court depuis",
        "guichet",
        "organisme",
    ];

    fn cells(&self) -> Vec<String> {
        vec![
            self.due_on.to_string(),
            if self.sense == "by" { "au plus tard" } else { "à partir du" }.to_owned(),
            self.number.clone(),
            self.name.to_owned(),
            if self.due { "oui" } else { "" }.to_owned(),
            if self.due { self.days_overdue.to_string() } else { String::new() },
            self.since.to_string(),
            self.desk.clone(),
            self.organisation.clone().unwrap_or_default(),
        ]
    }

    fn of(deadline: &Deadline, today: Date) -> Self {
        let Deadline { place, falls, desk, organisation } = deadline;
        Self {
            number: place.number.to_string(),
            kind: place.kind.code(),
            due_on: place.due_on,
            sense: match falls {
                Falls::From(_) => "from",
                Falls::By(_) => "by",
            },
            due: falls.is_due_on(today),
            days_overdue: days(place.due_on, today),
            since: place.since,
            desk: desk.to_string(),
            organisation: organisation.map(|organisation| organisation.to_string()),
            name: place.kind.name(),
        }
    }
}

impl Late {
    const HEADER: [&str; 7] =
        ["numéro unique", "âge (jours)", "depuis le", "qui le sait", "comment", "su le", "bailleur"];

    fn cells(&self) -> Vec<String> {
        vec![
            self.number.clone(),
            self.age_days.to_string(),
            self.known_since.to_string(),
            self.organisation.clone(),
            if self.by == "attribution" { "logement attribué" } else { "bail signalé" }.to_owned(),
            self.known_on.to_string(),
            self.lessor.clone().unwrap_or_default(),
        ]
    }

    fn of(late: &LateRadiation, today: Date) -> impl Iterator<Item = Self> {
        let (number, since) = (late.place.number, late.place.since);
        late.known.iter().map(move |known| Self {
            number: number.to_string(),
            age_days: days(since, today),
            since,
            organisation: known.organisation.to_string(),
            by: match known.by {
                HousedBy::Attribution => "attribution",
                HousedBy::LeaseReport => "lease_report",
            },
            known_on: known.known_on,
            known_since: known.since,
            lessor: known.lessor.map(|lessor| lessor.to_string()),
        })
    }
}

/// Days from one day to another, none to one that is before it.
fn days(from: Date, to: Date) -> u32 {
    from.until(to).map_or(0, |span| u32::try_from(span.get_days()).unwrap_or(0))
}
