//! Who may do what: an expected table written by hand from the law.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod agents;
mod applicants;
mod certificates;
mod desks;
mod golden;
mod mandates;
mod mergers;
mod organisations;
mod reads;
mod roles;

use access::{
    Action, Denial, Directory, OrganisationAct, OrganisationCommand, Profile, Purpose, Resource, Roles, Scopes, may,
};
use jiff::civil::date;
use nomenclature::{Actor, DeskCode, OrganisationKind, Siren, Territory};

fn territory(code: &str) -> Territory {
    Territory::parse(code).unwrap()
}

fn desk(code: &str) -> DeskCode {
    DeskCode::parse(code).unwrap()
}

fn siren() -> Siren {
    Siren::parse("732829320").unwrap()
}

/// What is done to a territory.
const OF_A_TERRITORY: [Action; 3] = [Action::SetTerritory, Action::ReadTerritory, Action::ReadConsultations];

fn member(kind: OrganisationKind, roles: Roles) -> Profile {
    let desk = kind.has_desks().then(|| (desk("G0601"), territory("006")));
    let scopes = Scopes::uniform(roles, territory("006").into());
    Profile::Member { organisation: siren(), kind, agent: None, desk, scopes }
}

/// An act of an organisation, on the day of these tests.
fn on(act: OrganisationAct) -> OrganisationCommand {
    OrganisationCommand { today: date(2026, 11, 26), act }
}

/// A user of the organisation's own system, whom the register does not know himself.
fn agent(kind: OrganisationKind) -> Profile {
    member(kind, Roles::by_default(kind))
}

/// R441-2-6: the registering services of the territory read and act; INV-35: any of them modifies and renews;
/// R441-2-8 a, INV-25: attribution, lease and its radiation are a lessor's, INV-24: inadmissibility too; INV-56: what
/// becomes of a DALO claim is the State's to say.
#[test]
fn inv_19_inv_24_inv_25_inv_35_inv_56_the_matrix_of_kinds_and_actions() {
    use Action as A;
    use OrganisationKind as K;
    // Columns: register, read, read deadlines, modify, renew, add a piece, attribute, sign a lease, renounce, keep renewals,
    // reinstate, chase who does not answer, find inadmissible, issue a certificate, report a lease, record DALO, drop or
    // separate a co-applicant.
    let columns = [
        A::Register,
        A::Read,
        A::ReadDeadlines,
        A::Modify,
        A::Renew,
        A::AddPiece,
        A::Attribute,
        A::SignLease,
        A::Renounce,
        A::KeepRenewals,
        A::Reinstate,
        A::Chase,
        A::FindInadmissible,
        A::IssueCertificate,
        A::ReportLease,
        A::RecordDalo,
        A::Separate,
    ];
    let (yes, no) = (Ok(()), Err(Denial::NotARegisteringService));
    let (lessor_only, manager_only, state_only) =
        (Err(Denial::NotALessor), Err(Denial::NotTheManager), Err(Denial::NotTheState));
    let role = Err(Denial::RoleMissing);
    #[rustfmt::skip]
    let (lessor, registering, state, manager, commission, reader) = (
        [yes, yes, yes, yes, yes, yes, yes, yes, yes, manager_only, yes, yes, yes, yes, yes, state_only, yes],
        [yes, yes, yes, yes, yes, yes, lessor_only, lessor_only, yes, manager_only, yes, yes, lessor_only, yes, yes, state_only, yes],
        [yes, yes, yes, yes, yes, yes, lessor_only, lessor_only, yes, yes, yes, yes, lessor_only, yes, yes, yes, yes],
        // R441-2-8 e: the manager radiates for non-renewal; R441-2-6: he reads; R441-2-5 II: he watches over removals, so
        // he reports leases; he does not stand in for a desk.
        [no, yes, yes, no, no, no, lessor_only, lessor_only, no, yes, yes, no, lessor_only, no, yes, state_only, no],
        // Consulting is for agents of the commission of mediation whom the register knows, each with a role (R441-2-6).
        [no, role, role, no, no, no, lessor_only, lessor_only, no, manager_only, no, no, lessor_only, no, no, state_only, no],
        [no; 17],
    );
    let expected = [
        (K::Hlm, lessor),
        (K::Sem, lessor),
        (K::SemDom, lessor),
        (K::State, state),
        (K::LocalAuthority, registering),
        (K::ReservationHolder, registering),
        (K::ActionLogement, registering),
        (K::Siao, registering),
        (K::CommonAgent, registering),
        (K::PortalOperator, registering),
        (K::TerritoryManager, manager),
        (K::DaloCommission, commission),
        (K::StatisticsReader, reader),
        (K::Auditor, reader),
    ];
    assert_eq!(expected.len(), OrganisationKind::ALL.len(), "a new kind needs a row");
    let here = Resource::Demand { territory: territory("006") };
    for (kind, row) in expected {
        for (action, expected) in columns.into_iter().zip(row) {
            assert_eq!(may(agent(kind), action, here, Purpose::Attribution), expected, "{kind:?} {action:?}");
        }
    }
}

#[test]
fn a_demand_of_another_territory_is_denied_for_every_action() {
    let elsewhere = Resource::Demand { territory: territory("083") };
    for kind in OrganisationKind::ALL {
        for action in Action::ALL {
            let purpose = if *action == Action::ReadAtDesk { Purpose::Desk } else { Purpose::Attribution };
            let denial = may(agent(*kind), *action, elsewhere, purpose).unwrap_err();
            let expected = match action {
                Action::AdministerOrganisations | Action::Inspect | Action::Erase | Action::Import => {
                    Denial::OperatorOnly
                }
                Action::ReadOwnConsultations => Denial::ApplicantOnly,
                Action::Audit if *kind == OrganisationKind::Auditor => Denial::Purpose,
                Action::Audit => Denial::AuditorOnly,
                // Who audits, or reads statistics, acts on no demand anywhere.
                Action::ReadStatistics if *kind == OrganisationKind::StatisticsReader => Denial::Purpose,
                _ if matches!(kind, OrganisationKind::Auditor | OrganisationKind::StatisticsReader) => {
                    Denial::NotARegisteringService
                }
                // A command is no demand: its outcome is asked of the register. Nor is a territory, or a count.
                Action::AskOutcome
                | Action::ReadTerritory
                | Action::SetTerritory
                | Action::ReadConsultations
                | Action::ReadStatistics
                | Action::AdministerRights => Denial::Purpose,
                _ => Denial::ForeignTerritory,
            };
            assert_eq!(denial, expected);
        }
    }
}

#[test]
fn inv_43_nominative_data_serves_attribution_only() {
    let here = Resource::Demand { territory: territory("006") };
    assert_eq!(may(agent(OrganisationKind::Hlm), Action::Read, here, Purpose::Administration), Err(Denial::Purpose));
}

/// The register lists notices and radiates for non-renewal of itself, to keep itself and for nothing else (R441-2-8 e).
#[test]
fn inv_19_inv_61_the_operator_keeps_renewals_and_does_nothing_else_to_a_demand() {
    let here = Resource::Demand { territory: territory("006") };
    for action in Action::ALL {
        let expected = match action {
            // Nothing that he sees of the deadlines is anybody's name.
            Action::KeepRenewals | Action::Erase | Action::Import | Action::ReadDeadlines => Ok(()),
            _ => Err(Denial::NotForTheOperator),
        };
        assert_eq!(may(Profile::Operator, *action, here, Purpose::Administration), expected, "{action:?}");
    }
    for purpose in [Purpose::Attribution, Purpose::Audit] {
        assert_eq!(may(Profile::Operator, Action::KeepRenewals, here, purpose), Err(Denial::NotForTheOperator));
    }
}

/// Whoever acts at a desk acts today: the past is the operator's to enter, and bound by what its organisation may do.
#[test]
fn only_the_operator_imports_and_what_he_imports_is_bound_by_the_rights_of_where_it_comes_from() {
    let here = Resource::Demand { territory: territory("006") };
    for kind in OrganisationKind::ALL {
        for purpose in [Purpose::Attribution, Purpose::Administration, Purpose::Audit] {
            assert_eq!(may(agent(*kind), Action::Import, here, purpose), Err(Denial::OperatorOnly), "{kind:?}");
        }
    }
    assert_eq!(may(Profile::Operator, Action::Import, here, Purpose::Attribution), Err(Denial::NotForTheOperator));
    let import = Actor::Import { organisation: siren(), desk: desk("G0601") };
    assert_eq!(Directory::default().profile(&import, date(2026, 1, 1)), Err(Denial::UnknownOrganisation));
}

/// Erasure is nobody's act but the register's own, whatever he says it is for (INV-32).
#[test]
fn inv_32_only_the_operator_erases_and_only_to_keep_the_register() {
    let here = Resource::Demand { territory: territory("006") };
    assert_eq!(may(Profile::Operator, Action::Erase, here, Purpose::Administration), Ok(()));
    for kind in OrganisationKind::ALL {
        for purpose in [Purpose::Attribution, Purpose::Administration, Purpose::Audit] {
            assert_eq!(may(agent(*kind), Action::Erase, here, purpose), Err(Denial::OperatorOnly), "{kind:?}");
        }
    }
}

#[test]
fn the_operator_keeps_the_register_and_acts_on_no_demand() {
    let here = Resource::Demand { territory: territory("006") };
    for action in Action::ALL {
        assert_eq!(may(Profile::Operator, *action, here, Purpose::Attribution), Err(Denial::NotForTheOperator));
    }
    for action in [Action::AdministerOrganisations, Action::Inspect] {
        assert_eq!(may(Profile::Operator, action, Resource::Register, Purpose::Administration), Ok(()));
    }
}

/// The manager of a territory decides its delays (cahier des charges 8), or the prefect's service where he keeps the management
/// himself (R441-2-5 I, provisional); every service of the territory reads them, none of another one does.
#[test]
fn the_manager_of_a_territory_decides_its_settings_and_every_service_of_it_reads_them() {
    use OrganisationKind as K;
    let here = Resource::Territory { territory: territory("006") };
    let elsewhere = Resource::Territory { territory: territory("083") };
    let (yes, not_he) = (Ok(()), Err(Denial::NotTheManager));
    let expected = [
        (K::Hlm, not_he),
        (K::Sem, not_he),
        (K::SemDom, not_he),
        (K::State, yes),
        (K::LocalAuthority, not_he),
        (K::ReservationHolder, not_he),
        (K::ActionLogement, not_he),
        (K::Siao, not_he),
        (K::CommonAgent, not_he),
        (K::PortalOperator, not_he),
        (K::TerritoryManager, yes),
    ];
    let with_desks = OrganisationKind::ALL.iter().filter(|kind| kind.has_desks());
    assert_eq!(expected.len(), with_desks.count(), "a new kind needs a row");
    for (kind, sets) in expected {
        let ask = |action, resource, purpose| may(agent(kind), action, resource, purpose);
        assert_eq!(ask(Action::SetTerritory, here, Purpose::Administration), sets, "{kind:?}");
        assert_eq!(ask(Action::ReadTerritory, here, Purpose::Administration), yes, "{kind:?}");
        // INV-43: whoever keeps the territory watches over who looked.
        assert_eq!(ask(Action::ReadConsultations, here, Purpose::Administration), sets, "{kind:?}");
        for action in OF_A_TERRITORY {
            let foreign = Err(Denial::ForeignTerritory);
            assert_eq!(ask(action, elsewhere, Purpose::Administration), foreign, "{kind:?}");
            assert_eq!(ask(action, here, Purpose::Attribution), Err(Denial::Purpose), "{kind:?}");
            assert_eq!(ask(action, Resource::Register, Purpose::Administration), Err(Denial::Purpose), "{kind:?}");
        }
        for action in Action::ALL.iter().filter(|action| !OF_A_TERRITORY.contains(action)) {
            assert!(
                ask(*action, here, Purpose::Administration).is_err(),
                "{kind:?} {action:?}: a territory takes no act"
            );
        }
    }
    let operator = |action| may(Profile::Operator, action, here, Purpose::Administration);
    assert_eq!(operator(Action::ReadTerritory), Ok(()), "nothing in it is anybody's");
    assert_eq!(operator(Action::ReadConsultations), Err(Denial::NotForTheOperator), "he sees no names");
    assert_eq!(
        operator(Action::SetTerritory),
        Err(Denial::NotForTheOperator),
        "delays are no matter of running a server"
    );
    for kind in [K::Auditor, K::StatisticsReader, K::DaloCommission] {
        let expected = if kind == K::DaloCommission { Denial::NotTheManager } else { Denial::NotARegisteringService };
        assert_eq!(may(agent(kind), Action::SetTerritory, here, Purpose::Administration), Err(expected), "{kind:?}");
    }
}

/// An auditor proves what happened in every territory, and does nothing else; nobody else replays the log.
#[test]
fn only_an_auditor_audits_and_an_auditor_only_audits() {
    let auditor = agent(OrganisationKind::Auditor);
    for resource in [Resource::Register, Resource::Demand { territory: territory("083") }] {
        for action in Action::ALL {
            let expected = match action {
                Action::Audit => Ok(()),
                Action::AdministerOrganisations | Action::Inspect | Action::Erase | Action::Import => {
                    Err(Denial::OperatorOnly)
                }
                Action::ReadOwnConsultations => Err(Denial::ApplicantOnly),
                _ => Err(Denial::NotARegisteringService),
            };
            assert_eq!(may(auditor, *action, resource, Purpose::Audit), expected, "{action:?}");
        }
        assert_eq!(may(auditor, Action::Audit, resource, Purpose::Attribution), Err(Denial::Purpose));
        for kind in OrganisationKind::ALL.iter().filter(|kind| **kind != OrganisationKind::Auditor) {
            assert_eq!(may(agent(*kind), Action::Audit, resource, Purpose::Audit), Err(Denial::AuditorOnly));
        }
    }
    assert_eq!(may(Profile::Operator, Action::Audit, Resource::Register, Purpose::Audit), Err(Denial::AuditorOnly));
}

/// Figures name nobody: every service of the register reads those of every place, and a reader of statistics reads nothing else.
#[test]
fn figures_are_read_by_all_services_and_by_readers_of_statistics_who_do_nothing_else() {
    let reader = agent(OrganisationKind::StatisticsReader);
    let asked = |profile, resource, purpose| may(profile, Action::ReadStatistics, resource, purpose);
    let here = Resource::Demand { territory: territory("006") };
    let readers = OrganisationKind::ALL.iter().filter(|kind| **kind != OrganisationKind::Auditor);
    for profile in readers.map(|kind| agent(*kind)) {
        assert_eq!(asked(profile, Resource::Register, Purpose::Statistics), Ok(()), "{profile:?}");
        assert_eq!(asked(profile, Resource::Register, Purpose::Attribution), Err(Denial::Purpose), "{profile:?}");
        assert_eq!(asked(profile, here, Purpose::Statistics), Err(Denial::Purpose), "{profile:?}");
    }
    assert_eq!(asked(Profile::Operator, Resource::Register, Purpose::Statistics), Ok(()));
    let auditor = agent(OrganisationKind::Auditor);
    assert_eq!(asked(auditor, Resource::Register, Purpose::Statistics), Err(Denial::NotARegisteringService));
    for action in Action::ALL.iter().filter(|action| **action != Action::ReadStatistics) {
        let expected = match action {
            Action::AdministerOrganisations | Action::Inspect | Action::Erase | Action::Import => Denial::OperatorOnly,
            Action::Audit => Denial::AuditorOnly,
            Action::ReadOwnConsultations => Denial::ApplicantOnly,
            _ => Denial::NotARegisteringService,
        };
        for resource in [Resource::Register, here, Resource::Territory { territory: territory("006") }] {
            for purpose in [Purpose::Attribution, Purpose::Administration, Purpose::Audit, Purpose::Statistics] {
                assert_eq!(may(reader, *action, resource, purpose), Err(expected), "{action:?}");
            }
        }
    }
}

/// The receipt of a command is its own organisation's: who acts may ask what became of it.
#[test]
fn the_outcome_of_a_command_is_told_to_those_who_act() {
    for kind in OrganisationKind::ALL {
        let reader = matches!(
            kind,
            OrganisationKind::DaloCommission | OrganisationKind::StatisticsReader | OrganisationKind::Auditor
        );
        let expected = if reader { Err(Denial::NotARegisteringService) } else { Ok(()) };
        let asked = may(agent(*kind), Action::AskOutcome, Resource::Register, Purpose::Attribution);
        assert_eq!(asked, expected, "{kind:?}");
    }
}
