//! Everything that a calendar of a territory can show: the delays that run on demands, and the wait that has become too long.

use crate::pending::Delay;

/// A kind of deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeadlineKind {
    /// A delay that runs on the demand.
    Delay(Delay),
    /// The demand waits abnormally long, by the delays that its territory set (L441-1-4, INV-54).
    AbnormalWait,
}

/// The code of an abnormally long wait.
const ABNORMAL_WAIT: &str = "ABNORMAL_WAIT";

impl DeadlineKind {
    /// Every kind, in their order.
    pub fn all() -> impl Iterator<Item = Self> {
        Delay::ALL.iter().copied().map(Self::Delay).chain([Self::AbnormalWait])
    }

    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Delay(delay) => delay.code(),
            Self::AbnormalWait => ABNORMAL_WAIT,
        }
    }

    /// Reads the code.
    pub fn of_code(code: &str) -> Option<Self> {
        Self::all().find(|kind| kind.code() == code)
    }

    /// What is to be done about one of them, in French.
    pub fn name(self) -> &'static str {
        match self {
            Self::Delay(delay) => delay.name(),
            Self::AbnormalWait => "délai anormalement long",
        }
    }
}
