//! The one function that says who may do what.

use nomenclature::Territory;

use crate::denial::Denial;
use crate::directory::Profile;

/// What somebody wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Register a demand.
    Register,
    /// Read a demand, names included.
    Read,
    /// Read what falls due when, and whose radiation is late: numbers and days, nobody's name.
    ReadDeadlines,
    /// Change information.
    Modify,
    /// Renew.
    Renew,
    /// Take a piece in, store it, or set it aside.
    AddPiece,
    /// Record a commission's attribution, its refusal or its lapse.
    Attribute,
    /// Record a signed lease, which radiates.
    SignLease,
    /// Record a renunciation, which radiates.
    Renounce,
    /// Erase the personal data of a demand whose time is over (INV-32).
    Erase,
    /// Enter from a file what an organisation did before, on the days it did it. What it may not do is not imported either.
    Import,
    /// Have renewal notices sent, and radiate for non-renewal.
    KeepRenewals,
    /// Warn an applicant who does not answer, record his answer, radiate for no answer.
    Chase,
    /// Record that a commission found the demand inadmissible, and radiate for it.
    FindInadmissible,
    /// Bring a radiated demand back.
    Reinstate,
    /// Record that a certificate of registration went out.
    IssueCertificate,
    /// Report a lease of another lessor, and withdraw the report.
    ReportLease,
    /// Record what becomes of a claim to housing (DALO).
    RecordDalo,
    /// Read the delays and parameters of a territory.
    ReadTerritory,
    /// Decide them.
    SetTerritory,
    /// Read the record of who looked at nominative data of a territory.
    ReadConsultations,
    /// Drop a co-applicant, or give him a demand of his own.
    Separate,
    /// Enter organisations and desks.
    AdministerOrganisations,
    /// Check the register as a whole; sees no name.
    Inspect,
    /// Replay demands and the log, personal parts sealed.
    Audit,
    /// Ask what became of a command of one's own organisation, or give it up for good.
    AskOutcome,
    /// Read statistics: counts of any place, and nobody's demand.
    ReadStatistics,
}

impl Action {
    /// Every action.
    pub const ALL: &'static [Self] = &[
        Self::Register,
        Self::Read,
        Self::ReadDeadlines,
        Self::Modify,
        Self::Renew,
        Self::AddPiece,
        Self::Attribute,
        Self::SignLease,
        Self::Renounce,
        Self::Erase,
        Self::Import,
        Self::KeepRenewals,
        Self::Chase,
        Self::FindInadmissible,
        Self::Reinstate,
        Self::IssueCertificate,
        Self::ReportLease,
        Self::RecordDalo,
        Self::ReadTerritory,
        Self::SetTerritory,
        Self::ReadConsultations,
        Self::Separate,
        Self::AdministerOrganisations,
        Self::Inspect,
        Self::Audit,
        Self::AskOutcome,
        Self::ReadStatistics,
    ];
}

/// What it is done to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resource {
    /// A demand of a territory.
    Demand {
        /// The territory.
        territory: Territory,
    },
    /// What a territory decided for itself: its delays and parameters.
    Territory {
        /// The territory.
        territory: Territory,
    },
    /// The register as a whole.
    Register,
}

/// What for: nominative data serves the attribution of social dwellings and nothing else (R441-2-6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Registering, following and attributing demands.
    Attribution,
    /// Keeping the register.
    Administration,
    /// Proving what happened, and that nobody rewrote it.
    Audit,
    /// Knowing how many, not who.
    Statistics,
}

/// Whether a profile may do an action to a resource for a purpose. Deny by default.
///
/// R441-2-6 opens a demand to the registering services of its territory; INV-35 lets any of them modify and renew it;
/// attribution, lease and the radiation that goes with it are a lessor's (R441-2-8 a, INV-25), and so is inadmissibility
/// (INV-24). The territory's manager reads,
/// has notices sent, radiates for non-renewal and reinstates (R441-2-6, R441-2-8 e, cahier des charges 6.1); he watches over
/// removals, so he reports leases too (R441-2-5 II); he decides its delays and parameters (cahier des charges 8: settings,
/// local tables), and every service of the territory reads them, for there is nobody's name in them; and he watches over who looked (INV-43). What becomes of a DALO
/// claim is the State's alone to say (INV-56). An auditor replays every territory, because positions without holes are a thing
/// of the whole log; he sees no name. Every service of the register, and whoever takes part to read statistics and nothing
/// else, reads the figures of every place: they come from open facts alone. What falls due with the days (notices, radiation
/// for non-renewal, erasure) the register does of itself, as the operator, who may see what is due and late.
pub fn may(profile: Profile, action: Action, resource: Resource, purpose: Purpose) -> Result<(), Denial> {
    match (profile, action, resource, purpose) {
        (
            Profile::Operator,
            Action::AdministerOrganisations | Action::Inspect,
            Resource::Register,
            Purpose::Administration,
        ) => Ok(()),
        (
            Profile::Operator,
            Action::Erase | Action::Import | Action::KeepRenewals | Action::ReadDeadlines,
            Resource::Demand { .. },
            Purpose::Administration,
        ) => Ok(()),
        (Profile::Operator, Action::ReadTerritory, Resource::Territory { .. }, Purpose::Administration) => Ok(()),
        (Profile::Operator, _, Resource::Demand { .. } | Resource::Territory { .. }, _) => {
            Err(Denial::NotForTheOperator)
        }
        (Profile::Operator, Action::ReadStatistics, Resource::Register, Purpose::Statistics) => Ok(()),
        (_, Action::AdministerOrganisations | Action::Inspect | Action::Erase | Action::Import, _, _) => {
            Err(Denial::OperatorOnly)
        }
        (Profile::Auditor { .. }, Action::Audit, _, Purpose::Audit) => Ok(()),
        (Profile::Auditor { .. }, Action::Audit, _, _) => Err(Denial::Purpose),
        (Profile::Auditor { .. }, _, _, _) => Err(Denial::NotARegisteringService),
        (_, Action::Audit, _, _) => Err(Denial::AuditorOnly),
        (
            Profile::StatisticsReader { .. } | Profile::Agent { .. },
            Action::ReadStatistics,
            Resource::Register,
            Purpose::Statistics,
        ) => Ok(()),
        (_, Action::ReadStatistics, _, _) => Err(Denial::Purpose),
        (Profile::StatisticsReader { .. }, _, _, _) => Err(Denial::NotARegisteringService),
        (Profile::Agent { kind, .. }, Action::AskOutcome, Resource::Register, Purpose::Attribution) => {
            if kind.has_desks() { Ok(()) } else { Err(Denial::NotARegisteringService) }
        }
        (_, Action::AskOutcome, _, _) => Err(Denial::Purpose),
        (
            Profile::Agent { kind, territory, .. },
            Action::ReadTerritory | Action::SetTerritory | Action::ReadConsultations,
            Resource::Territory { territory: asked },
            Purpose::Administration,
        ) => match action {
            _ if territory != asked => Err(Denial::ForeignTerritory),
            Action::SetTerritory | Action::ReadConsultations if !kind.keeps_renewals() => Err(Denial::NotTheManager),
            _ => Ok(()),
        },
        (_, Action::ReadTerritory | Action::SetTerritory | Action::ReadConsultations, _, _) => Err(Denial::Purpose),
        (
            Profile::Agent { kind, territory, .. },
            _,
            Resource::Demand { territory: of_demand },
            Purpose::Attribution,
        ) => {
            if territory != of_demand {
                return Err(Denial::ForeignTerritory);
            }
            match action {
                Action::Attribute | Action::SignLease | Action::FindInadmissible if kind.is_lessor() => Ok(()),
                Action::Attribute | Action::SignLease | Action::FindInadmissible => Err(Denial::NotALessor),
                Action::KeepRenewals if kind.keeps_renewals() => Ok(()),
                Action::KeepRenewals => Err(Denial::NotTheManager),
                Action::RecordDalo if kind.is_the_state() => Ok(()),
                Action::RecordDalo => Err(Denial::NotTheState),
                Action::Read | Action::ReadDeadlines | Action::Reinstate | Action::ReportLease
                    if kind.keeps_renewals() =>
                {
                    Ok(())
                }
                _ if kind.may_register() => Ok(()),
                _ => Err(Denial::NotARegisteringService),
            }
        }
        _ => Err(Denial::Purpose),
    }
}
