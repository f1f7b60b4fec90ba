//! `sne demand`: what a demand is, and what happened to it.

use std::sync::Arc;

use ::demand::{ActiveDemand, Demand, DemandEvent, Settings};
use jiff::civil::Date;
use nomenclature::{Actor, UniqueNumber};
use register::{Register, Seen, SystemClock, Viewer};
use serde::Serialize;

use crate::args::{Format, Place, Reader};
use crate::failure::Failure;
use crate::house::House;
use crate::output;
use crate::wording;

mod record;

use record::Record;

/// Shows the state of a demand; names only to an agent who may read them.
pub async fn show(place: Place, format: Format, number: UniqueNumber, actor: Option<&Actor>) -> Result<(), Failure> {
    let house = House::open_to_read(place, Arc::new(SystemClock)).await?;
    let Seen { demand, version, .. } = house.register.demand(number, viewer(actor)).await?;
    let today = house.register.clock().today();
    let Some(content) = demand.content() else {
        return Err(register::Error::NotFound.into());
    };
    let settings = house.register.settings_today(number.territory()).await?;
    // Nothing is waited for once it left.
    let running = matches!(demand, Demand::Active(_)).then_some(&settings);
    match format {
        Format::Table => sheet(&demand, content, number, version, (today, running)),
        Format::Json | Format::Ndjson | Format::Csv => {
            output::record(format, &Record::of(&demand, content, number, version, (today, running)));
        }
    }
    Ok(())
}

/// The sheet for people.
fn sheet(
    demand: &Demand,
    content: &ActiveDemand,
    number: UniqueNumber,
    version: u32,
    (today, running): (Date, Option<&Settings>),
) {
    let field = |name: &str, value: &dyn ToString| vec![name.to_owned(), value.to_string()];
    let size = content.facts.household_size.map_or("".into(), |size| size.to_string());
    let mut fields = vec![
        field("numéro unique", &number),
        field("état", &demand.status_on(today).map_or("", |status| status.label())),
        field("version", &version),
        field("territoire", &content.territory.label()),
        field("déposée le", &content.filed_on),
        field("valable jusqu'au", &content.expires_on()),
        field("taille du ménage", &size),
        field("communes souhaitées", &communes(&content.facts)),
        field("types recherchés", &labels(content.facts.dwelling_types.iter().map(|t| t.label()))),
        field("motifs", &labels(content.facts.reasons.iter().map(|r| r.label()))),
        field("pièces au dossier", &content.pieces.len()),
        field("attributions en cours", &content.attributions.len()),
    ];
    fields.extend(content.last_renewed_on.map(|day| field("renouvelée le", &day)));
    fields.push(field("attestation", &wording::certificates(&content.certificates, running)));
    fields.extend(content.lease_reports.iter().map(|report| field("bail signalé", &wording::lease_report(report))));
    fields.extend(content.deposits.iter().map(|deposit| field("pièce à verser", &wording::deposit(deposit, running))));
    fields.extend(content.dalo.map(|dalo| field("DALO", &wording::dalo(dalo))));
    fields.extend(content.separated_from.clear().copied().flatten().map(|number| field("séparée de", &number)));
    fields.extend(content.separated_to.clear().into_iter().flatten().map(|number| field("séparée vers", number)));
    fields.extend(content.employer.clear().copied().flatten().map(|siret| field("employeur déclaré", &siret)));
    if let Demand::Radiated(radiated) = demand {
        fields.push(field("radiée le", &radiated.radiated_on));
        fields.push(field("motif de radiation", &radiated.motive.official().label()));
        fields.extend(radiated.erased_on.map(|day| field("effacée le", &day)));
    }
    let names = names(content).map(|names| names.join(", "));
    let unopened = || match demand.erased_on() {
        Some(_) => "données nominatives effacées".to_owned(),
        None => "données nominatives non ouvertes (--actor SIREN/GUICHET/agent)".to_owned(),
    };
    fields.push(field("ménage", &names.unwrap_or_else(unopened)));
    output::table(&[], fields.into_iter());
}

fn communes(facts: &demand::facts::Facts) -> String {
    let name = |code| nomenclature::commune(code).map_or_else(|| code.to_string(), |commune| commune.name.to_owned());
    facts.communes.iter().map(|code| name(*code)).collect::<Vec<_>>().join(", ")
}

fn labels<'a>(labels: impl Iterator<Item = &'a str>) -> String {
    labels.collect::<Vec<_>>().join(", ")
}

/// The names, when they are readable.
fn names(content: &ActiveDemand) -> Option<Vec<String>> {
    use demand::form::identity::Identity;
    let rubrics = content.rubrics.clear()?;
    Some(match &rubrics.identity {
        Some(Identity::Household(household)) => {
            let name = |person: &demand::form::identity::Person| {
                format!("{} {}", person.given_names.as_str(), person.surname.as_str())
            };
            household.adults().map(name).collect()
        }
        Some(Identity::Association(association)) => vec![association.name.as_str().to_owned()],
        None => Vec::new(),
    })
}

/// Shows the history of a demand through one of the two readers.
pub async fn history(place: Place, format: Format, number: UniqueNumber, reader: Reader) -> Result<(), Failure> {
    let house = House::open_to_read(place, Arc::new(SystemClock)).await?;
    let lines = match reader {
        Reader::Sne => history_lines(&house.register, number).await?,
        Reader::PostgresEs => stock_lines(&house, number).await?,
    };
    print_history(format, &lines);
    Ok(())
}

/// One line of a history, for display.
#[derive(Serialize)]
pub struct Line {
    version: u32,
    position: String,
    recorded_at: String,
    effective_on: String,
    event: &'static str,
    summary: String,
    actor: String,
}

/// Prints a history.
pub fn print_history(format: Format, lines: &[Line]) {
    let header = ["version", "position", "enregistré", "effet", "événement", "contenu", "acteur"];
    output::rows(format, &header, lines, |line| {
        vec![
            line.version.to_string(),
            line.position.clone(),
            line.recorded_at.clone(),
            line.effective_on.clone(),
            line.event.to_owned(),
            line.summary.clone(),
            line.actor.clone(),
        ]
    });
}

/// The history through the register's own reader.
pub async fn history_lines(register: &Register, number: UniqueNumber) -> Result<Vec<Line>, Failure> {
    let history = register.history(number).await?;
    let line = |line: &register::HistoryLine| Line {
        version: line.recorded.version,
        position: line.recorded.position.to_string(),
        recorded_at: nomenclature::paris_day(line.recorded.recorded_at).to_string(),
        effective_on: line.recorded.effective_on.to_string(),
        event: wording::event(&line.event),
        summary: wording::summary(&line.event),
        actor: line.recorded.actor.clone(),
    };
    Ok(history.iter().map(line).collect())
}

/// The history through stock postgres-es: everything comes from its own repository and the metadata of the view.
async fn stock_lines(house: &House, number: UniqueNumber) -> Result<Vec<Line>, Failure> {
    let events = house.stock.events(number).await?;
    if events.is_empty() {
        return Err(register::Error::NotFound.into());
    }
    events
        .into_iter()
        .map(|stored| {
            let text = |key: &str| stored.metadata.get(key).and_then(|value| value.as_str()).unwrap_or("").to_owned();
            let (position, recorded_at) = (text("position"), text("recorded_at"));
            let (effective_on, actor) = (text("effective_on"), text("actor"));
            let event: DemandEvent = serde_json::from_value(stored.payload).map_err(|_| {
                Failure::Local(format!("le second lecteur ne peut pas lire la version {}", stored.sequence))
            })?;
            Ok(Line {
                version: u32::try_from(stored.sequence).unwrap_or(u32::MAX),
                position,
                recorded_at: paris_day(&recorded_at),
                effective_on,
                event: wording::event(&event),
                summary: wording::summary(&event),
                actor,
            })
        })
        .collect()
}

/// The civil day of an instant as the view writes it.
fn paris_day(instant: &str) -> String {
    instant.parse().map_or_else(|_| instant.to_owned(), |instant| nomenclature::paris_day(instant).to_string())
}

fn viewer(actor: Option<&Actor>) -> Viewer<'_> {
    actor.map_or(Viewer::Operator, Viewer::Agent)
}
