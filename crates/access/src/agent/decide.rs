//! What may become of an agent, and why not.

use nomenclature::add_months;
use personal::Pii;

use super::command::{AgentAct, AgentCommand, EnterAgent};
use super::event::AgentEvent;
use super::grant::{Grant, MOST_MONTHS};
use super::rejection::AgentRejection as Rejection;
use super::{Account, Agent, Person};
use crate::roles::Roles;
use crate::text;

type Decision = Result<AgentEvent, Rejection>;

impl Agent {
    /// Decides an act. Pure.
    ///
    /// # Errors
    /// The first reason against it.
    pub fn decide(&self, command: AgentCommand) -> Decision {
        let today = command.today;
        let entered = match (&self.entered, &command.act) {
            (Some(_), AgentAct::Enter(_)) => return Err(Rejection::AlreadyEntered),
            (None, AgentAct::Enter(new)) => return enter(new.clone()),
            (None, _) => return Err(Rejection::NotEntered),
            (Some(entered), _) => entered,
        };
        if self.last_day.is_some() && !matches!(command.act, AgentAct::Suspend { .. } | AgentAct::Erase {}) {
            return Err(Rejection::Left);
        }
        match command.act {
            AgentAct::Enter(_) => Err(Rejection::AlreadyEntered),
            AgentAct::AskAccount {} => match self.account {
                Account::Entered => Ok(AgentEvent::AccountAsked {}),
                Account::Asked | Account::Certified => Err(Rejection::AlreadyAsked),
            },
            AgentAct::Certify {} => match self.account {
                Account::Entered => Err(Rejection::NotAsked),
                Account::Asked => Ok(AgentEvent::AccountCertified { by: command.by }),
                Account::Certified => Err(Rejection::AlreadyCertified),
            },
            AgentAct::Grant(grant) => {
                if !Roles::allowed_to(command.kind).contains(grant.role) {
                    return Err(Rejection::RoleNotAllowed);
                }
                if grant.territories.is_empty() || !command.territories.contains_all(grant.territories) {
                    return Err(Rejection::ForeignTerritory);
                }
                let Grant { from, until, .. } = grant;
                if from < today || until < from || until >= add_months(from, MOST_MONTHS) {
                    return Err(Rejection::InvalidPeriod);
                }
                Ok(AgentEvent::RoleGranted(grant))
            }
            AgentAct::Revoke { role, territories } => {
                let had = self.grants.iter().filter(|grant| grant.role == role && grant.until >= today);
                if had.into_iter().all(|grant| grant.territories.intersection(territories).is_empty()) {
                    return Err(Rejection::NotGranted);
                }
                Ok(AgentEvent::RoleRevoked { role, territories })
            }
            AgentAct::Review {} => Ok(AgentEvent::RightsReviewed { by: command.by, on: today }),
            AgentAct::BindIdentity { token } => match self.identity {
                Some(_) => Err(Rejection::IdentityBound),
                None => Ok(AgentEvent::IdentityBound { token }),
            },
            AgentAct::UnbindIdentity {} => {
                let token = self.identity.ok_or(Rejection::IdentityNotBound)?;
                Ok(AgentEvent::IdentityUnbound { token })
            }
            AgentAct::Move { desk } if desk == entered.desk => Err(Rejection::DeskUnchanged),
            AgentAct::Move { desk } => Ok(AgentEvent::AgentMoved { desk }),
            AgentAct::Suspend { reason } => match self.suspended {
                Some(_) => Err(Rejection::AlreadySuspended),
                None => Ok(AgentEvent::AgentSuspended { reason }),
            },
            AgentAct::Resume {} => match self.suspended {
                Some(_) => Ok(AgentEvent::AgentResumed {}),
                None => Err(Rejection::NotSuspended),
            },
            AgentAct::Leave { last_day } if last_day < today => Err(Rejection::DatePassed),
            AgentAct::Leave { last_day } => Ok(AgentEvent::AgentLeft { last_day }),
            AgentAct::Erase {} => {
                let due = self.erasure_due_on().is_some_and(|due| due <= today);
                if !due || self.erased_on.is_some() {
                    return Err(Rejection::ErasureNotDue);
                }
                Ok(AgentEvent::PersonalDataErased { erased_on: today })
            }
        }
    }
}

fn enter(new: EnterAgent) -> Decision {
    let EnterAgent { organisation, desk, person: Person { name, email } } = new;
    if !text::is_line(&name, text::NAME) {
        return Err(Rejection::InvalidName);
    }
    if !text::is_email(&email) {
        return Err(Rejection::InvalidEmail);
    }
    Ok(AgentEvent::AgentEntered { organisation, desk, person: Pii::Clear(Person { name, email }) })
}
