//! Random lives of people who ask together, part, and ask again: what guards their claims guards them over separations too.

use std::collections::{BTreeMap, BTreeSet};

use cqrs_es::Aggregate as _;
use demand::claims::claims_of;
use demand::form::identity::{CoApplicantDraft, IdentityDraft, PersonDraft};
use demand::modification::Origin;
use demand::radiation::renunciation::{RenunciationDraft, WrittenAct};
use demand::registration::ForceReason;
use demand::rupture::{DropGround, SeparationGround};
use demand::separation::SeparationDraft;
use demand::spelling::fold as folded;
use demand::{Act, Demand, DemandEvent, FormDraft, Plan, Rejection, plan};
use jiff::ToSpan as _;
use jiff::civil::Date;
use nomenclature::{PieceType, Sequence, UniqueNumber};
use proptest::prelude::*;
use uuid::Uuid;

use crate::couple::piece;
use crate::dropped::drop_on;
use crate::given::*;

const PEOPLE: [&str; 5] = ["Aubry", "Bonnet", "Colin", "Denis", "Evrard"];
const LINKS: [&str; 4] = ["M", "P", "C", "L"];

fn somebody(who: usize) -> PersonDraft {
    person(PEOPLE[who % PEOPLE.len()], "Camille", "1990-02-28")
}

fn of(adults: &[usize], link: usize) -> FormDraft {
    let link = LINKS[link % LINKS.len()];
    let others = adults[1..].iter().map(|who| CoApplicantDraft { link: some(link), person: somebody(*who) });
    let mut form = form();
    form.identity = Some(IdentityDraft {
        applicant: Some(somebody(adults[0])),
        co_applicants: others.collect(),
        ..IdentityDraft::default()
    });
    form.family.as_mut().unwrap().situations = vec!["S".into(); adults.len()];
    form
}

/// A register as the log keeps it: claims are released before they are taken, and taken by one demand only.
#[derive(Default)]
struct World {
    demands: BTreeMap<UniqueNumber, Demand>,
    filed: BTreeMap<UniqueNumber, Date>,
    holders: BTreeMap<String, BTreeSet<UniqueNumber>>,
}

impl World {
    fn next_number(&self, filed_on: Date) -> UniqueNumber {
        let sequence = Sequence::try_new(u32::try_from(self.demands.len()).unwrap()).unwrap();
        UniqueNumber::compose(nice(), filed_on, sequence, by(nomenclature::Channel::Desk).desk.unwrap())
    }

    /// All or nothing; `false` when somebody else holds one of the persons.
    fn commit(&mut self, changes: Vec<(UniqueNumber, Vec<DemandEvent>)>, may_force: bool) -> bool {
        let mut holders = self.holders.clone();
        let mut after = Vec::new();
        for (number, events) in changes {
            let before = self.demands.get(&number).cloned().unwrap_or_default();
            let mut demand = before.clone();
            events.into_iter().for_each(|event| demand.apply(event));
            after.push((number, keys(&before), demand));
        }
        for (number, held, demand) in &after {
            for key in held.difference(&keys(demand)) {
                holders.get_mut(key).unwrap().remove(number);
            }
        }
        for (number, held, demand) in &after {
            for key in keys(demand).difference(held) {
                let others = holders.entry(key.clone()).or_default();
                if !others.is_empty() && !may_force {
                    return false;
                }
                others.insert(*number);
            }
        }
        self.holders = holders;
        for (number, _, demand) in after {
            self.filed.entry(number).or_insert(demand.content().unwrap().filed_on);
            self.demands.insert(number, demand);
        }
        true
    }

    fn register(&mut self, form: FormDraft, today: Date, may_force: bool) {
        let register = |forced| Act::Register(Box::new(demand::Registration { forced, ..registration(form.clone()) }));
        let decide = |forced| Demand::default().decide(&command(today, register(forced)));
        let number = self.next_number(today);
        let (Ok(plain), Ok(forced)) = (decide(None), decide(Some(ForceReason::Homonym))) else { return };
        // As the register does: forced only once somebody is found to hold a person.
        if !self.commit(vec![(number, plain)], false) && may_force {
            self.commit(vec![(number, forced)], true);
        }
    }

    fn separate(&mut self, number: UniqueNumber, draft: SeparationDraft, today: Date) -> Result<bool, Rejection> {
        let joint = self.demands[&number].clone();
        let act = Act::Separate(Box::new(draft));
        let Plan::Separation(parts) = plan(&joint, Some(number), command(today, act), Uuid::from_u128(5))? else {
            return Ok(false);
        };
        let opened = Demand::default().decide(&parts.opening)?;
        let new = self.next_number(joint.content().unwrap().filed_on);
        let left = joint.decide(&parts.leaving(new))?;
        Ok(self.commit(vec![(new, opened), (number, left)], false))
    }

    fn act(&mut self, number: UniqueNumber, today: Date, act: Act) {
        let mut command = command(today, act);
        command.piece_id = Uuid::from_u128(u128::from(today.day_of_year().unsigned_abs()) + 100);
        if let Ok(events) = self.demands[&number].decide(&command) {
            self.commit(vec![(number, events)], false);
        }
    }
}

/// The names and birth dates of whom an active demand claims.
fn keys(demand: &Demand) -> BTreeSet<String> {
    let persons = claims_of(demand).unwrap();
    let key = |key: &demand::claims::PersonKey| format!("{} {}", folded(&key.surname), key.birth_date);
    persons.iter().flat_map(|person| &person.keys).map(key).collect()
}

/// The persons as their form names them, told without the claims.
fn persons(demand: &Demand) -> Vec<String> {
    let Demand::Active(demand) = demand else { return Vec::new() };
    let household = demand.rubrics.clear().unwrap().household().unwrap();
    household.adults().map(|adult| adult.surname.as_str().to_owned()).collect()
}

fn fitting(link: usize) -> (SeparationGround, &'static str) {
    match LINKS[link % LINKS.len()] {
        "M" => (SeparationGround::LegalProof, "FAM-DIV"),
        "P" => (SeparationGround::LegalProof, "FAM-PAC"),
        "C" => (SeparationGround::SwornStatement, "FAM-HON"),
        _ => (SeparationGround::Consent, "FAM-ACC"),
    }
}

fn live(world: &mut World, (kind, which, who, link): (u8, usize, usize, usize), today: Date) {
    let numbers: Vec<UniqueNumber> = world.demands.keys().copied().collect();
    let number = numbers.get(which % numbers.len().max(1)).copied();
    match (kind, number) {
        (0, _) | (_, None) => world.register(of(&[who, who + 1], link), today, which % 4 == 0),
        (1, _) => world.register(of(&[who], link), today, false),
        (2, Some(number)) => {
            let leaving = world.demands[&number].content().unwrap().rubrics.clear().unwrap().household().cloned();
            let leaving = leaving.and_then(|household| household.co_applicants.first().cloned());
            let Some(leaving) = leaving else { return };
            let link = LINKS.iter().position(|link| *link == leaving.link.code()).unwrap();
            let place = PEOPLE.iter().position(|name| *name == leaving.person.surname.as_str()).unwrap();
            let (ground, proof) = if who == 0 { (SeparationGround::Violence, "MOT-06") } else { fitting(link) };
            let warned = ground == SeparationGround::SwornStatement;
            let draft = SeparationDraft {
                co_applicant: Some(0),
                ground: Some(ground),
                warned_on: warned.then(|| today.to_string()),
                form: of(&[place], 0),
                identity_piece: Some(identity_piece()),
                proof: Some(piece(proof)),
                ..SeparationDraft::default()
            };
            let _ = world.separate(number, draft, today);
        }
        (3, Some(number)) => {
            world.act(number, today, Act::AddPiece(piece("FAM-ACC")));
            let held = world.demands[&number].content().and_then(|demand| demand.pieces.last().cloned());
            let piece_id = held.map(|held| held.piece_id).unwrap_or_default();
            world.act(number, today, drop_on(DropGround::Consent, piece_id));
        }
        (4, Some(number)) => {
            let written_on = Some(today.to_string());
            let letter = RenunciationDraft { written_on, written_act: Some(WrittenAct::Letter) };
            world.act(number, today, Act::Renounce(letter));
        }
        (5, Some(number)) => {
            // Somebody joins: the form of the demand with one adult more.
            let mut adults: Vec<usize> = persons(&world.demands[&number])
                .iter()
                .filter_map(|name| PEOPLE.iter().position(|known| known == name))
                .collect();
            adults.push(who);
            let joined = of(&adults, link);
            let form = FormDraft { identity: joined.identity, family: joined.family, ..FormDraft::default() };
            world.act(number, today, Act::Modify { origin: Origin::Applicant, form: Box::new(form) });
        }
        (_, Some(number)) => world.act(number, today, Act::Renew { form: Box::default() }),
    }
}

proptest! {
    #[test]
    fn inv_06_inv_36_nobody_holds_two_active_demands_over_any_separations_and_seniority_stays(
        acts in proptest::collection::vec((0u8..7, 0usize..9, 0usize..5, 0usize..4, 0i64..90), 1..60),
    ) {
        let mut world = World::default();
        let mut today = FILED;
        for (kind, which, who, link, days) in acts {
            today = today.saturating_add(days.days());
            live(&mut world, (kind, which, who, link), today);
            let mut found: BTreeMap<String, UniqueNumber> = BTreeMap::new();
            for (number, demand) in &world.demands {
                let content = demand.content().unwrap();
                prop_assert_eq!(content.filed_on, world.filed[number], "the filing date never changes");
                prop_assert_eq!(i16::from(number.month()), i16::from(content.filed_on.month()));
                if let Some(origin) = content.separated_from.clear().unwrap() {
                    prop_assert_eq!(content.filed_on, world.filed[origin], "inherited");
                    let fled = content.piece_types.iter().any(|(_, kind)| kind.clear() == Some(&PieceType::Violence));
                    let joint = world.demands[origin].content().unwrap();
                    prop_assert_eq!(joint.separated_to.clear().unwrap().contains(number), !fled);
                }
                for name in persons(demand) {
                    let forced = |number: &UniqueNumber| world.demands[number].content().unwrap().forced;
                    if let Some(other) = found.insert(name, *number) {
                        prop_assert!(forced(number) || forced(&other), "{} and {} hold one person", number, other);
                    }
                }
            }
        }
    }

    /// The lives are worth something: separations and forced registrations do happen in them.
    #[test]
    fn inv_36_whoever_asked_together_may_always_part(link in 0usize..4, days in 0i64..700) {
        let mut world = World::default();
        let today = FILED.saturating_add(days.days());
        live(&mut world, (0, 1, 1, link), FILED);
        live(&mut world, (2, 0, 1, link), today);
        prop_assert_eq!(world.demands.len(), 2);
        live(&mut world, (0, 0, 1, link), today);
        prop_assert_eq!(world.demands.len(), 3, "forced over both");
    }
}
