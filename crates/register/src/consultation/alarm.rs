//! What happens to who looks at much: his manager is told by an event of his organisation, and his account is suspended by one of
//! its own where the manager decided so; the user of a system, who has none, by one of his organisation. All are the register's
//! own acts; the manager lifts a suspension as any other.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use access::agent::command::AgentAct;
use access::{AgentRejection, Alert, Denial, OrganisationAct, OrganisationEvent, OrganisationRejection};
use event_log::{Refusal, StreamId, StreamSpan, Verdict};
use jiff::Timestamp;
use nomenclature::{Actor, AgentId, SuspensionReason, Territory};
use uuid::Uuid;

use super::brakes::{Alarm, Brakes};
use super::budget::{Account, Spent, Thresholds};
use super::entry::Entry;
use crate::Error;
use crate::administration::{AdministrationAct, AdministrationRequest};
use crate::directory::decode;
use crate::register::{Parts, Register};

/// How often an alert is decided anew because its organisation moved on meanwhile.
const MOST_TRIES: usize = 8;

impl Register {
    /// Counts a look; how much later its answer comes.
    pub(super) async fn brake(&self, brakes: &Arc<Brakes>, actor: &Actor, entry: &Entry) -> Result<Duration, Error> {
        let Some(spent) = Spent::of(actor, entry) else { return Ok(Duration::ZERO) };
        let thresholds = match spent.territory {
            None => None,
            Some(territory) => Some(self.thresholds(brakes, territory).await?),
        };
        let later = brakes.spend(&spent, entry.at, thresholds.as_ref())?;
        if let Some(thresholds) = thresholds {
            let (account, now) = (spent.account, self.parts.clock.now());
            let Alarm { alert, suspension } = brakes.alarm(account, &thresholds, now);
            if let Some(files) = alert {
                // Nobody's answer waits for it.
                self.parts.tasks.start(self.tell(brakes, account, &thresholds, files));
            }
            if suspension {
                self.stop(brakes, account, &thresholds).await?;
            }
        }
        Ok(later)
    }

    /// Counts what other processes entered into the record, and tells of or stops whoever looked at much there. To be called
    /// every second.
    ///
    /// # Errors
    /// [`Error::Database`] when the record cannot be read; a failure of the log.
    pub async fn learn_looks(&self) -> Result<(), Error> {
        let Some(brakes) = &self.brakes else { return Ok(()) };
        let learned = self.parts.consultations.learn(brakes.learned_until()).await?;
        for (account, territory) in brakes.learn(&learned) {
            let thresholds = self.thresholds(brakes, territory).await?;
            let Alarm { alert, suspension } = brakes.alarm(account, &thresholds, self.parts.clock.now());
            if let Some(files) = alert {
                self.tell(brakes, account, &thresholds, files).await;
            }
            if suspension {
                match self.stop(brakes, account, &thresholds).await {
                    Ok(()) | Err(Error::Denied(Denial::Suspended)) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(())
    }

    async fn thresholds(&self, brakes: &Brakes, territory: Territory) -> Result<Thresholds, Error> {
        let today = self.parts.clock.today();
        let of = |decided: Option<&_>| Thresholds::of(&brakes.budgets, territory, decided, today);
        self.parts.settings.ask(territory, of).await
    }

    /// Raises an alert, now or with the next look.
    fn tell(
        &self,
        brakes: &Arc<Brakes>,
        account: Account,
        thresholds: &Thresholds,
        files: u32,
    ) -> impl Future<Output = ()> + Send + use<> {
        let Thresholds { territory, alert, .. } = *thresholds;
        let alert = Alert::now((account.agent, territory), (files, alert), self.parts.clock.now());
        let (parts, brakes) = (Arc::clone(&self.parts), Arc::clone(brakes));
        async move {
            if parts.raise(account, alert).await.is_err() {
                brakes.was_not_told(account, territory);
            }
        }
    }

    /// Suspends an account, or a user of a system alone, unless a suspension was lifted meanwhile: then what it looked at before is
    /// forgiven.
    async fn stop(&self, brakes: &Brakes, account: Account, thresholds: &Thresholds) -> Result<(), Error> {
        let Account { organisation, agent } = account;
        let known = self.parts.directory.ask(|directory| Ok(directory.agent(agent).is_some())).await?;
        let lifted =
            if known { self.parts.lifted_at(agent).await? } else { self.parts.lifted_of_user(account).await? };
        if let Some(lifted) = lifted {
            brakes.forgive(account, lifted);
            if !brakes.alarm(account, thresholds, self.parts.clock.now()).suspension {
                return Ok(());
            }
        }
        let reason = SuspensionReason::Volume;
        let act = if known {
            AdministrationAct::Agent { agent, act: AgentAct::Suspend { reason } }
        } else {
            let act = OrganisationAct::SuspendUser { user: agent, reason };
            AdministrationAct::Organisation { siren: organisation, act }
        };
        let request = AdministrationRequest { command_id: Uuid::new_v4(), actor: Actor::Operator, act };
        match self.administer(request).await {
            Ok(_)
            | Err(
                Error::AgentRejected(AgentRejection::AlreadySuspended)
                | Error::OrganisationRejected(OrganisationRejection::AlreadySuspended),
            ) => Err(Error::Denied(Denial::Suspended)),
            Err(error) => Err(error),
        }
    }
}

impl Parts {
    /// Raises an alert, once an hour for an account, whoever else is at it.
    async fn raise(&self, account: Account, alert: Alert) -> Result<(), Error> {
        for _ in 0..MOST_TRIES {
            let (organisation, version) = self.load_organisation(account.organisation).await?;
            let Some(event) = organisation.raise(alert) else { return Ok(()) };
            match self.append_organisation(account.organisation, version, &[event]).await? {
                Verdict::Committed(_) | Verdict::Repeated(_) => return self.directory.catch_up().await,
                Verdict::Refused(Refusal::VersionConflict { .. }) => {}
                Verdict::Refused(_) => return Err(Error::Database("the log refused an alert".to_owned())),
            }
        }
        Err(Error::Contended { version: 0 })
    }

    /// When a suspension of an agent was last lifted.
    async fn lifted_at(&self, agent: AgentId) -> Result<Option<Timestamp>, Error> {
        let events = self.reader.read_stream(&StreamId::parse(agent.to_string())?, StreamSpan::ALL).await?;
        Ok(events.iter().rev().find(|event| event.event_type == "AgentResumed").map(|event| event.recorded_at))
    }

    /// When a suspension of a user of a system was last lifted.
    async fn lifted_of_user(&self, Account { organisation, agent }: Account) -> Result<Option<Timestamp>, Error> {
        let events = self.reader.read_stream(&StreamId::parse(organisation.to_string())?, StreamSpan::ALL).await?;
        for event in events.iter().rev().filter(|event| event.event_type == "SystemUserResumed") {
            if decode(event)?.1 == (OrganisationEvent::SystemUserResumed { user: agent }) {
                return Ok(Some(event.recorded_at));
            }
        }
        Ok(None)
    }
}
