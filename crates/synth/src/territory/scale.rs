//! How much of a real territory is invented.

use std::fmt;
use std::str::FromStr;

/// A scale: `1:10` invents one demand for ten real ones, `10:1` ten for one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scale {
    invented: u32,
    real: u32,
}

/// A text that is no scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoScale;

impl fmt::Display for NoScale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a scale is two numbers from 1 to 100000, as in 1:10")
    }
}

impl std::error::Error for NoScale {}

impl Scale {
    /// As large as life.
    pub const LIFE: Self = Self { invented: 1, real: 1 };
    /// One for ten.
    pub const TENTH: Self = Self { invented: 1, real: 10 };

    /// That many invented for so many real ones.
    pub(crate) fn of(self, real: u32) -> u32 {
        let (invented, of) = (u64::from(self.invented), u64::from(self.real));
        let exact = u64::from(real) * invented;
        u32::try_from((exact + of / 2) / of).unwrap_or(u32::MAX)
    }

    /// The same, with the fraction.
    pub(crate) fn exactly(self, real: f64) -> f64 {
        real * f64::from(self.invented) / f64::from(self.real)
    }
}

impl FromStr for Scale {
    type Err = NoScale;

    fn from_str(text: &str) -> Result<Self, NoScale> {
        let (invented, real) = text.split_once(':').ok_or(NoScale)?;
        let number = |text: &str| text.parse().ok().filter(|n| (1..=100_000).contains(n)).ok_or(NoScale);
        Ok(Self { invented: number(invented)?, real: number(real)? })
    }
}

impl fmt::Display for Scale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.invented, self.real)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_rounds_to_the_nearest_demand_and_reads_back() {
        let tenth: Scale = "1:10".parse().unwrap();
        assert_eq!(tenth, Scale::TENTH);
        assert_eq!((tenth.of(38_790), tenth.of(38_795), tenth.of(4)), (3_879, 3_880, 0));
        assert_eq!("3:1".parse::<Scale>().unwrap().of(10), 30);
        assert_eq!(tenth.to_string(), "1:10");
        for wrong in ["", "10", "0:1", "1:0", "1:-1", "1:2:3", "1:100001", "a:b"] {
            assert_eq!(wrong.parse::<Scale>(), Err(NoScale), "{wrong}");
        }
    }
}
