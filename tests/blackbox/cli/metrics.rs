//! Figures of a real server, asked for as Prometheus does.

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use http::Request;
use nomenclature::Actor;
use private_postgres::test_util::shared;

use crate::tidy::root;
use tests::stage::served::Served;
use tests::stage::world;

pub fn get(served: &Served, path: &str) -> String {
    let mut stream = TcpStream::connect(&served.metrics).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// A call of any path, without a body; waits for the end of its answer.
async fn call(served: &Served, path: &str) {
    let stream = tokio::net::TcpStream::connect(&served.address).await.unwrap();
    let (sender, connection) = h2::client::handshake(stream).await.unwrap();
    let connection = tokio::spawn(connection);
    let caller = Actor::parse("000005017/-/Marguerite").unwrap();
    let token = served.tokens.authorization(&caller).unwrap();
    let request = Request::post(format!("http://localhost{path}"))
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .header("authorization", token.to_str().unwrap());
    let mut sender = sender.ready().await.unwrap();
    let (response, _) = sender.send_request(request.body(()).unwrap(), true).unwrap();
    let mut body = response.await.unwrap().into_body();
    while body.data().await.is_some() {}
    connection.abort();
}

/// The sum of all samples of a name.
pub fn sum(text: &str, name: &str) -> f64 {
    let of_name = |line: &&str| line.strip_prefix(name).is_some_and(|rest| rest.starts_with([' ', '{']));
    text.lines().filter(of_name).map(|line| line.rsplit(' ').next().unwrap().parse::<f64>().unwrap()).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_move_with_the_calls_and_repeat_no_word_of_a_caller() {
    let folder = tempfile::tempdir().unwrap();
    let (_, url) = world::new_database(shared());
    let served = Served::on(&url, folder.path());
    let before = get(&served, "/metrics");
    assert!(before.starts_with("HTTP/1.1 200") && before.contains("application/openmetrics-text"), "{before}");
    assert_eq!(sum(&before, "sne_calls_total"), 0.0);
    for path in ["/sne.v1.RegistrationService/GetDemand", "/sne.v1.Dupont/Marguerite", "/Dupont"] {
        call(&served, path).await;
    }
    // What stands in the database is looked at every few seconds: the first look may be still to come.
    let until = Instant::now() + Duration::from_secs(60);
    let after = loop {
        let after = get(&served, "/metrics");
        if after.contains("# TYPE sne_projection_position ") || Instant::now() > until {
            break after;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    assert_eq!(sum(&after, "sne_calls_total"), 3.0, "{after}");
    assert_eq!(sum(&after, "sne_call_duration_seconds_count"), 3.0, "{after}");
    assert!(after.contains(r#"sne_calls_total{method="/sne.v1.RegistrationService/GetDemand""#), "{after}");
    assert!(after.contains(r#"method="unknown",code="UNIMPLEMENTED",reason="UNKNOWN_METHOD""#), "{after}");
    for name in [
        "sne_calls_in_flight",
        "sne_replays_in_flight",
        "sne_connections",
        "sne_database_up",
        "sne_log_head_position",
        "sne_projection_position",
        "sne_projection_lag_events",
        "sne_projection_lag_seconds",
        "sne_projection_state",
        "sne_pool_connections",
        "sne_pool_idle_connections",
        "sne_build_info",
        "sne_daily_run_day_timestamp_seconds",
        "sne_daily_run_end_timestamp_seconds",
        "sne_daily_run_failed",
        "sne_daily_run_undecided",
        "sne_consultations",
        "sne_consultations_refused",
        "sne_consultations_braked",
        "sne_consultations_waiting",
        "sne_consultations_failing",
    ] {
        assert!(
            after.lines().any(|line| line.starts_with(&format!("# TYPE {} ", name.trim_end_matches("_info")))),
            "{name}: {after}"
        );
    }
    assert_eq!(sum(&after, "sne_projection_state"), 3.0, "each of the three views is in one state: {after}");
    for word in ["Dupont", "Marguerite"] {
        assert!(!after.contains(word), "{after}");
    }
    assert!(get(&served, "/").starts_with("HTTP/1.1 404"));
}

/// Every name of a figure in the queries of the dashboard.
fn named(text: &str) -> BTreeSet<String> {
    let dashboard: serde_json::Value = serde_json::from_str(text).expect("the dashboard is JSON");
    let panels = dashboard["panels"].as_array().unwrap();
    let targets = panels.iter().flat_map(|panel| panel["targets"].as_array().unwrap());
    let queries = targets.map(|target| target["expr"].as_str().unwrap());
    let words = queries.flat_map(|query| query.split(|c: char| !c.is_ascii_alphanumeric() && c != '_'));
    words.filter(|word| word.starts_with("sne_")).map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_dashboard_asks_for_every_figure_that_the_server_gives_and_for_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let (_, url) = world::new_database(shared());
    let served = Served::on(&url, folder.path());
    call(&served, "/sne.v1.RegistrationService/GetDemand").await;
    let named = named(&std::fs::read_to_string(root().join("deploy/grafana/sne.json")).unwrap());
    let text = get(&served, "/metrics");
    // Declared, whether or not there is a sample yet: the first look at a view may be still to come.
    let declared = text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' '));
    let given: BTreeSet<String> = declared
        .flat_map(|(name, kind)| {
            let endings: &[&str] = match kind {
                "counter" => &["_total"],
                "histogram" => &["_bucket", "_sum", "_count"],
                "info" => &["_info"],
                _ => &[""],
            };
            endings.iter().map(move |ending| format!("{name}{ending}"))
        })
        .collect();
    assert!(given.len() > 15, "{text}");
    let unknown: Vec<_> = named.difference(&given).collect();
    assert!(unknown.is_empty(), "the server gives no such figures: {unknown:?}");
    let unseen: Vec<_> = given.difference(&named).collect();
    assert!(unseen.is_empty(), "nobody would see these figures: {unseen:?}");
}
