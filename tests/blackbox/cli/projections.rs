//! `sne projections` and `sne rebuild`: how far the views are, and built anew, with and without a server.

use super::shown::SHOWN;

#[test]
fn every_view_is_told_in_every_format_with_the_last_run_of_a_day() {
    let told = SHOWN.place.sne(&["projections", "--format", "json"]).ends(0).json();
    let head = SHOWN.rows("SELECT position FROM log.head")[0].parse::<i64>().unwrap();
    let views = told["projections"].as_array().unwrap();
    let names: Vec<&str> = views.iter().map(|view| view["projection"].as_str().unwrap()).collect();
    assert!(names.is_sorted() && names.contains(&"shared_management") && names.contains(&"deadlines"), "{names:?}");
    for view in views {
        assert_eq!((&view["position"], &view["head"], &view["lag_events"]), (&head.into(), &head.into(), &0.into()));
        assert_eq!((&view["state"], &view["build"]), (&"unattended".into(), &"live".into()), "no server runs: {view}");
        assert_eq!((view["lag_seconds"].as_f64(), view["events_per_second"].as_f64()), (Some(0.0), Some(0.0)));
    }
    let day = SHOWN.rows("SELECT max(day) FROM register.daily_runs");
    assert_eq!(told["daily_run"]["day"], day[0]);

    let table = SHOWN.place.sne(&["projections"]).ends(0).out;
    assert!(table.contains("personne ne la tient à jour") && table.contains("Traitement du jour"), "{table}");
    let lines = SHOWN.place.sne(&["projections", "--format", "ndjson"]).ends(0).out;
    assert_eq!(lines.lines().count(), views.len() + 1, "{lines}");
    let csv = SHOWN.place.sne(&["projections", "--format", "csv"]).ends(0).out;
    assert!(csv.starts_with("vue;tables;version;position;") && csv.lines().count() == views.len() + 1, "{csv}");
}

#[test]
fn what_is_behind_says_by_how_much_and_a_rebuild_mends_what_was_wrong() {
    let copy = SHOWN.copied();
    let rows = "SELECT md5(string_agg(t::text, ';' ORDER BY t)) FROM views.shared_demands AS t \
         UNION ALL SELECT md5(string_agg(t::text, ';' ORDER BY t)) FROM views.deadline_demands AS t";
    let before = copy.rows(rows);
    copy.tamper(
        "UPDATE projection.checkpoints SET position = position - 7 WHERE name = 'deadlines'; \
         UPDATE views.shared_demands SET forced = NOT forced; DELETE FROM views.deadline_demands; \
         INSERT INTO projection.checkpoints VALUES ('shared_management', 'next', 2, 3)",
    );
    let told = copy.place.sne(&["projections", "--format", "json"]).ends(0).json();
    let of = |name: &str, build: &str| {
        let views = told["projections"].as_array().unwrap();
        views.iter().find(|view| view["projection"] == name && view["build"] == build).unwrap().clone()
    };
    assert_eq!(of("deadlines", "live")["lag_events"], 7);
    assert!(of("deadlines", "live")["lag_seconds"].as_f64() > Some(0.0));
    assert_eq!(of("shared_management", "next")["state"], "abandoned");

    copy.place.sne(&["rebuild"]).ends(2);
    copy.place.sne(&["rebuild", "nothing"]).ends(2);
    copy.place.sne(&["rebuild", "--all", "deadlines"]).ends(2);
    let rebuilt = copy.place.sne(&["rebuild", "--all", "--format", "json"]).ends(0).json();
    let head = copy.rows("SELECT position FROM log.head")[0].parse::<i64>().unwrap();
    let rebuilt = rebuilt.as_array().unwrap();
    assert!(rebuilt.len() >= 2 && rebuilt.iter().all(|view| view["position"] == head), "{rebuilt:?}");
    assert_eq!(copy.rows(rows), before);
    assert_eq!(copy.rows("SELECT count(*) FROM projection.checkpoints WHERE slot = 'next'"), ["0"]);
}
