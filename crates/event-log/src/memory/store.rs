//! Reading and fencing, with what can happen on the way.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use tokio::time::timeout_at;
use uuid::Uuid;

use super::view::View;
use super::{Call, Fate, Lost, MemoryLog};
use crate::postgres::UNTIL;
use crate::store::{ReadEach, Store, Walk};
use crate::{ClaimHolder, ClaimRow, Error, Position, Receipt, RecordedEvent, StreamId, StreamRange, StreamType};

#[derive(Debug)]
pub(super) struct MemoryStore {
    pub(super) log: MemoryLog,
    pub(super) fate: Arc<dyn Fate>,
}

impl MemoryStore {
    /// One look at the log.
    async fn look<T: Send>(&self, look: impl FnOnce(View<'_>) -> T + Send) -> Result<T, Error> {
        let work = async {
            self.fate.going(Call::Read).await?;
            let seen = {
                let state = self.log.state();
                look(state.as_of(self.fate.sees(state.head())))
            };
            self.fate.coming(Call::Read).await?;
            Ok(seen)
        };
        let seen = match UNTIL.try_with(|until| *until) {
            Err(_) => work.await,
            Ok(until) => timeout_at(until, work).await.map_err(|_| Error::Database {
                action: "reading",
                code: "57014".to_owned(),
                message: "the caller's time is over".to_owned(),
            })?,
        };
        seen.map_err(|Lost| broken("reading"))
    }
}

fn broken(action: &'static str) -> Error {
    Error::Connection { action, message: "the connection broke".to_owned() }
}

#[async_trait]
impl Store for MemoryStore {
    async fn takes_writes(&self) -> Result<(), Error> {
        self.look(|_| ()).await
    }

    async fn fence(&self, organisation: &str, command: Uuid) -> Result<Option<Position>, Error> {
        let lost = |Lost| broken("fencing a command");
        self.fate.going(Call::Fence).await.map_err(lost)?;
        let fenced = self.log.state().fence(organisation, command);
        self.fate.coming(Call::Fence).await.map_err(lost)?;
        Ok(fenced)
    }

    async fn head(&self) -> Result<Position, Error> {
        self.look(|view| view.head).await
    }

    async fn after(
        &self,
        stream_type: Option<&StreamType>,
        after: Position,
        limit: u32,
    ) -> Result<(Position, Vec<RecordedEvent>), Error> {
        self.look(|view| (view.head, view.after(stream_type, after, limit))).await
    }

    async fn range(&self, first: Position, last: Position) -> Result<Vec<RecordedEvent>, Error> {
        self.look(|view| view.range(first, last)).await
    }

    async fn stream(
        &self,
        stream: &StreamId,
        after_version: u32,
        up_to: Option<Position>,
    ) -> Result<Vec<RecordedEvent>, Error> {
        self.look(|view| {
            let asked = |event: &&RecordedEvent| {
                event.version > after_version && up_to.is_none_or(|up_to| event.position <= up_to)
            };
            view.stream(stream).filter(asked).cloned().collect()
        })
        .await
    }

    async fn streams(&self, streams: &[StreamId]) -> Result<ReadEach, Error> {
        self.look(|view| streams.iter().map(|stream| view.stream(stream).cloned().map(Ok).collect()).collect()).await
    }

    async fn commands(&self, receipts: &[Receipt]) -> Result<ReadEach, Error> {
        self.look(|view| {
            let each = |receipt: &Receipt| view.range(receipt.first, receipt.last).into_iter().map(Ok).collect();
            receipts.iter().map(each).collect()
        })
        .await
    }

    async fn last_stream_of(&self, stream_type: &StreamType, prefix: &str) -> Result<Option<StreamId>, Error> {
        self.look(|view| view.last_stream_of(stream_type, prefix)).await
    }

    async fn streams_at(&self, positions: &[i64]) -> Result<Vec<StreamId>, Error> {
        self.look(|view| view.streams_at(positions)).await
    }

    async fn first_missing(&self, up_to: Position) -> Result<Option<Position>, Error> {
        self.look(|view| (view.head < up_to).then(|| view.head.next())).await
    }

    async fn receipts(&self, commands: &[(&str, Uuid)]) -> Result<Vec<Option<(Receipt, [u8; 32])>>, Error> {
        self.look(|view| commands.iter().map(|(organisation, id)| view.receipt(organisation, *id)).collect()).await
    }

    async fn acknowledged(&self, commands: &[(&str, Uuid)]) -> Result<Vec<Option<(Receipt, [u8; 32])>>, Error> {
        self.receipts(commands).await
    }

    async fn fenced(&self, organisation: &str, command: Uuid) -> Result<Option<Position>, Error> {
        self.look(|view| view.fenced(organisation, command)).await
    }

    async fn position_as_of(&self, end: Timestamp) -> Result<Position, Error> {
        self.look(|view| view.position_as_of(end)).await
    }

    async fn key_ids_in_use(&self, keys: &[i64]) -> Result<Vec<i64>, Error> {
        self.look(|view| view.key_ids_in_use(keys)).await
    }

    async fn claim_holders_of(&self, kind: i16, keys: &[&[u8]]) -> Result<Vec<Vec<ClaimHolder>>, Error> {
        self.look(|view| keys.iter().map(|key| view.claim_holders(kind, key)).collect()).await
    }

    async fn claims_after(&self, after: Option<&ClaimRow>, limit: u32) -> Result<Vec<ClaimRow>, Error> {
        self.look(|view| view.claims_after(after, limit)).await
    }
}

#[async_trait]
impl Walk for MemoryStore {
    async fn page(
        &mut self,
        range: &StreamRange,
        behind: Option<(&StreamId, u32)>,
        up_to: Position,
        limit: u32,
    ) -> Result<Vec<RecordedEvent>, Error> {
        self.look(|view| view.walk(range, behind, up_to, limit)).await
    }
}
