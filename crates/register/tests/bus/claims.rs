//! One active demand per person and territory (INV-06, INV-07).

use demand::form::identity::{AssociationDraft, CoApplicantDraft, IdentityDraft};
use demand::modification::Origin;
use demand::registration::ForceReason;
use demand::{Act, FormDraft};
use register::{Error, Seen, Viewer};

use crate::world::*;

#[tokio::test(flavor = "multi_thread")]
async fn inv_06_the_same_person_from_two_desks_in_the_same_instant_is_registered_once() {
    let world = World::new().await;
    let other = world.another().await;
    for n in 0..10_u8 {
        let name = format!("Instant{}", char::from(b'a' + n));
        let one = world.register.execute(request(NICE, None, register(form(person(&name, "Zoé", "1990-02-28")))));
        let two =
            other.execute(request(ANTIBES, None, register(form(person(&name.to_uppercase(), "ZOE", "1990-02-28")))));
        let (one, two) = tokio::join!(one, two);
        let (Ok(answer), Err(Error::Duplicate { held_by })) = (if one.is_ok() { (one, two) } else { (two, one) })
        else {
            panic!("both or none were registered");
        };
        assert_eq!(held_by, answer.number);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_06_holds_for_the_co_applicant_and_for_the_birth_name() {
    let world = World::new().await;
    let mut couple = form(person("Lune", "Zoé", "1990-02-28"));
    couple.identity.as_mut().unwrap().co_applicants =
        vec![CoApplicantDraft { link: some("M"), person: person("Soleil", "Paul", "1988-07-14") }];
    couple.family.as_mut().unwrap().situations = vec!["M".into(), "M".into()];
    let number = world.register(NICE, couple).await.unwrap().number;

    let refused = world.register(ANTIBES, form(person("soleil", "PAUL Henri", "1988-07-14"))).await;
    assert!(matches!(refused, Err(Error::Duplicate { held_by }) if held_by == number));

    let mut born = person("Martin", "Zoé", "1990-02-28");
    born.birth_name = some("Lune");
    assert!(matches!(world.register(ANTIBES, form(born)).await, Err(Error::Duplicate { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_06_twins_and_namesakes_of_another_day_are_other_persons() {
    let world = World::new().await;
    world.register(NICE, form(person("Lune", "Zoé", "1990-02-28"))).await.unwrap();
    world.register(NICE, form(person("Lune", "Léa", "1990-02-28"))).await.unwrap();
    world.register(NICE, form(person("Lune", "Zoé", "1990-03-01"))).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_06_a_true_homonym_is_registered_by_force_and_flagged() {
    let world = World::new().await;
    let first = world.register(NICE, form(person("Lune", "Zoé", "1990-02-28"))).await.unwrap().number;
    let mut forced = registration("006", form(person("Lune", "Zoé", "1990-02-28")));
    forced.forced = Some(ForceReason::Homonym);
    let second = world.act(ANTIBES, None, Act::Register(Box::new(forced))).await.unwrap().number;
    assert_ne!(first, second);
    let Seen { demand, .. } = world.register.demand(second, Viewer::Operator).await.unwrap();
    assert!(demand.content().unwrap().forced);
    // Both hold the claim: when the first leaves, a third is still refused.
    world.act(NICE, Some(first), renounce()).await.unwrap();
    let third = world.register(NICE, form(person("Lune", "Zoé", "1990-02-28"))).await;
    assert!(matches!(third, Err(Error::Duplicate { held_by }) if held_by == second));
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_06_a_radiation_frees_the_person() {
    let world = World::new().await;
    let number = world.register(NICE, form(person("Lune", "Zoé", "1990-02-28"))).await.unwrap().number;
    world.act(NICE, Some(number), sign_lease()).await.unwrap();
    let again = world.register(ANTIBES, form(person("Lune", "Zoé", "1990-02-28"))).await.unwrap();
    assert_ne!(again.number, number);
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_07_an_association_may_hold_several_demands() {
    let world = World::new().await;
    let mut form = form(person("x", "x", "1990-01-01"));
    form.identity = Some(IdentityDraft {
        association: Some(AssociationDraft { name: some("Toit pour tous") }),
        ..IdentityDraft::default()
    });
    (form.family, form.housing, form.reasons) = (None, None, None);
    let mut registration = registration("006", form);
    registration.identity_piece = None;
    for _ in 0..2 {
        world.act(NICE, None, Act::Register(Box::new(registration.clone()))).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_06_a_corrected_name_swaps_the_claim() {
    let world = World::new().await;
    let number = world.register(NICE, form(person("Lune", "Zoé", "1990-02-28"))).await.unwrap().number;
    let corrected =
        FormDraft { identity: form(person("Lunel", "Zoé", "1990-02-28")).identity, ..FormDraft::default() };
    let in_view_of_the_piece = async |number| {
        let Seen { demand, .. } = world.register.demand(number, Viewer::Operator).await.unwrap();
        let piece_id = demand.content().unwrap().pieces[0].piece_id;
        Act::Modify { origin: Origin::Piece { piece_id }, form: Box::new(corrected.clone()) }
    };
    world.act(ANTIBES, Some(number), in_view_of_the_piece(number).await).await.unwrap();
    let refused = world.register(NICE, form(person("Lunel", "Zoé", "1990-02-28"))).await;
    assert!(matches!(refused, Err(Error::Duplicate { held_by }) if held_by == number));
    let other = world.register(NICE, form(person("Lune", "Zoé", "1990-02-28"))).await.unwrap().number;
    // And nobody takes a name that somebody holds.
    let refused = world.act(NICE, Some(other), in_view_of_the_piece(other).await).await;
    assert!(matches!(refused, Err(Error::Duplicate { held_by }) if held_by == number));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_keeps_one_reference_over_territories_while_a_demand_lives() {
    let world = World::new().await;
    let reference = |number| {
        let register = world.register.clone();
        async move { register.demand(number, Viewer::Operator).await.unwrap().demand.content().unwrap().person_ref.unwrap() }
    };
    let nice = world.register(NICE, form(person("Lune", "Zoé", "1990-02-28"))).await.unwrap().number;
    let elsewhere = registration("083", form_in("83137", "83000", person("LUNE", "zoe", "1990-02-28")));
    let toulon = world.act(TOULON, None, Act::Register(Box::new(elsewhere.clone()))).await.unwrap().number;
    assert_eq!(reference(nice).await, reference(toulon).await);
    world.act(NICE, Some(nice), renounce()).await.unwrap();
    world.act(TOULON, Some(toulon), renounce()).await.unwrap();
    let later = world.act(TOULON, None, Act::Register(Box::new(elsewhere))).await.unwrap().number;
    assert_ne!(reference(later).await, reference(toulon).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_known_by_the_birth_name_elsewhere_keeps_the_reference() {
    let world = World::new().await;
    let reference = |number| {
        let register = world.register.clone();
        async move { register.demand(number, Viewer::Operator).await.unwrap().demand.content().unwrap().person_ref.unwrap() }
    };
    let nice = world.register(NICE, form(person("Martin", "Zoé", "1990-02-28"))).await.unwrap().number;
    let mut married = person("Dupont", "Zoé", "1990-02-28");
    married.birth_name = some("Martin");
    let elsewhere = registration("083", form_in("83137", "83000", married));
    let toulon = world.act(TOULON, None, Act::Register(Box::new(elsewhere))).await.unwrap().number;
    assert_eq!(reference(nice).await, reference(toulon).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_household_known_elsewhere_under_two_names_each_is_registered() {
    let world = World::new().await;
    let adult = |n: u8| {
        let mut adult = person(&format!("Mer{}", char::from(b'a' + n)), "Anne", "1980-01-01");
        adult.birth_name = Some(format!("Terre{}", char::from(b'a' + n)));
        adult
    };
    for n in 0..6 {
        world.register(NICE, form(adult(n))).await.unwrap();
    }
    let mut household = form_in("83137", "83000", adult(0));
    household.identity.as_mut().unwrap().co_applicants =
        (1..6).map(|n| CoApplicantDraft { link: some("L"), person: adult(n) }).collect();
    household.family.as_mut().unwrap().situations = vec!["C".into(); 6];
    let elsewhere = registration("083", household);
    world.act(TOULON, None, Act::Register(Box::new(elsewhere))).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_06_a_registration_forced_over_nobody_is_not_flagged() {
    let world = World::new().await;
    let mut forced = registration("006", form(person("Lune", "Zoé", "1990-02-28")));
    forced.forced = Some(ForceReason::Homonym);
    let number = world.act(NICE, None, Act::Register(Box::new(forced))).await.unwrap().number;
    assert!(!world.register.demand(number, Viewer::Operator).await.unwrap().demand.content().unwrap().forced);
}
