//! Who reads the record of who looked: whoever keeps the territory, with his data-protection officer, and each applicant for
//! himself (R441-2-6, R441-2-5 II).

use access::{Action, Denial, Directory, Profile, Purpose, Resource, Role, Roles, may};
use jiff::civil::date;
use nomenclature::{Actor, OrganisationKind, UniqueNumber};

use crate::{member, territory};

fn number(text: &str) -> UniqueNumber {
    UniqueNumber::parse(text).unwrap()
}

const PURPOSES: [Purpose; 5] =
    [Purpose::Attribution, Purpose::Desk, Purpose::Administration, Purpose::Audit, Purpose::Statistics];

#[test]
fn inv_43_an_applicant_is_told_who_looked_at_his_own_demand_and_nothing_else() {
    let own = number("0061126000001G0601");
    let applicant = Directory::default().profile(&Actor::Applicant { number: own }, date(2026, 11, 26)).unwrap();
    assert_eq!(applicant, Profile::Applicant { number: own });
    let record = |number| Resource::Record { number };
    let asked = |resource| may(applicant, Action::ReadOwnConsultations, resource, Purpose::Administration);
    assert_eq!(asked(record(own)), Ok(()));
    // Changed by one: of the sequence, of the desk, of the territory.
    for other in ["0061126000002G0601", "0061126000001G0602", "0831126000001G0601"] {
        assert_eq!(asked(record(number(other))), Err(Denial::ForeignTerritory), "{other}");
    }
    let resources = [
        record(own),
        Resource::Demand { territory: own.territory() },
        Resource::Territory { territory: own.territory() },
        Resource::Rights { territories: own.territory().into() },
        Resource::Register,
    ];
    for action in Action::ALL.iter().filter(|action| **action != Action::ReadOwnConsultations) {
        for resource in resources {
            for purpose in PURPOSES {
                let denied = may(applicant, *action, resource, purpose);
                assert_eq!(denied, Err(Denial::NotForApplicants), "{action:?} {resource:?} {purpose:?}");
            }
        }
    }
}

#[test]
fn inv_43_what_an_applicant_is_told_no_agent_asks_for_him() {
    let resource = Resource::Record { number: number("0061126000001G0601") };
    let asked = |profile| may(profile, Action::ReadOwnConsultations, resource, Purpose::Administration);
    for kind in OrganisationKind::ALL {
        assert_eq!(asked(member(*kind, Roles::allowed_to(*kind))), Err(Denial::ApplicantOnly), "{kind:?}");
    }
    assert_eq!(asked(Profile::Operator), Err(Denial::NotForTheOperator));
}

/// The officer of whoever keeps the territory; that of a lessor watches over what the lessor does.
#[test]
fn inv_43_the_data_protection_officer_of_the_territory_reads_who_looked_and_no_demand() {
    let (here, elsewhere) =
        (Resource::Territory { territory: territory("006") }, Resource::Territory { territory: territory("083") });
    for kind in OrganisationKind::ALL {
        let officer = member(*kind, Roles::of(&[Role::DataProtectionOfficer]));
        let asked = |resource| may(officer, Action::ReadConsultations, resource, Purpose::Administration);
        let (at_home, abroad) = match kind {
            OrganisationKind::TerritoryManager | OrganisationKind::State => (Ok(()), Err(Denial::ForeignTerritory)),
            OrganisationKind::Auditor | OrganisationKind::StatisticsReader => {
                (Err(Denial::NotARegisteringService), Err(Denial::NotARegisteringService))
            }
            _ => (Err(Denial::NotTheManager), Err(Denial::ForeignTerritory)),
        };
        assert_eq!((asked(here), asked(elsewhere)), (at_home, abroad), "{kind:?}");
        let demand = Resource::Demand { territory: territory("006") };
        assert!(may(officer, Action::Read, demand, Purpose::Attribution).is_err(), "{kind:?}");
    }
}
