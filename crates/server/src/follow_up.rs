//! `FollowUpService`: what becomes of a demand once it is in the register.

use demand::Act;
use demand::reinstatement::ReinstatementDraft;
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
use crate::convert::{act, follow_up, form};

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

    async fn record_warning(
        &self,
        request: Request<RecordWarningRequest>,
    ) -> Result<Response<RecordWarningResponse>, Status> {
        on_demand!(self, request, RecordWarningResponse, |message, edge| from act::AT_A_DESK, {
            Act::RecordWarning(act::warning(edge, message.warning.unwrap_or_default()))
        })
    }

    async fn record_answer(
        &self,
        request: Request<RecordAnswerRequest>,
    ) -> Result<Response<RecordAnswerResponse>, Status> {
        on_demand!(self, request, RecordAnswerResponse, |message, _edge| from act::AT_A_DESK, {
            Act::RecordAnswer { received_on: message.received_on }
        })
    }

    async fn radiate_no_answer(
        &self,
        request: Request<RadiateNoAnswerRequest>,
    ) -> Result<Response<RadiateNoAnswerResponse>, Status> {
        on_demand!(self, request, RadiateNoAnswerResponse, |message, _edge| from act::AT_A_DESK, {
            Act::RadiateNoAnswer {}
        })
    }

    async fn record_inadmissibility(
        &self,
        request: Request<RecordInadmissibilityRequest>,
    ) -> Result<Response<RecordInadmissibilityResponse>, Status> {
        on_demand!(self, request, RecordInadmissibilityResponse, |message, _edge| from act::AT_A_DESK, {
            Act::RecordInadmissibility(act::inadmissibility(message.inadmissibility.unwrap_or_default()))
        })
    }

    async fn radiate_inadmissible(
        &self,
        request: Request<RadiateInadmissibleRequest>,
    ) -> Result<Response<RadiateInadmissibleResponse>, Status> {
        on_demand!(self, request, RadiateInadmissibleResponse, |message, _edge| from act::AT_A_DESK, {
            Act::RadiateInadmissible {}
        })
    }

    async fn reinstate_demand(
        &self,
        request: Request<ReinstateDemandRequest>,
    ) -> Result<Response<ReinstateDemandResponse>, Status> {
        on_demand!(self, request, ReinstateDemandResponse, |message, _edge| from message.channel, {
            Act::Reinstate(ReinstatementDraft {
                answered_on: message.answered_on,
                form: Box::new(form::read(message.form)),
            })
        })
    }

    async fn issue_certificate(
        &self,
        request: Request<IssueCertificateRequest>,
    ) -> Result<Response<IssueCertificateResponse>, Status> {
        on_demand!(self, request, IssueCertificateResponse, |message, edge| from act::AT_A_DESK, {
            Act::IssueCertificate(follow_up::certificate(edge, message.certificate.unwrap_or_default()))
        })
    }

    async fn report_lease(
        &self,
        request: Request<ReportLeaseRequest>,
    ) -> Result<Response<ReportLeaseResponse>, Status> {
        on_demand!(self, request, ReportLeaseResponse, |message, _edge| from act::AT_A_DESK, {
            Act::ReportLease(follow_up::lease_report(message.lease.unwrap_or_default()))
        })
    }

    async fn withdraw_lease_report(
        &self,
        request: Request<WithdrawLeaseReportRequest>,
    ) -> Result<Response<WithdrawLeaseReportResponse>, Status> {
        on_demand!(self, request, WithdrawLeaseReportResponse, |message, _edge| from act::AT_A_DESK, {
            Act::WithdrawLeaseReport {}
        })
    }

    async fn deposit_piece(
        &self,
        request: Request<DepositPieceRequest>,
    ) -> Result<Response<DepositPieceResponse>, Status> {
        on_demand!(self, request, DepositPieceResponse, |message, _edge| from act::AT_A_DESK, {
            Act::DepositPiece(follow_up::deposit(message.deposit.unwrap_or_default()))
        })
    }

    async fn set_deposit_aside(
        &self,
        request: Request<SetDepositAsideRequest>,
    ) -> Result<Response<SetDepositAsideResponse>, Status> {
        on_demand!(self, request, SetDepositAsideResponse, |message, edge| from act::AT_A_DESK, {
            follow_up::set_aside(edge, &message.deposit_id, message.reason)
        })
    }
}
