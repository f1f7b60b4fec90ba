//! A log worth replaying: real demands, decided, sealed and appended, past the bus to be quick.
//!
//! Every event is what the bus would have written, leaf, key and sealed parts included. Claims and numbers from blocks are
//! left out: no replay reads them. The numbers are of a month of their own.

use std::path::Path;
use std::sync::Arc;

use cqrs_es::Aggregate as _;
use cqrs_es::event_sink::EventSink;
use demand::{Act, By, Declares, Demand, DemandCommand, DemandEvent, Registration, codec};
use event_log::{
    Command, EventLog, KeyRef, NewEvent, Options, Role, StreamAppend, StreamId, TerritoryCode, Verdict, connect,
};
use jiff::Timestamp;
use jiff::civil::{Date, date};
use nomenclature::{Actor, Channel, DeskCode, Sequence, UniqueNumber};
use register::{Clock as _, DEMAND, SystemClock};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};
use tokio::task::JoinSet;
use uuid::Uuid;
use vault::envelope::{self, Place};
use vault::{DrawnKey, Vault};

use crate::failure::Failure;
use crate::house::House;
use crate::modes::bus::FIRST_DAY;

/// No pass comes as far: see the bound on the repeats.
pub const DAY: Date = date(2025, 10, 1);
const WRITERS: u32 = 2;
const ARRAY: usize = 64;

const DEMANDS: &str = "SELECT count(*) FROM log.events WHERE stream_type = 'demand' AND version = 1";

/// What is filled, by whom, and on which day.
pub struct Filling<'a> {
    /// The database.
    pub database: &'static str,
    /// The folder of its keys.
    pub keys: &'a Path,
    /// Who registers.
    pub actor: &'a Actor,
    /// When.
    pub day: Date,
}

/// Fills up to so many demands; those written here have two events each.
pub async fn fill(house: &House, filling: &Filling<'_>, demands: u32) -> Result<(), Failure> {
    let mut connection = house.superuser(filling.database)?.connect().await?;
    let there: i64 = sqlx::query_scalar(DEMANDS).fetch_one(&mut connection).await?;
    connection.close().await?;
    let demands = demands.saturating_sub(u32::try_from(there).unwrap_or(u32::MAX));
    let writer = Writer::open(house.login(filling.database)?, filling).await?;
    let mut running = JoinSet::new();
    for nth in 0..WRITERS {
        let writer = writer.clone();
        running.spawn(async move { writer.write(nth, demands).await });
    }
    while let Some(ended) = running.join_next().await {
        ended.map_err(|error| Failure::Answer(error.to_string()))??;
    }
    Ok(())
}

#[derive(Clone)]
struct Writer {
    log: EventLog,
    vault: Arc<Vault>,
    actor: Actor,
    by: By,
    desk: DeskCode,
    day: Date,
}

impl Writer {
    async fn open(database: PgConnectOptions, filling: &Filling<'_>) -> Result<Self, Failure> {
        let Filling { keys, actor, day, .. } = *filling;
        let pool = connect(database.clone(), Role::Writer, 2).await?;
        let vault = Vault::open_folder(pool.clone(), keys, FIRST_DAY).await?;
        let log = EventLog::new(database, pool, Options::default());
        let nobody = || Failure::Answer("the operator registers nothing".to_owned());
        let desk = actor.desk().ok_or_else(nobody)?;
        let organisation = actor.organisation().ok_or_else(nobody)?;
        let by = By { organisation, desk: Some(desk), channel: Channel::Desk, declares: Declares::Nothing };
        Ok(Self { log, vault: Arc::new(vault), actor: *actor, by, desk, day })
    }

    /// The part of one of the writers: every so-manieth number.
    async fn write(&self, nth: u32, demands: u32) -> Result<(), Failure> {
        let numbers = (1 + nth..=demands).step_by(WRITERS as usize);
        let mut array = Vec::with_capacity(ARRAY);
        for (number, registration) in numbers.zip(synth::registrations(1_000 + u64::from(nth))) {
            array.push(self.command(number, registration).await?);
            if array.len() == ARRAY {
                append(&self.log, std::mem::take(&mut array)).await?;
            }
        }
        append(&self.log, array).await
    }

    async fn command(&self, number: u32, registration: Registration) -> Result<Command, Failure> {
        let territory = registration.territory;
        let registered = DemandCommand {
            today: self.day,
            by: self.by,
            person_ref: Uuid::new_v4(),
            piece_id: Uuid::new_v4(),
            settings: demand::Settings::default(),
            act: Act::Register(Box::new(registration)),
        };
        let sink = EventSink::default();
        let mut demand = Demand::default();
        demand.handle(registered, &(), &sink).await.map_err(register::Error::from)?;

        let drawn = self.vault.draw().await?;
        let sequence = Sequence::try_new(number).map_err(|error| Failure::Answer(error.to_string()))?;
        let stream = UniqueNumber::compose(territory, self.day, sequence, self.desk).to_string();
        let mut events = Vec::new();
        for (event, version) in sink.collect().await.into_iter().zip(1..) {
            events.push(sealed(event, (&stream, version), &drawn, self.day)?);
        }
        Ok(command(
            &self.actor,
            SystemClock.now(),
            StreamAppend {
                stream_type: DEMAND,
                stream: StreamId::parse(stream)?,
                territory: Some(TerritoryCode::parse(&territory.to_string())?),
                expected_version: 0,
                key: Some(KeyRef { id: drawn.id.get(), commitment: drawn.commitment }),
                events,
            },
        ))
    }
}

/// A command of an actor on one stream, which nobody repeats.
pub fn command(actor: &Actor, recorded_at: Timestamp, stream: StreamAppend) -> Command {
    Command {
        id: Uuid::new_v4(),
        organisation: actor.organisation_code().to_owned(),
        actor: actor.to_string(),
        body_digest: [0; 32],
        recorded_at,
        streams: vec![stream],
        claims: Vec::new(),
    }
}

/// Appends commands that the log has to take.
pub async fn append(log: &EventLog, array: Vec<Command>) -> Result<(), Failure> {
    match log.append(array).await?.into_iter().find(|verdict| !matches!(verdict, Verdict::Committed(_))) {
        None => Ok(()),
        Some(verdict) => Err(Failure::Answer(format!("the log answered {verdict:?}"))),
    }
}

/// An event as the log takes it, its personal parts sealed.
pub fn sealed(
    event: DemandEvent,
    (stream, version): (&str, u64),
    drawn: &DrawnKey,
    day: Date,
) -> Result<NewEvent, Failure> {
    let effective_on = event.effective_on(day);
    let encoded = codec::encode(event)?;
    let parts: Vec<(u8, &[u8])> = encoded.parts.iter().map(|(tag, content)| (*tag, content.as_slice())).collect();
    Ok(NewEvent {
        event_type: encoded.event_type.into(),
        schema_version: encoded.schema_version,
        effective_on,
        payload: encoded.payload,
        sealed: envelope::seal(&drawn.key, &Place { stream, version, key_id: drawn.id }, &parts)?,
    })
}
