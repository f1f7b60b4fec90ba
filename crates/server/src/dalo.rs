//! `DaloService`: what becomes of a claim to housing (L441-2-3), as the State's service records it.

use proto::v1::dalo_service_server::DaloService;
use proto::v1::{
    EndDaloRequest, EndDaloResponse, RecordDaloDecisionRequest, RecordDaloDecisionResponse, RecordDaloRehousingRequest,
    RecordDaloRehousingResponse, RecordDaloSeisinRequest, RecordDaloSeisinResponse,
};
use tonic::{Request, Response, Status};

use crate::acts::{Acts, on_demand};

/// The service.
pub struct Dalo {
    acts: Acts,
}

impl Dalo {
    /// `acts` is where what it reads goes.
    pub fn new(acts: Acts) -> Self {
        Self { acts }
    }
}

#[tonic::async_trait]
impl DaloService for Dalo {
    async fn record_dalo_seisin(
        &self,
        request: Request<RecordDaloSeisinRequest>,
    ) -> Result<Response<RecordDaloSeisinResponse>, Status> {
        on_demand!(self, request, RecordDaloSeisinResponse)
    }

    async fn record_dalo_decision(
        &self,
        request: Request<RecordDaloDecisionRequest>,
    ) -> Result<Response<RecordDaloDecisionResponse>, Status> {
        on_demand!(self, request, RecordDaloDecisionResponse)
    }

    async fn record_dalo_rehousing(
        &self,
        request: Request<RecordDaloRehousingRequest>,
    ) -> Result<Response<RecordDaloRehousingResponse>, Status> {
        on_demand!(self, request, RecordDaloRehousingResponse)
    }

    async fn end_dalo(&self, request: Request<EndDaloRequest>) -> Result<Response<EndDaloResponse>, Status> {
        on_demand!(self, request, EndDaloResponse)
    }
}
