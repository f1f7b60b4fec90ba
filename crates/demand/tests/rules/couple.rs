//! A couple parts: who gets a demand of his own, on what proof, and what becomes of both demands (INV-36).

use demand::form::family::FamilyDraft;
use demand::form::identity::IdentityDraft;
use demand::pieces::PieceDraft;
use demand::radiation::renunciation::{RenunciationDraft, WrittenAct};
use demand::rupture::SeparationGround;
use demand::separation::SeparationDraft;
use demand::{Act, DemandEvent, FormDraft, Plan, Rejection, RejectionReason, codec, plan};
use jiff::civil::{Date, date};
use nomenclature::UniqueNumber;
use personal::Pii;
use uuid::Uuid;

use crate::given::*;

pub const TODAY: Date = date(2025, 6, 20);
const PROOF: Uuid = Uuid::from_u128(40);

pub fn joint_number() -> UniqueNumber {
    UniqueNumber::parse("0060325000001G0601").unwrap()
}

pub fn new_number() -> UniqueNumber {
    UniqueNumber::parse("0060325000002G0601").unwrap()
}

/// The couple of the sample, tied so.
pub fn tied(link: &str) -> FormDraft {
    let mut form = form();
    form.identity.as_mut().unwrap().co_applicants[0].link = some(link);
    form
}

/// The form of Paul Roux, who leaves.
pub fn his_own() -> FormDraft {
    FormDraft {
        identity: Some(IdentityDraft {
            applicant: Some(person("ROUX", "Paul", "1988-07-14")),
            ..IdentityDraft::default()
        }),
        family: Some(FamilyDraft { situations: vec!["S".into()], ..FamilyDraft::default() }),
        ..form()
    }
}

pub fn piece(piece_type: &str) -> PieceDraft {
    PieceDraft { piece_type: some(piece_type), ..identity_piece() }
}

pub fn separation(ground: SeparationGround, proof: &str) -> SeparationDraft {
    SeparationDraft {
        co_applicant: Some(0),
        ground: Some(ground),
        warned_on: (ground == SeparationGround::SwornStatement).then(|| TODAY.to_string()),
        form: his_own(),
        identity_piece: Some(identity_piece()),
        proof: Some(piece(proof)),
        ..SeparationDraft::default()
    }
}

/// The events of both demands: first those of the joint one, then those of the new one.
pub fn separated(
    joint: &[DemandEvent],
    today: Date,
    draft: SeparationDraft,
) -> Result<(Vec<DemandEvent>, Vec<DemandEvent>), Rejection> {
    let before = fold(joint.to_vec());
    let command = command(today, Act::Separate(Box::new(draft)));
    let Plan::Separation(parts) = plan(&before, Some(joint_number()), command, PROOF)? else {
        panic!("one stream");
    };
    let new = when(Vec::new(), today, parts.opening.act.clone())?;
    let left = when(joint.to_vec(), today, parts.leaving(new_number()).act)?;
    Ok((left, new))
}

pub fn names(events: &[DemandEvent]) -> Vec<&'static str> {
    events.iter().map(DemandEvent::name).collect()
}

/// By hand from the rule: which ground and piece separate whom.
#[test]
fn inv_36_a_separation_needs_a_listed_proof_by_marital_status() {
    use SeparationGround::{Consent, LegalProof, SwornStatement, Violence};
    let (yes, unfit, unproved) = ("yes", "separation.ground=INCONSISTENT", "proof.piece_type=NOT_A_PROOF");
    // Married, PACS, cohabitants, flat-sharers.
    let links = ["M", "P", "C", "L"];
    for (ground, proof, expected) in [
        (LegalProof, "FAM-DIV", [yes, unproved, unfit, unfit]),
        (LegalProof, "FAM-JAF", [yes, yes, unfit, unfit]),
        (LegalProof, "FAM-AVO", [yes, unproved, unfit, unfit]),
        (LegalProof, "FAM-257", [yes, unproved, unfit, unfit]),
        (LegalProof, "FAM-PAC", [unproved, yes, unfit, unfit]),
        // A protection order goes with violence, which is handled apart.
        (LegalProof, "MOT-06", [unproved, unproved, unfit, unfit]),
        (LegalProof, "FAM-HON", [unproved, unproved, unfit, unfit]),
        (SwornStatement, "FAM-HON", [unfit, unfit, yes, unfit]),
        (SwornStatement, "FAM-ACC", [unfit, unfit, unproved, unfit]),
        (Consent, "FAM-ACC", [unfit, unfit, unfit, yes]),
        (Consent, "ID", [unfit, unfit, unfit, unproved]),
        (Violence, "MOT-06", [yes, yes, yes, yes]),
        (Violence, "FAM-DIV", [unproved, unproved, unproved, unproved]),
    ] {
        for (link, expected) in links.into_iter().zip(expected) {
            let found = match separated(&registered(tied(link)), TODAY, separation(ground, proof)) {
                Ok(_) => "yes".to_owned(),
                Err(rejection) => rejection.to_string(),
            };
            let fits = if expected == yes { found == yes } else { found.contains(expected) };
            assert!(fits, "{ground:?} {proof} {link}: {found}, and not {expected}");
        }
    }
}

#[test]
fn inv_36_the_new_demand_inherits_the_filing_date_and_names_its_origin() {
    let joint = registered(tied("C"));
    let today = date(2027, 5, 4);
    let mut draft = separation(SeparationGround::SwornStatement, "FAM-HON");
    draft.warned_on = some("2027-05-01");
    let (left, new) = separated(&joint, today, draft).unwrap();
    assert_eq!(names(&new), ["Registered", "PieceAdded", "PieceAdded"]);
    let own = active(new.clone());
    assert_eq!((own.filed_on, &own.separated_from), (FILED, &Pii::Clear(Some(joint_number()))));
    assert_eq!((own.expires_on(), own.last_renewed_on), (date(2028, 5, 4), None), "presented that day, never renewed");
    assert_eq!(own.certificates.due_since(), Some(today), "INV-11: nobody is late on the first day");
    assert_eq!(fold(new.clone()).status_on(date(2027, 5, 3)), None, "nothing was presented by then");
    assert!(new[0].effective_on(today) == FILED && new[1].effective_on(today) == today);
    let Some(DemandEvent::Registered(first)) = new.first() else { panic!() };
    assert_eq!(first.forced, None);
    assert_eq!(own.type_of(PROOF).unwrap().clear().unwrap().code(), "FAM-HON");

    assert_eq!(names(&left), ["CoApplicantDropped", "Separated"]);
    let Some(DemandEvent::Separated(separated)) = left.last() else { panic!() };
    let link = separated.link.clear().unwrap().as_ref().unwrap();
    assert_eq!((link.separated_to, link.piece_id), (new_number(), PROOF));
    assert_eq!(link.warned_on, Some(date(2027, 5, 1)));
    let demand = active(joint.into_iter().chain(left).collect());
    assert_eq!(
        (demand.filed_on, &demand.separated_to),
        (FILED, &Pii::Clear(vec![new_number()])),
        "its seniority stays"
    );
    assert!(demand.rubrics.clear().unwrap().household().unwrap().co_applicants.is_empty());
}

#[test]
fn inv_36_no_person_is_in_both_demands_and_none_in_neither() {
    let joint = registered(tied("P"));
    let (left, new) = separated(&joint, TODAY, separation(SeparationGround::LegalProof, "FAM-PAC")).unwrap();
    let claimed = |events: Vec<DemandEvent>| {
        let claims = demand::claims::claims_of(&fold(events)).unwrap();
        claims.iter().map(|person| demand::spelling::fold(&person.keys[0].surname)).collect::<Vec<_>>()
    };
    assert_eq!(claimed(joint.clone()), ["LEVEQUE", "ROUX"]);
    assert_eq!(claimed(joint.into_iter().chain(left).collect()), ["LEVEQUE"]);
    assert_eq!(claimed(new), ["ROUX"]);
}

#[test]
fn inv_36_the_applicant_of_the_new_demand_is_who_leaves() {
    let outcome = |applicant| {
        let mut draft = separation(SeparationGround::LegalProof, "FAM-DIV");
        draft.form.identity.as_mut().unwrap().applicant = Some(applicant);
        separated(&registered(form()), TODAY, draft).map(|_| ()).map_err(|rejection| rejection.reason)
    };
    assert_eq!(outcome(person("roux", "PAUL", "1988-07-14")), Ok(()));
    for stranger in [
        person("Roux", "Paul", "1988-07-15"),
        person("Roux", "Henri", "1988-07-14"),
        person("Lévêque", "Zoé Marie", "1990-02-28"),
    ] {
        assert_eq!(outcome(stranger), Err(RejectionReason::NotTheCoApplicant));
    }
    let mut draft = separation(SeparationGround::LegalProof, "FAM-DIV");
    draft.form = association();
    draft.identity_piece = None;
    let refused = separated(&registered(form()), TODAY, draft).unwrap_err();
    assert_eq!(refused.reason, RejectionReason::NotTheCoApplicant, "an association is nobody's husband");
}

#[test]
fn inv_36_every_violation_of_both_forms_and_of_the_proof_is_told_at_once() {
    let mut draft = separation(SeparationGround::SwornStatement, "FAM-HON");
    draft.warned_on = None;
    draft.form.sought = None;
    draft.identity_piece = None;
    draft.proof = None;
    draft.joint_form = Box::new(FormDraft { family: form().family, ..FormDraft::default() });
    let words = when(registered(tied("C")), TODAY, Act::Separate(Box::new(draft))).unwrap_err().to_string();
    assert_eq!(
        words,
        "INVALID_FORM: separation.warned_on=MISSING, sought=MISSING, identity_piece=MISSING, proof=MISSING, \
         joint_form.family.situations=INCONSISTENT"
    );
    let mut nothing = SeparationDraft { form: his_own(), ..SeparationDraft::default() };
    nothing.warned_on = some("2025-03-14");
    let words = when(registered(form()), TODAY, Act::Separate(Box::new(nothing))).unwrap_err().to_string();
    assert_eq!(
        words,
        "INVALID_FORM: separation.co_applicant=MISSING, separation.ground=MISSING, separation.warned_on=TOO_EARLY, \
         identity_piece=MISSING, proof=MISSING"
    );
    let mut warned = separation(SeparationGround::Violence, "MOT-06");
    warned.warned_on = Some(TODAY.to_string());
    let words = when(registered(form()), TODAY, Act::Separate(Box::new(warned))).unwrap_err().to_string();
    assert_eq!(words, "INVALID_FORM: separation.warned_on=INCONSISTENT", "nobody is told");
}

/// What anybody sees of an event without a key: its type, its open part, tags and lengths of its sealed parts.
type Seen = (&'static str, String, Vec<(char, usize)>);

fn seen(event: &DemandEvent) -> Seen {
    let encoded = codec::encode(event.clone()).unwrap();
    let parts = encoded.parts.iter().map(|(tag, content)| (char::from(*tag), content.len()));
    (encoded.event_type, encoded.payload, parts.collect())
}

fn seen_of_both((left, new): &(Vec<DemandEvent>, Vec<DemandEvent>)) -> Vec<Seen> {
    left.iter().chain(new).map(seen).collect()
}

/// Design law 8: violence is never open. Ids, days and numbers are the same here, so all that is seen must be.
#[test]
fn inv_36_nothing_that_can_be_seen_tells_violence_from_another_ground() {
    use SeparationGround::{Consent, LegalProof, SwornStatement, Violence};
    let after = |link, ground, proof: &str, label: Option<&str>| {
        let mut draft = separation(ground, proof);
        draft.proof.as_mut().unwrap().label = label.map(str::to_owned);
        seen_of_both(&separated(&registered(tied(link)), TODAY, draft).unwrap())
    };
    let fled = after("M", Violence, "MOT-06", None);
    let types: Vec<_> = fled.iter().map(|(event_type, ..)| *event_type).collect();
    assert_eq!(types, ["CoApplicantDropped", "Separated", "Registered", "PieceAdded", "PieceAdded"]);
    // The longest label in characters, and the longest in bytes.
    let (escaped, decomposed) = ("\"".repeat(100), format!("a{}", "\u{300}\u{301}".repeat(7)).repeat(6));
    for (link, ground, proof) in [
        ("M", LegalProof, "FAM-DIV"),
        ("M", LegalProof, "FAM-JAF"),
        ("M", LegalProof, "FAM-AVO"),
        ("M", LegalProof, "FAM-257"),
        ("P", LegalProof, "FAM-PAC"),
        ("P", LegalProof, "FAM-JAF"),
        ("C", SwornStatement, "FAM-HON"),
        ("L", Consent, "FAM-ACC"),
        ("M", Violence, "MOT-06"),
        ("P", Violence, "MOT-06"),
        ("C", Violence, "MOT-06"),
        ("L", Violence, "MOT-06"),
    ] {
        for label in [None, Some("jugement"), Some(&escaped), Some(&decomposed)] {
            assert_eq!(after(link, ground, proof, label), fled, "{link} {ground:?} {proof}");
        }
    }
    let mut warned = separation(LegalProof, "FAM-DIV");
    warned.warned_on = Some(TODAY.to_string());
    assert_eq!(seen_of_both(&separated(&registered(form()), TODAY, warned).unwrap()), fled, "told, or not");
}

#[test]
fn inv_36_after_violence_the_joint_demand_leads_nowhere_even_opened_and_the_new_one_knows_its_origin() {
    let joint = registered(form());
    let (left, new) = separated(&joint, TODAY, separation(SeparationGround::Violence, "MOT-06")).unwrap();
    let whole = |events: &[DemandEvent], opened: bool| {
        let encoded = events.iter().map(|event| codec::encode(event.clone()).unwrap());
        let parts = |parts: Vec<(u8, Vec<u8>)>| parts.into_iter().map(|(_, part)| String::from_utf8(part).unwrap());
        encoded
            .map(|event| event.payload + &parts(event.parts).filter(|_| opened).collect::<String>())
            .collect::<String>()
    };
    for secret in [new_number().as_str(), &PROOF.to_string(), "MOT-06", "VIOLENCE"] {
        assert!(!whole(&left, true).contains(secret), "{secret}");
    }
    for secret in [joint_number().as_str(), "MOT-06", "VIOLENCE", "separated"] {
        assert!(!whole(&new, false).contains(secret), "{secret}");
    }
    let own = active(new);
    assert_eq!((own.filed_on, own.separated_from), (FILED, Pii::Clear(Some(joint_number()))));
    let joint = active(joint.into_iter().chain(left).collect());
    assert_eq!(joint.separated_to, Pii::Clear(Vec::new()));
}

#[test]
fn inv_36_without_its_keys_a_demand_tells_neither_origin_nor_who_left() {
    let joint = registered(tied("C"));
    let parted = separated(&joint, TODAY, separation(SeparationGround::SwornStatement, "FAM-HON")).unwrap();
    let sealed = |events: Vec<DemandEvent>| {
        let without = events.into_iter().map(|event| {
            let encoded = codec::encode(event).unwrap();
            codec::decode(encoded.event_type, encoded.schema_version, &encoded.payload, &[]).unwrap()
        });
        active(without.collect())
    };
    assert_eq!(sealed(parted.1).separated_from, Pii::Sealed);
    assert_eq!(sealed(joint.into_iter().chain(parted.0).collect()).separated_to, Pii::Sealed);
}

#[test]
fn inv_32_an_erased_demand_leads_to_no_other() {
    let joint = registered(tied("C"));
    let parted = separated(&joint, TODAY, separation(SeparationGround::SwornStatement, "FAM-HON")).unwrap();
    for mut events in [joint.into_iter().chain(parted.0).collect(), parted.1] {
        let letter = RenunciationDraft { written_on: Some(TODAY.to_string()), written_act: Some(WrittenAct::Letter) };
        events.extend(when(events.clone(), TODAY, Act::Renounce(letter)).unwrap());
        events.push(fold(events.clone()).erase(date(2026, 6, 21)).unwrap());
        let erased = fold(events);
        let content = erased.content().unwrap();
        assert_eq!((&content.separated_from, &content.separated_to), (&Pii::Sealed, &Pii::Sealed));
    }
}

#[test]
fn inv_36_a_part_of_a_separation_is_no_act_of_a_caller() {
    for act in [r#"{"open_separated":{}}"#, r#"{"leave_joint":{}}"#] {
        assert!(serde_json::from_str::<Act>(act).is_err(), "{act}");
    }
    let draft = r#"{"separate":{"co_applicant":0,"ground":"VIOLENCE","form":{},"proof":{"piece_type":"MOT-06"}}}"#;
    let act: Act = serde_json::from_str(draft).unwrap();
    assert_eq!(serde_json::to_string(&act).unwrap(), draft, "what was not said is not written");
}

#[test]
fn inv_62_an_association_has_nobody_to_separate() {
    let mut of_association = registration(association());
    of_association.identity_piece = None;
    let events = when(Vec::new(), FILED, Act::Register(Box::new(of_association))).unwrap();
    let draft = separation(SeparationGround::Consent, "FAM-ACC");
    let words = separated(&events, TODAY, draft).unwrap_err().to_string();
    assert_eq!(words, "INVALID_FORM: separation.co_applicant=NOT_FOR_ASSOCIATION");
}
