//! `SharedManagementService`: the shared view, for those of its territory. Rights first, then the query, then the names.

use demand::FieldReason;
use demand::claims::PersonKey;
use demand::spelling::fold;
use event_log::Position;
use nomenclature::{CommuneCode, DwellingType, Territory, UniqueNumber};
use proto::v1::shared_management_service_server::SharedManagementService;
use proto::v1::{
    GetSharedDemandRequest, GetSharedDemandResponse, ListSharedDemandsRequest, ListSharedDemandsResponse, PersonFilter,
};
use register::Register;
use tonic::{Request, Response, Status};
use views::shared_management::{Query, SharedDemand, View};

use crate::caller;
use crate::convert::{Edge, shared};
use crate::deadline::{self, at_least};
use crate::keys::Keys;
use crate::page_token::{self, Asked};
use crate::reason::Reason;
use crate::status::Refusal;

const PAGE: u16 = 50;
const LARGEST_PAGE: u16 = 200;

/// The service.
pub struct Shared {
    register: Register,
    view: View,
    keys: Keys,
}

impl Shared {
    pub fn new(register: Register, view: View, keys: Keys) -> Self {
        Self { register, view, keys }
    }

    async fn written(&self, demands: Vec<SharedDemand>) -> Result<Vec<proto::v1::SharedDemand>, Refusal> {
        let identities = self.keys.identities(&demands).await?;
        let today = self.register.clock().today();
        let pairs = demands.into_iter().zip(&identities);
        Ok(pairs.map(|(demand, identity)| shared::write(demand, identity.as_ref(), today)).collect())
    }
}

#[tonic::async_trait]
impl SharedManagementService for Shared {
    async fn get_shared_demand(
        &self,
        request: Request<GetSharedDemandRequest>,
    ) -> Result<Response<GetSharedDemandResponse>, Status> {
        let actor = caller::of(request.metadata())?;
        let until = deadline::of(request.extensions());
        let GetSharedDemandRequest { number, at_least_position } = request.into_inner();
        let mut edge = Edge::default();
        let number = edge.number(&number);
        let position = edge.position("at_least_position", at_least_position);
        let (number, position) = edge.finish(number.zip(position))?;
        let territory = self.register.readable_territory(&actor).await.map_err(Refusal::from)?;
        if number.territory() != territory {
            return Err(Refusal::new(Reason::DemandNotFound).into());
        }
        let answer = self.view.get(number, at_least(position, until), until).await.map_err(Refusal::from)?;
        let demand = self.written(answer.demand.into_iter().collect()).await?.pop();
        let demand = demand.ok_or(Refusal::new(Reason::DemandNotFound))?;
        Ok(Response::new(GetSharedDemandResponse { demand: Some(demand), position: answer.position.get() }))
    }

    async fn list_shared_demands(
        &self,
        request: Request<ListSharedDemandsRequest>,
    ) -> Result<Response<ListSharedDemandsResponse>, Status> {
        let actor = caller::of(request.metadata())?;
        let until = deadline::of(request.extensions());
        let asked = Filters::read(request.into_inner())?;
        let territory = self.register.readable_territory(&actor).await.map_err(Refusal::from)?;
        let secrets = self.keys.0.secrets();
        let seal = asked.seal(territory, actor.organisation_code());
        let mut query = asked.query(territory);
        if !asked.page_token.is_empty() {
            let cursor = page_token::read(secrets, &asked.page_token, &seal);
            query.after = Some(cursor.ok_or(Refusal::new(Reason::InvalidPageToken))?);
        }
        let at_least = at_least(asked.position, until);
        let found = self.view.search(&query, at_least, until).await.map_err(Refusal::from)?;
        let next = found.next.map(|cursor| page_token::write(secrets, cursor, &seal)).transpose()?;
        Ok(Response::new(ListSharedDemandsResponse {
            demands: self.written(found.demands).await?,
            next_page_token: next.unwrap_or_default(),
            position: found.position.get(),
        }))
    }
}

/// What is asked for, read.
struct Filters {
    commune: Option<CommuneCode>,
    dwelling_type: Option<DwellingType>,
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
        let number = request.number.and_then(|text| edge.number(&text));
        let person = request.person.and_then(|person| person_key(&mut edge, person));
        if let Some(name) = &request.name {
            edge.name("name", name);
        }
        let limit = match u16::try_from(request.page_size) {
            Ok(0) => PAGE,
            Ok(size) => size.min(LARGEST_PAGE),
            Err(_) if request.page_size > 0 => LARGEST_PAGE,
            Err(_) => {
                edge.fault("page_size", FieldReason::OutOfRange);
                PAGE
            }
        };
        let position = edge.position("at_least_position", request.at_least_position);
        let position = edge.finish(position)?;
        let (name, page_token) = (request.name, request.page_token);
        Ok(Self { commune, dwelling_type, number, person, name, limit, page_token, position })
    }

    fn query(&self, territory: Territory) -> Query {
        Query {
            commune: self.commune,
            dwelling_type: self.dwelling_type,
            number: self.number,
            person: self.person.clone(),
            name: self.name.clone(),
            limit: self.limit,
            ..Query::of(territory)
        }
    }

    /// What a page token is bound to: the asker and the filters; not the size of a page, nor the position waited for.
    fn seal(&self, territory: Territory, organisation: &str) -> Asked {
        let text = |value: Option<String>| value.unwrap_or_default().into_bytes();
        let person = self.person.as_ref().map(|person| person.blind_parts().concat());
        let parts = [
            organisation.as_bytes().to_vec(),
            territory.to_string().into_bytes(),
            text(self.commune.map(|commune| commune.to_string())),
            text(self.dwelling_type.map(|kind| kind.code().to_owned())),
            text(self.number.map(|number| number.to_string())),
            person.unwrap_or_default(),
            text(self.name.as_deref().map(fold)),
        ];
        Asked::of(&parts.each_ref().map(Vec::as_slice))
    }
}

fn person_key(edge: &mut Edge, person: PersonFilter) -> Option<PersonKey> {
    let PersonFilter { surname, given_names, birth_date } = person;
    edge.name("person.surname", &surname);
    edge.name("person.given_names", &given_names);
    let birth_date = edge.date("person.birth_date", &birth_date)?;
    Some(PersonKey { surname, given_names, birth_date })
}
