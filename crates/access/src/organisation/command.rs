//! What may be asked of an organisation.

use jiff::civil::Date;
use nomenclature::{AgentId, CommuneCode, DeskCode, OrganisationKind, Siren, SuspensionReason, Territories, Territory};
use serde::{Deserialize, Serialize};

use super::certificate::Certificate;
use super::desk::{DeskContact, OpenDesk};
use super::entitlement::Entitlement;
use super::merger::Absorption;
use crate::fingerprint::Fingerprint;

/// An act with what its decision needs from outside.
#[derive(Clone, Debug)]
pub struct OrganisationCommand {
    /// The civil day in Paris.
    pub today: Date,
    /// The act.
    pub act: OrganisationAct,
}

/// The acts of an organisation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum OrganisationAct {
    /// Enter it.
    Register(RegisterOrganisation),
    /// Open a desk.
    OpenDesk(OpenDesk),
    /// Close a desk after a last day.
    CloseDesk {
        /// Which.
        code: DeskCode,
        /// Its last day.
        closed_on: Date,
    },
    /// Say how the public reaches a desk.
    SetDeskContact {
        /// Which.
        code: DeskCode,
        /// How.
        contact: DeskContact,
    },
    /// Record what entitles it to register (INV-46).
    RecordEntitlement(Entitlement),
    /// Record the last day of one.
    EndEntitlement {
        /// Which.
        reference: String,
        /// Its last day.
        ends_on: Date,
    },
    /// Come to a territory.
    AddTerritory {
        /// Which.
        territory: Territory,
        /// The first day.
        from: Date,
    },
    /// Leave a territory.
    LeaveTerritory {
        /// Which.
        territory: Territory,
        /// The last day.
        last_day: Date,
    },
    /// Take another name.
    Rename {
        /// The new one.
        name: String,
        /// The first day of it.
        effective_on: Date,
    },
    /// Be merged into another organisation.
    MergeInto {
        /// Which.
        successor: Siren,
        /// The first day on which it is no more.
        effective_on: Date,
    },
    /// Take over another organisation: the other half of its merger.
    Absorb(Absorption),
    /// Entrust registering to another service (R441-2-1).
    GiveMandate {
        /// Which service.
        to: Siren,
        /// Where.
        territories: Territories,
        /// The first day.
        from: Date,
        /// The last day, once it is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Date>,
    },
    /// End a mandate.
    EndMandate {
        /// Which service had it.
        to: Siren,
        /// The last day.
        until: Date,
    },
    /// Say which communes a local authority is competent for (R441-2-6).
    SetCompetence {
        /// All of them.
        communes: Vec<CommuneCode>,
    },
    /// Let a certificate speak for it.
    BindCertificate(Certificate),
    /// Let it speak no more, at once.
    RevokeCertificate {
        /// Which.
        fingerprint: Fingerprint,
    },
    /// Stop it at once.
    Suspend {
        /// Why.
        reason: SuspensionReason,
    },
    /// Let it go on.
    Resume {},
    /// Stop one user of its own system at once, who has no account here.
    SuspendUser {
        /// Which, as its system names him.
        user: AgentId,
        /// Why.
        reason: SuspensionReason,
    },
    /// Let that user go on.
    ResumeUser {
        /// Which.
        user: AgentId,
    },
}

/// An organisation to enter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegisterOrganisation {
    /// SIREN: its stream.
    pub siren: Siren,
    /// Public name.
    pub name: String,
    /// Kind (R441-2-1).
    pub kind: OrganisationKind,
    /// Territories where it has stock or competence.
    pub territories: Vec<Territory>,
    /// First day.
    pub since: Date,
}
