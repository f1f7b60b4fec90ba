//! `AdministrationService`: who takes part, and with what rights.

use access::agent::Person;
use access::agent::command::EnterAgent;
use demand::FieldReason;
use proto::v1::administration_service_server::AdministrationService;
use proto::v1::{
    AdministerAgentRequest, AdministerAgentResponse, AdministerOrganisationRequest, AdministerOrganisationResponse,
    AdministrationAnswer, EnterAgentRequest, EnterAgentResponse, ListAlertsRequest, ListAlertsResponse,
    ListReadersRequest, ListReadersResponse, ListRightsRequest, ListRightsResponse, ListSuspensionsRequest,
    ListSuspensionsResponse,
};
use register::{AdministrationAct, AdministrationRequest, Register, RightsQuery, Viewer};
use tonic::{Extensions, Request, Response, Status};

use crate::acts::Acts;
use crate::caller;
use crate::convert::{Edge, administration as written};
use crate::keys::Keys;
use crate::page_token::{self, Asked};
use crate::status::Refusal;

/// The service.
pub struct Administration {
    register: Register,
    acts: Acts,
    keys: Keys,
}

impl Administration {
    /// `acts` is where what it reads goes; `keys` seal where a list goes on.
    pub fn new(register: Register, acts: Acts, keys: Keys) -> Self {
        Self { register, acts, keys }
    }

    async fn administer(
        &self,
        extensions: &Extensions,
        request_id: &str,
        read: impl FnOnce(&mut Edge) -> Option<AdministrationAct>,
    ) -> Result<Option<AdministrationAnswer>, Refusal> {
        let actor = caller::of(extensions)?;
        let mut edge = Edge::default();
        let command_id = edge.request_id(request_id);
        let act = read(&mut edge);
        let (command_id, act) = edge.finish(command_id.zip(act))?;
        Ok(Some(written::answer(&self.acts.administer(AdministrationRequest { command_id, actor, act }).await?)))
    }
}

#[tonic::async_trait]
impl AdministrationService for Administration {
    async fn administer_organisation(
        &self,
        request: Request<AdministerOrganisationRequest>,
    ) -> Result<Response<AdministerOrganisationResponse>, Status> {
        let (_, extensions, AdministerOrganisationRequest { request_id, siren, act }) = request.into_parts();
        let read = |edge: &mut Edge| written::on_organisation(edge, &siren, act);
        let answer = self.administer(&extensions, &request_id, read).await?;
        Ok(Response::new(AdministerOrganisationResponse { answer }))
    }

    async fn enter_agent(&self, request: Request<EnterAgentRequest>) -> Result<Response<EnterAgentResponse>, Status> {
        let (_, extensions, message) = request.into_parts();
        let EnterAgentRequest { request_id, siren, desk, name, email } = message;
        let read = |edge: &mut Edge| {
            let organisation = edge.siren("siren", &siren);
            let desk = edge.optional(desk.as_deref(), |edge, text| edge.desk("desk", text));
            let (organisation, desk) = (organisation?, desk?);
            Some(AdministrationAct::EnterAgent(EnterAgent { organisation, desk, person: Person { name, email } }))
        };
        let answer = self.administer(&extensions, &request_id, read).await?;
        Ok(Response::new(EnterAgentResponse { answer }))
    }

    async fn administer_agent(
        &self,
        request: Request<AdministerAgentRequest>,
    ) -> Result<Response<AdministerAgentResponse>, Status> {
        let (_, extensions, AdministerAgentRequest { request_id, agent, act }) = request.into_parts();
        let read = |edge: &mut Edge| written::on_agent(edge, &agent, act);
        let answer = self.administer(&extensions, &request_id, read).await?;
        Ok(Response::new(AdministerAgentResponse { answer }))
    }

    async fn list_rights(&self, request: Request<ListRightsRequest>) -> Result<Response<ListRightsResponse>, Status> {
        let actor = caller::of(request.extensions())?;
        let ListRightsRequest { within_days, page_size, page_token, unused_for_days } = request.into_inner();
        let mut edge = Edge::default();
        let agents = usize::from(edge.page_size(page_size));
        let mut days = |field: &str, days: Option<i32>| {
            days.map(u16::try_from).transpose().map_err(|_| edge.fault(field, FieldReason::OutOfRange)).ok()
        };
        let asked = days("within_days", within_days).zip(days("unused_for_days", unused_for_days));
        let (within, unused) = edge.finish(asked)?;
        let days = format!("{within:?} {unused:?}");
        let asked = Asked::of(&[b"rights", actor.organisation_code().as_bytes(), days.as_bytes()]);
        let secrets = self.keys.0.secrets();
        let after = page_token::read(secrets, &page_token, &asked)?;
        let query = RightsQuery { within, unused, after, agents };
        let page = self.register.rights_page(Viewer::Agent(&actor), query).await;
        let (lines, next) = page.map_err(Refusal::from)?;
        let next_page_token = page_token::next(secrets, next, &asked)?;
        Ok(Response::new(ListRightsResponse {
            rights: lines.into_iter().map(written::right).collect(),
            next_page_token,
        }))
    }

    async fn list_readers(
        &self,
        request: Request<ListReadersRequest>,
    ) -> Result<Response<ListReadersResponse>, Status> {
        let actor = caller::of(request.extensions())?;
        let mut edge = Edge::default();
        let number = edge.number(&request.get_ref().number);
        let number = edge.finish(number)?;
        let seers = self.register.seers(Viewer::Agent(&actor), number).await.map_err(Refusal::from)?;
        Ok(Response::new(ListReadersResponse { readers: seers.into_iter().map(written::reader).collect() }))
    }

    async fn list_alerts(&self, request: Request<ListAlertsRequest>) -> Result<Response<ListAlertsResponse>, Status> {
        let actor = caller::of(request.extensions())?;
        let ListAlertsRequest { page_size, page_token } = request.into_inner();
        let mut edge = Edge::default();
        let most = usize::from(edge.page_size(page_size));
        edge.finish(Some(()))?;
        let asked = Asked::of(&[b"alerts", actor.organisation_code().as_bytes()]);
        let secrets = self.keys.0.secrets();
        let after = page_token::read(secrets, &page_token, &asked)?;
        let page = self.register.alerts(Viewer::Agent(&actor), after, most).await;
        let (lines, next) = page.map_err(Refusal::from)?;
        let next_page_token = page_token::next(secrets, next, &asked)?;
        Ok(Response::new(ListAlertsResponse {
            alerts: lines.into_iter().map(written::alert).collect(),
            next_page_token,
        }))
    }

    async fn list_suspensions(
        &self,
        request: Request<ListSuspensionsRequest>,
    ) -> Result<Response<ListSuspensionsResponse>, Status> {
        let actor = caller::of(request.extensions())?;
        let ListSuspensionsRequest { page_size, page_token } = request.into_inner();
        let mut edge = Edge::default();
        let most = usize::from(edge.page_size(page_size));
        edge.finish(Some(()))?;
        let asked = Asked::of(&[b"suspensions", actor.organisation_code().as_bytes()]);
        let secrets = self.keys.0.secrets();
        let after = page_token::read(secrets, &page_token, &asked)?;
        let page = self.register.suspensions(Viewer::Agent(&actor), after, most).await;
        let (lines, next) = page.map_err(Refusal::from)?;
        let next_page_token = page_token::next(secrets, next, &asked)?;
        Ok(Response::new(ListSuspensionsResponse {
            suspensions: lines.into_iter().map(written::suspension).collect(),
            next_page_token,
        }))
    }
}
