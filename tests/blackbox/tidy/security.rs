//! `docs/security.md`: of each requirement of the verification standard, what holds it, or that nothing does yet.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::documents::check;
use super::promises::has_test;
use super::root;

/// The chapters that are told requirement by requirement: interface, rights, tokens, OpenID Connect, cryptography, transport, logs.
const TOLD: &[u32] = &[4, 8, 9, 10, 11, 12, 16];

struct Requirement {
    id: String,
    level: String,
    what: String,
    held_by: String,
}

impl Requirement {
    fn chapter(&self) -> u32 {
        self.id.trim_start_matches('V').split('.').next().unwrap().parse().unwrap()
    }

    fn standing(&self) -> (&'static str, String) {
        if self.held_by.is_empty() {
            ("not yet", String::new())
        } else if let Some(why) = self.held_by.strip_prefix("NA ") {
            ("does not apply", why.to_owned())
        } else if let Some(why) = self.held_by.strip_prefix("NOTE ") {
            ("said", why.to_owned())
        } else {
            ("held", format!("`{}`", self.held_by))
        }
    }
}

fn requirements() -> Vec<Requirement> {
    let mut rows = csv::Reader::from_reader(include_str!("asvs.csv").as_bytes());
    let rows = rows.records().map(|row| {
        let row = row.unwrap();
        let [id, level, what, held_by] = [0, 1, 2, 3].map(|place| row[place].to_owned());
        Requirement { id, level, what, held_by }
    });
    rows.collect()
}

#[test]
fn security_document_is_fresh() {
    let mut text = String::from(include_str!("security.md"));
    let mut rest: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut chapter = 0;
    let requirements = requirements();
    for requirement in &requirements {
        let (standing, why) = requirement.standing();
        *counts.entry(standing).or_default() += 1;
        if !TOLD.contains(&requirement.chapter()) {
            if standing == "not yet" {
                rest.entry(requirement.chapter()).or_default().push(requirement.id.clone());
            }
            continue;
        }
        if requirement.chapter() != chapter {
            chapter = requirement.chapter();
            write!(
                text,
                "\n## V{chapter}\n\n| requirement | level | asks | standing | by |\n| --- | --- | --- | --- | --- |\n"
            )
            .unwrap();
        }
        writeln!(text, "| {} | {} | {} | {standing} | {why} |", requirement.id, requirement.level, requirement.what)
            .unwrap();
    }
    text.push_str("\n## Not yet\n\nIn the other chapters nothing is claimed:\n\n");
    for (chapter, ids) in rest {
        writeln!(text, "- V{chapter}: {}", ids.join(", ")).unwrap();
    }
    let counts: Vec<String> = counts.iter().map(|(standing, count)| format!("{count} {standing}")).collect();
    write!(text, "\nOf {} requirements of levels 1 and 2: {}.\n", requirements.len(), counts.join(", ")).unwrap();
    check("docs/security.md", &text);
}

#[test]
fn what_is_said_to_be_held_is_held_by_a_test_that_exists() {
    let requirements = requirements();
    // Chapters 1 to 17 of version 5.0.0 have so many of these levels.
    assert_eq!(requirements.len(), 253);
    for requirement in requirements {
        assert!(matches!(requirement.level.as_str(), "1" | "2"), "{}", requirement.id);
        if TOLD.contains(&requirement.chapter()) {
            assert!(!requirement.what.is_empty(), "{} asks for what?", requirement.id);
        }
        if requirement.standing().0 == "held" {
            let (file, test) = requirement.held_by.split_once("::").unwrap_or_else(|| panic!("{}", requirement.id));
            let source = std::fs::read_to_string(root().join(file)).unwrap_or_default();
            assert!(has_test(&source, test), "{}: {file} has no test {test}", requirement.id);
        }
    }
}
