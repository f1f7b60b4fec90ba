//! `sne demand`: two readers that agree, names for those who may see them, exit codes.

use super::shown::SHOWN;
use tests::stage::sne::COMPARED;

/// A desk of the demonstration's territory, and one of the territory beside it.
const HERE: &str = "000005173/GDPUB/portail";
const BESIDE: &str = "000080010/083A1/agent-01";

const LEFT_BY_LEASE: &str = "event_type = 'LeaseSigned'";
const RENEWED: &str = "event_type = 'Renewed'";

#[test]
fn both_readers_tell_the_same_history() {
    for condition in [LEFT_BY_LEASE, RENEWED, "event_type = 'Modified'", "event_type = 'AttributionRefused'"] {
        let number = SHOWN.number_where(condition);
        let ours = SHOWN.place.sne(&["demand", "history", &number, "--format", "json"]).ends(0).json();
        let stock = ["demand", "history", &number, "--format", "json", "--reader", "postgres-es"];
        assert_eq!(SHOWN.place.sne(&stock).ends(0).json(), ours);
        let versions: Vec<_> = ours.as_array().unwrap().iter().map(|line| line["version"].as_u64().unwrap()).collect();
        assert!(versions.len() > 2 && versions.iter().copied().eq(1..=versions.len() as u64), "{versions:?}");
    }
}

#[test]
fn both_readers_tell_the_day_in_paris_of_an_act_after_midnight() {
    // 23:30 of one day in UTC is half past midnight of the next in Paris. On a copy: nobody changes what is shown.
    let copy = SHOWN.copied();
    let number = SHOWN.number_where(RENEWED);
    copy.tamper(&format!(
        "UPDATE log.events SET recorded_at = '2026-01-10T23:30:00Z' WHERE stream = '{number}' AND version = 1"
    ));
    let stock = ["demand", "history", &number, "--format", "json", "--reader", "postgres-es"];
    let told = copy.place.sne(&stock).ends(0).json();
    assert_eq!(told[0]["recorded_at"], "2026-01-11");
}

#[test]
fn names_are_shown_to_an_agent_of_the_territory_and_to_nobody_else() {
    let number = SHOWN.number_where(RENEWED);
    let shown = |arguments: &[&str]| SHOWN.place.sne(&[&["demand", "show", &number], arguments].concat()).ends(0);
    let named = shown(&["--format", "json", "--actor", HERE]).json();
    let names = named["household"][0].as_str().unwrap();
    assert!(synth::SAMPLE_LIVES.contains(names.split(' ').next().unwrap()), "{names}");
    assert!(shown(&["--actor", HERE]).out.contains(names));
    assert!(shown(&["--format", "json"]).json()["household"].is_null());
    assert!(shown(&[]).out.contains("données nominatives non ouvertes"));

    let refused = SHOWN.place.sne(&["demand", "show", &number, "--actor", BESIDE]).ends(3);
    assert_eq!(refused.out, "");
    assert!(refused.err.contains("pas de votre territoire"), "{}", refused.err);
    let stranger = SHOWN.place.sne(&["demand", "show", &number, "--actor", "732829320/G0601/agent-01"]).ends(5);
    assert_eq!(stranger.out, "");
}

#[test]
fn an_unknown_number_is_not_found_and_a_malformed_one_is_a_wrong_command_line() {
    for command in ["show", "history"] {
        for unknown in ["0061125999999006H2", "0830100000001083A1"] {
            assert_eq!(SHOWN.place.sne(&["demand", command, unknown]).ends(3).out, "");
        }
        for malformed in ["", "0061125", "0061325000001006H2", "0061125000001006h2", "0061125000001006H2 ", "é"] {
            let refused = SHOWN.place.sne(&["demand", command, malformed]).ends(2);
            assert!(refused.err.contains("18 caractères"), "{}", refused.err);
        }
        for actor in ["operator", "Zoé", "000005173/GDPUB", "zoe@exemple.fr"] {
            SHOWN.place.sne(&["demand", command, "0061125999999006H2", "--actor", actor]).ends(2);
        }
    }
    SHOWN.place.sne(&["demand", "history", "0061125999999006H2", "--reader", "postgres-es"]).ends(3);
    for wrong in [&["demand"][..], &["erase"], &["doctor", "--format", "xml"], &["demo", "--force"], &[]] {
        SHOWN.place.sne(wrong).ends(2);
    }
}

#[test]
fn json_and_json_lines_hold_the_same_and_tables_are_for_people() {
    let number = SHOWN.number_where(LEFT_BY_LEASE);
    for command in [&["demand", "history", &number][..], &["doctor", "--cross-read"]] {
        let run = |format| SHOWN.place.sne(&[command, &["--format", format]].concat()).ends(0);
        let whole = run("json").json();
        assert_eq!(whole.as_array().unwrap(), &run("ndjson").ndjson());
        assert!(run("table").out.starts_with('┌'));
    }
    let doctor = SHOWN.place.sne(&["doctor", "--cross-read", "--format", "json"]).ends(0).json();
    let checks = doctor.as_array().unwrap();
    assert!(checks.iter().any(|check| check["name"] == "double lecture" && check["found"] == COMPARED));
    assert!(checks.iter().all(|check| check["faults"].as_array().unwrap().is_empty()));
}

#[test]
fn a_demand_is_one_record_with_the_documented_keys() {
    let document = std::fs::read_to_string(crate::tidy::root().join("docs/cli.md")).unwrap();
    for condition in [LEFT_BY_LEASE, RENEWED] {
        let number = SHOWN.number_where(condition);
        let run = |format| SHOWN.place.sne(&["demand", "show", &number, "--format", format]).ends(0);
        let record = run("json").json();
        assert_eq!(run("ndjson").ndjson(), std::slice::from_ref(&record));
        assert_eq!(record["number"], number);
        assert_eq!(record["status"] == "radiated", condition == LEFT_BY_LEASE);
        assert_eq!(record["radiation"]["motive"] == "RADATT", condition == LEFT_BY_LEASE, "{record}");
        for key in record.as_object().unwrap().keys() {
            assert!(document.contains(&format!("| `{key}` |")), "{key} is documented");
        }
    }
}
