//! An agent: a person who has an account of his own (INV-45), with his roles, as events.
//!
//! His name and address are sealed under a key of his stream; everything that rights depend on is open, so that the directory
//! folds it without a key. An agent has rights while his account is certified, not suspended, and he has not left.

pub mod codec;
pub mod command;
mod decide;
pub mod event;
mod fold;
pub mod grant;
pub mod rejection;

use jiff::civil::Date;
use nomenclature::{DeskCode, Role, Siren, SuspensionReason, Territories, add_months};
use personal::Pii;
use serde::{Deserialize, Serialize};

use crate::denial::Denial;
use crate::fingerprint::IdentityToken;
use crate::scopes::Scopes;
use grant::Grant;

/// Months after which what is known of the person of an agent who left is erased (provisional).
const KEPT_MONTHS: i32 = 12;

/// An agent, folded from his events. His stream is a drawn token.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agent {
    entered: Option<Entered>,
    account: Account,
    grants: Vec<Grant>,
    identity: Option<IdentityToken>,
    reviewed_on: Option<Date>,
    suspended: Option<SuspensionReason>,
    last_day: Option<Date>,
    erased_on: Option<Date>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Entered {
    organisation: Siren,
    desk: Option<DeskCode>,
    person: Pii<Person>,
}

/// How far an account has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Account {
    /// Entered, and not asked for yet.
    #[default]
    Entered,
    /// Asked for by the head of the service, and waiting for the manager.
    Asked,
    /// Checked by the manager: it has the rights it was granted.
    Certified,
}

/// Who an agent is.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// Surname and given name.
    pub name: String,
    /// His own address at work: one account each (INV-45).
    pub email: String,
}

personal::redact!(Person);

impl Agent {
    /// His organisation, once entered.
    pub fn organisation(&self) -> Option<Siren> {
        self.entered.as_ref().map(|entered| entered.organisation)
    }

    /// The desk he works at, when he works at one only.
    pub fn desk(&self) -> Option<DeskCode> {
        self.entered.as_ref().and_then(|entered| entered.desk)
    }

    /// Who he is, when the events were opened and are not erased.
    pub fn person(&self) -> Option<&Person> {
        self.entered.as_ref().and_then(|entered| entered.person.clear())
    }

    /// How far his account has come.
    pub const fn account(&self) -> Account {
        self.account
    }

    /// What he was granted and not revoked, also what is over.
    pub fn grants(&self) -> &[Grant] {
        &self.grants
    }

    /// The blind token of the identity that is bound to his account.
    pub const fn identity(&self) -> Option<IdentityToken> {
        self.identity
    }

    /// The day somebody last looked whether he still needs his rights.
    pub const fn reviewed_on(&self) -> Option<Date> {
        self.reviewed_on
    }

    /// Why he is suspended, while he is.
    pub const fn suspended(&self) -> Option<SuspensionReason> {
        self.suspended
    }

    /// His last day, once it is known.
    pub const fn last_day(&self) -> Option<Date> {
        self.last_day
    }

    /// Whether his rights count on a day.
    ///
    /// # Errors
    /// Why not.
    pub fn stands_on(&self, day: Date) -> Result<(), Denial> {
        if self.entered.is_none() || self.last_day.is_some_and(|last| last < day) {
            return Err(Denial::UnknownAgent);
        }
        if self.suspended.is_some() {
            return Err(Denial::Suspended);
        }
        if self.account != Account::Certified {
            return Err(Denial::AccountNotCertified);
        }
        Ok(())
    }

    /// The roles that he has on a day, each with its territories.
    pub fn scopes_on(&self, day: Date) -> Scopes {
        let counting = self.grants.iter().filter(|grant| grant.counts_on(day));
        counting.fold(Scopes::NONE, |scopes, grant| scopes.and(grant.role, grant.territories))
    }

    /// Everywhere he was ever granted a role that is not over.
    pub fn territories(&self, day: Date) -> Territories {
        let left = self.grants.iter().filter(|grant| grant.until >= day);
        left.fold(Territories::NONE, |all, grant| all.union(grant.territories))
    }

    /// The last day on which he has the role anywhere, as granted so far.
    pub fn ends_on(&self, role: Role) -> Option<Date> {
        self.grants.iter().filter(|grant| grant.role == role).map(|grant| grant.until).max()
    }

    /// The first day on which what is known of his person is to be erased; none while he stays.
    pub fn erasure_due_on(&self) -> Option<Date> {
        self.last_day.map(|last| add_months(last, KEPT_MONTHS)).and_then(|kept| kept.tomorrow().ok())
    }

    /// The day it was.
    pub const fn erased_on(&self) -> Option<Date> {
        self.erased_on
    }
}
