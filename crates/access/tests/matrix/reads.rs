//! What is read takes the proof of its own right.

use access::{
    Action, Denial, Inspect, Profile, Purpose, Read, ReadConsultations, ReadDeadlines, ReadDemand, ReadNotices,
    ReadStatistics, ReadTerritory, ReplayDemand, ReplayLog, Role, Roles, Scopes, permit, permit_wherever,
};
use nomenclature::{OrganisationKind, Territories, UniqueNumber};

use crate::{desk, member, siren, territory};

fn number() -> UniqueNumber {
    UniqueNumber::parse("0060326016982G0601").unwrap()
}

/// What is told to somebody who asks to read: the action and the purpose of the proof.
fn asked<R: Read>(profile: Profile, read: R) -> Result<(Action, Purpose), Denial> {
    permit(profile, read).map(|given| (given.action(), given.purpose()))
}

#[test]
fn each_read_asks_for_a_right_of_its_own() {
    let clerk = member(OrganisationKind::Hlm, Roles::of(&[Role::ConsultantSimple]));
    let here = territory("006");
    assert_eq!(asked(clerk, ReadDemand(number())), Ok((Action::Read, Purpose::Attribution)));
    assert_eq!(asked(clerk, ReadDeadlines(here)), Ok((Action::ReadDeadlines, Purpose::Attribution)));
    assert_eq!(asked(clerk, ReadTerritory(here)), Ok((Action::ReadTerritory, Purpose::Administration)));
    assert_eq!(asked(clerk, ReadStatistics), Ok((Action::ReadStatistics, Purpose::Statistics)));
    assert_eq!(asked(clerk, ReadConsultations(here)), Err(Denial::NotTheManager));
    assert_eq!(asked(clerk, ReadNotices(here)), Err(Denial::NotTheManager));
    assert_eq!(asked(clerk, ReplayDemand(number())), Err(Denial::AuditorOnly));
    assert_eq!(asked(clerk, ReplayLog), Err(Denial::AuditorOnly));
    assert_eq!(asked(clerk, Inspect), Err(Denial::OperatorOnly));
    assert_eq!(
        asked(clerk, ReadDemand(UniqueNumber::parse("1110318016982G1104").unwrap())),
        Err(Denial::ForeignTerritory)
    );
}

#[test]
fn the_system_actor_keeps_the_register_by_rights_of_his_own_and_reads_no_name() {
    let (by, here) = (Profile::Operator, territory("006"));
    assert_eq!(asked(by, Inspect), Ok((Action::Inspect, Purpose::Administration)));
    assert_eq!(asked(by, ReadNotices(here)), Ok((Action::KeepRenewals, Purpose::Administration)));
    assert_eq!(asked(by, ReadDeadlines(here)), Ok((Action::ReadDeadlines, Purpose::Administration)));
    assert_eq!(asked(by, ReadDemand(number())), Err(Denial::NotForTheOperator));
    assert_eq!(asked(by, ReplayLog), Err(Denial::AuditorOnly));
    assert!(permit_wherever(by).is_err());
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
    let given = permit_wherever(of(scopes)).unwrap();
    assert_eq!(given.what().territories(), [nice, toulon].into_iter().collect::<Territories>());
    assert_eq!((given.action(), given.purpose()), (Action::Read, Purpose::Attribution));

    let figures = of(Scopes::NONE.and(Role::InfocentreReader, paris.into()));
    assert_eq!(permit_wherever(figures), Err(Denial::RoleMissing));
    assert_eq!(permit_wherever(of(Scopes::NONE)), Err(Denial::NotARegisteringService));
    let auditor = Profile::Member {
        organisation: siren(),
        kind: OrganisationKind::Auditor,
        agent: None,
        desk: Some((desk("G0601"), nice)),
        scopes: Scopes::uniform(Roles::of(&[Role::Auditor]), nice.into()),
    };
    assert_eq!(permit_wherever(auditor), Err(Denial::NotARegisteringService));
}
