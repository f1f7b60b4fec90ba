//! Which commands of a call may share a round.

use std::collections::HashSet;

use uuid::Uuid;

use crate::{Command, StreamId};

/// The most commands of one round; past some dozens nothing is gained, the cost is then per command.
pub const MAX_ROUND_COMMANDS: usize = 256;
/// The most payload and sealed bytes of one round: 4 MiB. A command has at most that many.
pub const MAX_ROUND_BYTES: usize = 4 << 20;

/// What commands can clash on.
#[derive(Default)]
struct Touched<'a> {
    ids: HashSet<(&'a str, Uuid)>,
    streams: HashSet<&'a StreamId>,
    claims: HashSet<(i16, &'a [u8])>,
}

impl<'a> Touched<'a> {
    fn clashes(&self, command: &Command) -> bool {
        self.ids.contains(&(command.organisation.as_str(), command.id))
            || command.streams.iter().any(|append| self.streams.contains(&append.stream))
            || command.claims.iter().any(|claim| self.claims.contains(&(claim.kind, claim.key.as_slice())))
    }

    fn add(&mut self, command: &'a Command) {
        self.ids.insert((&command.organisation, command.id));
        self.streams.extend(command.streams.iter().map(|append| &append.stream));
        self.claims.extend(command.claims.iter().map(|claim| (claim.kind, claim.key.as_slice())));
    }
}

/// Splits the pending commands into the next round and those that wait, both in the order given.
///
/// What a waiting command touches counts as touched: a third command must not overtake the second.
pub(super) fn next(commands: &[Command], pending: &[usize]) -> (Vec<usize>, Vec<usize>) {
    let mut touched = Touched::default();
    let (mut round, mut later) = (Vec::new(), Vec::new());
    let mut bytes = 0;
    for (place, &index) in pending.iter().enumerate() {
        let command = &commands[index];
        let size = command.byte_count();
        if round.len() == MAX_ROUND_COMMANDS || (!round.is_empty() && bytes + size > MAX_ROUND_BYTES) {
            later.extend_from_slice(&pending[place..]);
            break;
        }
        if touched.clashes(command) {
            later.push(index);
        } else {
            bytes += size;
            round.push(index);
        }
        touched.add(command);
    }
    (round, later)
}
