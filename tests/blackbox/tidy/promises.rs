//! `docs/promises.md` names tests that exist, and says of each promise where it ends.

use super::root;

/// Every test that a section names, with its file.
fn named(section: &str) -> Vec<(&str, &str)> {
    section
        .split('`')
        .skip(1)
        .step_by(2)
        .filter_map(|code| code.split_once(".rs::").map(|_| code.split_once("::")))
        .flatten()
        .collect()
}

/// Whether a source file has a test of this name: a function under an attribute that makes it one, or one of a list that is run
/// on both logs.
pub(super) fn has_test(source: &str, name: &str) -> bool {
    let mut lists = source.split("on_both!(").skip(1).filter_map(|rest| rest.split_once(");"));
    if lists.any(|(list, _)| list.split(',').any(|listed| listed.trim() == name)) {
        return source.contains(&format!("fn {name}("));
    }
    let mut lines = source.lines().map(str::trim);
    let heads = [format!("fn {name}("), format!("async fn {name}(")];
    let mut under_attribute = false;
    lines.any(|line| {
        let found = under_attribute && heads.iter().any(|head| line.starts_with(head));
        let attribute = line.starts_with("#[test") || line.starts_with("#[tokio::test");
        // Other attributes and comments may stand in between.
        under_attribute = attribute || under_attribute && (line.starts_with("#[") || line.starts_with("//"));
        found
    })
}

#[test]
fn every_promise_names_tests_that_exist_and_its_limit() {
    let page = std::fs::read_to_string(root().join("docs/promises.md")).unwrap();
    let promises: Vec<&str> = page.split("\n## ").skip(1).collect();
    assert!(promises.len() > 10, "{}", promises.len());
    for promise in promises {
        let title = promise.lines().next().unwrap_or_default();
        let tests = named(promise);
        assert!(!tests.is_empty(), "{title}: no test");
        assert!(promise.contains("\n**Limit.** "), "{title}: no limit");
        for (file, name) in tests {
            let source = std::fs::read_to_string(root().join(file));
            let source = source.unwrap_or_else(|error| panic!("{title}: {file}: {error}"));
            assert!(has_test(&source, name), "{title}: {file} has no test {name}");
        }
    }
}

#[test]
fn a_test_that_is_gone_renamed_or_no_test_is_noticed() {
    let source = "#[test]\nfn one() {\n}\n#[tokio::test(flavor = \"multi_thread\")]\n// Why.\nasync fn two() {}\nfn three() {}\n";
    assert!(has_test(source, "one") && has_test(source, "two"));
    assert!(!has_test(source, "three") && !has_test(source, "on") && !has_test(source, "four"));
    let source = "on_both!(\n    one,\n    two,\n);\nasync fn one(world: World) {}\nasync fn three(world: World) {}\n";
    assert!(has_test(source, "one") && !has_test(source, "two") && !has_test(source, "three"));
    let section = "A promise\n\n- `crates/a/src/lib.rs::one`\n- `other`\n- `tests/b.rs::two`\n";
    assert_eq!(named(section), [("crates/a/src/lib.rs", "one"), ("tests/b.rs", "two")]);
}
