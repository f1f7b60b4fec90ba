//! Nobody of the sample is named where machines keep what was said.

use std::collections::BTreeSet;

use serde_json::Value;
use tests::cast;
use tests::stage::discreet;

/// What tells who somebody is, by the name of its field in a form.
const TELLING: &[&str] = &[
    "surname",
    "birth_name",
    "given_names",
    "birth_date",
    "home_phone",
    "mobile_phone",
    "work_phone",
    "email",
    "street",
    "complement",
    "host",
    "main_employer",
    "name",
    "profession",
    "precision",
    "internal_reference",
    "landlord",
    "label",
];

/// A log names no household of the sample, no agent and nothing that was typed; and no unique number.
pub fn nobody_is_named(log: &str) {
    assert!(log.lines().count() > 30, "{log}");
    let mut texts = BTreeSet::from(["someone@example.org".to_owned(), "client-01".to_owned()]);
    for line in synth::SAMPLE_LIVES.lines() {
        collect(&serde_json::from_str(line).unwrap(), &mut texts);
    }
    assert!(texts.len() > 1_000, "{}", texts.len());
    let scanned = Scanned::of(log);
    for text in &texts {
        assert!(Scanned::of(&format!("{{\"x\":\"{text}\"}}")).names(text), "the scan is blind for {text}");
        assert!(!scanned.names(text), "somebody's data are logged: {text}");
    }
    let number = |word: &&String| {
        let (territory, rest) = word.split_at_checked(3).unwrap_or_default();
        word.len() == 18 && territory != "000" && rest[..10].bytes().all(|b| b.is_ascii_digit())
    };
    assert_eq!(scanned.words.iter().find(number), None, "a unique number is logged");
}

/// A log as it is searched: one word must stand there alone, for short ones are parts of others; more of them anywhere.
struct Scanned<'a> {
    log: &'a str,
    words: BTreeSet<String>,
}

impl<'a> Scanned<'a> {
    fn of(log: &'a str) -> Self {
        Self { log, words: words(log).collect() }
    }

    fn names(&self, text: &str) -> bool {
        let mut parts = words(text);
        match (parts.next(), parts.next()) {
            (Some(only), None) => self.words.contains(&only),
            _ => self.log.contains(text),
        }
    }
}

/// Runs of letters, digits and what joins them; a mark over a letter belongs to it.
fn words(text: &str) -> impl Iterator<Item = String> {
    let inside = |c: char| c.is_alphanumeric() || "-@.'\u{2019}".contains(c) || ('\u{300}'..='\u{36f}').contains(&c);
    text.split(move |c| !inside(c)).filter(|word| !word.is_empty()).map(str::to_owned)
}

fn collect(value: &Value, texts: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value.as_str() {
                    Some(text) if TELLING.contains(&name.as_str()) && text.len() > 3 => {
                        texts.insert(text.to_owned());
                    }
                    Some(_) => {}
                    None => collect(value, texts),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, texts)),
        _ => {}
    }
}

/// Every server of the suites, whatever it was harmed by, is held to this when it ends ([`discreet`]).
#[test]
fn the_scan_of_every_log_sees_whom_it_is_for_and_no_figure() {
    let form = cast::form("Lune", "Zoé", "1990-02-28").to_string();
    let seen = [&*form, "to a.b@exemple.fr.", "tel=0612345678,", "+33612345678", "290027512345678", "2900275123456"];
    for text in seen {
        assert!(discreet::told(text).is_some(), "{text}");
    }
    for text in ["position=1234567890123456", "latency_us=1234567", "2026-11-26T19:00:00.123456Z", "a @ b", "@b.fr"] {
        assert_eq!(discreet::told(text), None, "{text}");
    }
}
