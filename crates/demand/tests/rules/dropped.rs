//! A co-applicant is dropped: with his consent, on a legal proof, or because he died (INV-37).

use demand::co_applicant::DropDraft;
use demand::form::employment::JobDraft;
use demand::form::family::FamilyDraft;
use demand::form::resources::{AdultResourcesDraft, AmountDraft, ResourcesDraft};
use demand::form::sought::SoughtDraft;
use demand::rupture::DropGround;
use demand::{Act, DemandEvent, FormDraft, RejectionReason};
use uuid::Uuid;

use crate::couple::{TODAY, his_own, names, piece, tied};
use crate::given::*;

/// A demand with a piece of a type in its dossier, and how it is named.
fn with_piece(form: FormDraft, piece_type: &str) -> (Vec<DemandEvent>, Uuid) {
    let piece_id = Uuid::from_u128(7);
    let mut add = command(FILED, Act::AddPiece(piece(piece_type)));
    add.piece_id = piece_id;
    let mut events = registered(form);
    events.extend(fold(events.clone()).decide(&add).unwrap());
    (events, piece_id)
}

pub fn drop_on(ground: DropGround, piece_id: Uuid) -> Act {
    Act::DropCoApplicant(DropDraft {
        co_applicant: Some(0),
        ground: Some(ground),
        piece_id: Some(piece_id),
        form: Box::default(),
    })
}

/// By hand from the rule: which piece is a proof for which ground and link.
#[test]
fn inv_37_a_co_applicant_is_dropped_with_consent_or_proof_by_what_ties_him_and_on_nothing_else() {
    use DropGround::{Consent, Death, LegalProof};
    let all = ["M", "P", "C", "L"];
    for (ground, piece_type, of) in [
        (Consent, "FAM-ACC", &all[..]),
        (Death, "FAM-DEC", &all),
        (LegalProof, "FAM-DIV", &["M"]),
        (LegalProof, "FAM-JAF", &["M", "P"]),
        (LegalProof, "FAM-AVO", &["M"]),
        (LegalProof, "FAM-257", &["M"]),
        (LegalProof, "FAM-PAC", &["P"]),
        (LegalProof, "MOT-06", &["M", "P", "C"]),
        (LegalProof, "FAM", &[]),
        (LegalProof, "FAM-ACC", &[]),
        (LegalProof, "FAM-HON", &[]),
        (LegalProof, "MOT-08", &[]),
        (Consent, "ID", &[]),
        (Consent, "FAM-HON", &[]),
        (Death, "FAM-DIV", &[]),
    ] {
        for link in all {
            let (events, piece_id) = with_piece(tied(link), piece_type);
            let outcome = when(events, TODAY, drop_on(ground, piece_id));
            let words = outcome.map(|events| names(&events)).map_err(|rejection| rejection.to_string());
            let expected = if of.contains(&link) {
                Ok(vec!["CoApplicantDropped"])
            } else {
                Err("INVALID_FORM: drop.piece_id=NOT_A_PROOF".to_owned())
            };
            assert_eq!(words, expected, "{ground:?} {piece_type} {link}");
        }
    }
}

#[test]
fn inv_37_a_drop_says_who_why_and_on_which_piece_of_the_dossier() {
    let words = |events, act| when(events, TODAY, act).unwrap_err().to_string();
    let nothing = Act::DropCoApplicant(DropDraft::default());
    assert_eq!(
        words(registered(form()), nothing.clone()),
        "INVALID_FORM: drop.co_applicant=MISSING, drop.ground=MISSING, drop.piece_id=MISSING"
    );
    let stranger = drop_on(DropGround::Consent, Uuid::from_u128(99));
    assert_eq!(words(registered(form()), stranger), "UNKNOWN_PIECE");
    for place in [-1, 1, i64::MAX] {
        let (events, piece_id) = with_piece(form(), "FAM-ACC");
        let act = Act::DropCoApplicant(DropDraft {
            co_applicant: Some(place),
            ground: Some(DropGround::Consent),
            piece_id: Some(piece_id),
            form: Box::new(FormDraft { sought: Some(SoughtDraft::default()), ..FormDraft::default() }),
        });
        let told = words(events, act);
        assert!(told.starts_with("INVALID_FORM: drop.co_applicant=OUT_OF_RANGE, sought."), "{told}");
    }
    let mut of_association = registration(association());
    of_association.identity_piece = None;
    let events = when(Vec::new(), FILED, Act::Register(Box::new(of_association))).unwrap();
    assert_eq!(
        words(events, nothing),
        "INVALID_FORM: drop.co_applicant=NOT_FOR_ASSOCIATION, drop.ground=MISSING, drop.piece_id=MISSING"
    );
}

#[test]
fn inv_37_who_is_dropped_takes_his_rows_along_and_the_others_move_up() {
    let mut form = form();
    let identity = form.identity.as_mut().unwrap();
    identity.co_applicants.push(demand::form::identity::CoApplicantDraft {
        link: some("L"),
        person: person("Martin", "Léa", "1991-01-01"),
    });
    form.family.as_mut().unwrap().situations = ["M", "V", "C"].map(String::from).to_vec();
    let job = |adult, contract: &str| JobDraft { adult, contract: some(contract), ..JobDraft::default() };
    form.employment = Some(vec![job(0, "CDI"), job(1, "CHO"), job(2, "ETU")]);
    let earns = |adult, amount| AdultResourcesDraft {
        adult,
        received: vec![AmountDraft { kind: some("SAL"), amount: Some(amount) }],
        ..AdultResourcesDraft::default()
    };
    form.resources = Some(ResourcesDraft {
        adults: vec![earns(2, 250), earns(1, 5_000), earns(0, 1_000)],
        ..ResourcesDraft::default()
    });
    let (events, piece_id) = with_piece(form, "FAM-ACC");
    let demand = active(then(events, TODAY, drop_on(DropGround::Consent, piece_id)));
    let rubrics = demand.rubrics.clear().unwrap();
    let names: Vec<_> = rubrics.household().unwrap().adults().map(|adult| adult.surname.as_str().to_owned()).collect();
    assert_eq!(names, ["Lévêque", "Martin"]);
    let situations: Vec<_> = rubrics.family.as_ref().unwrap().situations.iter().map(|s| s.code()).collect();
    assert_eq!(situations, ["M", "C"]);
    let jobs: Vec<_> = rubrics.employment.as_ref().unwrap().0.iter().map(|j| (j.adult, j.contract.code())).collect();
    assert_eq!(jobs, [(0, "CDI"), (1, "ETU")]);
    let earners: Vec<_> = rubrics.resources.as_ref().unwrap().adults.iter().map(|r| r.adult).collect();
    assert_eq!(earners, [1, 0]);
    assert_eq!(demand.facts.monthly_resources.lower(), Some(1_250));
    assert_eq!((demand.facts.household_size, demand.filed_on), (Some(3), FILED), "seniority stays");
}

#[test]
fn inv_37_a_drop_brings_what_else_changes_and_drops_nobody_else() {
    let (events, piece_id) = with_piece(form(), "FAM-DEC");
    let with = |form: FormDraft| {
        Act::DropCoApplicant(DropDraft {
            co_applicant: Some(0),
            ground: Some(DropGround::Death),
            piece_id: Some(piece_id),
            form: Box::new(form),
        })
    };
    let widowed = FamilyDraft { situations: vec!["V".into()], ..FamilyDraft::default() };
    let act = with(FormDraft { family: Some(widowed), ..FormDraft::default() });
    let demand = active(then(events.clone(), TODAY, act));
    assert_eq!(demand.facts.family_situation.unwrap().code(), "V");
    let two = with(FormDraft { family: form().family, ..FormDraft::default() });
    assert_eq!(
        when(events.clone(), TODAY, two).unwrap_err().to_string(),
        "INVALID_FORM: family.situations=INCONSISTENT"
    );
    let replaced = with(FormDraft { identity: his_own().identity, ..FormDraft::default() });
    assert_eq!(when(events, TODAY, replaced).unwrap_err().reason, RejectionReason::ApplicantReplaced);
}

#[test]
fn what_was_not_said_of_a_drop_is_not_written() {
    let draft = r#"{"drop_co_applicant":{"co_applicant":0,"form":{}}}"#;
    assert_eq!(serde_json::to_string(&serde_json::from_str::<Act>(draft).unwrap()).unwrap(), draft);
}
