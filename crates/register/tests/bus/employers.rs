//! For whom an applicant works, declared where the law has a service register employees only (R441-2-1 f and g).

use demand::{Act, Carry, DemandEvent, FieldReason, Registration, Rejection, Violation};
use nomenclature::Actor;
use personal::Pii;
use register::{Entered, Error, ImportRow, OrganisationLine, Viewer};
use serde_json::json;

use crate::world::*;

const ACTION_LOGEMENT: &str = "383474814/G0605/agent-05";
const FIRM: &str = "00090200700012";

async fn world() -> World {
    let world = World::new().await;
    let line = r#"{"siren":"383474814","name":"Agence fictive des salariés","kind":"ACTION_LOGEMENT","territories":["006"],
        "since":"2020-01-01","desks":[{"code":"G0605","name":"Nice","territory":"006","opened_on":"2020-01-01"}]}"#;
    let line: OrganisationLine = serde_json::from_str(line).unwrap();
    world.register.import_organisation(line).await.unwrap();
    world
}

fn registering(name: &str, employer: Option<&str>) -> Act {
    let form = form(person(name, "Zoé", "1990-02-28"));
    Act::Register(Box::new(Registration { employer_siret: employer.map(str::to_owned), ..registration("006", form) }))
}

fn fault(found: Result<register::Answer, Error>) -> FieldReason {
    let Err(Error::Rejected(Rejection { violations, .. })) = found else { panic!("not refused: {found:?}") };
    let [Violation { field, reason }] = violations.try_into().expect("one field is wrong");
    assert_eq!(field, "employer_siret");
    reason
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_47_a_desk_of_action_logement_registers_nobody_without_the_contributing_firm() {
    let world = world().await;
    assert_eq!(fault(world.act(ACTION_LOGEMENT, None, registering("Lune", None)).await), FieldReason::Missing);
    let wrong = registering("Lune", Some("00090200700013"));
    assert_eq!(fault(world.act(ACTION_LOGEMENT, None, wrong).await), FieldReason::Malformed);
    let elsewhere = world.act(NICE, None, registering("Lune", Some(FIRM))).await;
    assert_eq!(fault(elsewhere), FieldReason::NotForThisService);

    let number = world.act(ACTION_LOGEMENT, None, registering("Lune", Some(FIRM))).await.unwrap().number;
    let sealed = world.register.history(number).await.unwrap().remove(0);
    assert!(!sealed.recorded.payload.contains(FIRM), "it lies sealed");
    let employer = |event| match event {
        DemandEvent::Registered(event) => event.employer,
        other => panic!("{}", other.name()),
    };
    let Carry::Given(Pii::Clear(siret)) = employer(world.opened(number).await.remove(0)) else {
        panic!("it is not there")
    };
    assert_eq!(siret.as_str(), FIRM);
    assert_eq!(employer(sealed.event), Carry::Given(Pii::Sealed));

    // Whoever reads the form reads it; who opens nothing does not.
    let agent = Actor::parse(ACTION_LOGEMENT).unwrap();
    let shown = async |number, viewer| {
        let seen = world.register.demand(number, viewer).await.unwrap();
        seen.demand.content().unwrap().employer.clone()
    };
    let Pii::Clear(Some(siret)) = shown(number, Viewer::Agent(&agent)).await else { panic!("it is not shown") };
    assert_eq!(siret.as_str(), FIRM);
    assert_eq!(shown(number, Viewer::Operator).await, Pii::Sealed);
    let undeclared = world.act(NICE, None, registering("Soleil", None)).await.unwrap().number;
    assert_eq!(shown(undeclared, Viewer::Agent(&agent)).await, Pii::Clear(None));
}

/// Another register did not ask.
#[tokio::test(flavor = "multi_thread")]
async fn inv_47_what_is_imported_from_the_past_tells_the_firm_where_it_is_known() {
    let world = world().await;
    let row = |key: &str, act: Act| -> ImportRow {
        let row = json!({
            "source": "essai", "key": key, "on": "2021-03-04", "organisation": "383474814", "desk": "G0605",
            "channel": "GUICHET", "act": act,
        });
        serde_json::from_value(row).unwrap()
    };
    let rows = vec![row("D-1", registering("Lune", None)), row("D-2", registering("Soleil", Some(FIRM)))];
    let entered = world.register.import(rows).await.unwrap();
    assert!(entered.iter().all(|outcome| matches!(outcome, Ok(Entered::Now(_)))), "{entered:?}");
}
