//! The counts of a block of level 0, event by event: what a position in the middle of it needs.

use nomenclature::CommuneCode;
use serde::{Deserialize, Serialize};

use crate::block::offset_of;
use crate::counted::Counted;
use crate::kind::Kind;
use crate::ledger::Delta;
use crate::month::Month;
use crate::place::{NO_COMMUNE, epci_of};
use crate::rollup::Unpacked;

/// One change of one count, packed so that entries of later events can be put behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Place of the event within the block.
    pub offset: u16,
    /// The commune of first choice.
    pub commune: Option<CommuneCode>,
    /// The kind of demand.
    pub kind: Kind,
    /// What is counted.
    pub counted: Counted,
    /// The month in which it takes effect.
    pub month: Month,
    /// See [`Delta::value`].
    pub value: i32,
    /// How many more, or fewer.
    pub amount: i64,
}

#[derive(Serialize, Deserialize)]
struct Packed(u16, [u8; 5], Kind, Counted, Month, i32, i64);

/// Instead of a commune's code.
const NONE: [u8; 5] = [0; 5];

impl Entry {
    pub(crate) fn of(delta: &Delta) -> Self {
        let Delta { position, commune, kind, counted, month, value, amount, .. } = *delta;
        Self { offset: offset_of(position.get()), commune, kind, counted, month, value, amount }
    }

    pub(crate) fn pack(&self, bytes: &mut Vec<u8>) -> Result<(), postcard::Error> {
        let commune = self.commune.and_then(|code| code.as_str().as_bytes().try_into().ok()).unwrap_or(NONE);
        let packed = Packed(self.offset, commune, self.kind, self.counted, self.month, self.value, self.amount);
        bytes.extend(postcard::to_allocvec(&packed)?);
        Ok(())
    }

    /// All entries of a block.
    pub(crate) fn unpack(mut bytes: &[u8]) -> Result<Vec<Self>, Unpacked> {
        let mut entries = Vec::with_capacity(bytes.len() / 14);
        while !bytes.is_empty() {
            let (packed, rest) = postcard::take_from_bytes::<Packed>(bytes).map_err(|_| Unpacked)?;
            let Packed(offset, commune, kind, counted, month, value, amount) = packed;
            let commune = match commune {
                NONE => None,
                code => {
                    let code = std::str::from_utf8(&code).map_err(|_| Unpacked)?;
                    Some(CommuneCode::parse(code).map_err(|_| Unpacked)?)
                }
            };
            entries.push(Self { offset, commune, kind, counted, month, value, amount });
            bytes = rest;
        }
        Ok(entries)
    }

    /// Tells the codes of the places within a territory that it counts in, besides the territory itself.
    pub(crate) fn each_place(&self, mut place: impl FnMut(&str)) {
        place(self.commune.as_ref().map_or(NO_COMMUNE, CommuneCode::as_str));
        if let Some(siren) = self.commune.and_then(epci_of) {
            place(siren.as_str());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_read_back_one_behind_the_other() {
        let commune = CommuneCode::parse("2A004").unwrap();
        let entry = |offset, commune, value, amount| Entry {
            offset,
            commune,
            kind: Kind::Transfer,
            counted: Counted::Stock,
            month: Month::parse("2026-11").unwrap(),
            value,
            amount,
        };
        let entries = vec![entry(0, Some(commune), 20_000, 1), entry(511, None, -3, -1)];
        let mut bytes = Vec::new();
        for entry in &entries {
            entry.pack(&mut bytes).unwrap();
        }
        assert_eq!(Entry::unpack(&bytes).unwrap(), entries);
        assert!(Entry::unpack(&bytes[1..]).is_err());
        assert!(Entry::unpack(&bytes[..bytes.len() - 1]).is_err());
    }
}
