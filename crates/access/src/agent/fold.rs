//! What his events make of an agent.

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use personal::Pii;

use super::command::AgentCommand;
use super::event::AgentEvent;
use super::rejection::AgentRejection;
use super::{Account, Agent, Entered};

impl Aggregate for Agent {
    const TYPE: &'static str = "agent";

    type Command = AgentCommand;
    type Event = AgentEvent;
    type Error = AgentRejection;
    type Services = ();

    async fn handle(&mut self, command: AgentCommand, (): &(), sink: &EventSink<Self>) -> Result<(), AgentRejection> {
        let event = self.decide(command)?;
        sink.write(event, self).await;
        Ok(())
    }

    fn apply(&mut self, event: AgentEvent) {
        match event {
            AgentEvent::AgentEntered { organisation, desk, person } => {
                self.entered = Some(Entered { organisation, desk, person });
            }
            AgentEvent::AccountAsked {} => self.account = Account::Asked,
            AgentEvent::AccountCertified { .. } => self.account = Account::Certified,
            AgentEvent::RoleGranted(grant) => self.grants.push(grant),
            AgentEvent::RoleRevoked { role, territories } => {
                for grant in self.grants.iter_mut().filter(|grant| grant.role == role) {
                    grant.territories = grant.territories.without(territories);
                }
                self.grants.retain(|grant| !grant.territories.is_empty());
            }
            AgentEvent::RightsReviewed { on, .. } => self.reviewed_on = Some(on),
            AgentEvent::IdentityBound { token } => self.identity = Some(token),
            AgentEvent::IdentityUnbound { .. } => self.identity = None,
            AgentEvent::AgentMoved { desk } => {
                if let Some(entered) = &mut self.entered {
                    entered.desk = desk;
                }
            }
            AgentEvent::AgentSuspended { reason } => self.suspended = Some(reason),
            AgentEvent::AgentResumed {} => self.suspended = None,
            AgentEvent::AgentLeft { last_day } => self.last_day = Some(last_day),
            AgentEvent::PersonalDataErased { erased_on } => {
                self.erased_on = Some(erased_on);
                // Its blind token is one person's, too.
                self.identity = None;
                if let Some(entered) = &mut self.entered {
                    entered.person = Pii::Sealed;
                }
            }
        }
    }
}
