//! Lawful acts in the wrong order, twice, or at once.

use register::Request;
use serde_json::{Value, json};
use tests::cast::{self, ANTIBES, CANNES, NICE};
use tokio::task::JoinSet;

use super::door::over_tcp;
use super::stage::*;

const DAY: &str = "2026-11-23";

/// Who does what, and what it must come to: "" when it is accepted.
type Step = (&'static str, Value, &'static str);

async fn lives(stage: &Stage, n: usize, steps: Vec<Step>) {
    let number = stage.registered(somebody(n)).await;
    for (place, (actor, act, expected)) in steps.into_iter().enumerate() {
        let outcome = stage.send(actor, Some(number), &act).await;
        let words = outcome.as_ref().map_or_else(String::as_str, |_| "");
        assert_eq!(words, expected, "life {n}, step {place}: {act}");
    }
}

fn refuse(day: &str) -> Value {
    json!({"refuse_attribution": {"refused_on": day}})
}

fn lapse(day: &str) -> Value {
    json!({"lapse_attribution": {"lapsed_on": day}})
}

#[tokio::test(flavor = "multi_thread")]
async fn acts_out_of_order_are_refused_with_their_reason() {
    let stage = Stage::new().await;
    let lease = || cast::sign_lease(DAY);
    let attribute = || cast::attribute(DAY);
    let sought =
        || cast::modify(json!({"sought": {"dwelling_types": ["T3"], "communes": ["06088"], "extended": true}}));
    let lived: Vec<Vec<Step>> = vec![
        // The end of an attribution that never began, or is another's, or has ended.
        vec![
            (NICE, refuse(DAY), "NO_ATTRIBUTION_IN_PROGRESS"),
            (NICE, lapse(DAY), "NO_ATTRIBUTION_IN_PROGRESS"),
            (NICE, attribute(), ""),
            (NICE, attribute(), "ATTRIBUTION_IN_PROGRESS"),
            (CANNES, refuse(DAY), "NO_ATTRIBUTION_IN_PROGRESS"),
            (CANNES, attribute(), ""),
            (NICE, refuse("2026-11-22"), "INVALID_FORM: attribution.refused_on=TOO_EARLY"),
            (NICE, refuse("2026-11-24"), "INVALID_FORM: attribution.refused_on=IN_THE_FUTURE"),
            (NICE, refuse(""), "INVALID_FORM: attribution.refused_on=MISSING"),
            (NICE, lapse("2026-02-30"), "INVALID_FORM: attribution.lapsed_on=IMPOSSIBLE_DATE"),
            (NICE, refuse(DAY), ""),
            (NICE, refuse(DAY), "NO_ATTRIBUTION_IN_PROGRESS"),
            (NICE, lapse(DAY), "NO_ATTRIBUTION_IN_PROGRESS"),
            (NICE, attribute(), ""),
            (NICE, lapse(DAY), ""),
            (CANNES, lapse(DAY), ""),
        ],
        // INV-30: nothing after a lease, the lease itself included.
        vec![
            (NICE, attribute(), ""),
            (CANNES, lease(), ""),
            (CANNES, lease(), "DEMAND_RADIATED"),
            (NICE, lease(), "DEMAND_RADIATED"),
            (NICE, attribute(), "DEMAND_RADIATED"),
            (NICE, refuse(DAY), "DEMAND_RADIATED"),
            (NICE, lapse(DAY), "DEMAND_RADIATED"),
            (ANTIBES, cast::renew(), "DEMAND_RADIATED"),
            (ANTIBES, sought(), "DEMAND_RADIATED"),
            (ANTIBES, cast::add_piece("TAX"), "DEMAND_RADIATED"),
            (ANTIBES, cast::renounce(DAY), "DEMAND_RADIATED"),
        ],
        // Nor after a renunciation.
        vec![
            (ANTIBES, cast::renew(), "ALREADY_RENEWED_TODAY"),
            (ANTIBES, cast::renounce(DAY), ""),
            (ANTIBES, cast::renounce(DAY), "DEMAND_RADIATED"),
            (NICE, lease(), "DEMAND_RADIATED"),
            (ANTIBES, cast::renew(), "DEMAND_RADIATED"),
            (ANTIBES, cast::add_piece("nonsense"), "DEMAND_RADIATED"),
        ],
        // The same piece and the same modification twice are two acts, not an error.
        vec![
            (ANTIBES, cast::add_piece("TAX"), ""),
            (ANTIBES, cast::add_piece("TAX"), ""),
            (ANTIBES, sought(), ""),
            (ANTIBES, sought(), ""),
        ],
    ];
    for (n, steps) in lived.into_iter().enumerate() {
        lives(&stage, n, steps).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_command_at_once_from_two_processes_has_one_effect_and_one_answer() {
    let stage = Stage::new().await;
    let executors = stage.executors().await;
    let yesterday = json!("2026-11-22");
    let acts = [
        cast::renew(),
        cast::add_piece("TAX"),
        cast::modify(json!({"reasons": {"reasons": ["09"]}})),
        cast::attribute(DAY),
        cast::sign_lease(DAY),
        cast::renounce(DAY),
    ];
    for (n, act) in acts.into_iter().cycle().take(18).enumerate() {
        let mut registration = cast::register(somebody(n));
        registration["register"]["filed_on"] = yesterday.clone();
        let number = stage.send(NICE, None, &registration).await.unwrap().number;
        let mut request = request(NICE, Some(number), serde_json::from_value(act.clone()).unwrap());
        // Over the network an act names the version that it is for.
        request.expected_version = over_tcp().then_some(2);
        let mut calls = JoinSet::new();
        for copy in 0..12 {
            let (executor, request) = (executors[copy % 2].clone(), request.clone());
            calls.spawn(async move { executor.execute(request).await });
        }
        let answers = calls.join_all().await;
        let first = answers.iter().find_map(|answer| answer.as_ref().ok()).expect("one of them is first");
        for answer in &answers {
            assert_eq!(answer.as_ref(), Ok(first), "{act}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_command_at_once_is_the_same_answer_also_when_it_names_the_version_it_has_read() {
    let stage = Stage::new().await;
    let executors = stage.executors().await;
    let number = stage.registered(somebody(0)).await;
    for version in 2..12 {
        let act = serde_json::from_value(cast::add_piece("TAX")).unwrap();
        let mut request = request(NICE, Some(number), act);
        request.expected_version = Some(version);
        let mut calls = JoinSet::new();
        for copy in 0..12 {
            let (executor, request) = (executors[copy % 2].clone(), request.clone());
            calls.spawn(async move { executor.execute(request).await });
        }
        for answer in calls.join_all().await {
            assert_eq!(answer.map(|answer| answer.version), Ok(version + 1));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_id_belongs_to_one_command() {
    let stage = Stage::new().await;
    let number = stage.registered(somebody(0)).await;
    let act = |act: Value| serde_json::from_value(act).unwrap();
    let first = request(NICE, Some(number), act(cast::add_piece("TAX")));
    let [executor, _] = stage.executors().await;
    let first = Request { expected_version: Some(2), ..first };
    let answer = executor.execute(first.clone()).await.unwrap();
    let mut other = first.clone();
    other.act = act(cast::add_piece("LOG"));
    let refused = executor.execute(other).await;
    assert_eq!(refused, Err("COMMAND_ID_REUSED".to_owned()));
    let mut elsewhere = first.clone();
    elsewhere.number = Some(stage.registered(somebody(1)).await);
    let refused = executor.execute(elsewhere).await;
    assert_eq!(refused, Err("COMMAND_ID_REUSED".to_owned()));
    // The first answer stands, even when the act itself would now be refused.
    stage.send(NICE, Some(number), &cast::renounce(DAY)).await.unwrap();
    assert_eq!(executor.execute(first).await.unwrap(), answer);
}
