//! The same without a server: what the register itself answers to whom, also where no method of the network leads.

use std::collections::BTreeSet;
use std::fmt::Debug;

use demand::claims::PersonKey;
use jiff::civil::date;
use nomenclature::{Actor, Territories, UniqueNumber};
use register::{ConsultedBy, Error, Viewer};
use tests::cast;
use tests::dice::Dice;
use tests::stage::world;

use super::Tally;
use super::place::Household;
use super::world::{Caller, World};

/// A version that no demand has: an act is refused before anything is changed.
const NO_VERSION: u32 = 9_999;
/// Questions about a demand or its territory, and lists.
const QUESTIONS: usize = 8;
const LISTS: usize = 3;
/// What is asked of a territory, or at a desk to which anybody of it may come.
const OF_A_TERRITORY_OR_AT_A_DESK: [usize; 4] = [1, 5, 6, 7];
/// Those that go through all who have rights: they are asked less often.
const SLOW: [usize; 2] = [3, 10];

fn told(refusal: impl Debug) -> String {
    format!("{refusal:?}")
}

/// Asks something of the register.
///
/// # Errors
/// What was told to whom although it is foreign.
pub async fn probe(world: &World, mut dice: Dice, tally: &Tally) -> Result<(), String> {
    let caller = &world.callers[dice.below(world.callers.len())];
    let (_, household) = world.household(caller, &mut dice);
    let kind = match dice.below(QUESTIONS + LISTS) {
        slow if SLOW.contains(&slow) && dice.below(8) > 0 => dice.below(SLOW[0]),
        kind => kind,
    };
    if kind >= QUESTIONS {
        let whose = world.callers[dice.below(world.callers.len())].actor;
        let seen = list(world, kind - QUESTIONS, caller, household, whose).await;
        tally.count(if seen.is_some() { &tally.answered } else { &tally.refused });
        let foreign =
            seen.filter(|seen| !caller.home.contains_all(seen.territories) || caller.is_bounded() && seen.outlying);
        return foreign.map_or(Ok(()), |seen| Err(format!("{} sees {seen:?} in list {kind}", caller.actor)));
    }
    let number = household.number;
    let asked = ask(world, kind, caller, number).await;
    tally.count(if asked.is_ok() { &tally.answered } else { &tally.refused });
    let own = caller.actor == Actor::Applicant { number } && kind == 4;
    let here = caller.home.contains(number.territory()) && OF_A_TERRITORY_OR_AT_A_DESK.contains(&kind);
    if caller.reaches(number.territory(), household) || here || own {
        return Ok(());
    }
    tally.count(if caller.home.contains(number.territory()) { &tally.outside } else { &tally.foreign });
    let fails = |why: &str| Err(format!("{} asks {kind} about {number}: {why}", caller.actor));
    // One that nobody ever had, of the same territory and month.
    let unknown = format!("{}999999{}", &number.as_str()[..7], &number.as_str()[13..]);
    let of_unknown = ask(world, kind, caller, UniqueNumber::parse(&unknown).unwrap()).await;
    match asked {
        Ok(()) => fails("he is answered"),
        Err(refusal) if refusal.contains(number.as_str()) => fails(&refusal),
        refused if refused != of_unknown => fails(&format!("{refused:?}, and of one that is not {of_unknown:?}")),
        Err(_) => Ok(()),
    }
}

/// Asks something about a demand; the refusal as it is told.
async fn ask(world: &World, kind: usize, caller: &Caller, number: UniqueNumber) -> Result<(), String> {
    let (register, actor) = (&world.register, &caller.actor);
    let territory = Some(number.territory());
    let done = |found: Result<(), Error>| found.map_err(told);
    match kind {
        0 => done(register.demand(number, Viewer::Agent(actor)).await.map(drop)),
        1 => done(register.demand_at_desk(number, date(1990, 2, 28), actor).await.map(drop)),
        2 => done(register.consultations(actor, ConsultedBy::Demand(number), None, 5).await.map(drop)),
        3 => done(register.seers(Viewer::Agent(actor), number).await.map(drop)),
        4 => done(register.own_consultations(actor, number, None, 5).await.map(drop)),
        5 => {
            let mut request = world::request(&actor.to_string(), Some(number), cast::renew());
            request.expected_version = Some(NO_VERSION);
            match register.execute(request).await {
                // Whose it is, he was let through.
                Err(Error::VersionConflict { .. }) => Ok(()),
                done => done.map(drop).map_err(told),
            }
        }
        6 => done(register.territory(Viewer::Agent(actor), territory, None).await.map(drop)),
        _ => done(register.deadline_terms(Viewer::Agent(actor), territory).await.map(drop)),
    }
}

/// Of what a list told.
#[derive(Debug)]
struct Seen {
    /// The territories of its demands and agents.
    territories: Territories,
    /// A demand for an outlying commune is among them.
    outlying: bool,
}

/// Lists something.
async fn list(world: &World, kind: usize, caller: &Caller, about: &Household, whose: Actor) -> Option<Seen> {
    let (register, actor) = (&world.register, &caller.actor);
    let of = |territories: Territories, numbers: &[UniqueNumber]| {
        let households = || world.places.iter().flat_map(|place| &place.households);
        let outlying = households().any(|it| it.outlying && numbers.contains(&it.number));
        let territories = numbers.iter().map(UniqueNumber::territory).fold(territories, |all, it| all.union(it.into()));
        Some(Seen { territories, outlying })
    };
    match kind {
        0 => {
            let (surname, birth_date) = (about.surname.clone(), date(1990, 2, 28));
            let key = PersonKey { surname, given_names: "Zoé".into(), birth_date };
            let found = register.find_by_identity(key, actor).await.ok()?;
            of(Territories::NONE, &found)
        }
        1 => {
            let found = register.consultations(actor, ConsultedBy::Actor(whose), None, 20).await.ok()?.entries;
            let shown: Vec<_> = found.iter().flat_map(|entry| entry.shown.iter().map(|(number, _)| *number)).collect();
            of(found.iter().filter_map(|entry| entry.territory).collect(), &shown)
        }
        _ => {
            let lines = register.rights(Viewer::Agent(actor), None).await.ok()?;
            let agents: BTreeSet<_> = lines.iter().map(|line| line.agent).collect();
            // An agent of two territories is listed to none of their managers.
            of(agents.iter().fold(Territories::NONE, |all, agent| all.union(world.agents[agent])), &[])
        }
    }
}
