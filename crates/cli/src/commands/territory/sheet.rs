//! The sheet of a territory, for people and for programs.

use demand::abnormal::Row;
use demand::territory::Event;
use demand::{Setting, Standing};
use jiff::civil::Date;
use nomenclature::{CommuneCode, DwellingType};
use register::{SettingLine, TerritoryChange, TerritorySheet};
use serde::Serialize;

use super::Shown;
use crate::args::Format;
use crate::output;

/// For programs. Keys are only ever added.
#[derive(Serialize)]
struct Record<'a> {
    territory: String,
    day: Date,
    version: u32,
    settings: Vec<Line>,
    abnormal_delays: Vec<Delay<'a>>,
    planned_abnormal_delays: Vec<Delay<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    history: Option<Vec<Change>>,
}

#[derive(Serialize)]
struct Line {
    name: &'static str,
    value: i32,
    unit: &'static str,
    standing: &'static str,
    since: Date,
    default: i32,
    source: &'static str,
    lowest: i32,
    highest: i32,
    planned: Vec<Planned>,
}

#[derive(Serialize)]
struct Planned {
    valid_from: Date,
    value: i32,
}

#[derive(Serialize)]
struct Delay<'a> {
    commune: Option<&'a CommuneCode>,
    dwelling_type: Option<&'a DwellingType>,
    valid_from: Date,
    months: Option<i32>,
}

#[derive(Serialize)]
struct Change {
    version: u32,
    position: i64,
    recorded_at: String,
    author: String,
    decision: String,
}

/// Prints a sheet.
pub fn print(format: Format, sheet: &TerritorySheet, shown: Shown) {
    if format != Format::Table {
        return output::record(format, &record(sheet, shown));
    }
    let header = ["paramètre", "valeur", "unité", "origine", "depuis", "bornes", "source", "prévu"];
    output::table(&header, sheet.settings.iter().map(row));
    let delays = sheet.abnormal.iter().chain(&sheet.abnormal_planned).map(delay_row);
    output::table(&["délai anormalement long", "type de logement", "mois", "à compter du"], delays);
    if shown == Shown::History {
        let header = ["version", "enregistré", "décision", "auteur"];
        output::table(
            &header,
            sheet
                .history
                .iter()
                .map(change)
                .map(|change| vec![change.version.to_string(), change.recorded_at, change.decision, change.author]),
        );
    }
}

/// What was decided, in words.
pub fn decision(event: &Event) -> String {
    let place = |commune: Option<CommuneCode>, kind: Option<DwellingType>| match (commune, kind) {
        (None, None) => "tout le territoire".to_owned(),
        (Some(commune), None) => format!("commune {commune}"),
        (None, Some(kind)) => format!("type {}", kind.code()),
        (Some(commune), Some(kind)) => format!("commune {commune}, type {}", kind.code()),
    };
    let instead = |replaced: Option<i32>| replaced.map(|old| format!(", au lieu de {old}")).unwrap_or_default();
    match event {
        Event::SettingChanged(event) => {
            let unit = Setting::named(event.name.as_str()).map_or("", |setting| unit(setting));
            let note = event.note.as_ref().map(|note| format!(" ({})", note.as_str())).unwrap_or_default();
            let (name, value, from) = (event.name.as_str(), event.value, event.valid_from);
            format!("{name} : {value} {unit} à compter du {from}{}{note}", instead(event.replaced))
        }
        Event::SettingWithdrawn(event) => {
            format!("{} : changement du {} retiré", event.name.as_str(), event.valid_from)
        }
        Event::AbnormalDelaySet(event) => format!(
            "délai anormalement long, {} : {} mois à compter du {}{} ({})",
            place(event.commune, event.dwelling_type),
            event.months,
            event.valid_from,
            instead(event.replaced),
            event.reference.as_str()
        ),
        Event::AbnormalDelayEnded(event) => format!(
            "délai anormalement long, {} : supprimé à compter du {} ({})",
            place(event.commune, event.dwelling_type),
            event.valid_from,
            event.reference.as_str()
        ),
    }
}

fn unit(setting: &Setting) -> &'static str {
    match setting.unit {
        "days" => "jours",
        "files" => "dossiers",
        _ => "mois",
    }
}

fn row(line: &SettingLine) -> Vec<String> {
    let SettingLine { setting, value, decided_since, planned, .. } = line;
    let origin = match (decided_since, setting.standing) {
        (Some(_), _) => "décidé",
        (None, Standing::Text) => "texte",
        (None, Standing::Provisional) => "provisoire",
    };
    let planned: Vec<String> = planned.iter().map(|(day, value)| format!("{value} à compter du {day}")).collect();
    vec![
        setting.name.to_owned(),
        value.to_string(),
        unit(setting).to_owned(),
        origin.to_owned(),
        decided_since.unwrap_or(setting.since).to_string(),
        format!("{} à {}", setting.lowest, setting.highest),
        setting.source.to_owned(),
        planned.join(", "),
    ]
}

fn delay_row(row: &Row) -> Vec<String> {
    vec![
        row.commune.map_or_else(|| "tout le territoire".to_owned(), |commune| commune.to_string()),
        row.dwelling_type.map_or("tous", |kind| kind.code()).to_owned(),
        row.months.map_or_else(|| "supprimé".to_owned(), |months| months.to_string()),
        row.valid_from.to_string(),
    ]
}

fn change(change: &TerritoryChange) -> Change {
    Change {
        version: change.version,
        position: change.position.get(),
        recorded_at: nomenclature::paris_day(change.recorded_at).to_string(),
        author: change.actor.clone(),
        decision: decision(&change.event),
    }
}

fn record(sheet: &TerritorySheet, shown: Shown) -> Record<'_> {
    let line = |line: &SettingLine| Line {
        name: line.setting.name,
        value: line.value,
        unit: line.setting.unit,
        standing: match (line.decided_since, line.setting.standing) {
            (Some(_), _) => "decided",
            (None, Standing::Text) => "text",
            (None, Standing::Provisional) => "provisional",
        },
        since: line.decided_since.unwrap_or(line.setting.since),
        default: line.default,
        source: line.setting.source,
        lowest: line.setting.lowest,
        highest: line.setting.highest,
        planned: line
            .planned
            .iter()
            .map(|(valid_from, value)| Planned { valid_from: *valid_from, value: *value })
            .collect(),
    };
    Record {
        territory: sheet.territory.to_string(),
        day: sheet.day,
        version: sheet.version,
        settings: sheet.settings.iter().map(line).collect(),
        abnormal_delays: sheet.abnormal.iter().map(delay).collect(),
        planned_abnormal_delays: sheet.abnormal_planned.iter().map(delay).collect(),
        history: (shown == Shown::History).then(|| sheet.history.iter().map(change).collect()),
    }
}

fn delay(row: &Row) -> Delay<'_> {
    Delay {
        commune: row.commune.as_ref(),
        dwelling_type: row.dwelling_type.as_ref(),
        valid_from: row.valid_from,
        months: row.months,
    }
}
