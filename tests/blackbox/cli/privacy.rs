//! Nothing personal in what the operator's commands print: the sample says who lives there.

use std::collections::BTreeSet;

use serde_json::Value;

use super::shown::SHOWN;
use crate::tidy::root;

/// Texts of the sample and of the tour that name or reach somebody.
fn personal_texts() -> BTreeSet<String> {
    let mut texts = BTreeSet::new();
    let tour = std::fs::read_to_string(root().join("crates/cli/src/commands/demo/tour.ndjson")).unwrap();
    for line in synth::SAMPLE_LIVES.lines().chain(tour.lines()) {
        collect(&serde_json::from_str(line).unwrap(), &mut texts);
    }
    assert!(texts.len() > 1_000, "the sample has {} personal texts", texts.len());
    texts
}

fn collect(value: &Value, texts: &mut BTreeSet<String>) {
    let text = |key: &str| value.get(key).and_then(Value::as_str);
    if let (Some(surname), Some(given_names)) = (text("surname"), text("given_names")) {
        texts.extend([format!("{given_names} {surname}"), format!("{surname} {given_names}")]);
    }
    for key in ["street", "email", "mobile_phone", "home_phone", "work_phone", "sha256", "main_employer"] {
        texts.extend(text(key).map(str::to_owned));
    }
    // Days of birth long past: later ones could be days of acts.
    texts.extend(text("birth_date").filter(|day| *day < "2020").map(str::to_owned));
    match value {
        Value::Object(fields) => fields.values().for_each(|field| collect(field, texts)),
        Value::Array(items) => items.iter().for_each(|item| collect(item, texts)),
        _ => {}
    }
}

#[test]
fn the_operator_sees_numbers_dates_and_facts_and_nobody_by_name() {
    let texts = personal_texts();
    // The shared view is shown as an agent of the territory sees it; everything around it is the operator's.
    let (before, rest) = SHOWN.demo.out.split_once("Gestion partagée").unwrap();
    let (view, after) = rest.split_once("Relecture par un auditeur").unwrap();
    assert!(view.contains("000005025/006B2"), "somebody who may see names: {view}");
    let mut printed = vec![before.to_owned(), after.to_owned(), SHOWN.demo.err.clone()];
    let mut commands: Vec<String> =
        ["doctor --cross-read", "doctor --cross-read --format json", "export"].map(str::to_owned).into();
    for number in SHOWN.rows("SELECT stream FROM log.events WHERE event_type = 'LeaseSigned' LIMIT 4") {
        commands.push(format!("demand show {number}"));
        commands.push(format!("demand history {number}"));
        commands.push(format!("demand history {number} --reader postgres-es --format ndjson"));
    }
    for command in commands {
        let run = SHOWN.place.sne(&command.split(' ').collect::<Vec<_>>()).ends(0);
        // Organisations and desks have names and days of their own: "Mairie" is an employer, too.
        let of_demands = run.out.lines().filter(|line| !line.contains(r#""stream_type":"organisation""#));
        printed.extend([of_demands.collect::<Vec<_>>().join("\n"), run.err]);
    }
    for text in &texts {
        for page in &printed {
            assert!(!page.contains(text.as_str()), "somebody's data are printed:\n{page}");
        }
    }
}

#[test]
fn a_refusal_of_the_command_line_repeats_no_name() {
    let number = SHOWN.number_where("event_type = 'Renewed'");
    let shown = SHOWN.place.sne(&["demand", "show", &number, "--actor", "000080010/083A1/agent-01"]).ends(3);
    assert!(personal_texts().iter().all(|text| !shown.err.contains(text.as_str())), "{}", shown.err);
}
