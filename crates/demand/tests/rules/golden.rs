//! Golden samples: every event ever written must read back, and what is written today is written in the same bytes.
//!
//! A sample is never edited, nor removed: `tests/golden.sha256` has the digest of each. A new layout gets a new version, an
//! upcaster, and samples of its own beside the old ones, which must still be read. New samples are written with
//! `UPDATE=1 cargo test -p demand golden`, which refuses to touch those that exist.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use demand::form::text::Text;
use demand::{DemandEvent, codec, upcast};
use serde::{Deserialize, Serialize};

use crate::{employers, full};

#[derive(Serialize, Deserialize)]
struct Sample {
    event_type: String,
    schema_version: u16,
    payload: String,
    parts: BTreeMap<String, String>,
}

impl Sample {
    fn of(event: DemandEvent) -> Self {
        let encoded = codec::encode(event).unwrap();
        let part = |(tag, content): &(u8, Vec<u8>)| {
            (char::from(*tag).to_string(), String::from_utf8(content.clone()).unwrap())
        };
        Self {
            event_type: encoded.event_type.into(),
            schema_version: encoded.schema_version,
            payload: encoded.payload,
            parts: encoded.parts.iter().map(part).collect(),
        }
    }

    fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap_or_else(|_| panic!("no golden sample {}", path.display()));
        serde_json::from_str(&text).unwrap()
    }

    fn event(&self) -> DemandEvent {
        let parts: Vec<_> =
            self.parts.iter().map(|(tag, content)| (tag.as_bytes()[0], content.clone().into_bytes())).collect();
        codec::decode(&self.event_type, self.schema_version, &self.payload, &parts).unwrap()
    }
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

fn written_today() -> BTreeMap<String, DemandEvent> {
    let file = |name: &str, event: &DemandEvent| format!("{name}.v{}.json", upcast::version_of(event.name()));
    let of_an_employer = ("registered_full_employer", employers::registered_in_full());
    full::events().into_iter().chain([of_an_employer]).map(|(name, event)| (file(name, &event), event)).collect()
}

#[test]
fn every_event_has_a_golden_sample_that_reads_back_to_the_same_bytes() {
    for (name, event) in written_today() {
        let path = folder().join(&name);
        let today = Sample::of(event.clone());
        if !path.exists() && std::env::var_os("UPDATE").is_some() {
            std::fs::write(&path, serde_json::to_string_pretty(&today).unwrap() + "\n").unwrap();
        }
        let sample = Sample::read(&path);
        assert!(sample.event() == event, "{name} reads back as something else");
        assert_eq!(today.payload, sample.payload, "{name} is written differently now");
        assert!(today.parts == sample.parts, "a personal part of {name} is written differently now");
    }
}

#[test]
fn every_sample_of_the_folder_is_read_also_one_that_nobody_writes_any_more() {
    let mut read = BTreeSet::new();
    let files = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    for path in files.filter(|path| path.is_file()) {
        let sample = Sample::read(&path);
        assert_eq!(sample.event().name(), sample.event_type, "{}", path.display());
        read.insert(path.file_name().unwrap().to_str().unwrap().to_owned());
    }
    let unread: Vec<_> = written_today().into_keys().filter(|name| !read.contains(name)).collect();
    assert!(unread.is_empty(), "{unread:?}");
}

/// Pairwise and as a chain: whatever the version a sample is of, it is read as what is written today under its name.
#[test]
fn an_older_sample_is_read_as_the_event_of_the_same_name_is_written_today() {
    let today = written_today();
    let mut compared = 0;
    for (name, event) in &today {
        let version = upcast::version_of(event.name());
        for older in 1..version {
            let path = folder().join(name.replace(&format!(".v{version}."), &format!(".v{older}.")));
            // What was first written in a later layout has none; one that is removed is missed by its digest.
            if !path.exists() {
                continue;
            }
            let older = Sample::read(&path).event();
            assert!(older == *event, "{name} in its older layout is another event");
            compared += 1;
        }
    }
    assert!(compared >= 13, "{compared}");
}

/// A housing of before the stays (ADR 7): its one date and its one name are those of each kind that they were said of.
#[test]
fn a_housing_of_the_first_layout_keeps_its_date_and_its_name() {
    let sample = Sample::read(&folder().join("registered_before_stays.v1.json"));
    let DemandEvent::Registered(event) = sample.event() else { panic!("another event") };
    let rubrics = event.rubrics.clear().unwrap();
    let stays = rubrics.housing.unwrap().stays;
    let told: Vec<_> = stays
        .iter()
        .map(|stay| (stay.kind.code(), stay.since.unwrap().to_string(), stay.name.as_ref().map(Text::as_str)))
        .collect();
    assert_eq!(told, [("SH", "2024-11-02".into(), Some("Les Mimosas")), ("LP", "2024-11-02".into(), None)]);
}

/// Named by hand: an event type that is added without a sample does not pass, one that is added without a name here does
/// not compile.
#[test]
fn every_event_type_has_a_sample() {
    let number = |event: &DemandEvent| match event {
        DemandEvent::Registered(_) => 0,
        DemandEvent::Modified(_) => 1,
        DemandEvent::Renewed(_) => 2,
        DemandEvent::PieceAdded(_) => 3,
        DemandEvent::Attributed(_) => 4,
        DemandEvent::AttributionRefused(_) => 5,
        DemandEvent::AttributionLapsed(_) => 6,
        DemandEvent::LeaseSigned(_) => 7,
        DemandEvent::Radiated(_) => 8,
        DemandEvent::RenewalNoticeListed(_) => 9,
        DemandEvent::RenewalNoticeSent(_) => 10,
        DemandEvent::RenewalNoticeReturned(_) => 11,
        DemandEvent::Reinstated(_) => 12,
        DemandEvent::WarningSent(_) => 13,
        DemandEvent::AnswerReceived(_) => 14,
        DemandEvent::CommissionDecided(_) => 15,
        DemandEvent::PersonalDataErased(_) => 16,
        DemandEvent::CertificateIssued(_) => 17,
        DemandEvent::LeaseReported(_) => 18,
        DemandEvent::LeaseReportWithdrawn(_) => 19,
        DemandEvent::PieceDeposited(_) => 20,
        DemandEvent::DepositSetAside(_) => 21,
        DemandEvent::DaloSeised(_) => 22,
        DemandEvent::DaloDecided(_) => 23,
        DemandEvent::DaloRehoused(_) => 24,
        DemandEvent::DaloEnded(_) => 25,
        DemandEvent::CoApplicantDropped(_) => 26,
        DemandEvent::Separated(_) => 27,
    };
    let found: BTreeSet<_> = written_today().values().map(number).collect();
    assert_eq!(found, (0..=27).collect());
}

/// A sample that is *full* holds every field: nothing is absent, null, false or an empty list, in the open or sealed.
#[test]
fn full_samples_leave_nothing_out() {
    let mut emptiness = Vec::new();
    for (name, event) in written_today().into_iter().filter(|(name, _)| name.contains("full")) {
        let sample = Sample::of(event);
        for (tag, content) in &sample.parts {
            let content: serde_json::Value = serde_json::from_str(content).unwrap();
            look_for_emptiness(&format!("{name} part {tag}"), &content, &mut emptiness);
        }
        let mut payload: serde_json::Value = serde_json::from_str(&sample.payload).unwrap();
        // What is sealed stands there as null; which rubrics there are is told by their keys.
        for sealed in ["rubrics", "piece", "rpls", "dwelling", "reference", "route", "basis", "link", "employer"] {
            if let Some(part) = payload.as_object_mut().unwrap().remove(sealed) {
                let rubrics = part.as_object().map_or(9, serde_json::Map::len);
                assert_eq!(rubrics, 9, "{name}: not every rubric");
            }
        }
        look_for_emptiness(&name, &payload, &mut emptiness);
    }
    assert_eq!(emptiness, Vec::<String>::new());
}

fn look_for_emptiness(place: &str, value: &serde_json::Value, found: &mut Vec<String>) {
    match value {
        serde_json::Value::Null | serde_json::Value::Bool(false) => found.push(place.to_owned()),
        serde_json::Value::Array(values) if values.is_empty() => found.push(place.to_owned()),
        serde_json::Value::Array(values) => {
            for (index, value) in values.iter().enumerate() {
                look_for_emptiness(&format!("{place}[{index}]"), value, found);
            }
        }
        serde_json::Value::Object(fields) => {
            for (name, value) in fields {
                look_for_emptiness(&format!("{place}.{name}"), value, found);
            }
        }
        _ => {}
    }
}
