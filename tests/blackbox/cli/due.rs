//! `sne deadlines` and `sne late`: what the demonstration's territory has to do, in every format.

use std::collections::BTreeMap;

use serde_json::Value;

use super::shown::SHOWN;

fn rows(arguments: &[&str]) -> Vec<Value> {
    let run = SHOWN.place.sne(&[arguments, &["--format", "json"]].concat()).ends(0).json();
    run.as_array().unwrap().clone()
}

fn text<'a>(row: &'a Value, key: &str) -> &'a str {
    row[key].as_str().unwrap()
}

#[test]
fn what_falls_due_is_listed_by_day_then_number_and_agrees_with_the_run_of_the_day() {
    let all = rows(&["deadlines", "006"]);
    let order: Vec<_> = all.iter().map(|row| (text(row, "due_on"), text(row, "number"))).collect();
    assert!(order.is_sorted() && all.len() > 300, "{}", all.len());

    let mut due: BTreeMap<String, u64> = BTreeMap::new();
    for row in rows(&["deadlines", "006", "--due"]) {
        assert_eq!(row["due"], true);
        *due.entry(text(&row, "kind").to_owned()).or_default() += 1;
    }
    due.remove("ABNORMAL_WAIT");
    let plan = SHOWN.place.sne(&["daily", "--dry-run", "--format", "json"]).ends(0).json();
    let here = plan["territories"].as_array().unwrap().iter().find(|day| day["territory"] == "006").unwrap();
    let planned = here["due"].as_array().unwrap().iter();
    let planned: BTreeMap<String, u64> =
        planned.map(|count| (text(count, "delay").to_owned(), count["due"].as_u64().unwrap())).collect();
    assert_eq!(due, planned);
    assert!(due.contains_key("CERTIFICATE"), "{due:?}");

    let of_a_kind = rows(&["deadlines", "006", "--kind", "certificate", "--kind", "STORAGE"]);
    let expected: Vec<_> =
        all.iter().filter(|row| matches!(text(row, "kind"), "CERTIFICATE" | "STORAGE")).cloned().collect();
    assert_eq!(of_a_kind, expected);
    let (first, last) = (text(&all[10], "due_on"), text(&all[60], "due_on"));
    let window = rows(&["deadlines", "006", "--from", first, "--until", last]);
    let inside = |row: &&Value| (first..=last).contains(&text(row, "due_on"));
    assert_eq!(window, all.iter().filter(inside).cloned().collect::<Vec<_>>());
    let desk = text(&all[0], "desk");
    let of_a_desk = rows(&["deadlines", "006", "--desk", desk]);
    assert_eq!(of_a_desk, all.iter().filter(|row| row["desk"] == desk).cloned().collect::<Vec<_>>());
    assert!(rows(&["deadlines", "083"]).is_empty());
}

#[test]
fn json_lines_csv_and_tables_hold_the_same_rows() {
    for command in [&["deadlines", "006"][..], &["late", "006"]] {
        let run = |format| SHOWN.place.sne(&[command, &["--format", format]].concat()).ends(0);
        let all = run("json").json();
        let all = all.as_array().unwrap();
        assert_eq!(all, &run("ndjson").ndjson());
        // What the table shows, semicolons between.
        let csv = run("csv").out;
        let mut lines = csv.lines();
        let header: Vec<&str> = lines.next().unwrap().split(';').collect();
        let number = header.iter().position(|title| *title == "numéro unique").unwrap();
        let numbers: Vec<&str> = lines.map(|line| line.split(';').nth(number).unwrap()).collect();
        assert_eq!(numbers, all.iter().map(|row| text(row, "number")).collect::<Vec<_>>());
        let document = std::fs::read_to_string(crate::tidy::root().join("docs/cli.md")).unwrap();
        for key in all[0].as_object().unwrap().keys() {
            assert!(document.contains(&format!("`{key}`")), "{key} is documented");
        }
        assert!(run("table").out.starts_with('┌'));
    }
    let late = rows(&["late", "006"]);
    let order: Vec<_> = late.iter().map(|row| (text(row, "since"), text(row, "number"))).collect();
    assert!(order.is_sorted() && !late.is_empty());
    let age = late[0]["age_days"].as_u64().unwrap();
    assert!(rows(&["late", "006", "--min-days", &(age + 1).to_string()]).is_empty(), "the oldest comes first");
}

#[test]
fn a_list_that_is_none_is_a_wrong_command_line_and_a_view_that_is_behind_is_told() {
    for (wrong, told) in [
        (&["deadlines", "999"][..], "trois caractères"),
        (&["deadlines", "006", "--kind", "notices"], "NON_RENEWAL"),
        (&["deadlines", "006", "--from", "2026-02-30"], "AAAA-MM-JJ"),
        (&["deadlines", "006", "--from", "2026-12-01", "--until", "2026-11-30"], "avant --from"),
        (&["deadlines", "006", "--desk", "x"], "cinq caractères"),
        (&["late", "006", "--min-days", "-1"], "'-1'"),
    ] {
        let run = SHOWN.place.sne(wrong).ends(2);
        assert!(run.err.contains(told) && run.out.is_empty(), "{wrong:?}: {}", run.err);
    }
    let copy = SHOWN.copied();
    copy.tamper("UPDATE projection.checkpoints SET position = position - 1 WHERE name = 'deadlines'");
    for list in ["deadlines", "late"] {
        let run = copy.place.sne(&[list, "006"]).ends(1);
        assert!(run.err.contains("la vue des échéances ne répond pas") && run.out.is_empty(), "{}", run.err);
    }
    copy.tamper("DROP TABLE views.deadline_entries");
    copy.place.sne(&["deadlines", "006"]).ends(1);
}
