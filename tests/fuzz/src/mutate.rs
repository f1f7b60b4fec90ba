//! Inputs made of others, the same ones for the same seed: what a test run has of a fuzzer.

/// Where most limits are.
const EDGES: &[u8] = &[0, 1, 0x7F, 0x80, 0xFF, b'\n', b'"', b'{', b'-', b'+', b'0', b'9', b' '];
/// What readers of text trip over.
const WORDS: &[&str] = &[
    "null",
    "true",
    "[]",
    "{}",
    "\"\"",
    "-1",
    "1e9",
    "2024-02-29",
    "9999-12-31",
    "0001-01-01",
    "\\u0000",
    "\\ud800",
    "\u{e9}",
    "\u{202e}",
    "99999999999999999999",
];

/// Draws that a seed decides (SplitMix64).
pub struct Dice(u64);

impl Dice {
    /// The draws of a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below a bound; zero below none.
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut drawn = self.0;
        drawn = (drawn ^ (drawn >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        drawn = (drawn ^ (drawn >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        let bound = bound.max(1) as u64;
        usize::try_from((drawn ^ (drawn >> 31)) % bound).unwrap_or(0)
    }

    /// A range of an input, short more often than long.
    fn range(&mut self, length: usize) -> std::ops::Range<usize> {
        let from = self.below(length + 1);
        let longest = if self.below(4) == 0 { length } else { 8 };
        from..(from + self.below(longest + 1)).min(length)
    }
}

/// An input changed in one to four places, partly by what stands in another one.
pub fn mutate(input: &[u8], other: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut mutated = input.to_vec();
    for _ in 0..=dice.below(4) {
        let at = dice.below(mutated.len());
        let range = dice.range(mutated.len());
        match dice.below(7) {
            0 if !mutated.is_empty() => mutated[at] ^= 1 << dice.below(8),
            1 if !mutated.is_empty() => mutated[at] = EDGES[dice.below(EDGES.len())],
            2 => drop(mutated.drain(range)),
            3 => {
                let copy = mutated[range].to_vec();
                mutated.splice(at..at, copy);
            }
            4 => {
                let taken = dice.range(other.len());
                mutated.splice(range, other[taken].iter().copied());
            }
            5 => {
                let word = WORDS[dice.below(WORDS.len())];
                mutated.splice(range, word.bytes());
            }
            _ => {
                // Another digit in the place of one: what is left is well formed more often.
                let digits: Vec<_> = (0..mutated.len()).filter(|at| mutated[*at].is_ascii_digit()).collect();
                if let Some(at) = digits.get(dice.below(digits.len())) {
                    mutated[*at] = b'0' + u8::try_from(dice.below(10)).unwrap_or(0);
                }
            }
        }
    }
    mutated
}
