//! Many commands at once: what they come to is what the same commands come to one after the other.

use std::collections::HashMap;

use demand::form::identity::{CoApplicantDraft, PersonDraft};
use demand::modification::Origin;
use demand::registration::ForceReason;
use demand::{Act, FormDraft};
use jiff::ToSpan as _;
use jiff::civil::Date;
use nomenclature::UniqueNumber;
use register::{Answer, Depth, Error, Request, Seen, Viewer};
use serde_json::Value;
use uuid::Uuid;

use crate::world::*;

const HOUSEHOLDS: usize = 60;
const PEOPLE: u32 = 40;

/// Numbers that look random, the same ones for the same seed.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u32::try_from((self.0 >> 33) % u64::from(bound)).unwrap()
    }

    fn one_of<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(u32::try_from(of.len()).unwrap()) as usize]
    }
}

/// Few people for many households, so that some ask twice, in two territories too.
fn somebody(chance: &mut Chance) -> PersonDraft {
    let nth = u8::try_from(chance.below(PEOPLE)).unwrap();
    let name = format!("Nom{}{}", char::from(b'a' + nth / 26), char::from(b'a' + nth % 26));
    person(&name, "Zoé", "1990-02-28")
}

/// A command, and which household it is about.
struct Step {
    household: usize,
    request: Request,
}

fn registration_of(chance: &mut Chance) -> (&'static str, Act) {
    let elsewhere = chance.below(6) == 0;
    let mut form = if elsewhere { form_in("83137", "83000", somebody(chance)) } else { form(somebody(chance)) };
    if chance.below(4) == 0 {
        form.identity.as_mut().unwrap().co_applicants =
            vec![CoApplicantDraft { link: some("M"), person: somebody(chance) }];
        form.family.as_mut().unwrap().situations = vec!["M".into(), "M".into()];
    }
    let mut asked = registration(if elsewhere { "083" } else { "006" }, form);
    asked.forced = (chance.below(5) == 0).then_some(ForceReason::Homonym);
    (if elsewhere { TOULON } else { chance.one_of(&[NICE, ANTIBES, OTHER_LESSOR]) }, Act::Register(Box::new(asked)))
}

fn act_on(chance: &mut Chance, day: Date) -> Act {
    let day = day.to_string();
    match chance.below(9) {
        0..=2 => renew(),
        3 => Act::Modify {
            origin: Origin::Applicant,
            form: Box::new(FormDraft { sought: form(person("x", "x", "1990-01-01")).sought, ..FormDraft::default() }),
        },
        4 => Act::Attribute(demand::attribution::AttributionDraft { decided_on: Some(day), rpls: None }),
        5 => Act::RefuseAttribution { refused_on: day },
        6 => {
            let Act::SignLease(mut lease) = sign_lease() else { unreachable!("it signs a lease") };
            lease.signed_on = Some(day);
            Act::SignLease(lease)
        }
        7 => Act::AddPiece(demand::pieces::PieceDraft {
            piece_type: some("TAX"),
            sha256: some(&"b".repeat(64)),
            ..demand::pieces::PieceDraft::default()
        }),
        _ => {
            let Act::Renounce(mut draft) = renounce() else { unreachable!("it renounces") };
            draft.written_on = Some(day);
            Act::Renounce(draft)
        }
    }
}

/// What is asked on one day: registrations of those who have none, some acts on those who have one, and some on the same.
fn day_of(chance: &mut Chance, day: Date, numbers: &[Option<UniqueNumber>]) -> Vec<Step> {
    let mut steps = Vec::new();
    for (household, number) in numbers.iter().enumerate() {
        let (actor, act) = match number {
            None if chance.below(3) == 0 => registration_of(chance),
            None => continue,
            Some(_) => (chance.one_of(&[NICE, NICE, ANTIBES, OTHER_LESSOR, TOULON]), act_on(chance, day)),
        };
        steps.push(Step { household, request: request(actor, *number, act) });
        if number.is_some() && chance.below(2) == 0 {
            let at = usize::try_from(chance.below(u32::try_from(steps.len()).unwrap())).unwrap();
            let again = request(NICE, *number, act_on(chance, day));
            steps.insert(at, Step { household, request: again });
        }
    }
    steps
}

/// What became of a command, with households in place of numbers.
fn told(answer: &Result<Answer, Error>, numbers: &[Option<UniqueNumber>]) -> String {
    match answer {
        Ok(answer) => format!("version {} on {}", answer.version, answer.effective_on),
        Err(Error::Duplicate { held_by }) => {
            format!("held by {:?}", numbers.iter().position(|number| *number == Some(*held_by)))
        }
        Err(error) => error.to_string(),
    }
}

/// A demand without what is drawn at random: identifiers by their first appearance, numbers by their household.
fn normalised(value: &mut Value, numbers: &[Option<UniqueNumber>], ids: &mut HashMap<Uuid, usize>) {
    match value {
        Value::String(text) => {
            if let Ok(id) = Uuid::parse_str(text) {
                let next = ids.len();
                *text = format!("id {}", ids.entry(id).or_insert(next));
            } else if let Ok(number) = UniqueNumber::parse(text) {
                *text = format!("demand {:?}", numbers.iter().position(|known| *known == Some(number)));
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| normalised(value, numbers, ids)),
        Value::Object(fields) => fields.values_mut().for_each(|value| normalised(value, numbers, ids)),
        _ => {}
    }
}

/// Everything that is held, by household, as read by who sees all names.
async fn everything(world: &World, numbers: &[Option<UniqueNumber>]) -> Vec<String> {
    let mut ids = HashMap::new();
    let mut lines = Vec::new();
    for (household, number) in numbers.iter().enumerate() {
        let Some(number) = number else { continue };
        let reader = if number.territory().to_string() == "083" { TOULON } else { NICE };
        let reader = nomenclature::Actor::parse(reader).unwrap();
        let Seen { demand, version, .. } = world.register.demand(*number, Viewer::Agent(&reader)).await.unwrap();
        let form = demand.content().and_then(|content| content.rubrics.clear()).unwrap();
        let household_of = form.household().unwrap();
        let others = household_of.co_applicants.iter().map(|other| other.person.surname.as_str());
        let names: Vec<&str> = [household_of.applicant.surname.as_str()].into_iter().chain(others).collect();
        let mut value = serde_json::to_value((&demand, names)).unwrap();
        normalised(&mut value, numbers, &mut ids);
        lines.push(format!("{household} at {version}: {value}"));
    }
    let mut claims = Vec::new();
    for row in world.register.reader().claims_after(None, 10_000).await.unwrap() {
        let holder = UniqueNumber::parse(row.holder.holder.as_str());
        let Ok(holder) = holder else { continue };
        let household = numbers.iter().position(|number| *number == Some(holder));
        claims.push(format!(
            "claim {household:?} {} {} {:?}",
            row.holder.scope,
            row.holder.ordinal,
            ids.get(&row.holder.tag)
        ));
    }
    claims.sort();
    lines.extend(claims);
    lines
}

#[tokio::test(flavor = "multi_thread")]
async fn random_lives_in_batches_are_what_they_are_one_command_after_the_other() {
    let (single, bulk) = (World::new().await, World::new().await);
    for seed in [1, 20_26] {
        let mut chance = Chance(seed);
        let mut numbers = [vec![None; HOUSEHOLDS], vec![None; HOUSEHOLDS]];
        let (mut committed, mut refused) = (Vec::new(), 0);
        for month in 0..14 {
            let day = TODAY.checked_add((month * 2).months()).unwrap();
            single.clock.set(noon(day));
            bulk.clock.set(noon(day));
            let steps = day_of(&mut chance, day, &numbers[0]);
            let mut one_by_one = Vec::new();
            for step in &steps {
                one_by_one.push(single.register.execute(step.request.clone()).await);
            }
            let requests: Vec<Request> = steps
                .iter()
                .map(|step| Request {
                    number: step.request.number.and(numbers[1][step.household]),
                    ..step.request.clone()
                })
                .collect();
            let at_once = bulk.register.submit_many(requests.clone()).await.unwrap();
            for (known, answers) in numbers.iter_mut().zip([&one_by_one, &at_once]) {
                for (step, answer) in steps.iter().zip(answers) {
                    if let (Ok(answer), None) = (answer, step.request.number) {
                        known[step.household] = Some(answer.number);
                    }
                }
            }
            let told_of = |answers: &[Result<Answer, Error>], numbers: &[Option<UniqueNumber>]| -> Vec<String> {
                answers.iter().map(|answer| told(answer, numbers)).collect()
            };
            assert_eq!(told_of(&at_once, &numbers[1]), told_of(&one_by_one, &numbers[0]), "seed {seed}, month {month}");
            refused += at_once.iter().filter(|answer| answer.is_err()).count();
            committed.extend(
                requests.into_iter().zip(at_once).filter_map(|(request, answer)| Some((request, answer.ok()?))),
            );
        }
        assert_eq!(everything(&bulk, &numbers[1]).await, everything(&single, &numbers[0]).await, "seed {seed}");
        assert!(committed.len() > 200 && refused > 100, "{} committed, {refused} refused", committed.len());

        // Every command again, the last one first: the first answers, and nothing is written.
        let head = bulk.register.reader().head().await.unwrap();
        committed.reverse();
        let (requests, first): (Vec<_>, Vec<_>) = committed.into_iter().unzip();
        let again = bulk.another().await.submit_many(requests).await.unwrap();
        assert_eq!(again.into_iter().map(Result::unwrap).collect::<Vec<_>>(), first);
        assert_eq!(bulk.register.reader().head().await.unwrap(), head);
    }
    bulk.register.rotate_keys().await.unwrap();
    let findings = bulk.register.examine(Depth::CrossRead, &bulk.stock().await, |_, _| ()).await.unwrap();
    assert!(findings.is_sound(), "{findings:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_of_a_batch_that_clash_are_applied_in_the_order_given() {
    let world = World::new().await;
    let lune = || form(person("Lune", "Zoé", "1990-02-28"));
    let number = world.register(NICE, lune()).await.unwrap().number;
    // The person is held until the renunciation, and free after it.
    let batch = vec![
        request(ANTIBES, None, register(lune())),
        request(NICE, Some(number), renounce()),
        request(NICE, Some(number), renounce()),
        request(ANTIBES, None, register(lune())),
        request(OTHER_LESSOR, None, register(lune())),
    ];
    let answers = world.register.submit_many(batch).await.unwrap();
    assert!(matches!(answers[0], Err(Error::Duplicate { held_by }) if held_by == number), "{answers:?}");
    assert_eq!(answers[1].as_ref().unwrap().version, 3);
    assert!(answers[2].as_ref().is_err_and(|error| error.reason() == "DEMAND_RADIATED"), "{answers:?}");
    let second = answers[3].as_ref().unwrap().number;
    assert!(matches!(answers[4], Err(Error::Duplicate { held_by }) if held_by == second), "{answers:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_command_twice_in_a_batch_has_one_effect_and_another_body_under_its_id_is_refused() {
    let world = World::new().await;
    let first = request(NICE, None, register(form(person("Lune", "Zoé", "1990-02-28"))));
    let other = Request { act: register(form(person("Soleil", "Zoé", "1990-02-28"))), ..first.clone() };
    let answers = world.register.submit_many(vec![first.clone(), other, first]).await.unwrap();
    assert_eq!(answers[0].as_ref().unwrap(), answers[2].as_ref().unwrap());
    assert!(matches!(answers[1], Err(Error::CommandIdReused)), "{answers:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_batch_from_two_processes_at_once_is_applied_once() {
    let world = World::new().await;
    let batch: Vec<Request> = (0..600_u16)
        .map(|n| {
            let name = format!(
                "Nom{}{}",
                char::from(b'a' + u8::try_from(n / 26).unwrap()),
                char::from(b'a' + u8::try_from(n % 26).unwrap())
            );
            request(NICE, None, register(form(person(&name, "Zoé", "1990-02-28"))))
        })
        .collect();
    let other = world.another().await;
    let (one, two) = tokio::join!(world.register.submit_many(batch.clone()), other.submit_many(batch));
    let (one, two) = (one.unwrap(), two.unwrap());
    for (one, two) in one.iter().zip(&two) {
        assert_eq!(one.as_ref().unwrap(), two.as_ref().unwrap());
    }
    let numbers: std::collections::HashSet<_> = one.iter().map(|answer| answer.as_ref().unwrap().number).collect();
    assert_eq!(numbers.len(), 600);
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_04_a_counter_that_was_set_back_costs_a_batch_no_command() {
    let world = World::new().await;
    let people = |from: u8| -> Vec<Request> {
        (from..from + 12)
            .map(|n| {
                request(NICE, None, register(form(person(&format!("Un{}", char::from(b'a' + n)), "Zoé", "1990-02-28"))))
            })
            .collect()
    };
    let first = world.register.submit_many(people(0)).await.unwrap();
    world.tamper("UPDATE register.number_counters SET next_sequence = 1");
    std::fs::remove_file(world.keys.path().join("numbers-006.marks")).unwrap();
    let second = world.another().await.submit_many(people(12)).await.unwrap();
    let numbers: std::collections::HashSet<_> =
        first.iter().chain(&second).map(|answer| answer.as_ref().unwrap().number).collect();
    assert_eq!(numbers.len(), 24);
}
