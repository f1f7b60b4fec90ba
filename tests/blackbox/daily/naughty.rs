//! The Big List of Naughty Strings through the export of the lists: to the letter in JSON, and in CSV but for the apostrophe before what a
//! spreadsheet would take for a formula.

use std::collections::BTreeMap;

use jiff::civil::date;
use naughty_strings::BLNS;
use nomenclature::UniqueNumber;
use serde_json::{Value, json};
use tests::cast::{NICE, form, register};

use super::stage::{FILED, Stage};

/// Where a list shows what somebody typed: column, and place in the form.
const COLUMNS: &[(&str, &str)] = &[
    ("adresse_2", "/contact/postal_address/apartment"),
    ("adresse_3", "/contact/postal_address/building"),
    ("adresse_4", "/contact/postal_address/street"),
    ("adresse_5", "/contact/postal_address/locality"),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_list_shows_a_naughty_string_to_the_letter() {
    let stage = Stage::new().await;
    stage.at(FILED);
    let mut typed: BTreeMap<String, (&str, &str)> = BTreeMap::new();
    for (n, naughty) in BLNS.iter().enumerate() {
        let (column, place) = COLUMNS[n % COLUMNS.len()];
        let mut form = form(&format!("Liste {}", tests::cast::letters(n)), "Claire", "1980-01-01");
        let address = &mut form["contact"]["postal_address"];
        for (_, place) in COLUMNS {
            address[place.rsplit('/').next().unwrap()] = json!("");
        }
        address["street"] = json!("rue des Lilas");
        *form.pointer_mut(place).unwrap() = json!(naughty);
        // Refused for what it is, as the corpus shows, or on the list.
        if let Ok(answer) = stage.ask(NICE, None, register(form)).await {
            typed.insert(answer.number.to_string(), (column, naughty));
        }
    }
    typed.retain(|_, (_, naughty)| !naughty.trim().is_empty());
    assert!(typed.len() > 150, "{}", typed.len());
    stage.at(date(2026, 1, 20));
    stage.daily().await;
    let files = stage.files();
    let mut csv = csv::ReaderBuilder::new().delimiter(b';').from_reader(files[0].1.as_bytes());
    let cells: BTreeMap<String, BTreeMap<String, String>> = csv
        .deserialize::<BTreeMap<String, String>>()
        .map(|line| line.unwrap())
        .map(|line| (line["numero_unique"].clone(), line))
        .collect();
    let document: Value = serde_json::from_str(&files[1].1).unwrap();
    let lines = document["preavis"].as_array().unwrap();
    assert_eq!((lines.len(), cells.len()), (lines.len(), lines.len()));
    let lines: BTreeMap<&str, &Value> =
        lines.iter().map(|line| (line["numero_unique"].as_str().unwrap(), line)).collect();
    for (number, (column, naughty)) in &typed {
        UniqueNumber::parse(number).unwrap();
        let shown = lines[number.as_str()][column].as_str().unwrap();
        assert!(shown.contains(naughty), "{naughty:?} is shown as {shown:?}");
        let formula = shown.starts_with(['=', '+', '-', '@', '\t', '\r']);
        assert_eq!(cells[number][*column], format!("{}{shown}", if formula { "'" } else { "" }));
    }
}
