//! The register doubts itself, and a second reader that shares no code agrees with it.

use demand::form::identity::PersonDraft;
use demand::modification::Origin;
use demand::registration::ForceReason;
use demand::{Act, FormDraft};
use event_log::Standby;
use register::{Depth, Error, Findings, Place, Seen, Viewer};

use crate::world::*;

async fn lived_in() -> World {
    let world = World::new().await;
    for (name, days) in [("Lune", 0), ("Soleil", 40), ("Étoile", 80)] {
        world.clock.set(noon(TODAY.checked_add(jiff::Span::new().days(days)).unwrap()));
        let number = world.register(NICE, form(person(name, "Zoé", "1990-02-28"))).await.unwrap().number;
        world.clock.set(noon(TODAY.checked_add(jiff::Span::new().days(days + 1)).unwrap()));
        world.act(ANTIBES, Some(number), renew()).await.unwrap();
        if name == "Soleil" {
            world.act(NICE, Some(number), sign_lease_today(&world)).await.unwrap();
        }
    }
    world.register.rotate_keys().await.unwrap();
    world
}

fn sign_lease_today(world: &World) -> Act {
    let Act::SignLease(mut draft) = sign_lease() else { unreachable!("it signs a lease") };
    draft.signed_on = Some(world.register.clock().today().to_string());
    Act::SignLease(draft)
}

async fn examine(world: &World) -> Findings {
    world.register.examine(Depth::CrossRead, &world.stock().await, |_, _| ()).await.unwrap()
}

fn faults(findings: &Findings) -> Vec<String> {
    findings
        .checks
        .iter()
        .flat_map(|check| check.faults.iter().map(|fault| format!("{}: {fault}", check.name)))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sound_register_is_found_sound_by_both_readers() {
    let findings = examine(&lived_in().await).await;
    assert_eq!(faults(&findings), Vec::<String>::new());
    assert!(findings.checks.iter().any(|check| check.name == "double lecture" && check.found.starts_with('3')));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_altered_row_is_found_and_named() {
    let world = lived_in().await;
    world.tamper(
        "UPDATE log.events SET payload = replace(payload, '\"household_size\":1', '\"household_size\":7')
          WHERE position = (SELECT min(position) FROM log.events WHERE event_type = 'Renewed')",
    );
    let findings = examine(&world).await;
    let found = faults(&findings);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("empreintes: position "), "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_that_see_different_rows_disagree() {
    let world = lived_in().await;
    // The second reader sees other facts than ours: its view is exchanged for one that lies about a single row.
    world.tamper(
        "CREATE TABLE log.lie AS SELECT * FROM log.stock_events;
         UPDATE log.lie SET payload = replace(payload::text, '\"household_size\":1', '\"household_size\":7')::json
          WHERE sequence = 3 AND aggregate_id = (SELECT min(aggregate_id) FROM log.lie WHERE event_type = 'Renewed');
         DROP VIEW log.stock_events;
         ALTER TABLE log.lie RENAME TO stock_events;
         GRANT SELECT ON log.stock_events TO sne_projector;",
    );
    let found = faults(&examine(&world).await);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("double lecture: les deux lecteurs diffèrent"), "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_event_and_a_missing_claim_are_found() {
    let world = lived_in().await;
    world.tamper(
        "DELETE FROM log.claims WHERE kind = 1 AND holder = (SELECT min(holder) FROM log.claims WHERE kind = 1)",
    );
    let found = faults(&examine(&world).await);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("unicité: marque d'unicité manquante"), "{found:?}");

    world.tamper("DELETE FROM log.events WHERE position = 3");
    let found = faults(&world.register.examine(Depth::Usual, &world.stock().await, |_, _| ()).await.unwrap());
    assert!(found.iter().any(|fault| fault.starts_with("journal: position 3 manquante")), "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_history_of_an_altered_demand_is_refused_and_names_the_position() {
    let world = World::new().await;
    let number = world.register(NICE, form(person("Lune", "Zoé", "1990-02-28"))).await.unwrap().number;
    world.tamper(&format!("UPDATE log.events SET actor = 'somebody' WHERE stream = '{number}' AND version = 1"));
    assert!(matches!(world.register.history(number).await, Err(Error::Unreadable { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_stock_reader_folds_a_demand_with_its_personal_parts_sealed() {
    let world = World::new().await;
    let number = world.register(NICE, form(person("Lune", "Zoé", "1990-02-28"))).await.unwrap().number;
    let (theirs, version) = world.stock().await.demand(number).await.unwrap();
    let Seen { demand: ours, version: ours_version, .. } =
        world.register.demand(number, Viewer::Operator).await.unwrap();
    assert_eq!((version, &theirs), (ours_version, &ours));
    assert!(theirs.content().unwrap().rubrics.clear().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn one_spoiled_key_is_a_fault_of_its_own() {
    let world = lived_in().await;
    world.tamper(
        "UPDATE vault.keys SET wrapped = set_byte(wrapped, 40, get_byte(wrapped, 40) # 1)
          WHERE id = (SELECT min(key_id) FROM log.events)",
    );
    let found = faults(&world.register.examine(Depth::Usual, &world.stock().await, |_, _| ()).await.unwrap());
    assert!(found.iter().any(|fault| fault.contains("ne s'ouvre pas")), "{found:?}");
    assert!(!found.iter().any(|fault| fault.starts_with("empreintes")), "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_06_two_holders_of_a_person_are_sound_only_when_one_was_forced() {
    let world = World::new().await;
    let first = world.register(NICE, form(person("Lune", "Zoé", "1990-02-28"))).await.unwrap().number;
    let mut homonym = registration("006", form(person("Lune", "Zoé", "1990-02-28")));
    homonym.forced = Some(ForceReason::Homonym);
    world.act(ANTIBES, None, Act::Register(Box::new(homonym))).await.unwrap();
    let third = world.register(NICE, form(person("Soleil", "Paul", "1988-07-14"))).await.unwrap().number;
    assert_eq!(faults(&examine(&world).await), Vec::<String>::new());

    world.tamper(&format!("UPDATE log.claims SET ordinal = 7, holder = '{third}' WHERE kind = 1 AND ordinal = 1"));
    let found = faults(&examine(&world).await);
    let twins = format!("unicité: deux titulaires sans doublon forcé dans un territoire : {first} et {third}");
    assert!(found.contains(&twins), "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_under_another_reference_than_the_applicants_is_found() {
    let world = lived_in().await;
    // Who took another name in use may have met a person known elsewhere: that is no fault.
    let number = world.register(NICE, form(person("Comète", "Léa", "1991-01-05"))).await.unwrap().number;
    let married = PersonDraft { birth_name: Some("Comète".into()), ..person("Planète", "Léa", "1991-01-05") };
    let identity = form(married).identity;
    let change = FormDraft { identity, ..FormDraft::default() };
    let modified = Act::Modify { origin: Origin::Applicant, form: Box::new(change) };
    world.act(NICE, Some(number), modified).await.unwrap();
    world.tamper(&format!("UPDATE log.claims SET tag = gen_random_uuid() WHERE kind = 1 AND holder = '{number}'"));
    assert_eq!(faults(&examine(&world).await), Vec::<String>::new());

    world.tamper("UPDATE log.claims SET tag = gen_random_uuid() WHERE kind = 1");
    let found = faults(&examine(&world).await);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found.iter().all(|fault| fault.starts_with("unicité: aucune marque ne porte la référence")), "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_whose_clock_goes_wrong_is_found() {
    let world = lived_in().await;
    world.tamper(&format!(
        "CREATE FUNCTION public.clock_timestamp() RETURNS timestamptz LANGUAGE sql
           AS $$ SELECT pg_catalog.clock_timestamp() - interval '1 minute' $$;
         ALTER DATABASE {} SET search_path = public, pg_catalog;",
        world.database
    ));
    let place = Place {
        database: options(&world.database),
        keys: world.keys.path().to_owned(),
        connections: 2,
        standby: Standby::NotAsked,
        clock: world.clock.clone(),
    };
    let found = faults(&register::examine(&place, Depth::Usual, |_, _| ()).await.unwrap());
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("horloge: l'horloge de la base diffère"), "{found:?}");
}
