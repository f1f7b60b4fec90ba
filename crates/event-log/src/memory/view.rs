//! The log up to a position: what readings see.

use std::ops::Bound;

use jiff::Timestamp;
use uuid::Uuid;

use super::state::State;
use crate::{ClaimHolder, ClaimRow, Position, Receipt, RecordedEvent, StreamId, StreamRange, StreamType};

/// What was committed up to `head`.
pub(super) struct View<'a> {
    pub(super) state: &'a State,
    pub(super) head: Position,
}

impl<'a> View<'a> {
    fn events(&self) -> &'a [RecordedEvent] {
        &self.state.events[..index(self.head)]
    }

    pub(super) fn after(&self, stream_type: Option<&StreamType>, after: Position, limit: u32) -> Vec<RecordedEvent> {
        let behind = self.events().get(index(after)..).unwrap_or_default().iter();
        let asked = behind.filter(|event| stream_type.is_none_or(|asked| *asked == event.stream_type));
        asked.take(limit as usize).cloned().collect()
    }

    pub(super) fn range(&self, first: Position, last: Position) -> Vec<RecordedEvent> {
        let last = index(last.min(self.head));
        self.events().get(index(first.before())..last).unwrap_or_default().to_vec()
    }

    pub(super) fn stream(&self, stream: &StreamId) -> impl Iterator<Item = &'a RecordedEvent> + use<'a> {
        let (state, head) = (self.state, self.head);
        let indexes = state.streams.get(stream).into_iter().flatten();
        indexes.map(move |index| &state.events[*index]).take_while(move |event| event.position <= head)
    }

    pub(super) fn last_stream_of(&self, stream_type: &StreamType, prefix: &str) -> Option<StreamId> {
        let of_type = self.events().iter().filter(|event| event.stream_type == *stream_type);
        of_type.map(|event| &event.stream).filter(|stream| stream.as_str().starts_with(prefix)).max().cloned()
    }

    pub(super) fn streams_at(&self, positions: &[i64]) -> Vec<StreamId> {
        let at = |position: &i64| self.events().get(usize::try_from(*position - 1).ok()?);
        positions.iter().filter_map(at).map(|event| event.stream.clone()).collect()
    }

    pub(super) fn receipt(&self, organisation: &str, command: Uuid) -> Option<(Receipt, [u8; 32])> {
        let (receipt, digest) = self.state.receipt(&(organisation.to_owned(), command))?;
        if receipt.last <= self.head { Some((receipt, digest?)) } else { None }
    }

    pub(super) fn fenced(&self, organisation: &str, command: Uuid) -> Option<Position> {
        let fenced = self.state.fences.get(&(organisation.to_owned(), command)).copied();
        fenced.filter(|as_of| *as_of <= self.head)
    }

    pub(super) fn position_as_of(&self, end: Timestamp) -> Position {
        let later = self.events().iter().find(|event| event.recorded_at >= end);
        later.map_or(self.head, |event| event.position.before())
    }

    pub(super) fn key_ids_in_use(&self, keys: &[i64]) -> Vec<i64> {
        let named = |key: &&i64| self.events().iter().any(|event| event.version == 1 && event.key_id == Some(**key));
        keys.iter().filter(named).copied().collect()
    }

    pub(super) fn claim_holders(&self, kind: i16, key: &[u8]) -> Vec<ClaimHolder> {
        self.state.claims.holders(kind, key, self.head)
    }

    pub(super) fn claims_after(&self, after: Option<&ClaimRow>, limit: u32) -> Vec<ClaimRow> {
        let rows = self.state.claims.keys().flat_map(|(kind, key)| {
            let holders = self.claim_holders(*kind, key).into_iter();
            holders.map(|holder| ClaimRow { kind: *kind, key: key.clone(), holder })
        });
        let place = |row: &ClaimRow| (row.kind, row.key.clone(), row.holder.scope.clone(), row.holder.ordinal);
        rows.filter(|row| after.is_none_or(|after| place(row) > place(after))).take(limit as usize).collect()
    }

    /// Events of a range of streams up to a position, in order of (stream, version), behind one of them.
    pub(super) fn walk(
        &self,
        range: &StreamRange,
        behind: Option<(&StreamId, u32)>,
        up_to: Position,
        limit: u32,
    ) -> Vec<RecordedEvent> {
        let from = behind.map(|(stream, _)| stream).or(range.from.as_ref());
        let streams = self.state.streams.range((from.map_or(Bound::Unbounded, Bound::Included), Bound::Unbounded));
        let streams = streams.map(|(stream, _)| stream);
        let within = streams.take_while(|stream| range.until.as_ref().is_none_or(|until| *stream < until));
        let events = within.flat_map(|stream| self.stream(stream)).filter(|event| event.position <= up_to);
        let further = events.filter(|event| behind.is_none_or(|place| (&event.stream, event.version) > place));
        further.take(limit as usize).cloned().collect()
    }
}

/// How many events there are up to a position.
fn index(position: Position) -> usize {
    usize::try_from(position.get()).unwrap_or(usize::MAX)
}
