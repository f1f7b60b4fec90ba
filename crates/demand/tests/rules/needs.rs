//! The rest of the form: what handicapped persons need, where adults work, with whom a child lives (R441-2-2 a, d, i).

use demand::co_applicant::DropDraft;
use demand::form::employment::JobDraft;
use demand::form::handicap::{HandicapDraft, PersonHandicapDraft, ReferentDraft};
use demand::form::identity::IdentityDraft;
use demand::form::workplace::WorkplaceDraft;
use demand::modification::Origin;
use demand::rupture::{DropGround, SeparationGround};
use demand::{Act, DemandEvent, FormDraft, codec};
use uuid::Uuid;

use crate::couple::{TODAY, piece, separated, separation};
use crate::given::*;

fn complement(birth_date: &str) -> PersonHandicapDraft {
    PersonHandicapDraft {
        birth_date: some(birth_date),
        equipment: vec!["3".into()],
        aids: vec!["4".into()],
        ..PersonHandicapDraft::default()
    }
}

fn needs(birth_dates: &[&str]) -> FormDraft {
    let persons = birth_dates.iter().map(|born| complement(born)).collect();
    FormDraft { handicap: Some(HandicapDraft { persons }), ..form() }
}

fn modify(form: FormDraft) -> Act {
    Act::Modify { origin: Origin::Applicant, form: Box::new(form) }
}

fn births(events: Vec<DemandEvent>) -> Vec<String> {
    let demand = active(events);
    let sought = demand.rubrics.clear().unwrap().sought.clone().unwrap();
    sought.handicap.map_or(Vec::new(), |found| found.persons.iter().map(|one| one.birth_date.to_string()).collect())
}

#[test]
fn rubric_i_is_about_persons_of_the_household_each_once() {
    assert_eq!(births(registered(needs(&["1990-02-28", "2015-05-01"]))), ["1990-02-28", "2015-05-01"]);
    assert_eq!(
        violations(needs(&["1970-01-01", "2015-05-01", "2015-05-01"])),
        ["handicap.persons[0].birth_date=INCONSISTENT", "handicap.persons[2].birth_date=DUPLICATE"]
    );
    let mut twins = needs(&["2015-05-01", "2015-05-01"]);
    twins.identity.as_mut().unwrap().dependants.push(child("Éva", "2015-05-01"));
    registered(twins);
    let mut wrong = complement("2015-05-01");
    wrong.state = some("PIRE");
    wrong.motor = vec!["MS".into(), "MS".into()];
    wrong.aids = vec!["8".into()];
    wrong.particular_need = some(&"é".repeat(133));
    wrong.referent = Some(ReferentDraft { phone: some("zéro"), ..ReferentDraft::default() });
    let persons = vec![PersonHandicapDraft::default(), wrong];
    let told = violations(FormDraft { handicap: Some(HandicapDraft { persons }), ..form() });
    assert_eq!(
        told,
        [
            "handicap.persons[0].birth_date=MISSING",
            "handicap.persons[1].state=UNKNOWN_CODE",
            "handicap.persons[1].motor[1]=DUPLICATE",
            "handicap.persons[1].aids[0]=UNKNOWN_CODE",
            "handicap.persons[1].particular_need=TOO_LONG",
            "handicap.persons[1].referent.name=MISSING",
            "handicap.persons[1].referent.phone=MALFORMED",
        ]
    );
    let mut of_association = association();
    of_association.handicap = needs(&[]).handicap;
    assert!(violations(of_association).contains(&"handicap=NOT_FOR_ASSOCIATION".to_owned()), "INV-62");
}

#[test]
fn rubrics_h_and_i_leave_each_other_alone() {
    let events = registered(needs(&["2015-05-01"]));
    let wishes = modify(FormDraft { sought: form().sought, ..FormDraft::default() });
    assert_eq!(births(then(events.clone(), TODAY, wishes)), ["2015-05-01"], "wishes do not lose the needs");
    let alone = modify(FormDraft { handicap: needs(&["1990-02-28"]).handicap, ..FormDraft::default() });
    let changed = then(events.clone(), TODAY, alone);
    assert_eq!(births(changed.clone()), ["1990-02-28"]);
    assert_eq!(active(changed.clone()).facts.communes, active(events.clone()).facts.communes);
    let none = modify(FormDraft { handicap: Some(HandicapDraft::default()), ..FormDraft::default() });
    assert_eq!(births(then(changed, TODAY, none)), Vec::<String>::new());
    let mut gone = form().identity.unwrap();
    gone.dependants.clear();
    let gone = modify(FormDraft { identity: Some(gone), ..FormDraft::default() });
    assert_eq!(
        when(events, TODAY, gone).unwrap_err().to_string(),
        "INVALID_FORM: handicap.persons[0].birth_date=INCONSISTENT",
        "who left the household has no needs in it"
    );
}

/// Neither a key of the open part nor a tag of the sealed one tells that somebody is handicapped (design law 8).
#[test]
fn nobody_sees_whether_there_is_a_rubric_i() {
    let seen = |events: &[DemandEvent]| {
        let seen = |event: &DemandEvent| {
            let encoded = codec::encode(event.clone()).unwrap();
            (encoded.payload, encoded.parts.iter().map(|(tag, _)| *tag).collect::<Vec<_>>())
        };
        events.iter().map(seen).collect::<Vec<_>>()
    };
    let (with, without) = (registered(needs(&["2015-05-01"])), registered(form()));
    assert_eq!(seen(&with), seen(&without));
    let needs = modify(FormDraft { handicap: needs(&["1990-02-28"]).handicap, ..FormDraft::default() });
    let wishes = modify(FormDraft { sought: form().sought, ..FormDraft::default() });
    let after = |act| when(with.clone(), TODAY, act).unwrap();
    assert_eq!(seen(&after(needs)), seen(&after(wishes)));
}

#[test]
fn inv_37_who_is_dropped_takes_his_needs_along() {
    let mut events = registered(needs(&["1988-07-14", "2015-05-01"]));
    let mut add = command(FILED, Act::AddPiece(piece("FAM-ACC")));
    add.piece_id = Uuid::from_u128(7);
    events.extend(fold(events.clone()).decide(&add).unwrap());
    let drop = Act::DropCoApplicant(DropDraft {
        co_applicant: Some(0),
        ground: Some(DropGround::Consent),
        piece_id: Some(add.piece_id),
        form: Box::default(),
    });
    assert_eq!(births(then(events, TODAY, drop)), ["2015-05-01"]);
}

#[test]
fn an_adult_works_in_france_or_abroad() {
    let at = |workplace| {
        let job = JobDraft { adult: 0, contract: some("CDI"), workplace: Some(workplace), ..JobDraft::default() };
        FormDraft { employment: Some(vec![job]), ..form() }
    };
    let abroad = WorkplaceDraft { foreign_town: some("Monaco"), country: some("Monaco"), ..WorkplaceDraft::default() };
    registered(at(abroad));
    registered(at(WorkplaceDraft { postal_code: some("13001"), commune: some("13055"), ..WorkplaceDraft::default() }));
    assert_eq!(
        violations(at(WorkplaceDraft { postal_code: some("1300"), ..WorkplaceDraft::default() })),
        ["employment[0].workplace.postal_code=MALFORMED", "employment[0].workplace.commune=MISSING"]
    );
}

fn in_custody(kind: &str) -> IdentityDraft {
    let mut identity = form().identity.unwrap();
    identity.dependants[0].custody = some(kind);
    identity
}

#[test]
fn inv_66_a_child_in_alternating_custody_counts_in_both_households_and_a_visiting_one_in_one() {
    let facts = |kind: &str| active(registered(FormDraft { identity: Some(in_custody(kind)), ..form() })).facts;
    assert_eq!((facts("G").household_size, facts("G").consumption_units), (Some(3), Some(18)));
    assert_eq!((facts("D").household_size, facts("D").consumption_units), (Some(2), Some(15)));
    let mut draft = separation(SeparationGround::LegalProof, "FAM-DIV");
    draft.form.identity.as_mut().unwrap().dependants = in_custody("G").dependants;
    let mut left = in_custody("G");
    left.co_applicants.clear();
    draft.joint_form.identity = Some(left);
    let joint = registered(form());
    let (left, new) = separated(&joint, TODAY, draft).unwrap();
    let joint = active(joint.into_iter().chain(left).collect());
    assert_eq!((joint.facts.household_size, active(new).facts.household_size), (Some(2), Some(2)), "with each parent");
    let mut parent = form();
    let dependant = &mut parent.identity.as_mut().unwrap().dependants[0];
    (dependant.kinship, dependant.custody) = (some("P"), some("G"));
    assert_eq!(violations(parent), ["identity.dependants[0].custody=INCONSISTENT"]);
}
