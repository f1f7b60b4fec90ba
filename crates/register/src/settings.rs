//! What territories decided for themselves, kept up with the log: the one place that resolves which delays are in force.

use std::collections::HashMap;
use std::time::Duration;

use cqrs_es::Aggregate as _;
use demand::Settings;
use demand::territory::{Event, Parameters, codec};
use event_log::{Position, Reader, RecordedEvent, StreamType};
use jiff::civil::Date;
use nomenclature::Territory;
use tokio::sync::RwLock;
use tokio::time::Instant;

use crate::Error;
use crate::stream::unreadable;

/// The type of a territory's stream; its id is the territory's code.
pub const TERRITORY: StreamType = StreamType::from_static("territory");

/// A change made by another process is seen after this long at the latest. One made by this process is seen at once.
const FRESH: Duration = Duration::from_secs(1);
const PAGE: u32 = 1_000;

/// The parameters of all territories, which follow the log.
pub(crate) struct LiveSettings {
    reader: Reader,
    state: RwLock<State>,
}

#[derive(Default)]
struct State {
    parameters: HashMap<Territory, Parameters>,
    position: Position,
    checked_at: Option<Instant>,
}

impl State {
    fn is_fresh(&self) -> bool {
        self.checked_at.is_some_and(|at| at.elapsed() < FRESH)
    }
}

impl LiveSettings {
    pub(crate) fn new(reader: Reader) -> Self {
        Self { reader, state: RwLock::default() }
    }

    /// The settings that the acts of a day are decided by.
    pub(crate) async fn in_force(&self, territory: Territory, day: Date) -> Result<Settings, Error> {
        let of_nothing = || Settings::of(territory, day);
        self.ask(territory, |decided| decided.map_or_else(of_nothing, |known| known.settings_on(territory, day))).await
    }

    /// Asks something of what a territory decided; `None` when it never decided anything.
    pub(crate) async fn ask<T>(
        &self,
        territory: Territory,
        question: impl FnOnce(Option<&Parameters>) -> T,
    ) -> Result<T, Error> {
        {
            let state = self.state.read().await;
            if state.is_fresh() {
                return Ok(question(state.parameters.get(&territory)));
            }
        }
        let mut state = self.state.write().await;
        // Of those who waited one reads for all.
        if !state.is_fresh() {
            self.fold_what_is_new(&mut state).await?;
        }
        Ok(question(state.parameters.get(&territory)))
    }

    /// Folds what is new, however fresh the rest is.
    pub(crate) async fn catch_up(&self) -> Result<(), Error> {
        let mut state = self.state.write().await;
        self.fold_what_is_new(&mut state).await
    }

    async fn fold_what_is_new(&self, state: &mut State) -> Result<(), Error> {
        loop {
            let page = self.reader.read_type_after(&TERRITORY, state.position, PAGE).await?;
            for recorded in &page.events {
                let (territory, event) = decode(recorded)?;
                state.parameters.entry(territory).or_default().apply(event);
            }
            state.position = page.complete_to;
            if page.events.len() < PAGE as usize {
                state.checked_at = Some(Instant::now());
                return Ok(());
            }
        }
    }
}

/// The territory of an event, and what happened.
pub(crate) fn decode(recorded: &RecordedEvent) -> Result<(Territory, Event), Error> {
    let territory =
        Territory::parse(recorded.stream.as_str()).map_err(|_| unreadable(recorded, &"its stream is no territory"))?;
    let event = codec::decode(&recorded.event_type, recorded.schema_version, &recorded.payload)
        .map_err(|error| unreadable(recorded, &error))?;
    Ok((territory, event))
}
