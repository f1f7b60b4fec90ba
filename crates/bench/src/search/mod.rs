//! `ListSharedDemands` through gRPC, as desks ask: one caller, one question after the other, another term each time.

mod terms;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use proto::v1::ListSharedDemandsRequest;
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
}

impl Shape {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Commune, Self::CommuneDeep, Self::TypeAndCommune, Self::Name, Self::Person, Self::Number];

    /// The name for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Commune => "commune, first page of 50",
            Self::CommuneDeep => "commune, page of 50 in the middle of the longest list",
            Self::TypeAndCommune => "type and commune, first page of 50",
            Self::Name => "name",
            Self::Person => "person",
            Self::Number => "number",
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
    pub async fn new(server: SocketAddr, actor: nomenclature::Actor) -> Result<Self, Failure> {
        let mut asker = Asker::connect(server, actor).await?;
        let terms = Terms::learn(&mut asker).await?;
        let taken = Shape::ALL.map(|shape| Taken { shape, found: 0, latencies: Vec::new() });
        Ok(Self { asker, terms, asked: 0, taken: taken.into() })
    }

    /// How many demands the list has.
    pub fn demands(&self) -> usize {
        self.terms.demands
    }

    /// So many searches of every shape.
    pub async fn repeat(&mut self, calls: u32) -> Result<(), Failure> {
        for taken in &mut self.taken {
            for _ in 0..calls {
                let request =
                    ListSharedDemandsRequest { page_size: PAGE, ..self.terms.request(taken.shape, self.asked) };
                self.asked += 1;
                let started = Instant::now();
                let answer = self.asker.ask(request).await?;
                taken.latencies.push(started.elapsed());
                if answer.demands.is_empty() {
                    return Err(Failure::Answer(format!("a search by {} found nothing", taken.shape.label())));
                }
                taken.found += answer.demands.len();
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
