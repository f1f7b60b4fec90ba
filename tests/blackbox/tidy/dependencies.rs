//! Direct dependencies between rooms, the licences of everything, and what the pure rooms never name.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;

use super::{files, root};

/// What cargo knows of this workspace, for this machine's kind of target.
fn metadata() -> &'static Value {
    static METADATA: OnceLock<Value> = OnceLock::new();
    METADATA.get_or_init(|| {
        let target = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
        let output = Command::new(env!("CARGO"))
            .args(["metadata", "--format-version", "1", "--locked", "--filter-platform", &target])
            .current_dir(root())
            .output()
            .expect("cargo runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).expect("cargo metadata is JSON")
    })
}

/// Direct normal dependencies of each room on other rooms.
fn rooms() -> BTreeMap<String, BTreeSet<String>> {
    let metadata = metadata();
    let members: BTreeSet<&str> =
        metadata["workspace_members"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let ours: Vec<&Value> = metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|p| members.contains(p["id"].as_str().unwrap()))
        .collect();
    let names: BTreeSet<&str> = ours.iter().filter_map(|package| package["name"].as_str()).collect();
    let direct = |package: &Value| {
        let normal = package["dependencies"].as_array().unwrap().iter().filter(|d| d["kind"].is_null());
        normal.filter_map(|d| d["name"].as_str()).filter(|name| names.contains(name)).map(str::to_owned).collect()
    };
    ours.iter().map(|package| (package["name"].as_str().unwrap().to_owned(), direct(package))).collect()
}

/// Which rooms each room may name: written by hand from the architecture document.
const MAY_NAME: &[(&str, &[&str])] = &[
    ("nomenclature", &[]),
    ("personal", &[]),
    ("demand", &["nomenclature", "personal"]),
    ("access", &["nomenclature", "personal"]),
    ("event-log", &[]),
    ("vault", &[]),
    ("private-postgres", &[]),
    ("projection", &["event-log"]),
    ("views", &["nomenclature", "personal", "demand", "event-log", "projection"]),
    ("infocentre", &["nomenclature", "demand", "event-log", "projection"]),
    ("register", &["nomenclature", "personal", "demand", "access", "event-log", "vault"]),
    ("synth", &["nomenclature", "personal", "demand", "access"]),
    ("proto", &[]),
    (
        "server",
        &[
            "nomenclature",
            "personal",
            "demand",
            "access",
            "event-log",
            "vault",
            "projection",
            "views",
            "infocentre",
            "register",
            "proto",
        ],
    ),
    ("client", &["nomenclature", "proto"]),
    (
        "cli",
        &[
            "client",
            "proto",
            "nomenclature",
            "personal",
            "demand",
            "access",
            "event-log",
            "vault",
            "private-postgres",
            "projection",
            "infocentre",
            "register",
            "server",
            "synth",
        ],
    ),
    (
        "bench",
        &[
            "client",
            "nomenclature",
            "personal",
            "demand",
            "access",
            "event-log",
            "vault",
            "private-postgres",
            "register",
            "projection",
            "views",
            "infocentre",
            "proto",
            "server",
            "synth",
        ],
    ),
    (
        "tests",
        &[
            "client",
            "proto",
            "nomenclature",
            "personal",
            "demand",
            "access",
            "event-log",
            "vault",
            "private-postgres",
            "infocentre",
            "register",
            "server",
            "synth",
        ],
    ),
    ("simulator", &["nomenclature", "demand", "event-log", "register"]),
    ("fuzz", &["nomenclature", "demand", "register", "server", "vault", "views"]),
];

#[test]
fn rooms_name_only_the_rooms_below_them() {
    let allowed: BTreeMap<&str, &[&str]> = MAY_NAME.iter().copied().collect();
    for (room, named) in rooms() {
        let allowed = allowed.get(room.as_str()).unwrap_or_else(|| panic!("room {room} has no row in this test"));
        for other in named {
            assert!(allowed.contains(&other.as_str()), "{room} must not depend on {other}");
        }
    }
}

/// What is kept in memory is for simulations: neither a room nor its defaults turn it on for the program.
#[test]
fn the_program_keeps_nothing_in_memory_that_must_last() {
    let mut known = 0;
    for package in metadata()["packages"].as_array().unwrap() {
        let manifest = Path::new(package["manifest_path"].as_str().unwrap());
        if !manifest.starts_with(root().join("crates")) {
            continue;
        }
        known += usize::from(!package["features"]["memory"].is_null());
        let turned_on = |features: &Value| features.as_array().into_iter().flatten().any(|name| name == "memory");
        assert!(!turned_on(&package["features"]["default"]), "{} is in memory by default", package["name"]);
        for dependency in package["dependencies"].as_array().unwrap().iter().filter(|d| d["kind"].is_null()) {
            assert!(!turned_on(&dependency["features"]), "{} keeps {} in memory", package["name"], dependency["name"]);
        }
    }
    assert!(known >= 4, "log, keys, register and views can be kept in memory");
}

#[test]
fn pure_rooms_have_no_database_network_runtime_clock_or_chance() {
    let banned_crates = ["sqlx", "tonic", "tokio", "postgres-es", "rand", "getrandom", "chrono", "time", "tempfile"];
    let banned_words =
        ["Uuid::new_v4", "Timestamp::now", "SystemTime", "Instant::now", "std::fs", "std::net", "std::env", "tokio::"];
    let metadata = metadata();
    for room in ["nomenclature", "personal", "demand", "access"] {
        let package = metadata["packages"]
            .as_array()
            .unwrap()
            .iter()
            .find(|package| package["name"] == room && package["source"].is_null());
        let normal = package.unwrap()["dependencies"].as_array().unwrap().iter().filter(|d| d["kind"].is_null());
        for dependency in normal.filter_map(|d| d["name"].as_str()) {
            assert!(!banned_crates.contains(&dependency), "{room} must not depend on {dependency}");
        }
        for file in files(&root().join("crates").join(room).join("src"), &["rs"]) {
            let text = std::fs::read_to_string(&file).unwrap();
            for word in banned_words {
                assert!(!text.contains(word), "{} must not name {word}", file.display());
            }
        }
    }
}

/// What may be shipped in a work under the EUPL-1.2. An expression is fine when one of its alternatives is.
#[test]
fn every_dependency_has_a_licence_that_may_be_shipped() {
    let allowed = [
        "MIT",
        "Apache-2.0",
        "Apache-2.0 WITH LLVM-exception",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "ISC",
        "Zlib",
        "Unlicense",
        "0BSD",
        "MIT-0",
        "BSL-1.0",
        "Unicode-3.0",
        "CC0-1.0",
        "CDLA-Permissive-2.0",
        "EUPL-1.2",
    ];
    for package in metadata()["packages"].as_array().unwrap() {
        let licence = package["license"].as_str().unwrap_or("");
        let alternatives = licence.replace(" / ", " OR ").replace('/', " OR ").replace(['(', ')'], "");
        let fine = alternatives.split(" OR ").any(|all| all.split(" AND ").all(|one| allowed.contains(&one.trim())));
        assert!(fine, "{} is under {licence:?}", package["name"]);
    }
}
