//! What happened to an agent.

use jiff::civil::Date;
use nomenclature::{Actor, DeskCode, Role, Siren, SuspensionReason, Territories};
use personal::Pii;
use serde::{Deserialize, Serialize};

use super::grant::Grant;
use super::{Person, codec};
use crate::fingerprint::IdentityToken;

/// What happened to an agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AgentEvent {
    /// He was entered.
    AgentEntered {
        /// His organisation.
        organisation: Siren,
        /// The desk he works at.
        desk: Option<DeskCode>,
        /// Who he is: sealed.
        person: Pii<Person>,
    },
    /// His account was asked for.
    AccountAsked {},
    /// His account was checked.
    AccountCertified {
        /// By whom.
        by: Actor,
    },
    /// He was given a role.
    RoleGranted(Grant),
    /// A role was taken from him.
    RoleRevoked {
        /// Which.
        role: Role,
        /// Where.
        territories: Territories,
    },
    /// Somebody looked whether he still needs what he has.
    RightsReviewed {
        /// Who.
        by: Actor,
        /// On which day.
        on: Date,
    },
    /// An identity was bound to his account.
    IdentityBound {
        /// Its blind token.
        token: IdentityToken,
    },
    /// It is bound no more.
    IdentityUnbound {
        /// Its blind token.
        token: IdentityToken,
    },
    /// He works at another desk.
    AgentMoved {
        /// Which; none for any.
        desk: Option<DeskCode>,
    },
    /// He was stopped.
    AgentSuspended {
        /// Why.
        reason: SuspensionReason,
    },
    /// He goes on.
    AgentResumed {},
    /// His last day is known.
    AgentLeft {
        /// Which.
        last_day: Date,
    },
    /// What was known of his person is erased.
    PersonalDataErased {
        /// On which day.
        erased_on: Date,
    },
}

impl AgentEvent {
    /// Its name in the log.
    pub fn name(&self) -> &'static str {
        match self {
            Self::AgentEntered { .. } => "AgentEntered",
            Self::AccountAsked {} => "AccountAsked",
            Self::AccountCertified { .. } => "AccountCertified",
            Self::RoleGranted(_) => "RoleGranted",
            Self::RoleRevoked { .. } => "RoleRevoked",
            Self::RightsReviewed { .. } => "RightsReviewed",
            Self::IdentityBound { .. } => "IdentityBound",
            Self::IdentityUnbound { .. } => "IdentityUnbound",
            Self::AgentMoved { .. } => "AgentMoved",
            Self::AgentSuspended { .. } => "AgentSuspended",
            Self::AgentResumed {} => "AgentResumed",
            Self::AgentLeft { .. } => "AgentLeft",
            Self::PersonalDataErased { .. } => "PersonalDataErased",
        }
    }

    /// The day it counts from, when it was decided on a day.
    pub fn effective_on(&self, decided_on: Date) -> Date {
        match self {
            Self::RoleGranted(grant) => decided_on.max(grant.from),
            _ => decided_on,
        }
    }
}

impl cqrs_es::DomainEvent for AgentEvent {
    fn event_type(&self) -> String {
        self.name().to_owned()
    }

    fn event_version(&self) -> String {
        codec::SCHEMA_VERSION.to_string()
    }
}
