//! What streams leave behind, packed and in buckets.

use std::collections::BTreeMap;

use nomenclature::{CommuneCode, Territory, UniqueNumber};
use projection::CopyRows;
use serde::{Deserialize, Serialize};
use sqlx::error::BoxDynError;
use uuid::Uuid;

use crate::block::{FAN, leaf_of};
use crate::counted::Counted;
use crate::kind::Kind;
use crate::ledger::{Delta, Word};
use crate::month::Month;
use crate::rollup::Unpacked;
use crate::timeline::Days;

/// A delta and its place among those of its event: rank 0 is of the demand alone, the others are of its persons in order.
#[derive(Serialize, Deserialize)]
pub struct PackedDelta {
    pub position: i64,
    pub rank: u16,
    territory: Option<Territory>,
    commune: Option<CommuneCode>,
    kind: Kind,
    counted: Counted,
    month: Month,
    value: i32,
    amount: i64,
}

impl PackedDelta {
    /// The delta, at its position.
    pub fn unpacked(&self) -> Result<Delta, Unpacked> {
        Ok(Delta {
            position: event_log::Position::try_new(self.position).map_err(|_| Unpacked)?,
            territory: self.territory,
            commune: self.commune,
            kind: self.kind,
            counted: self.counted,
            month: self.month,
            value: self.value,
            amount: self.amount,
        })
    }
}

/// A word of an event on a person.
#[derive(Serialize, Deserialize)]
pub struct PackedWord {
    pub person: Uuid,
    pub position: i64,
    pub rank: u16,
    number: UniqueNumber,
    days: Vec<Days>,
    kind: Kind,
}

impl PackedWord {
    /// The word itself.
    pub(crate) fn unpacked(self) -> Result<Word, Unpacked> {
        let Self { person, position, number, days, kind, .. } = self;
        let counts = Delta {
            position: event_log::Position::try_new(position).map_err(|_| Unpacked)?,
            territory: None,
            commune: None,
            kind,
            counted: Counted::Household,
            month: Month::BEGINNING,
            value: 0,
            amount: 0,
        };
        Ok(Word { person, number, days, counts })
    }
}

/// Everything that is packed one behind the other.
pub fn unpack<T: for<'a> Deserialize<'a>>(mut bytes: &[u8], into: &mut Vec<T>) -> Result<(), Unpacked> {
    while !bytes.is_empty() {
        let (packed, rest) = postcard::take_from_bytes(bytes).map_err(|_| Unpacked)?;
        into.push(packed);
        bytes = rest;
    }
    Ok(())
}

/// What one worker has gathered and not put down yet.
#[derive(Default)]
pub struct Gathered {
    last: i64,
    deltas: BTreeMap<i64, Vec<u8>>,
    words: BTreeMap<i16, Vec<u8>>,
    bytes: usize,
}

impl Gathered {
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// An event of a demand at a position was folded, whether it counts or not.
    pub fn reach(&mut self, position: i64) {
        if position > self.last {
            self.last = position;
            // It must be told, even when nothing counts.
            self.deltas.entry(block_of(position)).or_default();
        }
    }

    pub(crate) fn delta(&mut self, rank: u16, delta: &Delta) -> Result<(), postcard::Error> {
        let Delta { position, territory, commune, kind, counted, month, value, amount } = *delta;
        let position = position.get();
        let packed = PackedDelta { position, rank, territory, commune, kind, counted, month, value, amount };
        self.bytes += pack(&packed, self.deltas.entry(block_of(position)).or_default())?;
        Ok(())
    }

    pub(crate) fn word(&mut self, position: i64, rank: u16, word: &Word) -> Result<(), postcard::Error> {
        let Word { person, number, ref days, ref counts } = *word;
        let packed = PackedWord { person, position, rank, number, days: days.clone(), kind: counts.kind };
        let bucket = i16::from(person.as_bytes()[0]);
        self.bytes += pack(&packed, self.words.entry(bucket).or_default())?;
        Ok(())
    }

    pub fn put_down(&mut self, deltas: &mut CopyRows, words: &mut CopyRows) -> Result<(), BoxDynError> {
        for (block, packed) in std::mem::take(&mut self.deltas) {
            deltas.row().field(block)?.field(self.last)?.field(packed)?;
        }
        for (bucket, packed) in std::mem::take(&mut self.words) {
            words.row().field(bucket)?.field(packed)?;
        }
        self.bytes = 0;
        Ok(())
    }
}

/// The block of level 2 that holds a position.
pub fn block_of(position: i64) -> i64 {
    leaf_of(position) / (FAN * FAN)
}

fn pack<T: Serialize>(value: &T, into: &mut Vec<u8>) -> Result<usize, postcard::Error> {
    let before = into.len();
    *into = postcard::to_extend(value, std::mem::take(into))?;
    Ok(into.len() - before)
}
