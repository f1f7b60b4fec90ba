//! What each role may do, and where: an expected table written by hand from the law.

use access::{Action, Denial, Profile, Purpose, Resource, Role, Roles, Scopes, authorize, may};
use nomenclature::{OrganisationKind, Territories, UniqueNumber};
use proptest::prelude::*;

use crate::{desk, member, siren, territory};

/// What an agent with one role alone gets: `y` he may; `r` another agent of his organisation might; else what his organisation
/// is not: `s` a registering service, `l` a lessor, `m` the manager, `e` the State.
///
/// R441-2-1 (who registers), R441-2-6 (who reads), R441-2-8 a and d, INV-24, INV-25 (a lessor's commission and its agents),
/// R441-2-8 e (the manager), INV-35 (who modifies and renews), INV-44 (statistics only), INV-56 (the State), law 4.3 (a
/// consultant reads).
#[rustfmt::skip]
const EXPECTED: &[(OrganisationKind, Role, &str)] = {
    use OrganisationKind as K;
    &[
        (K::Hlm, Role::DeskAgent,                   "yyyyyyrrymyyryyey"),
        (K::Hlm, Role::AllocationAgent,             "ryyyryyyymryyryer"),
        (K::Hlm, Role::ConsultantSimple,            "ryyrrrrrrmrrrrrer"),
        (K::Hlm, Role::ConsultantDemande,           "ryyrrrrrrmrrrrrer"),
        (K::Hlm, Role::ConsultantSensible,          "ryyrrrrrrmrrrrrer"),
        (K::Hlm, Role::InfocentreReader,            "rrrrrrrrrmrrrrrer"),
        (K::Hlm, Role::DataProtectionOfficer,       "rrrrrrrrrmrrrrrer"),
        (K::State, Role::DeskAgent,                 "yyyyyyllyryylyyry"),
        (K::State, Role::StateService,              "ryyrrrllrrrrlrryr"),
        (K::State, Role::TerritoryManager,          "ryyrrrllryyrlryrr"),
        (K::TerritoryManager, Role::TerritoryManager, "syysssllsyyslsyes"),
        (K::TerritoryManager, Role::ConsultantSimple, "syysssllsrrslsres"),
        (K::TerritoryManager, Role::DataProtectionOfficer, "srrsssllsrrslsres"),
        (K::LocalAuthority, Role::DeskAgent,        "yyyyyyllymyylyyey"),
        (K::LocalAuthority, Role::InfocentreReader, "rrrrrrllrmrrlrrer"),
        (K::PortalOperator, Role::NationalSupport,  "rrrrrrllrmrrlrrer"),
        (K::DaloCommission, Role::ConsultantDemande, "syysssllsmsslsses"),
    ]
};

/// The columns of [`EXPECTED`].
const COLUMNS: &[Action] = &[
    Action::Register,
    Action::Read,
    Action::ReadDeadlines,
    Action::Modify,
    Action::Renew,
    Action::AddPiece,
    Action::Attribute,
    Action::SignLease,
    Action::Renounce,
    Action::KeepRenewals,
    Action::Reinstate,
    Action::Chase,
    Action::FindInadmissible,
    Action::IssueCertificate,
    Action::ReportLease,
    Action::RecordDalo,
    Action::Separate,
];

/// The kinds of organisation whose agents may have the role, by hand: law 1.1, 4.3, 6.1, 10.3.
fn kinds_of(role: Role) -> &'static [OrganisationKind] {
    use OrganisationKind as K;
    match role {
        Role::DataProtectionOfficer => K::ALL,
        Role::DeskAgent => &[
            K::Hlm,
            K::Sem,
            K::SemDom,
            K::State,
            K::LocalAuthority,
            K::ReservationHolder,
            K::ActionLogement,
            K::Siao,
            K::CommonAgent,
            K::PortalOperator,
        ],
        Role::AllocationAgent => &[K::Hlm, K::Sem, K::SemDom],
        Role::ConsultantSimple | Role::ConsultantDemande | Role::ConsultantSensible => &[
            K::Hlm,
            K::Sem,
            K::SemDom,
            K::State,
            K::LocalAuthority,
            K::ReservationHolder,
            K::ActionLogement,
            K::Siao,
            K::CommonAgent,
            K::PortalOperator,
            K::TerritoryManager,
            K::DaloCommission,
        ],
        Role::TerritoryManager => &[K::TerritoryManager, K::State],
        Role::StateService => &[K::State],
        Role::InfocentreReader => &[
            K::Hlm,
            K::Sem,
            K::SemDom,
            K::State,
            K::LocalAuthority,
            K::ReservationHolder,
            K::ActionLogement,
            K::Siao,
            K::CommonAgent,
            K::PortalOperator,
            K::TerritoryManager,
            K::DaloCommission,
            K::StatisticsReader,
        ],
        Role::Auditor => &[K::Auditor],
        Role::NationalSupport => &[K::PortalOperator],
    }
}

fn expected(letter: char) -> Result<(), Denial> {
    match letter {
        'y' => Ok(()),
        'r' => Err(Denial::RoleMissing),
        's' => Err(Denial::NotARegisteringService),
        'l' => Err(Denial::NotALessor),
        'm' => Err(Denial::NotTheManager),
        'e' => Err(Denial::NotTheState),
        other => panic!("no such letter: {other}"),
    }
}

#[test]
fn inv_24_inv_25_inv_35_inv_43_inv_44_inv_56_the_matrix_of_roles_and_actions() {
    let here = Resource::Demand { territory: territory("006") };
    let elsewhere = Resource::Demand { territory: territory("083") };
    for (kind, role, row) in EXPECTED {
        assert_eq!(row.len(), COLUMNS.len(), "{kind:?} {role:?}");
        let profile = member(*kind, Roles::of(&[*role]));
        for (action, letter) in COLUMNS.iter().zip(row.chars()) {
            let asked = |resource| may(profile, *action, resource, Purpose::Attribution);
            assert_eq!(asked(here), expected(letter), "{kind:?} {role:?} {action:?}");
            assert_eq!(asked(elsewhere), Err(Denial::ForeignTerritory), "{kind:?} {role:?} {action:?}");
        }
    }
    for role in Role::ALL.iter().filter(|role| **role != Role::Auditor) {
        assert!(EXPECTED.iter().any(|(_, other, _)| other == role), "{role:?}: a new role needs a row");
    }
}

#[test]
fn an_organisation_has_agents_of_the_roles_of_its_kind_only() {
    for role in Role::ALL {
        for kind in OrganisationKind::ALL {
            let allowed = Roles::allowed_to(*kind).contains(*role);
            assert_eq!(allowed, kinds_of(*role).contains(kind), "{role:?} {kind:?}");
        }
    }
}

/// Whom the register does not know himself is what his organisation's kind makes of him, but never what needs an account.
#[test]
fn a_user_of_a_system_has_no_role_that_needs_an_account_of_his_own() {
    for kind in OrganisationKind::ALL {
        let roles = Roles::by_default(*kind);
        assert_eq!(roles.intersection(Roles::allowed_to(*kind)), roles, "{kind:?}");
        for role in [Role::DataProtectionOfficer, Role::NationalSupport] {
            assert!(!roles.contains(role), "{kind:?} {role:?}");
        }
    }
}

/// Statistics name nobody, and who protects the data of others needs none of it.
#[test]
fn figures_and_delays_are_for_those_who_work_with_them() {
    let here = Resource::Territory { territory: territory("006") };
    for (role, figures, delays) in [
        (Role::DataProtectionOfficer, false, false),
        (Role::DeskAgent, true, true),
        (Role::AllocationAgent, true, true),
        (Role::ConsultantSimple, true, true),
        (Role::ConsultantDemande, true, true),
        (Role::ConsultantSensible, true, true),
        (Role::TerritoryManager, true, true),
        (Role::StateService, true, true),
        (Role::InfocentreReader, true, false),
        (Role::NationalSupport, false, true),
    ] {
        let profile = member(kinds_of(role)[0], Roles::of(&[role]));
        let missing = Err(Denial::RoleMissing);
        let asked = may(profile, Action::ReadStatistics, Resource::Register, Purpose::Statistics);
        assert_eq!(asked, if figures { Ok(()) } else { missing }, "{role:?}");
        let asked = may(profile, Action::ReadTerritory, here, Purpose::Administration);
        assert_eq!(asked, if delays { Ok(()) } else { missing }, "{role:?}");
    }
}

/// Managing one territory and consulting in another gives nobody the management of the other.
#[test]
fn a_role_in_one_territory_gives_no_right_in_another() {
    let (riviera, var) = (territory("006"), territory("083"));
    let scopes = Scopes::NONE.and(Role::TerritoryManager, riviera.into()).and(Role::ConsultantSimple, var.into());
    let profile = Profile::Member {
        organisation: siren(),
        kind: OrganisationKind::TerritoryManager,
        agent: None,
        desk: None,
        scopes,
    };
    let asked = |action, territory| may(profile, action, Resource::Demand { territory }, Purpose::Attribution);
    assert_eq!(asked(Action::KeepRenewals, riviera), Ok(()));
    assert_eq!(asked(Action::Read, var), Ok(()));
    assert_eq!(asked(Action::KeepRenewals, var), Err(Denial::RoleMissing));
    assert_eq!(asked(Action::Read, territory("013")), Err(Denial::ForeignTerritory));
    assert_eq!(profile.home(), None, "which of two is meant must be said");
}

/// R441-2-5 II: the manager allots the access of his own territories, under an account of his own; the prefect's service does
/// where he keeps the management himself.
#[test]
fn inv_45_a_manager_administers_the_rights_of_his_own_territories_under_an_account_of_his_own() {
    let set = |codes: &[&str]| codes.iter().map(|code| territory(code)).collect::<Territories>();
    let asked = |kind, role, account: bool, territories| {
        let scopes = Scopes::uniform(Roles::of(&[role]), set(&["006", "083"]));
        let agent = account.then(|| nomenclature::AgentId::parse("gestion-1").unwrap());
        let profile = Profile::Member { organisation: siren(), kind, agent, desk: None, scopes };
        may(profile, Action::AdministerRights, Resource::Rights { territories }, Purpose::Administration)
    };
    let manager = OrganisationKind::TerritoryManager;
    for kind in [manager, OrganisationKind::State] {
        assert_eq!(asked(kind, Role::TerritoryManager, true, set(&["006"])), Ok(()), "{kind:?}");
        assert_eq!(asked(kind, Role::TerritoryManager, true, set(&["006", "083"])), Ok(()), "{kind:?}");
        assert_eq!(asked(kind, Role::TerritoryManager, false, set(&["006"])), Err(Denial::AccountNeeded), "{kind:?}");
        for foreign in [set(&["006", "013"]), Territories::NONE] {
            assert_eq!(asked(kind, Role::TerritoryManager, true, foreign), Err(Denial::ForeignTerritory), "{kind:?}");
        }
        assert_eq!(asked(kind, Role::ConsultantSimple, true, set(&["006"])), Err(Denial::RoleMissing), "{kind:?}");
    }
    let lessor = asked(OrganisationKind::Hlm, Role::DeskAgent, true, set(&["006"]));
    assert_eq!(lessor, Err(Denial::NotTheManager));
    let whole = Resource::Register;
    let operator = |action, resource| may(Profile::Operator, action, resource, Purpose::Administration);
    assert_eq!(operator(Action::AdministerOrganisations, whole), Ok(()));
    let rights = Resource::Rights { territories: set(&["006"]) };
    assert_eq!(operator(Action::AdministerRights, rights), Err(Denial::NotForTheOperator));
}

/// The proof of a right holds what it was given for.
#[test]
fn a_right_that_was_given_says_to_whom_for_what() {
    let number = UniqueNumber::parse("0060326016982G0601").unwrap();
    let profile = member(OrganisationKind::Hlm, Roles::of(&[Role::DeskAgent]));
    let given = authorize(profile, Action::Read, number, Purpose::Attribution).unwrap();
    let told = (*given.what(), given.by(), given.action(), given.purpose());
    assert_eq!(told, (number, profile, Action::Read, Purpose::Attribution));
    let foreign = UniqueNumber::parse("1110318016982G1104").unwrap();
    let denied = authorize(profile, Action::Read, foreign, Purpose::Attribution);
    assert_eq!(denied, Err(Denial::ForeignTerritory));
}

fn any_of<T: Clone + std::fmt::Debug + 'static>(all: &'static [T]) -> impl Strategy<Value = T> {
    prop::sample::select(all)
}

proptest! {
    /// Whatever roles somebody has, he acts on no demand of a territory where he has none; an auditor, who sees no name,
    /// excepted.
    #[test]
    fn inv_43_nobody_acts_where_he_has_no_role(
        kind in any_of(OrganisationKind::ALL),
        roles in prop::collection::vec(any_of(Role::ALL), 0..8),
        action in any_of(Action::ALL),
        purpose in any_of(&[Purpose::Attribution, Purpose::Administration, Purpose::Audit, Purpose::Statistics]),
        own in prop::collection::vec(any_of(nomenclature::Territory::all()), 0..6),
        asked in any_of(nomenclature::Territory::all()),
    ) {
        let own: Territories = own.into_iter().collect();
        let scopes = Scopes::uniform(roles.into_iter().collect(), own.without(asked.into()));
        let desk = Some((desk("G0601"), asked));
        let profile = Profile::Member { organisation: siren(), kind, agent: None, desk, scopes };
        for resource in [Resource::Demand { territory: asked }, Resource::Territory { territory: asked }] {
            let audits = kind == OrganisationKind::Auditor && action == Action::Audit;
            prop_assert!(may(profile, action, resource, purpose).is_err() || audits);
        }
    }

    #[test]
    fn a_set_of_roles_reads_back(roles in prop::collection::vec(any_of(Role::ALL), 0..12)) {
        let set: Roles = roles.iter().copied().collect();
        let text = serde_json::to_string(&set).unwrap();
        prop_assert_eq!(serde_json::from_str::<Roles>(&text).unwrap(), set);
        prop_assert!(roles.iter().all(|role| set.contains(*role)));
    }
}
