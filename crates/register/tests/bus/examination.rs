//! The register doubts itself, and a second reader that shares no code agrees with it.

use register::{Depth, Error, Findings, Viewer};

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
    world
}

fn sign_lease_today(world: &World) -> demand::Act {
    let demand::Act::SignLease(mut draft) = sign_lease() else { unreachable!("it signs a lease") };
    draft.signed_on = Some(world.register.clock().today().to_string());
    demand::Act::SignLease(draft)
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
    assert!(matches!(world.register.history(number, Viewer::Operator).await, Err(Error::Unreadable { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_stock_reader_folds_a_demand_with_its_personal_parts_sealed() {
    let world = World::new().await;
    let number = world.register(NICE, form(person("Lune", "Zoé", "1990-02-28"))).await.unwrap().number;
    let (theirs, version) = world.stock().await.demand(number).await.unwrap();
    let (ours, ours_version) = world.register.demand(number, Viewer::Operator).await.unwrap();
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
