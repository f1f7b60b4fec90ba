//! What any desk of a territory does, and what only those do who have access to the demand.

use access::{
    Action, Competence, Denial, Directory, OrganisationAct, Purpose, ReadAtDesk, Resource, Role, Roles, may, permit,
};
use jiff::civil::date;
use nomenclature::{Actor, AgentId, CommuneCode, OrganisationKind, UniqueNumber};

use crate::agents::World;
use crate::{desk, member, siren, territory};

fn number() -> UniqueNumber {
    UniqueNumber::parse("0060326016982G0602").unwrap()
}

/// Of a commune that is told of one commune, and has one desk.
fn of_a_commune() -> Competence {
    let mut world = World::of(OrganisationKind::LocalAuthority).with_a_desk();
    let communes = vec![CommuneCode::parse("06088").unwrap()];
    world.organisation(OrganisationAct::SetCompetence { communes });
    let agent = AgentId::parse("logiciel-1").unwrap();
    let actor = Actor::Agent { organisation: siren(), desk: Some(desk("G0601")), agent };
    let profile = world.directory.profile(&actor, date(2026, 11, 26)).unwrap();
    world.directory.competence_of(&profile)
}

/// R441-2-1, R441-2-3: any service registers; R441-2-7: a demand is renewed at any desk, where all of it may be changed; law 4.3
/// and R441-2-4-1: and its pieces are handed in; R441-2-8 b: it is renounced in writing; R441-2-4: the certificate is of whoever
/// recorded the act. Warning somebody who does not answer and reporting a lease of another lessor come of a service's own
/// following of a demand, which takes access (R441-2-6 c to e), as reading it does.
#[test]
fn inv_35_an_applicant_is_served_at_any_desk_and_followed_by_those_who_have_access() {
    let anywhere = [
        Action::Register,
        Action::ReadAtDesk,
        Action::Modify,
        Action::Renew,
        Action::AddPiece,
        Action::Renounce,
        Action::Reinstate,
        Action::IssueCertificate,
        Action::Separate,
    ];
    let (sought, elsewhere) = (CommuneCode::parse("06088").unwrap(), CommuneCode::parse("06029").unwrap());
    let (commune, all) = (of_a_commune(), Directory::default().competence_of(&access::Profile::Operator));
    for action in Action::ALL {
        let expected = if anywhere.contains(action) { Ok(()) } else { Err(Denial::ForeignTerritory) };
        assert_eq!(commune.admits_act(*action, number(), &[elsewhere]), expected, "{action:?}");
        assert_eq!(commune.admits_act(*action, number(), &[elsewhere, sought]), Ok(()), "{action:?}");
        assert_eq!(all.admits_act(*action, number(), &[elsewhere]), Ok(()), "{action:?}");
    }
}

/// R441-2-7: who has come is served by a desk agent, for that and nothing else; a role that reads does not serve.
#[test]
fn inv_43_only_a_desk_agent_reads_for_somebody_who_has_come_to_his_desk() {
    use OrganisationKind as K;
    let asked =
        |kind, role| permit(member(kind, Roles::of(&[role])), ReadAtDesk(number())).map(|given| given.purpose());
    let expected = [
        (K::LocalAuthority, Role::DeskAgent, Ok(Purpose::Desk)),
        (K::Hlm, Role::DeskAgent, Ok(Purpose::Desk)),
        (K::State, Role::DeskAgent, Ok(Purpose::Desk)),
        (K::LocalAuthority, Role::ConsultantSensible, Err(Denial::RoleMissing)),
        (K::LocalAuthority, Role::InfocentreReader, Err(Denial::RoleMissing)),
        (K::Hlm, Role::AllocationAgent, Err(Denial::RoleMissing)),
        (K::State, Role::StateService, Err(Denial::RoleMissing)),
        (K::TerritoryManager, Role::TerritoryManager, Err(Denial::NotARegisteringService)),
        (K::DaloCommission, Role::ConsultantDemande, Err(Denial::NotARegisteringService)),
    ];
    for (kind, role, expected) in expected {
        assert_eq!(asked(kind, role), expected, "{kind:?} {role:?}");
    }
    let clerk = member(K::LocalAuthority, Roles::of(&[Role::DeskAgent]));
    let foreign = UniqueNumber::parse("1110318016982G1104").unwrap();
    assert_eq!(permit(clerk, ReadAtDesk(foreign)).err(), Some(Denial::ForeignTerritory));
    let here = Resource::Demand { territory: territory("006") };
    for (action, purpose) in [(Action::ReadAtDesk, Purpose::Attribution), (Action::Read, Purpose::Desk)] {
        assert_eq!(may(clerk, action, here, purpose), Err(Denial::Purpose), "{action:?}");
    }
}
