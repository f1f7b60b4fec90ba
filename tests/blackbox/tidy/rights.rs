//! Reading takes the proof of a right, and the proof comes from one function.

use std::collections::BTreeSet;

use super::{files, root};

/// Product files that call a function, comments left out.
fn callers(function: &str) -> BTreeSet<String> {
    let sources = files(&root().join("crates"), &["rs"]);
    let named = sources.iter().map(|file| (file, file.strip_prefix(root()).unwrap().display().to_string()));
    let product = named.filter(|(_, name)| name.split('/').nth(2) == Some("src"));
    product.filter(|(file, _)| calls(&std::fs::read_to_string(file).unwrap(), function)).map(|(_, name)| name).collect()
}

fn calls(source: &str, function: &str) -> bool {
    let call = format!("{function}(");
    let code = source.lines().filter(|line| !line.trim_start().starts_with("//"));
    code.flat_map(|line| line.match_indices(&call).map(move |(at, _)| &line[..at]))
        .any(|before| !before.ends_with(|c: char| c.is_alphanumeric() || c == '_') && !before.ends_with("fn "))
}

#[test]
fn the_function_of_rights_is_called_where_the_proof_is_made_and_nowhere_else() {
    assert_eq!(callers("may"), BTreeSet::from(["crates/access/src/authorized.rs".to_owned()]));
}

#[test]
fn what_a_right_was_given_for_becomes_rows_in_one_place() {
    let own = "crates/projection/src/scope.rs".to_owned();
    assert_eq!(callers("Scope::of"), BTreeSet::from([own, "crates/server/src/shown.rs".to_owned()]));
    // Statistics see no scope: what answers is handed out by the same place.
    assert_eq!(callers("Infocentre::new"), BTreeSet::from(["crates/server/src/views.rs".to_owned()]));
}

#[test]
fn a_call_is_known_from_a_word() {
    assert!(calls("    may(profile, action)?;", "may") && calls("Ok(may(profile)?)", "may"));
    assert!(!calls("// may(profile)", "may") && !calls("dismay(profile)", "may") && !calls("pub fn may(", "may"));
    assert!(!calls("what he may do", "may"));
}
