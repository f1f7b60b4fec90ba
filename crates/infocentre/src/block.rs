//! Positions in blocks, and blocks in larger ones, so that any beginning of the log is a few of them.
//!
//! A block of level 0 holds [`LEAF`] positions, one of the next level [`FAN`] blocks of the level below. A block is closed once
//! an event beyond it was folded; what it holds never changes again.
//!
//! Counts are small and asked for by the hundred, one for each commune: a closed block has them together with those of its
//! siblings before it, so that one row of each level is enough. Values are many: a closed block has its own alone.

/// Positions of a block of level 0.
pub const LEAF: i64 = 512;
/// Blocks of a block of the next level.
pub const FAN: i64 = 16;

/// The block of level 0 that holds a position.
pub fn leaf_of(position: i64) -> i64 {
    (position - 1).div_euclid(LEAF)
}

/// Place of a position within its block.
pub fn offset_of(position: i64) -> u16 {
    u16::try_from((position - 1).rem_euclid(LEAF)).unwrap_or(u16::MAX)
}

/// The blocks that hold the positions from 1 to one that is inside of an open block, or at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beginning {
    /// Blocks of level 0; of the last one only a part.
    pub leaves: Vec<i64>,
    /// Closed blocks of higher levels: level and block.
    pub closed: Vec<(i16, i64)>,
    /// Of them the last of each level: it has the counts of its siblings before it, too.
    pub last: Vec<(i16, i64)>,
}

impl Beginning {
    /// The blocks that hold everything up to a position.
    pub fn up_to(position: i64) -> Self {
        if position < 1 {
            return Self { leaves: Vec::new(), closed: Vec::new(), last: Vec::new() };
        }
        let mut block = leaf_of(position);
        let leaves = (first_sibling(block)..=block).collect();
        let (mut closed, mut last, mut level) = (Vec::new(), Vec::new(), 0);
        while block >= FAN {
            block /= FAN;
            level += 1;
            closed.extend((first_sibling(block)..block).map(|sibling| (level, sibling)));
            last.extend(sibling_before(block).map(|sibling| (level, sibling)));
        }
        Self { leaves, closed, last }
    }
}

/// The first block of those that make one of the next level.
pub fn first_sibling(block: i64) -> i64 {
    block - block.rem_euclid(FAN)
}

/// The sibling before a block; none for the first one.
pub fn sibling_before(block: i64) -> Option<i64> {
    (first_sibling(block) < block).then(|| block - 1)
}

/// Blocks of level 1 and above that are closed by an event, when the last one before it is known; in the order in which they
/// must be made.
pub fn closing(last: i64, next: i64) -> Vec<(i16, i64)> {
    let mut closing = Vec::new();
    let (mut from, mut to) = (leaf_of(last.max(1)) / FAN, leaf_of(next) / FAN);
    let mut level = 1;
    while from < to {
        closing.extend((from..to).map(|block| (level, block)));
        (from, to, level) = (from / FAN, to / FAN, level + 1);
    }
    closing
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn positions(level: i16, block: i64) -> std::ops::Range<i64> {
        let size = LEAF * FAN.pow(u32::try_from(level).unwrap());
        block * size + 1..(block + 1) * size + 1
    }

    fn none() -> Beginning {
        Beginning { leaves: vec![], closed: vec![], last: vec![] }
    }

    #[test]
    fn the_first_blocks() {
        assert_eq!(Beginning::up_to(0), Beginning { leaves: vec![], ..none() });
        assert_eq!(Beginning::up_to(1), Beginning { leaves: vec![0], ..none() });
        assert_eq!(Beginning::up_to(513), Beginning { leaves: vec![0, 1], ..none() });
        assert_eq!(Beginning::up_to(16 * 512), Beginning { leaves: (0..16).collect(), ..none() });
        assert_eq!(
            Beginning::up_to(16 * 512 + 1),
            Beginning { leaves: vec![16], closed: vec![(1, 0)], last: vec![(1, 0)] }
        );
        assert_eq!((offset_of(1), offset_of(512), offset_of(513)), (0, 511, 0));
    }

    proptest! {
        #[test]
        fn a_beginning_holds_each_position_once_and_few_blocks(position in 1_i64..3_000_000_000) {
            let beginning = Beginning::up_to(position);
            let mut ranges: Vec<_> = beginning.closed.iter().map(|(level, block)| positions(*level, *block)).collect();
            ranges.extend(beginning.leaves.iter().map(|block| positions(0, *block)));
            ranges.sort_by_key(|range| range.start);
            prop_assert_eq!(ranges[0].start, 1);
            prop_assert!(ranges.windows(2).all(|pair| pair[0].end == pair[1].start));
            prop_assert!(ranges.last().unwrap().contains(&position));
            prop_assert!(ranges.len() <= 6 * 15 + 1);
            let siblings = |(level, block): &(i16, i64)| (first_sibling(*block)..=*block).map(|it| (*level, it)).collect::<Vec<_>>();
            prop_assert_eq!(beginning.last.iter().flat_map(siblings).collect::<Vec<_>>(), beginning.closed);
        }

        /// However the events come: every block that a beginning asks for was closed before.
        #[test]
        fn what_a_beginning_needs_is_closed_once(steps in proptest::collection::vec(1_i64..40_000, 1..60)) {
            let (mut last, mut made) = (0, std::collections::BTreeSet::new());
            for step in steps {
                for block in closing(last, last + step) {
                    prop_assert!(made.insert(block), "{:?} twice", block);
                    let (level, block) = block;
                    prop_assert!(level == 1 || (block * FAN..(block + 1) * FAN).all(|part| made.contains(&(level - 1, part))));
                }
                last += step;
                prop_assert!(Beginning::up_to(last).closed.iter().all(|block| made.contains(block)));
            }
        }
    }
}
