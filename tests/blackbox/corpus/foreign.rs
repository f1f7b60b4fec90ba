//! Foreign, invented and exhausted numbers; actors who have no business here.

use nomenclature::UniqueNumber;
use private_postgres::test_util::shared;
use serde_json::{Value, json};
use tests::cast::{self, ANTIBES, NICE, TOULON};

use super::door::over_tcp;
use super::stage::*;

const DAY: &str = "2026-11-23";

fn every_act_on_a_number() -> Vec<Value> {
    vec![
        cast::renew(),
        cast::modify(json!({"reasons": {"reasons": ["09"]}})),
        cast::add_piece("TAX"),
        cast::attribute(DAY),
        json!({"refuse_attribution": {"refused_on": DAY}}),
        json!({"lapse_attribution": {"lapsed_on": DAY}}),
        cast::sign_lease(DAY),
        cast::renounce(DAY),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_01_a_demand_of_another_territory_and_one_that_never_was_are_alike() {
    let stage = Stage::new().await;
    let number = stage.registered(somebody(0)).await;
    let text = number.to_string();
    let next = format!("{}{:06}{}", &text[..7], number.sequence().value() + 1, &text[13..]);
    for act in every_act_on_a_number() {
        assert_eq!(stage.send(TOULON, Some(number), &act).await, Err("DEMAND_NOT_FOUND".to_owned()), "{act}");
        for invented in ["0061126000000G0601", "0061126999999G0601", "0060100000001G0601", "0061126000001GDPUB", &next]
        {
            let invented = UniqueNumber::parse(invented).unwrap();
            assert_eq!(stage.send(NICE, Some(invented), &act).await, Err("DEMAND_NOT_FOUND".to_owned()), "{act}");
        }
        // The right digits, said to lie in another territory.
        let elsewhere = UniqueNumber::parse(&format!("083{}", &text[3..])).unwrap();
        assert_eq!(stage.send(TOULON, Some(elsewhere), &act).await, Err("DEMAND_NOT_FOUND".to_owned()), "{act}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_01_a_desk_registers_in_its_own_territory_only() {
    let stage = Stage::new().await;
    let mut act = cast::register(somebody(0));
    assert_eq!(stage.send(TOULON, None, &act).await, Err("DEMAND_NOT_FOUND".to_owned()));
    act["register"]["territory"] = json!("083");
    assert_eq!(stage.send(NICE, None, &act).await, Err("DEMAND_NOT_FOUND".to_owned()));
    let outside = "INVALID_FORM: sought.communes[0]=OUTSIDE_TERRITORY";
    assert_eq!(stage.send(TOULON, None, &act).await, Err(outside.to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_25_strangers_and_those_who_are_no_lessors_are_told_so() {
    let stage = Stage::new().await;
    let number = stage.registered(somebody(0)).await;
    let nobody = "130025265/G0601/agent-01";
    for (actor, act, words) in [
        (ANTIBES, cast::attribute(DAY), "NOT_A_LESSOR"),
        (ANTIBES, json!({"refuse_attribution": {"refused_on": DAY}}), "NOT_A_LESSOR"),
        (ANTIBES, json!({"lapse_attribution": {"lapsed_on": DAY}}), "NOT_A_LESSOR"),
        (ANTIBES, cast::sign_lease(DAY), "NOT_A_LESSOR"),
        (nobody, cast::renew(), "UNKNOWN_ORGANISATION"),
        ("732829320/G0604/agent-01", cast::renew(), "UNKNOWN_DESK"),
        ("732829320/ZZZZZ/agent-01", cast::renew(), "UNKNOWN_DESK"),
        // Over the network nobody makes him a token.
        ("operator", cast::renew(), if over_tcp() { "CREDENTIAL_MISSING" } else { "NOT_FOR_THE_OPERATOR" }),
    ] {
        assert_eq!(stage.send(actor, Some(number), &act).await, Err(words.to_owned()), "{actor}: {act}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registration_has_no_number_yet_and_every_other_act_has_one() {
    if over_tcp() {
        // The messages leave no room for such a request.
        return;
    }
    let stage = Stage::new().await;
    let number = stage.registered(somebody(0)).await;
    let again = stage.send(NICE, Some(number), &cast::register(somebody(1))).await;
    assert_eq!(again, Err("MALFORMED_REQUEST".to_owned()));
    for act in every_act_on_a_number() {
        assert_eq!(stage.send(NICE, None, &act).await, Err("MALFORMED_REQUEST".to_owned()), "{act}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_04_when_a_month_has_no_number_left_nothing_is_registered_and_no_number_given_again() {
    let stage = Stage::new().await;
    let october = |n: usize| {
        let mut act = cast::register(somebody(n));
        act["register"]["filed_on"] = json!("2026-10-31");
        act
    };
    shared()
        .psql(&stage.database, "INSERT INTO register.number_counters VALUES ('006', '1026', 999900)")
        .expect("the superuser may do anything");
    for n in 0..100 {
        let number = stage.send(NICE, None, &october(n)).await.unwrap().number;
        assert_eq!(number.to_string(), format!("0061026{}G0601", 999_900 + n));
    }
    for _ in 0..2 {
        assert_eq!(stage.send(NICE, None, &october(100)).await, Err("NUMBERS_EXHAUSTED".to_owned()));
    }
    stage.registered(somebody(101)).await;
}
