//! The guided tour: a few invented households of the sample's organisations go through every act that a demand knows, on
//! days that are long past.
//!
//! `tour.ndjson` says everything: who acts, on which day, what, and what a visitor is told of it. Like a line of the sample,
//! each has its command id, so that a second run gets the first answers again.

use std::collections::HashMap;

use client::{Client, On, Refused};
use jiff::civil::Date;
use nomenclature::{Actor, UniqueNumber};
use proto::v1::ReplayDemandResponse;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::clock::DemoClock;
use super::shown::auditor;
use crate::failure::Failure;
use crate::output::{self, say};
use crate::progress;

const TOUR: &str = include_str!("tour.ndjson");

/// A field of an act that names what an earlier act made: its value is this object, and the event of that command has a field
/// of the same name.
const RECORDED_BY: &str = "recorded_by";

/// One act of the tour.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    command_id: Uuid,
    day: Date,
    /// Whose demand; none for the parameters of the territory.
    household: Option<String>,
    actor: Actor,
    /// What a visitor is told.
    french: String,
    act: Value,
}

/// An act of the tour that is done.
struct Done {
    who: String,
    told: String,
    day: Date,
}

/// The tour, done.
pub struct Tour(Vec<Done>);

/// Goes through the tour, over the network as everybody does.
pub async fn go(client: &Client, clock: &DemoClock) -> Result<Tour, Failure> {
    let steps = steps()?;
    let bar = progress::bar(steps.len() as u64, "visite guidée");
    let mut demands: HashMap<String, (UniqueNumber, String)> = HashMap::new();
    let mut done = Vec::with_capacity(steps.len());
    for Step { command_id, day, household, actor, french, mut act } in steps {
        clock.next_on(day);
        let refused = |refused: Refused| failed(day, &french, refused);
        let (who, told) = match household {
            None => {
                let answer = client.set_territory(actor, command_id, &act).await.map_err(refused)?;
                (format!("territoire {}", answer.territory), french)
            }
            Some(household) => {
                let before = demands.get(&household);
                if let Some((number, _)) = before {
                    recall(client, *number, &mut act).await.map_err(refused)?;
                }
                let on = before.map(|(number, etag)| (number.to_string(), etag));
                let on = on.as_ref().map(|(number, etag)| On { number, etag });
                let answer = client.act(actor, command_id, on, &act).await.map_err(refused)?;
                demands.insert(household, (answer.number, answer.etag));
                let opened = answer.opened.map(|opened| format!(", {}", opened.number));
                (answer.number.to_string(), french + opened.unwrap_or_default().as_str())
            }
        };
        done.push(Done { who, told, day });
        bar.inc(1);
    }
    bar.finish_and_clear();
    // One demand after the other, each in the order of its days.
    done.sort_by(|one, other| one.who.cmp(&other.who));
    Ok(Tour(done))
}

fn steps() -> Result<Vec<Step>, Failure> {
    let parse = |(index, line): (usize, &str)| {
        serde_json::from_str(line).map_err(|error| Failure::Local(format!("visite, ligne {} : {error}", index + 1)))
    };
    TOUR.lines().enumerate().map(parse).collect()
}

/// Puts in what the register drew when an earlier act was recorded. Its log is asked, not the demand: what was deposited
/// then may be stored by now.
async fn recall(client: &Client, number: UniqueNumber, act: &mut Value) -> Result<(), Refused> {
    let contents = act.as_object_mut().into_iter().flat_map(|act| act.values_mut()).filter_map(Value::as_object_mut);
    for (name, value) in contents.flatten() {
        let Some(command) = value.get(RECORDED_BY).and_then(Value::as_str) else { continue };
        let asked = json!({"number": number.to_string()});
        let replayed: Vec<ReplayDemandResponse> = client.stream(auditor(), "AuditService/ReplayDemand", &asked).await?;
        let recorded = replayed.iter().filter_map(|message| message.event.as_ref());
        let payload = recorded.filter(|event| event.command_id == command).find_map(|event| {
            let payload: Value = serde_json::from_str(&event.payload).ok()?;
            payload.get(name).cloned()
        });
        *value = payload.ok_or(Refused::Unreadable)?;
    }
    Ok(())
}

fn failed(day: Date, french: &str, refused: Refused) -> Failure {
    Failure::Local(match refused {
        Refused::Told(told) if told.reason == "COMMAND_ID_REUSED" => super::other_version(),
        Refused::Told(told) => format!("visite, {day}, {french} : {} ({})", told.french, told.reason),
        other => format!("visite, {day}, {french} : {other}"),
    })
}

impl Tour {
    /// Who, what and when, of every act.
    pub fn print(&self) {
        say!("\nVisite guidée : chaque acte que connaît une demande");
        let mut last = "";
        let rows = self.0.iter().map(|Done { who, told, day }| {
            let first = std::mem::replace(&mut last, who) != who;
            let who = if first { who.clone() } else { String::new() };
            vec![who, told.clone(), day.to_string()]
        });
        output::table(&["numéro unique", "acte", "jour"], rows);
    }
}
