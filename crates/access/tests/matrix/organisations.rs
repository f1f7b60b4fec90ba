//! The dated folding of organisations and their desks.

use access::{
    Denial, Directory, OpenDesk, Organisation, OrganisationAct, OrganisationEvent, OrganisationRejection,
    RegisterOrganisation, Role, Roles, codec,
};
use cqrs_es::Aggregate as _;
use jiff::civil::date;
use nomenclature::{Actor, AgentId, OrganisationKind};

use crate::{desk, member, on, siren, territory};

#[test]
fn an_auditor_and_a_reader_of_statistics_need_no_desk_and_everybody_else_does() {
    let entered = |kind| {
        let mut directory = Directory::default();
        directory.apply(
            siren(),
            OrganisationEvent::OrganisationRegistered {
                siren: siren(),
                name: "Organisme fictif".into(),
                kind,
                territories: vec![territory("006")],
                since: date(2020, 1, 1),
            },
        );
        let actor = Actor::Agent { organisation: siren(), desk: None, agent: AgentId::parse("agent-01").unwrap() };
        directory.profile(&actor, date(2026, 1, 1))
    };
    for (kind, role) in
        [(OrganisationKind::Auditor, Role::Auditor), (OrganisationKind::StatisticsReader, Role::InfocentreReader)]
    {
        assert_eq!(entered(kind), Ok(member(kind, Roles::of(&[role]))));
    }
    assert_eq!(entered(OrganisationKind::Hlm), Err(Denial::UnknownDesk));
}

fn entered() -> Vec<OrganisationEvent> {
    let mut organisation = Organisation::default();
    let register = OrganisationAct::Register(RegisterOrganisation {
        siren: siren(),
        name: "Office fictif".into(),
        kind: OrganisationKind::Hlm,
        territories: vec![territory("006")],
        since: date(2020, 1, 1),
    });
    let open = OrganisationAct::OpenDesk(OpenDesk {
        code: desk("G0601"),
        name: "Accueil".into(),
        territory: territory("006"),
        opened_on: date(2021, 1, 1),
    });
    let close = OrganisationAct::CloseDesk { code: desk("G0601"), closed_on: date(2026, 6, 30) };
    [register, open, close]
        .into_iter()
        .map(|command| {
            let event = organisation.decide(on(command)).unwrap();
            organisation.apply(event.clone());
            event
        })
        .collect()
}

#[test]
fn a_desk_works_from_its_first_to_its_last_day() {
    let mut directory = Directory::default();
    for event in entered() {
        directory.apply(siren(), event);
    }
    let agent = AgentId::parse("agent-01").unwrap();
    let actor = Actor::Agent { organisation: siren(), desk: Some(desk("G0601")), agent };
    assert_eq!(directory.profile(&actor, date(2020, 12, 31)), Err(Denial::DeskClosed));
    assert!(directory.profile(&actor, date(2021, 1, 1)).is_ok());
    assert!(directory.profile(&actor, date(2026, 6, 30)).is_ok());
    assert_eq!(directory.profile(&actor, date(2026, 7, 1)), Err(Denial::DeskClosed));
    assert_eq!(directory.profile(&actor, date(2019, 12, 31)), Err(Denial::UnknownOrganisation));
    let stranger = Actor::Agent { organisation: siren(), desk: Some(desk("G0602")), agent };
    assert_eq!(directory.profile(&stranger, date(2022, 1, 1)), Err(Denial::UnknownDesk));
}

#[test]
fn a_desk_lies_in_a_territory_of_its_organisation_and_only_services_have_desks() {
    let mut organisation = Organisation::default();
    organisation.apply(entered().remove(0));
    let open = |territory_code| {
        OrganisationAct::OpenDesk(OpenDesk {
            code: desk("G0602"),
            name: "Annexe".into(),
            territory: territory(territory_code),
            opened_on: date(2021, 1, 1),
        })
    };
    assert_eq!(organisation.decide(on(open("083"))), Err(OrganisationRejection::ForeignTerritory));
    assert!(organisation.decide(on(open("006"))).is_ok());

    let mut reader = Organisation::default();
    reader.apply(OrganisationEvent::OrganisationRegistered {
        siren: siren(),
        name: "Lecteur".into(),
        kind: OrganisationKind::StatisticsReader,
        territories: vec![territory("006")],
        since: date(2020, 1, 1),
    });
    assert_eq!(reader.decide(on(open("006"))), Err(OrganisationRejection::NotARegisteringService));
}

#[test]
fn every_event_of_an_organisation_reads_back() {
    for event in entered() {
        let payload = codec::encode(&event).unwrap();
        assert_eq!(codec::decode(event.name(), codec::SCHEMA_VERSION, &payload).unwrap(), event);
    }
    assert!(codec::decode("DeskMoved", 1, "{}").is_err());
    assert!(codec::decode("x\":{},\"y", 1, "{}").is_err());
}

/// Golden samples, a name and a payload a line: never edited. A new layout gets its next version, an upcaster and samples of
/// its own.
#[test]
fn every_event_ever_written_reads_back_to_the_same_bytes() {
    let golden = include_str!("../golden/organisation.v1.txt").lines().map(|line| line.split_once(' ').unwrap());
    assert_eq!(golden.clone().count(), entered().len());
    for ((name, sample), expected) in golden.zip(entered()) {
        assert_eq!(codec::decode(name, 1, sample).unwrap(), expected);
        assert_eq!(codec::encode(&expected).unwrap(), sample);
    }
}
