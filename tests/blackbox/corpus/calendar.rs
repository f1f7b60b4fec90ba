//! Days that are not like others: 29 February, the nights when clocks change, midnight in Paris, both ends of a year.

use jiff::civil::date;
use tests::cast::{self, NICE};

use super::stage::*;

#[tokio::test(flavor = "multi_thread")]
async fn inv_15_a_demand_of_29_february_is_valid_to_the_end_of_february() {
    let stage = Stage::new().await;
    stage.now_is(date(2028, 2, 29), 12, 0);
    let number = stage.registered(somebody(0)).await;
    assert_eq!(&number.to_string()[3..7], "0228");
    stage.now_is(date(2029, 3, 1), 0, 0);
    let on = |day: &str| cast::attribute(day);
    assert_eq!(stage.send(NICE, Some(number), &on("2029-03-01")).await, Err("DEMAND_EXPIRED".to_owned()));
    assert_eq!(
        stage.send(NICE, Some(number), &on("2029-02-29")).await,
        Err("INVALID_FORM: attribution.decided_on=IMPOSSIBLE_DATE".to_owned())
    );
    stage.send(NICE, Some(number), &on("2029-02-28")).await.unwrap();
    // Past its expiry and not radiated: it may still be renewed, and counts from then.
    let answer = stage.send(NICE, Some(number), &cast::renew()).await.unwrap();
    assert_eq!(answer.effective_on, date(2029, 3, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_day_of_an_act_is_the_civil_day_in_paris_also_when_clocks_change() {
    let stage = Stage::new().await;
    // The hour from 2 to 3 does not exist on 28 March 2027, and comes twice on 31 October 2027.
    let days = [
        (date(2027, 3, 27), 23, 59),
        (date(2027, 3, 28), 0, 0),
        (date(2027, 3, 28), 3, 0),
        (date(2027, 3, 28), 23, 59),
        (date(2027, 10, 30), 23, 59),
        (date(2027, 10, 31), 0, 0),
        (date(2027, 10, 31), 2, 30),
        (date(2027, 10, 31), 23, 59),
        (date(2027, 12, 31), 23, 59),
        (date(2028, 1, 1), 0, 0),
    ];
    for (n, (day, hour, minute)) in days.into_iter().enumerate() {
        stage.now_is(day, hour, minute);
        let answer = stage.send(NICE, None, &cast::register(somebody(n))).await.unwrap();
        assert_eq!(answer.effective_on, day, "{hour}:{minute}");
        assert_eq!(answer.recorded_at, at(day, hour, minute));
        assert_eq!(answer.number.to_string()[3..7], format!("{:02}{:02}", day.month(), day.year() % 100));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_ends_at_midnight_for_the_renewal_once_a_day() {
    let stage = Stage::new().await;
    let number = stage.registered(somebody(0)).await;
    stage.now_is(date(2026, 11, 23), 23, 59);
    assert_eq!(stage.send(NICE, Some(number), &cast::renew()).await, Err("ALREADY_RENEWED_TODAY".to_owned()));
    stage.now_is(date(2026, 11, 24), 0, 0);
    stage.send(NICE, Some(number), &cast::renew()).await.unwrap();
    assert_eq!(stage.send(NICE, Some(number), &cast::renew()).await, Err("ALREADY_RENEWED_TODAY".to_owned()));
    // A clock that was put back: the act is refused, not recorded before what it follows.
    stage.now_is(date(2026, 11, 23), 12, 0);
    assert_eq!(stage.send(NICE, Some(number), &cast::renew()).await, Err("ALREADY_RENEWED_TODAY".to_owned()));
}
