//! `sne territory`: what a territory goes by, and deciding it.

use std::sync::Arc;

use demand::territory::{AbnormalDelayDraft, Act, Event, SettingDraft, WithdrawalDraft};
use jiff::civil::Date;
use nomenclature::Territory;
use register::{SystemClock, TerritoryRequest, Viewer};
use serde::Serialize;
use uuid::Uuid;

use crate::args::{Author, Format, Place, TerritoryCommand};
use crate::failure::Failure;
use crate::house::House;
use crate::output;

mod sheet;

/// What is shown of a territory.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// What counts on the day.
    Day,
    /// Also everything that was decided.
    History,
}

/// Shows what a territory goes by on a day.
pub async fn show(
    place: Place,
    format: Format,
    territory: Territory,
    on: Option<Date>,
    shown: Shown,
) -> Result<(), Failure> {
    let house = House::open_to_read(place, Arc::new(SystemClock)).await?;
    let sheet = house.register.territory(Viewer::Operator, Some(territory), on).await?;
    sheet::print(format, &sheet, shown);
    Ok(())
}

/// What was decided, or would be.
#[derive(Serialize)]
struct Report {
    territory: String,
    decision: String,
    effective_on: String,
    /// None of a plan.
    version: Option<u32>,
    /// None of a plan.
    position: Option<i64>,
}

/// Decides for the territory of the author's desk, or says what would be decided.
pub async fn decide(place: Place, format: Format, decision: TerritoryCommand) -> Result<(), Failure> {
    let Some((act, Author { actor, dry_run })) = read(decision) else { return Ok(()) };
    let request = TerritoryRequest { command_id: Uuid::new_v4(), actor, expected_version: None, act };
    let clock = Arc::new(SystemClock);
    let report = if dry_run {
        let house = House::open_to_read(place, clock).await?;
        let (territory, event) = house.register.plan_territory(&request).await?;
        Report {
            territory: territory.to_string(),
            decision: sheet::decision(&event),
            effective_on: event.effective_on().to_string(),
            version: None,
            position: None,
        }
    } else {
        let house = House::open(place, clock).await?;
        let answer = house.register.set_territory(request).await?;
        let sheet = house.register.territory(Viewer::Operator, Some(answer.territory), None).await?;
        let recorded = sheet.history.iter().find(|change| change.version == answer.version);
        let event: Option<&Event> = recorded.map(|change| &change.event);
        Report {
            territory: answer.territory.to_string(),
            decision: event.map(sheet::decision).unwrap_or_default(),
            effective_on: answer.effective_on.to_string(),
            version: Some(answer.version),
            position: Some(answer.position.get()),
        }
    };
    let header = if dry_run {
        ["territoire", "serait décidé", "à compter du", "version", "position"]
    } else {
        ["territoire", "décidé", "à compter du", "version", "position"]
    };
    output::rows(format, &header, &[report], |report| {
        let number = |number: Option<i64>| number.map_or_else(|| "-".to_owned(), |number| number.to_string());
        vec![
            report.territory.clone(),
            report.decision.clone(),
            report.effective_on.clone(),
            number(report.version.map(i64::from)),
            number(report.position),
        ]
    });
    Ok(())
}

/// The act that the command line asks for, and its author; none for what only shows.
fn read(decision: TerritoryCommand) -> Option<(Act, Author)> {
    Some(match decision {
        TerritoryCommand::Settings { .. } => return None,
        TerritoryCommand::Set { name, value, from, note, author } => {
            let draft = SettingDraft { name: Some(name), value: Some(value), valid_from: Some(from), note };
            (Act::ChangeSetting(draft), author)
        }
        TerritoryCommand::Withdraw { name, from, author } => {
            (Act::WithdrawSetting(WithdrawalDraft { name: Some(name), valid_from: Some(from) }), author)
        }
        TerritoryCommand::AbnormalDelay { months, end, commune, dwelling_type, from, reference, author } => {
            let draft = AbnormalDelayDraft {
                commune,
                dwelling_type,
                months,
                valid_from: Some(from),
                reference: Some(reference),
            };
            (if end { Act::EndAbnormalDelay(draft) } else { Act::SetAbnormalDelay(draft) }, author)
        }
    })
}
