//! Organisations and agents of territories that a manager has nothing to do with.

use access::agent::command::AgentAct;
use access::{OpenDesk, OrganisationAct, Role};
use nomenclature::{AgentId, DeskCode};
use register::AdministrationAct;

use crate::administration::{agent_of, by, done, entering, granting, manager, on, siren, territory};
use crate::world::{TODAY, World};

#[tokio::test(flavor = "multi_thread")]
async fn who_is_in_none_of_a_managers_territories_does_not_exist_for_him_whatever_he_asks_for() {
    let world = World::new().await;
    let manager = manager(&world).await;
    let (there, nobody, own) = (siren("356000000"), siren("383474814"), siren("732829320"));
    let agent = agent_of(done(&world.register, entering("356000000", None, "rade@exemple.fr")).await);
    let unknown = AgentId::parse("00000000000000000000000000000000").unwrap();
    let refused = async |act| format!("{:?}", world.register.administer(by(manager, act)).await.unwrap_err());
    let acts = |of, to| {
        let (code, name, territory) = (DeskCode::parse("G0699").unwrap(), "Accueil".to_owned(), territory("006"));
        let opened_on = TODAY.yesterday().unwrap();
        [
            OrganisationAct::OpenDesk(OpenDesk { code, name, territory, opened_on }),
            OrganisationAct::LeaveTerritory { territory, last_day: opened_on },
            OrganisationAct::GiveMandate { to, territories: territory.into(), from: opened_on, until: None },
        ]
        .map(|act| AdministrationAct::Organisation { siren: of, act })
    };
    // Also to whom a mandate is given.
    let mandate_to = |to| acts(own, to)[2].clone();
    for (foreign, none) in
        acts(there, own).into_iter().zip(acts(nobody, own)).chain([(mandate_to(there), mandate_to(nobody))])
    {
        let told = refused(foreign).await;
        assert_eq!(told, "OrganisationRejected(NotRegistered)");
        assert_eq!(told, refused(none).await);
    }
    let revoke = |agent| on(agent, AgentAct::Revoke { role: Role::DeskAgent, territories: territory("006").into() });
    let grant = |agent| granting(agent, Role::DeskAgent, &["006"]);
    for (foreign, none) in [(grant(agent), grant(unknown)), (revoke(agent), revoke(unknown))] {
        let told = refused(foreign).await;
        assert_eq!(told, "AgentRejected(NotEntered)");
        assert_eq!(told, refused(none).await);
    }
}
