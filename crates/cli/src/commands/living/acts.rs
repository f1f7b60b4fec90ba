//! The acts of a day, recorded: those on one demand in their order, those on different demands at the same time.

use std::collections::{BTreeMap, HashMap};

use ::demand::Act;
use nomenclature::UniqueNumber;
use register::{Answer, Register, Request};
use synth::{Day, Line};
use tokio::task::JoinSet;

use super::told::{Told, kind};
use crate::failure::Failure;

/// Acts at the same time.
const AT_ONCE: usize = 24;

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
            self.numbers.insert(line.household, answer.number);
            if let (Some(opened), Some(household)) = (answer.opened, line.opens) {
                self.numbers.insert(household, opened.number);
            }
            filed += u64::from(matches!(line.act, Act::Register(_)));
            told.done(&line, answer.number);
        }
        Ok(filed)
    }

    /// Each demand's acts, one command after the other.
    async fn record_each(&self, register: &Register, demands: BTreeMap<u32, Vec<Line>>) -> Result<Vec<Done>, Failure> {
        let mut shares: Vec<Vec<(Option<UniqueNumber>, Vec<Line>)>> = vec![Vec::new(); AT_ONCE.min(demands.len())];
        for (place, (household, lines)) in demands.into_iter().enumerate() {
            shares[place % AT_ONCE].push((self.numbers.get(&household).copied(), lines));
        }
        let mut tasks = JoinSet::new();
        for share in shares {
            let register = register.clone();
            tasks.spawn(async move {
                let mut done = Vec::new();
                for (number, lines) in share {
                    record_in_order(&register, number, lines, &mut done).await?;
                }
                Ok::<_, Failure>(done)
            });
        }
        let mut all = Vec::new();
        while let Some(ended) = tasks.join_next().await {
            all.extend(ended.map_err(|error| Failure::Local(error.to_string()))??);
        }
        // As the day has them, whoever was faster.
        all.sort_by_key(|done| done.line.seq);
        Ok(all)
    }
}

async fn record_in_order(
    register: &Register,
    mut number: Option<UniqueNumber>,
    lines: Vec<Line>,
    done: &mut Vec<Done>,
) -> Result<(), Failure> {
    for line in lines {
        let request = Request {
            command_id: line.command_id,
            actor: line.actor,
            channel: line.channel,
            number: if matches!(line.act, Act::Register(_)) { None } else { number },
            expected_version: None,
            act: line.act.clone(),
        };
        let answer = match (register.execute(request).await, line.expect.as_deref()) {
            (Ok(answer), None) => Some(answer),
            (Err(refused), Some(expected)) if refused.reason() == expected => None,
            (Err(register::Error::CommandIdReused), _) => {
                return Err(Failure::Local(super::super::demo::other_version()));
            }
            (ended, expected) => {
                let ended = ended.map_or_else(|error| error.reason(), |_| "accepté".to_owned());
                return Err(Failure::Local(format!(
                    "acte {} du {} ({}, ménage {}) : {ended} au lieu de {}",
                    line.seq,
                    line.day,
                    kind(&line.act),
                    line.household,
                    expected.unwrap_or("accepté")
                )));
            }
        };
        number = answer.map_or(number, |answer| Some(answer.number));
        done.push(Done { line, answer });
    }
    Ok(())
}
