//! A local authority and its communes: what it has no access to does not exist for it, by whichever method it asks.

use std::collections::BTreeSet;
use std::sync::Arc;

use access::OrganisationAct;
use client::{Client, On, Refused};
use nomenclature::{Actor, CommuneCode, Siren, UniqueNumber};
use proto::v1::{
    FindByIdentityResponse, GetDemandAtDeskResponse, GetDemandResponse, ListDeadlinesResponse,
    ListLateRadiationsResponse, ListSharedDemandsResponse,
};
use register::{AdministrationAct, AdministrationRequest, Clock as _, SystemClock, Viewer};
use serde_json::{Value, json};
use server::Options;
use tests::cast::{self, ANTIBES, NICE};
use uuid::Uuid;

use crate::in_process::Prepared;

/// Registers a demand for one commune, received yesterday: what was received today is not renewed. Its number and position.
async fn registered(client: &Client, actor: &str, surname: &str, commune: &str) -> (String, i64) {
    let mut form = cast::form(surname, "Ana", "1990-02-28");
    form["sought"]["communes"] = json!([commune]);
    let actor = Actor::parse(actor).unwrap();
    let mut act = cast::register(form);
    act["register"]["filed_on"] = json!(SystemClock.today().yesterday().unwrap());
    let answer = client.act(actor, Uuid::new_v4(), None, &act).await.unwrap();
    (answer.number.to_string(), answer.position)
}

/// Whether a method tells an actor of a demand; else he hears that there is none.
async fn tells(client: &Client, actor: &str, method: &str, question: Value) -> bool {
    match client.call::<()>(Actor::parse(actor).unwrap(), method, &question).await {
        Ok(()) => true,
        Err(Refused::Told(told)) => {
            assert_eq!(told.reason, "DEMAND_NOT_FOUND", "{method}");
            false
        }
        Err(other) => panic!("{method}: {other}"),
    }
}

/// A register where the commune of Antibes is told of its own dwellings.
async fn prepared() -> Prepared {
    let prepared = Prepared::new(Arc::new(SystemClock)).await;
    let competence = OrganisationAct::SetCompetence { communes: vec![CommuneCode::parse("06004").unwrap()] };
    let act = AdministrationAct::Organisation { siren: Siren::parse("210600045").unwrap(), act: competence };
    let request = AdministrationRequest { command_id: Uuid::new_v4(), actor: Actor::Operator, act };
    prepared.register.administer(request).await.unwrap();
    prepared
}

/// R441-2-6 c and d.
#[tokio::test(flavor = "multi_thread")]
async fn inv_43_a_commune_finds_the_demands_for_its_dwellings_and_its_own_desks_and_no_others() {
    let prepared = prepared().await;
    let register = prepared.register.clone();
    let server = prepared.serve(Options::default()).await;
    let client = server.client();
    let (foreign, _) = registered(&client, NICE, "Lune", "06088").await;
    let (sought, _) = registered(&client, NICE, "Soleil", "06004").await;
    let (own, position) = registered(&client, ANTIBES, "Étoile", "06088").await;

    for (actor, number, expected) in
        [(ANTIBES, &foreign, false), (ANTIBES, &sought, true), (ANTIBES, &own, true), (NICE, &foreign, true)]
    {
        let question = json!({"number": number});
        let at = json!({"number": number, "at_least_position": position});
        assert_eq!(tells(&client, actor, "RegistrationService/GetDemand", question).await, expected, "{actor}");
        for method in ["GetSharedDemand", "ListDemandsElsewhere"] {
            let method = format!("SharedManagementService/{method}");
            assert_eq!(tells(&client, actor, &method, at.clone()).await, expected, "{actor} {method}");
        }
    }
    let listed = async |actor: &str| {
        let question = json!({"at_least_position": position});
        let (actor, method) = (Actor::parse(actor).unwrap(), "SharedManagementService/ListSharedDemands");
        let answer = client.call::<ListSharedDemandsResponse>(actor, method, &question).await.unwrap();
        answer.demands.into_iter().map(|demand| demand.number).collect::<BTreeSet<_>>()
    };
    assert_eq!(listed(ANTIBES).await, BTreeSet::from([sought.clone(), own.clone()]));
    assert_eq!(listed(NICE).await, BTreeSet::from([foreign.clone(), sought.clone(), own.clone()]));
    for (surname, expected) in [("Lune", vec![]), ("Soleil", vec![sought.clone()])] {
        let question = json!({"surname": surname, "given_names": "Ana", "birth_date": "1990-02-28"});
        let (actor, method) = (Actor::parse(ANTIBES).unwrap(), "RegistrationService/FindByIdentity");
        let answer = client.call::<FindByIdentityResponse>(actor, method, &question).await.unwrap();
        assert_eq!(answer.numbers, expected, "{surname}");
    }
    let antibes = Siren::parse("210600045").unwrap();
    for (number, expected) in [(&foreign, false), (&sought, true)] {
        let seers = register.seers(Viewer::Operator, UniqueNumber::parse(number).unwrap()).await.unwrap();
        assert_eq!(seers.iter().any(|seer| seer.organisation == antibes), expected);
    }
    server.stops().await;
}

/// R441-2-7: whoever comes to the desk of a commune renews there, whatever he seeks; what the desk has no access to it does not
/// follow, nor is it told what falls due there.
#[tokio::test(flavor = "multi_thread")]
async fn inv_35_a_commune_renews_at_its_desk_what_it_does_not_read_and_lists_what_is_its_own() {
    let prepared = prepared().await;
    let server = prepared.serve(Options::default()).await;
    let client = server.client();
    let (foreign, _) = registered(&client, NICE, "Lune", "06088").await;
    let (sought, _) = registered(&client, NICE, "Soleil", "06004").await;
    let (own, _) = registered(&client, ANTIBES, "Étoile", "06088").await;
    let mayor = Actor::parse(ANTIBES).unwrap();

    let method = "RegistrationService/GetDemandAtDesk";
    assert!(!tells(&client, ANTIBES, method, json!({"number": foreign, "birth_date": "1990-03-01"})).await);
    let question = json!({"number": foreign, "birth_date": "1990-02-28"});
    let shown = client.call::<GetDemandAtDeskResponse>(mayor, method, &question).await.unwrap().demand.unwrap();
    let on = Some(On { number: &foreign, etag: &shown.etag });
    let renewed = client.act(mayor, Uuid::new_v4(), on, &cast::renew()).await.unwrap();
    let on = Some(On { number: &foreign, etag: &renewed.etag });
    let refused = client.act(mayor, Uuid::new_v4(), on, &json!({"report_lease": {"reference": "courrier"}})).await;
    assert!(matches!(&refused, Err(Refused::Told(told)) if told.reason == "DEMAND_NOT_FOUND"), "{refused:?}");
    assert!(!tells(&client, ANTIBES, "RegistrationService/GetDemand", json!({"number": foreign})).await);

    let listed = async |actor: &str, position: i64| {
        let question = json!({"at_least_position": position, "page_size": 200});
        let (actor, method) = (Actor::parse(actor).unwrap(), "SharedManagementService/ListDeadlines");
        let answer = client.call::<ListDeadlinesResponse>(actor, method, &question).await.unwrap();
        answer.deadlines.into_iter().map(|deadline| deadline.number).collect::<BTreeSet<_>>()
    };
    assert_eq!(listed(ANTIBES, renewed.position).await, BTreeSet::from([sought.clone(), own.clone()]));
    assert_eq!(listed(NICE, renewed.position).await, BTreeSet::from([foreign.clone(), sought.clone(), own.clone()]));
    // A piece that it took in itself it has to store.
    let piece = json!({"deposit_piece": {"piece_type": "TAX"}});
    let deposited = client.act(mayor, Uuid::new_v4(), on, &piece).await.unwrap();
    assert!(listed(ANTIBES, deposited.position).await.contains(&foreign));

    let mut position = deposited.position;
    for number in [&foreign, &sought] {
        let act = json!({"report_lease": {"reference": "courrier"}});
        let (lessor, question) = (Actor::parse(NICE).unwrap(), json!({"number": number}));
        let shown = client.call::<GetDemandResponse>(lessor, "RegistrationService/GetDemand", &question).await.unwrap();
        let etag = shown.demand.unwrap().etag;
        let on = Some(On { number, etag: &etag });
        position = client.act(lessor, Uuid::new_v4(), on, &act).await.unwrap().position;
    }
    let late = async |actor: &str| {
        let question = json!({"at_least_position": position});
        let (actor, method) = (Actor::parse(actor).unwrap(), "SharedManagementService/ListLateRadiations");
        let answer = client.call::<ListLateRadiationsResponse>(actor, method, &question).await.unwrap();
        answer.late_radiations.into_iter().map(|late| late.number).collect::<BTreeSet<_>>()
    };
    assert_eq!(late(ANTIBES).await, BTreeSet::from([sought.clone()]));
    assert_eq!(late(NICE).await, BTreeSet::from([foreign, sought]));
    server.stops().await;
}
