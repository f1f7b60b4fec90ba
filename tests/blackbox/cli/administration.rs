//! `sne admin`: a new desk works within five commands, as docs/administration.md tells it; rights are reviewed, and end.

use std::io::Write as _;
use std::process::Stdio;

use private_postgres::test_util::shared;
use register::{Clock as _, SystemClock};
use serde_json::Value;
use tests::stage::sne::Place;
use tests::stage::world;

use crate::tidy::root;

fn place(folder: &std::path::Path) -> Place {
    let (_, url) = world::new_database(shared());
    let place = Place { data_dir: folder.to_owned(), database_url: Some(url) };
    place.sne(&["migrate"]).ends(0);
    place
}

/// The commands of the document, with the days and the token that only a run knows.
fn documented() -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(root().join("docs/administration.md")).unwrap();
    let shell = text.split("```sh\n").nth(1).and_then(|rest| rest.split("```").next()).expect("the first shell block");
    let joined = shell.replace("\\\n", " ");
    let lines = joined.lines().filter(|line| !line.trim().is_empty());
    lines
        .map(|line| {
            let mut words = Vec::new();
            for (nth, part) in line.split('"').enumerate() {
                if nth % 2 == 1 {
                    words.push(part.to_owned());
                } else {
                    words.extend(part.split_whitespace().map(str::to_owned));
                }
            }
            assert_eq!(words.remove(0), "sne");
            words
        })
        .collect()
}

/// Who the document enters.
fn documented_person() -> String {
    let text = std::fs::read_to_string(root().join("docs/administration.md")).unwrap();
    text.split("```json\n").nth(1).and_then(|rest| rest.split("```").next()).expect("the first JSON block").to_owned()
}

#[test]
fn a_new_desk_works_within_five_commands_as_the_document_tells_them() {
    let folder = tempfile::tempdir().unwrap();
    let place = place(folder.path());
    let commands = documented();
    assert_eq!(commands.len(), 5);
    let person = folder.path().join("person.json");
    std::fs::write(&person, documented_person()).unwrap();
    let until = SystemClock.today().checked_add(jiff::Span::new().months(6)).unwrap().to_string();
    let mut token = String::new();
    for command in commands {
        let words: Vec<&str> = command
            .iter()
            .map(|word| match word.as_str() {
                "AGENT" => token.as_str(),
                "AAAA-MM-JJ" => until.as_str(),
                "person.json" => person.to_str().unwrap(),
                word => word,
            })
            .collect();
        let done = place.sne(&[&words[..], &["--format", "json"]].concat()).ends(0).json();
        if words[1] == "agent" {
            token = done[0]["of"].as_str().unwrap().to_owned();
        }
    }
    let rights = place.sne(&["admin", "rights", "--format", "json"]).ends(0).json();
    let [right] = rights.as_array().unwrap().as_slice() else { panic!("{rights}") };
    assert_eq!(
        (&right["agent"], &right["role"], &right["account"]),
        (&token.clone().into(), &"GUICHET".into(), &"certified".into())
    );
    assert_eq!(right["person"], Value::Null, "the operator sees no names (ADR 5)");
    let exported = place.sne(&["export"]).ends(0).out;
    assert!(exported.contains("DeskOpened") && !exported.contains(&token), "who did what to whom is no open fact");
    place.sne(&["doctor"]).ends(0);
}

#[test]
fn rights_are_listed_for_a_spreadsheet_and_end_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let place = place(folder.path());
    let admin = |words: &[&str]| place.sne(&[&["admin"], words, &["--format", "json"]].concat());
    let lessor = "732829320";
    admin(&["org", lessor, "--name", "=Office", "--kind", "HLM", "--territory", "006"]).ends(0);
    let person = folder.path().join("lune.json");
    std::fs::write(&person, r#"{"name": "Lune Zoé", "email": "lune@exemple.fr"}"#).unwrap();
    let entered = ["agent", "--org", lessor, "--person", person.to_str().unwrap()];
    let token = admin(&entered).ends(0).json()[0]["of"].as_str().unwrap().to_owned();
    admin(&entered).ends(4);
    admin(&["certify", &token]).ends(0);
    let until = SystemClock.today().checked_add(jiff::Span::new().days(20)).unwrap().to_string();
    let grant = |role: &str| admin(&["grant", &token, role, "--territory", "006", "--until", &until]);
    grant("ATTRIBUTION").ends(0);
    let refused = grant("GESTIONNAIRE").ends(4);
    assert!(refused.err.contains("ROLE_NOT_OF_THE_ORGANISATION"), "{}", refused.err);
    let csv = place.sne(&["admin", "rights", "--within", "30", "--format", "csv"]).ends(0).out;
    assert!(csv.contains(";'=Office;") && csv.contains(";ATTRIBUTION;006;") && !csv.contains("Lune"), "{csv}");
    let within = |days| admin(&["rights", "--within", days]).ends(0).json().as_array().map(Vec::len);
    assert_eq!((within("30"), within("19")), (Some(1), Some(0)));
    assert_eq!(admin(&["alerts"]).ends(0).json(), Value::Array(Vec::new()), "nobody looked at much");
    admin(&["suspend", &token, "--reason", "COMPROMIS"]).ends(0);
    assert_eq!(admin(&["rights"]).ends(0).json()[0]["suspended"], "COMPROMIS");
    let suspended = || admin(&["suspensions"]).ends(0).json();
    assert_eq!(
        (&suspended()[0]["agent"], suspended()[0]["has_account"].as_bool()),
        (&token.clone().into(), Some(true))
    );
    admin(&["resume", &token]).ends(0);
    // A user of the lessor's own system is suspended as one of the lessor.
    let of_the_system = |act: &str| admin(&[&[act, "agent-01", "--org", lessor], reason_of(act)].concat());
    of_the_system("suspend").ends(0);
    assert!(of_the_system("suspend").ends(4).err.contains("ALREADY_SUSPENDED"));
    let table = place.sne(&["admin", "suspensions"]).ends(0).out;
    assert!(["732829320", "agent-01", "sans compte", "MESUSAGE"].iter().all(|text| table.contains(text)), "{table}");
    of_the_system("resume").ends(0);
    assert_eq!(suspended(), Value::Array(Vec::new()));
    assert!(of_the_system("resume").ends(4).err.contains("NOT_SUSPENDED"));
    admin(&["revoke", &token, "ATTRIBUTION", "--territory", "006"]).ends(0);
    admin(&["revoke", &token, "ATTRIBUTION", "--territory", "006"]).ends(4);
    assert_eq!(admin(&["rights"]).ends(0).json()[0]["role"], Value::Null);
    admin(&["grant", &token, "ATTRIBUTION", "--territory", "6", "--until", &until]).ends(2);
}

fn reason_of(act: &str) -> &'static [&'static str] {
    if act == "suspend" { &["--reason", "MESUSAGE"] } else { &[] }
}

#[test]
fn who_somebody_is_comes_by_the_standard_input_and_stands_on_no_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let place = place(folder.path());
    let lessor = "732829320";
    place.sne(&["admin", "org", lessor, "--name", "Office", "--kind", "HLM", "--territory", "006"]).ends(0);
    for flag in ["--name", "--email"] {
        place.sne(&["admin", "agent", "--org", lessor, flag, "lune@exemple.fr"]).ends(2);
    }
    let enter = |said: &str| {
        let mut command = place.command(["admin", "agent", "--org", lessor, "--format", "json"]);
        let mut run = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        run.stdin.take().unwrap().write_all(said.as_bytes()).unwrap();
        let ended = run.wait_with_output().unwrap();
        (ended.status.code(), String::from_utf8(ended.stderr).unwrap())
    };
    let (code, told) = enter(r#"{"name": "Lune Zoé"}"#);
    assert!(code == Some(1) && !told.contains("Lune"), "{told}");
    assert_eq!(enter(r#"{"name": "Lune Zoé", "email": "lune@exemple.fr"}"#).0, Some(0));
    assert_eq!(place.sne(&["admin", "rights", "--format", "json"]).ends(0).json().as_array().map(Vec::len), Some(1));
}

#[test]
fn organisations_are_renamed_merged_and_mandated_and_an_agent_is_erased_when_it_is_due() {
    let folder = tempfile::tempdir().unwrap();
    let place = place(folder.path());
    let admin = |words: &[&str]| place.sne(&[&["admin"], words, &["--format", "json"]].concat());
    let (lessor, other) = ("732829320", "552032534");
    for siren in [lessor, other] {
        let since = ["--territory", "006", "--since", "2020-01-01"];
        admin(&[&["org", siren, "--name", "Office fictif", "--kind", "HLM"], &since[..]].concat()).ends(0);
    }
    admin(&["desk", "G0601", "--org", lessor, "--name", "Accueil", "--territory", "006"]).ends(0);
    let contact = ["--address", "1 rue fictive", "--postal-code", "06300", "--phone", "0400000000"];
    admin(&[&["contact", "G0601", "--org", lessor, "--commune", "06088"], &contact[..]].concat()).ends(0);
    // Toulon is in another territory.
    let elsewhere = admin(&[&["contact", "G0601", "--org", lessor, "--commune", "83137"], &contact[..]].concat());
    assert!(elsewhere.ends(4).err.contains("CONTACT_INVALID"));
    admin(&["rename", lessor, "--name", "Office des Collines"]).ends(0);
    admin(&["mandate", lessor, "--to", other, "--territory", "006"]).ends(0);
    assert!(admin(&["mandate", lessor, "--to", other, "--territory", "006"]).ends(4).err.contains("MANDATE"));
    admin(&["end-mandate", lessor, "--to", other]).ends(0);
    let person = folder.path().join("person.json");
    std::fs::write(&person, documented_person()).unwrap();
    let entered = admin(&["agent", "--org", lessor, "--person", person.to_str().unwrap()]).ends(0).json();
    let agent = entered[0]["of"].as_str().unwrap();
    assert_eq!(admin(&["rights"]).ends(0).json()[0]["organisation_name"], "Office des Collines");
    admin(&["leave", agent]).ends(0);
    assert!(admin(&["erase", agent]).ends(4).err.contains("ERASURE_NOT_DUE"));
    admin(&["merge", lessor, "--into", other]).ends(0);
    assert!(admin(&["merge", lessor, "--into", other]).ends(4).err.contains("ORGANISATION_MERGED"));
}
