//! Nobody of the sample is named where machines keep what was said.

use std::collections::BTreeSet;

use serde_json::Value;

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
];

/// A log names no household of the sample, no agent and nothing that was typed; and no unique number.
pub fn nobody_is_named(log: &str) {
    assert!(log.lines().count() > 30, "{log}");
    let mut texts = BTreeSet::from(["someone@example.org".to_owned(), "client-01".to_owned()]);
    for line in synth::SAMPLE_LIVES.lines() {
        collect(&serde_json::from_str(line).unwrap(), &mut texts);
    }
    assert!(texts.len() > 1_000, "{}", texts.len());
    let words: BTreeSet<&str> = log.split(|c: char| !c.is_alphanumeric() && !"-@.'".contains(c)).collect();
    for text in &texts {
        // One word stands alone in a log; more of them, anywhere.
        let named = if text.contains(' ') { log.contains(text.as_str()) } else { words.contains(text.as_str()) };
        assert!(!named, "somebody's data are logged: {text}");
    }
    let number =
        |word: &&&str| word.len() == 18 && word.starts_with("006") && word[3..13].bytes().all(|b| b.is_ascii_digit());
    assert_eq!(words.iter().find(number), None, "a unique number is logged");
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
