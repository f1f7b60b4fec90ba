//! Every act on an existing demand, read from its request: one row of the table an act.

use demand::Act;
use demand::reinstatement::ReinstatementDraft;
use nomenclature::Actor;
use prost::{DecodeError, Message as _};
use proto::v1;

use super::act::{self, Head, Read};
use super::{Edge, follow_up, form, separation};

/// A request for an act on an existing demand.
pub trait OnDemand {
    /// Reads it.
    fn read(self, actor: Actor) -> Read;
}

/// Reads the bytes of one kind of request.
pub type FromBytes = fn(&[u8], Actor) -> Result<Read, DecodeError>;

macro_rules! acts {
    ($($request:ident |$message:ident, $edge:ident| from $channel:expr => $act:expr;)+) => {
        $(impl OnDemand for v1::$request {
            fn read(self, actor: Actor) -> Read {
                let $message = self;
                let (request_id, number, etag) =
                    ($message.request_id.clone(), $message.number.clone(), $message.etag.clone());
                let head = Head { request_id: &request_id, number: &number, etag: &etag, channel: $channel };
                act::on_demand(&head, actor, |$edge: &mut Edge| $act)
            }
        })+

        /// Every request for an act by its name, with what reads its bytes; the registration is the first one.
        pub const REQUESTS: &[(&str, FromBytes)] = &[
            ("RegisterDemandRequest", |bytes, actor| {
                Ok(act::register(v1::RegisterDemandRequest::decode(bytes)?, actor))
            }),
            $((stringify!($request), |bytes, actor| Ok(v1::$request::decode(bytes)?.read(actor))),)+
        ];
    };
}

acts! {
    ModifyDemandRequest |message, edge| from message.channel => {
        let origin = act::origin(edge, message.origin, message.piece_id);
        Act::Modify { origin, form: Box::new(form::read(message.form)) }
    };
    RenewDemandRequest |message, _edge| from message.channel => {
        Act::Renew { form: Box::new(form::read(message.form)) }
    };
    AddPieceRequest |message, edge| from message.channel => {
        Act::AddPiece(act::stored_piece(edge, message.piece.unwrap_or_default(), message.deposit_id))
    };
    RecordAttributionRequest |message, _edge| from act::AT_A_DESK => {
        Act::Attribute(act::attribution(message.attribution.unwrap_or_default()))
    };
    RefuseAttributionRequest |message, _edge| from act::AT_A_DESK => {
        Act::RefuseAttribution { refused_on: message.refused_on }
    };
    LapseAttributionRequest |message, _edge| from act::AT_A_DESK => {
        Act::LapseAttribution { lapsed_on: message.lapsed_on }
    };
    SignLeaseRequest |message, _edge| from act::AT_A_DESK => {
        Act::SignLease(act::lease(message.lease.unwrap_or_default(), message.form))
    };
    RenounceDemandRequest |message, edge| from message.channel => {
        Act::Renounce(act::renunciation(edge, message.renunciation.unwrap_or_default()))
    };
    ListRenewalNoticeRequest |message, _edge| from act::AT_A_DESK => Act::ListNotice {};
    RecordNoticeSentRequest |message, edge| from act::AT_A_DESK => {
        Act::RecordNoticeSent(act::notice_sent(edge, message.notice.unwrap_or_default()))
    };
    RecordNoticeReturnedRequest |message, _edge| from act::AT_A_DESK => {
        Act::RecordNoticeReturned { returned_on: message.returned_on }
    };
    RadiateNotRenewedRequest |message, _edge| from act::AT_A_DESK => Act::RadiateNotRenewed {};
    RecordWarningRequest |message, edge| from act::AT_A_DESK => {
        Act::RecordWarning(act::warning(edge, message.warning.unwrap_or_default()))
    };
    RecordAnswerRequest |message, _edge| from act::AT_A_DESK => {
        Act::RecordAnswer { received_on: message.received_on }
    };
    RadiateNoAnswerRequest |message, _edge| from act::AT_A_DESK => Act::RadiateNoAnswer {};
    RecordInadmissibilityRequest |message, _edge| from act::AT_A_DESK => {
        Act::RecordInadmissibility(act::inadmissibility(message.inadmissibility.unwrap_or_default()))
    };
    RadiateInadmissibleRequest |message, _edge| from act::AT_A_DESK => Act::RadiateInadmissible {};
    ReinstateDemandRequest |message, _edge| from message.channel => {
        let form = Box::new(form::read(message.form));
        Act::Reinstate(ReinstatementDraft { answered_on: message.answered_on, form })
    };
    IssueCertificateRequest |message, edge| from act::AT_A_DESK => {
        Act::IssueCertificate(follow_up::certificate(edge, message.certificate.unwrap_or_default()))
    };
    ReportLeaseRequest |message, _edge| from act::AT_A_DESK => {
        Act::ReportLease(follow_up::lease_report(message.lease.unwrap_or_default()))
    };
    WithdrawLeaseReportRequest |message, _edge| from act::AT_A_DESK => Act::WithdrawLeaseReport {};
    DepositPieceRequest |message, _edge| from act::AT_A_DESK => {
        Act::DepositPiece(follow_up::deposit(message.deposit.unwrap_or_default()))
    };
    SetDepositAsideRequest |message, edge| from act::AT_A_DESK => {
        follow_up::set_aside(edge, &message.deposit_id, message.reason)
    };
    RecordDaloSeisinRequest |message, _edge| from act::AT_A_DESK => {
        Act::SeiseDalo(follow_up::seisin(message.seisin.unwrap_or_default()))
    };
    RecordDaloDecisionRequest |message, edge| from act::AT_A_DESK => {
        Act::DecideDalo(follow_up::decision(edge, message.decision.unwrap_or_default()))
    };
    RecordDaloRehousingRequest |message, _edge| from act::AT_A_DESK => {
        Act::RehouseDalo { rehoused_on: message.rehoused_on }
    };
    EndDaloRequest |message, _edge| from act::AT_A_DESK => Act::EndDalo { ended_on: message.ended_on };
    SeparateDemandRequest |message, edge| from message.channel => {
        Act::Separate(separation::separation(edge, message))
    };
    DropCoApplicantRequest |message, edge| from message.channel => {
        Act::DropCoApplicant(separation::drop(edge, message))
    };
}
