//! What a question is about: things of one territory, and for each a twin of the same form that is nobody's.

use std::collections::BTreeMap;

use jiff::civil::Date;
use nomenclature::{Actor, AgentId, Siren};
use serde_json::{Value, json};
use tests::dice::Dice;
use uuid::Uuid;

use super::place::{Household, Place, Service};
use super::world::{Caller, World, invented};

/// A territory that nobody of the world is in, and a commune there.
const NOWHERE: (&str, &str) = ("048", "48095");
/// The code of no desk, the token of no agent, the id of no command.
const NO_DESK: &str = "99999";
const NO_AGENT: &str = "00000000000000000000000000000000";
const NO_COMMAND: Uuid = Uuid::from_u128(0x0a0a_0a0a_0a0a_4a0a_8a0a_0a0a_0a0a_0a0a);

/// What a word stands for: the thing, and its twin; the same where there is no twin.
type Words = BTreeMap<&'static str, (String, String)>;

/// Things of one territory.
pub struct Subject<'a> {
    pub place: &'a Place,
    pub household: &'a Household,
    service: &'a Service,
    agent: AgentId,
    command: (Uuid, Siren),
}

impl<'a> Subject<'a> {
    /// Some of a territory.
    pub fn of(place: &'a Place, household: &'a Household, dice: &mut Dice) -> Self {
        Self {
            place,
            household,
            service: &place.services[dice.below(place.services.len())],
            agent: place.agents[dice.below(place.agents.len())],
            command: place.commands[dice.below(place.commands.len())],
        }
    }

    /// Whether they are somebody's business.
    pub fn is_of(&self, caller: &Caller) -> bool {
        let own = Actor::Applicant { number: self.household.number };
        caller.reaches(self.place.territory, self.household) || caller.actor == own
    }

    /// Whether somebody knows one of them from home: a person of this name who asks there, too, or what his own organisation did.
    pub fn is_known_to(&self, caller: &Caller, said: &[(String, String)]) -> bool {
        let (command, by) = self.command;
        let there = self.household.elsewhere.iter().any(|other| caller.home.contains(other.territory()));
        let says = |what: &str| said.iter().any(|(real, _)| real == what);
        there && says(&self.household.surname) || caller.actor.organisation() == Some(by) && says(&command.to_string())
    }

    /// A message, and the same about the twins, with what is said in the one and in the other.
    pub fn fill(
        &self,
        template: &Value,
        (world, caller): (&World, &Caller),
        today: Date,
    ) -> (Value, Value, Vec<(String, String)>) {
        let words = self.words(world, caller, today);
        let mut said = BTreeMap::new();
        let message = self.filled(template, &words, &mut |word, (real, twin)| {
            said.insert(word, (real.clone(), twin.clone()));
            real.clone()
        });
        let twin = self.filled(template, &words, &mut |_, (_, twin)| twin.clone());
        (message, twin, said.into_values().filter(|(real, twin)| real != twin).collect())
    }

    fn words(&self, world: &World, caller: &Caller, today: Date) -> Words {
        let Self { place, household, service, agent, command } = self;
        let number = household.number.to_string();
        let home = caller.home.iter().next().unwrap_or(place.territory);
        let colleagues = &world.places.iter().find(|place| place.territory == home).unwrap().services;
        let actor = |siren, desk: &str, agent: &str| format!("{siren}/{desk}/{agent}");
        let nobody = invented(4_000);
        let same = |text: String| (text.clone(), text);
        // Of his own territory a demand alone may be none of somebody's business.
        let here = caller.home.contains(place.territory);
        let unless_here = |real: String, twin: String| if here { same(real) } else { (real, twin) };
        Words::from([
            ("$NUMBER", (number.clone(), format!("{}999999{}", &number[..7], &number[13..]))),
            ("$SURNAME", (household.surname.clone(), unheard(&household.surname))),
            ("$COMMAND", (command.0.to_string(), NO_COMMAND.to_string())),
            ("$SIREN", unless_here(service.siren.to_string(), nobody.to_string())),
            ("$DESK", unless_here(service.desk.clone(), NO_DESK.to_owned())),
            ("$AGENT", unless_here(agent.to_string(), NO_AGENT.to_owned())),
            ("$ACTOR", unless_here(service.user().to_string(), actor(nobody, NO_DESK, "agent-01"))),
            ("$TERRITORY", unless_here(place.territory.to_string(), NOWHERE.0.to_owned())),
            ("$COMMUNE", (place.sought(household.outlying).to_owned(), NOWHERE.1.to_owned())),
            ("$HOME", same(home.to_string())),
            ("$COLLEAGUE", same(colleagues[0].siren.to_string())),
            ("$ID", same(Uuid::new_v4().to_string())),
            ("$TODAY", same(today.to_string())),
            ("$MONTH", same(today.strftime("%Y-%m").to_string())),
            ("$SHA256", same("a".repeat(64))),
        ])
    }

    fn filled<'w>(
        &self,
        template: &Value,
        words: &'w Words,
        choose: &mut impl FnMut(&'static str, &'w (String, String)) -> String,
    ) -> Value {
        match template {
            Value::Object(fields) => {
                fields.iter().map(|(key, value)| (key.clone(), self.filled(value, words, choose))).collect()
            }
            Value::Array(items) => items.iter().map(|item| self.filled(item, words, choose)).collect(),
            Value::String(text) if text == "$FORM" => {
                let (word, surname) = words.get_key_value("$SURNAME").unwrap();
                self.place.form(&choose(word, surname), self.household.outlying)
            }
            Value::String(text) if text.starts_with('$') => {
                let (word, told) = words.get_key_value(text.as_str()).unwrap_or_else(|| panic!("what is {text}?"));
                json!(choose(word, told))
            }
            other => other.clone(),
        }
    }
}

/// A name as long as another one, that nobody has.
fn unheard(surname: &str) -> String {
    format!("{}w{}", &surname[..1], &surname[2..])
}
