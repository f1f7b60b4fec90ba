//! What an organisation may become, and why not.

use jiff::civil::Date;
use nomenclature::{CommuneCode, DeskCode, OrganisationKind, Siren, Territories, Territory, paris_day};

use super::Organisation;
use super::certificate::{self, Certificate};
use super::command::{OrganisationAct, OrganisationCommand, RegisterOrganisation};
use super::desk::Desk;
use super::desk::OpenDesk;
use super::entitlement::{self, Entitlement};
use super::event::OrganisationEvent;
use super::rejection::OrganisationRejection as Rejection;
use crate::text;

type Decision = Result<OrganisationEvent, Rejection>;

/// More communes than the largest local authority has.
const MOST_COMMUNES: usize = 1_000;

impl Organisation {
    /// Decides an act. Pure.
    ///
    /// # Errors
    /// The first reason against it.
    pub fn decide(&self, command: OrganisationCommand) -> Decision {
        let OrganisationCommand { today, act } = command;
        let known = match (&self.registered, act) {
            (Some(_), OrganisationAct::Register(_)) => return Err(Rejection::AlreadyRegistered),
            (None, OrganisationAct::Register(new)) => return register(new),
            (None, _) => return Err(Rejection::NotRegistered),
            (Some(known), act) => (known, act),
        };
        // What it stops or lets go at once is possible until the end; anything else would be lost on the successor.
        let (RegisterOrganisation { kind, since, .. }, act) = known;
        let ends = matches!(
            act,
            OrganisationAct::RevokeCertificate { .. }
                | OrganisationAct::Suspend { .. }
                | OrganisationAct::Resume {}
                | OrganisationAct::SuspendUser { .. }
                | OrganisationAct::ResumeUser { .. }
        );
        if self.merged.is_some() && !ends {
            return Err(Rejection::Merged);
        }
        match act {
            OrganisationAct::Register(_) => Err(Rejection::AlreadyRegistered),
            OrganisationAct::OpenDesk(desk) => self.open_desk(desk, (*kind, *since), today),
            OrganisationAct::CloseDesk { code, closed_on } => self.close_desk(code, closed_on),
            OrganisationAct::SetDeskContact { code, contact } => {
                let desk = self.open_ended(code)?;
                if !contact.is_fine(desk.territory) {
                    return Err(Rejection::InvalidContact);
                }
                Ok(OrganisationEvent::DeskContactSet { code, contact })
            }
            OrganisationAct::RecordEntitlement(new) => self.record_entitlement(new, *kind),
            OrganisationAct::EndEntitlement { reference, ends_on } => self.end_entitlement(reference, ends_on),
            OrganisationAct::AddTerritory { territory, from } => {
                not_before(from, today)?;
                let still = |known: &super::Presence| {
                    known.territory == territory && known.last_day.is_none_or(|last| last >= from)
                };
                if self.presence.iter().any(still) {
                    return Err(Rejection::TerritoryKnown);
                }
                Ok(OrganisationEvent::TerritoryAdded { territory, from })
            }
            OrganisationAct::LeaveTerritory { territory, last_day } => self.leave(territory, last_day, today),
            OrganisationAct::Rename { name, effective_on } => {
                named(&name)?;
                not_before(effective_on, today)?;
                Ok(OrganisationEvent::OrganisationRenamed { name, effective_on })
            }
            OrganisationAct::MergeInto { successor, effective_on } => {
                not_before(effective_on, today)?;
                if effective_on <= *since {
                    return Err(Rejection::TooEarly);
                }
                Ok(OrganisationEvent::MergedInto { successor, effective_on })
            }
            OrganisationAct::Absorb(absorption) => {
                not_before(absorption.effective_on, today)?;
                if absorption.effective_on < *since {
                    return Err(Rejection::TooEarly);
                }
                if !absorption.desks.is_empty() && !kind.has_desks() {
                    return Err(Rejection::NotARegisteringService);
                }
                Ok(OrganisationEvent::Absorbed(absorption))
            }
            OrganisationAct::GiveMandate { to, territories, from, until } => {
                not_before(from, today)?;
                self.give_mandate(*kind, to, territories, (from, until))
            }
            OrganisationAct::EndMandate { to, until } => {
                not_before(until, today)?;
                let goes_on = |last: Option<Date>| last.is_none_or(|last| last > until);
                let going_on = self.mandates.iter().find(|known| known.to == to && goes_on(known.until));
                let known = going_on.ok_or(Rejection::UnknownMandate)?;
                if until < known.from {
                    return Err(Rejection::TooEarly);
                }
                Ok(OrganisationEvent::MandateEnded { to, until })
            }
            OrganisationAct::SetCompetence { communes } => self.set_competence(*kind, communes, today),
            OrganisationAct::BindCertificate(certificate) => self.bind(certificate, today),
            OrganisationAct::RevokeCertificate { fingerprint } => {
                let bound = self.certificates.get(&fingerprint).filter(|bound| !bound.revoked);
                bound
                    .map(|_| OrganisationEvent::CertificateRevoked { fingerprint })
                    .ok_or(Rejection::UnknownCertificate)
            }
            OrganisationAct::Suspend { reason } => match self.suspended {
                Some(_) => Err(Rejection::AlreadySuspended),
                None => Ok(OrganisationEvent::OrganisationSuspended { reason }),
            },
            OrganisationAct::Resume {} => match self.suspended {
                Some(_) => Ok(OrganisationEvent::OrganisationResumed {}),
                None => Err(Rejection::NotSuspended),
            },
            OrganisationAct::SuspendUser { user, reason } => match self.suspension_of(user) {
                Some(_) => Err(Rejection::AlreadySuspended),
                None => Ok(OrganisationEvent::SystemUserSuspended { user, reason }),
            },
            OrganisationAct::ResumeUser { user } => match self.suspension_of(user) {
                Some(_) => Ok(OrganisationEvent::SystemUserResumed { user }),
                None => Err(Rejection::NotSuspended),
            },
        }
    }

    /// A desk that works already is entered as it is; one that opens from today on needs what entitles its service to
    /// register on that day (INV-46).
    fn open_desk(&self, desk: OpenDesk, (kind, since): (OrganisationKind, Date), today: Date) -> Decision {
        named(&desk.name)?;
        if !kind.has_desks() {
            return Err(Rejection::NotARegisteringService);
        }
        if !self.territories_on(desk.opened_on.max(since)).contains(desk.territory) {
            return Err(Rejection::ForeignTerritory);
        }
        if self.desks.contains_key(&desk.code) {
            return Err(Rejection::DeskExists);
        }
        if desk.opened_on < since {
            return Err(Rejection::TooEarly);
        }
        let opens = desk.opened_on >= today;
        if opens && entitlement::is_asked_of(kind) && !self.is_entitled_on(desk.opened_on) {
            return Err(Rejection::EntitlementMissing);
        }
        let OpenDesk { code, name, territory, opened_on } = desk;
        Ok(OrganisationEvent::DeskOpened { code, name, territory, opened_on })
    }

    fn close_desk(&self, code: DeskCode, closed_on: Date) -> Decision {
        if closed_on < self.open_ended(code)?.opened_on {
            return Err(Rejection::TooEarly);
        }
        Ok(OrganisationEvent::DeskClosed { code, closed_on })
    }

    /// A desk whose last day is not known.
    fn open_ended(&self, code: DeskCode) -> Result<&Desk, Rejection> {
        self.desks.get(&code).filter(|desk| desk.closed_on.is_none()).ok_or(Rejection::UnknownDesk)
    }

    fn record_entitlement(&self, new: Entitlement, kind: OrganisationKind) -> Decision {
        named(&new.reference)?;
        if !entitlement::is_asked_of(kind) {
            return Err(Rejection::EntitlementNotAsked);
        }
        if self.entitlements.iter().any(|known| known.reference == new.reference) {
            return Err(Rejection::EntitlementKnown);
        }
        if new.ends_on.is_some_and(|last| last < new.signed_on) {
            return Err(Rejection::TooEarly);
        }
        let Entitlement { ground, reference, signed_on, ends_on } = new;
        Ok(OrganisationEvent::EntitlementRecorded { ground, reference, signed_on, ends_on })
    }

    fn end_entitlement(&self, reference: String, ends_on: Date) -> Decision {
        let known = self.entitlements.iter().find(|known| known.reference == reference);
        let known = known.filter(|known| known.ends_on.is_none_or(|last| last > ends_on));
        if ends_on < known.ok_or(Rejection::UnknownEntitlement)?.signed_on {
            return Err(Rejection::TooEarly);
        }
        Ok(OrganisationEvent::EntitlementEnded { reference, ends_on })
    }

    fn leave(&self, territory: Territory, last_day: Date, today: Date) -> Decision {
        not_before(last_day, today)?;
        let own = |known: &&super::Presence| known.territory == territory && known.last_day.is_none();
        let known = self.presence.iter().find(own).ok_or(Rejection::ForeignTerritory)?;
        if last_day < known.from {
            return Err(Rejection::TooEarly);
        }
        let open = |desk: &Desk| desk.territory == territory && desk.closed_on.is_none_or(|last| last > last_day);
        if self.desks.values().any(open) {
            return Err(Rejection::DesksOpen);
        }
        Ok(OrganisationEvent::TerritoryLeft { territory, last_day })
    }

    fn give_mandate(
        &self,
        kind: OrganisationKind,
        to: Siren,
        territories: Territories,
        (from, until): (Date, Option<Date>),
    ) -> Decision {
        if !kind.is_lessor() {
            return Err(Rejection::NotALessor);
        }
        if territories.is_empty() {
            return Err(Rejection::NoTerritory);
        }
        if !self.territories_on(from).contains_all(territories) {
            return Err(Rejection::ForeignTerritory);
        }
        if until.is_some_and(|last| last < from) {
            return Err(Rejection::TooEarly);
        }
        let goes_on = |last: Option<Date>, after: Date| last.is_none_or(|last| last >= after);
        let taken = self.mandates.iter().any(|known| {
            !known.territories.intersection(territories).is_empty()
                && goes_on(known.until, from)
                && goes_on(until, known.from)
        });
        if taken {
            return Err(Rejection::MandateKnown);
        }
        Ok(OrganisationEvent::MandateGiven { to, territories, from, until })
    }

    fn set_competence(&self, kind: OrganisationKind, mut communes: Vec<CommuneCode>, today: Date) -> Decision {
        if kind != OrganisationKind::LocalAuthority {
            return Err(Rejection::NotALocalAuthority);
        }
        communes.sort_unstable();
        communes.dedup();
        let own = self.territories_on(today);
        let within = |commune: &CommuneCode| Territory::of_commune(*commune).is_some_and(|place| own.contains(place));
        if communes.is_empty() || communes.len() > MOST_COMMUNES || !communes.iter().all(within) {
            return Err(Rejection::InvalidCommunes);
        }
        Ok(OrganisationEvent::CompetenceSet { communes })
    }

    fn bind(&self, certificate: Certificate, today: Date) -> Decision {
        named(&certificate.label)?;
        if self.certificates.contains_key(&certificate.fingerprint) {
            return Err(Rejection::CertificateKnown);
        }
        if certificate.not_after <= certificate.not_before || paris_day(certificate.not_after) < today {
            return Err(Rejection::InvalidPeriod);
        }
        if let Some(code) = certificate.desk {
            self.open_ended(code)?;
        }
        let over = |bound: &&super::BoundCertificate| paris_day(bound.certificate.not_after) < today;
        let live = self.certificates.values().filter(|bound| !bound.revoked && !over(bound)).count();
        if live >= certificate::MOST {
            return Err(Rejection::TooManyCertificates);
        }
        Ok(OrganisationEvent::CertificateBound(certificate))
    }
}

fn register(new: RegisterOrganisation) -> Decision {
    named(&new.name)?;
    if new.territories.is_empty() {
        return Err(Rejection::NoTerritory);
    }
    let RegisterOrganisation { siren, name, kind, territories, since } = new;
    Ok(OrganisationEvent::OrganisationRegistered { siren, name, kind, territories, since })
}

fn named(name: &str) -> Result<(), Rejection> {
    if text::is_line(name, text::NAME) { Ok(()) } else { Err(Rejection::InvalidName) }
}

fn not_before(day: Date, today: Date) -> Result<(), Rejection> {
    if day < today { Err(Rejection::DatePassed) } else { Ok(()) }
}
