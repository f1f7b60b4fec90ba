//! `RegistrationService`: the acts on a demand, reading one, finding one.

use std::sync::Arc;

use demand::claims::PersonKey;
use demand::{Act, FieldReason, Violation};
use proto::v1::registration_service_server::RegistrationService;
use proto::v1::{
    AddPieceRequest, AddPieceResponse, Answer, FindByIdentityRequest, FindByIdentityResponse, GetDemandRequest,
    GetDemandResponse, LapseAttributionRequest, LapseAttributionResponse, ModifyDemandRequest, ModifyDemandResponse,
    RecordAttributionRequest, RecordAttributionResponse, RefuseAttributionRequest, RefuseAttributionResponse,
    RegisterDemandRequest, RegisterDemandResponse, RenewDemandRequest, RenewDemandResponse, RenounceDemandRequest,
    RenounceDemandResponse, SignLeaseRequest, SignLeaseResponse,
};
use register::{Register, Viewer};
use tokio::sync::Semaphore;
use tonic::{Request, Response, Status};

use crate::caller;
use crate::convert::act::{self, Head, Read};
use crate::convert::{Edge, answer, demand as written, form};
use crate::reason::Reason;
use crate::status::Refusal;

/// The service.
pub struct Registration {
    register: Register,
    commands: Arc<Semaphore>,
}

impl Registration {
    /// `commands` has a place for each command that may be under way, its caller gone or not.
    pub fn new(register: Register, commands: Arc<Semaphore>) -> Self {
        Self { register, commands }
    }

    /// Sends an act through the bus. A caller who goes away, or whose deadline passes, does not stop it: it keeps its
    /// place until it is done, so that impatient callers cannot pile up work.
    async fn execute(&self, request: register::Request) -> Result<Option<Answer>, Refusal> {
        let permit = Arc::clone(&self.commands).try_acquire_owned().map_err(|_| Reason::TooManyCalls)?;
        let register = self.register.clone();
        let work = tokio::spawn(async move {
            let _permit = permit;
            register.execute(request).await
        });
        match work.await.unwrap_or(Err(register::Error::OutcomeUnknown)) {
            Ok(done) => Ok(Some(answer::write(&done))),
            Err(register::Error::Rejected(mut rejection)) => {
                place(&mut rejection.violations);
                Err(rejection.into())
            }
            Err(other) => Err(other.into()),
        }
    }

    /// What was read, when it is sound; else everything that is wrong with it, found at the door or by the domain.
    async fn sound(&self, read: Read) -> Result<register::Request, Refusal> {
        let (mut found, guess) = match read {
            Read::Sound(request) => return Ok(request),
            Read::Faulty { found, guess } => (found, guess),
        };
        if let Some(mut guess) = guess {
            let territory_wrong = found.iter().any(|violation| violation.field == "territory");
            if territory_wrong && let Act::Register(registration) = &mut guess.act {
                registration.territory = self.register.readable_territory(&guess.actor).await?;
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
        if let Some(day @ ("refused_on" | "lapsed_on")) = violation.field.strip_prefix("attribution.") {
            violation.field = day.to_owned();
        }
    }
}

/// One act on an existing demand: its head, then what it says.
macro_rules! on_demand {
    ($self:ident, $request:ident, $response:ident, |$message:ident, $edge:ident| from $channel:expr, $act:expr) => {{
        let actor = caller::of($request.metadata())?;
        let $message = $request.into_inner();
        let (request_id, number, etag) = ($message.request_id.clone(), $message.number.clone(), $message.etag.clone());
        let channel = $channel;
        let head = Head { request_id: &request_id, number: &number, etag: &etag, channel };
        let request = $self.sound(act::on_demand(&head, actor, |$edge| $act)).await?;
        let answer = $self.execute(request).await?;
        Ok(Response::new($response { answer }))
    }};
}

#[tonic::async_trait]
impl RegistrationService for Registration {
    async fn register_demand(
        &self,
        request: Request<RegisterDemandRequest>,
    ) -> Result<Response<RegisterDemandResponse>, Status> {
        let actor = caller::of(request.metadata())?;
        let request = self.sound(act::register(request.into_inner(), actor)).await?;
        let answer = self.execute(request).await?;
        Ok(Response::new(RegisterDemandResponse { answer }))
    }

    async fn modify_demand(
        &self,
        request: Request<ModifyDemandRequest>,
    ) -> Result<Response<ModifyDemandResponse>, Status> {
        on_demand!(self, request, ModifyDemandResponse, |message, edge| from message.channel, {
            let origin = act::origin(edge, message.origin, message.piece_id);
            Act::Modify { origin, form: Box::new(form::read(message.form)) }
        })
    }

    async fn renew_demand(
        &self,
        request: Request<RenewDemandRequest>,
    ) -> Result<Response<RenewDemandResponse>, Status> {
        on_demand!(self, request, RenewDemandResponse, |message, _edge| from message.channel, {
            Act::Renew { form: Box::new(form::read(message.form)) }
        })
    }

    async fn add_piece(&self, request: Request<AddPieceRequest>) -> Result<Response<AddPieceResponse>, Status> {
        on_demand!(self, request, AddPieceResponse, |message, _edge| from message.channel, {
            Act::AddPiece(act::piece(message.piece.unwrap_or_default()))
        })
    }

    async fn record_attribution(
        &self,
        request: Request<RecordAttributionRequest>,
    ) -> Result<Response<RecordAttributionResponse>, Status> {
        on_demand!(self, request, RecordAttributionResponse, |message, _edge| from act::AT_A_DESK, {
            Act::Attribute(act::attribution(message.attribution.unwrap_or_default()))
        })
    }

    async fn refuse_attribution(
        &self,
        request: Request<RefuseAttributionRequest>,
    ) -> Result<Response<RefuseAttributionResponse>, Status> {
        on_demand!(self, request, RefuseAttributionResponse, |message, _edge| from act::AT_A_DESK, {
            Act::RefuseAttribution { refused_on: message.refused_on }
        })
    }

    async fn lapse_attribution(
        &self,
        request: Request<LapseAttributionRequest>,
    ) -> Result<Response<LapseAttributionResponse>, Status> {
        on_demand!(self, request, LapseAttributionResponse, |message, _edge| from act::AT_A_DESK, {
            Act::LapseAttribution { lapsed_on: message.lapsed_on }
        })
    }

    async fn sign_lease(&self, request: Request<SignLeaseRequest>) -> Result<Response<SignLeaseResponse>, Status> {
        on_demand!(self, request, SignLeaseResponse, |message, _edge| from act::AT_A_DESK, {
            Act::SignLease(act::lease(message.lease.unwrap_or_default(), message.form))
        })
    }

    async fn renounce_demand(
        &self,
        request: Request<RenounceDemandRequest>,
    ) -> Result<Response<RenounceDemandResponse>, Status> {
        on_demand!(self, request, RenounceDemandResponse, |message, edge| from message.channel, {
            Act::Renounce(act::renunciation(edge, message.renunciation.unwrap_or_default()))
        })
    }

    async fn get_demand(&self, request: Request<GetDemandRequest>) -> Result<Response<GetDemandResponse>, Status> {
        let actor = caller::of(request.metadata())?;
        let mut edge = Edge::default();
        let number = edge.number(&request.get_ref().number);
        let number = edge.finish(number)?;
        let (demand, version) = self.register.demand(number, Viewer::Agent(&actor)).await.map_err(Refusal::from)?;
        let today = self.register.clock().today();
        let demand = written::write(number, &demand, version, today).ok_or(Refusal::new(Reason::DemandNotFound))?;
        Ok(Response::new(GetDemandResponse { demand: Some(demand) }))
    }

    async fn find_by_identity(
        &self,
        request: Request<FindByIdentityRequest>,
    ) -> Result<Response<FindByIdentityResponse>, Status> {
        let actor = caller::of(request.metadata())?;
        let FindByIdentityRequest { surname, given_names, birth_date } = request.into_inner();
        let mut edge = Edge::default();
        edge.name("surname", &surname);
        edge.name("given_names", &given_names);
        let birth_date = edge.date("birth_date", &birth_date);
        let birth_date = edge.finish(birth_date)?;
        let person = PersonKey { surname, given_names, birth_date };
        let numbers = self.register.find_by_identity(person, &actor).await.map_err(Refusal::from)?;
        Ok(Response::new(FindByIdentityResponse { numbers: numbers.iter().map(ToString::to_string).collect() }))
    }
}
