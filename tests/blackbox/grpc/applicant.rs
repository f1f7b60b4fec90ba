//! The applicant of a demand, over the network: what he is told of those who looked at it.

use std::collections::BTreeSet;

use client::Answer;
use nomenclature::Actor;
use proto::v1::ListOwnConsultationsResponse;
use serde_json::{Value, json};
use tests::cast::{ANTIBES, NICE};

use super::consulted::{Stage, actor, registered};

/// His token names his demand; it is good for that question alone.
#[tokio::test(flavor = "multi_thread")]
async fn inv_43_an_applicant_asks_who_looked_at_his_demand_and_is_told_of_organisations() {
    let stage = Stage::new().await;
    let other = registered(&stage.client, "Soleil").await;
    for (who, number) in [(NICE, stage.answer.number), (ANTIBES, stage.answer.number), (NICE, other.number)] {
        let asked = json!({"number": number});
        stage.client.call::<()>(actor(who), "RegistrationService/GetDemand", &asked).await.unwrap();
    }
    stage.recorded("1");
    let list = "ConsultationService/ListOwnConsultations";
    let ask = async |of: &Answer, message: Value| {
        let applicant = Actor::Applicant { number: of.number };
        let listed = stage.client.call::<ListOwnConsultationsResponse>(applicant, list, &message).await;
        listed.map_err(|refused| refused.reason().unwrap_or_default().to_owned())
    };
    let own = json!({"number": stage.answer.number, "page_size": 1});
    let first = ask(&stage.answer, own.clone()).await.unwrap();
    let mut next = own.clone();
    next["page_token"] = json!(first.next_page_token);
    let second = ask(&stage.answer, next.clone()).await.unwrap();
    let told: Vec<_> = first.consultations.iter().chain(&second.consultations).collect();
    let names: Vec<_> = told.iter().map(|look| (look.organisation.as_str(), look.purpose.as_str())).collect();
    assert_eq!(names, [("Commune fictive", "ATTRIBUTION"), ("Office fictif des Collines", "ATTRIBUTION")]);
    assert!(second.next_page_token.is_empty());
    let others: Vec<_> = told.iter().map(|look| (look.siren.as_deref(), look.consulted_on.len())).collect();
    assert_eq!(others, [(Some("210600045"), 10), (Some("732829320"), 10)], "and there is nothing more to a look");

    // A number changed by one, somebody else's, his page.
    let foreign = ask(&stage.answer, json!({"number": other.number})).await.err().unwrap();
    assert_eq!(foreign, "DEMAND_NOT_FOUND");
    let unknown = ask(&stage.answer, json!({"number": "0061126999999G0601"})).await.err().unwrap();
    assert_eq!(unknown, foreign, "a demand of somebody else does not exist");
    assert_eq!(ask(&other, next.clone()).await.err().unwrap(), "DEMAND_NOT_FOUND");
    next["number"] = json!(other.number);
    assert_eq!(ask(&other, next).await.err().unwrap(), "INVALID_PAGE_TOKEN");
    assert_eq!(ask(&stage.answer, json!({"number": "x"})).await.err().unwrap(), "INVALID_FORM");
    assert_eq!(stage.recorded("kind"), ["DEMAND"; 3], "he is shown nobody's data");
    stage.server.stops().await;
}

/// What is not for him, and what is for nobody else: the reasons.
pub async fn reasons() -> BTreeSet<String> {
    let stage = Stage::new().await;
    let number = stage.answer.number;
    let asked = json!({"number": number});
    let applicant = Actor::Applicant { number };
    let read = stage.client.call::<()>(applicant, "RegistrationService/GetDemand", &asked).await;
    let usurped = stage.client.call::<()>(actor(NICE), "ConsultationService/ListOwnConsultations", &asked).await;
    let told = [read, usurped].map(|answer| answer.unwrap_err().reason().unwrap_or_default().to_owned());
    stage.server.stops().await;
    assert_eq!(told, ["NOT_FOR_APPLICANTS", "APPLICANT_ONLY"]);
    told.into()
}
