//! Commands: once per id, never half, never lost.

use demand::{Act, FormDraft, RejectionReason};
use register::{Error, Outcome, Seen, Viewer};

use crate::world::*;

#[tokio::test(flavor = "multi_thread")]
async fn the_same_command_gives_the_same_answer_for_ever() {
    let world = World::new().await;
    let request = request(NICE, None, register(form(person("Lune", "Zoé", "1990-02-28"))));
    let first = world.register.execute(request.clone()).await.unwrap();
    assert_eq!(world.register.execute(request.clone()).await.unwrap(), first);
    world.act(NICE, Some(first.number), renounce()).await.unwrap();
    assert_eq!(world.another().await.execute(request).await.unwrap(), first);
    let Seen { version, .. } = world.register.demand(first.number, Viewer::Operator).await.unwrap();
    assert_eq!(version, first.version + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_id_is_not_used_for_another_content() {
    let world = World::new().await;
    let mut request = request(NICE, None, register(form(person("Lune", "Zoé", "1990-02-28"))));
    world.register.execute(request.clone()).await.unwrap();
    request.act = register(form(person("Lune", "Léa", "1990-02-28")));
    assert!(matches!(world.register.execute(request).await, Err(Error::CommandIdReused)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_was_given_up_costs_no_number_and_is_never_done() {
    let world = World::new().await;
    let first = world.register(NICE, form(person("Lune", "Zoé", "1990-02-28"))).await.unwrap();
    let request = request(NICE, None, register(form(person("Soleil", "Léa", "1991-03-01"))));
    let asked = |id| world.register.outcome(id, &request.actor);
    let Outcome::Fenced(position) = world.register.fence(request.command_id, &request.actor).await.unwrap() else {
        panic!("nothing was committed")
    };
    for _ in 0..2 {
        assert!(matches!(world.register.execute(request.clone()).await, Err(Error::CommandFenced)));
        assert_eq!(asked(request.command_id).await.unwrap(), Outcome::Fenced(position));
    }
    let next = world.register(NICE, form(person("Soleil", "Léa", "1991-03-01"))).await.unwrap();
    assert_eq!(next.number.sequence().value(), first.number.sequence().value() + 1, "no number was lost");

    let done = renewal_of(first.number);
    world.clock.set(noon(TODAY.tomorrow().unwrap()));
    let answer = world.register.execute(done.clone()).await.unwrap();
    assert_eq!(world.register.fence(done.command_id, &done.actor).await.unwrap(), Outcome::Committed(answer));
}

fn renewal_of(number: nomenclature::UniqueNumber) -> register::Request {
    request(NICE, Some(number), renew())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_command_sent_many_times_at_once_has_one_effect() {
    let world = World::new().await;
    let request = request(NICE, None, register(form(person("Lune", "Zoé", "1990-02-28"))));
    let mut calls = tokio::task::JoinSet::new();
    for register in [world.register.clone(), world.another().await] {
        for _ in 0..15 {
            let (register, request) = (register.clone(), request.clone());
            calls.spawn(async move { register.execute(request).await });
        }
    }
    let mut answers = Vec::new();
    while let Some(answer) = calls.join_next().await {
        answers.push(answer.unwrap().unwrap());
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_writes_nothing_leaves_no_receipt_and_is_decided_anew() {
    let world = World::new().await;
    let head = world.register.reader().head().await.unwrap();
    let number = world.register(NICE, form(person("Lune", "Zoé", "1990-02-28"))).await.unwrap().number;
    let request = request(NICE, Some(number), renew());
    let Err(Error::Rejected(rejection)) = world.register.execute(request.clone()).await else { panic!() };
    assert_eq!(rejection.reason, RejectionReason::AlreadyRenewedToday);
    assert_eq!(world.register.reader().head().await.unwrap().get(), head.get() + 2);
    world.clock.set(noon(TODAY.tomorrow().unwrap()));
    world.register.execute(request).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_goes_away_leaves_nothing_half_done() {
    let world = World::new().await;
    let mut abandoned = Vec::new();
    for n in 0..20_u8 {
        let name = format!("Parti{}", char::from(b'a' + n));
        let request = request(NICE, None, register(form(person(&name, "Zoé", "1990-02-28"))));
        let call = world.register.execute(request.clone());
        let patience = std::time::Duration::from_micros(u64::from(n) * 200);
        let _ = tokio::time::timeout(patience, call).await;
        abandoned.push(request);
    }
    for request in abandoned {
        world.register.execute(request).await.expect("the same command again is safe");
    }
    let stock = world.stock().await;
    let findings = world.register.examine(register::Depth::CrossRead, &stock, |_, _| ()).await.unwrap();
    assert!(findings.is_sound(), "{findings:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn acts_on_one_demand_at_once_all_apply_in_some_order_unless_a_version_was_named() {
    let world = World::new().await;
    let first = world.register(NICE, form(person("Lune", "Zoé", "1990-02-28"))).await.unwrap();
    let sought = FormDraft { sought: form(person("x", "x", "1990-01-01")).sought, ..FormDraft::default() };
    let modify = || Act::Modify { origin: demand::modification::Origin::Applicant, form: Box::new(sought.clone()) };
    let (one, two, three) = tokio::join!(
        world.act(NICE, Some(first.number), modify()),
        world.act(ANTIBES, Some(first.number), modify()),
        world.act(OTHER_LESSOR, Some(first.number), modify()),
    );
    let mut versions = [one.unwrap().version, two.unwrap().version, three.unwrap().version];
    versions.sort_unstable();
    assert_eq!(versions, [3, 4, 5]);

    let mut stale = request(NICE, Some(first.number), modify());
    stale.expected_version = Some(first.version);
    let refused = world.register.execute(stale).await;
    assert!(matches!(refused, Err(Error::VersionConflict { expected: 2, found: 5 })), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn names_come_back_byte_for_byte_and_only_to_whom_may_read_them() {
    let world = World::new().await;
    let agent = nomenclature::Actor::parse(ANTIBES).unwrap();
    for name in ["D'Août-Lévêque", "Zoe\u{301}", "Nguyễn", "محمد", "李", "O’Neill", "Œuvrard ß"] {
        let number = world.register(NICE, form(person(name, "Zoé", "1990-02-28"))).await.unwrap().number;
        let Seen { demand: opened, .. } = world.register.demand(number, Viewer::Agent(&agent)).await.unwrap();
        let household = opened.content().unwrap().rubrics.clear().unwrap().household().unwrap().clone();
        assert_eq!(household.applicant.surname.as_str(), name);
        let Seen { demand: sealed, .. } = world.register.demand(number, Viewer::Operator).await.unwrap();
        assert!(sealed.content().unwrap().rubrics.clear().is_none());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registration_with_a_number_and_an_act_without_one_are_malformed() {
    let world = World::new().await;
    let number = world.register(NICE, form(person("Lune", "Zoé", "1990-02-28"))).await.unwrap().number;
    let again = world.act(NICE, Some(number), register(form(person("Lune", "Léa", "1990-02-28")))).await;
    assert!(matches!(again, Err(Error::MalformedRequest)));
    assert!(matches!(world.act(NICE, None, renew()).await, Err(Error::MalformedRequest)));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_personal_lies_in_the_database_in_clear() {
    let world = World::new().await;
    world.register(NICE, form(person("Quetzalcóatl", "Xochiquétzal", "1990-02-28"))).await.unwrap();
    let dump = std::process::Command::new("pg_dump")
        .arg(world_url(&world))
        .output()
        .expect("pg_dump lies beside the server's tools");
    assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
    let dump = String::from_utf8_lossy(&dump.stdout);
    assert!(dump.contains("Registered"), "the dump holds the log");
    for canary in ["Quetzalc", "QUETZALCOATL", "Xochiqu", "XOCHIQUETZAL", "1990-02-28", "Lilas"] {
        assert!(!dump.contains(canary), "{canary} is readable in the database");
    }
}

fn world_url(world: &World) -> String {
    cluster().url(cluster().superuser(), &world.database)
}
