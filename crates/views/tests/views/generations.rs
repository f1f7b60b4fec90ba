//! Two generations of the form in one log: one question finds both, and a demand that is brought up to date stays found.

use demand::Act;
use demand::form::FormDraft;
use demand::form::reasons::ReasonsDraft;
use demand::modification::Origin;
use jiff::civil::date;
use nomenclature::{Channel, PresentDwelling, Reason, Territory, UniqueNumber};
use projection::AtLeast;
use register::{Register, Request};
use uuid::Uuid;
use views::shared_management::Query;

use crate::world::{World, everywhere, later, lines};

fn reason(code: &str) -> Query {
    let reason = Some(Reason::parse(code).unwrap());
    Query { reason, limit: 500, ..Query::of(Territory::parse("006").unwrap()) }
}

fn housed(code: &str) -> Query {
    let present_dwelling = Some(PresentDwelling::parse(code).unwrap());
    Query { present_dwelling, ..Query { reason: None, ..reason("01") } }
}

async fn found(world: &World, query: &Query) -> Vec<UniqueNumber> {
    let found = world.view.search(everywhere(), query, AtLeast::NOW, later()).await.unwrap();
    found.demands.iter().map(|demand| demand.number).collect()
}

/// Says how a household is housed and why it asks, in the words of a form.
async fn says(register: &Register, number: UniqueNumber, household: u32, kinds: &[&str], reasons: &[&str]) {
    let registered = lines().into_iter().find(|line| line.household == household).unwrap();
    let Act::Register(registration) = registered.act else { panic!("a life begins with a registration") };
    let codes = |codes: &[&str]| codes.iter().map(|code| (*code).into()).collect();
    let mut form =
        FormDraft { housing: registration.form.housing, reasons: registration.form.reasons, ..FormDraft::default() };
    let housing = form.housing.as_mut().unwrap();
    (housing.kinds, housing.stays) = (codes(kinds), Vec::new());
    form.reasons = Some(ReasonsDraft { reasons: codes(reasons), ..ReasonsDraft::default() });
    let act = Act::Modify { origin: Origin::Applicant, form: Box::new(form) };
    let asked = Request {
        command_id: Uuid::new_v4(),
        actor: registered.actor,
        channel: Channel::Desk,
        number: Some(number),
        expected_version: None,
        act,
    };
    register.execute(asked).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_of_the_older_form_finds_what_was_filled_in_on_either_and_one_of_the_later_form_its_own() {
    let world = World::caught_up().await;
    let register = world.register_on(date(2026, 11, 24)).await;
    let active = found(&world, &Query { reason: None, ..reason("01") }).await;
    let mut lives = world.numbers.iter().filter(|(_, number)| active.contains(number));
    let mut lives = [(); 4].map(|()| *lives.next().unwrap());
    lives.sort_unstable_by_key(|(_, number)| active.iter().position(|other| other == number));
    let [old, not_decent, insalubrious, renewal] = lives;
    let untouched = async |query: &Query| -> Vec<UniqueNumber> {
        let others = found(&world, query).await.into_iter();
        others.filter(|number| lives.iter().all(|(_, touched)| touched != number)).collect()
    };
    let others = untouched(&reason("03")).await;
    for ((household, number), kind, why) in [
        (old, "SQUAT", "03"),
        (not_decent, "V3OST", "V3ND"),
        (insalubrious, "V3MOB", "V3INS"),
        (renewal, "CAMCAR", "V3RU"),
    ] {
        says(&register, number, household, &[kind], &[why]).await;
    }
    world.catch_up(7).await;

    let mut unfit = others.clone();
    unfit.extend([old.1, not_decent.1, insalubrious.1]);
    unfit.sort_unstable_by_key(|number| active.iter().position(|other| other == number));
    assert_eq!(found(&world, &reason("03")).await, unfit, "one question finds both forms, in order of seniority");
    assert_eq!(found(&world, &reason("V3ND")).await, [not_decent.1]);
    assert_eq!(found(&world, &reason("V3INS")).await, [insalubrious.1]);
    assert!(found(&world, &reason("02")).await.contains(&renewal.1));
    assert!(!found(&world, &reason("23")).await.contains(&renewal.1));
    let squatters = found(&world, &housed("SQUAT")).await;
    assert!(squatters.contains(&old.1) && squatters.contains(&not_decent.1) && !squatters.contains(&renewal.1));
    assert_eq!(found(&world, &housed("V3OST")).await, [not_decent.1]);
    let both = Query { reason: Some(Reason::UnfitDwelling), ..housed("CAMCAR") };
    assert_eq!(found(&world, &both).await, [insalubrious.1]);
    assert_eq!(found(&world, &Query { number: Some(old.1), ..both }).await, []);

    // Brought up to date in the words of the later form, a demand stays where it was found.
    says(&register, old.1, old.0, &["V3OST"], &["V3ND"]).await;
    world.catch_up(7).await;
    assert_eq!(found(&world, &reason("03")).await, unfit);
    assert_eq!(found(&world, &housed("SQUAT")).await, squatters);
    let running = world.tables();
    for runner in [world.runner(1_000).0, world.runner(1_000).0.in_bulk()] {
        runner.rebuild().await.unwrap();
        assert!(world.tables() == running, "the rebuild has other rows");
    }
}

/// What is sensitive stands as *other* in the open, so no filter finds it.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_found_by_violence_handicap_or_health() {
    let world = World::caught_up().await;
    let register = world.register_on(date(2026, 11, 24)).await;
    let active = found(&world, &Query { reason: None, ..reason("01") }).await;
    let (household, number) = *world.numbers.iter().find(|(_, number)| active.contains(number)).unwrap();
    says(&register, number, household, &["LP"], &["06", "07", "08"]).await;
    world.catch_up(100).await;
    for code in ["06", "07", "08"] {
        assert_eq!(found(&world, &reason(code)).await, []);
        assert_eq!(
            world.sql(&format!("SELECT count(*) FROM views.shared_demand_situations WHERE situation = '{code}'")),
            "0"
        );
    }
    assert!(found(&world, &reason("23")).await.contains(&number));
}
