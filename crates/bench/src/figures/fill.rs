//! A log of eleven years: one demand after the other, and a third of them leaves with a lease. Open facts alone, for statistics read
//! nothing else: nothing is sealed, and the numbers are taken past the bus.

use demand::event::{LeaseSigned, Radiated};
use demand::radiation::Motive;
use demand::{Act, By, Demand, DemandCommand, DemandEvent, codec, upcast};
use event_log::{Command, EventLog, NewEvent, Options, Role, StreamAppend, StreamId, TerritoryCode, connect};
use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use nomenclature::{
    Actor, Channel, CollectiveAgreement, CommuneCode, KnownAnswer, ReservationHolder, Sequence, UniqueNumber,
};
use personal::Pii;
use register::DEMAND;
use serde_json::{Value, json};
use sqlx::postgres::PgConnectOptions;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::failure::Failure;
use crate::modes::bus::{FIRST_DAY, noon};
use crate::prefill::{append, command};

/// The last month that is asked about, the first one of twelve, and of a hundred and twenty.
pub const LAST_MONTH: &str = "2026-09";
pub const YEAR_BEFORE: &str = "2025-10";
pub const TEN_YEARS_BEFORE: &str = "2016-10";

const FIRST: Date = date(2015, 10, 1);
const LAST: Date = date(2026, 9, 30);
const WRITERS: usize = 4;
const ARRAY: usize = 64;
const DESK: &str = "006A1";

/// Writes the log; its last day.
pub async fn fill(database: PgConnectOptions, demands: u32, actor: Actor) -> Result<Date, Failure> {
    let pool = connect(database.clone(), Role::Writer, 4).await?;
    let log = EventLog::new(database, pool, Options::default());
    let maker = Maker::new(demands, actor)?;
    let (mut running, mut array) = (JoinSet::new(), Vec::with_capacity(ARRAY));
    for nth in 0..demands {
        array.push(maker.registration(nth)?);
        array.extend(maker.lease(nth)?);
        // A demand is registered well before it leaves: the arrays of all writers lie in between.
        if array.len() >= ARRAY || nth + 1 == demands {
            if running.len() == WRITERS {
                joined(running.join_next().await)?;
            }
            let (log, array) = (log.clone(), std::mem::take(&mut array));
            running.spawn(async move { append(&log, array).await });
        }
    }
    while let Some(ended) = running.join_next().await {
        joined(Some(ended))?;
    }
    Ok(LAST)
}

fn joined(ended: Option<Result<Result<(), Failure>, tokio::task::JoinError>>) -> Result<(), Failure> {
    ended.map_or(Ok(()), |ended| ended.map_err(|error| Failure::Answer(error.to_string()))?)
}

/// Makes commands.
struct Maker {
    demands: u32,
    actor: Actor,
    /// Open facts of an invented household, as the codec writes them.
    payload: Value,
    communes: Vec<CommuneCode>,
}

impl Maker {
    fn new(demands: u32, actor: Actor) -> Result<Self, Failure> {
        let nothing = || Failure::Answer("no household was invented".to_owned());
        let registration = synth::registrations(1).next().ok_or_else(nothing)?;
        let territory = registration.territory;
        let command = DemandCommand {
            today: FIRST_DAY,
            by: By {
                organisation: actor.organisation().ok_or_else(nothing)?,
                desk: Some(actor.desk().ok_or_else(nothing)?),
                channel: Channel::Desk,
                declares: demand::Declares::Nothing,
            },
            person_ref: Uuid::new_v4(),
            piece_id: Uuid::new_v4(),
            settings: demand::Settings::default(),
            act: Act::Register(Box::new(registration)),
        };
        let events = Demand::default().decide(&command).map_err(register::Error::from)?;
        let payload = codec::encode(events.into_iter().next().ok_or_else(nothing)?)?.payload;
        let mut payload: Value = serde_json::from_str(&payload).map_err(|error| Failure::Answer(error.to_string()))?;
        // No rubric: nothing is sealed that a view could look for.
        payload["rubrics"] = json!({});
        let communes = nomenclature::communes_of(territory).iter().filter(|commune| commune.wishable());
        Ok(Self { demands, actor, payload, communes: communes.map(|commune| commune.code).collect() })
    }

    /// The day of the n-th demand: they come evenly.
    fn day(&self, nth: u32) -> Date {
        let days = LAST.since(FIRST).map_or(0, |span| i64::from(span.get_days()));
        FIRST.saturating_add((i64::from(nth) * days / i64::from(self.demands.max(1))).days())
    }

    fn number(&self, nth: u32) -> Result<UniqueNumber, Failure> {
        let territory = nomenclature::Territory::parse("006").map_err(|error| Failure::Answer(error.to_string()))?;
        let desk = nomenclature::DeskCode::parse(DESK).map_err(|error| Failure::Answer(error.to_string()))?;
        let sequence = Sequence::try_new(nth % 999_999 + 1).map_err(|error| Failure::Answer(error.to_string()))?;
        Ok(UniqueNumber::compose(territory, self.day(nth), sequence, desk))
    }

    fn registration(&self, nth: u32) -> Result<Command, Failure> {
        let (day, mut payload) = (self.day(nth), self.payload.clone());
        // Half of them in the first commune of all: a territory has one large town.
        let commune = match nth % 2 {
            0 => "06088",
            _ => self.communes[nth as usize / 2 % self.communes.len()].as_str(),
        };
        payload["filed_on"] = day.to_string().into();
        payload["person_ref"] = Uuid::new_v4().to_string().into();
        payload["facts"]["communes"] = vec![commune].into();
        payload["facts"]["present_dwelling"] = vec![if nth.is_multiple_of(5) { "HLM" } else { "LP" }].into();
        self.command(nth, day, 0, vec![event("Registered", day, payload.to_string())])
    }

    /// With two demands in six an earlier one leaves, half as old as the log then is; no demand twice.
    fn lease(&self, nth: u32) -> Result<Option<Command>, Failure> {
        let earlier = nth / 2;
        if nth < 2_000.min(self.demands / 2) || nth.is_multiple_of(3) || !nth.is_multiple_of(2) {
            return Ok(None);
        }
        let (day, nothing) = (self.day(nth), || Failure::Answer("the operator lets nothing".to_owned()));
        let lessor = self.actor.organisation().ok_or_else(nothing)?;
        let lease = LeaseSigned {
            lessor,
            signed_on: day,
            already_housed: KnownAnswer::No,
            collective_agreement: CollectiveAgreement::ALL[0],
            reservation_holder: ReservationHolder::ALL[0],
            dalo: KnownAnswer::No,
            urban_zone: None,
            dwelling_type: None,
            commune: None,
            convention: None,
            priority: None,
            intercommunal_public: None,
            dwelling: Pii::Sealed,
        };
        let payload = serde_json::to_string(&lease).map_err(|error| Failure::Answer(error.to_string()))?;
        let radiated = Radiated { radiated_on: day, motive: Motive::Attribution { lessor, lease_signed_on: day } };
        let radiation = codec::encode(DemandEvent::Radiated(radiated))?.payload;
        let events = vec![event("LeaseSigned", day, payload), event("Radiated", day, radiation)];
        self.command(earlier, day, 1, events).map(Some)
    }

    fn command(&self, nth: u32, day: Date, version: u32, events: Vec<NewEvent>) -> Result<Command, Failure> {
        let number = self.number(nth)?;
        let of_number = StreamAppend {
            stream_type: DEMAND,
            stream: StreamId::parse(number.to_string())?,
            territory: Some(TerritoryCode::parse("006")?),
            expected_version: version,
            key: None,
            events,
        };
        Ok(command(&self.actor, noon(day), of_number))
    }
}

fn event(event_type: &'static str, day: Date, payload: String) -> NewEvent {
    NewEvent {
        event_type: event_type.into(),
        schema_version: upcast::version_of(event_type),
        effective_on: day,
        payload,
        sealed: Vec::new(),
    }
}
