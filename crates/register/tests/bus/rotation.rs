//! The wrapping keys of a register that runs for weeks.

use jiff::ToSpan as _;
use nomenclature::Actor;
use register::{Depth, Seen, Viewer};

use crate::world::*;

async fn faults(world: &World) -> Vec<String> {
    let findings = world.register.examine(Depth::Usual, &world.stock().await, |_, _| ()).await.unwrap();
    let check = findings.checks.into_iter().find(|check| check.name == "clés de chiffrement");
    check.expect("it looks at them").faults
}

#[tokio::test(flavor = "multi_thread")]
async fn a_register_rotates_while_it_runs_and_the_doctor_tells_when_it_does_not() {
    let world = World::new().await;
    let number = world.register(NICE, form(person("Lune", "Zoé", "1990-02-28"))).await.unwrap().number;
    assert!(faults(&world).await.is_empty());
    // Monday of the next week: a day to do it in. TODAY is a Monday.
    world.clock.set(noon(TODAY.checked_add(7.days()).unwrap()));
    assert!(faults(&world).await.is_empty());
    world.clock.set(noon(TODAY.checked_add(8.days()).unwrap()));
    assert_eq!(faults(&world).await.len(), 1, "overdue since midnight");
    assert!(world.register.wrapping().await.unwrap().live[0].1 > 0);

    let rotation = world.register.rotate_keys().await.unwrap().unwrap();
    assert!(rotation.made.is_some() && rotation.rewrapped >= 64 && rotation.unopened.is_empty());
    assert!(faults(&world).await.is_empty());
    assert_eq!(world.register.rotate_keys().await.unwrap().unwrap(), vault::Rotation::default(), "once is enough");

    world.clock.set(noon(TODAY.checked_add(28.days()).unwrap()));
    assert_eq!(faults(&world).await.len(), 2, "not moved again, and the first one's days are over");
    assert_eq!(world.register.rotate_keys().await.unwrap().unwrap().destroyed.len(), 1);
    assert!(faults(&world).await.is_empty());
    let agent = Actor::parse(NICE).unwrap();
    let Seen { demand, .. } = world.another().await.demand(number, Viewer::Agent(&agent)).await.unwrap();
    assert!(demand.content().unwrap().rubrics.clear().is_some());
}
