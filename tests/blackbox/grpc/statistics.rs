//! Every statistic against a second, slow, independent computation: DuckDB over an export of raw events.

use std::path::Path;
use std::sync::Arc;

use event_log::Position;
use jiff::civil::date;
use nomenclature::UniqueNumber;
use private_postgres::test_util::shared;
use register::{Request, SetClock};
use server::Options;

use super::client;
use crate::in_process::Prepared;
use tests::stage::sne::Place;
use tests::stage::world::{LOGIN, noon};

/// Takes part to read statistics, and has no desk.
const READER: &str = "000070003";
pub const READER_LINE: &str = r#"{"siren":"000070003","name":"Observatoire fictif","kind":"INFOCENTRE","territories":["006"],"since":"2020-01-01","desks":[]}"#;

/// What is asked about: before the first reception that may be told late, up to the last month of the lives.
const MONTHS: (&str, &str) = ("2025-06", "2026-10");

#[tokio::test(flavor = "multi_thread")]
async fn every_statistic_of_some_seeds_is_what_duckdb_computes_at_the_head_and_at_earlier_positions() {
    for (seed, households) in [(6, 80), (2_026, 50), (41, 50)] {
        of_a_seed(seed, households).await;
    }
}

async fn of_a_seed(seed: u64, households: u32) {
    let options = synth::Options { seed, households, ..synth::Options::default() };
    let clock = Arc::new(SetClock::at(noon(options.from)));
    let prepared = Prepared::new(clock.clone()).await;
    let mut organisations = Vec::new();
    synth::write_organisations(seed, &mut organisations).unwrap();
    let organisations = String::from_utf8(organisations).unwrap();
    for line in organisations.lines().chain([READER_LINE]) {
        prepared.register.import_organisation(serde_json::from_str(line).unwrap()).await.unwrap();
    }
    let first = prepared.register.reader().head().await.unwrap().get();
    play(&prepared, &clock, &options).await;
    // The program's own clock is today's.
    clock.set(noon(options.until));
    let head = prepared.register.reader().head().await.unwrap();

    let folder = tempfile::tempdir().unwrap();
    let place = Place {
        data_dir: prepared.place.keys.parent().unwrap().to_owned(),
        database_url: Some(shared().url(LOGIN, &prepared.database)),
    };
    let export = folder.path().join("events.ndjson");
    std::fs::write(&export, exported(&place, head)).unwrap();
    let told = folder.path().join("told.ndjson");
    std::fs::write(&told, printed(&place)).unwrap();

    let served = prepared.serve(Options::default()).await;
    let lived = head.get() - first;
    let known = [first + lived / 3, first + lived * 4 / 5, head.get()].map(|position| position.to_string());
    let (export, told) = (export.to_str().unwrap(), told.to_str().unwrap());
    let mut arguments = vec![READER, export, told, MONTHS.0, MONTHS.1];
    arguments.extend(known.iter().map(String::as_str));
    let server = (served.address.as_str(), std::process::id());
    let compared = tokio::task::block_in_place(|| client(server, served.data_dir(), "statistics.py", &arguments));
    let compared: u64 = compared.first().unwrap().parse().unwrap();
    assert!(compared > 50_000, "{compared} figures compared");
    eprintln!("seed {seed}: {compared} figures compared");
    served.stops().await;
}

async fn play(prepared: &Prepared, clock: &SetClock, options: &synth::Options) {
    let mut numbers: Vec<(u32, UniqueNumber)> = Vec::new();
    for line in synth::lives(options) {
        clock.set(noon(line.day));
        let number = numbers.iter().find(|(household, _)| *household == line.household).map(|(_, number)| *number);
        let registers = matches!(line.act, demand::Act::Register(_));
        let request = Request {
            command_id: line.command_id,
            actor: line.actor,
            channel: line.channel,
            number: number.filter(|_| !registers),
            expected_version: None,
            act: line.act,
        };
        if let Ok(answer) = prepared.register.execute(request).await
            && registers
        {
            numbers.push((line.household, answer.number));
        }
    }
}

/// The export: every position once, in order, however it is cut, and nothing of who did it.
fn exported(place: &Place, head: Position) -> String {
    let whole = place.sne(&["export"]).ends(0).out;
    let positions: Vec<i64> = whole.lines().map(|line| field(line, "position").as_i64().unwrap()).collect();
    assert_eq!(positions, (1..=head.get()).collect::<Vec<_>>());
    let middle = (head.get() / 2).to_string();
    let first = place.sne(&["export", "--up-to", &middle]).ends(0).out;
    let second = place.sne(&["export", "--after", &middle]).ends(0).out;
    assert!(format!("{first}{second}") == whole);
    let beyond = head.next().to_string();
    place.sne(&["export", "--up-to", &beyond]).ends(1);
    for line in whole.lines() {
        assert!(!line.contains("agent-") && field(line, "organisation").is_string(), "{line}");
    }
    whole
}

fn field(line: &str, name: &str) -> serde_json::Value {
    serde_json::from_str::<serde_json::Value>(line).unwrap()[name].clone()
}

/// What `sne stats` prints of the territory, with no server running.
fn printed(place: &Place) -> String {
    let (from, to) = MONTHS;
    let range = ["--from", from, "--to", to, "--format", "ndjson"];
    let ask = |more: &[&str]| place.sne(&[more, &range[..]].concat()).ends(0).out;
    let mut told = ask(&["stats", "series", "006"]);
    told.push_str(&ask(&["stats", "series", "FRA", "--measure", "households", "--measure", "waiting-deciles"]));
    told.push_str(&ask(&["stats", "series", "006", "--kind", "mutation", "--measure", "seniority-median"]));
    let month = ["--month", to, "--format", "ndjson"];
    told.push_str(
        &place.sne(&[&["stats", "table", "stock", "006", "--by", "commune"][..], &month].concat()).ends(0).out,
    );
    let table = place.sne(&["stats", "series", "006", "--measure", "stock", "--from", from, "--to", to]).ends(0).out;
    assert!(table.contains("Alpes-Maritimes (ménages), position") && table.contains('█'), "{table}");
    let csv = place.sne(&[&["stats", "compare", "stock", "006", "--with-month", from][..], &month[..2]].concat());
    assert!(csv.ends(0).out.contains("écart : "));
    let csv = place.sne(&["stats", "series", "006", "--measure", "stock", "--to", to, "--format", "csv"]).ends(0).out;
    assert_eq!(csv.lines().count(), 13);
    assert!(csv.starts_with("position;lieu;demandes;mesure;mois;code;libellé;valeur;observations;déciles\n"), "{csv}");
    for (wrong, said) in [
        (&["stats", "series", "006", "--to", "9999-01"][..], "n'a pas commencé"),
        (&["stats", "series", "006", "--measure", "households"], "pour la France entière"),
        (&["stats", "series", "006", "--from", "2026-03", "--to", "2026-02"], "précède le premier"),
        (&["stats", "table", "stock", "--by", "commune"], "ne se ventile pas ainsi"),
        (&["stats", "table", "stock", "006", "--by", "motive"], "ont un motif"),
        (&["stats", "series", "006", "--position", "999999999"], "au-delà de la fin du journal"),
    ] {
        let refused = place.sne(wrong).ends(1);
        assert!(refused.err.contains(said), "{wrong:?}: {}", refused.err);
    }
    place.sne(&["stats", "series", "099"]).ends(2);
    place.sne(&["stats", "table", "stocks", "006", "--by", "commune"]).ends(2);
    assert!(Path::new(&place.data_dir).is_dir());
    told
}

#[test]
fn the_months_asked_about_hold_the_lives() {
    let options = synth::Options::default();
    assert_eq!((options.from, options.until), (date(2025, 8, 1), date(2026, 10, 31)));
}
