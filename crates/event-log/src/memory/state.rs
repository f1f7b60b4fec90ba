//! What is kept, and how a command is decided and committed.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::claims::Claims;
use super::view::View;
use crate::{Command, Position, Receipt, RecordedEvent, Refusal, StreamAppend, StreamId, Verdict, wire};

/// One log. The event at index n has position n + 1.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) events: Vec<RecordedEvent>,
    /// The indexes of each stream's events, in order of version.
    pub(super) streams: BTreeMap<StreamId, Vec<usize>>,
    /// The index of each command's first event.
    pub(super) commands: BTreeMap<(String, Uuid), usize>,
    pub(super) claims: Claims,
    pub(super) fences: BTreeMap<(String, Uuid), Position>,
    /// Where each round that wrote something ended.
    commits: Vec<Position>,
}

impl State {
    pub(super) fn head(&self) -> Position {
        Position::ZERO.plus(self.events.len())
    }

    /// The log as it was at the last commit up to a position.
    pub(super) fn as_of(&self, position: Position) -> View<'_> {
        let commits = self.commits.partition_point(|commit| *commit <= position);
        let head = commits.checked_sub(1).map_or(Position::ZERO, |last| self.commits[last]);
        View { state: self, head }
    }

    /// Gives a command id up, unless it is committed.
    pub(super) fn fence(&mut self, organisation: &str, command: Uuid) -> Option<Position> {
        let id = (organisation.to_owned(), command);
        if self.commands.contains_key(&id) {
            return None;
        }
        let head = self.head();
        Some(*self.fences.entry(id).or_insert(head))
    }

    /// Decides commands of which no two touch the same, and commits those that are not refused.
    pub(super) fn append(&mut self, round: &[&Command]) -> Vec<Verdict> {
        let before = self.head();
        let verdicts = round.iter().map(|command| self.append_one(command)).collect();
        if self.head() > before {
            self.commits.push(self.head());
        }
        verdicts
    }

    fn append_one(&mut self, command: &Command) -> Verdict {
        let id = (command.organisation.clone(), command.id);
        if let Some((receipt, digest)) = self.receipt(&id) {
            return if digest == Some(command.body_digest) {
                Verdict::Repeated(receipt)
            } else {
                Verdict::Refused(Refusal::CommandIdReused)
            };
        }
        if self.fences.contains_key(&id) {
            return Verdict::Refused(Refusal::Fenced);
        }
        let refusal = command
            .streams
            .iter()
            .find_map(|append| self.moved(append))
            .or_else(|| self.claims.refusal(&command.claims));
        match refusal {
            Some(refusal) => Verdict::Refused(refusal),
            None => Verdict::Committed(self.commit(command)),
        }
    }

    /// Where a command stands, and the digest of its body.
    pub(super) fn receipt(&self, id: &(String, Uuid)) -> Option<(Receipt, Option<[u8; 32]>)> {
        let event = &self.events[*self.commands.get(id)?];
        let last = event.position.before().plus(event.command_size.unwrap_or(1).into());
        Some((Receipt { first: event.position, last }, event.body_digest))
    }

    /// Why a stream cannot be written.
    fn moved(&self, append: &StreamAppend) -> Option<Refusal> {
        let last =
            self.streams.get(&append.stream).and_then(|indexes| indexes.last()).map(|index| &self.events[*index]);
        let actual = last.map_or(0, |event| event.version);
        if actual != append.expected_version {
            let (stream, expected) = (append.stream.clone(), append.expected_version);
            return Some(Refusal::VersionConflict { stream, expected, actual });
        }
        let key = append.key.map(|key| key.id);
        let same = last.is_none_or(|event| {
            event.stream_type == append.stream_type && event.territory == append.territory && event.key_id == key
        });
        (!same).then(|| Refusal::StreamMismatch { stream: append.stream.clone() })
    }

    fn commit(&mut self, command: &Command) -> Receipt {
        let first = self.head().next();
        self.commands.insert((command.organisation.clone(), command.id), self.events.len());
        for append in &command.streams {
            for (version, event) in (append.expected_version + 1..).zip(&append.events) {
                let opens = self.head().next() == first;
                let mut recorded = RecordedEvent {
                    position: self.head().next(),
                    recorded_at: wire::truncated(command.recorded_at),
                    command_id: command.id,
                    key_id: append.key.map(|key| key.id),
                    effective_on: event.effective_on,
                    version,
                    schema_version: event.schema_version,
                    command_size: opens.then(|| u16::try_from(command.event_count()).unwrap_or(u16::MAX)),
                    stream_type: append.stream_type.clone(),
                    territory: append.territory,
                    stream: append.stream.clone(),
                    event_type: event.event_type.to_string(),
                    organisation: command.organisation.clone(),
                    actor: command.actor.clone(),
                    payload: event.payload.clone(),
                    sealed: event.sealed.clone(),
                    commitment: append.key.filter(|_| version == 1).map(|key| key.commitment),
                    leaf: [0; 32],
                    body_digest: opens.then_some(command.body_digest),
                };
                recorded.leaf = recorded.computed_leaf();
                self.streams.entry(append.stream.clone()).or_default().push(self.events.len());
                self.events.push(recorded);
            }
        }
        let receipt = Receipt { first, last: self.head() };
        self.claims.change(&command.claims, receipt.last);
        receipt
    }
}
