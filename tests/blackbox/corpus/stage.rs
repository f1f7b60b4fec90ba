//! A register of its own for each table, and what an input comes to there.

use event_log::Standby;
use std::sync::Arc;

use client::Client;
use demand::Act;
use demand::form::Rubrics;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use nomenclature::{Actor, Channel, UniqueNumber};
use private_postgres::test_util::shared;
use register::{Answer, Error, Place, Register, Request, Seen, SetClock, Viewer};
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::cast::{self, NICE};
use uuid::Uuid;

use super::door::{Door, over_tcp};
use tests::stage::world;

pub const TODAY: Date = date(2026, 11, 23);

/// What an input must come to.
#[derive(Clone, Copy, Debug)]
pub enum Expected {
    Accepted,
    /// The form is refused for this field alone, with this reason.
    Bad(&'static str),
    /// Refused in exactly these words: reason and violations.
    Refused(&'static str),
    /// No act at all: the JSON is not of its form.
    Unreadable,
}

pub use Expected::{Accepted, Bad, Refused, Unreadable};

/// A field by its path, a value for it, and what must come of it.
pub type Case = (&'static str, Value, Expected);

pub struct Stage {
    pub register: Register,
    clock: Arc<SetClock>,
    pub database: String,
    url: String,
    keys: TempDir,
    /// Everything is sent through it, in the copy of the tables that goes over TCP.
    door: Option<Door>,
}

impl Stage {
    pub async fn new() -> Self {
        let clock = Arc::new(SetClock::at(at(TODAY, 12, 0)));
        let keys = tempfile::tempdir().unwrap();
        let (database, url) = world::new_database(shared());
        let register = world::open(&url, keys.path(), clock.clone()).await;
        world::bring_in_the_cast(&register).await;
        let place = Place {
            database: url.parse().unwrap(),
            keys: keys.path().to_owned(),
            connections: 8,
            standby: Standby::NotAsked,
            clock: clock.clone(),
        };
        let door = if over_tcp() { Some(Door::open(&register, &place).await) } else { None };
        Self { register, clock, database, url, keys, door }
    }

    /// Another process on the same register.
    async fn another(&self) -> Register {
        world::open(&self.url, self.keys.path(), self.clock.clone()).await
    }

    /// Two processes of the register, or its door twice: who executes commands.
    pub async fn executors(&self) -> [Executor; 2] {
        match &self.door {
            Some(door) => [Executor::Door(door.clone()), Executor::Door(door.clone())],
            None => [Executor::Bus(self.register.clone()), Executor::Bus(self.another().await)],
        }
    }

    /// Who calls the door, where there is one.
    pub fn client(&self) -> Option<&Client> {
        self.door.as_ref().map(Door::client)
    }

    /// Whether a demand holds what a form told, to the letter.
    pub async fn assert_held(&self, number: UniqueNumber, form: &Value) {
        let held = self.rubrics(number).await;
        assert_eq!(told(&written(&held)), told(form));
    }

    /// Moves the clock to a time of day in Paris.
    pub fn now_is(&self, day: Date, hour: i8, minute: i8) {
        self.clock.set(at(day, hour, minute));
    }

    pub async fn head(&self) -> i64 {
        self.register.reader().head().await.unwrap().get()
    }

    /// Sends an act and tells what it came to: the answer, or reason and violations.
    pub async fn send(&self, actor: &str, number: Option<UniqueNumber>, act: &Value) -> Result<Answer, String> {
        self.send_text(actor, number, &serde_json::to_vec(act).unwrap()).await
    }

    /// As [`Stage::send`], from the bytes of a request. Checks that a refusal has moved nothing.
    pub async fn send_text(&self, actor: &str, number: Option<UniqueNumber>, act: &[u8]) -> Result<Answer, String> {
        let before = self.head().await;
        let outcome = match (serde_json::from_slice::<Act>(act), &self.door) {
            (Err(_), _) => Err("unreadable".to_owned()),
            (Ok(act), None) => self.register.execute(request(actor, number, act)).await.map_err(|error| words(&error)),
            (Ok(_), Some(door)) => door.send(actor, number, &serde_json::from_slice(act).unwrap()).await,
        };
        let after = self.head().await;
        match &outcome {
            Ok(answer) => assert_eq!(answer.position.get(), after),
            Err(words) => assert_eq!(before, after, "refused ({words}), and something was written"),
        }
        outcome
    }

    /// A registration that must be accepted.
    pub async fn registered(&self, form: Value) -> UniqueNumber {
        self.send(NICE, None, &cast::register(form)).await.unwrap().number
    }

    /// The surname of the applicant and the rest of the rubrics as an agent of the territory reads them.
    pub async fn rubrics(&self, number: UniqueNumber) -> Rubrics {
        let agent = Actor::parse(NICE).unwrap();
        let Seen { demand, .. } = self.register.demand(number, Viewer::Agent(&agent)).await.unwrap();
        demand.content().unwrap().rubrics.clear().unwrap().clone()
    }

    /// Registrations of a new person each, with one field changed.
    pub async fn registrations(&self, cases: Vec<Case>) {
        for (n, (path, value, expected)) in cases.into_iter().enumerate() {
            let mut act = cast::register(somebody(n));
            let given = describe(&value);
            set(&mut act["register"], &inside_a_registration(path), value);
            let outcome = self.send(NICE, None, &act).await;
            if let Ok(answer) = &outcome {
                let held = self.rubrics(answer.number).await;
                assert_eq!(told(&written(&held)), told(&act["register"]["form"]), "{path} = {given}");
            }
            verify(path, &given, expected, outcome);
        }
    }

    /// Acts on a new demand each, with one field changed. `path` begins with the prefix of the act's violations.
    pub async fn acts(&self, actor: &str, act: &Value, prefix: &str, cases: Vec<Case>) {
        for (n, (path, value, expected)) in cases.into_iter().enumerate() {
            let number = self.registered(somebody(n)).await;
            let mut act = act.clone();
            let given = describe(&value);
            let content = act.as_object_mut().unwrap().values_mut().next().unwrap();
            set(content, path, value);
            let outcome = self.send(actor, Some(number), &act).await;
            verify(&format!("{prefix}.{path}"), &given, expected, outcome);
            // Who was not led out by the act leaves, so that the next case has a person of the same name.
            let today = self.register.clock().today().to_string();
            let _ = self.send(NICE, Some(number), &cast::renounce(&today)).await;
        }
    }
}

/// Executes commands as they are given, ids and all.
#[derive(Clone)]
pub enum Executor {
    Bus(Register),
    Door(Door),
}

impl Executor {
    pub async fn execute(&self, request: Request) -> Result<Answer, String> {
        match self {
            Self::Bus(register) => register.execute(request).await.map_err(|error| words(&error)),
            Self::Door(door) => door.execute(request).await,
        }
    }
}

/// A person with a name of their own.
pub fn somebody(n: usize) -> Value {
    let word = cast::letters(n);
    cast::form(&format!("Cas {word}"), &format!("Anne{word}"), "1980-01-01")
}

pub fn request(actor: &str, number: Option<UniqueNumber>, act: Act) -> Request {
    Request {
        command_id: Uuid::new_v4(),
        actor: Actor::parse(actor).unwrap(),
        channel: Channel::Desk,
        number,
        expected_version: None,
        act,
    }
}

/// Reason and violations; a stable word for everything else.
pub fn words(error: &Error) -> String {
    match error {
        Error::Rejected(rejection) => rejection.to_string(),
        other => other.reason(),
    }
}

pub fn at(day: Date, hour: i8, minute: i8) -> jiff::Timestamp {
    TimeZone::get("Europe/Paris").unwrap().to_timestamp(day.at(hour, minute, 0, 0)).unwrap()
}

/// Paths are those of the violations; rubrics lie in the form.
fn inside_a_registration(path: &str) -> String {
    match path.split(['.', '[']).next().unwrap() {
        "territory" | "filed_on" | "identity_piece" | "forced" | "form" => path.to_owned(),
        _ => format!("form.{path}"),
    }
}

/// Puts a value at a path, making the objects on the way.
pub fn set(target: &mut Value, path: &str, value: Value) {
    let mut place = target;
    for key in path.split('.') {
        if !place.is_object() {
            *place = json!({});
        }
        place = &mut place[key];
    }
    *place = value;
}

/// The rubrics of a demand as JSON.
fn written(held: &Rubrics) -> Value {
    let Rubrics { identity, contact, family, employment, resources, housing, reasons, sought, remarks } = held;
    json!({
        "identity": identity, "contact": contact, "family": family, "employment": employment, "resources": resources,
        "housing": housing, "reasons": reasons, "sought": sought, "remarks": remarks
    })
}

/// Everything that a form tells, as typed or as held: each text, number and yes with the name of its field, in no order. What
/// says nothing is left out: absent, `no`, a blank text, no child expected.
fn told(form: &Value) -> Vec<(String, String)> {
    fn walk(name: &str, value: &Value, told: &mut Vec<(String, String)>) {
        match value {
            Value::Null | Value::Bool(false) => {}
            Value::String(text) if text.trim().is_empty() => {}
            Value::Array(values) => values.iter().for_each(|value| walk(name, value, told)),
            Value::Object(fields) => fields.iter().for_each(|(name, value)| walk(name, value, told)),
            Value::Number(_) if name == "expected_children" && *value == json!(0) => {}
            scalar => {
                // Fields that are called otherwise once they are checked.
                let name = match name {
                    "expected_children" => "count",
                    name => name.strip_prefix("foreign_").unwrap_or(name),
                };
                told.push((name.to_owned(), scalar.to_string()));
            }
        }
    }
    let mut told = Vec::new();
    walk("", form, &mut told);
    told.sort();
    told
}

pub fn describe(value: &Value) -> String {
    let mut text = value.to_string();
    let end = text.char_indices().nth(80).map_or(text.len(), |(end, _)| end);
    text.truncate(end);
    text
}

pub fn verify(path: &str, given: &str, expected: Expected, outcome: Result<Answer, String>) {
    let wanted = match expected {
        Accepted => {
            assert!(outcome.is_ok(), "{path} = {given}: {outcome:?}");
            return;
        }
        Bad(reason) => format!("INVALID_FORM: {path}={reason}"),
        Refused(words) => words.to_owned(),
        Unreadable => "unreadable".to_owned(),
    };
    assert_eq!(outcome.map(|_| "accepted"), Err(wanted), "{path} = {given}");
}
