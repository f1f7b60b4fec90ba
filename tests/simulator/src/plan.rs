//! What is simulated: a seed, and how much of what.

use std::fmt;

/// One simulation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Decides everything that is left to chance.
    pub seed: u64,
    /// Processes over the one log.
    pub processes: u64,
    /// Clients, each of one desk.
    pub clients: u64,
    /// What each client asks for.
    pub steps: u64,
    /// What goes wrong.
    pub trouble: Trouble,
}

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// Connections that break, before or after their work: per cent of all calls.
    pub lost: u64,
    /// Processes die and come back.
    pub crashes: bool,
    /// Days go by.
    pub days: bool,
}

impl Plan {
    /// What a seed stands for when nothing else is said: some are calm, some are rough.
    pub fn of(seed: u64) -> Self {
        let lost = [0, 1, 4, 9][(seed % 4) as usize];
        let trouble = Trouble { lost, crashes: !seed.is_multiple_of(3), days: seed.is_multiple_of(2) };
        Self { seed, processes: 2 + seed % 2, clients: 4, steps: 9, trouble }
    }
}

/// As it is said in the environment, to live through it again.
impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, processes, clients, steps, trouble: Trouble { lost, crashes, days } } = self;
        write!(f, "SIM_SEED={seed} SIM_PLAN={processes},{clients},{steps},{lost},{crashes},{days}")
    }
}

/// As it was said there.
impl Plan {
    /// The plan of a seed with what was said of it: processes, clients, steps, per cent lost, crashes, days.
    pub fn parse(seed: u64, said: &str) -> Option<Self> {
        let mut parts = said.split(',');
        let mut number = || parts.next()?.parse::<u64>().ok();
        let (processes, clients, steps, lost) = (number()?, number()?, number()?, number()?);
        let mut flag = || parts.next()?.parse::<bool>().ok();
        let (crashes, days) = (flag()?, flag()?);
        Some(Self { seed, processes, clients, steps, trouble: Trouble { lost, crashes, days } })
    }
}
