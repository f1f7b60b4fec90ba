//! Where the corpora begin: golden samples, acts of the committed tour as messages of the interface, rows of the documents.
//! `UPDATE=1 cargo test -p fuzz seeds` writes those that are not there; what was found later lies beside them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use client::Interface;
use prost_reflect::ReflectMessage as _;
use prost_reflect::prost::Message as _;
use serde_json::{Map, Value, json};

use super::corpus::{folder, read};

type Seeds = Vec<(String, Vec<u8>)>;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn text(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap()
}

/// The golden samples, by name.
fn samples() -> BTreeMap<String, Value> {
    let folder = root().join("crates/demand/tests/golden");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
    let name = |file: &Path| file.file_name().unwrap().to_str().unwrap().replace(".v1.json", "").replace(".json", "");
    files.map(|file| (name(&file), serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap())).collect()
}

fn head(sample: &Value) -> String {
    let [event_type, payload] = ["event_type", "payload"].map(|field| sample[field].as_str().unwrap());
    format!("{event_type}\n{}\n{payload}", sample["schema_version"])
}

fn events() -> Seeds {
    let seed = |(name, sample): (String, Value)| {
        let mut lines = head(&sample);
        for (tag, content) in sample["parts"].as_object().unwrap() {
            lines += &format!("\n{tag}{}", content.as_str().unwrap());
        }
        (name, lines.into_bytes())
    };
    samples().into_iter().map(seed).collect()
}

/// One sample of each type, the one that says most.
fn upcasters() -> Seeds {
    let mut of_type: BTreeMap<String, String> = BTreeMap::new();
    for sample in samples().values() {
        let longest = of_type.entry(sample["event_type"].as_str().unwrap().to_owned()).or_default();
        if head(sample).len() > longest.len() {
            *longest = head(sample);
        }
    }
    let mut seeds: Seeds = of_type.into_iter().map(|(name, lines)| (name, lines.into_bytes())).collect();
    seeds.push(("another_layout".to_owned(), b"DaloEnded\n2\n{}".to_vec()));
    seeds.push(("another_type".to_owned(), b"Married\n1\n{}".to_vec()));
    seeds
}

/// The first act of each kind in the committed tour.
fn acts() -> BTreeMap<String, Value> {
    let mut acts = BTreeMap::new();
    for line in text("crates/cli/src/commands/demo/tour.ndjson").lines() {
        let mut line: Value = serde_json::from_str(line).unwrap();
        let Some((kind, _)) = line["act"].as_object().and_then(|act| act.iter().next()) else { continue };
        let kind = kind.clone();
        let mut act = line["act"].take();
        for field in ["deposit_id", "piece_id"] {
            // What a command will have recorded is named by the command there.
            if let Some(id) = act[&kind].get_mut(field) {
                *id = id["recorded_by"].take();
            }
        }
        acts.entry(kind).or_insert(act);
    }
    // The richest form that the committed sample of lives has.
    let lives = text("crates/synth/samples/lives.ndjson");
    let richest = lives.lines().take(200).filter(|line| line.contains("register")).max_by_key(|line| line.len());
    acts.insert("register_rich".to_owned(), serde_json::from_str::<Value>(richest.unwrap()).unwrap()["act"].take());
    acts
}

fn requests() -> Seeds {
    let interface = Interface::new().unwrap();
    let named = |call: client::Call| {
        let name = call.message.descriptor().name().to_owned();
        let bytes = call.message.encode_to_vec();
        [name.as_bytes(), b"\n", bytes.as_slice()].concat()
    };
    let mut seeds = Seeds::new();
    for (name, act) in acts() {
        let mut head = Map::from_iter([("request_id".to_owned(), json!("8dd9ac30-5ba7-5b03-b324-8e1f0006ea11"))]);
        if !name.starts_with("register") {
            head.insert("number".to_owned(), json!("0061126000001006A1"));
            head.insert("etag".to_owned(), json!("v7"));
        }
        // An act on the parameters of a territory has a door of its own.
        let Ok(call) = interface.act(&act, head) else { continue };
        seeds.push((name, named(call)));
    }
    let cell = json!({"place": "006", "month": "2025-06"});
    for (name, method, question) in [
        (
            "series",
            "InfocentreService/GetSeries",
            json!({"measures": [1, 2], "place": "FRA", "fromMonth": "2025-01", "toMonth": "2025-06"}),
        ),
        ("table", "InfocentreService/GetTable", json!({"measure": 1, "dimension": 1, "cell": cell})),
        ("comparison", "InfocentreService/CompareFigures", json!({"measure": 1, "first": cell, "second": cell})),
    ] {
        seeds.push((name.to_owned(), named(interface.call(method, &question).unwrap())));
    }
    seeds
}

fn import_lines() -> Seeds {
    let document = text("docs/import.md");
    let (_, example) = document.split_once("```ndjson\n").unwrap();
    let (example, _) = example.split_once("```").unwrap();
    let mut seeds = Seeds::from([
        ("document".to_owned(), example.as_bytes().to_vec()),
        ("mark_and_crlf".to_owned(), format!("\u{feff}{}\n", example.replace('\n', "\r\n")).into_bytes()),
        ("cut".to_owned(), example.as_bytes()[..example.len() - 30].to_vec()),
        ("utf16".to_owned(), b"\xFF\xFE{\0".to_vec()),
        ("latin1".to_owned(), b"{\"key\":\"caf\xE9\"}\n".to_vec()),
        ("no_rows".to_owned(), b"{}\n[1]\nx\n{\"key\":\"k\"}\n\n \n\"".to_vec()),
    ]);
    let row = |(name, act): &(String, Value)| {
        let mut row = json!({
            "source": "s", "key": "k", "demand": "d", "after": "j", "on": "2025-08-15", "organisation": "732829320",
            "desk": "G0601", "channel": "GUICHET", "act": act
        });
        if name.starts_with("register") {
            row.as_object_mut().unwrap().remove("demand");
        }
        format!("{row}\n")
    };
    let acts: Vec<_> = acts().into_iter().collect();
    for (part, acts) in (1..).zip(acts.chunks(5)) {
        seeds.push((format!("acts_{part}"), acts.iter().map(row).collect::<String>().into_bytes()));
    }
    seeds
}

fn numbers() -> Seeds {
    let texts = [
        ("unique_number", "1110318016982G1104"),
        ("unique_number_corsica", "02A1116000007GDPUB"),
        ("month_13", "0061326000001006A1"),
        ("sequence", "016982"),
        ("territory", "02B"),
        ("desk", "G0601"),
        ("siren", "732829320"),
        ("commune", "2A004"),
        ("postal_code", "06300"),
        ("rpls", "0600012345"),
        ("actor", "732829320/G0601/agent-01"),
        ("actor_import", "import/732829320/G0601"),
        ("day", "2024-02-29"),
        ("no_day", "2025-02-29"),
        ("last_day", "9999-12-31"),
    ];
    texts.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect()
}

fn page_tokens() -> Seeds {
    let texts = [
        ("nothing", ""),
        ("cursor", "2026-11-04.0061126000001006A1"),
        ("calendar", "2026-11-04.0061126000001006A1.CERTIFICATE.2025-11-04.3"),
        ("made_up", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4v"),
        ("no_base64", "a.b"),
    ];
    texts.iter().map(|(name, text)| ((*name).to_owned(), [b"\x01\x2C", text.as_bytes()].concat())).collect()
}

/// Year, month and day less one of the filing, renewal, notice, and delays.
fn deadlines() -> Seeds {
    let of = |name: &str, year: u16, rest: &[u8]| (name.to_owned(), [&(year - 1).to_be_bytes(), rest].concat());
    Seeds::from([
        of("leap_day", 2024, &[1, 28]),
        of("end_of_january", 2025, &[0, 30, 1, 0, 200]),
        of("end_of_august_notice_late", 2026, &[7, 30, 0, 0, 0, 0, 20]),
        of("renewed_before_filing", 2026, &[11, 30, 1, 0xFF, 0xF0]),
        of("no_leap_year", 2100, &[1, 27, 1, 1, 0x6D, 0xFF, 0xE0]),
        of("longest_delays", 2027, &[2, 30, 0, 0, 0, 0xFF, 0xE2, 5, 2, 4, 4, 5, 5, 6, 5, 10, 0, 14, 3, 3]),
        of("first_year", 1, &[0, 0]),
    ])
}

#[test]
fn seeds_are_in_the_corpora() {
    for (target, seeds) in [
        ("deadlines", deadlines()),
        ("events", events()),
        ("import_lines", import_lines()),
        ("numbers", numbers()),
        ("page_tokens", page_tokens()),
        ("requests", requests()),
        ("upcasters", upcasters()),
    ] {
        if std::env::var_os("UPDATE").is_some() {
            std::fs::create_dir_all(folder(target)).unwrap();
            for (name, seed) in &seeds {
                let file = folder(target).join(name);
                if !file.exists() {
                    std::fs::write(file, seed).unwrap();
                }
            }
        }
        let there: BTreeSet<_> =
            read(target).iter().map(|(file, _)| file.file_name().unwrap().to_str().unwrap().to_owned()).collect();
        let missing: Vec<_> = seeds.iter().filter(|(name, _)| !there.contains(name)).map(|(name, _)| name).collect();
        assert!(missing.is_empty(), "{target} has no {missing:?}: UPDATE=1 writes them");
    }
}
