//! Reading for many at once: one look-up, whose answers stand in the order of what was asked.

use uuid::Uuid;

use super::{Reader, RecordedEvent};
use crate::{Error, Receipt, StreamId};

impl Reader {
    /// The events of several streams, in the order asked for, each in order of version: one statement for all of them.
    /// None where a stream does not exist; a stream that is damaged is an error of its own, and no other's. The caller asks for
    /// as many as fit in memory.
    ///
    /// # Errors
    /// [`Error::Connection`] or [`Error::Database`].
    pub async fn read_streams(&self, streams: &[StreamId]) -> Result<Vec<Result<Vec<RecordedEvent>, Error>>, Error> {
        let whole = |events: Vec<Result<RecordedEvent, Error>>| {
            let checked = (1..).zip(events).map(|(version, event)| match event? {
                event if event.version == version => Ok(event),
                event => Err(Error::VersionGap { stream: event.stream, version }),
            });
            checked.collect()
        };
        Ok(self.store.streams(streams).await?.into_iter().map(whole).collect())
    }

    /// The events of several committed commands, in the order asked for: one statement for all of them. One with a hole is an
    /// error of its own, and no other's.
    ///
    /// # Errors
    /// [`Error::Connection`] or [`Error::Database`].
    pub async fn read_commands(&self, receipts: &[Receipt]) -> Result<Vec<Result<Vec<RecordedEvent>, Error>>, Error> {
        let whole = |(command, events): (&Receipt, Vec<Result<RecordedEvent, Error>>)| {
            let events = events.into_iter().collect::<Result<Vec<_>, _>>()?;
            let complete = command.first.before().plus(events.len()) == command.last;
            if complete { Ok(events) } else { Err(Error::Gap { position: command.last }) }
        };
        Ok(receipts.iter().zip(self.store.commands(receipts).await?).map(whole).collect())
    }

    /// The receipts of several commands, in the order asked for: one statement for all of them.
    ///
    /// # Errors
    /// As [`Reader::receipt`].
    pub async fn receipts(&self, commands: &[(&str, Uuid)]) -> Result<Vec<Option<(Receipt, [u8; 32])>>, Error> {
        self.store.receipts(commands).await
    }
}
