//! What there is to be searched for: read from the list itself, evenly over all of it.

use std::collections::HashMap;
use std::net::SocketAddr;

use nomenclature::Actor;
use proto::v1::shared_management_service_client::SharedManagementServiceClient;
use proto::v1::{
    ListDeadlinesRequest, ListSharedDemandsRequest, ListSharedDemandsResponse, PersonFilter, SharedDemand,
};
use tonic::transport::Channel;

use super::Shape;
use crate::failure::Failure;
use crate::grpc::{connect, signed};

/// The largest page that the server gives.
const WALK: i32 = 200;
/// Of so many demands one is searched for later.
const ONE_IN: usize = 41;

/// Somebody at a desk.
pub struct Asker {
    client: SharedManagementServiceClient<Channel>,
    actor: Actor,
}

impl Asker {
    /// Connects.
    pub async fn connect(server: SocketAddr, actor: Actor) -> Result<Self, Failure> {
        Ok(Self { client: SharedManagementServiceClient::new(connect(server).await?), actor })
    }

    /// One question.
    pub async fn ask(&mut self, request: ListSharedDemandsRequest) -> Result<ListSharedDemandsResponse, Failure> {
        Ok(self.client.list_shared_demands(signed(request, &self.actor)?).await?.into_inner())
    }

    /// What falls due: how much of it is on a page.
    pub async fn due(&mut self, request: ListDeadlinesRequest) -> Result<usize, Failure> {
        Ok(self.client.list_deadlines(signed(request, &self.actor)?).await?.into_inner().deadlines.len())
    }

    /// All pages of a list; the tokens that lead to each, the first one's being empty.
    async fn walk(
        &mut self,
        list: &ListSharedDemandsRequest,
        mut seen: impl FnMut(Vec<SharedDemand>),
    ) -> Result<Vec<String>, Failure> {
        let mut tokens = vec![String::new()];
        loop {
            let page_token = tokens.last().cloned().unwrap_or_default();
            let answer = self.ask(ListSharedDemandsRequest { page_size: WALK, page_token, ..list.clone() }).await?;
            seen(answer.demands);
            if answer.next_page_token.is_empty() {
                return Ok(tokens);
            }
            tokens.push(answer.next_page_token);
        }
    }
}

/// A demand that is there, as somebody would look for it.
struct Term {
    number: String,
    commune: String,
    dwelling_type: String,
    person: PersonFilter,
}

impl Term {
    fn of(demand: SharedDemand) -> Option<Self> {
        let (facts, adult) = (demand.facts?, demand.identity?.adults.into_iter().next()?);
        let (surname, given_names, birth_date) = (adult.surname, adult.given_names, adult.birth_date);
        Some(Self {
            number: demand.number,
            commune: facts.communes.into_iter().next()?,
            dwelling_type: facts.dwelling_types.into_iter().next()?,
            person: PersonFilter { surname, given_names, birth_date },
        })
    }
}

/// The terms, and a page deep in a list.
pub struct Terms {
    /// How many demands the whole list has.
    pub demands: usize,
    terms: Vec<Term>,
    deep: ListSharedDemandsRequest,
}

impl Terms {
    /// Reads the whole list, then that of the commune most sought, up to its end.
    pub async fn learn(asker: &mut Asker) -> Result<Self, Failure> {
        let (mut demands, mut terms) = (0, Vec::new());
        let whole = ListSharedDemandsRequest::default();
        asker
            .walk(&whole, |page| {
                let first = demands;
                demands += page.len();
                let picked = page.into_iter().zip(first..).filter(|(_, nth)| nth % ONE_IN == 0);
                terms.extend(picked.filter_map(|(demand, _)| Term::of(demand)));
            })
            .await?;
        let mut sought: HashMap<&str, usize> = HashMap::new();
        for term in &terms {
            *sought.entry(&term.commune).or_default() += 1;
        }
        let most = sought.into_iter().max_by_key(|(commune, times)| (*times, *commune));
        let Some((commune, _)) = most else { return Err(Failure::Answer("there is nothing to search for".to_owned())) };
        let list = ListSharedDemandsRequest { commune: Some(commune.to_owned()), ..whole };
        let mut tokens = asker.walk(&list, drop).await?;
        let page_token = tokens.swap_remove(tokens.len() / 2);
        Ok(Self { demands, terms, deep: ListSharedDemandsRequest { page_token, ..list } })
    }

    /// The question of a shape; another term each time.
    pub fn request(&self, shape: Shape, nth: usize) -> ListSharedDemandsRequest {
        let term = &self.terms[nth % self.terms.len()];
        let empty = ListSharedDemandsRequest::default();
        let commune = Some(term.commune.clone());
        match shape {
            Shape::Commune => ListSharedDemandsRequest { commune, ..empty },
            Shape::CommuneDeep => self.deep.clone(),
            Shape::TypeAndCommune => {
                ListSharedDemandsRequest { commune, dwelling_type: Some(term.dwelling_type.clone()), ..empty }
            }
            Shape::Name => ListSharedDemandsRequest { name: Some(term.person.surname.clone()), ..empty },
            Shape::Person => ListSharedDemandsRequest { person: Some(term.person.clone()), ..empty },
            Shape::Number => ListSharedDemandsRequest { number: Some(term.number.clone()), ..empty },
            Shape::TypeWithin => ListSharedDemandsRequest { dwelling_type: Some(term.dwelling_type.clone()), ..empty },
            Shape::Within | Shape::Deadlines | Shape::DeadlinesWithin => empty,
        }
    }
}
