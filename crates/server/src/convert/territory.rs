//! What a territory goes by, as messages.

use demand::Standing;
use demand::abnormal::Row;
use demand::territory::{AbnormalDelayEnded, AbnormalDelaySet, Event};
use jiff::civil::Date;
use nomenclature::{CommuneCode, DwellingType};
use proto::v1;
use proto::v1::territory_change::Decision;
use register::{AbnormalDelay, SettingLine, TerritoryAnswer, TerritoryChange, TerritorySheet};

use super::{answer::instant, etag};

/// Writes the answer to an act.
pub fn answer(answer: &TerritoryAnswer) -> v1::TerritoryAnswer {
    v1::TerritoryAnswer {
        territory: answer.territory.to_string(),
        etag: etag::write(answer.version),
        position: answer.position.get(),
        effective_on: answer.effective_on.to_string(),
        recorded_at: Some(instant(answer.recorded_at)),
    }
}

/// Writes what counts on a day, and how it came to that.
pub fn sheet(sheet: &TerritorySheet) -> v1::GetSettingsResponse {
    v1::GetSettingsResponse {
        territory: sheet.territory.to_string(),
        day: sheet.day.to_string(),
        etag: if sheet.version == 0 { String::new() } else { etag::write(sheet.version) },
        settings: sheet.settings.iter().map(setting).collect(),
        abnormal_delays: sheet.abnormal.iter().map(row).collect(),
        planned_abnormal_delays: sheet.abnormal_planned.iter().map(row).collect(),
        history: sheet.history.iter().map(change).collect(),
    }
}

/// Writes from when a demand waits abnormally long.
pub fn wait(delay: AbnormalDelay) -> v1::AbnormalWait {
    v1::AbnormalWait {
        from: delay.from.to_string(),
        computed_on: delay.computed_on.to_string(),
        reached: delay.is_reached(),
    }
}

fn setting(line: &SettingLine) -> v1::Setting {
    let row = line.setting;
    let standing = match (line.decided_since, row.standing) {
        (Some(_), _) => v1::Standing::Decided,
        (None, Standing::Text) => v1::Standing::Text,
        (None, Standing::Provisional) => v1::Standing::Provisional,
    };
    let planned =
        line.planned.iter().map(|(day, value)| v1::PlannedValue { valid_from: day.to_string(), value: *value });
    v1::Setting {
        name: row.name.to_owned(),
        value: line.value,
        unit: row.unit.to_owned(),
        standing: standing.into(),
        since: line.decided_since.unwrap_or(row.since).to_string(),
        default_value: line.default,
        source: row.source.to_owned(),
        lowest: row.lowest,
        highest: row.highest,
        planned: planned.collect(),
    }
}

fn row(row: &Row) -> v1::AbnormalDelay {
    delay((row.commune, row.dwelling_type), row.valid_from, row.months)
}

fn delay(
    (commune, dwelling_type): (Option<CommuneCode>, Option<DwellingType>),
    valid_from: Date,
    months: Option<i32>,
) -> v1::AbnormalDelay {
    v1::AbnormalDelay {
        commune: commune.map(|commune| commune.to_string()),
        dwelling_type: dwelling_type.map(|kind| kind.code().to_owned()),
        valid_from: valid_from.to_string(),
        months,
    }
}

fn change(change: &TerritoryChange) -> v1::TerritoryChange {
    v1::TerritoryChange {
        version: i64::from(change.version),
        position: change.position.get(),
        recorded_at: Some(instant(change.recorded_at)),
        author: change.actor.clone(),
        decision: Some(decision(&change.event)),
    }
}

fn decision(event: &Event) -> Decision {
    match event {
        Event::SettingChanged(event) => Decision::SettingChanged(v1::SettingChanged {
            name: event.name.as_str().to_owned(),
            value: event.value,
            valid_from: event.valid_from.to_string(),
            note: event.note.as_ref().map(|note| note.as_str().to_owned()),
            replaced: event.replaced,
        }),
        Event::SettingWithdrawn(event) => Decision::SettingWithdrawn(v1::SettingWithdrawn {
            name: event.name.as_str().to_owned(),
            valid_from: event.valid_from.to_string(),
        }),
        Event::AbnormalDelaySet(event) => {
            let AbnormalDelaySet { commune, dwelling_type, months, valid_from, reference, replaced } = event;
            Decision::AbnormalDelay(v1::AbnormalDelayDecided {
                delay: Some(delay((*commune, *dwelling_type), *valid_from, Some(*months))),
                reference: reference.as_str().to_owned(),
                replaced: *replaced,
            })
        }
        Event::AbnormalDelayEnded(event) => {
            let AbnormalDelayEnded { commune, dwelling_type, valid_from, reference } = event;
            Decision::AbnormalDelay(v1::AbnormalDelayDecided {
                delay: Some(delay((*commune, *dwelling_type), *valid_from, None)),
                reference: reference.as_str().to_owned(),
                replaced: None,
            })
        }
    }
}
