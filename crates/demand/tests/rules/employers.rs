//! For whom an applicant works, as the desk that registers declares it (R441-2-1 f and g).

use demand::erasure;
use demand::registration::ForceReason;
use demand::{Act, By, Carry, Declares, Demand, DemandEvent, FieldReason, Registration, Rejection, Violation, codec};
use nomenclature::{Channel, OrganisationKind, Siret};
use personal::Pii;

use crate::full::form_in_full;
use crate::given::*;

const FIRM: &str = "00090200700012";
/// An establishment of the organisation that registers.
const OWN: &str = "73282932000074";

/// An employee of a contributing firm, registered with every field over a homonym: a golden sample.
pub fn registered_in_full() -> DemandEvent {
    let (forced, employer_siret) = (Some(ForceReason::Homonym), Some(FIRM.to_owned()));
    let registration = Registration { forced, employer_siret, ..registration(form_in_full()) };
    let mut command = command(FILED, Act::Register(Box::new(registration)));
    command.by = By { declares: Declares::Contributor, ..by(Channel::Online) };
    let mut events = Demand::default().decide(&command).expect("the act is lawful");
    // In the place of what only a separation inherits.
    let DemandEvent::Registered(event) = &mut events[0] else { panic!("another event") };
    event.presented_on = Some(FILED);
    events.remove(0)
}

fn register(declares: Declares, employer: Option<&str>) -> Result<Vec<DemandEvent>, Rejection> {
    let registration = Registration { employer_siret: employer.map(str::to_owned), ..registration(form()) };
    let mut command = command(FILED, Act::Register(Box::new(registration)));
    command.by = By { declares, ..by(Channel::Desk) };
    Demand::default().decide(&command)
}

fn declared(declares: Declares, employer: Option<&str>) -> Result<Option<String>, FieldReason> {
    match register(declares, employer) {
        Ok(events) => {
            let DemandEvent::Registered(event) = &events[0] else { panic!("another event") };
            Ok(match &event.employer {
                Carry::Given(Pii::Clear(siret)) => Some(siret.to_string()),
                Carry::Given(Pii::Sealed) => panic!("it is sealed by nobody yet"),
                Carry::Absent => None,
            })
        }
        Err(Rejection { violations, .. }) => {
            let [Violation { field, reason }] = violations.try_into().expect("one field is wrong");
            assert_eq!(field, "employer_siret");
            Err(reason)
        }
    }
}

/// Written by hand from R441-2-1: Action Logement (g) registers employees of contributing firms only, an employer (f) its own;
/// everybody else registers whoever comes.
#[test]
fn inv_47_action_logement_declares_the_contributing_firm_an_employer_itself_and_nobody_else_does() {
    use OrganisationKind as K;
    let (none, firm, own) = (None, Some(FIRM), Some(OWN));
    let said = |siret: &str| Ok(Some(siret.to_owned()));
    let missing = Err(FieldReason::Missing);
    let foreign = Err(FieldReason::NotForThisService);
    for kind in K::ALL {
        let found = [none, firm, own].map(|employer| declared(Declares::of(*kind), employer));
        let expected = match kind {
            K::ActionLogement => [missing.clone(), said(FIRM), said(OWN)],
            K::ReservationHolder => [Ok(None), Err(FieldReason::Inconsistent), said(OWN)],
            _ => [Ok(None), foreign.clone(), foreign.clone()],
        };
        assert_eq!(found, expected, "{}", kind.code());
    }
}

#[test]
fn inv_47_a_siret_whose_key_is_wrong_is_none() {
    for wrong in ["00090200700013", "0009020070001", "000902007", "le siège", "00090200800010"] {
        for declares in [Declares::Contributor, Declares::Itself, Declares::WhatItKnows] {
            assert_eq!(declared(declares, Some(wrong)), Err(FieldReason::Malformed), "{wrong}");
        }
    }
    assert_eq!(declared(Declares::Contributor, Some("  ")), Err(FieldReason::Missing));
}

/// What was registered elsewhere before nobody was asked comes in with its past.
#[test]
fn inv_47_a_registration_of_the_past_tells_what_is_known() {
    let past = |kind| Declares::of(kind).of_the_past();
    assert_eq!(declared(past(OrganisationKind::ActionLogement), None), Ok(None));
    assert_eq!(declared(past(OrganisationKind::ActionLogement), Some(FIRM)), Ok(Some(FIRM.to_owned())));
    assert_eq!(declared(past(OrganisationKind::Hlm), Some(FIRM)), Err(FieldReason::NotForThisService));
}

/// What the desk declared is read with the demand, and goes with the form (INV-32).
#[test]
fn inv_47_the_employer_is_told_of_a_demand_until_it_is_erased() {
    let mut events = register(Declares::Contributor, Some(FIRM)).unwrap();
    let employer = |events: &[DemandEvent]| fold(events.to_vec()).content().unwrap().employer.clone();
    assert_eq!(employer(&events), Pii::Clear(Siret::parse(FIRM).ok()));
    assert_eq!(employer(&register(Declares::Nothing, None).unwrap()), Pii::Clear(None));
    events = then(events, FILED, Act::SignLease(Box::new(lease(&FILED.to_string()))));
    let erased = fold(events.clone()).erase(erasure::due_on(FILED)).unwrap();
    events.push(erased);
    assert_eq!(employer(&events), Pii::Sealed);
}

/// It says where somebody works: in the open stands only that it was declared.
#[test]
fn inv_47_the_employer_lies_sealed_beside_the_event() {
    let event = register(Declares::Contributor, Some(FIRM)).unwrap().remove(0);
    let encoded = codec::encode(event.clone()).unwrap();
    assert!(encoded.payload.contains("\"employer\":null") && !encoded.payload.contains(FIRM));
    let (event_type, version) = (encoded.event_type, encoded.schema_version);
    let opened = codec::decode(event_type, version, &encoded.payload, &encoded.parts).unwrap();
    assert!(opened == event);
    let DemandEvent::Registered(sealed) = codec::decode(event_type, version, &encoded.payload, &[]).unwrap() else {
        panic!("another event")
    };
    assert_eq!(sealed.employer, Carry::Given(Pii::<Siret>::Sealed));
    assert_eq!(fold(vec![DemandEvent::Registered(sealed)]).content().unwrap().employer, Pii::Sealed);
    let undeclared = codec::encode(register(Declares::Nothing, None).unwrap().remove(0)).unwrap();
    let stray = codec::decode(event_type, version, &undeclared.payload, &encoded.parts);
    assert!(
        matches!(stray, Err(codec::CodecError::StrayPart(b'y'))),
        "no event has a part that its open side does not name"
    );
}
