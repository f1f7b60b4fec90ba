//! Chance that falls the same way everywhere.
//!
//! Only the block function of ChaCha is relied on, which is fixed for ever: what the random crates make of it (ranges,
//! choices, seeding from a number) may change with a version, so it is made here, with integers.

use nomenclature::Territory;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

/// What a stream of chance is for: two purposes never share one.
#[derive(Clone, Copy)]
pub(crate) enum Purpose {
    Organisations = 1,
    Household = 2,
    CommandId = 3,
    Registration = 4,
    Territory = 5,
    TerritoryHousehold = 6,
    TerritoryChange = 7,
    TerritoryAct = 8,
    TerritoryCommandId = 9,
    TerritoryDay = 10,
    TerritoryPast = 11,
}

/// A stream of chance.
pub(crate) struct Dice(ChaCha8Rng);

impl Dice {
    /// The stream of a seed for the `index`-th thing of a purpose. What one thing draws never shifts what another does.
    pub(crate) fn new(seed: u64, purpose: Purpose, index: u64) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..16].copy_from_slice(&(purpose as u64).to_le_bytes());
        key[16..24].copy_from_slice(&index.to_le_bytes());
        Self(ChaCha8Rng::from_seed(key))
    }

    /// The same in a territory: what one territory draws has nothing to do with what another does.
    pub(crate) fn within(territory: Territory, seed: u64, purpose: Purpose, index: u64) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..16].copy_from_slice(&(purpose as u64).to_le_bytes());
        key[16..24].copy_from_slice(&index.to_le_bytes());
        key[24..27].copy_from_slice(territory.as_str().as_bytes());
        Self(ChaCha8Rng::from_seed(key))
    }

    /// 0 to `n` - 1, and 0 for no choice at all.
    pub(crate) fn below(&mut self, n: u32) -> u32 {
        let scaled = (u64::from(self.0.next_u32()) * u64::from(n)) >> 32;
        u32::try_from(scaled).expect("the product of two 32-bit numbers has 32 bits above the lower 32")
    }

    /// `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: i32, high: i32) -> i32 {
        let width = u32::try_from(high - low + 1).unwrap_or(1);
        low + i32::try_from(self.below(width)).unwrap_or(0)
    }

    /// True `n` times of a hundred.
    pub(crate) fn percent(&mut self, n: u32) -> bool {
        self.below(100) < n
    }

    /// One of the list, which must not be empty.
    pub(crate) fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        let index = self.below(u32::try_from(list.len()).unwrap_or(u32::MAX));
        &list[usize::try_from(index).expect("an index into a list")]
    }

    /// One of the list, each as often as its weight says.
    pub(crate) fn weigh<T: Copy>(&mut self, list: &[(T, u32)]) -> T {
        let mut left = self.below(list.iter().map(|(_, weight)| weight).sum());
        for (value, weight) in list {
            if left < *weight {
                return *value;
            }
            left -= weight;
        }
        list[list.len() - 1].0
    }

    /// Bytes.
    pub(crate) fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.fill_bytes(&mut bytes);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_the_same_for_ever() {
        let mut dice = Dice::new(6, Purpose::Household, 1);
        let drawn: Vec<u32> = (0..4).map(|_| dice.below(1_000_000)).collect();
        // Computed by another implementation of ChaCha8: key 6, 2, 1 as three little-endian numbers, block 0.
        assert_eq!(drawn, [721_035, 215_651, 233_210, 881_902]);
    }

    #[test]
    fn weights_are_kept() {
        let mut dice = Dice::new(1, Purpose::Household, 0);
        let heads = (0..10_000).filter(|_| dice.weigh(&[(true, 3), (false, 1)])).count();
        assert!((7_300..7_700).contains(&heads), "{heads}");
        assert!((0..1_000).map(|_| dice.between(-2, 2)).all(|n| (-2..=2).contains(&n)));
    }
}
