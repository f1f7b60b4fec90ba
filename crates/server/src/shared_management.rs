//! `SharedManagementService`: the shared view, for those of its territory. Rights first, then the query, then the names.

use access::{Authorized, Purpose, ReadDemand};
use demand::claims::PersonKey;
use demand::spelling::fold;
use event_log::Position;
use nomenclature::{
    Actor, CommuneCode, DwellingType, PresentDwelling, Reason as DemandReason, Territories, Territory, UniqueNumber,
};
use proto::v1::shared_management_service_server::SharedManagementService;
use proto::v1::{
    GetSharedDemandRequest, GetSharedDemandResponse, ListDeadlinesRequest, ListDeadlinesResponse,
    ListDemandsElsewhereRequest, ListDemandsElsewhereResponse, ListLateRadiationsRequest, ListLateRadiationsResponse,
    ListSharedDemandsRequest, ListSharedDemandsResponse, PersonFilter,
};
use register::{Look, LookKind, Register};
use tonic::{Request, Response, Status};
use views::shared_management::{Query, SharedDemand};

use crate::caller;
use crate::convert::{Edge, deadlines as written, shared};
use crate::deadline::{self, at_least};
use crate::keys::Keys;
use crate::page_token::{self, Asked};
use crate::reason::Reason;
use crate::shown::{DeadlineLists, SharedView};
use crate::status::Refusal;

/// The service.
pub struct Shared {
    pub(super) register: Register,
    view: SharedView,
    pub(super) deadlines: DeadlineLists,
    pub(super) keys: Keys,
}

impl Shared {
    pub fn new(register: Register, view: SharedView, deadlines: DeadlineLists, keys: Keys) -> Self {
        Self { register, view, deadlines, keys }
    }

    async fn written(&self, demands: Vec<SharedDemand>) -> Result<Vec<proto::v1::SharedDemand>, Refusal> {
        let identities = self.keys.identities(&demands).await?;
        let today = self.register.clock().today();
        let pairs = demands.into_iter().zip(&identities);
        Ok(pairs.map(|(demand, identity)| shared::write(demand, identity.as_ref(), today)).collect())
    }

    /// A look through the view.
    fn look(&self, kind: LookKind, territory: Option<Territory>, position: Position) -> Look {
        Look { territory, position: Some(position), ..Look::of(kind, Purpose::Attribution) }
    }

    /// The right to the demand that is asked for, and the position that the answer must hold.
    async fn readable(
        &self,
        actor: &Actor,
        number: &str,
        at_least_position: i64,
    ) -> Result<(Authorized<ReadDemand>, Position), Refusal> {
        let mut edge = Edge::default();
        let number = edge.number(number);
        let position = edge.position("at_least_position", at_least_position);
        let (number, position) = edge.finish(number.zip(position))?;
        Ok((self.register.permit_demand(actor, number).await?, position))
    }
}

#[tonic::async_trait]
impl SharedManagementService for Shared {
    async fn get_shared_demand(
        &self,
        request: Request<GetSharedDemandRequest>,
    ) -> Result<Response<GetSharedDemandResponse>, Status> {
        let actor = caller::of(request.extensions())?;
        let until = deadline::of(request.extensions());
        let GetSharedDemandRequest { number, at_least_position } = request.into_inner();
        let (read, position) = self.readable(&actor, &number, at_least_position).await?;
        let number = read.what().number();
        let answer = self.view.get(&read, at_least(position, until), until).await.map_err(Refusal::from)?;
        let demand = answer.demand.ok_or(Refusal::new(Reason::DemandNotFound))?;
        let look = self.look(LookKind::Shared, Some(number.territory()), answer.position);
        let look = Look { shown: vec![(number, demand.version)], ..look };
        self.register.record(&actor, look).await.map_err(Refusal::from)?;
        let demand = self.written(vec![demand]).await?.pop();
        Ok(Response::new(GetSharedDemandResponse { demand, position: answer.position.get() }))
    }

    async fn list_shared_demands(
        &self,
        request: Request<ListSharedDemandsRequest>,
    ) -> Result<Response<ListSharedDemandsResponse>, Status> {
        let actor = caller::of(request.extensions())?;
        let until = deadline::of(request.extensions());
        let asked = Filters::read(request.into_inner())?;
        let read = self.register.permit_wherever(&actor).await.map_err(Refusal::from)?;
        let territories = read.what().territories();
        let secrets = self.keys.0.secrets();
        let seal = asked.seal(territories, actor.organisation_code());
        let after = page_token::read(secrets, &asked.page_token, &seal)?;
        let query = Query { after, ..asked.query(territories) };
        let at_least = at_least(asked.position, until);
        let found = self.view.search(&read, query, at_least, until).await.map_err(Refusal::from)?;
        let next_page_token = page_token::next(secrets, found.next, &seal)?;
        let parts = asked.parts(territories);
        let look = Look {
            question: Some(self.register.question(&parts.each_ref().map(Vec::as_slice))),
            shown: found.demands.iter().map(|demand| (demand.number, demand.version)).collect(),
            ..self.look(LookKind::Search, None, found.position)
        };
        self.register.record_wherever(&actor, &read, look).await.map_err(Refusal::from)?;
        Ok(Response::new(ListSharedDemandsResponse {
            demands: self.written(found.demands).await?,
            next_page_token,
            position: found.position.get(),
        }))
    }

    async fn list_deadlines(
        &self,
        request: Request<ListDeadlinesRequest>,
    ) -> Result<Response<ListDeadlinesResponse>, Status> {
        let actor = caller::of(request.extensions())?;
        let until = deadline::of(request.extensions());
        Ok(Response::new(self.calendar(&actor, request.into_inner(), until).await?))
    }

    async fn list_late_radiations(
        &self,
        request: Request<ListLateRadiationsRequest>,
    ) -> Result<Response<ListLateRadiationsResponse>, Status> {
        let actor = caller::of(request.extensions())?;
        let until = deadline::of(request.extensions());
        Ok(Response::new(self.late(&actor, request.into_inner(), until).await?))
    }

    async fn list_demands_elsewhere(
        &self,
        request: Request<ListDemandsElsewhereRequest>,
    ) -> Result<Response<ListDemandsElsewhereResponse>, Status> {
        let actor = caller::of(request.extensions())?;
        let until = deadline::of(request.extensions());
        let ListDemandsElsewhereRequest { number, at_least_position } = request.into_inner();
        // Whoever may read the demand may know that the person has others.
        let (read, position) = self.readable(&actor, &number, at_least_position).await?;
        let number = read.what().number();
        let found = self.view.elsewhere(&read, at_least(position, until), until).await.map_err(Refusal::from)?;
        let demands = found.demands.ok_or(Refusal::new(Reason::DemandNotFound))?;
        let others = demands.iter().map(|(_, other)| *other);
        let look = Look {
            shown: std::iter::once(number).chain(others).map(|number| (number, 0)).collect(),
            ..self.look(LookKind::Elsewhere, Some(number.territory()), found.position)
        };
        self.register.record(&actor, look).await.map_err(Refusal::from)?;
        Ok(Response::new(written::elsewhere(&demands, found.position)))
    }
}

/// What is asked for, read.
struct Filters {
    commune: Option<CommuneCode>,
    dwelling_type: Option<DwellingType>,
    present_dwelling: Option<PresentDwelling>,
    reason: Option<DemandReason>,
    number: Option<UniqueNumber>,
    person: Option<PersonKey>,
    name: Option<String>,
    limit: u16,
    page_token: String,
    position: Position,
}

impl Filters {
    /// Every fault at once.
    fn read(request: ListSharedDemandsRequest) -> Result<Self, Refusal> {
        let mut edge = Edge::default();
        let commune =
            request.commune.and_then(|text| edge.code("commune", &text, |text| CommuneCode::parse(text).ok()));
        let dwelling_type = request.dwelling_type;
        let dwelling_type =
            dwelling_type.and_then(|text| edge.code("dwelling_type", &text, |text| DwellingType::parse(text).ok()));
        let dwelling = request.present_dwelling;
        let present_dwelling =
            dwelling.and_then(|text| edge.code("present_dwelling", &text, |text| PresentDwelling::parse(text).ok()));
        // Whoever asks for a sensitive one must not read "nobody": it is never written where this could find it.
        let open = |text: &str| DemandReason::parse(text).ok().filter(|reason| !reason.is_sensitive());
        let reason = request.reason.and_then(|text| edge.code("reason", &text, open));
        let number = request.number.and_then(|text| edge.number(&text));
        let person = request.person.and_then(|person| person_key(&mut edge, person));
        if let Some(name) = &request.name {
            edge.name("name", name);
        }
        let limit = edge.page_size(request.page_size);
        let position = edge.position("at_least_position", request.at_least_position);
        let position = edge.finish(position)?;
        let (name, page_token) = (request.name, request.page_token);
        Ok(Self { commune, dwelling_type, present_dwelling, reason, number, person, name, limit, page_token, position })
    }

    fn query(&self, territories: Territories) -> Query {
        Query {
            commune: self.commune,
            dwelling_type: self.dwelling_type,
            present_dwelling: self.present_dwelling,
            reason: self.reason,
            number: self.number,
            person: self.person.clone(),
            name: self.name.clone(),
            limit: self.limit,
            ..Query::of(territories)
        }
    }

    /// What a page token is bound to: the asker and the filters; not the size of a page, nor the position waited for.
    fn seal(&self, territories: Territories, organisation: &str) -> Asked {
        let parts = self.parts(territories);
        let parts = std::iter::once(organisation.as_bytes()).chain(parts.iter().map(Vec::as_slice));
        Asked::of(&parts.collect::<Vec<_>>())
    }

    /// What is asked, whoever asks: equal for equal questions.
    fn parts(&self, territories: Territories) -> [Vec<u8>; 8] {
        let text = |value: Option<String>| value.unwrap_or_default().into_bytes();
        let person = self.person.as_ref().map(|person| person.blind_parts().concat());
        [
            territories.iter().map(|territory| territory.to_string()).collect::<Vec<_>>().join(" ").into_bytes(),
            text(self.commune.map(|commune| commune.to_string())),
            text(self.dwelling_type.map(|kind| kind.code().to_owned())),
            text(self.present_dwelling.map(|kind| kind.code().to_owned())),
            text(self.reason.map(|reason| reason.code().to_owned())),
            text(self.number.map(|number| number.to_string())),
            person.unwrap_or_default(),
            text(self.name.as_deref().map(fold)),
        ]
    }
}

fn person_key(edge: &mut Edge, person: PersonFilter) -> Option<PersonKey> {
    let PersonFilter { surname, given_names, birth_date } = person;
    edge.name("person.surname", &surname);
    edge.name("person.given_names", &given_names);
    let birth_date = edge.date("person.birth_date", &birth_date)?;
    Some(PersonKey { surname, given_names, birth_date })
}
