//! Where the services that change demands send what they read: through the bus, or back with everything that is wrong.

use std::sync::Arc;

use demand::{Act, FieldReason, Violation};
use proto::v1::Answer;
use register::Register;
use tokio::sync::Semaphore;

use crate::convert::act::Read;
use crate::convert::{answer, form};
use crate::reason::Reason;
use crate::status::Refusal;

/// The way of an act from the door to the bus. Cheap to clone.
#[derive(Clone)]
pub struct Acts {
    register: Register,
    commands: Arc<Semaphore>,
}

impl Acts {
    /// `commands` has a place for each command that may be under way, its caller gone or not.
    pub fn new(register: Register, commands: Arc<Semaphore>) -> Self {
        Self { register, commands }
    }

    /// Sends an act through the bus. A caller who goes away, or whose deadline passes, does not stop it: it keeps its
    /// place until it is done, so that impatient callers cannot pile up work.
    pub async fn execute(&self, request: register::Request) -> Result<Option<Answer>, Refusal> {
        let register = self.register.clone();
        match self.in_a_place(async move { register.execute(request).await }).await? {
            Ok(done) => Ok(Some(answer::write(&done))),
            Err(register::Error::Rejected(mut rejection)) => {
                place(&mut rejection.violations);
                Err(rejection.into())
            }
            Err(other) => Err(other.into()),
        }
    }

    /// Sends an act on the parameters of a territory on its way, in a place of its own as every command.
    pub async fn decide(&self, request: register::TerritoryRequest) -> Result<register::TerritoryAnswer, Refusal> {
        let register = self.register.clone();
        Ok(self.in_a_place(async move { register.set_territory(request).await }).await??)
    }

    /// Sends an act on an organisation or an agent on its way, in a place of its own as every command.
    pub async fn administer(
        &self,
        request: register::AdministrationRequest,
    ) -> Result<register::AdministrationAnswer, Refusal> {
        let register = self.register.clone();
        Ok(self.in_a_place(async move { register.administer(request).await }).await??)
    }

    async fn in_a_place<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, register::Error>> + Send + 'static,
    ) -> Result<Result<T, register::Error>, Refusal> {
        let permit = Arc::clone(&self.commands).try_acquire_owned().map_err(|_| Reason::TooManyCalls)?;
        let work = tokio::spawn(async move {
            let _permit = permit;
            work.await
        });
        Ok(work.await.unwrap_or(Err(register::Error::OutcomeUnknown)))
    }

    /// What was read, when it is sound; else everything that is wrong with it, found at the door or by the domain.
    pub async fn sound(&self, read: Read) -> Result<register::Request, Refusal> {
        let (mut found, guess) = match read {
            Read::Sound(request) => return Ok(request),
            Read::Faulty { found, guess } => (found, guess),
        };
        if let Some(mut guess) = guess {
            let territory_wrong = found.iter().any(|violation| violation.field == "territory");
            if territory_wrong && let Act::Register(registration) = &mut guess.act {
                let readable = self.register.permit_wherever(&guess.actor).await?.what().territories();
                registration.territory = readable.iter().next().unwrap_or(registration.territory);
            }
            // Whoever may not do the act hears so, whatever else is wrong with it.
            let mut also = self.register.violations(&guess).await?;
            place(&mut also);
            also.retain(|violation| !(territory_wrong && violation.reason == FieldReason::OutsideTerritory));
            also.retain(|violation| found.iter().all(|told| told.field != violation.field));
            found.extend(also);
        }
        Err(Refusal::invalid(found))
    }
}

/// Names the fields as the request does.
fn place(violations: &mut [Violation]) {
    for violation in violations {
        violation.field = form::path(&violation.field);
        let bare = match violation.field.split_once('.') {
            Some(("attribution", day @ ("refused_on" | "lapsed_on")) | ("notice", day @ "returned_on")) => day,
            Some(("answer", day @ "received_on") | ("reinstatement", day @ "answered_on")) => day,
            Some(("dalo", day @ ("rehoused_on" | "ended_on"))) => day,
            _ => continue,
        };
        violation.field = bare.to_owned();
    }
}

/// One act on an existing demand.
macro_rules! on_demand {
    ($self:ident, $request:ident, $response:ident) => {{
        let actor = $crate::caller::of($request.extensions())?;
        let read = $crate::convert::requests::OnDemand::read($request.into_inner(), actor);
        let request = $self.acts.sound(read).await?;
        let answer = $self.acts.execute(request).await?;
        Ok(tonic::Response::new($response { answer }))
    }};
}
pub(crate) use on_demand;
