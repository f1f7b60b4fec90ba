//! Random questions of everybody about everything, across territories: nothing of a foreign one comes back, not even that it is
//! there. What is foreign to whom is what this world wrote down when it entered them, never what the function of rights says.
//!
//! `PROBES=1000000` asks so many, `PROBE_SEED=n` others.

use std::collections::BTreeMap;
use std::fmt::Debug;

use access::Role;
use access::agent::command::AgentAct;
use access::agent::grant::Grant;
use demand::claims::PersonKey;
use jiff::civil::date;
use nomenclature::{Actor, AgentId, DeskCode, OrganisationKind, Siren, SuspensionReason, Territories, UniqueNumber};
use register::{ConsultedBy, Error, OrganisationLine, Viewer};
use serde_json::json;

use crate::administration::{agent_of, done, entering, on, siren};
use crate::world::*;

/// Each with a commune and a postal code of it.
const PLACES: [(&str, &str, &str); 3] =
    [("006", "06088", "06300"), ("013", "13055", "13001"), ("083", "83137", "83000")];
const PROBES: u64 = 3_000;

/// Whoever asks, and the territories whose demands are his business: none of who is suspended, or whose rights are over.
struct Caller {
    actor: Actor,
    home: Territories,
}

struct Somewhere {
    world: World,
    callers: Vec<Caller>,
    /// Where each agent with an account works.
    agents: BTreeMap<AgentId, Territories>,
    demands: Vec<(UniqueNumber, PersonKey)>,
    dice: u64,
}

/// How an account stands on the day of the questions.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    Live,
    Over,
    Suspended,
}

/// An invented SIREN, with its check digit.
fn invented(nth: usize) -> String {
    let with = |last| format!("{:08}{last}", 95_000 + nth);
    (0..10).map(with).find(|text| Siren::parse(text).is_ok()).unwrap()
}

fn somewhere(place: &str) -> Territories {
    crate::administration::territory(place).into()
}

impl Somewhere {
    async fn new() -> Self {
        let world = World::new().await;
        let seed = std::env::var("PROBE_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_261_126);
        let mut it = Self { world, callers: Vec::new(), agents: BTreeMap::new(), demands: Vec::new(), dice: seed };
        for (nth, (place, commune, postal_code)) in PLACES.into_iter().enumerate() {
            for (kind_nth, kind) in OrganisationKind::ALL.iter().enumerate() {
                // An auditor replays every territory, sealed: he is asked elsewhere (`audit.rs` and the matrix).
                if *kind != OrganisationKind::Auditor {
                    it.organisation(nth * 20 + kind_nth, *kind, place).await;
                }
            }
            for person_nth in 0..4 {
                it.demand(place, (commune, postal_code), person_nth).await;
            }
        }
        it.between_two().await;
        it.world.clock.set(noon(date(2027, 1, 15)));
        it.callers.extend(
            it.demands
                .iter()
                .map(|(number, _)| Caller { actor: Actor::Applicant { number: *number }, home: Territories::NONE }),
        );
        it
    }

    /// With users of its own system, and with agents who have accounts, of each role that its kind lets them have.
    async fn organisation(&mut self, nth: usize, kind: OrganisationKind, place: &str) {
        let (siren_text, code) = (invented(nth), format!("{place}{nth:02}"));
        let desk = json!({"code": code, "name": "Accueil", "territory": place, "opened_on": "2020-01-01"});
        let desks: Vec<_> = kind.has_desks().then_some(desk).into_iter().collect();
        let line = json!({"siren": siren_text, "name": "Organisme fictif", "kind": kind, "territories": [place],
            "since": "2020-01-01", "desks": desks});
        let line: OrganisationLine = serde_json::from_value(line).unwrap();
        self.world.register.import_organisation(line).await.unwrap();
        let desk = kind.has_desks().then_some(code.as_str());
        let actor = Actor::parse(&format!("{siren_text}/{}/agent-01", desk.unwrap_or("-"))).unwrap();
        self.callers.push(Caller { actor, home: somewhere(place) });
        let standings = [Standing::Live, Standing::Over, Standing::Suspended];
        for (role_nth, role) in access::Roles::allowed_to(kind).iter().enumerate() {
            let standing = standings[(nth + role_nth) % 3];
            self.account(&siren_text, desk, &[place], (role, standing)).await;
        }
    }

    async fn account(&mut self, of: &str, desk: Option<&str>, places: &[&str], (role, standing): (Role, Standing)) {
        let register = &self.world.register;
        let email = format!("agent{}@exemple.fr", self.agents.len());
        let agent = agent_of(done(register, entering(of, desk, &email)).await);
        let territories: Territories = places.iter().map(|place| crate::administration::territory(place)).collect();
        let until = if standing == Standing::Over { date(2026, 12, 15) } else { date(2027, 6, 1) };
        let grant = AgentAct::Grant(Grant { role, territories, from: TODAY, until });
        for act in [AgentAct::AskAccount {}, AgentAct::Certify {}, grant] {
            done(register, on(agent, act)).await;
        }
        if standing == Standing::Suspended {
            done(register, on(agent, AgentAct::Suspend { reason: SuspensionReason::ALL[0] })).await;
        }
        let desk = desk.map(|code| DeskCode::parse(code).unwrap());
        let home = if standing == Standing::Live { territories } else { Territories::NONE };
        self.agents.insert(agent, territories);
        self.callers.push(Caller { actor: Actor::Agent { organisation: siren(of), desk, agent }, home });
    }

    /// A lessor of two territories, whose agents have a role in both or in one of them.
    async fn between_two(&mut self) {
        let of = invented(90);
        let line = json!({"siren": of, "name": "Bailleur fictif", "kind": "HLM", "territories": ["006", "013"],
            "since": "2020-01-01", "desks": []});
        self.world.register.import_organisation(serde_json::from_value(line).unwrap()).await.unwrap();
        for places in [&["006", "013"][..], &["006"], &["013"]] {
            for role in [Role::AllocationAgent, Role::ConsultantSimple] {
                self.account(&of, None, places, (role, Standing::Live)).await;
            }
        }
    }

    async fn demand(&mut self, place: &str, (commune, postal_code): (&str, &str), nth: usize) {
        let surname =
            format!("{}{}", ["Azur", "Mistral", "Garrigue", "Calanque"][nth], ["a", "b", "c"][self.demands.len() / 4]);
        let form = form_in(commune, postal_code, person(&surname, "Zoé", "1990-02-28"));
        let desk = self.callers.iter().find(|caller| {
            caller.home == somewhere(place)
                && caller.actor.desk().is_some()
                && caller.actor.to_string().ends_with("agent-01")
        });
        let act = demand::Act::Register(Box::new(registration(place, form)));
        let answer = self.world.act(&desk.unwrap().actor.to_string(), None, act).await.unwrap();
        let key = PersonKey { surname, given_names: "Zoé".into(), birth_date: date(1990, 2, 28) };
        self.demands.push((answer.number, key));
    }

    fn draw(&mut self, below: usize) -> usize {
        self.dice ^= self.dice << 13;
        self.dice ^= self.dice >> 7;
        self.dice ^= self.dice << 17;
        (self.dice % below as u64) as usize
    }

    /// Asks something about a demand; the numbers that the answer tells of, or the refusal as it is told.
    async fn ask(&self, kind: usize, caller: &Caller, number: UniqueNumber) -> Result<Vec<UniqueNumber>, String> {
        let (register, actor) = (&self.world.register, &caller.actor);
        let about = |found: Result<(), Error>| found.map(|()| vec![number]).map_err(told);
        match kind {
            0 => about(register.demand(number, Viewer::Agent(actor)).await.map(drop)),
            1 => about(register.demand_at_desk(number, date(1990, 2, 28), actor).await.map(drop)),
            2 => about(register.consultations(actor, ConsultedBy::Demand(number), None, 5).await.map(drop)),
            3 => about(register.seers(Viewer::Agent(actor), number).await.map(drop)),
            4 => about(register.own_consultations(actor, number, None, 5).await.map(drop)),
            5 => about(self.world.act(&actor.to_string(), Some(number), renew()).await.map(drop)),
            6 => about(register.territory(Viewer::Agent(actor), Some(number.territory()), None).await.map(drop)),
            _ => about(register.deadline_terms(Viewer::Agent(actor), Some(number.territory())).await.map(drop)),
        }
    }

    /// Lists something; the demands and the territories of agents that it tells of.
    async fn list(&self, kind: usize, caller: &Caller, about: usize, whose: Actor) -> Option<Territories> {
        let (register, actor) = (&self.world.register, &caller.actor);
        match kind {
            0 => {
                let key = self.demands[about].1.clone();
                let found = register.find_by_identity(key, actor).await.ok()?;
                Some(found.iter().map(UniqueNumber::territory).collect())
            }
            1 => {
                let found = register.consultations(actor, ConsultedBy::Actor(whose), None, 20).await.ok()?.entries;
                let shown = found.iter().flat_map(|entry| entry.shown.iter().map(|(number, _)| number.territory()));
                Some(shown.chain(found.iter().filter_map(|entry| entry.territory)).collect())
            }
            _ => {
                let lines = register.rights(Viewer::Agent(actor), None).await.ok()?;
                Some(lines.iter().fold(Territories::NONE, |all, line| all.union(self.agents[&line.agent])))
            }
        }
    }
}

fn told(refusal: impl Debug) -> String {
    format!("{refusal:?}")
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_43_random_questions_across_territories_bring_nothing_foreign_and_never_tell_that_it_is_there() {
    let mut it = Somewhere::new().await;
    let probes = std::env::var("PROBES").ok().and_then(|probes| probes.parse().ok()).unwrap_or(PROBES);
    let (mut foreign, mut answered, mut listed) = (0_u64, 0_u64, 0_u64);
    for _ in 0..probes {
        let (who, kind, which) = (it.draw(it.callers.len()), it.draw(11), it.draw(it.demands.len()));
        let whose = it.draw(it.callers.len());
        let (caller, number) = (&it.callers[who], it.demands[which].0);
        if kind >= 8 {
            if let Some(seen) = it.list(kind - 8, caller, which, it.callers[whose].actor).await {
                assert!(caller.home.contains_all(seen), "{} sees {seen:?}", caller.actor);
                listed += 1;
            }
            continue;
        }
        let asked = it.ask(kind, caller, number).await;
        let own = caller.actor == Actor::Applicant { number } && kind == 4;
        if caller.home.contains(number.territory()) || own {
            answered += u64::from(asked.is_ok());
            continue;
        }
        foreign += 1;
        // One that nobody ever had, of the same territory and month.
        let unknown =
            UniqueNumber::parse(&format!("{}999999{}", &number.as_str()[..7], &number.as_str()[13..])).unwrap();
        let refusal = asked.expect_err(&format!("{} is answered about {number}", caller.actor));
        assert!(!refusal.contains(number.as_str()), "{} {kind}: {refusal}", caller.actor);
        assert_eq!(Err(refusal), it.ask(kind, caller, unknown).await, "{} {kind}: it is told apart", caller.actor);
    }
    assert!(foreign > probes / 4 && answered > probes / 50 && listed > probes / 50, "{foreign} {answered} {listed}");
}
