//! Who takes part, and what they send: acts as JSON, written by hand and not by the types under test.

use serde_json::{Value, json};

/// The prefect's service, which keeps the renewals of the territory.
pub const STATE: &str = "000005165/G06P1/agent-09";
/// The line that enters it.
pub const STATE_LINE: &str = r#"{"siren":"000005165","name":"Service fictif de l'État","kind":"ETAT","territories":["006"],"since":"2020-01-01","desks":[{"code":"G06P1","name":"Nice","territory":"006","opened_on":"2020-01-01"}]}"#;
/// A lessor's desk in the territory 006.
pub const NICE: &str = "732829320/G0601/agent-01";
/// A commune's desk in the territory 006: registers, attributes nothing.
pub const ANTIBES: &str = "210600045/G0604/agent-02";
/// Another lessor's desk in the territory 006.
pub const CANNES: &str = "552032534/G0602/agent-03";
/// A lessor's desk in the territory 083.
pub const TOULON: &str = "356000000/G8301/agent-04";

/// The import lines of those who act.
pub const ORGANISATIONS: &[&str] = &[
    r#"{"siren":"732829320","name":"Office fictif des Collines","kind":"HLM","territories":["006"],"since":"2020-01-01","desks":[{"code":"G0601","name":"Nice","territory":"006","opened_on":"2020-01-01"}]}"#,
    r#"{"siren":"552032534","name":"Société fictive du Littoral","kind":"SEM","territories":["006"],"since":"2020-01-01","desks":[{"code":"G0602","name":"Cannes","territory":"006","opened_on":"2020-01-01"}]}"#,
    r#"{"siren":"210600045","name":"Commune fictive","kind":"COLLECTIVITE","territories":["006"],"since":"2020-01-01","desks":[{"code":"G0604","name":"Mairie","territory":"006","opened_on":"2020-01-01"}]}"#,
    r#"{"siren":"356000000","name":"Office fictif de la Rade","kind":"HLM","territories":["083"],"since":"2020-01-01","desks":[{"code":"G8301","name":"Toulon","territory":"083","opened_on":"2020-01-01"}]}"#,
];

/// The mandatory rubrics of a single person who asks for a dwelling in Nice.
pub fn form(surname: &str, given_names: &str, birth_date: &str) -> Value {
    json!({
        "identity": {"applicant": {
            "surname": surname, "given_names": given_names, "birth_date": birth_date, "nationality": "1"
        }},
        "contact": {"postal_address": {"street": "rue des Lilas", "postal_code": "06300", "commune": "06088"}},
        "family": {"situations": ["C"]},
        "housing": {"kinds": ["CPE"]},
        "reasons": {"reasons": ["12"]},
        "sought": {"dwelling_types": ["T2"], "communes": ["06088"], "extended": false}
    })
}

/// A registration in the territory 006 with the piece that proves the identity.
pub fn register(form: Value) -> Value {
    json!({"register": {
        "territory": "006", "form": form, "identity_piece": {"piece_type": "ID", "sha256": "a".repeat(64)}
    }})
}

/// A modification that the applicant asked for.
pub fn modify(form: Value) -> Value {
    json!({"modify": {"origin": "applicant", "form": form}})
}

/// A renewal without any change.
pub fn renew() -> Value {
    json!({"renew": {"form": {}}})
}

/// A piece for the dossier.
pub fn add_piece(piece_type: &str) -> Value {
    json!({"add_piece": {"piece_type": piece_type, "sha256": "b".repeat(64)}})
}

/// An attribution decided on a day.
pub fn attribute(decided_on: &str) -> Value {
    json!({"attribute": {"decided_on": decided_on}})
}

/// A lease signed on a day.
pub fn sign_lease(signed_on: &str) -> Value {
    json!({"sign_lease": {
        "signed_on": signed_on, "rpls": "0600012345", "already_housed": "NON", "collective_agreement": "AUCUN",
        "reservation_holder": "COLTER", "dalo": "NON"
    }})
}

/// A renunciation written on a day.
pub fn renounce(written_on: &str) -> Value {
    json!({"renounce": {"written_on": written_on, "written_act": "LETTER"}})
}

/// A word that differs for each n, in letters: a name has no digits here.
pub fn letters(mut n: usize) -> String {
    let mut word = String::new();
    loop {
        word.push(char::from(b'a' + (n % 26) as u8));
        n /= 26;
        if n == 0 {
            return word;
        }
    }
}
