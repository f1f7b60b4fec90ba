//! `FollowUpService`: what becomes of a demand once it is in the register.

use proto::v1::follow_up_service_server::FollowUpService;
use proto::v1::{
    DepositPieceRequest, DepositPieceResponse, IssueCertificateRequest, IssueCertificateResponse,
    ListRenewalNoticeRequest, ListRenewalNoticeResponse, RadiateInadmissibleRequest, RadiateInadmissibleResponse,
    RadiateNoAnswerRequest, RadiateNoAnswerResponse, RadiateNotRenewedRequest, RadiateNotRenewedResponse,
    RecordAnswerRequest, RecordAnswerResponse, RecordInadmissibilityRequest, RecordInadmissibilityResponse,
    RecordNoticeReturnedRequest, RecordNoticeReturnedResponse, RecordNoticeSentRequest, RecordNoticeSentResponse,
    RecordWarningRequest, RecordWarningResponse, ReinstateDemandRequest, ReinstateDemandResponse, ReportLeaseRequest,
    ReportLeaseResponse, SetDepositAsideRequest, SetDepositAsideResponse, WithdrawLeaseReportRequest,
    WithdrawLeaseReportResponse,
};
use tonic::{Request, Response, Status};

use crate::acts::{Acts, on_demand};

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
        on_demand!(self, request, ListRenewalNoticeResponse)
    }

    async fn record_notice_sent(
        &self,
        request: Request<RecordNoticeSentRequest>,
    ) -> Result<Response<RecordNoticeSentResponse>, Status> {
        on_demand!(self, request, RecordNoticeSentResponse)
    }

    async fn record_notice_returned(
        &self,
        request: Request<RecordNoticeReturnedRequest>,
    ) -> Result<Response<RecordNoticeReturnedResponse>, Status> {
        on_demand!(self, request, RecordNoticeReturnedResponse)
    }

    async fn radiate_not_renewed(
        &self,
        request: Request<RadiateNotRenewedRequest>,
    ) -> Result<Response<RadiateNotRenewedResponse>, Status> {
        on_demand!(self, request, RadiateNotRenewedResponse)
    }

    async fn record_warning(
        &self,
        request: Request<RecordWarningRequest>,
    ) -> Result<Response<RecordWarningResponse>, Status> {
        on_demand!(self, request, RecordWarningResponse)
    }

    async fn record_answer(
        &self,
        request: Request<RecordAnswerRequest>,
    ) -> Result<Response<RecordAnswerResponse>, Status> {
        on_demand!(self, request, RecordAnswerResponse)
    }

    async fn radiate_no_answer(
        &self,
        request: Request<RadiateNoAnswerRequest>,
    ) -> Result<Response<RadiateNoAnswerResponse>, Status> {
        on_demand!(self, request, RadiateNoAnswerResponse)
    }

    async fn record_inadmissibility(
        &self,
        request: Request<RecordInadmissibilityRequest>,
    ) -> Result<Response<RecordInadmissibilityResponse>, Status> {
        on_demand!(self, request, RecordInadmissibilityResponse)
    }

    async fn radiate_inadmissible(
        &self,
        request: Request<RadiateInadmissibleRequest>,
    ) -> Result<Response<RadiateInadmissibleResponse>, Status> {
        on_demand!(self, request, RadiateInadmissibleResponse)
    }

    async fn reinstate_demand(
        &self,
        request: Request<ReinstateDemandRequest>,
    ) -> Result<Response<ReinstateDemandResponse>, Status> {
        on_demand!(self, request, ReinstateDemandResponse)
    }

    async fn issue_certificate(
        &self,
        request: Request<IssueCertificateRequest>,
    ) -> Result<Response<IssueCertificateResponse>, Status> {
        on_demand!(self, request, IssueCertificateResponse)
    }

    async fn report_lease(
        &self,
        request: Request<ReportLeaseRequest>,
    ) -> Result<Response<ReportLeaseResponse>, Status> {
        on_demand!(self, request, ReportLeaseResponse)
    }

    async fn withdraw_lease_report(
        &self,
        request: Request<WithdrawLeaseReportRequest>,
    ) -> Result<Response<WithdrawLeaseReportResponse>, Status> {
        on_demand!(self, request, WithdrawLeaseReportResponse)
    }

    async fn deposit_piece(
        &self,
        request: Request<DepositPieceRequest>,
    ) -> Result<Response<DepositPieceResponse>, Status> {
        on_demand!(self, request, DepositPieceResponse)
    }

    async fn set_deposit_aside(
        &self,
        request: Request<SetDepositAsideRequest>,
    ) -> Result<Response<SetDepositAsideResponse>, Status> {
        on_demand!(self, request, SetDepositAsideResponse)
    }
}
