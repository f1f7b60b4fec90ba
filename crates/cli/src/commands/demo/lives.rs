//! The sample's lives, sent over the network act by act, each by the desk that the sample names.

use std::collections::{BTreeMap, HashMap};

use ::demand::Act;
use client::{Answer, Client, On, Refused};
use nomenclature::{Actor, UniqueNumber};
use register::Register;

use super::clock::DemoClock;
use crate::failure::Failure;
use crate::output;
use crate::progress;

/// What came of the acts of the sample.
#[derive(Default)]
pub struct Lived {
    /// The last answer to each household, and how many acts were done for it.
    answers: HashMap<u32, (Answer, usize)>,
    done: BTreeMap<&'static str, usize>,
    refused_as_expected: BTreeMap<String, usize>,
    signed: Vec<u32>,
    /// An agent of a lessor: of those who have most to ask.
    pub desk: Option<Actor>,
}

pub fn sample() -> Result<Vec<synth::Line>, Failure> {
    let parse = |(index, line): (usize, &str)| {
        serde_json::from_str(line).map_err(|error| Failure::Local(format!("exemple, ligne {} : {error}", index + 1)))
    };
    synth::SAMPLE_LIVES.lines().enumerate().map(parse).collect()
}

/// How far an earlier run came: the last act whose command the log has a receipt of; 0 when there was none.
async fn lived_until(register: &Register, lines: &[synth::Line]) -> Result<u32, Failure> {
    for line in lines.iter().rev().filter(|line| line.expect.is_none()) {
        let receipt = register.reader().receipt(line.actor.organisation_code(), line.command_id).await?;
        if receipt.is_some() {
            return Ok(line.seq);
        }
    }
    Ok(0)
}

/// Sends every act. Each has its command id in the sample: a second run gets the first answers again.
pub async fn live(
    (register, client): (&Register, &Client),
    clock: &DemoClock,
    lines: Vec<synth::Line>,
) -> Result<Lived, Failure> {
    let until = lived_until(register, &lines).await?;
    let mut lived = Lived::default();
    let bar = progress::bar(lines.len() as u64, "vies des ménages");
    for line in lines {
        clock.next_on(line.day);
        // Refusals leave no receipt: sent again today, such an act would be decided on what came after it.
        if line.expect.is_none() || line.seq > until {
            lived.send(client, line).await?;
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(lived)
}

impl Lived {
    async fn send(&mut self, client: &Client, line: synth::Line) -> Result<(), Failure> {
        let on = match &line.act {
            Act::Register(_) => None,
            _ => self.answers.get(&line.household).map(|(last, _)| (last.number.to_string(), last.etag.clone())),
        };
        let on = on.as_ref().map(|(number, etag)| On { number, etag });
        let act = serde_json::to_value(&line.act).map_err(|error| Failure::Local(error.to_string()))?;
        match (client.act(line.actor, line.command_id, on, &act).await, line.expect) {
            (Ok(answer), None) => {
                let acts = self.answers.get(&line.household).map_or(0, |(_, acts)| *acts);
                self.answers.insert(line.household, (answer, acts + 1));
                *self.done.entry(kind(&line.act)).or_default() += 1;
                if matches!(&line.act, Act::SignLease(_)) {
                    self.signed.push(line.household);
                    self.desk.get_or_insert(line.actor);
                }
                Ok(())
            }
            (Err(refused), Some(expected)) if refused.reason() == Some(&expected) => {
                *self.refused_as_expected.entry(expected).or_default() += 1;
                Ok(())
            }
            (Err(refused), _) if refused.reason() == Some("COMMAND_ID_REUSED") => {
                Err(Failure::Local(super::other_version()))
            }
            (Err(refused), _) => Err(Failure::Local(match refused {
                Refused::Told(told) => format!("acte {} du ménage {} : {}", line.seq, line.household, told.french),
                other => format!("acte {} du ménage {} : {other}", line.seq, line.household),
            })),
            (Ok(_), Some(expected)) => {
                Err(Failure::Local(format!("l'acte {} devait être refusé ({expected})", line.seq)))
            }
        }
    }

    pub fn print(&self) {
        let done = self.done.iter().map(|(kind, count)| vec![(*kind).to_owned(), count.to_string()]);
        let refused = self
            .refused_as_expected
            .iter()
            .map(|(reason, n)| vec![format!("refusés comme attendu : {reason}"), n.to_string()]);
        output::table(&["actes", "nombre"], done.chain(refused));
    }

    /// A life worth telling: the longest one that ended with a lease.
    pub fn example(&self) -> Option<UniqueNumber> {
        let longest = |households: &mut dyn Iterator<Item = &u32>| {
            households
                .filter_map(|household| Some((household, self.answers.get(household)?)))
                .max_by_key(|(household, (_, acts))| (*acts, u32::MAX - **household))
                .map(|(_, (last, _))| last.number)
        };
        longest(&mut self.signed.iter()).or_else(|| longest(&mut self.answers.keys()))
    }
}

fn kind(act: &Act) -> &'static str {
    match act {
        Act::Register(_) => "1. enregistrements",
        Act::AddPiece(_) => "2. pièces versées",
        Act::Modify { .. } => "3. modifications",
        Act::Renew { .. } => "4. renouvellements",
        Act::Attribute(_) => "5. attributions",
        Act::RefuseAttribution { .. } => "6. refus du ménage",
        Act::LapseAttribution { .. } => "7. attributions caduques",
        Act::SignLease(_) => "8. baux signés (et radiations le même jour)",
        Act::Renounce(_) => "9. renonciations (et radiations)",
        _ => "10. autres actes",
    }
}
