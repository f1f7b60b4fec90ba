//! `SeparationService`: a co-applicant leaves a joint demand.

use proto::v1::separation_service_server::SeparationService;
use proto::v1::{DropCoApplicantRequest, DropCoApplicantResponse, SeparateDemandRequest, SeparateDemandResponse};
use tonic::{Request, Response, Status};

use crate::acts::{Acts, on_demand};

/// The service.
pub struct Separations {
    acts: Acts,
}

impl Separations {
    /// `acts` is where what it reads goes.
    pub fn new(acts: Acts) -> Self {
        Self { acts }
    }
}

#[tonic::async_trait]
impl SeparationService for Separations {
    async fn separate_demand(
        &self,
        request: Request<SeparateDemandRequest>,
    ) -> Result<Response<SeparateDemandResponse>, Status> {
        on_demand!(self, request, SeparateDemandResponse)
    }

    async fn drop_co_applicant(
        &self,
        request: Request<DropCoApplicantRequest>,
    ) -> Result<Response<DropCoApplicantResponse>, Status> {
        on_demand!(self, request, DropCoApplicantResponse)
    }
}
