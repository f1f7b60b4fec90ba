//! `CommandService`: what became of a command.

use proto::v1::command_service_server::CommandService;
use proto::v1::get_outcome_response::Outcome as Told;
use proto::v1::{
    FenceCommandRequest, FenceCommandResponse, Fenced, GetOutcomeRequest, GetOutcomeResponse, NotCommitted,
    fence_command_response,
};
use register::{Outcome, Register};
use tonic::{Request, Response, Status};

use crate::caller;
use crate::convert::{Edge, administration, answer, territory};
use crate::status::Refusal;

/// The service.
pub struct Commands {
    register: Register,
}

impl Commands {
    pub fn new(register: Register) -> Self {
        Self { register }
    }
}

#[tonic::async_trait]
impl CommandService for Commands {
    async fn get_outcome(&self, request: Request<GetOutcomeRequest>) -> Result<Response<GetOutcomeResponse>, Status> {
        let actor = caller::of(request.extensions())?;
        let mut edge = Edge::default();
        let id = edge.request_id(&request.get_ref().request_id);
        let id = edge.finish(id)?;
        let outcome = match self.register.outcome(id, &actor).await.map_err(Refusal::from)? {
            Outcome::Committed(committed) => Told::Committed(answer::write(&committed)),
            Outcome::TerritoryCommitted(committed) => Told::TerritoryCommitted(territory::answer(&committed)),
            Outcome::AdministrationCommitted(committed) => {
                Told::AdministrationCommitted(administration::answer(&committed))
            }
            Outcome::NotCommittedAsOf(position) => Told::NotCommitted(NotCommitted { as_of_position: position.get() }),
            Outcome::Fenced(position) => Told::Fenced(Fenced { as_of_position: position.get() }),
        };
        Ok(Response::new(GetOutcomeResponse { outcome: Some(outcome) }))
    }

    async fn fence_command(
        &self,
        request: Request<FenceCommandRequest>,
    ) -> Result<Response<FenceCommandResponse>, Status> {
        use fence_command_response::Outcome as Told;
        let actor = caller::of(request.extensions())?;
        let mut edge = Edge::default();
        let id = edge.request_id(&request.get_ref().request_id);
        let id = edge.finish(id)?;
        let outcome = match self.register.fence(id, &actor).await.map_err(Refusal::from)? {
            Outcome::Committed(committed) => Told::Committed(answer::write(&committed)),
            Outcome::TerritoryCommitted(committed) => Told::TerritoryCommitted(territory::answer(&committed)),
            Outcome::AdministrationCommitted(committed) => {
                Told::AdministrationCommitted(administration::answer(&committed))
            }
            Outcome::Fenced(position) => Told::Fenced(Fenced { as_of_position: position.get() }),
            Outcome::NotCommittedAsOf(_) => return Err(Refusal::from(register::Error::OutcomeUnknown).into()),
        };
        Ok(Response::new(FenceCommandResponse { outcome: Some(outcome) }))
    }
}
