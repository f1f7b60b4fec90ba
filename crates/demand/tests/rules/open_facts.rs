//! What is open and what is not (design law 8).

use demand::facts::{ApplicantKind, Composition};
use demand::form::contact::ContactDraft;
use demand::form::resources::{AdultResourcesDraft, AmountDraft, ResourcesDraft, TaxIncomeDraft};
use demand::{Act, Demand, DemandEvent, codec};
use nomenclature::Reason;

use crate::given::*;

#[test]
fn sensitive_reasons_are_written_as_other_in_the_open() {
    let mut form = form();
    form.reasons.as_mut().unwrap().reasons = vec!["06".into(), "07".into(), "08".into(), "13".into()];
    let facts = active(registered(form)).facts;
    assert_eq!(facts.reasons, [Reason::Other, Reason::parse("13").unwrap()]);
}

#[test]
fn the_type_of_a_sensitive_piece_is_not_open() {
    let sensitive = nomenclature::PieceType::ALL.iter().find(|piece| piece.is_sensitive()).expect("there is one");
    let mut draft = identity_piece();
    draft.piece_type = Some(sensitive.code().to_owned());
    let mut command = command(FILED, Act::AddPiece(draft));
    command.piece_id = uuid::Uuid::from_u128(77);
    let events = fold(registered(form())).decide(&command).unwrap();
    let DemandEvent::PieceAdded(added) = &events[0] else { panic!("{events:?}") };
    assert_eq!(added.open_type, None);
    assert_eq!(added.piece.clear().unwrap().piece_type, *sensitive);
}

#[test]
fn amounts_are_open_as_bands_and_units_count_ages() {
    let mut form = form();
    form.resources = Some(ResourcesDraft {
        adults: vec![
            AdultResourcesDraft {
                adult: 0,
                tax: vec![TaxIncomeDraft { year: Some(2023), amount: Some(12_300) }],
                received: vec![AmountDraft { kind: some("SAL"), amount: Some(1_430) }],
                paid: Vec::new(),
            },
            AdultResourcesDraft {
                adult: 1,
                tax: vec![TaxIncomeDraft { year: Some(2024), amount: Some(8_000) }],
                received: vec![AmountDraft { kind: some("CHO"), amount: Some(700) }],
                paid: Vec::new(),
            },
        ],
        ..ResourcesDraft::default()
    });
    let facts = active(registered(form)).facts;
    assert_eq!(facts.monthly_resources.lower(), Some(2_000));
    assert_eq!(facts.tax_income.lower(), Some(20_250));
    assert_eq!(facts.consumption_units, Some(18), "two adults and a child of nine");
    assert_eq!((facts.composition, facts.household_size), (Some(Composition::CoupleWithChildren), Some(3)));
    assert_eq!(facts.applicant_kind, ApplicantKind::Household);
}

#[test]
fn the_open_part_of_no_event_holds_anything_personal() {
    let mut form = form();
    form.contact = Some(ContactDraft {
        email: some("zoe.leveque@example.org"),
        mobile_phone: some("0639981234"),
        ..form.contact.unwrap()
    });
    for event in registered(form) {
        let encoded = codec::encode(event).unwrap();
        for personal in ["Zoé", "Lévêque", "Lilas", "1990-02", "example.org", "0639981234", "Anna", &"0".repeat(64)]
        {
            assert!(!encoded.payload.contains(personal), "{personal} in {}", encoded.payload);
        }
        assert!(!encoded.parts.is_empty());
    }
}

#[test]
fn a_demand_without_its_keys_keeps_facts_and_dates() {
    let sealed: Vec<DemandEvent> = registered(form())
        .into_iter()
        .map(|event| {
            let encoded = codec::encode(event).unwrap();
            codec::decode(encoded.event_type, encoded.schema_version, &encoded.payload, &[]).unwrap()
        })
        .collect();
    let (sealed, clear) = (fold(sealed), fold(registered(form())));
    assert_eq!(serde_json::to_string(&sealed).unwrap(), serde_json::to_string(&clear).unwrap());
    let Demand::Active(sealed) = sealed else { panic!() };
    assert!(sealed.rubrics.clear().is_none());
}

#[test]
fn a_part_without_a_place_and_an_unknown_event_are_refused() {
    let encoded = codec::encode(registered(form()).remove(0)).unwrap();
    let stray = [(b'z', b"{}".to_vec())];
    assert!(codec::decode(encoded.event_type, 1, &encoded.payload, &stray).is_err());
    assert!(codec::decode("Vanished", 1, "{}", &[]).is_err());
    assert!(codec::decode("Registered", 3, &encoded.payload, &[]).is_err());
    assert!(codec::decode("Registered", 1, "{\"territory\":", &[]).is_err());
}
