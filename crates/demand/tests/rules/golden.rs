//! Golden samples: every event type ever written must read back, and write the same bytes again.
//!
//! A sample is never edited. A new layout gets a new version, an upcaster, and samples of its own. New samples are
//! written with `UPDATE=1 cargo test -p demand golden`, which refuses to touch those that exist.

use std::collections::BTreeMap;
use std::path::PathBuf;

use demand::attribution::AttributionDraft;
use demand::form::employment::JobDraft;
use demand::form::resources::{AdultResourcesDraft, AmountDraft, ResourcesDraft, TaxIncomeDraft};
use demand::modification::Origin;
use demand::pieces::PieceDraft;
use demand::radiation::renunciation::{RenunciationDraft, WrittenAct};
use demand::registration::ForceReason;
use demand::{Act, DemandEvent, FormDraft, codec};
use jiff::civil::date;
use serde::{Deserialize, Serialize};

use crate::given::*;

#[derive(Serialize, Deserialize)]
struct Sample {
    event_type: String,
    schema_version: u16,
    payload: String,
    parts: BTreeMap<String, String>,
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

/// One event of each type, full of what it can hold.
fn events() -> Vec<(&'static str, DemandEvent)> {
    let mut full = form();
    full.employment =
        Some(vec![JobDraft { adult: 0, contract: some("CDI"), profession: some("soudeuse"), ..JobDraft::default() }]);
    full.resources = Some(ResourcesDraft {
        adults: vec![AdultResourcesDraft {
            adult: 0,
            tax: vec![TaxIncomeDraft { year: Some(2023), amount: Some(14_250) }],
            received: vec![AmountDraft { kind: some("SAL"), amount: Some(1_520) }],
            paid: vec![AmountDraft { kind: some("PAV"), amount: Some(120) }],
        }],
        ..ResourcesDraft::default()
    });
    let mut events = registered(full.clone());
    let mut named = vec![("registered", events[0].clone()), ("piece_added", events[1].clone())];
    let mut act = |name, today, act| {
        let new = when(events.clone(), today, act).expect("the act is lawful");
        named.push((name, new[0].clone()));
        events.extend(new.clone());
        new
    };
    let sought = FormDraft { sought: full.sought.clone(), ..FormDraft::default() };
    let modify = |origin| Act::Modify { origin, form: Box::new(sought.clone()) };
    act("modified", date(2025, 4, 1), modify(Origin::Applicant));
    act("modified_by_piece", date(2025, 4, 2), modify(Origin::Piece { piece_id: uuid::Uuid::from_u128(2) }));
    act("modified_by_third_party", date(2025, 4, 3), modify(Origin::ThirdPartyValidated));
    act("renewed", date(2026, 3, 1), Act::Renew { form: Box::new(full) });
    let attribution = || Act::Attribute(AttributionDraft { decided_on: some("2026-04-02"), rpls: some("0600012345") });
    act("attributed", date(2026, 4, 3), attribution());
    act("attribution_refused", date(2026, 4, 9), Act::RefuseAttribution { refused_on: "2026-04-08".into() });
    act("attributed_again", date(2026, 4, 10), attribution());
    act("attribution_lapsed", date(2026, 5, 3), Act::LapseAttribution { lapsed_on: "2026-05-02".into() });
    let renunciation = RenunciationDraft { written_on: some("2026-05-04"), written_act: Some(WrittenAct::Portal) };
    let before_lease = events.clone();
    named.push((
        "radiated_renunciation",
        when(before_lease, date(2026, 5, 5), Act::Renounce(renunciation)).unwrap().remove(0),
    ));
    let mut lease = lease("2026-05-06");
    lease.commune = some("06088");
    lease.dwelling_type = some("T3");
    lease.surface = Some(62);
    lease.rent = Some(540);
    let signed = when(events, date(2026, 5, 6), Act::SignLease(lease)).unwrap();
    named.push(("lease_signed", signed[0].clone()));
    named.push(("radiated_attribution", signed[1].clone()));
    let mut of_association = registration(association());
    of_association.identity_piece = None;
    named.push((
        "registered_association",
        when(Vec::new(), FILED, Act::Register(Box::new(of_association))).unwrap().remove(0),
    ));
    let mut forced = registration(form());
    forced.forced = Some(ForceReason::Homonym);
    named.push(("registered_forced", when(Vec::new(), FILED, Act::Register(Box::new(forced))).unwrap().remove(0)));
    let sensitive = PieceDraft { piece_type: some("MOT-08"), label: some("certificat"), ..identity_piece() };
    let mut command = command(FILED, Act::AddPiece(sensitive));
    command.piece_id = uuid::Uuid::from_u128(3);
    named.push(("piece_added_sensitive", fold(registered(form())).decide(&command).unwrap().remove(0)));
    named
}

#[test]
fn every_event_has_a_golden_sample_that_reads_back_to_the_same_bytes() {
    for (name, event) in events() {
        let path = folder().join(format!("{name}.v1.json"));
        let encoded = codec::encode(event.clone()).unwrap();
        if !path.exists() && std::env::var_os("UPDATE").is_some() {
            let sample = Sample {
                event_type: encoded.event_type.into(),
                schema_version: encoded.schema_version,
                payload: encoded.payload.clone(),
                parts: encoded
                    .parts
                    .iter()
                    .map(|(tag, content)| (char::from(*tag).to_string(), String::from_utf8(content.clone()).unwrap()))
                    .collect(),
            };
            std::fs::create_dir_all(folder()).unwrap();
            std::fs::write(&path, serde_json::to_string_pretty(&sample).unwrap() + "\n").unwrap();
        }
        let text = std::fs::read_to_string(&path).unwrap_or_else(|_| panic!("no golden sample {}", path.display()));
        let sample: Sample = serde_json::from_str(&text).unwrap();
        let parts: Vec<(u8, Vec<u8>)> =
            sample.parts.iter().map(|(tag, content)| (tag.as_bytes()[0], content.clone().into_bytes())).collect();
        let read = codec::decode(&sample.event_type, sample.schema_version, &sample.payload, &parts).unwrap();
        assert!(read == event, "{name} reads back as something else");
        let again = codec::encode(read).unwrap();
        assert_eq!(again.payload, sample.payload, "{name} is written differently now");
        assert!(again.parts == parts, "a personal part of {name} is written differently now");
    }
}
