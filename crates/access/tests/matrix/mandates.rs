//! A lessor that has another service register for him, and services that register on a title.

use access::organisation::desk::{DeskContact, OpenDesk};
use access::organisation::entitlement::Entitlement;
use access::{Action, Denial, OrganisationAct, OrganisationRejection, Purpose, Resource, may};
use jiff::civil::{Date, date};
use nomenclature::{Actor, AgentId, CommuneCode, EntitlementGround, OrganisationKind, PostalCode, Siren, Territories};

use crate::agents::{World, here};
use crate::{desk, on, siren, territory};

fn mandatary() -> Siren {
    Siren::parse("130025265").unwrap()
}

fn refusal(world: &World, act: OrganisationAct) -> Option<OrganisationRejection> {
    world.directory.organisation(siren()).unwrap().decide(on(act)).err()
}

/// R441-2-1: a lessor entrusts registering; he still reads, attributes, signs and radiates after it, at no desk of his own.
#[test]
fn a_lessor_who_gave_a_mandate_attributes_without_a_desk_and_registers_nothing() {
    let mut world = World::of(OrganisationKind::Hlm);
    let user = |day: Date, world: &World| {
        let agent = AgentId::parse("logiciel-1").unwrap();
        world.directory.profile(&Actor::Agent { organisation: siren(), desk: None, agent }, day)
    };
    assert_eq!(user(date(2026, 12, 1), &world), Err(Denial::UnknownDesk));
    let from = date(2026, 12, 1);
    world.organisation(OrganisationAct::GiveMandate { to: mandatary(), territories: here(), from, until: None });
    assert_eq!(user(date(2026, 11, 30), &world), Err(Denial::UnknownDesk));
    let profile = user(from, &world).unwrap();
    let asked =
        |action, place| may(profile, action, Resource::Demand { territory: territory(place) }, Purpose::Attribution);
    for action in [Action::Read, Action::Attribute, Action::SignLease, Action::FindInadmissible] {
        assert_eq!(asked(action, "006"), Ok(()), "{action:?}");
        assert_eq!(asked(action, "083"), Err(Denial::ForeignTerritory), "{action:?}: no mandate there");
    }
    assert_eq!(asked(Action::Register, "006"), Err(Denial::RoleMissing));
    world.organisation(OrganisationAct::EndMandate { to: mandatary(), until: date(2027, 6, 30) });
    assert!(user(date(2027, 6, 30), &world).is_ok());
    assert_eq!(user(date(2027, 7, 1), &world), Err(Denial::UnknownDesk));
}

#[test]
fn a_mandate_is_a_lessors_for_his_territories_and_one_at_a_time() {
    let give = |territories, from, until| OrganisationAct::GiveMandate { to: mandatary(), territories, from, until };
    let (day, later) = (date(2026, 12, 1), date(2027, 12, 1));
    let commune = World::of(OrganisationKind::LocalAuthority);
    assert_eq!(refusal(&commune, give(here(), day, None)), Some(OrganisationRejection::NotALessor));
    let mut world = World::of(OrganisationKind::Hlm);
    assert_eq!(refusal(&world, give(Territories::NONE, day, None)), Some(OrganisationRejection::NoTerritory));
    let foreign = territory("013").into();
    assert_eq!(refusal(&world, give(foreign, day, None)), Some(OrganisationRejection::ForeignTerritory));
    assert_eq!(refusal(&world, give(here(), date(2026, 11, 25), None)), Some(OrganisationRejection::DatePassed));
    assert_eq!(refusal(&world, give(here(), later, Some(day))), Some(OrganisationRejection::TooEarly));
    world.organisation(give(here(), day, Some(date(2027, 11, 30))));
    assert_eq!(refusal(&world, give(here(), date(2027, 11, 30), None)), Some(OrganisationRejection::MandateKnown));
    assert_eq!(refusal(&world, give(here(), later, None)), None);
    assert_eq!(refusal(&world, give(territory("083").into(), day, None)), None);
}

fn opening(opened_on: Date) -> OrganisationAct {
    OrganisationAct::OpenDesk(OpenDesk {
        code: desk("G0601"),
        name: "Accueil".into(),
        territory: territory("006"),
        opened_on,
    })
}

/// Lessors always may, the State is designated; a commune opens a desk on a délibération only.
#[test]
fn inv_46_a_service_that_the_law_does_not_bind_opens_a_desk_on_a_title_that_counts_that_day() {
    use OrganisationKind as K;
    for (kind, asked) in [
        (K::Hlm, false),
        (K::Sem, false),
        (K::SemDom, false),
        (K::State, false),
        (K::LocalAuthority, true),
        (K::ReservationHolder, true),
        (K::ActionLogement, true),
        (K::Siao, true),
        (K::CommonAgent, false),
        (K::PortalOperator, false),
        (K::TerritoryManager, false),
    ] {
        let world = World::of(kind);
        let expected = asked.then_some(OrganisationRejection::EntitlementMissing);
        assert_eq!(refusal(&world, opening(date(2026, 11, 26))), expected, "{kind:?}");
        assert_eq!(refusal(&world, opening(date(2026, 11, 25))), None, "{kind:?}: a desk that works already stays");
    }
    let mut world = World::of(K::LocalAuthority);
    let title = Entitlement {
        ground: EntitlementGround::Deliberation,
        reference: "DEL-2026-12".into(),
        signed_on: date(2026, 12, 1),
        ends_on: None,
    };
    world.organisation(OrganisationAct::RecordEntitlement(title.clone()));
    let known = OrganisationAct::RecordEntitlement(title.clone());
    assert_eq!(refusal(&world, known), Some(OrganisationRejection::EntitlementKnown));
    let early = opening(date(2026, 11, 30));
    assert_eq!(refusal(&world, early), Some(OrganisationRejection::EntitlementMissing));
    assert_eq!(refusal(&world, opening(date(2026, 12, 1))), None);
    let reference = title.reference.clone();
    world.organisation(OrganisationAct::EndEntitlement { reference, ends_on: date(2027, 6, 30) });
    assert_eq!(refusal(&world, opening(date(2027, 6, 30))), None);
    let late = opening(date(2027, 7, 1));
    assert_eq!(refusal(&world, late), Some(OrganisationRejection::EntitlementMissing));
    let lessor = World::of(K::Hlm);
    let needless = OrganisationAct::RecordEntitlement(title);
    assert_eq!(refusal(&lessor, needless), Some(OrganisationRejection::EntitlementNotAsked));
}

#[test]
fn a_territory_is_left_when_no_desk_of_it_is_open_and_counts_to_its_last_day() {
    let mut world = World::of(OrganisationKind::Hlm).with_a_desk();
    let leave = OrganisationAct::LeaveTerritory { territory: territory("006"), last_day: date(2026, 12, 31) };
    assert_eq!(refusal(&world, leave.clone()), Some(OrganisationRejection::DesksOpen));
    world.organisation(OrganisationAct::CloseDesk { code: desk("G0601"), closed_on: date(2026, 12, 31) });
    world.organisation(leave);
    world.organisation(OrganisationAct::AddTerritory { territory: territory("013"), from: date(2027, 1, 1) });
    let on = |day| world.directory.organisation(siren()).unwrap().territories_on(day);
    let set = |codes: &[&str]| codes.iter().map(|code| territory(code)).collect::<Territories>();
    assert_eq!(on(date(2026, 12, 31)), set(&["006", "083"]));
    assert_eq!(on(date(2027, 1, 1)), set(&["013", "083"]));
}

#[test]
fn the_public_is_told_of_a_desk_what_can_be_published() {
    let contact = DeskContact {
        address: "12 rue des Lilas".into(),
        postal_code: PostalCode::parse("06300").unwrap(),
        commune: CommuneCode::parse("06088").unwrap(),
        phone: Some("04 93 00 00 00".into()),
        email: Some("accueil@exemple.fr".into()),
        hours: Some("du lundi au vendredi, 9 h à 12 h".into()),
    };
    let world = World::of(OrganisationKind::Hlm).with_a_desk();
    let asked = |contact| refusal(&world, OrganisationAct::SetDeskContact { code: desk("G0601"), contact });
    assert_eq!(asked(contact.clone()), None);
    let wrong = [
        DeskContact { address: "\u{7}".into(), ..contact.clone() },
        DeskContact { commune: CommuneCode::parse("83137").unwrap(), ..contact.clone() },
        DeskContact { phone: Some("=1+1".into()), ..contact.clone() },
        DeskContact { email: Some("accueil".into()), ..contact.clone() },
        DeskContact { hours: Some("x".repeat(301)), ..contact },
    ];
    for contact in wrong {
        assert_eq!(asked(contact), Some(OrganisationRejection::InvalidContact));
    }
}

#[test]
fn a_local_authority_is_competent_for_communes_of_its_territories() {
    let communes = |codes: &[&str]| {
        let communes = codes.iter().map(|code| CommuneCode::parse(code).unwrap()).collect();
        OrganisationAct::SetCompetence { communes }
    };
    let mut world = World::of(OrganisationKind::LocalAuthority);
    for act in [communes(&[]), communes(&["06088", "13055"])] {
        assert_eq!(refusal(&world, act), Some(OrganisationRejection::InvalidCommunes));
    }
    world.organisation(communes(&["06088", "06004", "06088"]));
    let told = world.directory.organisation(siren()).unwrap().competence().to_vec();
    assert_eq!(told.iter().map(CommuneCode::as_str).collect::<Vec<_>>(), ["06004", "06088"]);
    let lessor = World::of(OrganisationKind::Hlm);
    assert_eq!(refusal(&lessor, communes(&["06088"])), Some(OrganisationRejection::NotALocalAuthority));
}
