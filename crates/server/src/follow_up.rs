//! `FollowUpService`: what becomes of a demand once it is in the register.

use demand::Act;
use demand::reinstatement::ReinstatementDraft;
use proto::v1::follow_up_service_server::FollowUpService;
use proto::v1::{
    ListRenewalNoticeRequest, ListRenewalNoticeResponse, RadiateNotRenewedRequest, RadiateNotRenewedResponse,
    RecordNoticeReturnedRequest, RecordNoticeReturnedResponse, RecordNoticeSentRequest, RecordNoticeSentResponse,
    ReinstateDemandRequest, ReinstateDemandResponse,
};
use tonic::{Request, Response, Status};

use crate::acts::{Acts, on_demand};
use crate::convert::{act, form};

/// The service.
pub struct FollowUp {
    acts: Acts,
}

impl FollowUp {
    /// `acts` is where what it reads goes.
    pub fn new(acts: Acts) -> Self {
        Self { acts }
    }
}

#[tonic::async_trait]
impl FollowUpService for FollowUp {
    async fn list_renewal_notice(
        &self,
        request: Request<ListRenewalNoticeRequest>,
    ) -> Result<Response<ListRenewalNoticeResponse>, Status> {
        on_demand!(self, request, ListRenewalNoticeResponse, |message, _edge| from act::AT_A_DESK, Act::ListNotice {})
    }

    async fn record_notice_sent(
        &self,
        request: Request<RecordNoticeSentRequest>,
    ) -> Result<Response<RecordNoticeSentResponse>, Status> {
        on_demand!(self, request, RecordNoticeSentResponse, |message, edge| from act::AT_A_DESK, {
            Act::RecordNoticeSent(act::notice_sent(edge, message.notice.unwrap_or_default()))
        })
    }

    async fn record_notice_returned(
        &self,
        request: Request<RecordNoticeReturnedRequest>,
    ) -> Result<Response<RecordNoticeReturnedResponse>, Status> {
        on_demand!(self, request, RecordNoticeReturnedResponse, |message, _edge| from act::AT_A_DESK, {
            Act::RecordNoticeReturned { returned_on: message.returned_on }
        })
    }

    async fn radiate_not_renewed(
        &self,
        request: Request<RadiateNotRenewedRequest>,
    ) -> Result<Response<RadiateNotRenewedResponse>, Status> {
        on_demand!(self, request, RadiateNotRenewedResponse, |message, _edge| from act::AT_A_DESK, {
            Act::RadiateNotRenewed {}
        })
    }

    async fn reinstate_demand(
        &self,
        request: Request<ReinstateDemandRequest>,
    ) -> Result<Response<ReinstateDemandResponse>, Status> {
        on_demand!(self, request, ReinstateDemandResponse, |message, _edge| from message.channel, {
            Act::Reinstate(ReinstatementDraft { form: Box::new(form::read(message.form)) })
        })
    }
}
