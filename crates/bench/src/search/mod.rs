//! `ListSharedDemands` and `ListDeadlines` through gRPC, as desks ask: one caller, one question after the other, another term
//! each time. Some are asked by a local authority, which has access to the demands for its own communes.

mod terms;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use nomenclature::Actor;
use proto::v1::{ListDeadlinesRequest, ListSharedDemandsRequest};
use serde::Serialize;

use self::terms::{Asker, Terms};
use crate::failure::Failure;
use crate::stats::percentile_ms;

/// Demands of a page.
const PAGE: i32 = 50;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum Shape {
    /// A commune sought, the first page.
    #[serde(rename = "commune, first page")]
    Commune,
    /// The commune most sought, the page in the middle of its list.
    #[serde(rename = "commune, deep page")]
    CommuneDeep,
    /// A type of dwelling in a commune, the first page.
    #[serde(rename = "type and commune")]
    TypeAndCommune,
    /// A surname.
    #[serde(rename = "name")]
    Name,
    /// Surname, first given name and birth date.
    #[serde(rename = "person")]
    Person,
    /// A unique number.
    #[serde(rename = "number")]
    Number,
    /// Everything that a local authority has access to, the first page.
    #[serde(rename = "within communes, first page")]
    Within,
    /// The same of a type of dwelling.
    #[serde(rename = "type within communes")]
    TypeWithin,
    /// What falls due, the first page, of a whole territory.
    #[serde(rename = "deadlines, first page")]
    Deadlines,
    /// What falls due for what a local authority has access to, the first page.
    #[serde(rename = "deadlines within communes, first page")]
    DeadlinesWithin,
}

impl Shape {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Commune,
        Self::CommuneDeep,
        Self::TypeAndCommune,
        Self::Name,
        Self::Person,
        Self::Number,
        Self::Within,
        Self::TypeWithin,
        Self::Deadlines,
        Self::DeadlinesWithin,
    ];

    /// Whether it is asked of the shared view, in one statement; deadlines are walked kind by kind.
    pub fn is_search(self) -> bool {
        !matches!(self, Self::Deadlines | Self::DeadlinesWithin)
    }

    /// Whether a local authority asks.
    fn is_within(self) -> bool {
        matches!(self, Self::Within | Self::TypeWithin | Self::DeadlinesWithin)
    }

    /// The name for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Commune => "commune, first page of 50",
            Self::CommuneDeep => "commune, page of 50 in the middle of the longest list",
            Self::TypeAndCommune => "type and commune, first page of 50",
            Self::Name => "name",
            Self::Person => "person",
            Self::Number => "number",
            Self::Within => "within twelve communes, first page of 50",
            Self::TypeWithin => "type within twelve communes, first page of 50",
            Self::Deadlines => "deadlines, first page of 50",
            Self::DeadlinesWithin => "deadlines within twelve communes, first page of 50",
        }
    }
}

/// What one shape of search came to, over all repeats.
#[derive(Clone, Debug, Serialize)]
pub struct Searched {
    /// Which.
    pub shape: Shape,
    /// Calls.
    pub calls: usize,
    /// Demands in an answer, in the mean.
    pub found: f64,
    /// Half of the calls are faster.
    pub p50_ms: f64,
    /// One call in a hundred is slower.
    pub p99_ms: f64,
    /// The slowest call.
    pub max_ms: f64,
}

/// The searches of a run, repeat by repeat.
pub struct Searches {
    asker: Asker,
    authority: Asker,
    terms: Terms,
    asked: usize,
    taken: Vec<Taken>,
}

struct Taken {
    shape: Shape,
    found: usize,
    latencies: Vec<Duration>,
}

impl Searches {
    /// Connects, and learns what there is to be searched for by reading the whole list once.
    /// `authority` is somebody of a local authority.
    pub async fn new(server: SocketAddr, actor: Actor, authority: Actor) -> Result<Self, Failure> {
        let mut asker = Asker::connect(server, actor).await?;
        let authority = Asker::connect(server, authority).await?;
        let terms = Terms::learn(&mut asker).await?;
        let taken = Shape::ALL.map(|shape| Taken { shape, found: 0, latencies: Vec::new() });
        Ok(Self { asker, authority, terms, asked: 0, taken: taken.into() })
    }

    /// How many demands the list has.
    pub fn demands(&self) -> usize {
        self.terms.demands
    }

    /// So many searches of every shape.
    pub async fn repeat(&mut self, calls: u32) -> Result<(), Failure> {
        for taken in &mut self.taken {
            for _ in 0..calls {
                let who = if taken.shape.is_within() { &mut self.authority } else { &mut self.asker };
                let started = Instant::now();
                let found = match taken.shape {
                    Shape::Deadlines | Shape::DeadlinesWithin => {
                        who.due(ListDeadlinesRequest { page_size: PAGE, ..ListDeadlinesRequest::default() }).await?
                    }
                    shape => {
                        let request = self.terms.request(shape, self.asked);
                        who.ask(ListSharedDemandsRequest { page_size: PAGE, ..request }).await?.demands.len()
                    }
                };
                taken.latencies.push(started.elapsed());
                self.asked += 1;
                // A type may be sought in none of a few communes.
                if found == 0 && taken.shape != Shape::TypeWithin {
                    return Err(Failure::Answer(format!("a search by {} found nothing", taken.shape.label())));
                }
                taken.found += found;
            }
        }
        Ok(())
    }

    /// Forgets what was measured so far: the caches are warm now.
    pub fn forget(&mut self) {
        for taken in &mut self.taken {
            (taken.found, taken.latencies) = (0, Vec::new());
        }
    }

    /// What it came to.
    pub fn finish(self) -> Vec<Searched> {
        let searched = |mut taken: Taken| {
            let calls = taken.latencies.len();
            Some(Searched {
                shape: taken.shape,
                calls,
                found: taken.found as f64 / calls.max(1) as f64,
                p50_ms: percentile_ms(&mut taken.latencies, 0.5)?,
                p99_ms: percentile_ms(&mut taken.latencies, 0.99)?,
                max_ms: percentile_ms(&mut taken.latencies, 1.0)?,
            })
        };
        self.taken.into_iter().filter_map(searched).collect()
    }
}
