//! `RegistrationService`: the acts on a demand, reading one, finding one.

use demand::claims::PersonKey;
use nomenclature::UniqueNumber;
use proto::v1::registration_service_server::RegistrationService;
use proto::v1::{
    AddPieceRequest, AddPieceResponse, FindByIdentityRequest, FindByIdentityResponse, GetDemandAtDeskRequest,
    GetDemandAtDeskResponse, GetDemandRequest, GetDemandResponse, LapseAttributionRequest, LapseAttributionResponse,
    ModifyDemandRequest, ModifyDemandResponse, RecordAttributionRequest, RecordAttributionResponse,
    RefuseAttributionRequest, RefuseAttributionResponse, RegisterDemandRequest, RegisterDemandResponse,
    RenewDemandRequest, RenewDemandResponse, RenounceDemandRequest, RenounceDemandResponse, SignLeaseRequest,
    SignLeaseResponse,
};
use register::{Register, Seen, Viewer};
use tonic::{Request, Response, Status};

use crate::acts::{Acts, on_demand};
use crate::caller;
use crate::convert::act;
use crate::convert::{Edge, demand as written, territory};
use crate::reason::Reason;
use crate::status::Refusal;

/// The service.
pub struct Registration {
    register: Register,
    acts: Acts,
}

impl Registration {
    /// `acts` is where what it reads goes.
    pub fn new(register: Register, acts: Acts) -> Self {
        Self { register, acts }
    }

    /// A demand that was read, as it stands today.
    async fn written(&self, number: UniqueNumber, seen: &Seen) -> Result<proto::v1::Demand, Refusal> {
        let today = self.register.clock().today();
        let wait = self.register.abnormal_delay(&seen.demand).await?;
        let settings = self.register.settings_today(number.territory()).await?;
        let demand = written::write(number, seen, (today, &settings)).ok_or(Refusal::new(Reason::DemandNotFound))?;
        Ok(proto::v1::Demand { abnormal_wait: wait.map(territory::wait), ..demand })
    }
}

#[tonic::async_trait]
impl RegistrationService for Registration {
    async fn register_demand(
        &self,
        request: Request<RegisterDemandRequest>,
    ) -> Result<Response<RegisterDemandResponse>, Status> {
        let actor = caller::of(request.extensions())?;
        let request = self.acts.sound(act::register(request.into_inner(), actor)).await?;
        let answer = self.acts.execute(request).await?;
        Ok(Response::new(RegisterDemandResponse { answer }))
    }

    async fn modify_demand(
        &self,
        request: Request<ModifyDemandRequest>,
    ) -> Result<Response<ModifyDemandResponse>, Status> {
        on_demand!(self, request, ModifyDemandResponse)
    }

    async fn renew_demand(
        &self,
        request: Request<RenewDemandRequest>,
    ) -> Result<Response<RenewDemandResponse>, Status> {
        on_demand!(self, request, RenewDemandResponse)
    }

    async fn add_piece(&self, request: Request<AddPieceRequest>) -> Result<Response<AddPieceResponse>, Status> {
        on_demand!(self, request, AddPieceResponse)
    }

    async fn record_attribution(
        &self,
        request: Request<RecordAttributionRequest>,
    ) -> Result<Response<RecordAttributionResponse>, Status> {
        on_demand!(self, request, RecordAttributionResponse)
    }

    async fn refuse_attribution(
        &self,
        request: Request<RefuseAttributionRequest>,
    ) -> Result<Response<RefuseAttributionResponse>, Status> {
        on_demand!(self, request, RefuseAttributionResponse)
    }

    async fn lapse_attribution(
        &self,
        request: Request<LapseAttributionRequest>,
    ) -> Result<Response<LapseAttributionResponse>, Status> {
        on_demand!(self, request, LapseAttributionResponse)
    }

    async fn sign_lease(&self, request: Request<SignLeaseRequest>) -> Result<Response<SignLeaseResponse>, Status> {
        on_demand!(self, request, SignLeaseResponse)
    }

    async fn renounce_demand(
        &self,
        request: Request<RenounceDemandRequest>,
    ) -> Result<Response<RenounceDemandResponse>, Status> {
        on_demand!(self, request, RenounceDemandResponse)
    }

    async fn get_demand(&self, request: Request<GetDemandRequest>) -> Result<Response<GetDemandResponse>, Status> {
        let actor = caller::of(request.extensions())?;
        let mut edge = Edge::default();
        let number = edge.number(&request.get_ref().number);
        let number = edge.finish(number)?;
        let seen = self.register.demand(number, Viewer::Agent(&actor)).await.map_err(Refusal::from)?;
        let demand = self.written(number, &seen).await?;
        Ok(Response::new(GetDemandResponse { demand: Some(demand) }))
    }

    async fn get_demand_at_desk(
        &self,
        request: Request<GetDemandAtDeskRequest>,
    ) -> Result<Response<GetDemandAtDeskResponse>, Status> {
        let actor = caller::of(request.extensions())?;
        let GetDemandAtDeskRequest { number, birth_date } = request.into_inner();
        let mut edge = Edge::default();
        let (number, born) = (edge.number(&number), edge.date("birth_date", &birth_date));
        let (number, born) = edge.finish(number.zip(born))?;
        let seen = self.register.demand_at_desk(number, born, &actor).await.map_err(Refusal::from)?;
        let demand = self.written(number, &seen).await?;
        Ok(Response::new(GetDemandAtDeskResponse { demand: Some(demand) }))
    }

    async fn find_by_identity(
        &self,
        request: Request<FindByIdentityRequest>,
    ) -> Result<Response<FindByIdentityResponse>, Status> {
        let actor = caller::of(request.extensions())?;
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
