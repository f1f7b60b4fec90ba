//! `InfocentreService`: monthly figures, for whoever may read statistics. Rights first, then the question.

use access::ReadStatistics;
use event_log::Position;
use infocentre::{AsKnown, Infocentre};
use proto::v1::infocentre_service_server::InfocentreService;
use proto::v1::{
    CompareFiguresRequest, CompareFiguresResponse, GetSeriesRequest, GetSeriesResponse, GetTableRequest,
    GetTableResponse,
};
use register::{Register, Viewer};
use tonic::{Extensions, Request, Response, Status};

use crate::caller;
use crate::convert::infocentre as written;
use crate::deadline;
use crate::shown::Statistics;
use crate::status::Refusal;

/// The service.
pub struct Figures {
    register: Register,
    infocentre: Statistics,
}

impl Figures {
    pub fn new(register: Register, infocentre: Statistics) -> Self {
        Self { register, infocentre }
    }

    /// What answers whoever calls, when he may ask.
    async fn asked(&self, extensions: &Extensions) -> Result<&Infocentre, Refusal> {
        let actor = caller::of(extensions)?;
        Ok(self.infocentre.read(&self.register.permit(Viewer::Agent(&actor), ReadStatistics).await?))
    }
}

#[tonic::async_trait]
impl InfocentreService for Figures {
    async fn get_series(&self, request: Request<GetSeriesRequest>) -> Result<Response<GetSeriesResponse>, Status> {
        let infocentre = self.asked(request.extensions()).await?;
        let until = deadline::of(request.extensions());
        let asked = written::series(request.into_inner(), self.register.clock().today())?;
        let as_known = as_known(asked.at, until);
        let what = (asked.place, asked.kinds);
        let answer = infocentre.series(&asked.measures, what, asked.months, as_known).await;
        Ok(Response::new(written::write_series(answer.map_err(Refusal::from)?)))
    }

    async fn get_table(&self, request: Request<GetTableRequest>) -> Result<Response<GetTableResponse>, Status> {
        let infocentre = self.asked(request.extensions()).await?;
        let until = deadline::of(request.extensions());
        let asked = written::table(request.into_inner(), self.register.clock().today())?;
        let as_known = as_known(asked.at, until);
        let answer = infocentre.table(asked.measure, asked.dimension, (asked.cell, asked.kinds), as_known).await;
        Ok(Response::new(written::write_table(answer.map_err(Refusal::from)?)))
    }

    async fn compare_figures(
        &self,
        request: Request<CompareFiguresRequest>,
    ) -> Result<Response<CompareFiguresResponse>, Status> {
        let infocentre = self.asked(request.extensions()).await?;
        let until = deadline::of(request.extensions());
        let asked = written::comparison(request.into_inner(), self.register.clock().today())?;
        let as_known = as_known(asked.at, until);
        let answer = infocentre.compare(asked.measure, asked.kinds, asked.cells, as_known).await;
        Ok(Response::new(written::write_comparison(answer.map_err(Refusal::from)?)))
    }
}

/// As of when, and how long the view may be waited for.
fn as_known((at_least, position): (Position, Option<Position>), until: tokio::time::Instant) -> AsKnown {
    AsKnown { at_least: deadline::at_least(at_least, until), position }
}
