//! Who asks may be corrected, never exchanged: neither at once nor step by step (INV-37, ADR 6).

use demand::form::identity::PersonDraft;
use demand::modification::Origin;
use demand::pieces::PieceDraft;
use demand::{Act, DemandEvent, FormDraft, Rejection, RejectionReason};
use jiff::civil::date;
use uuid::Uuid;

use crate::given::*;

const BY_WORD: Origin = Origin::Applicant;
/// The identity piece that came with the registration.
const BY_IDENTITY_PIECE: Origin = Origin::Piece { piece_id: Uuid::from_u128(2) };

fn identity(change: impl FnOnce(&mut demand::form::identity::IdentityDraft)) -> FormDraft {
    let mut identity = form().identity.unwrap();
    change(&mut identity);
    FormDraft { identity: Some(identity), ..FormDraft::default() }
}

fn applicant(person: PersonDraft) -> FormDraft {
    identity(|identity| identity.applicant = Some(person))
}

fn co_applicant(person: PersonDraft) -> FormDraft {
    identity(|identity| identity.co_applicants[0].person = person)
}

fn modify(origin: Origin, form: FormDraft) -> Act {
    Act::Modify { origin, form: Box::new(form) }
}

fn corrected(origin: Origin, form: FormDraft) -> Result<Vec<DemandEvent>, Rejection> {
    when(registered(self::form()), FILED, modify(origin, form))
}

fn refused(origin: Origin, form: FormDraft) -> RejectionReason {
    corrected(origin, form).expect_err("somebody is exchanged").reason
}

fn with_birth_name(mut person: PersonDraft, birth_name: &str) -> PersonDraft {
    person.birth_name = some(birth_name);
    person
}

#[test]
fn inv_37_a_co_applicant_is_neither_dropped_nor_exchanged() {
    let mut dropped = identity(|identity| identity.co_applicants.clear());
    dropped.family = form().family;
    dropped.family.as_mut().unwrap().situations.truncate(1);
    assert_eq!(refused(BY_WORD, dropped.clone()), RejectionReason::CoApplicantDropped);
    assert_eq!(refused(BY_IDENTITY_PIECE, dropped), RejectionReason::CoApplicantDropped);
    let stranger = person("Autre", "Jean", "1970-01-01");
    assert_eq!(refused(BY_WORD, co_applicant(stranger.clone())), RejectionReason::CoApplicantDropped);
    assert_eq!(refused(BY_IDENTITY_PIECE, co_applicant(stranger)), RejectionReason::CoApplicantDropped);
}

#[test]
fn inv_37_by_word_a_person_changes_the_spelling_and_the_name_in_use_only() {
    for lawful in [
        person("LEVEQUE", "ZOE, MARIE", "1990-02-28"),
        with_birth_name(person("Roux", "Zoé Marie", "1990-02-28"), "Lévêque"),
    ] {
        assert!(corrected(BY_WORD, applicant(lawful.clone())).is_ok());
        assert!(corrected(Origin::ThirdPartyValidated, applicant(lawful)).is_ok());
    }
    for exchanged in [
        person("Roux", "Zoé Marie", "1990-02-28"),
        with_birth_name(person("Lévêque", "Zoé Marie", "1990-02-28"), "Martin"),
        person("Lévêque", "Léa", "1990-02-28"),
        person("Lévêque", "Zoé Marie", "1990-02-27"),
        person("Autre", "Jeanne", "1971-01-01"),
    ] {
        assert_eq!(refused(BY_WORD, applicant(exchanged.clone())), RejectionReason::ApplicantReplaced);
        assert_eq!(
            refused(Origin::ThirdPartyValidated, applicant(exchanged.clone())),
            RejectionReason::ApplicantReplaced
        );
        let renewal = Act::Renew { form: Box::new(applicant(exchanged)) };
        let outcome = when(registered(form()), date(2026, 3, 1), renewal);
        assert_eq!(outcome.unwrap_err().reason, RejectionReason::ApplicantReplaced);
    }
    assert_eq!(
        refused(BY_WORD, co_applicant(person("Leroux", "Paul", "1988-07-14"))),
        RejectionReason::CoApplicantDropped
    );
}

#[test]
fn inv_37_a_piece_of_civil_status_corrects_one_element_of_a_person() {
    for lawful in [
        person("Lévesque", "Zoé Marie", "1990-02-28"),
        person("Lévêque", "Zora Marie", "1990-02-28"),
        person("Lévêque", "Zoé Marie", "1990-02-27"),
    ] {
        assert!(corrected(BY_IDENTITY_PIECE, applicant(lawful)).is_ok());
    }
    let two_at_once = person("Lévêque", "Zora", "1990-02-27");
    assert_eq!(refused(BY_IDENTITY_PIECE, applicant(two_at_once)), RejectionReason::ApplicantReplaced);
    assert!(corrected(BY_IDENTITY_PIECE, co_applicant(person("Leroux", "Paul", "1988-07-14"))).is_ok());
}

#[test]
fn inv_37_a_piece_that_proves_something_else_is_worth_a_word() {
    for (piece_type, proves) in [("FAM", true), ("TAX", false), ("LOG", false), ("MOT-08", false)] {
        let piece = PieceDraft { piece_type: some(piece_type), ..identity_piece() };
        let mut add = command(FILED, Act::AddPiece(piece));
        add.piece_id = Uuid::from_u128(7);
        let mut events = registered(form());
        events.extend(fold(events.clone()).decide(&add).unwrap());
        let by_it = Origin::Piece { piece_id: Uuid::from_u128(7) };
        let outcome = when(events, FILED, modify(by_it, applicant(person("Lévêque", "Zora Marie", "1990-02-28"))));
        match outcome {
            Ok(_) => assert!(proves, "{piece_type}"),
            Err(rejection) => {
                assert!(!proves && rejection.reason == RejectionReason::ApplicantReplaced, "{piece_type}")
            }
        }
    }
}

/// Every person over two surnames, two given names and two birth dates, with and without a name at birth.
fn everybody() -> Vec<PersonDraft> {
    let mut everybody = Vec::new();
    for surname in ["Aubry", "Bonnet"] {
        for birth_name in [None, some("Aubry"), some("Bonnet")] {
            for given_names in ["Chloé", "Denise"] {
                for birth_date in ["1990-02-28", "1991-03-01"] {
                    let person = person(surname, given_names, birth_date);
                    everybody.push(PersonDraft { birth_name: birth_name.clone(), ..person });
                }
            }
        }
    }
    everybody
}

/// Who a person is in the civil register, told here by hand: the birth surname, the given names, the birth date.
fn born_as(person: &PersonDraft) -> [&str; 3] {
    let surname = person.birth_name.as_ref().or(person.surname.as_ref()).unwrap();
    [surname, person.given_names.as_ref().unwrap(), person.birth_date.as_ref().unwrap()]
}

#[test]
fn inv_37_no_chain_of_acts_by_word_makes_another_person_of_anybody() {
    let everybody = everybody();
    for put in [applicant, co_applicant] {
        let starts: Vec<_> = everybody
            .iter()
            .map(|person| registered(FormDraft { identity: put(person.clone()).identity, ..form() }))
            .collect();
        let allowed: Vec<Vec<usize>> = starts
            .iter()
            .map(|events| {
                let step = |to: &PersonDraft| when(events.clone(), FILED, modify(BY_WORD, put(to.clone()))).is_ok();
                (0..everybody.len()).filter(|to| step(&everybody[*to])).collect()
            })
            .collect();
        for (start, first) in everybody.iter().enumerate() {
            let mut reached = vec![start];
            let mut next = 0;
            while next < reached.len() {
                for &to in &allowed[reached[next]] {
                    if !reached.contains(&to) {
                        reached.push(to);
                    }
                }
                next += 1;
            }
            assert!(reached.len() > 1, "the name in use may change");
            assert!(reached.iter().all(|&other| born_as(&everybody[other]) == born_as(first)));
        }
    }
}
