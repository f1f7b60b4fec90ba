//! The daily run over a real register: what falls due, when, and what it leaves alone.

mod kills;
mod lists;
mod naughty;
mod stage;

use demand::pending::Delay;
use jiff::civil::date;
use register::Error;
use serde_json::json;
use tests::cast::{NICE, attribute, renew};

use stage::{EXPIRES, FILED, Stage};

#[tokio::test(flavor = "multi_thread")]
async fn inv_61_each_demand_is_listed_once_in_its_validity_from_two_months_before_its_end() {
    let stage = Stage::new().await;
    let number = stage.registered_on(FILED, "Lune").await;
    stage.at(date(2026, 1, 14));
    assert_eq!(stage.daily().await.territories[0].listed, 0, "two months before the 15th of March is the 15th");
    stage.at(date(2026, 1, 15));
    assert_eq!(stage.daily().await.territories[0].listed, 1);
    for day in [date(2026, 1, 15), date(2026, 1, 16), date(2026, 3, 14)] {
        stage.at(day);
        assert_eq!(stage.daily().await.territories[0].listed, 0, "{day}");
    }
    assert_eq!(stage.count("RenewalNoticeListed", number), 1);
    // The next validity has a notice of its own.
    stage.act(NICE, number, renew()).await;
    stage.at(date(2027, 1, 14));
    assert_eq!(stage.daily().await.territories[0].listed, 1);
    assert_eq!(stage.count("RenewalNoticeListed", number), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_16_missed_days_are_caught_up_and_nothing_is_dated_back() {
    let stage = Stage::new().await;
    let number = stage.registered_on(FILED, "Lune").await;
    // Nobody ran anything for fourteen months.
    stage.at(date(2026, 5, 20));
    let report = stage.daily().await;
    assert_eq!(
        (report.territories[0].listed, report.territories[0].radiated),
        (1, 0),
        "listed today, radiated not yet"
    );
    let listed = stage.event(number, "RenewalNoticeListed");
    assert_eq!(listed["listed_on"], "2026-05-20");
    stage.at(date(2026, 5, 21));
    stage.sent(number, date(2026, 5, 21)).await;
    // A notice sent late leaves two months.
    stage.at(date(2026, 7, 21));
    assert_eq!(stage.daily().await.territories[0].radiated, 0);
    stage.at(date(2026, 7, 22));
    assert_eq!(stage.daily().await.territories[0].radiated, 1);
    let radiated = stage.event(number, "Radiated");
    assert_eq!(radiated["radiated_on"], "2026-07-22");
    assert_eq!(radiated["motive"]["code"], "RADREN");
    assert_eq!(radiated["motive"]["notice_sent_on"], "2026-05-21");
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_19_a_notice_that_nobody_sent_bars_the_radiation_and_is_reported() {
    let stage = Stage::new().await;
    let (sent, forgotten) = (stage.registered_on(FILED, "Lune").await, stage.registered_on(FILED, "Soleil").await);
    stage.at(date(2026, 1, 20));
    stage.daily().await;
    stage.sent(sent, date(2026, 1, 20)).await;
    // A letter that came back does not bar it.
    stage.returned(sent, date(2026, 1, 20)).await;
    stage.at(date(2026, 4, 15));
    let report = stage.daily().await;
    assert_eq!((report.territories[0].radiated, report.territories[0].expired), (0, 2), "a month of tolerance");
    stage.at(date(2026, 4, 16));
    let report = stage.daily().await;
    let day = &report.territories[0];
    assert_eq!((day.radiated, day.expired), (1, 1));
    let sending: Vec<_> = day.due.iter().filter(|count| count.delay == Delay::Sending).collect();
    assert_eq!((sending.len(), sending[0].due, sending[0].oldest), (1, 1, EXPIRES));
    assert_eq!(day.unsent[0].unsent, 1);
    assert_eq!(stage.count("Radiated", sent), 1);
    assert_eq!(stage.count("Radiated", forgotten), 0);
    // Whoever left lets go of the person: she may ask anew.
    stage.registered_on(date(2026, 4, 16), "Lune").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_32_what_is_a_year_out_is_erased_and_no_day_sooner() {
    let stage = Stage::new().await;
    let number = stage.registered_on(FILED, "Lune").await;
    stage.at(date(2025, 6, 1));
    let renounce = json!({"renounce": {"written_on": "2025-06-01", "written_act": "LETTER"}});
    stage.act(NICE, number, renounce).await;
    stage.at(date(2026, 6, 1));
    assert_eq!(stage.daily().await.territories[0].erased, 0);
    stage.at(date(2026, 6, 2));
    assert_eq!(stage.daily().await.territories[0].erased, 1);
    assert_eq!(stage.daily().await.territories[0].erased, 0);
    assert_eq!(stage.count("PersonalDataErased", number), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_for_today_and_a_plan_for_a_day_of_the_coming_year() {
    let stage = Stage::new().await;
    stage.registered_on(FILED, "Lune").await;
    let head = stage.head().await;
    for (day, reason) in
        [(date(2025, 3, 14), "DAY_PASSED"), (date(2025, 3, 16), "DAY_AHEAD"), (date(2026, 3, 15), "DAY_AHEAD")]
    {
        assert_eq!(stage.daily_for(day).await.unwrap_err().reason(), reason, "{day}");
    }
    assert_eq!(stage.plan(date(2025, 3, 14)).await.unwrap_err().reason(), "DAY_PASSED");
    assert_eq!(stage.plan(date(2026, 3, 16)).await.unwrap_err().reason(), "DAY_AHEAD");
    let plan = stage.plan(date(2026, 1, 15)).await.unwrap();
    let due: Vec<_> = plan.territories[0].due.iter().map(|count| (count.delay, count.due)).collect();
    assert_eq!(due, [(Delay::Notice, 1), (Delay::Certificate, 1)], "nobody recorded the certificate either");
    assert_eq!(stage.head().await, head, "a plan writes nothing");
    assert!(stage.files().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn two_runs_at_once_do_everything_once() {
    let stage = Stage::new().await;
    let mut numbers = Vec::new();
    for household in 0..40 {
        numbers.push(stage.registered_on(FILED, &format!("Lune {}", tests::cast::letters(household))).await);
    }
    stage.at(date(2026, 1, 20));
    let (one, other) = tokio::join!(stage.try_daily(), stage.try_daily());
    let listed: u64 =
        [&one, &other].iter().filter_map(|run| run.as_ref().ok()).map(|run| run.territories[0].listed).sum();
    assert_eq!(listed, 40);
    for run in [one, other] {
        assert!(matches!(run, Ok(_) | Err(Error::DailyRunning)), "{:?}", run.err());
    }
    assert!(numbers.iter().all(|number| stage.count("RenewalNoticeListed", *number) == 1));
}

/// Whoever acts at a desk while the run decides comes first; the run decides anew on what he did.
#[tokio::test(flavor = "multi_thread")]
async fn a_renewal_in_the_middle_of_a_run_is_neither_lost_nor_listed_wrongly() {
    let stage = Stage::new().await;
    let mut numbers = Vec::new();
    for household in 0..60 {
        numbers.push(stage.registered_on(FILED, &format!("Lune {}", tests::cast::letters(household))).await);
    }
    stage.at(date(2026, 3, 10));
    let renewals = async {
        for number in &numbers {
            stage.act(NICE, *number, renew()).await;
        }
    };
    let (report, ()) = tokio::join!(stage.daily(), renewals);
    assert!(report.is_sound());
    for number in &numbers {
        assert_eq!(stage.count("Renewed", *number), 1);
        assert!(stage.count("RenewalNoticeListed", *number) <= 1);
    }
}

/// INV-30: a dwelling is attributed to a demand, or the demand is out: never first out, then attributed.
#[tokio::test(flavor = "multi_thread")]
async fn inv_30_a_radiation_while_attributions_are_decided_takes_one_order_or_the_other() {
    let stage = Stage::new().await;
    let mut numbers = Vec::new();
    for household in 0..60 {
        numbers.push(stage.registered_on(FILED, &format!("Lune {}", tests::cast::letters(household))).await);
    }
    stage.at(date(2026, 1, 20));
    stage.daily().await;
    for number in &numbers {
        stage.sent(*number, date(2026, 1, 20)).await;
    }
    stage.at(date(2026, 4, 16));
    // Decided while the demand was valid, recorded late.
    let attributions = async {
        let mut refused = 0;
        for number in &numbers {
            match stage.ask(NICE, Some(*number), attribute("2026-03-10")).await {
                Ok(_) => {}
                Err(error) => {
                    assert_eq!(error.reason(), "DEMAND_RADIATED");
                    refused += 1;
                }
            }
        }
        refused
    };
    let (report, refused) = tokio::join!(stage.daily(), attributions);
    assert_eq!((report.territories[0].radiated, report.territories[0].failed.len()), (60, 0));
    let after = "SELECT count(*) FROM log.events AS a JOIN log.events AS r USING (stream) \
         WHERE a.event_type = 'Attributed' AND r.event_type = 'Radiated' AND a.version > r.version";
    assert_eq!(stage.sql(after), "0");
    let attributed = stage.sql("SELECT count(*) FROM log.events WHERE event_type = 'Attributed'");
    assert_eq!(attributed, (60 - refused).to_string());
}
