//! The form: what must be there, what may be there, what is refused, all of it at once.

use demand::form::housing::StayDraft;
use demand::form::identity::IdentityDraft;
use demand::form::remarks::RemarksDraft;
use demand::form::resources::{AdultResourcesDraft, AmountDraft, ResourcesDraft, TaxIncomeDraft};
use demand::{Act, FormDraft};
use jiff::civil::date;

use crate::given::*;

fn identity(change: impl FnOnce(&mut IdentityDraft)) -> FormDraft {
    let mut form = form();
    change(form.identity.as_mut().unwrap());
    form
}

#[test]
fn inv_08_mandatory_fields_and_the_identity_piece_are_enough() {
    let events = registered(form());
    assert_eq!(events.iter().map(|event| event.name()).collect::<Vec<_>>(), ["Registered", "PieceAdded"]);
}

#[test]
fn inv_08_every_missing_rubric_is_named_at_once() {
    let mut found = violations(FormDraft::default());
    found.sort();
    assert_eq!(found, ["contact=MISSING", "identity=MISSING", "sought=MISSING"]);
    let mut found = violations(FormDraft { identity: form().identity, ..FormDraft::default() });
    found.sort();
    let expected = ["contact=MISSING", "family=MISSING", "housing=MISSING", "reasons=MISSING", "sought=MISSING"];
    assert_eq!(found, expected);
}

#[test]
fn inv_08_every_wrong_field_is_named_at_once_in_the_order_of_the_form() {
    let mut wrong = identity(|identity| {
        let applicant = identity.applicant.as_mut().unwrap();
        applicant.surname = None;
        applicant.birth_date = some("1990-02-30");
        applicant.nationality = some("9");
        identity.co_applicants[0].link = some("X");
    });
    wrong.reasons.as_mut().unwrap().reasons = vec!["99".into(), "01".into(), "01".into()];
    wrong.sought.as_mut().unwrap().extended = None;
    assert_eq!(
        violations(wrong),
        [
            "identity.applicant.surname=MISSING",
            "identity.applicant.birth_date=IMPOSSIBLE_DATE",
            "identity.applicant.nationality=UNKNOWN_CODE",
            "identity.co_applicants[0].link=UNKNOWN_CODE",
            "reasons.reasons[0]=UNKNOWN_CODE",
            "reasons.reasons[2]=DUPLICATE",
            "sought.extended=MISSING",
        ]
    );
}

#[test]
fn inv_08_without_the_identity_piece_or_with_another_one_it_is_refused() {
    let mut without = registration(form());
    without.identity_piece = None;
    let rejection = when(Vec::new(), FILED, Act::Register(Box::new(without))).unwrap_err();
    assert_eq!(rejection.to_string(), "INVALID_FORM: identity_piece=MISSING");

    let mut other = registration(form());
    other.identity_piece.as_mut().unwrap().piece_type = some("TAX");
    let rejection = when(Vec::new(), FILED, Act::Register(Box::new(other))).unwrap_err();
    assert_eq!(rejection.to_string(), "INVALID_FORM: identity_piece.piece_type=NOT_AN_IDENTITY_PIECE");
}

#[test]
fn inv_08_a_wrong_digest_does_not_hide_a_wrong_type_of_piece() {
    let mut wrong = registration(form());
    wrong.identity_piece.as_mut().unwrap().piece_type = some("TAX");
    wrong.identity_piece.as_mut().unwrap().sha256 = some("XYZ");
    let rejection = when(Vec::new(), FILED, Act::Register(Box::new(wrong))).unwrap_err();
    assert_eq!(
        rejection.to_string(),
        "INVALID_FORM: identity_piece.piece_type=NOT_AN_IDENTITY_PIECE, identity_piece.sha256=MALFORMED"
    );
}

#[test]
fn inv_62_an_association_with_a_wrong_name_still_is_one() {
    let mut wrong = association();
    wrong.identity.as_mut().unwrap().association.as_mut().unwrap().name = some("12");
    let mut registration = registration(wrong);
    registration.identity_piece = None;
    let rejection = when(Vec::new(), FILED, Act::Register(Box::new(registration))).unwrap_err();
    assert_eq!(rejection.to_string(), "INVALID_FORM: identity.association.name=NOT_A_NAME");
}

#[test]
fn inv_08_no_residence_in_the_commune_is_asked_for() {
    let mut form = form();
    let address = form.contact.as_mut().unwrap().postal_address.as_mut().unwrap();
    address.postal_code = some("59000");
    address.commune = some("59350");
    registered(form);
}

#[test]
fn inv_09_income_above_every_ceiling_does_not_block_a_registration() {
    let mut form = form();
    form.resources = Some(ResourcesDraft {
        adults: vec![AdultResourcesDraft {
            adult: 0,
            tax: vec![TaxIncomeDraft { year: Some(2023), amount: Some(999_999) }],
            received: vec![AmountDraft { kind: some("SAL"), amount: Some(80_000) }],
            paid: Vec::new(),
        }],
        ..ResourcesDraft::default()
    });
    registered(form);
}

#[test]
fn inv_02_a_commune_outside_the_territory_is_refused() {
    let mut wrong = form();
    wrong.sought.as_mut().unwrap().communes = vec!["06088".into(), "83137".into()];
    assert_eq!(violations(wrong), ["sought.communes[1]=OUTSIDE_TERRITORY"]);
}

#[test]
fn inv_02_a_superseded_or_unknown_commune_is_refused() {
    let old = nomenclature::communes()
        .iter()
        .find(|commune| matches!(commune.status, nomenclature::CommuneStatus::Superseded { .. }))
        .expect("there are superseded communes");
    let mut wrong = form();
    wrong.sought.as_mut().unwrap().communes = vec![old.code.to_string(), "06999".into(), "6088".into()];
    assert_eq!(
        violations(wrong),
        ["sought.communes[0]=SUPERSEDED", "sought.communes[1]=UNKNOWN_CODE", "sought.communes[2]=MALFORMED"]
    );
}

#[test]
fn inv_71_one_to_ten_communes_and_at_least_one_type() {
    let of_territory: Vec<String> =
        nomenclature::communes_of(nice()).iter().filter(|c| c.wishable()).map(|c| c.code.to_string()).collect();
    let mut ten = form();
    ten.sought.as_mut().unwrap().communes = of_territory[..10].to_vec();
    registered(ten);
    let mut eleven = form();
    eleven.sought.as_mut().unwrap().communes = of_territory[..11].to_vec();
    assert_eq!(violations(eleven), ["sought.communes=TOO_MANY"]);
    let mut none = form();
    none.sought.as_mut().unwrap().communes.clear();
    none.sought.as_mut().unwrap().dwelling_types.clear();
    assert_eq!(violations(none), ["sought.dwelling_types=MISSING", "sought.communes=MISSING"]);
}

#[test]
fn inv_62_an_association_has_rubrics_a_b_and_h_only() {
    let mut registration = registration(association());
    registration.identity_piece = None;
    let events = when(Vec::new(), FILED, Act::Register(Box::new(registration))).unwrap();
    assert_eq!(events.len(), 1);

    let mut wrong = association();
    wrong.family = form().family;
    wrong.reasons = form().reasons;
    wrong.identity.as_mut().unwrap().dependants = vec![child("Anna", "2015-05-01")];
    assert_eq!(
        violations(wrong),
        ["identity.dependants=NOT_FOR_ASSOCIATION", "family=NOT_FOR_ASSOCIATION", "reasons=NOT_FOR_ASSOCIATION",]
    );
}

#[test]
fn inv_68_there_is_no_field_for_the_social_security_number() {
    for field in demand::fields() {
        assert!(!field.name.contains("nir") && !field.name.contains("social_security"), "{}", field.name);
    }
    let with_nir = r#"{"identity":{"applicant":{"surname":"Roux","nir":"190037512345678"}}}"#;
    assert!(serde_json::from_str::<FormDraft>(with_nir).is_err());
}

#[test]
fn other_rubrics_name_only_adults_that_exist() {
    let mut wrong = form();
    wrong.family.as_mut().unwrap().situations.push("C".into());
    wrong.resources = Some(ResourcesDraft {
        adults: vec![AdultResourcesDraft { adult: 2, ..AdultResourcesDraft::default() }],
        ..ResourcesDraft::default()
    });
    assert_eq!(violations(wrong), ["family.situations=INCONSISTENT", "resources.adults=INCONSISTENT"]);
}

#[test]
fn the_same_person_is_not_twice_in_one_household_but_twins_are_two() {
    let same = identity(|identity| identity.co_applicants[0].person = person("LÉVÊQUE", "zoé marie", "1990-02-28"));
    assert_eq!(violations(same), ["identity.co_applicants[0]=DUPLICATE"]);
    registered(identity(|identity| identity.co_applicants[0].person = person("Lévêque", "Léa", "1990-02-28")));
}

#[test]
fn inv_10_reception_is_neither_in_the_future_nor_over_31_days_ago() {
    let on = |filed: &str| {
        let mut registration = registration(form());
        registration.filed_on = some(filed);
        when(Vec::new(), date(2026, 11, 23), Act::Register(Box::new(registration))).map_err(|r| r.to_string())
    };
    assert_eq!(on("2026-11-24").unwrap_err(), "INVALID_FORM: filed_on=IN_THE_FUTURE");
    assert_eq!(on("2026-10-22").unwrap_err(), "INVALID_FORM: filed_on=TOO_LONG_AGO");
    assert!(on("2026-10-23").is_ok());
    assert!(on("2026-11-23").is_ok());
    assert_eq!(on("2026-02-30").unwrap_err(), "INVALID_FORM: filed_on=IMPOSSIBLE_DATE");
    assert!(on(" ").is_ok(), "a text that says nothing is an absent one");
}

#[test]
fn a_rejection_never_repeats_what_was_typed() {
    let wrong = identity(|identity| identity.applicant.as_mut().unwrap().surname = some("Zzyzx\u{202E}"));
    let rejection = when(Vec::new(), FILED, Act::Register(Box::new(registration(wrong)))).unwrap_err();
    assert!(!format!("{rejection} {rejection:?}").contains("Zzyzx"));
}

#[test]
fn dates_that_cannot_be_are_refused_in_every_rubric() {
    let mut wrong = form();
    wrong.family.as_mut().unwrap().expected_children = Some(1);
    wrong.family.as_mut().unwrap().expected_on = some("9999-01-01");
    wrong.housing.as_mut().unwrap().stays = vec![stay("LP", "1602-01-01")];
    wrong.reasons.as_mut().unwrap().reasons = vec!["05".into()];
    wrong.reasons.as_mut().unwrap().judgment_on = some("2025-03-16");
    assert_eq!(
        violations(wrong),
        [
            "family.expected_on=IMPOSSIBLE_DATE",
            "housing.stays[0].since=IMPOSSIBLE_DATE",
            "reasons.judgment_on=IN_THE_FUTURE"
        ]
    );
}

fn stay(kind: &str, since: &str) -> StayDraft {
    StayDraft { kind: some(kind), since: some(since), name: None }
}

#[test]
fn codes_of_a_later_form_are_taken_once_it_exists_and_those_of_form_02_still_are() {
    let on = |day| {
        let mut form = form();
        form.housing.as_mut().unwrap().kinds = vec!["V3MOB".into(), "LP".into()];
        form.reasons.as_mut().unwrap().reasons = vec!["V3ND".into(), "03".into()];
        when(Vec::new(), day, Act::Register(Box::new(registration(form)))).map_err(|rejection| rejection.to_string())
    };
    let events = on(date(2018, 9, 10)).unwrap();
    assert_eq!(active(events).facts.form_version.code(), "03");
    assert_eq!(active(registered(form())).facts.form_version.code(), "02");
    assert_eq!(
        on(date(2018, 9, 9)).unwrap_err(),
        "INVALID_FORM: housing.kinds[0]=UNKNOWN_CODE, reasons.reasons[0]=UNKNOWN_CODE"
    );
}

#[test]
fn each_kind_of_present_dwelling_has_its_own_day_and_a_structure_its_name() {
    let mut several = form();
    let housing = several.housing.as_mut().unwrap();
    housing.kinds = vec!["SH".into(), "CDEFCM".into(), "SLHT".into()];
    housing.stays = vec![
        StayDraft { name: some("Abri du Port"), ..stay("SH", "2024-11-02") },
        StayDraft { name: some("Les Mimosas"), ..stay("CDEFCM", "2024-12-24") },
        stay("SLHT", "2025-01-31"),
    ];
    registered(several.clone());
    let housing = several.housing.as_mut().unwrap();
    housing.stays.push(stay("SH", "2025-02-01"));
    housing.stays.push(stay("HOT", "2025-02-01"));
    housing.stays.push(StayDraft::default());
    housing.stays[2].name = some("Chez Paul");
    assert_eq!(
        violations(several),
        [
            "housing.stays[2].name=INCONSISTENT",
            "housing.stays[3].kind=DUPLICATE",
            "housing.stays[4].kind=INCONSISTENT",
            "housing.stays[5].kind=MISSING",
        ]
    );
}

#[test]
fn the_head_of_the_form_holds_a_remark_and_the_reference_of_the_organisation() {
    let mut with = association();
    with.remarks =
        Some(RemarksDraft { precision: some(&"é".repeat(255)), internal_reference: some("2025/000123-AB") });
    let mut of_association = registration(with.clone());
    of_association.identity_piece = None;
    let events = when(Vec::new(), FILED, Act::Register(Box::new(of_association))).unwrap();
    let held = active(events).rubrics.clear().unwrap().remarks.clone().unwrap();
    assert_eq!(held.internal_reference.unwrap().as_str(), "2025/000123-AB");
    let mut too_long = form();
    too_long.remarks =
        Some(RemarksDraft { precision: some(&"é".repeat(256)), internal_reference: some(&"x".repeat(19)) });
    assert_eq!(violations(too_long), ["remarks.precision=TOO_LONG", "remarks.internal_reference=TOO_LONG"]);
}

#[test]
fn nothing_typed_shows_in_the_debug_of_a_command() {
    let mut full = form();
    full.sought.as_mut().unwrap().max_rent = Some(987);
    full.remarks = Some(RemarksDraft { precision: some("se tait"), internal_reference: some("REF-7") });
    full.family.as_mut().unwrap().expected_on = some("2025-06-07");
    let acts = [Act::Register(Box::new(registration(full))), Act::SignLease(Box::new(lease("2025-06-02")))];
    let printed = format!("{acts:?}");
    for canary in ["Zoé", "Lévêque", "Lilas", "987", "2025-06-07", "06088", "0600012345", "se tait", "REF-7"] {
        assert!(!printed.contains(canary), "{canary} in {printed}");
    }
}
