//! What is read takes the proof of its own right.

use access::organisation::entitlement::Entitlement;
use access::{
    Action, Competence, Denial, Directory, Inspect, OrganisationAct, Profile, Purpose, Read, ReadConsultations,
    ReadDeadlines, ReadDemand, ReadNotices, ReadStatistics, ReadTerritory, ReplayDemand, ReplayLog, Role, Roles,
    Scopes, permit, permit_wherever,
};
use jiff::civil::date;
use nomenclature::{
    Actor, AgentId, CommuneCode, EntitlementGround, OrganisationKind, Territories, Territory, UniqueNumber,
};

use crate::agents::World;
use crate::{desk, member, siren, territory};

fn number() -> UniqueNumber {
    UniqueNumber::parse("0060326016982G0601").unwrap()
}

/// Of an organisation that has access to every demand of its territories.
fn everywhere() -> Competence {
    Directory::default().competence_of(&Profile::Operator)
}

fn demand(number: UniqueNumber) -> ReadDemand {
    ReadDemand::of(number, everywhere())
}

fn deadlines(territory: Territory) -> ReadDeadlines {
    ReadDeadlines::of(territory, everywhere())
}

/// What is told to somebody who asks to read: the action and the purpose of the proof.
fn asked<R: Read>(profile: Profile, read: R) -> Result<(Action, Purpose), Denial> {
    permit(profile, read).map(|given| (given.action(), given.purpose()))
}

#[test]
fn each_read_asks_for_a_right_of_its_own() {
    let clerk = member(OrganisationKind::Hlm, Roles::of(&[Role::ConsultantSimple]));
    let here = territory("006");
    assert_eq!(asked(clerk, demand(number())), Ok((Action::Read, Purpose::Attribution)));
    assert_eq!(asked(clerk, deadlines(here)), Ok((Action::ReadDeadlines, Purpose::Attribution)));
    assert_eq!(asked(clerk, ReadTerritory(here)), Ok((Action::ReadTerritory, Purpose::Administration)));
    assert_eq!(asked(clerk, ReadStatistics), Ok((Action::ReadStatistics, Purpose::Statistics)));
    assert_eq!(asked(clerk, ReadConsultations(here)), Err(Denial::NotTheManager));
    assert_eq!(asked(clerk, ReadNotices(here)), Err(Denial::NotTheManager));
    assert_eq!(asked(clerk, ReplayDemand(number())), Err(Denial::AuditorOnly));
    assert_eq!(asked(clerk, ReplayLog), Err(Denial::AuditorOnly));
    assert_eq!(asked(clerk, Inspect), Err(Denial::OperatorOnly));
    assert_eq!(asked(clerk, demand(UniqueNumber::parse("1110318016982G1104").unwrap())), Err(Denial::ForeignTerritory));
}

#[test]
fn the_system_actor_keeps_the_register_by_rights_of_his_own_and_reads_no_name() {
    let (by, here) = (Profile::Operator, territory("006"));
    assert_eq!(asked(by, Inspect), Ok((Action::Inspect, Purpose::Administration)));
    assert_eq!(asked(by, ReadNotices(here)), Ok((Action::KeepRenewals, Purpose::Administration)));
    assert_eq!(asked(by, deadlines(here)), Ok((Action::ReadDeadlines, Purpose::Administration)));
    assert_eq!(asked(by, demand(number())), Err(Denial::NotForTheOperator));
    assert_eq!(asked(by, ReplayLog), Err(Denial::AuditorOnly));
    assert!(permit_wherever(by, everywhere()).is_err());
}

/// INV-43: a role that reads figures in a territory opens no demand there.
#[test]
fn inv_43_demands_are_read_wherever_the_right_is_and_nowhere_else() {
    let (nice, toulon, paris) = (territory("006"), territory("083"), territory("111"));
    let scopes = Scopes::NONE
        .and(Role::ConsultantSimple, nice.into())
        .and(Role::DeskAgent, toulon.into())
        .and(Role::InfocentreReader, paris.into());
    let of = |scopes| Profile::Member {
        organisation: siren(),
        kind: OrganisationKind::Hlm,
        agent: None,
        desk: None,
        scopes,
    };
    let given = permit_wherever(of(scopes), everywhere()).unwrap();
    assert_eq!(given.what().territories(), [nice, toulon].into_iter().collect::<Territories>());
    assert_eq!((given.action(), given.purpose()), (Action::Read, Purpose::Attribution));

    let figures = of(Scopes::NONE.and(Role::InfocentreReader, paris.into()));
    assert_eq!(permit_wherever(figures, everywhere()), Err(Denial::RoleMissing));
    assert_eq!(permit_wherever(of(Scopes::NONE), everywhere()), Err(Denial::NotARegisteringService));
    let auditor = Profile::Member {
        organisation: siren(),
        kind: OrganisationKind::Auditor,
        agent: None,
        desk: Some((desk("G0601"), nice)),
        scopes: Scopes::uniform(Roles::of(&[Role::Auditor]), nice.into()),
    };
    assert_eq!(permit_wherever(auditor, everywhere()), Err(Denial::NotARegisteringService));
}

/// R441-2-6 c and d: a local authority has access to the demands for dwellings in its communes. Those that it registered
/// itself it has to follow, whatever they seek.
#[test]
fn inv_43_a_local_authority_reads_the_demands_for_its_communes_and_those_of_its_desks() {
    let communes = |codes: &[&str]| codes.iter().map(|code| CommuneCode::parse(code).unwrap()).collect::<Vec<_>>();
    let (own, others) = (number(), UniqueNumber::parse("0060326016982G0602").unwrap());
    let user = AgentId::parse("logiciel-1").unwrap();
    let actor = Actor::Agent { organisation: siren(), desk: Some(desk("G0601")), agent: user };
    let has_access = |world: &World, number, sought: &[&str]| {
        let profile = world.directory.profile(&actor, world.today).unwrap();
        let read = permit(profile, ReadDemand::of(number, world.directory.competence_of(&profile))).unwrap();
        read.what().admits(&communes(sought))
    };
    let mut world = World::of(OrganisationKind::LocalAuthority);
    world.organisation(OrganisationAct::RecordEntitlement(Entitlement {
        ground: EntitlementGround::Deliberation,
        reference: "DEL-2020-12".into(),
        signed_on: date(2020, 1, 1),
        ends_on: None,
    }));
    let mut world = world.with_a_desk();
    assert_eq!(has_access(&world, others, &["06029"]), Ok(()), "nobody told its communes yet");
    world.organisation(OrganisationAct::SetCompetence { communes: communes(&["06088", "06004"]) });
    for sought in [&["06088"][..], &["06029", "06004"]] {
        assert_eq!(has_access(&world, others, sought), Ok(()), "{sought:?}");
    }
    for sought in [&["06029"][..], &[]] {
        assert_eq!(has_access(&world, others, sought), Err(Denial::ForeignTerritory), "{sought:?}");
        assert_eq!(has_access(&world, own, sought), Ok(()), "{sought:?}");
    }
}
