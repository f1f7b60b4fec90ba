//! The whole bus: receipt, rights, load, decide, number, claims, seal, append. Realistic households, two events a
//! registration, each demand renewed once, the day after.

use event_log::Standby;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use access::OrganisationAct;
use demand::{Act, Registration};
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use nomenclature::{Actor, Channel, CommuneCode, OrganisationKind, Siren, Territory, UniqueNumber, communes_of};
use register::{AdministrationAct, AdministrationRequest, OrganisationLine, Place, Register, Request, SetClock};
use sqlx::postgres::PgConnectOptions;
use uuid::Uuid;

use super::{Mode, Pass};
use crate::callers::{Caller, drive};
use crate::failure::Failure;
use crate::meter::Meter;

/// The first day of the passes, soon after the one that the invented households are as old as: a form names days near the
/// one it is received on.
pub const FIRST_DAY: Date = date(2025, 8, 4);

const SEED: u64 = 2026;

/// Registrations a second that no machine of today answers; so many are made ready ahead of a pass.
const READY_A_SECOND: [(u32, f64); 3] = [(1, 4_000.0), (8, 10_000.0), (u32::MAX, 16_000.0)];

type Shared<T> = Arc<Mutex<T>>;

/// Takes the next of what was made ready.
pub fn pop<T>(stack: &Mutex<Vec<T>>) -> Option<T> {
    stack.lock().unwrap_or_else(PoisonError::into_inner).pop()
}

/// Who may replay the log, and nothing else.
const AUDITOR: &str = "000090001/-/agent-01";
const AUDITOR_LINE: &str = r#"{"siren":"000090001","name":"Auditeur fictif","kind":"AUDIT","territories":["006"],
    "since":"2012-01-01","desks":[]}"#;

/// Communes of the local authority that reads the demands for its own alone: so many, behind so many larger ones. Together a few
/// demands in a hundred seek one of them.
const COMMUNES: (usize, usize) = (12, 25);

/// What the callers of a bus have in common, whatever way they reach it.
#[derive(Clone)]
pub struct Desk {
    keys: PathBuf,
    clock: Arc<SetClock>,
    day: Shared<Date>,
    actors: Arc<Vec<Actor>>,
    authority: Option<Actor>,
    households: Shared<Box<dyn Iterator<Item = Registration> + Send>>,
    /// Registered since the last renewals.
    registered: Shared<Vec<UniqueNumber>>,
}

impl Desk {
    /// Opens the register for the first time, and lets the organisations in.
    pub async fn new(database: PgConnectOptions, keys: &Path) -> Result<Self, Failure> {
        let territory = Territory::parse("006").map_err(|error| Failure::Answer(error.to_string()))?;
        let lines = synth::organisations_in(SEED, territory);
        let at_a_desk = |line: &synth::OrganisationLine| {
            let desk = line.desks.first()?;
            Actor::parse(&format!("{}/{}/agent-01", line.siren, desk.code)).ok()
        };
        let actors = lines.iter().filter_map(at_a_desk);
        let commune = lines.iter().find(|line| line.kind == OrganisationKind::LocalAuthority);
        let desk = Self {
            keys: keys.to_owned(),
            clock: Arc::new(SetClock::at(noon(FIRST_DAY))),
            day: Arc::new(Mutex::new(FIRST_DAY)),
            // Those of the lessors, who come first.
            actors: Arc::new(actors.take(6).collect()),
            authority: commune.and_then(at_a_desk),
            households: Arc::new(Mutex::new(Box::new(synth::registrations(SEED)))),
            registered: Shared::default(),
        };
        let register = desk.open(database, 2).await?;
        let competence = commune.map(|line| competence(line.siren, territory));
        let lines = lines.into_iter().map(|line| serde_json::to_value(line).and_then(serde_json::from_value));
        for line in lines.chain([serde_json::from_str::<OrganisationLine>(AUDITOR_LINE)]) {
            register.import_organisation(line.map_err(|error| Failure::Answer(error.to_string()))?).await?;
        }
        if let Some(request) = competence {
            register.administer(request).await?;
        }
        Ok(desk)
    }

    /// A register on this database, with this many connections for its reads.
    pub async fn open(&self, database: PgConnectOptions, connections: u32) -> Result<Register, Failure> {
        Ok(Register::open(self.place(database, connections)).await?)
    }

    /// Where such a register lies.
    pub fn place(&self, database: PgConnectOptions, connections: u32) -> Place {
        Place { database, keys: self.keys.clone(), connections, standby: Standby::NotAsked, clock: self.clock.clone() }
    }

    /// Moves the clock of everything here to a day.
    pub fn at(&self, day: Date) {
        self.clock.set(noon(day));
    }

    /// The next households, so many of them.
    pub fn households(&self, count: usize) -> Vec<Registration> {
        let mut households = self.households.lock().unwrap_or_else(PoisonError::into_inner);
        households.by_ref().take(count).collect()
    }

    /// Somebody who registers households made ready now.
    pub fn registrar(&self, register: &Register, ready: usize) -> Registrar {
        let waiting = Arc::new(Mutex::new(self.households(ready)));
        Registrar { register: register.clone(), desk: self.clone(), waiting }
    }

    /// Somebody who renews, on the next day, what was registered since the last time.
    pub fn renewer(&self, register: &Register) -> Renewer {
        let mut day = self.day.lock().unwrap_or_else(PoisonError::into_inner);
        *day = day.tomorrow().unwrap_or(*day);
        self.clock.set(noon(*day));
        let numbers = std::mem::take(&mut *self.registered.lock().unwrap_or_else(PoisonError::into_inner));
        Renewer { register: register.clone(), desk: self.clone(), waiting: Arc::new(Mutex::new(numbers)) }
    }

    /// Who registers households that go round the bus (for the replay).
    pub fn actor(&self) -> Result<&Actor, Failure> {
        self.actors.first().ok_or_else(|| Failure::Answer("no desk is open".to_owned()))
    }

    /// Somebody of a local authority that has access to the demands for its own communes.
    pub fn authority(&self) -> Result<&Actor, Failure> {
        self.authority.as_ref().ok_or_else(|| Failure::Answer("no local authority has a desk".to_owned()))
    }

    /// All who act.
    pub fn actors(&self) -> &[Actor] {
        &self.actors
    }

    /// Who acts in a command, by chance like its id: all desks are as busy.
    pub fn actor_for(&self, command_id: Uuid) -> Result<&Actor, Failure> {
        let at = usize::from(command_id.as_bytes()[0]) % self.actors.len().max(1);
        self.actors.get(at).ok_or_else(|| Failure::Answer("no desk is open".to_owned()))
    }

    fn request(&self, number: Option<UniqueNumber>, act: Act) -> Result<Request, Failure> {
        let command_id = Uuid::new_v4();
        let actor = *self.actor_for(command_id)?;
        Ok(Request { command_id, actor, channel: Channel::Desk, number, expected_version: None, act })
    }
}

/// Tells a local authority its communes.
fn competence(siren: Siren, territory: Territory) -> AdministrationRequest {
    let mut all: Vec<(u32, CommuneCode)> = communes_of(territory)
        .iter()
        .filter(|commune| commune.is_current())
        .filter_map(|commune| Some((commune.population?, commune.code)))
        .collect();
    all.sort_unstable_by(|one, other| other.cmp(one));
    let (so_many, behind) = COMMUNES;
    let communes = all.into_iter().skip(behind).take(so_many).map(|(_, code)| code).collect();
    let act = AdministrationAct::Organisation { siren, act: OrganisationAct::SetCompetence { communes } };
    AdministrationRequest { command_id: Uuid::new_v4(), actor: Actor::Operator, act }
}

/// Who replays.
pub fn auditor() -> Result<Actor, Failure> {
    Actor::parse(AUDITOR).map_err(|error| Failure::Answer(error.to_string()))
}

/// Noon of a day in Paris.
pub fn noon(day: Date) -> jiff::Timestamp {
    let paris = TimeZone::get("Europe/Paris").unwrap_or(TimeZone::UTC);
    paris.to_timestamp(day.at(12, 0, 0, 0)).unwrap_or_default()
}

/// Registers one household after the other.
#[derive(Clone)]
pub struct Registrar {
    register: Register,
    desk: Desk,
    waiting: Shared<Vec<Registration>>,
}

impl Caller for Registrar {
    async fn call(&mut self) -> Result<Option<u32>, Failure> {
        let Some(registration) = pop(&self.waiting) else { return Ok(None) };
        let request = self.desk.request(None, Act::Register(Box::new(registration)))?;
        let answer = self.register.execute(request).await?;
        self.desk.registered.lock().unwrap_or_else(PoisonError::into_inner).push(answer.number);
        Ok(Some(1))
    }
}

/// Renews one demand after the other, without changes.
#[derive(Clone)]
pub struct Renewer {
    register: Register,
    desk: Desk,
    waiting: Shared<Vec<UniqueNumber>>,
}

impl Caller for Renewer {
    async fn call(&mut self) -> Result<Option<u32>, Failure> {
        let Some(number) = pop(&self.waiting) else { return Ok(None) };
        self.register.execute(self.desk.request(Some(number), Act::Renew { form: Box::default() })?).await?;
        Ok(Some(1))
    }
}

/// One register, its callers in this process.
pub struct Bus {
    register: Register,
    desk: Desk,
}

impl Bus {
    /// Opens it with a connection for every caller.
    pub async fn new(desk: &Desk, database: PgConnectOptions, most_callers: u32) -> Result<Self, Failure> {
        Ok(Self { register: desk.open(database, most_callers).await?, desk: desk.clone() })
    }

    /// One pass of registrations with so many callers.
    pub async fn register(&self, meter: &mut Meter, callers: u32, length: Duration) -> Result<Pass, Failure> {
        let a_second = READY_A_SECOND.iter().find(|(up_to, _)| callers <= *up_to).map_or(0.0, |(_, ready)| *ready);
        let ready = (length.as_secs_f64() * a_second) as usize + 8 * callers as usize;
        let caller = self.desk.registrar(&self.register, ready);
        let driven = drive(meter, vec![caller; callers as usize], length).await?;
        Ok(Pass::driven(Mode::Register, callers, 2, driven))
    }

    /// One pass of renewals of what the pass before has registered.
    pub async fn renew(&self, meter: &mut Meter, callers: u32, length: Duration) -> Result<Pass, Failure> {
        let caller = self.desk.renewer(&self.register);
        let driven = drive(meter, vec![caller; callers as usize], length).await?;
        Ok(Pass::driven(Mode::Renew, callers, 1, driven))
    }
}
