//! What may be asked of an agent.

use jiff::civil::Date;
use nomenclature::{Actor, DeskCode, OrganisationKind, Role, Siren, SuspensionReason, Territories};
use serde::{Deserialize, Serialize};

use super::Person;
use super::grant::Grant;
use crate::fingerprint::IdentityToken;

/// An act with what its decision needs from outside.
#[derive(Clone, Debug)]
pub struct AgentCommand {
    /// The civil day in Paris.
    pub today: Date,
    /// Who does it.
    pub by: Actor,
    /// The kind of his organisation: what its agents may be.
    pub kind: OrganisationKind,
    /// The territories of his organisation today.
    pub territories: Territories,
    /// The act.
    pub act: AgentAct,
}

/// The acts of an agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum AgentAct {
    /// Enter him.
    Enter(EnterAgent),
    /// Ask for his account, as the head of the service.
    AskAccount {},
    /// Check it, and let it have rights.
    Certify {},
    /// Give him a role.
    Grant(Grant),
    /// Take a role from him, at once.
    Revoke {
        /// Which.
        role: Role,
        /// Where.
        territories: Territories,
    },
    /// Record that somebody looked whether he still needs what he has.
    Review {},
    /// Bind the identity that he signs in with.
    BindIdentity {
        /// Its blind token.
        token: IdentityToken,
    },
    /// Let it go.
    UnbindIdentity {},
    /// Say at which desk he works from now on.
    Move {
        /// Which; none for who works at any of his organisation.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        desk: Option<DeskCode>,
    },
    /// Stop him at once.
    Suspend {
        /// Why.
        reason: SuspensionReason,
    },
    /// Let him go on.
    Resume {},
    /// Record his last day.
    Leave {
        /// Which.
        last_day: Date,
    },
    /// Erase what is known of his person, once that is due.
    Erase {},
}

/// An agent to enter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnterAgent {
    /// His organisation: one only (INV-45).
    pub organisation: Siren,
    /// The desk he works at; none for who works at any of his organisation, or at none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub desk: Option<DeskCode>,
    /// Who he is.
    pub person: Person,
}
