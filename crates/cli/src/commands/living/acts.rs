//! The acts of a day, recorded: those on one demand in their order, those on different demands together.

use std::collections::{BTreeMap, HashMap, VecDeque};

use ::demand::Act;
use nomenclature::UniqueNumber;
use register::{Answer, Register, Request};
use synth::{Day, Line};

use super::told::{Told, kind};
use crate::failure::Failure;

/// The numbers that the register gave to the demands of a territory.
#[derive(Default)]
pub struct Acts {
    numbers: HashMap<u32, UniqueNumber>,
}

/// What one act came to.
struct Done {
    line: Line,
    answer: Option<Answer>,
}

impl Acts {
    /// Records the acts of a day; how many of them filed a demand. Of a day that was lived before, only what tells the numbers
    /// of demands is asked again: it gets the first answer.
    pub async fn record(
        &mut self,
        register: &Register,
        day: &Day,
        lived_before: bool,
        told: &mut Told,
    ) -> Result<u64, Failure> {
        let mut demands: BTreeMap<u32, Vec<Line>> = BTreeMap::new();
        let opens = |line: &Line| matches!(line.act, Act::Register(_) | Act::Separate(_)) && line.expect.is_none();
        for line in &day.lines {
            if !lived_before || opens(line) {
                demands.entry(line.household).or_default().push(line.clone());
            } else if let (Some(number), None) = (self.numbers.get(&line.household), &line.expect) {
                told.done(line, *number);
            }
        }
        let mut filed = 0;
        for done in self.record_each(register, demands).await? {
            let Done { line, answer } = done;
            let Some(answer) = answer else {
                told.refused(line.expect.as_deref().unwrap_or_default());
                continue;
            };
            filed += u64::from(matches!(line.act, Act::Register(_)));
            told.done(&line, answer.number);
        }
        Ok(filed)
    }

    /// The first act of every demand in one call, then the second of those that have one, and so on. A demand that another
    /// one's separation opens waits for its number.
    async fn record_each(
        &mut self,
        register: &Register,
        demands: BTreeMap<u32, Vec<Line>>,
    ) -> Result<Vec<Done>, Failure> {
        let mut waiting: Vec<(u32, VecDeque<Line>)> =
            demands.into_iter().map(|(household, lines)| (household, lines.into())).collect();
        let mut all = Vec::new();
        while !waiting.is_empty() {
            let ready = |(household, lines): &(u32, VecDeque<Line>)| {
                let line = lines.front()?;
                let number = self.numbers.get(household).copied();
                let files = matches!(line.act, Act::Register(_));
                (files || number.is_some()).then(|| request(line, number))
            };
            let requests: Vec<Option<Request>> = waiting.iter().map(ready).collect();
            if requests.iter().all(Option::is_none) {
                return Err(Failure::Local("un acte vise une demande qui n'a pas de numéro".to_owned()));
            }
            let asked: Vec<bool> = requests.iter().map(Option::is_some).collect();
            let mut answers = register.submit_many(requests.into_iter().flatten().collect()).await?.into_iter();
            for ((household, lines), _) in waiting.iter_mut().zip(asked).filter(|(_, asked)| *asked) {
                let (Some(line), Some(ended)) = (lines.pop_front(), answers.next()) else { continue };
                let answer = as_expected(&line, ended)?;
                if let Some(answer) = answer {
                    self.numbers.insert(*household, answer.number);
                    if let (Some(opened), Some(household)) = (answer.opened, line.opens) {
                        self.numbers.insert(household, opened.number);
                    }
                }
                all.push(Done { line, answer });
            }
            waiting.retain(|(_, lines)| !lines.is_empty());
        }
        // As the day has them, whichever came first.
        all.sort_by_key(|done| done.line.seq);
        Ok(all)
    }
}

fn request(line: &Line, number: Option<UniqueNumber>) -> Request {
    Request {
        command_id: line.command_id,
        actor: line.actor,
        channel: line.channel,
        number: number.filter(|_| !matches!(line.act, Act::Register(_))),
        expected_version: None,
        act: line.act.clone(),
    }
}

/// The answer to an act, none to one that has to be refused.
fn as_expected(line: &Line, ended: Result<Answer, register::Error>) -> Result<Option<Answer>, Failure> {
    match (ended, line.expect.as_deref()) {
        (Ok(answer), None) => Ok(Some(answer)),
        (Err(refused), Some(expected)) if refused.reason() == expected => Ok(None),
        (Err(register::Error::CommandIdReused), _) => Err(Failure::Local(super::super::demo::other_version())),
        (ended, expected) => {
            let ended = ended.map_or_else(|error| error.reason(), |_| "accepté".to_owned());
            Err(Failure::Local(format!(
                "acte {} du {} ({}, ménage {}) : {ended} au lieu de {}",
                line.seq,
                line.day,
                kind(&line.act),
                line.household,
                expected.unwrap_or("accepté")
            )))
        }
    }
}
