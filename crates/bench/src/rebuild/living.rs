//! A log of demands that have lived: registered, completed, certified, and renewed year after year with their notices.
//!
//! Written past the bus like [`prefill`](crate::prefill), every event as the bus would have written it. The years are gone
//! through one after the other for all demands of a batch, so that the events of a stream lie apart in the log, as they do
//! when days really pass.

use std::path::Path;
use std::sync::Arc;

use cqrs_es::Aggregate as _;
use cqrs_es::event_sink::EventSink;
use demand::certificate::{CertificateChannel, CertificateDraft};
use demand::notice::{NoticeChannel, NoticeSentDraft};
use demand::pieces::PieceDraft;
use demand::{Act, By, Declares, Demand, DemandCommand, Registration};
use event_log::{Command, EventLog, KeyRef, NewEvent, Options, Role, StreamAppend, StreamId, TerritoryCode, connect};
use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use nomenclature::{Actor, Channel, DeskCode, Sequence, UniqueNumber};
use register::{Clock as _, DEMAND, SystemClock};
use sqlx::postgres::PgConnectOptions;
use tokio::task::JoinSet;
use uuid::Uuid;
use vault::{DrawnKey, Vault};

use crate::failure::Failure;
use crate::modes::bus::FIRST_DAY;
use crate::prefill::{append, command, sealed};

const FILED: Date = date(2025, 10, 1);
/// Demands whose years are gone through together.
const BATCH: usize = 2_000;
const ARRAY: usize = 64;
const WRITERS: usize = 2;
/// Renewals of a demand, by turns: none for one that is in its first year.
const RENEWALS: [i32; 5] = [0, 1, 2, 3, 4];
/// Pieces beside the identity, by turns.
const PIECES: [u32; 4] = [0, 1, 2, 3];

/// Writes the lives of so many demands.
pub async fn fill(database: PgConnectOptions, keys: &Path, actor: &Actor, demands: u32) -> Result<(), Failure> {
    let pool = connect(database.clone(), Role::Writer, 2).await?;
    let vault = Arc::new(Vault::open_folder(pool.clone(), keys, FIRST_DAY).await?);
    let log = EventLog::new(database, pool, Options::default());
    let nobody = || Failure::Answer("the operator registers nothing".to_owned());
    let desk = actor.desk().ok_or_else(nobody)?;
    let organisation = actor.organisation().ok_or_else(nobody)?;
    let by = By { organisation, desk: Some(desk), channel: Channel::Desk, declares: Declares::Nothing };
    let writer = Writer { log, vault, actor: *actor, by, desk };
    let mut running = JoinSet::new();
    for nth in 0..WRITERS {
        let writer = writer.clone();
        running.spawn(async move {
            let numbers = (1 + nth as u32..=demands).step_by(WRITERS);
            let mut households = numbers.zip(synth::registrations(5_000 + nth as u64));
            loop {
                let batch: Vec<_> = households.by_ref().take(BATCH).collect();
                if batch.is_empty() {
                    return Ok::<(), Failure>(());
                }
                writer.years(batch).await?;
            }
        });
    }
    while let Some(ended) = running.join_next().await {
        ended.map_err(|error| Failure::Answer(error.to_string()))??;
    }
    Ok(())
}

/// One demand while it is written.
struct Life {
    demand: Demand,
    stream: String,
    territory: TerritoryCode,
    version: u32,
    key: DrawnKey,
    nth: usize,
}

#[derive(Clone)]
struct Writer {
    log: EventLog,
    vault: Arc<Vault>,
    actor: Actor,
    by: By,
    desk: DeskCode,
}

impl Writer {
    async fn years(&self, batch: Vec<(u32, Registration)>) -> Result<(), Failure> {
        let (mut lives, mut array) = (Vec::new(), Vec::new());
        for (number, registration) in batch {
            let territory = registration.territory;
            let sequence = Sequence::try_new(number).map_err(|error| Failure::Answer(error.to_string()))?;
            let mut life = Life {
                demand: Demand::default(),
                stream: UniqueNumber::compose(territory, FILED, sequence, self.desk).to_string(),
                territory: TerritoryCode::parse(&territory.to_string())?,
                version: 0,
                key: self.vault.draw().await?,
                nth: number as usize,
            };
            self.act(&mut life, FILED, vec![Act::Register(Box::new(registration))], &mut array).await?;
            lives.push(life);
        }
        self.append(&mut array, 0).await?;
        for piece in 0..PIECES.len() as u32 {
            let day = FILED.saturating_add((10 + 20 * i64::from(piece)).days());
            for life in lives.iter_mut().filter(|life| PIECES[life.nth % PIECES.len()] > piece) {
                self.act(life, day, vec![Act::AddPiece(some_piece(life.nth, piece))], &mut array).await?;
            }
        }
        self.append(&mut array, 0).await?;
        for year in 0..=RENEWALS.len() as i32 {
            let day = FILED.saturating_add((12 * year).months());
            let certified = |life: &&mut Life| RENEWALS[life.nth % RENEWALS.len()] >= year;
            for life in lives.iter_mut().filter(certified) {
                self.act(life, day.saturating_add(20.days()), vec![certificate(day)], &mut array).await?;
            }
            let renewed = |life: &&mut Life| RENEWALS[life.nth % RENEWALS.len()] > year;
            let listed = day.saturating_add(11.months().days(5));
            for life in lives.iter_mut().filter(renewed) {
                let acts = vec![Act::ListNotice {}, Act::RecordNoticeSent(posted(listed))];
                self.act(life, listed, acts, &mut array).await?;
            }
            self.append(&mut array, 0).await?;
            for life in lives.iter_mut().filter(renewed) {
                let next = day.saturating_add(12.months());
                self.act(life, next, vec![Act::Renew { form: Box::default() }], &mut array).await?;
            }
            self.append(&mut array, 0).await?;
        }
        Ok(())
    }

    /// Decides acts of a day and puts their events into a command.
    async fn act(&self, life: &mut Life, day: Date, acts: Vec<Act>, array: &mut Vec<Command>) -> Result<(), Failure> {
        let (expected_version, mut events) = (life.version, Vec::new());
        for act in acts {
            let command = DemandCommand {
                today: day,
                by: self.by,
                person_ref: Uuid::new_v4(),
                piece_id: Uuid::new_v4(),
                settings: demand::Settings::default(),
                act,
            };
            let sink = EventSink::default();
            life.demand.handle(command, &(), &sink).await.map_err(register::Error::from)?;
            for event in sink.collect().await {
                life.version += 1;
                events.push(self.sealed(life, event, day)?);
            }
        }
        let of_life = StreamAppend {
            stream_type: DEMAND,
            stream: StreamId::parse(life.stream.as_str())?,
            territory: Some(life.territory),
            expected_version,
            key: Some(KeyRef { id: life.key.id.get(), commitment: life.key.commitment }),
            events,
        };
        array.push(command(&self.actor, SystemClock.now(), of_life));
        self.append(array, ARRAY).await
    }

    fn sealed(&self, life: &Life, event: demand::DemandEvent, day: Date) -> Result<NewEvent, Failure> {
        sealed(event, (&life.stream, u64::from(life.version)), &life.key, day)
    }

    /// Appends what waits when it is more than so much.
    async fn append(&self, array: &mut Vec<Command>, more_than: usize) -> Result<(), Failure> {
        if array.len() <= more_than {
            return Ok(());
        }
        append(&self.log, std::mem::take(array)).await
    }
}

fn some_piece(nth: usize, piece: u32) -> PieceDraft {
    PieceDraft {
        piece_type: Some("RES-SAL".to_owned()),
        label: None,
        sha256: Some(format!("{nth:060x}{piece:04x}")),
        received_on: None,
        deposit_id: None,
    }
}

fn certificate(since: Date) -> Act {
    let issued_on = since.saturating_add(20.days());
    Act::IssueCertificate(CertificateDraft {
        issued_on: Some(issued_on.to_string()),
        channel: Some(CertificateChannel::Post),
    })
}

fn posted(day: Date) -> NoticeSentDraft {
    NoticeSentDraft {
        sent_on: Some(day.to_string()),
        channel: Some(NoticeChannel::Post),
        reference: Some("bench".to_owned()),
    }
}
