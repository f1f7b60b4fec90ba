//! Who may do what, asked before a row is read.

use access::Denial;
use nomenclature::UniqueNumber;
use register::{Error, Viewer};

use crate::world::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_demand_of_another_territory_does_not_exist() {
    let world = World::new().await;
    let number = world.register(NICE, form(person("Lune", "Zoé", "1990-02-28"))).await.unwrap().number;
    assert!(matches!(world.act(TOULON, Some(number), renounce()).await, Err(Error::NotFound)));
    let reader = nomenclature::Actor::parse(TOULON).unwrap();
    assert!(matches!(world.register.demand(number, Viewer::Agent(&reader)).await, Err(Error::NotFound)));
    let invented = UniqueNumber::parse("0061126999999G0601").unwrap();
    assert!(matches!(world.act(NICE, Some(invented), renounce()).await, Err(Error::NotFound)));
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_25_only_a_lessor_radiates_for_attribution() {
    let world = World::new().await;
    let number = world.register(NICE, form(person("Lune", "Zoé", "1990-02-28"))).await.unwrap().number;
    let refused = world.act(ANTIBES, Some(number), sign_lease()).await;
    assert!(matches!(refused, Err(Error::Denied(Denial::NotALessor))));
    world.act(OTHER_LESSOR, Some(number), sign_lease()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_35_any_desk_of_the_territory_renews() {
    let world = World::new().await;
    let number = world.register(NICE, form(person("Lune", "Zoé", "1990-02-28"))).await.unwrap().number;
    for (days, desk) in [(1, ANTIBES), (2, OTHER_LESSOR), (3, NICE)] {
        world.clock.set(noon(TODAY.checked_add(jiff::Span::new().days(days)).unwrap()));
        world.act(desk, Some(number), renew()).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_and_the_operator_act_on_nothing() {
    let world = World::new().await;
    let act = || register(form(person("Lune", "Zoé", "1990-02-28")));
    for (actor, denial) in [
        ("732829320/G9999/agent-01", Denial::UnknownDesk),
        ("732829320/-/agent-01", Denial::UnknownDesk),
        ("130025265/G0601/agent-01", Denial::UnknownOrganisation),
        ("operator", Denial::NotForTheOperator),
    ] {
        let refused = world.act(actor, None, act()).await;
        assert!(matches!(refused, Err(Error::Denied(found)) if found == denial), "{actor}: {refused:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_event_bears_its_actor_and_organisation() {
    let world = World::new().await;
    let number = world.register(NICE, form(person("Lune", "Zoé", "1990-02-28"))).await.unwrap().number;
    world.act(ANTIBES, Some(number), renounce()).await.unwrap();
    let history = world.register.history(number).await.unwrap();
    let actors: Vec<_> = history.iter().map(|line| line.recorded.actor.as_str()).collect();
    assert_eq!(actors, [NICE, NICE, ANTIBES]);
    assert!(history.iter().all(|line| line.recorded.actor.starts_with(line.recorded.organisation.as_str())));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_twice_changes_nothing_and_a_desk_code_has_one_holder() {
    let world = World::new().await;
    let line: register::OrganisationLine = serde_json::from_str(
        r#"{"siren":"130025265","name":"Service fictif","kind":"ETAT","territories":["006"],"since":"2020-01-01",
            "desks":[{"code":"G0699","name":"Accueil","territory":"006","opened_on":"2020-01-01"}]}"#,
    )
    .unwrap();
    let first = world.register.import_organisation(line.clone()).await.unwrap();
    assert_eq!((first.organisations, first.desks_opened), (1, 1));
    assert_eq!(world.register.import_organisation(line.clone()).await.unwrap(), register::Imported::default());

    let mut thief = line.clone();
    thief.siren = nomenclature::Siren::parse("383474814").unwrap();
    assert!(matches!(world.register.import_organisation(thief).await, Err(Error::DeskCodeTaken)));

    let mut renamed = line.clone();
    renamed.name = "Autre nom".into();
    let refused = world.register.import_organisation(renamed).await;
    assert!(matches!(refused, Err(Error::OrganisationRejected(access::OrganisationRejection::Differs))), "{refused:?}");

    let mut closing = line;
    closing.desks[0].closed_on = Some(TODAY);
    assert_eq!(world.register.import_organisation(closing).await.unwrap().desks_closed, 1);
    let act = || register(form(person("Lune", "Zoé", "1990-02-28")));
    let desk = "130025265/G0699/agent-09";
    world.act(desk, None, act()).await.expect("its last day");
    world.clock.set(noon(TODAY.tomorrow().unwrap()));
    assert!(matches!(world.act(desk, None, act()).await, Err(Error::Denied(Denial::DeskClosed))));
}

/// R441-2-1: who had another service register for him signs leases at no desk of his own, and registers nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_lessor_who_gave_a_mandate_attributes_without_a_desk() {
    let world = World::new().await;
    let number = world.register(NICE, form(person("Lune", "Zoé", "1990-02-28"))).await.unwrap().number;
    let mandator = "383474814/-/agent-05";
    let act = || demand::Act::Attribute(serde_json::from_str(r#"{"decided_on":"2026-11-23"}"#).unwrap());
    let line = r#"{"siren":"383474814","name":"Foyer fictif","kind":"HLM","territories":["006"],"since":"2020-01-01"}"#;
    world.register.import_organisation(serde_json::from_str(line).unwrap()).await.unwrap();
    assert!(matches!(world.act(mandator, Some(number), act()).await, Err(Error::Denied(Denial::UnknownDesk))));
    let give = access::OrganisationAct::GiveMandate {
        to: nomenclature::Siren::parse("210600045").unwrap(),
        territories: nomenclature::Territory::parse("006").unwrap().into(),
        from: TODAY,
        until: None,
    };
    let siren = nomenclature::Siren::parse("383474814").unwrap();
    let act_on = register::AdministrationAct::Organisation { siren, act: give };
    let request = register::AdministrationRequest {
        command_id: uuid::Uuid::new_v4(),
        actor: nomenclature::Actor::Operator,
        act: act_on,
    };
    world.register.administer(request).await.unwrap();
    world.act(mandator, Some(number), act()).await.unwrap();
    let registers = world.register(mandator, form(person("Soleil", "Ana", "1990-02-28"))).await;
    assert!(matches!(registers, Err(Error::Denied(Denial::RoleMissing))), "{registers:?}");
}

/// What entitles a service comes with its line, once; a desk that opens from today on asks for it.
#[tokio::test(flavor = "multi_thread")]
async fn inv_46_a_line_brings_a_title_and_tells_how_the_public_reaches_a_desk() {
    let world = World::new().await;
    let line = |entitlement: &str| -> register::OrganisationLine {
        let text = format!(
            r#"{{"siren":"383474814","name":"Commune fictive","kind":"COLLECTIVITE","territories":["006"],"since":"2020-01-01",
                "desks":[{{"code":"G0690","name":"Mairie","territory":"006","opened_on":"2026-12-01",
                "contact":{{"address":"1 place fictive","postal_code":"06300","commune":"06088"}}}}]{entitlement}}}"#
        );
        serde_json::from_str(&text).unwrap()
    };
    let missing = world.register.import_organisation(line("")).await;
    let expected = access::OrganisationRejection::EntitlementMissing;
    assert!(matches!(missing, Err(Error::OrganisationRejected(found)) if found == expected), "{missing:?}");
    let titled = || line(r#","entitlement":{"ground":"DELIBERATION","reference":"DEL-1","signed_on":"2026-11-01"}"#);
    assert_eq!(world.register.import_organisation(titled()).await.unwrap().desks_opened, 1);
    assert_eq!(world.register.import_organisation(titled()).await.unwrap(), register::Imported::default());
}
