//! An organisation (bailleur, commune, État ...) with its desks, titles, mandates and certificates, as events.
//!
//! Everything is dated, so that what held on a day can be told later: the fold keeps periods, never only the present.

pub mod alert;
pub mod certificate;
pub mod codec;
pub mod command;
mod decide;
pub mod desk;
pub mod entitlement;
pub mod event;
mod fold;
pub mod mandate;
pub mod merger;
pub mod rejection;

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use nomenclature::{AgentId, CommuneCode, DeskCode, OrganisationKind, Siren, SuspensionReason, Territories, Territory};
use serde::{Deserialize, Serialize};

use crate::denial::Denial;
use crate::fingerprint::Fingerprint;
use alert::Alert;
use certificate::Certificate;
use command::RegisterOrganisation;
use desk::Desk;
use entitlement::Entitlement;
use mandate::Mandate;

/// A body that takes part in the register, folded from its events. Its stream is its SIREN.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organisation {
    registered: Option<RegisterOrganisation>,
    renamed: Vec<(Date, String)>,
    presence: Vec<Presence>,
    desks: BTreeMap<DeskCode, Desk>,
    entitlements: Vec<Entitlement>,
    mandates: Vec<Mandate>,
    competence: Vec<CommuneCode>,
    certificates: BTreeMap<Fingerprint, BoundCertificate>,
    merged: Option<Merger>,
    absorbed: Vec<(Siren, Date)>,
    suspended: Option<SuspensionReason>,
    suspended_users: BTreeMap<AgentId, SuspensionReason>,
    alerts: Vec<Alert>,
}

/// Days on which it has stock or competence in a territory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Presence {
    territory: Territory,
    from: Date,
    last_day: Option<Date>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct BoundCertificate {
    certificate: Certificate,
    revoked: bool,
}

/// Into which organisation it is merged, and the first day on which it is no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merger {
    /// The organisation that goes on.
    pub successor: Siren,
    /// The first day.
    pub effective_on: Date,
}

impl Organisation {
    /// Its desks.
    pub fn desks(&self) -> impl Iterator<Item = (&DeskCode, &Desk)> {
        self.desks.iter()
    }

    /// One of its desks.
    pub fn desk(&self, code: DeskCode) -> Option<&Desk> {
        self.desks.get(&code)
    }

    /// Its kind, once registered.
    pub fn kind(&self) -> Option<OrganisationKind> {
        self.registered.as_ref().map(|identity| identity.kind)
    }

    /// Its name on a day, once registered.
    pub fn name_on(&self, day: Date) -> Option<&str> {
        let renamed = self.renamed.iter().filter(|(from, _)| *from <= day).max_by_key(|(from, _)| *from);
        renamed.map(|(_, name)| name.as_str()).or(self.registered.as_ref().map(|identity| identity.name.as_str()))
    }

    /// Whether it was registered just so.
    pub fn is_registered_as(&self, other: &RegisterOrganisation) -> bool {
        self.registered.as_ref() == Some(other)
    }

    /// Whether it takes part on a day: from its first day on, until it is merged into another one.
    pub fn takes_part_on(&self, day: Date) -> bool {
        self.registered.as_ref().is_some_and(|identity| identity.since <= day)
            && self.merged.is_none_or(|merger| day < merger.effective_on)
    }

    /// What it is merged into, or will be.
    pub const fn merged(&self) -> Option<Merger> {
        self.merged
    }

    /// The organisations that it took over, each with the first day.
    pub fn absorbed(&self) -> impl Iterator<Item = (Siren, Date)> {
        self.absorbed.iter().copied()
    }

    /// Why it is suspended, while it is.
    pub const fn suspended(&self) -> Option<SuspensionReason> {
        self.suspended
    }

    /// Why a user of its own system is suspended alone, while he is.
    pub fn suspension_of(&self, user: AgentId) -> Option<SuspensionReason> {
        self.suspended_users.get(&user).copied()
    }

    /// The users of its own system who are suspended alone.
    pub fn suspended_users(&self) -> impl Iterator<Item = (AgentId, SuspensionReason)> {
        self.suspended_users.iter().map(|(user, reason)| (*user, *reason))
    }

    /// Its territories on a day.
    pub fn territories_on(&self, day: Date) -> Territories {
        self.presence.iter().filter(|presence| presence.is_on(day)).map(|presence| presence.territory).collect()
    }

    /// Its territories on a day or later.
    pub fn territories_from(&self, day: Date) -> Territories {
        let lasts = self.presence.iter().filter(|presence| presence.last_day.is_none_or(|last| day <= last));
        lasts.map(|presence| presence.territory).collect()
    }

    /// Every entitlement on record.
    pub fn entitlements(&self) -> &[Entitlement] {
        &self.entitlements
    }

    /// Every mandate that it gave.
    pub fn mandates(&self) -> &[Mandate] {
        &self.mandates
    }

    /// Where it has entrusted registering to another service on a day: there its agents act without a desk (R441-2-1).
    pub fn mandated_on(&self, day: Date) -> Territories {
        let mandates = self.mandates.iter().filter(|mandate| mandate.is_in_force_on(day));
        mandates.fold(Territories::NONE, |all, mandate| all.union(mandate.territories))
    }

    /// The communes that a local authority is competent for, sorted; none while nobody told.
    pub fn competence(&self) -> &[CommuneCode] {
        &self.competence
    }

    /// Every certificate that ever spoke for it, and whether it is revoked.
    pub fn certificates(&self) -> impl Iterator<Item = (&Certificate, bool)> {
        self.certificates.values().map(|bound| (&bound.certificate, bound.revoked))
    }

    /// Whether it registers demands on a day (INV-46): on an entitlement where one is asked of its kind. A service whose desks
    /// were opened before any was on record goes on.
    pub fn registers_on(&self, day: Date) -> bool {
        self.kind().is_some_and(|kind| {
            kind.may_register()
                && (!entitlement::is_asked_of(kind)
                    || self.is_entitled_on(day)
                    || self.entitlements.is_empty() && !self.desks.is_empty())
        })
    }

    fn is_entitled_on(&self, day: Date) -> bool {
        self.entitlements.iter().any(|entitlement| entitlement.is_in_force_on(day))
    }

    /// A certificate that speaks for it at an instant.
    pub(crate) fn certificate(&self, fingerprint: &Fingerprint, now: Timestamp) -> Result<&Certificate, Denial> {
        let bound = self.certificates.get(fingerprint).ok_or(Denial::UnknownCertificate)?;
        if bound.revoked {
            return Err(Denial::CertificateRevoked);
        }
        Some(&bound.certificate).filter(|known| known.is_valid_at(now)).ok_or(Denial::CertificateExpired)
    }
}

impl Presence {
    fn is_on(&self, day: Date) -> bool {
        self.from <= day && self.last_day.is_none_or(|last| day <= last)
    }
}
