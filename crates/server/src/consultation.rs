//! `ConsultationService`: who looked at nominative data, for those who watch over it and for those whom it is of.

use access::ReadOwnConsultations;
use demand::FieldReason;
use nomenclature::Actor;
use proto::v1::consultation_service_server::ConsultationService;
use proto::v1::{
    self, ListConsultationsRequest, ListConsultationsResponse, ListOwnConsultationsRequest,
    ListOwnConsultationsResponse,
};
use register::{Consulted, ConsultedBy, LookKind, OwnConsultation, Register, Viewer};
use tonic::{Request, Response, Status};
use uuid::Uuid;

use crate::caller;
use crate::convert::Edge;
use crate::convert::answer::instant;
use crate::keys::Keys;
use crate::page_token::{self, Asked, Place};
use crate::status::Refusal;

/// The service.
pub struct Consultations {
    register: Register,
    keys: Keys,
}

impl Consultations {
    pub fn new(register: Register, keys: Keys) -> Self {
        Self { register, keys }
    }
}

impl Place for Uuid {
    fn written(&self) -> String {
        self.to_string()
    }

    fn read(text: &str) -> Option<Self> {
        Self::try_parse(text).ok()
    }
}

#[tonic::async_trait]
impl ConsultationService for Consultations {
    async fn list_consultations(
        &self,
        request: Request<ListConsultationsRequest>,
    ) -> Result<Response<ListConsultationsResponse>, Status> {
        let reader = caller::of(request.extensions())?;
        let ListConsultationsRequest { number, actor, page_size, page_token } = request.into_inner();
        let mut edge = Edge::default();
        let by = asked(&mut edge, &number, &actor);
        let limit = edge.page_size(page_size);
        let by = edge.finish(by)?;
        let territory = self.register.readable_record(&reader, &by).await.map_err(Refusal::from)?;
        let secrets = self.keys.0.secrets();
        let organisation = reader.organisation_code();
        let parts = ["consultations", organisation, territory.as_str(), &number, &actor];
        let seal = Asked::of(&parts.map(str::as_bytes));
        let after = page_token::read(secrets, &page_token, &seal)?;
        let page = self.register.consultations(&reader, by, after, limit).await.map_err(Refusal::from)?;
        let next_page_token = page_token::next(secrets, page.next, &seal)?;
        Ok(Response::new(ListConsultationsResponse {
            consultations: page.entries.into_iter().map(write).collect(),
            next_page_token,
        }))
    }

    async fn list_own_consultations(
        &self,
        request: Request<ListOwnConsultationsRequest>,
    ) -> Result<Response<ListOwnConsultationsResponse>, Status> {
        let applicant = caller::of(request.extensions())?;
        let ListOwnConsultationsRequest { number: text, page_size, page_token } = request.into_inner();
        let mut edge = Edge::default();
        let number = edge.number(&text);
        let limit = edge.page_size(page_size);
        let number = edge.finish(number)?;
        // Whose token it is, nobody else is told.
        let right = self.register.permit(Viewer::Agent(&applicant), ReadOwnConsultations(number)).await;
        let _permitted = right.map_err(Refusal::from)?;
        let secrets = self.keys.0.secrets();
        let seal = Asked::of(&[b"own consultations", text.as_bytes()]);
        let after = page_token::read(secrets, &page_token, &seal)?;
        let page = self.register.own_consultations(&applicant, number, after, limit).await.map_err(Refusal::from)?;
        let next_page_token = page_token::next(secrets, page.next, &seal)?;
        Ok(Response::new(ListOwnConsultationsResponse {
            consultations: page.looks.into_iter().map(own).collect(),
            next_page_token,
        }))
    }
}

/// A demand or somebody, and not both.
fn asked(edge: &mut Edge, number: &str, actor: &str) -> Option<ConsultedBy> {
    match (number, actor) {
        ("", "") => {
            edge.fault("number", FieldReason::Missing);
            None
        }
        (_, "") => edge.number(number).map(ConsultedBy::Demand),
        ("", _) => edge.code("actor", actor, |text| Actor::parse(text).ok()).map(ConsultedBy::Actor),
        _ => {
            edge.fault("actor", FieldReason::Inconsistent);
            None
        }
    }
}

fn write(entry: Consulted) -> v1::Consultation {
    let demand = |(number, version): (nomenclature::UniqueNumber, u32)| v1::ConsultedDemand {
        number: number.to_string(),
        version,
    };
    v1::Consultation {
        consulted_at: Some(instant(entry.at)),
        actor: entry.actor.to_string(),
        kind: kind(entry.kind).into(),
        purpose: entry.purpose,
        demands: entry.shown.into_iter().map(demand).collect(),
        question: entry.question.unwrap_or_default(),
        position: entry.position.map(event_log::Position::get),
    }
}

fn own(look: OwnConsultation) -> v1::OwnConsultation {
    let OwnConsultation { on, organisation, organisation_name, purpose } = look;
    v1::OwnConsultation {
        consulted_on: on.to_string(),
        siren: organisation.map(|siren| siren.to_string()),
        organisation: organisation_name,
        purpose,
    }
}

fn kind(kind: LookKind) -> v1::ConsultationKind {
    use v1::ConsultationKind as K;
    match kind {
        LookKind::Demand => K::Demand,
        LookKind::History => K::History,
        LookKind::Shared => K::Shared,
        LookKind::Search => K::Search,
        LookKind::Identity => K::Identity,
        LookKind::Elsewhere => K::Elsewhere,
        LookKind::Replay => K::Replay,
        LookKind::Log => K::Log,
        LookKind::Notices => K::Notices,
        LookKind::Record => K::Record,
        LookKind::Duplicate => K::Duplicate,
        LookKind::Rights => K::Rights,
    }
}
