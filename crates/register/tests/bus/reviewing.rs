//! What those who watch over accounts see of how they are used.

use std::collections::BTreeSet;

use access::{Denial, Role};
use jiff::ToSpan as _;
use nomenclature::{Actor, AgentId, DeskCode};
use register::{ConsultedBy, Error, RightsQuery, Viewer};

use crate::administration::{MANAGER, certified, manager, siren};
use crate::world::{NICE, TODAY, World, form, noon, person};

/// From the last look or act of the account; who was given a right a moment ago had no time to use it.
#[tokio::test(flavor = "multi_thread")]
async fn rights_that_nobody_used_for_ninety_days_are_listed_with_the_last_day_of_use() {
    let world = World::new().await;
    let register = &world.register;
    let manager = manager(&world).await;
    let number = world.register(NICE, form(person("Lune", "Zoé", "1990-02-28"))).await.unwrap().number;
    let at_nice = async |email| {
        let agent = certified(register, "732829320", Some("G0601"), email, &[Role::DeskAgent]).await;
        (agent, format!("732829320/G0601/{agent}"))
    };
    let (idle, _) = at_nice("jamais@exemple.fr").await;
    let (looked, looks) = at_nice("lit@exemple.fr").await;
    let (acted, acts) = at_nice("agit@exemple.fr").await;
    let later = |days: i64| TODAY.checked_add(days.days()).unwrap();
    world.clock.set(noon(later(2)));
    register.demand(number, Viewer::Agent(&Actor::parse(&looks).unwrap())).await.unwrap();
    world.clock.set(noon(later(5)));
    world.register(&acts, form(person("Soleil", "Ana", "1990-02-28"))).await.unwrap();

    let unused = async |unused| {
        let asked = RightsQuery { within: None, unused: Some(unused), after: None, agents: usize::MAX };
        let found = register.rights_page(Viewer::Operator, asked).await.unwrap().0;
        found.into_iter().map(|line| line.agent).collect::<BTreeSet<_>>()
    };
    let of = |agents: &[AgentId]| agents.iter().copied().collect::<BTreeSet<_>>();
    world.clock.set(noon(later(89)));
    assert_eq!(unused(90).await, of(&[]));
    world.clock.set(noon(later(90)));
    let Actor::Agent { agent: manages, .. } = manager else { panic!("the manager is an agent") };
    assert_eq!(unused(90).await, of(&[idle, manages]), "ninety days behind the first day of what he was granted");
    world.clock.set(noon(later(92)));
    assert_eq!(unused(90).await, of(&[idle, manages, looked]));
    // The manager looks: that is a use, and a look at names.
    let told = register.rights(Viewer::Agent(&manager), None).await.unwrap();
    let day = |agent| told.iter().find(|line| line.agent == agent).unwrap().last_used_on;
    assert_eq!((day(idle), day(looked), day(acted)), (None, Some(later(2)), Some(later(5))));
    assert_eq!(unused(90).await, of(&[idle, looked]));
    assert_eq!(unused(88).await, of(&[idle, looked]));
    assert_eq!(unused(87).await, of(&[idle, looked, acted]));
    let recorded = "SELECT concat_ws(' ', actor, territory, purpose, kind, numbers) FROM register.consultations \
         WHERE kind <> 'DEMAND'";
    let recorded = crate::world::cluster().psql(&world.database, recorded).unwrap();
    assert_eq!(recorded, format!("{manager} 006 ADMINISTRATION RIGHTS {{}}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_43_the_data_protection_officer_of_the_manager_reads_who_looked_and_that_of_a_lessor_does_not() {
    let world = World::new().await;
    manager(&world).await;
    let number = world.register(NICE, form(person("Lune", "Zoé", "1990-02-28"))).await.unwrap().number;
    world.register.demand(number, Viewer::Agent(&Actor::parse(NICE).unwrap())).await.unwrap();
    let officer = async |of: &str, desk, email| {
        let agent = certified(&world.register, of, desk, email, &[Role::DataProtectionOfficer]).await;
        let desk = desk.map(|code| DeskCode::parse(code).unwrap());
        Actor::Agent { organisation: siren(of), desk, agent }
    };
    let (ours, theirs) =
        (officer(MANAGER, None, "dpo@exemple.fr").await, officer("732829320", Some("G0601"), "autre@exemple.fr").await);
    let asked = async |who: &Actor| world.register.consultations(who, ConsultedBy::Demand(number), None, 5).await;
    let told = asked(&ours).await.unwrap().entries;
    assert!(told.iter().any(|look| look.actor.to_string() == NICE), "{told:?}");
    let refused = asked(&theirs).await;
    assert!(matches!(refused, Err(Error::Denied(Denial::NotTheManager))), "{refused:?}");
    assert!(world.register.demand(number, Viewer::Agent(&ours)).await.is_err(), "he sees no demand");
}
