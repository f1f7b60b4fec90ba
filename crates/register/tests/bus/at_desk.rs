//! A commune has access to the demands for its dwellings; at its desk it serves whoever comes (R441-2-7).

use access::OrganisationAct;
use demand::Act;
use demand::form::identity::CoApplicantDraft;
use jiff::civil::{Date, date};
use nomenclature::{Actor, CommuneCode, Siren, UniqueNumber};
use register::{AdministrationAct, AdministrationRequest, Error, Viewer};
use uuid::Uuid;

use crate::world::*;

const BORN: Date = date(1990, 2, 28);

/// A demand for Nice in a territory where the commune of Antibes is told of its own dwellings.
async fn world() -> (World, UniqueNumber) {
    let world = World::new().await;
    let competence = OrganisationAct::SetCompetence { communes: vec![CommuneCode::parse("06004").unwrap()] };
    let act = AdministrationAct::Organisation { siren: Siren::parse("210600045").unwrap(), act: competence };
    let request = AdministrationRequest { command_id: Uuid::new_v4(), actor: Actor::Operator, act };
    world.register.administer(request).await.unwrap();
    let number = world.register(NICE, form(person("Lune", "Zoé", "1990-02-28"))).await.unwrap().number;
    (world, number)
}

fn actor(text: &str) -> Actor {
    Actor::parse(text).unwrap()
}

fn act(json: &str) -> Act {
    serde_json::from_str(json).unwrap()
}

fn recorded(world: &World) -> Vec<String> {
    let all = "SELECT concat_ws(' ', actor, purpose, kind, numbers, versions, question IS NOT NULL) \
         FROM register.consultations ORDER BY entered_at";
    cluster().psql(&world.database, all).unwrap().lines().map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_43_a_desk_reads_the_demand_of_whoever_has_come_there_and_it_is_recorded_what_for() {
    let (world, number) = world().await;
    let (register, mayor) = (&world.register, actor(ANTIBES));
    let read = register.demand(number, Viewer::Agent(&mayor)).await;
    assert!(matches!(read, Err(Error::NotFound)), "{read:?}");
    let seen = register.demand_at_desk(number, BORN, &mayor).await.unwrap();
    assert_eq!(seen.version, 2);
    let rubrics = seen.demand.content().unwrap().rubrics.clear().unwrap();
    assert_eq!(rubrics.household().unwrap().applicant.surname.as_str(), "Lune");

    let invented = UniqueNumber::parse("0061126999999G0601").unwrap();
    for (number, born) in [(number, date(1990, 3, 1)), (invented, BORN)] {
        let tried = register.demand_at_desk(number, born, &mayor).await;
        assert!(matches!(tried, Err(Error::NotFound)), "{tried:?}");
    }
    let foreign = register.demand_at_desk(number, BORN, &actor(TOULON)).await;
    assert!(matches!(foreign, Err(Error::NotFound)), "{foreign:?}");
    let tried = format!("{ANTIBES} GUICHET IDENTITY {{}} {{}} t");
    assert_eq!(recorded(&world), [format!("{ANTIBES} GUICHET DEMAND {{{number}}} {{2}} t"), tried.clone(), tried]);
}

/// A co-applicant comes as well as the applicant does, and after a radiation, too: what is over is brought back at a desk.
#[tokio::test(flavor = "multi_thread")]
async fn every_adult_of_a_household_may_come_and_nobody_to_what_is_erased() {
    let (world, number) = world().await;
    let mut couple = form(person("Mer", "Léo", "1980-05-05"));
    couple.identity.as_mut().unwrap().co_applicants =
        vec![CoApplicantDraft { link: some("M"), person: person("Mer", "Ana", "1981-06-06") }];
    couple.family.as_mut().unwrap().situations = vec!["M".into(), "M".into()];
    let joint = world.register(NICE, couple).await.unwrap().number;
    for born in [date(1980, 5, 5), date(1981, 6, 6)] {
        world.register.demand_at_desk(joint, born, &actor(ANTIBES)).await.unwrap();
    }
    world.act(ANTIBES, Some(number), renounce()).await.unwrap();
    world.register.demand_at_desk(number, BORN, &actor(ANTIBES)).await.unwrap();
    world.clock.set(noon(date(2027, 11, 25)));
    world.register.erase(number).await.unwrap();
    let erased = world.register.demand_at_desk(number, BORN, &actor(ANTIBES)).await;
    assert!(matches!(erased, Err(Error::NotFound)), "{erased:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_35_any_desk_does_what_an_applicant_comes_for_and_nothing_else_to_what_it_has_no_access_to() {
    let (world, number) = world().await;
    let warning = r#"{"record_warning":{"kind":"NO_ANSWER","letter_sent_on":"2026-11-25","sent_on":"2026-12-10",
        "proof":"REGISTERED_LETTER","reference":"2C 1"}}"#;
    let report = r#"{"report_lease":{"reference":"courrier"}}"#;
    for follows in [warning, report] {
        let refused = world.act(ANTIBES, Some(number), act(follows)).await;
        assert!(matches!(refused, Err(Error::NotFound)), "{follows}: {refused:?}");
        let tried = world.register.violations(&request(ANTIBES, Some(number), act(follows))).await;
        assert!(matches!(tried, Err(Error::NotFound)), "{follows}: {tried:?}");
    }
    let done = [
        r#"{"renew":{"form":{}}}"#,
        r#"{"deposit_piece":{"piece_type":"TAX"}}"#,
        r#"{"issue_certificate":{"issued_on":"2026-11-23","channel":"POST"}}"#,
        r#"{"modify":{"origin":"applicant","form":{"sought":{"dwelling_types":["T2"],"communes":["06004"],"extended":false}}}}"#,
    ];
    world.clock.set(noon(TODAY.tomorrow().unwrap()));
    for asked in done {
        world.act(ANTIBES, Some(number), act(asked)).await.unwrap();
    }
    // By now he seeks a dwelling in Antibes.
    world.clock.set(noon(date(2026, 12, 10)));
    world.register.demand(number, Viewer::Agent(&actor(ANTIBES))).await.unwrap();
    world.act(ANTIBES, Some(number), act(warning)).await.unwrap();
}
