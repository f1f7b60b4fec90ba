//! `TerritoryService`: the delays and parameters of the territory of the caller's desk.

use demand::territory::{AbnormalDelayDraft, Act, SettingDraft, WithdrawalDraft};
use proto::v1::territory_service_server::TerritoryService;
use proto::v1::{
    ChangeSettingRequest, ChangeSettingResponse, EndAbnormalDelayRequest, EndAbnormalDelayResponse, GetSettingsRequest,
    GetSettingsResponse, SetAbnormalDelayRequest, SetAbnormalDelayResponse, TerritoryAnswer, WithdrawSettingRequest,
    WithdrawSettingResponse,
};
use register::{Register, TerritoryRequest, Viewer};
use tonic::{Extensions, Request, Response, Status};

use crate::acts::Acts;
use crate::caller;
use crate::convert::{Edge, territory as written};
use crate::status::Refusal;

/// The service.
pub struct Territory {
    register: Register,
    acts: Acts,
}

impl Territory {
    /// `acts` is where what it reads goes.
    pub fn new(register: Register, acts: Acts) -> Self {
        Self { register, acts }
    }

    /// Sends an act on its way, or back with everything that is wrong with it. Whoever may not do it hears so first.
    async fn decide(
        &self,
        extensions: &Extensions,
        (request_id, etag): (&str, &str),
        act: Act,
    ) -> Result<Option<TerritoryAnswer>, Refusal> {
        let actor = caller::of(extensions)?;
        let mut edge = Edge::default();
        let command_id = edge.request_id(request_id).unwrap_or_default();
        let expected_version = if etag.is_empty() { None } else { edge.etag(etag) };
        let request = TerritoryRequest { command_id, actor, expected_version, act };
        if !edge.found.is_empty() {
            edge.found.extend(self.register.territory_violations(&request).await?);
            return Err(Refusal::invalid(edge.found));
        }
        Ok(Some(written::answer(&self.acts.decide(request).await?)))
    }
}

#[tonic::async_trait]
impl TerritoryService for Territory {
    async fn get_settings(
        &self,
        request: Request<GetSettingsRequest>,
    ) -> Result<Response<GetSettingsResponse>, Status> {
        let actor = caller::of(request.extensions())?;
        let mut edge = Edge::default();
        let day = match &request.get_ref().day {
            None => Some(None),
            Some(text) => edge.date("day", text).map(Some),
        };
        let day = edge.finish(day)?;
        let sheet = self.register.territory(Viewer::Agent(&actor), None, day).await.map_err(Refusal::from)?;
        Ok(Response::new(written::sheet(&sheet)))
    }

    async fn change_setting(
        &self,
        request: Request<ChangeSettingRequest>,
    ) -> Result<Response<ChangeSettingResponse>, Status> {
        let (_, extensions, message) = request.into_parts();
        let ChangeSettingRequest { request_id, etag, name, value, valid_from, note } = message;
        let draft = SettingDraft { name: Some(name), value: value.map(i64::from), valid_from: Some(valid_from), note };
        let answer = self.decide(&extensions, (&request_id, &etag), Act::ChangeSetting(draft)).await?;
        Ok(Response::new(ChangeSettingResponse { answer }))
    }

    async fn withdraw_setting(
        &self,
        request: Request<WithdrawSettingRequest>,
    ) -> Result<Response<WithdrawSettingResponse>, Status> {
        let (_, extensions, message) = request.into_parts();
        let WithdrawSettingRequest { request_id, etag, name, valid_from } = message;
        let draft = WithdrawalDraft { name: Some(name), valid_from: Some(valid_from) };
        let answer = self.decide(&extensions, (&request_id, &etag), Act::WithdrawSetting(draft)).await?;
        Ok(Response::new(WithdrawSettingResponse { answer }))
    }

    async fn set_abnormal_delay(
        &self,
        request: Request<SetAbnormalDelayRequest>,
    ) -> Result<Response<SetAbnormalDelayResponse>, Status> {
        let (_, extensions, message) = request.into_parts();
        let SetAbnormalDelayRequest { request_id, etag, commune, dwelling_type, months, valid_from, reference } =
            message;
        let draft = AbnormalDelayDraft {
            commune,
            dwelling_type,
            months: months.map(i64::from),
            valid_from: Some(valid_from),
            reference: Some(reference),
        };
        let answer = self.decide(&extensions, (&request_id, &etag), Act::SetAbnormalDelay(draft)).await?;
        Ok(Response::new(SetAbnormalDelayResponse { answer }))
    }

    async fn end_abnormal_delay(
        &self,
        request: Request<EndAbnormalDelayRequest>,
    ) -> Result<Response<EndAbnormalDelayResponse>, Status> {
        let (_, extensions, message) = request.into_parts();
        let EndAbnormalDelayRequest { request_id, etag, commune, dwelling_type, valid_from, reference } = message;
        let draft = AbnormalDelayDraft {
            commune,
            dwelling_type,
            months: None,
            valid_from: Some(valid_from),
            reference: Some(reference),
        };
        let answer = self.decide(&extensions, (&request_id, &etag), Act::EndAbnormalDelay(draft)).await?;
        Ok(Response::new(EndAbnormalDelayResponse { answer }))
    }
}
