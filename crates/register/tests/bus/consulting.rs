//! Who looked at nominative data is recorded before it is shown, kept for twelve months, and read by those who watch over it.

use demand::claims::PersonKey;
use nomenclature::{Actor, UniqueNumber};
use register::{ConsultedBy, Error, LookKind, Viewer};

use crate::world::*;

/// The manager of the territory of Nice.
const MANAGER: &str = "200030195/G0609/agent-09";

const KEEPER: &str = r#"{"siren":"200030195","name":"Gestionnaire fictif","kind":"GESTIONNAIRE","territories":["006"],
    "since":"2020-01-01","desks":[{"code":"G0609","name":"Gestion","territory":"006","opened_on":"2020-01-01"}]}"#;

fn actor(text: &str) -> Actor {
    Actor::parse(text).unwrap()
}

fn key() -> PersonKey {
    PersonKey { surname: "Lune".into(), given_names: "Zoé".into(), birth_date: jiff::civil::date(1990, 2, 28) }
}

/// With a manager, and a demand of Zoé's.
async fn world() -> (World, UniqueNumber) {
    let world = World::new().await;
    world.register.import_organisation(serde_json::from_str(KEEPER).unwrap()).await.unwrap();
    let number = world.register(NICE, form(person("Lune", "Zoé", "1990-02-28"))).await.unwrap().number;
    (world, number)
}

impl World {
    fn recorded(&self, columns: &str) -> Vec<String> {
        let all = format!("SELECT concat_ws(' ', {columns}) FROM register.consultations ORDER BY entered_at");
        cluster().psql(&self.database, &all).unwrap().lines().map(str::to_owned).collect()
    }

    fn tried(&self, role: &str, sql: &str) -> Result<String, String> {
        cluster().psql(&self.database, &format!("SET ROLE {role}; {sql}")).map_err(|error| error.to_string())
    }
}

#[tokio::test]
async fn inv_43_whoever_reads_or_searches_is_recorded_and_the_operator_sees_no_names() {
    let (world, number) = world().await;
    let register = &world.register;
    register.demand(number, Viewer::Operator).await.unwrap();
    register.history(number).await.unwrap();
    assert_eq!(world.recorded("kind"), [""; 0], "nothing nominative was shown");
    register.demand(number, Viewer::Agent(&actor(ANTIBES))).await.unwrap();
    assert_eq!(register.find_by_identity(key(), &actor(OTHER_LESSOR)).await.unwrap(), [number]);
    let other = PersonKey { given_names: "Léa".into(), ..key() };
    assert!(register.find_by_identity(other, &actor(OTHER_LESSOR)).await.unwrap().is_empty());
    register.find_by_identity(PersonKey { surname: "LUNE".into(), ..key() }, &actor(NICE)).await.unwrap();
    // Who may not look has not looked.
    assert!(matches!(register.demand(number, Viewer::Agent(&actor(TOULON))).await, Err(Error::NotFound)));
    let columns = "actor, organisation, territory, purpose, kind, numbers, versions, question IS NOT NULL";
    assert_eq!(
        world.recorded(columns),
        [
            format!("{ANTIBES} 210600045 006 ATTRIBUTION DEMAND {{{number}}} {{2}} f"),
            format!("{OTHER_LESSOR} 552032534 006 ATTRIBUTION IDENTITY {{{number}}} {{0}} t"),
            format!("{OTHER_LESSOR} 552032534 006 ATTRIBUTION IDENTITY {{}} {{}} t"),
            format!("{NICE} 732829320 006 ATTRIBUTION IDENTITY {{{number}}} {{0}} t"),
        ]
    );
    let asked = world.recorded("question");
    assert!(asked[1] == asked[3] && asked[1] != asked[2], "equal questions are known as such: {asked:?}");
    let all = "SELECT string_agg(c::text, ';') FROM register.consultations AS c";
    let all = cluster().psql(&world.database, all).unwrap();
    assert!(!all.to_lowercase().contains("lune") && !all.contains("1990"), "{all}");
}

#[tokio::test]
async fn nobody_changes_the_record_and_only_what_is_older_than_twelve_months_goes() {
    let (world, number) = world().await;
    for _ in 0..3 {
        world.register.demand(number, Viewer::Agent(&actor(NICE))).await.unwrap();
    }
    let acts = [
        "UPDATE register.consultations SET actor = 'x'",
        "DELETE FROM register.consultations",
        "TRUNCATE register.consultations",
    ];
    for role in ["sne_owner", "sne_writer", "sne_projector", "sne_reader", "sne_infocentre"] {
        for act in acts {
            let refused = world.tried(role, act).unwrap_err();
            assert!(
                refused.contains("denied") || refused.contains("kept for twelve months"),
                "{role}: {act}: {refused}"
            );
        }
    }
    for (role, sql) in [
        ("sne_writer", "SELECT count(*) FROM register.consultations"),
        ("sne_writer", "INSERT INTO register.consultations (id, entered_at) VALUES (gen_random_uuid(), '2020-01-01')"),
        ("sne_reader", "SELECT count(*) FROM register.consultations"),
        ("sne_projector", "SELECT register.forget_consultations(10)"),
    ] {
        assert!(world.tried(role, sql).unwrap_err().contains("permission denied"), "{role}: {sql}");
    }
    assert_eq!(world.register.forget_consultations().await.unwrap(), 0);
    // As if the years had passed: what nobody can do but who turns the guard off, who is nobody that the program is.
    world.tamper(
        "ALTER TABLE register.consultations DISABLE TRIGGER ALL; \
         UPDATE register.consultations SET entered_at = now() - CASE id WHEN (SELECT min(id::text)::uuid FROM register.consultations) \
           THEN interval '366 days' ELSE interval '364 days' END; \
         ALTER TABLE register.consultations ENABLE TRIGGER ALL",
    );
    assert_eq!(world.register.kept_consultations().await.unwrap(), (3, 0));
    assert_eq!(world.register.forget_consultations().await.unwrap(), 1);
    assert_eq!(world.register.forget_consultations().await.unwrap(), 0);
    assert_eq!(world.recorded("actor").len(), 2);
}

#[tokio::test]
async fn nothing_is_shown_while_the_record_cannot_be_written_and_it_is_again_once_it_can() {
    let (world, number) = world().await;
    let reader = actor(NICE);
    let read = async || world.register.demand(number, Viewer::Agent(&reader)).await;
    read().await.unwrap();
    world.tamper("REVOKE INSERT ON register.consultations FROM sne_writer");
    assert!(matches!(read().await, Err(Error::NotRecorded)));
    let searched = world.register.find_by_identity(key(), &reader).await;
    assert!(matches!(searched, Err(Error::NotRecorded)));
    assert!(world.register.recording().failing);
    // What has nobody's name in it goes on, and so do acts.
    world.register.demand(number, Viewer::Operator).await.unwrap();
    world.register(ANTIBES, form(person("Soleil", "Claire", "1980-01-01"))).await.unwrap();
    world.tamper(
        "GRANT INSERT (id, consulted_at, actor, organisation, territory, purpose, kind, question, numbers, versions, position, recorder) \
         ON register.consultations TO sne_writer",
    );
    world.register.drain_record(std::time::Duration::from_secs(60)).await.unwrap();
    read().await.unwrap();
    let recorded = world.recorded("kind");
    assert!(recorded.len() >= 3, "the first one, the one that was refused, the last one: {recorded:?}");
}

#[tokio::test]
async fn a_register_that_is_only_read_records_who_looks_all_the_same() {
    let (world, number) = world().await;
    let place = register::Place {
        database: options(&world.database),
        keys: world.keys.path().to_owned(),
        connections: 2,
        standby: event_log::Standby::NotAsked,
        clock: world.clock.clone(),
    };
    let reading = register::Register::open_to_read(place.to_read()).await.unwrap();
    reading.demand(number, Viewer::Agent(&actor(ANTIBES))).await.unwrap();
    assert_eq!(world.recorded("actor, kind"), [format!("{ANTIBES} DEMAND")]);
}

#[tokio::test]
async fn who_keeps_a_territory_reads_who_looked_there_and_that_is_recorded_too() {
    let (world, number) = world().await;
    let other = world.register(ANTIBES, form(person("Soleil", "Claire", "1980-01-01"))).await.unwrap().number;
    let register = &world.register;
    for _ in 0..3 {
        register.demand(number, Viewer::Agent(&actor(NICE))).await.unwrap();
    }
    register.demand(other, Viewer::Agent(&actor(ANTIBES))).await.unwrap();
    let manager = actor(MANAGER);
    let list = async |by, after, limit| register.consultations(&manager, by, after, limit).await;
    // Page by page, the last one first.
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let page = list(ConsultedBy::Demand(number), after, 2).await.unwrap();
        assert!(page.entries.len() <= 2);
        assert!(page.entries.iter().all(|entry| entry.shown.iter().all(|(shown, _)| *shown == number)));
        seen.extend(page.entries.into_iter().map(|entry| (entry.kind, entry.actor.to_string(), entry.id)));
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    assert!(seen.windows(2).all(|pair| pair[0].2 > pair[1].2), "{seen:?}");
    let reads = seen.iter().filter(|(kind, who, _)| *kind == LookKind::Demand && who == NICE).count();
    assert_eq!(reads, 3);
    assert!(seen.iter().any(|(kind, who, _)| *kind == LookKind::Record && who == MANAGER), "{seen:?}");
    assert!(seen.iter().all(|(_, who, _)| who != ANTIBES), "somebody else's demand is none of it");
    let of_antibes = list(ConsultedBy::Actor(actor(ANTIBES)), None, 50).await.unwrap().entries;
    assert_eq!(of_antibes.len(), 1);
    assert_eq!((of_antibes[0].kind, of_antibes[0].shown.clone()), (LookKind::Demand, vec![(other, 2)]));

    // Nobody else, and nowhere else.
    for who in [NICE, ANTIBES] {
        let refused = register.consultations(&actor(who), ConsultedBy::Demand(number), None, 50).await;
        assert!(matches!(refused, Err(Error::Denied(access::Denial::NotTheManager))), "{who}");
    }
    let refused = register.consultations(&actor(TOULON), ConsultedBy::Demand(number), None, 50).await;
    assert!(matches!(refused, Err(Error::NotFound)), "a foreign demand does not exist");
    let toulon = UniqueNumber::parse("083112600000108301").unwrap();
    assert!(matches!(list(ConsultedBy::Demand(toulon), None, 50).await, Err(Error::NotFound)));
}

/// Whoever registers somebody to learn whether he has a demand has searched for him.
#[tokio::test]
async fn inv_43_a_refusal_that_tells_a_number_is_recorded_as_a_search() {
    let (world, number) = world().await;
    for _ in 0..2 {
        let refused = world.register(ANTIBES, form(person("Lune", "Zoé", "1990-02-28"))).await;
        assert!(matches!(refused, Err(Error::Duplicate { held_by }) if held_by == number), "{refused:?}");
    }
    // Refused for something else, it tells of nobody.
    assert!(world.register(ANTIBES, form(person("", "Zoé", "1990-02-28"))).await.is_err());
    let entry = format!("{ANTIBES} 006 ATTRIBUTION DUPLICATE {{{number}}} {{0}}");
    assert_eq!(world.recorded("actor, territory, purpose, kind, numbers, versions"), [entry.clone(), entry]);
    let asked = world.recorded("question");
    assert!(asked[0].len() > 60 && asked[0] == asked[1], "equal questions are known as such: {asked:?}");
    world.tamper("REVOKE INSERT ON register.consultations FROM sne_writer");
    let untold = world.register(ANTIBES, form(person("Lune", "Zoé", "1990-02-28"))).await;
    assert!(matches!(untold, Err(Error::NotRecorded)), "what cannot be recorded is not told: {untold:?}");
}

#[tokio::test]
async fn inv_43_an_applicant_is_told_which_organisations_looked_at_his_demand_and_of_no_agent() {
    let (world, number) = world().await;
    let register = &world.register;
    let other = world.register(ANTIBES, form(person("Soleil", "Claire", "1980-01-01"))).await.unwrap().number;
    register.demand(number, Viewer::Agent(&actor(NICE))).await.unwrap();
    world.clock.set(noon(jiff::civil::date(2026, 11, 25)));
    register.find_by_identity(key(), &actor(ANTIBES)).await.unwrap();
    register.demand(other, Viewer::Agent(&actor(OTHER_LESSOR))).await.unwrap();
    world.clock.set(noon(jiff::civil::date(2026, 11, 26)));
    register.consultations(&actor(MANAGER), ConsultedBy::Demand(number), None, 5).await.unwrap();

    let applicant = Actor::Applicant { number };
    let (mut looks, mut after) = (Vec::new(), None);
    loop {
        let page = register.own_consultations(&applicant, number, after, 1).await.unwrap();
        assert_eq!(page.looks.len(), 1);
        looks.extend(page.looks);
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    let told: Vec<_> = looks
        .iter()
        .map(|look| format!("{} {} {} {}", look.on, look.organisation.unwrap(), look.organisation_name, look.purpose))
        .collect();
    assert_eq!(
        told,
        [
            "2026-11-26 200030195 Gestionnaire fictif ADMINISTRATION",
            "2026-11-25 210600045 Commune d'Antibes ATTRIBUTION",
            "2026-11-23 732829320 Office fictif des Collines ATTRIBUTION",
        ]
    );
    let all = format!("{looks:?}");
    assert!(!all.contains("agent-") && !all.contains("G06") && !all.contains(&other.to_string()), "{all}");

    // Of his own demand alone, and nobody in his place.
    assert!(matches!(register.own_consultations(&applicant, other, None, 50).await, Err(Error::NotFound)));
    let stranger = Actor::Applicant { number: other };
    assert!(matches!(register.own_consultations(&stranger, number, None, 50).await, Err(Error::NotFound)));
    for who in [NICE, MANAGER] {
        let refused = register.own_consultations(&actor(who), number, None, 50).await;
        assert!(matches!(refused, Err(Error::Denied(access::Denial::ApplicantOnly))), "{who}: {refused:?}");
    }
    // And nothing else is answered to him.
    for refused in [
        register.demand(number, Viewer::Agent(&applicant)).await.map(drop),
        register.demand_at_desk(number, jiff::civil::date(1990, 2, 28), &applicant).await.map(drop),
        register.find_by_identity(key(), &applicant).await.map(drop),
        register.consultations(&applicant, ConsultedBy::Demand(number), None, 5).await.map(drop),
        world.act("applicant/0061126000001G0601", Some(number), renew()).await.map(drop),
        world.register("applicant/0061126000001G0601", form(person("Mer", "Ana", "1990-02-28"))).await.map(drop),
    ] {
        assert!(matches!(refused, Err(Error::Denied(access::Denial::NotForApplicants))), "{refused:?}");
    }
}
