//! What its events make of an organisation.

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;

use super::command::{OrganisationCommand, RegisterOrganisation};
use super::desk::Desk;
use super::entitlement::Entitlement;
use super::event::OrganisationEvent;
use super::mandate::Mandate;
use super::merger::Absorption;
use super::rejection::OrganisationRejection;
use super::{BoundCertificate, Merger, Organisation, Presence};

impl Aggregate for Organisation {
    const TYPE: &'static str = "organisation";

    type Command = OrganisationCommand;
    type Event = OrganisationEvent;
    type Error = OrganisationRejection;
    type Services = ();

    async fn handle(
        &mut self,
        command: OrganisationCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), OrganisationRejection> {
        let event = self.decide(command)?;
        sink.write(event, self).await;
        Ok(())
    }

    fn apply(&mut self, event: OrganisationEvent) {
        match event {
            OrganisationEvent::OrganisationRegistered { siren, name, kind, territories, since } => {
                let present = |territory: &_| Presence { territory: *territory, from: since, last_day: None };
                self.presence = territories.iter().map(present).collect();
                self.registered = Some(RegisterOrganisation { siren, name, kind, territories, since });
            }
            OrganisationEvent::DeskOpened { code, name, territory, opened_on } => {
                self.desks.insert(code, Desk { name, territory, opened_on, closed_on: None, contact: None });
            }
            OrganisationEvent::DeskClosed { code, closed_on } => {
                if let Some(desk) = self.desks.get_mut(&code) {
                    desk.closed_on = Some(closed_on);
                }
            }
            OrganisationEvent::DeskContactSet { code, contact } => {
                if let Some(desk) = self.desks.get_mut(&code) {
                    desk.contact = Some(contact);
                }
            }
            OrganisationEvent::EntitlementRecorded { ground, reference, signed_on, ends_on } => {
                self.entitlements.push(Entitlement { ground, reference, signed_on, ends_on });
            }
            OrganisationEvent::EntitlementEnded { reference, ends_on } => {
                for known in self.entitlements.iter_mut().filter(|known| known.reference == reference) {
                    known.ends_on = Some(ends_on);
                }
            }
            OrganisationEvent::TerritoryAdded { territory, from } => {
                self.presence.push(Presence { territory, from, last_day: None });
            }
            OrganisationEvent::TerritoryLeft { territory, last_day } => {
                for known in self.presence.iter_mut().filter(|known| known.territory == territory) {
                    known.last_day.get_or_insert(last_day);
                }
            }
            OrganisationEvent::OrganisationRenamed { name, effective_on } => self.renamed.push((effective_on, name)),
            OrganisationEvent::MergedInto { successor, effective_on } => {
                self.merged = Some(Merger { successor, effective_on });
            }
            OrganisationEvent::Absorbed(absorption) => self.absorb(absorption),
            OrganisationEvent::MandateGiven { to, territories, from, until } => {
                self.mandates.push(Mandate { to, territories, from, until });
            }
            OrganisationEvent::MandateEnded { to, until } => {
                let going_on = |known: &&mut Mandate| known.to == to && known.until.is_none_or(|last| last > until);
                for known in self.mandates.iter_mut().filter(going_on) {
                    known.until = Some(until);
                }
            }
            OrganisationEvent::CompetenceSet { communes } => self.competence = communes,
            OrganisationEvent::CertificateBound(certificate) => {
                let bound = BoundCertificate { certificate, revoked: false };
                self.certificates.insert(bound.certificate.fingerprint, bound);
            }
            OrganisationEvent::CertificateRevoked { fingerprint } => {
                if let Some(bound) = self.certificates.get_mut(&fingerprint) {
                    bound.revoked = true;
                }
            }
            OrganisationEvent::OrganisationSuspended { reason } => self.suspended = Some(reason),
            OrganisationEvent::OrganisationResumed {} => self.suspended = None,
            OrganisationEvent::SystemUserSuspended { user, reason } => {
                self.suspended_users.insert(user, reason);
            }
            OrganisationEvent::SystemUserResumed { user } => {
                self.suspended_users.remove(&user);
            }
            OrganisationEvent::AlertRaised(alert) => self.keep(alert),
        }
    }
}

impl Organisation {
    /// Its predecessor's desks are its own from that day on, and so are the territories.
    fn absorb(&mut self, absorption: Absorption) {
        let from = absorption.effective_on;
        self.absorbed.push((absorption.predecessor, from));
        let own = self.territories_on(from);
        let new = absorption.territories.into_iter().filter(|territory| !own.contains(*territory));
        self.presence.extend(new.map(|territory| Presence { territory, from, last_day: None }));
        for absorbed in absorption.desks {
            let opened_on = absorbed.desk.opened_on.max(from);
            self.desks.insert(absorbed.code, Desk { opened_on, ..absorbed.desk });
        }
    }
}
