//! The lists of notices: whom they name, who may read them, when they come and go.

use std::os::unix::fs::PermissionsExt as _;

use jiff::civil::date;
use serde_json::{Value, json};
use tests::cast::{NICE, form, modify, renew};

use super::stage::{FILED, Stage};

async fn listed() -> (Stage, [nomenclature::UniqueNumber; 2]) {
    let stage = Stage::new().await;
    let numbers = [stage.registered_on(FILED, "Lune").await, stage.registered_on(FILED, "Soleil").await];
    stage.at(date(2026, 1, 20));
    let report = stage.daily().await;
    assert_eq!((report.territories[0].listed, report.files.len()), (2, 2));
    (stage, numbers)
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_16_a_list_says_whom_to_write_to_where_and_what_follows_and_only_its_owner_reads_it() {
    let (stage, [lune, soleil]) = listed().await;
    let files = stage.files();
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["preavis-006-2026-01-20.csv", "preavis-006-2026-01-20.json"]);
    let expected = format!(
        "numero_unique;inscrit_le;fin_de_validite;radiation_a_partir_du;voie;destinataire;adresse_2;adresse_3;adresse_4;\
         adresse_5;code_postal;commune;pays;courriel\n\
         {lune};2026-01-20;2026-03-15;2026-04-16;POST;Claire Lune;;;rue des Lilas;;06300;Nice;;\n\
         {soleil};2026-01-20;2026-03-15;2026-04-16;POST;Claire Soleil;;;rue des Lilas;;06300;Nice;;\n"
    );
    assert_eq!(files[0].1, expected);
    let document: Value = serde_json::from_str(&files[1].1).unwrap();
    assert_eq!(document["format"], "sne-preavis/1");
    assert_eq!((&document["territoire"], &document["inscrits_le"]), (&json!("006"), &json!("2026-01-20")));
    assert_eq!(document["preavis"][1]["destinataire"], "Claire Soleil");
    assert_eq!((document["preavis"].as_array().unwrap().len(), &document["total"]), (2, &json!(2)));

    let mode = |path: std::path::PathBuf| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(stage.notices()), 0o700);
    for name in names {
        assert_eq!(mode(stage.notices().join(name)), 0o600, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_43_whoever_is_on_a_list_was_consulted_and_nobody_who_writes_can_undo_that() {
    let (stage, [lune, soleil]) = listed().await;
    let consulted = stage.sql("SELECT string_agg(concat_ws(' ', actor, purpose, kind, territory, numbers, versions), ',' ORDER BY id) FROM register.consultations");
    assert_eq!(consulted, format!("operator ADMINISTRATION NOTICES 006 {{{lune},{soleil}}} {{3,3}}"));
    for statement in [
        "DELETE FROM register.consultations",
        "UPDATE register.consultations SET actor = 'x'",
        "SELECT * FROM register.consultations",
    ] {
        let refused = private_postgres::test_util::shared()
            .psql(&stage.prepared.database, &format!("SET ROLE sne_writer; {statement}"));
        assert!(refused.is_err(), "{statement}");
    }
    // The same list again is another look.
    std::fs::remove_file(stage.notices().join("preavis-006-2026-01-20.csv")).unwrap();
    stage.daily().await;
    assert_eq!(stage.sql("SELECT count(*) FROM register.consultations"), "2");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_the_same_bytes_whenever_it_is_written_anew() {
    let (stage, [lune, soleil]) = listed().await;
    let before = stage.files();
    stage.at(date(2026, 2, 1));
    let moved = form("Soleil", "Claire", "1980-01-01");
    let mut contact = moved["contact"].clone();
    contact["postal_address"]["street"] = json!("avenue des Orangers");
    stage.act(NICE, soleil, modify(json!({"contact": contact}))).await;
    stage.act(NICE, lune, renew()).await;
    for (name, _) in &before {
        std::fs::remove_file(stage.notices().join(name)).unwrap();
    }
    // What a run that was killed leaves beside its lists is cleared away.
    std::fs::write(stage.notices().join("preavis-006-2026-01-20.csv.unfinished"), "half a l").unwrap();
    let report = stage.daily().await;
    assert_eq!((report.territories[0].listed, report.files.len()), (0, 2));
    assert_eq!(stage.files(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_goes_once_nobody_on_it_waits_any_more() {
    let (stage, [lune, soleil]) = listed().await;
    stage.sent(lune, date(2026, 1, 20)).await;
    assert!(stage.daily().await.deleted.is_empty(), "one still has to go out");
    assert_eq!(stage.files().len(), 2);
    // Who renewed needs no letter.
    stage.act(NICE, soleil, renew()).await;
    let report = stage.daily().await;
    assert_eq!(report.deleted, ["preavis-006-2026-01-20.csv", "preavis-006-2026-01-20.json"]);
    assert!(stage.files().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_list_is_recorded_as_sent_each_notice_the_way_it_had_to_go() {
    let (stage, [lune, soleil]) = listed().await;
    stage.sent(lune, date(2026, 1, 20)).await;
    let list = (nomenclature::Territory::parse("006").unwrap(), date(2026, 1, 20));
    let register = &stage.prepared.register;
    let sent = register.record_list_sent(&stage.notices(), list, date(2026, 1, 20), "lot 7").await.unwrap();
    assert_eq!((sent.recorded, sent.refused.len()), (1, 1), "the other one is recorded already");
    assert_eq!(stage.event(soleil, "RenewalNoticeSent")["channel"], "POST");
    let again = register.record_list_sent(&stage.notices(), list, date(2026, 1, 20), "lot 7").await.unwrap();
    assert_eq!((again.recorded, again.refused.len()), (0, 2));
    let deleted = register.delete_sent_lists(stage.due.list(), &stage.notices()).await.unwrap();
    assert_eq!(deleted.len(), 2);
}

/// Whoever came onto the list after it was written was not mailed, and is not said to have been (INV-16).
#[tokio::test(flavor = "multi_thread")]
async fn inv_16_only_who_is_in_the_file_counts_as_written_to() {
    let (stage, [lune, _]) = listed().await;
    let later = stage.registered_on(FILED, "Vent").await;
    stage.at(date(2026, 1, 20));
    // A manager lists it by hand the same day: the file does not know of it.
    let state: register::OrganisationLine = serde_json::from_str(
        r#"{"siren":"000005165","name":"Service fictif","kind":"ETAT","territories":["006"],"since":"2020-01-01",
            "desks":[{"code":"G06P1","name":"Nice","territory":"006","opened_on":"2020-01-01"}]}"#,
    )
    .unwrap();
    stage.prepared.register.import_organisation(state).await.unwrap();
    stage.act("000005165/G06P1/agent-09", later, json!({"list_notice": {}})).await;
    let list = (nomenclature::Territory::parse("006").unwrap(), date(2026, 1, 20));
    let register = &stage.prepared.register;
    let sent = register.record_list_sent(&stage.notices(), list, date(2026, 1, 20), "lot 7").await.unwrap();
    assert_eq!((sent.recorded, stage.count("RenewalNoticeSent", later)), (2, 0));
    assert!(register.delete_sent_lists(stage.due.list(), &stage.notices()).await.unwrap().is_empty());
    let report = stage.daily().await;
    assert_eq!((report.files[0].notices, report.territories[0].unsent[0].unsent), (3, 1), "the list is written anew");
    assert_eq!(stage.count("RenewalNoticeSent", lune), 1);
    let none =
        register.record_list_sent(&stage.notices(), (list.0, date(2026, 1, 21)), date(2026, 1, 21), "lot 8").await;
    assert_eq!(none.unwrap_err().reason(), "NOTICE_FILE");
}

/// No file holds a name for longer than three months, so none of an erased demand (INV-32).
#[tokio::test(flavor = "multi_thread")]
async fn inv_32_a_list_is_deleted_after_three_months_whatever_became_of_it() {
    let (stage, _) = listed().await;
    stage.at(date(2026, 4, 20));
    assert!(stage.daily().await.deleted.is_empty());
    stage.at(date(2026, 4, 21));
    let report = stage.daily().await;
    assert_eq!((report.deleted.len(), report.files.len(), stage.files().len()), (2, 0, 0));
    assert_eq!(report.territories[0].unsent[0].unsent, 2, "nobody was written to, and that is still told");
}

/// A damaged demand keeps nobody else from being written to, and is named.
#[tokio::test(flavor = "multi_thread")]
async fn a_demand_that_cannot_be_read_is_left_out_and_named() {
    let stage = Stage::new().await;
    let (lune, soleil) = (stage.registered_on(FILED, "Lune").await, stage.registered_on(FILED, "Soleil").await);
    stage.seen().await;
    stage.sql(&format!("UPDATE log.events SET sealed = sealed || '\\x00' WHERE stream = '{lune}' AND version = 1"));
    stage.at(date(2026, 1, 20));
    let report = stage.daily().await;
    let failed: Vec<_> = report.territories[0].failed.iter().map(|one| (one.number, one.reason.as_str())).collect();
    assert_eq!(failed, [(lune, "UNREADABLE_EVENT")]);
    assert_eq!((report.files[0].notices, report.files[0].left_out), (1, 1));
    assert!(stage.files()[0].1.contains(&soleil.to_string()) && !report.is_sound());
}

/// A street that a spreadsheet would take for a formula.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_typed_is_no_formula_in_a_spreadsheet() {
    let stage = Stage::new().await;
    let number = stage.registered_on(FILED, "Lune").await;
    let mut contact = form("Lune", "Claire", "1980-01-01")["contact"].clone();
    contact["postal_address"]["street"] = json!("=1+1");
    stage.act(NICE, number, modify(json!({"contact": contact}))).await;
    stage.at(date(2026, 1, 20));
    stage.daily().await;
    let files = stage.files();
    assert!(files[0].1.contains(";'=1+1;"), "{}", files[0].1);
    assert!(files[1].1.contains(r#""adresse_4":"=1+1""#), "{}", files[1].1);
}
