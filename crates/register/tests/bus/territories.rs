//! The delays of a territory, decided once, gone by everywhere from their day on.

use access::Denial;
use demand::territory::{AbnormalDelayDraft, Act as Decision, SettingDraft, WithdrawalDraft};
use demand::{RejectionReason, Status};
use event_log::StreamSpan;
use jiff::ToSpan as _;
use jiff::civil::date;
use nomenclature::{Actor, Territory};
use register::{Depth, Error, Outcome, Seen, TerritoryAnswer, TerritoryRequest, Viewer};
use uuid::Uuid;

use crate::world::*;

/// The territory's manager.
const MANAGER: &str = "000005173/G06Z1/agent-08";
const MANAGER_LINE: &str = r#"{"siren":"000005173","name":"Gestionnaire fictif","kind":"GESTIONNAIRE","territories":["006"],"since":"2020-01-01","desks":[{"code":"G06Z1","name":"Nice","territory":"006","opened_on":"2020-01-01"}]}"#;

async fn world() -> World {
    let world = World::new().await;
    world.register.import_organisation(serde_json::from_str(MANAGER_LINE).unwrap()).await.unwrap();
    world
}

fn asked(actor: &str, act: Decision) -> TerritoryRequest {
    TerritoryRequest { command_id: Uuid::new_v4(), actor: Actor::parse(actor).unwrap(), expected_version: None, act }
}

fn window(months: i64, valid_from: &str) -> Decision {
    Decision::ChangeSetting(SettingDraft {
        name: some("renewal_window_months"),
        value: Some(months),
        valid_from: some(valid_from),
        note: None,
    })
}

fn nice() -> Territory {
    Territory::parse("006").unwrap()
}

async fn decide(world: &World, act: Decision) -> Result<TerritoryAnswer, Error> {
    world.register.set_territory(asked(MANAGER, act)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delay_counts_from_its_day_on_in_every_process_and_leaves_what_was_decided() {
    let world = world().await;
    let number = world.register(NICE, form(person("Lune", "Zoé", "1990-02-28"))).await.unwrap().number;
    let other = world.another().await;
    let answer = decide(&world, window(2, "2026-12-01")).await.unwrap();
    assert_eq!((answer.territory, answer.version, answer.effective_on), (nice(), 1, date(2026, 12, 1)));

    // The eve: still open. The renewal stands whatever comes after.
    world.clock.set(noon(date(2026, 11, 30)));
    world.act(NICE, Some(number), renew()).await.unwrap();
    world.clock.set(noon(date(2026, 12, 1)));
    let refused = world.act(NICE, Some(number), renew()).await;
    assert!(matches!(&refused, Err(Error::Rejected(r)) if r.reason == RejectionReason::RenewalTooEarly), "{refused:?}");
    // A process that was open before follows within the second in which it looks.
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    let refused = other.execute(request(NICE, Some(number), renew())).await;
    assert!(matches!(&refused, Err(Error::Rejected(r)) if r.reason == RejectionReason::RenewalTooEarly), "{refused:?}");
    let Seen { demand, .. } = world.register.demand(number, Viewer::Operator).await.unwrap();
    assert_eq!(demand.status_on(date(2027, 11, 30)), Some(Status::Active), "renewed on the eve");
    // Elsewhere nothing changed.
    let form = form_in("83137", "83000", person("Soleil", "Ana", "1991-02-28"));
    let elsewhere = demand::Act::Register(Box::new(registration("083", form)));
    let toulon = world.act(TOULON, None, elsewhere).await.unwrap().number;
    world.clock.set(noon(date(2026, 12, 2)));
    world.act(TOULON, Some(toulon), renew()).await.unwrap();
    let findings = world.register.examine(Depth::CrossRead, &world.stock().await, |_, _| ()).await.unwrap();
    assert!(
        findings.checks.iter().all(|check| check.name == "clés de chiffrement" || check.faults.is_empty()),
        "{findings:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_is_made_once_by_whoever_may_and_its_outcome_can_be_asked() {
    let world = world().await;
    for (actor, denial) in [
        (NICE, Denial::NotTheManager),
        (ANTIBES, Denial::NotTheManager),
        ("operator", Denial::NotForTheOperator),
        ("130025265/G0601/agent-01", Denial::UnknownOrganisation),
    ] {
        let refused = world.register.set_territory(asked(actor, window(2, "2026-12-01"))).await;
        assert!(matches!(refused, Err(Error::Denied(found)) if found == denial), "{actor}: {refused:?}");
    }
    let twice = asked(MANAGER, window(2, "2026-12-01"));
    let first = world.register.set_territory(twice.clone()).await.unwrap();
    assert_eq!(world.register.set_territory(twice.clone()).await.unwrap(), first);
    let outcome = world.register.outcome(twice.command_id, &twice.actor).await.unwrap();
    assert_eq!(outcome, Outcome::TerritoryCommitted(first));
    let another = TerritoryRequest { act: window(3, "2026-12-01"), ..twice.clone() };
    assert!(matches!(world.register.set_territory(another).await, Err(Error::CommandIdReused)));
    let demand = register::Request {
        command_id: twice.command_id,
        ..request(MANAGER, None, register(form(person("A", "B", "1990-01-01"))))
    };
    assert!(matches!(world.register.execute(demand).await, Err(Error::CommandIdReused)));
    let stale = TerritoryRequest { expected_version: Some(7), ..asked(MANAGER, window(3, "2026-12-01")) };
    let refused = world.register.set_territory(stale).await;
    assert!(matches!(refused, Err(Error::VersionConflict { expected: 7, found: 1 })), "{refused:?}");
    let unplanned = WithdrawalDraft { name: some("notice_months"), valid_from: some("2026-12-01") };
    let refused = decide(&world, Decision::WithdrawSetting(unplanned)).await;
    assert!(matches!(&refused, Err(Error::Rejected(r)) if r.reason == RejectionReason::NothingSet), "{refused:?}");
    // What is refused leaves nothing behind.
    let sheet = world.register.territory(Viewer::Operator, Some(nice()), None).await.unwrap();
    assert_eq!((sheet.version, sheet.history.len()), (1, 1));
    assert_eq!(sheet.history[0].actor, MANAGER);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_decisions_at_once_are_all_made_one_after_the_other() {
    let world = world().await;
    let days: Vec<String> = (1..=9).map(|day| format!("2027-01-0{day}")).collect();
    let acts = days.iter().map(|day| {
        let months = if day.ends_with(['1', '3', '5', '7', '9']) { 4 } else { 5 };
        let register = world.register.clone();
        let request = asked(MANAGER, window(months, day));
        // Some are refused because a neighbour said the same; none is lost.
        tokio::spawn(async move { register.set_territory(request).await })
    });
    let mut made = 0;
    for act in acts.collect::<Vec<_>>() {
        match act.await.unwrap() {
            Ok(_) => made += 1,
            Err(Error::Rejected(rejection)) => assert_eq!(rejection.reason, RejectionReason::SettingUnchanged),
            Err(other) => panic!("{other}"),
        }
    }
    let sheet = world.register.territory(Viewer::Operator, Some(nice()), None).await.unwrap();
    assert_eq!((sheet.version, sheet.history.len()), (made, made as usize));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sheet_of_a_day_says_what_counts_then_and_a_plan_changes_nothing() {
    let world = world().await;
    let request = asked(MANAGER, window(3, "2027-01-01"));
    let (territory, event) = world.register.plan_territory(&request).await.unwrap();
    assert_eq!((territory, event.name()), (nice(), "SettingChanged"));
    let line = async |day| {
        let sheet =
            world.register.territory(Viewer::Agent(&Actor::parse(NICE).unwrap()), None, Some(day)).await.unwrap();
        sheet.settings.into_iter().find(|line| line.setting.name == "renewal_window_months").unwrap()
    };
    assert!(line(date(2027, 1, 1)).await.decided_since.is_none(), "a plan changes nothing");
    world.register.set_territory(request).await.unwrap();
    let eve = line(date(2026, 12, 31)).await;
    assert_eq!((eve.value, eve.decided_since, eve.planned), (12, None, vec![(date(2027, 1, 1), 3)]));
    let then = line(date(2027, 1, 1)).await;
    assert_eq!((then.value, then.default, then.decided_since), (3, 12, Some(date(2027, 1, 1))));

    let foreign = Actor::parse(TOULON).unwrap();
    let sheet = world.register.territory(Viewer::Agent(&foreign), None, None).await.unwrap();
    assert_eq!((sheet.territory.as_str(), sheet.version), ("083", 0));
    let refused = world.register.territory(Viewer::Agent(&foreign), Some(nice()), None).await;
    assert!(matches!(refused, Err(Error::NotFound)), "a foreign territory does not exist: {refused:?}");
    assert!(matches!(world.register.territory(Viewer::Operator, None, None).await, Err(Error::MalformedRequest)));
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_54_a_demand_waits_abnormally_long_by_the_rows_of_its_territory_and_day() {
    let world = world().await;
    let number = world.register(NICE, form(person("Lune", "Zoé", "1990-02-28"))).await.unwrap().number;
    let wait = async || {
        let Seen { demand, .. } = world.register.demand(number, Viewer::Operator).await.unwrap();
        world.register.abnormal_delay(&demand).await.unwrap()
    };
    assert_eq!(wait().await, None, "no national delay exists");
    let delay = AbnormalDelayDraft {
        commune: some("06088"),
        months: Some(24),
        valid_from: some("2027-01-01"),
        reference: some("arrêté 2026-114"),
        ..AbnormalDelayDraft::default()
    };
    decide(&world, Decision::SetAbnormalDelay(delay)).await.unwrap();
    assert_eq!(wait().await, None, "not yet");
    world.clock.set(noon(date(2027, 1, 1)));
    let found = wait().await.unwrap();
    assert_eq!((found.from, found.computed_on, found.is_reached()), (date(2028, 11, 23), date(2027, 1, 1), false));
    world.clock.set(noon(date(2028, 11, 22)));
    assert!(!wait().await.unwrap().is_reached());
    world.clock.set(noon(date(2028, 11, 22).saturating_add(1.day())));
    assert!(wait().await.unwrap().is_reached());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_events_of_a_territory_are_open_and_one_that_was_altered_is_not_believed() {
    let world = world().await;
    decide(&world, window(2, "2026-12-01")).await.unwrap();
    let stream = event_log::StreamId::parse("006").unwrap();
    let events = world.register.reader().read_stream(&stream, StreamSpan::ALL).await.unwrap();
    let [event] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!((event.stream_type.as_str(), event.event_type.as_str()), ("territory", "SettingChanged"));
    assert!(event.sealed.is_empty() && event.key_id.is_none(), "nothing of it is anybody's");
    world.tamper("UPDATE log.events SET payload = replace(payload, '\"value\":2', '\"value\":3') WHERE stream = '006'");
    let read = world.register.territory(Viewer::Operator, Some(nice()), None).await;
    assert!(matches!(read, Err(Error::Unreadable { .. })), "{read:?}");
    world.tamper("UPDATE log.events SET payload = '{}' WHERE stream = '006'");
    let findings = world.register.examine(Depth::Usual, &world.stock().await, |_, _| ()).await.unwrap();
    let faulty: Vec<_> =
        findings.checks.iter().filter(|check| !check.faults.is_empty()).map(|check| check.name).collect();
    assert_eq!(faulty, ["empreintes", "lecture"], "{findings:?}");
}
