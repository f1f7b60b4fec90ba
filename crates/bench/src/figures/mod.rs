//! Monthly figures through gRPC, with very many demands in the log: one caller, one question after the other, as known now and at
//! any earlier position.

mod fill;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use nomenclature::Actor;
use projection::Projection as _;
use proto::v1::infocentre_service_client::InfocentreServiceClient;
use proto::v1::{Cell, CompareFiguresRequest, Dimension, GetSeriesRequest, GetTableRequest, Measure};
use serde::Serialize;
use tonic::transport::Channel;

use crate::failure::Failure;
use crate::grpc::served::{Served, Watch};
use crate::grpc::{connect, signed};
use crate::house::{FIGURES, House};
use crate::modes::bus::Desk;
use crate::plan::Plan;
use crate::stats::percentile_ms;

/// Connections of the server for its reads.
const CONNECTIONS: u32 = 8;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum Question {
    /// The sheet of a territory: nine measures in twelve months.
    #[serde(rename = "sheet of a territory, 12 months")]
    Sheet,
    /// The same of a commune.
    #[serde(rename = "sheet of a commune, 12 months")]
    SheetOfACommune,
    /// Stock and flows of the country in ten years.
    #[serde(rename = "series of the country, 120 months")]
    TenYears,
    /// The stock of a month by commune.
    #[serde(rename = "table by commune")]
    ByCommune,
    /// The leases of a month by EPCI.
    #[serde(rename = "table by EPCI")]
    ByEpci,
    /// A territory and a commune of it.
    #[serde(rename = "comparison")]
    Comparison,
}

impl Question {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Sheet, Self::SheetOfACommune, Self::TenYears, Self::ByCommune, Self::ByEpci, Self::Comparison];

    /// The name for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Sheet => "sheet of a territory, 9 measures in 12 months",
            Self::SheetOfACommune => "sheet of a commune, 9 measures in 12 months",
            Self::TenYears => "stock and flows of the country, 120 months",
            Self::ByCommune => "stock of a month by commune",
            Self::ByEpci => "leases of a month by EPCI",
            Self::Comparison => "pressure of a territory and a commune",
        }
    }
}

/// How fast one question was answered.
#[derive(Clone, Debug, Serialize)]
pub struct Asked {
    /// Which.
    pub question: Question,
    /// Calls; every other one as known at some earlier position.
    pub calls: usize,
    /// Half of the calls are faster.
    pub p50_ms: f64,
    /// One call in a hundred is slower.
    pub p99_ms: f64,
    /// The slowest call.
    pub max_ms: f64,
}

/// What it came to.
#[derive(Clone, Debug, Serialize)]
pub struct Figures {
    /// Demands in the log.
    pub demands: u32,
    /// Events in the log.
    pub events: i64,
    /// Events a second of the view of statistics, from the first one on, beside the other views.
    pub folded_per_second: f64,
    /// How fast it answered.
    pub asked: Vec<Asked>,
}

const MEASURES: [Measure; 9] = [
    Measure::Stock,
    Measure::Registered,
    Measure::Renewed,
    Measure::Housed,
    Measure::Radiated,
    Measure::Reinstated,
    Measure::SeniorityMedian,
    Measure::WaitingDeciles,
    Measure::Pressure,
];

/// Makes the log and asks.
pub async fn measure(house: &House, plan: &Plan, tell: impl Fn(&str)) -> Result<Figures, Failure> {
    tell(&format!("a log of {} demands for monthly figures", plan.figures_demands));
    let desk = Desk::new(house.login(FIGURES)?, house.figures_keys()).await?;
    let last = fill::fill(house.login(FIGURES)?, plan.figures_demands, *desk.actor()?).await?;
    desk.at(last);
    let started = Instant::now();
    let served = Served::start(&desk, house.login(FIGURES)?, CONNECTIONS).await?;
    let mut watch = Watch::of(&house.superuser(FIGURES)?, infocentre::KeepStatistics::NAME).await?;
    let events = watch.until_caught_up().await?;
    let folded_per_second = events as f64 / started.elapsed().as_secs_f64();
    tell(&format!("the statistics hold {events} events, {folded_per_second:.0} events/s"));
    let mut asker = Asker::connect(served.address(), *desk.actor()?, events).await?;
    let mut asked = Vec::new();
    for question in Question::ALL {
        // The first ones warm the caches, and are forgotten.
        asker.ask_often(question, plan.figures_calls / 10 + 1).await?;
        let mut latencies = asker.ask_often(question, plan.figures_calls).await?;
        let nothing = || Failure::Answer("no question was asked".to_owned());
        asked.push(Asked {
            question,
            calls: latencies.len(),
            p50_ms: percentile_ms(&mut latencies, 0.5).ok_or_else(nothing)?,
            p99_ms: percentile_ms(&mut latencies, 0.99).ok_or_else(nothing)?,
            max_ms: percentile_ms(&mut latencies, 1.0).ok_or_else(nothing)?,
        });
    }
    served.stop().await?;
    Ok(Figures { demands: plan.figures_demands, events, folded_per_second, asked })
}

/// Somebody who reads figures.
struct Asker {
    client: InfocentreServiceClient<Channel>,
    actor: Actor,
    head: i64,
    /// Where the next earlier position comes from.
    step: i64,
}

impl Asker {
    async fn connect(server: SocketAddr, actor: Actor, head: i64) -> Result<Self, Failure> {
        Ok(Self { client: InfocentreServiceClient::new(connect(server).await?), actor, head, step: 1 })
    }

    async fn ask_often(&mut self, question: Question, calls: u32) -> Result<Vec<Duration>, Failure> {
        let mut latencies = Vec::new();
        for call in 0..calls {
            // All over the second half of the log, in no order: 7 919 is prime.
            self.step = (self.step + 7_919 * 1_009) % (self.head / 2).max(1);
            let position = (call % 2 == 1).then_some(self.head - self.step);
            let started = Instant::now();
            let something = self.ask(question, position).await?;
            latencies.push(started.elapsed());
            if !something {
                return Err(Failure::Answer(format!("{} has nothing to tell", question.label())));
            }
        }
        Ok(latencies)
    }

    /// One question; whether the answer tells of anything.
    async fn ask(&mut self, question: Question, position: Option<i64>) -> Result<bool, Failure> {
        let cell = |place: &str| Some(Cell { place: place.to_owned(), month: fill::LAST_MONTH.to_owned() });
        let series = |measures: &[Measure], place: &str, from: &str| GetSeriesRequest {
            measures: measures.iter().map(|measure| (*measure).into()).collect(),
            place: place.to_owned(),
            from_month: from.to_owned(),
            to_month: fill::LAST_MONTH.to_owned(),
            position,
            ..GetSeriesRequest::default()
        };
        let table = |measure: Measure, dimension: Dimension| GetTableRequest {
            measure: measure.into(),
            dimension: dimension.into(),
            cell: cell("006"),
            position,
            ..GetTableRequest::default()
        };
        let (client, actor) = (&mut self.client, &self.actor);
        Ok(match question {
            Question::Sheet | Question::SheetOfACommune | Question::TenYears => {
                let request = match question {
                    Question::Sheet => series(&MEASURES, "006", fill::YEAR_BEFORE),
                    Question::SheetOfACommune => series(&MEASURES, "06088", fill::YEAR_BEFORE),
                    _ => series(&MEASURES[..6], "FRA", fill::TEN_YEARS_BEFORE),
                };
                let answer = client.get_series(signed(request, actor)?).await?.into_inner();
                let figures = answer.series.into_iter().flat_map(|series| series.figures);
                figures.filter_map(|monthly| monthly.figure).any(|figure| figure.observations > 0)
            }
            Question::ByCommune | Question::ByEpci => {
                let request = match question {
                    Question::ByCommune => table(Measure::Stock, Dimension::Commune),
                    _ => table(Measure::Housed, Dimension::Epci),
                };
                client.get_table(signed(request, actor)?).await?.into_inner().rows.len() > 1
            }
            Question::Comparison => {
                let request = CompareFiguresRequest {
                    measure: Measure::Pressure.into(),
                    first: cell("006"),
                    second: cell("06088"),
                    position,
                    ..CompareFiguresRequest::default()
                };
                client.compare_figures(signed(request, actor)?).await?.into_inner().first.is_some()
            }
        })
    }
}
