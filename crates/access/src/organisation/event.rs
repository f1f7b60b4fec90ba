//! What happened to an organisation.

use jiff::civil::Date;
use nomenclature::{
    AgentId, CommuneCode, DeskCode, EntitlementGround, OrganisationKind, Siren, SuspensionReason, Territories,
    Territory,
};
use serde::{Deserialize, Serialize};

use super::alert::Alert;
use super::certificate::Certificate;
use super::codec;
use super::desk::DeskContact;
use super::merger::Absorption;
use crate::fingerprint::Fingerprint;

/// What happened to an organisation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum OrganisationEvent {
    /// It was entered.
    OrganisationRegistered {
        /// SIREN.
        siren: Siren,
        /// Public name.
        name: String,
        /// Kind.
        kind: OrganisationKind,
        /// Territories.
        territories: Vec<Territory>,
        /// First day.
        since: Date,
    },
    /// A desk was opened.
    DeskOpened {
        /// Code.
        code: DeskCode,
        /// Name for people.
        name: String,
        /// Territory.
        territory: Territory,
        /// First day.
        opened_on: Date,
    },
    /// A desk was closed.
    DeskClosed {
        /// Code.
        code: DeskCode,
        /// Last day.
        closed_on: Date,
    },
    /// How the public reaches a desk was told.
    DeskContactSet {
        /// Code.
        code: DeskCode,
        /// How.
        contact: DeskContact,
    },
    /// What entitles it to register was put on record (INV-46).
    EntitlementRecorded {
        /// What it is.
        ground: EntitlementGround,
        /// What it is known by.
        reference: String,
        /// First day.
        signed_on: Date,
        /// Last day, once it is known.
        ends_on: Option<Date>,
    },
    /// An entitlement ended, or will.
    EntitlementEnded {
        /// What it is known by.
        reference: String,
        /// Last day.
        ends_on: Date,
    },
    /// It has stock or competence in one more territory.
    TerritoryAdded {
        /// Which.
        territory: Territory,
        /// First day.
        from: Date,
    },
    /// It left a territory.
    TerritoryLeft {
        /// Which.
        territory: Territory,
        /// Last day.
        last_day: Date,
    },
    /// It took another name.
    OrganisationRenamed {
        /// The new one.
        name: String,
        /// First day of it.
        effective_on: Date,
    },
    /// It is merged into another organisation.
    MergedInto {
        /// Which.
        successor: Siren,
        /// The first day on which it is no more.
        effective_on: Date,
    },
    /// It took over another organisation.
    Absorbed(Absorption),
    /// It entrusted registering to another service.
    MandateGiven {
        /// Which.
        to: Siren,
        /// Where.
        territories: Territories,
        /// First day.
        from: Date,
        /// Last day, once it is known.
        until: Option<Date>,
    },
    /// A mandate ended, or will.
    MandateEnded {
        /// Which service had it.
        to: Siren,
        /// Last day.
        until: Date,
    },
    /// The communes that it is competent for were told.
    CompetenceSet {
        /// All of them, sorted.
        communes: Vec<CommuneCode>,
    },
    /// A certificate speaks for it.
    CertificateBound(Certificate),
    /// A certificate speaks for it no more.
    CertificateRevoked {
        /// Which.
        fingerprint: Fingerprint,
    },
    /// It was stopped.
    OrganisationSuspended {
        /// Why.
        reason: SuspensionReason,
    },
    /// It goes on.
    OrganisationResumed {},
    /// A user of its own system, who has no account here, was stopped alone.
    SystemUserSuspended {
        /// Which, as its system names him.
        user: AgentId,
        /// Why.
        reason: SuspensionReason,
    },
    /// That user goes on.
    SystemUserResumed {
        /// Which.
        user: AgentId,
    },
    /// An account of its looked at many files within an hour.
    AlertRaised(Alert),
}

impl OrganisationEvent {
    /// Its name in the log.
    pub fn name(&self) -> &'static str {
        match self {
            Self::OrganisationRegistered { .. } => "OrganisationRegistered",
            Self::DeskOpened { .. } => "DeskOpened",
            Self::DeskClosed { .. } => "DeskClosed",
            Self::DeskContactSet { .. } => "DeskContactSet",
            Self::EntitlementRecorded { .. } => "EntitlementRecorded",
            Self::EntitlementEnded { .. } => "EntitlementEnded",
            Self::TerritoryAdded { .. } => "TerritoryAdded",
            Self::TerritoryLeft { .. } => "TerritoryLeft",
            Self::OrganisationRenamed { .. } => "OrganisationRenamed",
            Self::MergedInto { .. } => "MergedInto",
            Self::Absorbed(_) => "Absorbed",
            Self::MandateGiven { .. } => "MandateGiven",
            Self::MandateEnded { .. } => "MandateEnded",
            Self::CompetenceSet { .. } => "CompetenceSet",
            Self::CertificateBound(_) => "CertificateBound",
            Self::CertificateRevoked { .. } => "CertificateRevoked",
            Self::OrganisationSuspended { .. } => "OrganisationSuspended",
            Self::OrganisationResumed {} => "OrganisationResumed",
            Self::SystemUserSuspended { .. } => "SystemUserSuspended",
            Self::SystemUserResumed { .. } => "SystemUserResumed",
            Self::AlertRaised(_) => "AlertRaised",
        }
    }

    /// The day it counts from, when it was decided on a day: a rename or a merger counts from the day it says, and what was
    /// entered late from the day it was entered.
    pub fn effective_on(&self, decided_on: Date) -> Date {
        match self {
            Self::TerritoryAdded { from, .. } | Self::MandateGiven { from, .. } => decided_on.max(*from),
            Self::OrganisationRenamed { effective_on, .. } | Self::MergedInto { effective_on, .. } => {
                decided_on.max(*effective_on)
            }
            Self::Absorbed(absorption) => decided_on.max(absorption.effective_on),
            _ => decided_on,
        }
    }
}

impl cqrs_es::DomainEvent for OrganisationEvent {
    fn event_type(&self) -> String {
        self.name().to_owned()
    }

    fn event_version(&self) -> String {
        codec::SCHEMA_VERSION.to_string()
    }
}
