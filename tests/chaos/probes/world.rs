//! Three territories with everybody who has to do with them. What is whose is written down here when it is entered, and the
//! function of rights is never asked.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use access::{OrganisationAct, Roles};
use demand::territory::{Act, SettingDraft};
use jiff::ToSpan as _;
use jiff::civil::Date;
use nomenclature::{Actor, AgentId, CommuneCode, OrganisationKind, Role, Siren, Territories, Territory, UniqueNumber};
use private_postgres::test_util::shared;
use register::{
    AdministrationAct, Answer, Clock as _, OrganisationLine, Register, SetClock, SystemClock, TerritoryRequest,
};
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::cast;
use tests::dice::Dice;
use tests::stage::accounts::administer;
use tests::stage::world;
use tokio::task::JoinSet;
use uuid::Uuid;

use super::accounts::{Account, Standing};
use super::place::{Household, Place, Service, Site};

/// Each with a commune, a postal code of it, and a word that stands in every name and address of its people; and with a commune that
/// the local authority has nothing to do with, and the word of those who ask for a dwelling there.
const PLACES: [Site; 3] = [
    ("006", "06088", "06300", "Zaffre", ("06004", "Jonquille")),
    ("013", "13055", "13001", "Zinnober", ("13004", "Jujube")),
    ("083", "83137", "83000", "Zyklame", ("83061", "Jaspe")),
];
/// In no name at all: of persons who have a demand in two territories.
const SHARED: &str = "Lune";
/// Everybody came so many days ago: some rights are over since.
const DAYS_AGO: i32 = 40;
/// From so many files within an hour on the manager of a territory is told of an account.
const ALERT: i64 = 20;
/// Of the households of each territory.
const HOUSEHOLDS: usize = 6;
/// And so many who seek the outlying commune.
const HOUSEHOLDS_OUTSIDE: usize = 2;

/// Whoever asks.
pub struct Caller {
    pub actor: Actor,
    /// The territories whose demands are his business: none of who is suspended, or whose rights are over.
    pub home: Territories,
    /// Those whose people he may know the names of: an auditor sees everything, sealed.
    pub named: Territories,
    /// He has an account with the role of a manager.
    pub manages: bool,
    /// The kind of his organisation; none of an applicant.
    pub kind: Option<OrganisationKind>,
}

impl Caller {
    /// Everything is his to replay, and nobody's name.
    pub fn audits(&self) -> bool {
        self.home != self.named
    }

    /// Of a local authority: demands for the outlying commune are none of his business.
    pub fn is_bounded(&self) -> bool {
        self.kind == Some(OrganisationKind::LocalAuthority)
    }

    /// Whether a demand of a territory is his business.
    pub fn reaches(&self, territory: Territory, household: &Household) -> bool {
        self.home.contains(territory) && !(self.is_bounded() && household.outlying)
    }
}

/// The three of them, on a database of their own.
pub struct World {
    pub places: Vec<Place>,
    pub callers: Vec<Caller>,
    /// Where each agent with an account works.
    pub agents: HashMap<AgentId, Territories>,
    /// By now, through a register of this process.
    pub register: Register,
    pub url: String,
    pub folder: TempDir,
}

/// What came of entering somebody.
#[derive(Default)]
struct Entered {
    service: Option<Service>,
    callers: Vec<Caller>,
    agents: Vec<(AgentId, Territories)>,
}

/// An invented SIREN, with its check digit.
pub fn invented(nth: usize) -> Siren {
    (0..10).find_map(|last| Siren::parse(&format!("{:08}{last}", 95_000 + nth)).ok()).unwrap()
}

impl World {
    /// Enters everybody.
    pub async fn enter() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (_, url) = world::new_database(shared());
        let day = SystemClock.today().checked_sub(DAYS_AGO.days()).unwrap();
        let clock = Arc::new(SetClock::at(world::noon(day)));
        let keys: PathBuf = folder.path().join("keys");
        let then = world::open(&url, &keys, clock).await;
        let mut entering = JoinSet::new();
        for (place_nth, (place, commune, _, word, _)) in PLACES.into_iter().enumerate() {
            for (kind_nth, kind) in OrganisationKind::ALL.iter().enumerate() {
                // One is enough who replays every territory.
                if *kind == OrganisationKind::Auditor && place_nth > 0 {
                    continue;
                }
                let (register, nth, kind) = (then.clone(), place_nth * 20 + kind_nth, *kind);
                entering
                    .spawn(async move { (nth, service(&register, (nth, kind), (place, commune, word), day).await) });
            }
        }
        let between = then.clone();
        entering.spawn(async move { (99, between_two(&between, day).await) });
        let mut entered = entering.join_all().await;
        entered.sort_by_key(|(nth, _)| *nth);
        let mut places: Vec<Place> = PLACES.into_iter().map(Place::empty).collect();
        let (mut callers, mut agents) = (Vec::new(), HashMap::new());
        for (nth, one) in entered {
            if let Some(place) = places.get_mut(nth / 20) {
                place.services.extend(one.service);
                place.agents.extend(one.agents.iter().map(|(agent, _)| *agent));
            }
            callers.extend(one.callers);
            agents.extend(one.agents);
        }
        for place in &mut places {
            inhabit(place, &then, day).await;
        }
        share(&mut places, &then).await;
        let households = places.iter().flat_map(|place| &place.households);
        callers.extend(households.map(|household| Caller {
            actor: Actor::Applicant { number: household.number },
            home: Territories::NONE,
            named: Territories::NONE,
            manages: false,
            kind: None,
        }));
        drop(then);
        let register = world::open(&url, &keys, Arc::new(SystemClock)).await;
        for place in &places {
            watch_over(place, &register).await;
        }
        Self { places, callers, agents, register, url, folder }
    }

    /// What somebody asks about: any household; for a local authority, half of the time, one of its territory that is none of its
    /// business.
    pub fn household(&self, caller: &Caller, dice: &mut Dice) -> (&Place, &Household) {
        let place = &self.places[dice.below(self.places.len())];
        let household = &place.households[dice.below(place.households.len())];
        let own = self.places.iter().find(|place| caller.is_bounded() && caller.home.contains(place.territory));
        let outside = own.filter(|_| dice.below(2) == 0).and_then(|place| {
            let mut outlying = place.households.iter().filter(|household| household.outlying);
            Some((place, outlying.nth(dice.below(HOUSEHOLDS_OUTSIDE))?))
        });
        outside.unwrap_or((place, household))
    }

    /// Somebody among those of whom something holds.
    pub fn one_of(&self, dice: &mut Dice, holds: impl Fn(&Caller) -> bool) -> usize {
        let some = || self.callers.iter().enumerate().filter(|(_, caller)| holds(caller));
        some().nth(dice.below(some().count())).unwrap().0
    }
}

async fn import(register: &Register, siren: Siren, kind: OrganisationKind, places: &[&str], desks: Vec<Value>) {
    let line = json!({"siren": siren, "name": "Organisme fictif", "kind": kind, "territories": places,
        "since": "2020-01-01", "desks": desks});
    let line: OrganisationLine = serde_json::from_value(line).unwrap();
    register.import_organisation(line).await.unwrap();
}

/// An organisation of a kind, with users of its own system, and with agents who have accounts, of each role that its kind lets
/// them have; who manages has one more, whose rights are live whatever they are elsewhere.
async fn service(
    register: &Register,
    (nth, kind): (usize, OrganisationKind),
    (place, commune, word): (&'static str, &str, &str),
    day: Date,
) -> Entered {
    let (siren, code) = (invented(nth), format!("{place}{nth:02}"));
    let desk = json!({"code": code, "name": "Accueil", "territory": place, "opened_on": "2020-01-01"});
    let desk = kind.has_desks().then_some((code.as_str(), desk));
    import(register, siren, kind, &[place], desk.iter().map(|(_, desk)| desk.clone()).collect()).await;
    let desk = desk.map(|(code, _)| code);
    if kind == OrganisationKind::LocalAuthority {
        let act = OrganisationAct::SetCompetence { communes: vec![CommuneCode::parse(commune).unwrap()] };
        administer(register, AdministrationAct::Organisation { siren, act }).await;
    }
    let mut entered = Entered::default();
    let actor = Actor::parse(&format!("{siren}/{}/agent-01", desk.unwrap_or("-"))).unwrap();
    entered.callers.push(caller(actor, None, Territory::parse(place).unwrap().into(), kind));
    entered.service = desk.map(|desk| Service { siren, desk: desk.to_owned(), kind });
    let roles = Roles::allowed_to(kind);
    let standings = [Standing::Live, Standing::Over, Standing::Suspended];
    let mut accounts: Vec<_> =
        roles.iter().enumerate().map(|(role_nth, role)| (role, standings[(nth + role_nth) % 3])).collect();
    if roles.contains(Role::TerritoryManager) {
        accounts.push((Role::TerritoryManager, Standing::Live));
    }
    for (account_nth, (role, standing)) in accounts.into_iter().enumerate() {
        let email = format!("agent{nth}-{account_nth}@{}.exemple.fr", word.to_lowercase());
        let account = Account { of: siren, desk, name: format!("{word} Ana"), email, places: &[place], role, standing };
        entered.account(register, account, kind, day).await;
    }
    entered
}

/// A lessor of two territories, whose agents have a role in both or in one of them.
async fn between_two(register: &Register, day: Date) -> Entered {
    let (of, kind) = (invented(90), OrganisationKind::Hlm);
    import(register, of, kind, &["006", "013"], Vec::new()).await;
    let mut entered = Entered::default();
    for places in [&["006", "013"][..], &["006"], &["013"]] {
        for role in [Role::AllocationAgent, Role::ConsultantSimple] {
            let email = format!("agent{}@entre.exemple.fr", entered.callers.len());
            let name = "Entre Ana".to_owned();
            let account = Account { of, desk: None, name, email, places, role, standing: Standing::Live };
            entered.account(register, account, kind, day).await;
        }
    }
    entered
}

impl Entered {
    async fn account(&mut self, register: &Register, account: Account<'_>, kind: OrganisationKind, day: Date) {
        let (role, standing, territories) = (account.role, account.standing, account.territories());
        let actor = account.enter(register, day).await;
        let Actor::Agent { agent, .. } = actor else { panic!("an agent was entered") };
        self.agents.push((agent, territories));
        let home = if standing == Standing::Live { territories } else { Territories::NONE };
        self.callers.push(caller(actor, Some(role), home, kind));
    }
}

/// An auditor's home is everywhere, and he knows nobody's name.
fn caller(actor: Actor, role: Option<Role>, home: Territories, kind: OrganisationKind) -> Caller {
    let manages = role == Some(Role::TerritoryManager) && home != Territories::NONE;
    let audits = kind == OrganisationKind::Auditor && role.is_none_or(|role| role == Role::Auditor);
    if !audits || home == Territories::NONE {
        return Caller { actor, home, named: home, manages, kind: Some(kind) };
    }
    let everywhere = PLACES.iter().map(|(place, ..)| Territory::parse(place).unwrap()).collect();
    Caller { actor, home: everywhere, named: Territories::NONE, manages, kind: Some(kind) }
}

/// Households whose surname nobody has elsewhere, and something that became of them.
async fn inhabit(place: &mut Place, register: &Register, day: Date) {
    let (lessor, state) = (place.service(OrganisationKind::Hlm), place.service(OrganisationKind::State));
    let commune = place.service(OrganisationKind::LocalAuthority);
    for nth in 0..HOUSEHOLDS {
        let surname = format!("{}{}", place.word, cast::letters(nth));
        registered(place, register, lessor, surname, false).await;
    }
    for nth in 0..HOUSEHOLDS_OUTSIDE {
        let surname = format!("{}{}", place.outlying.1, cast::letters(nth));
        registered(place, register, lessor, surname, true).await;
    }
    let day = day.to_string();
    for (nth, by, act) in [
        (0, lessor, cast::attribute(&day)),
        (1, lessor, json!({"deposit_piece": {"piece_type": "TAX", "deposited_on": day}})),
        (2, state, json!({"seise_dalo": {"seised_on": day, "route": "EXP"}})),
        (
            3,
            commune,
            json!({"report_lease": {"signed_on": day, "lessor": lessor.organisation(), "reference": "lettre"}}),
        ),
    ] {
        let number = place.households[nth].number;
        done(place, register, by, Some(number), act).await;
    }
}

/// Two persons who ask in two territories each.
async fn share(places: &mut [Place], register: &Register) {
    for (nth, (one, other)) in [(0, 1), (1, 2)].into_iter().enumerate() {
        let mut numbers = Vec::new();
        for at in [one, other] {
            let place = &mut places[at];
            let lessor = place.service(OrganisationKind::Hlm);
            numbers.push(registered(place, register, lessor, format!("{SHARED}{}", cast::letters(nth)), false).await);
        }
        numbers.reverse();
        for (at, number) in [one, other].into_iter().zip(numbers) {
            places[at].households.last_mut().unwrap().elsewhere.push(number);
        }
    }
}

async fn registered(
    place: &mut Place,
    register: &Register,
    by: Actor,
    surname: String,
    outlying: bool,
) -> UniqueNumber {
    let mut act = cast::register(place.form(&surname, outlying));
    act["register"]["territory"] = json!(place.territory);
    let number = done(place, register, by, None, act).await.number;
    place.households.push(Household { number, surname, outlying, elsewhere: Vec::new() });
    number
}

async fn done(place: &mut Place, register: &Register, by: Actor, number: Option<UniqueNumber>, act: Value) -> Answer {
    let request = world::request(&by.to_string(), number, act);
    place.commands.push((request.command_id, by.organisation().unwrap()));
    register.execute(request).await.unwrap()
}

/// The manager of a territory is told of those who look at much.
async fn watch_over(place: &Place, register: &Register) {
    let (name, valid_from) = (Some("alert_files".to_owned()), Some(register.clock().today().to_string()));
    let request = TerritoryRequest {
        command_id: Uuid::new_v4(),
        actor: place.service(OrganisationKind::TerritoryManager),
        expected_version: None,
        act: Act::ChangeSetting(SettingDraft { name, value: Some(ALERT), valid_from, note: None }),
    };
    register.set_territory(request).await.unwrap();
}
