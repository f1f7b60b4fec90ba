//! Who used the processors: the server, this program with its children, and others.
//!
//! On a small machine the client, the server and the base line share the cores, and others come and go. Processor time a
//! command varies less than the rate does, and what others took says whether a run can be trusted.

use std::fs;

/// Ticks a second of the kernel's accounts: `USER_HZ`, 100 on every Linux that PostgreSQL runs on.
const TICKS: f64 = 100.0;

/// Processor time so far, in ticks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cpu {
    server: u64,
    client: u64,
    busy: u64,
}

/// Processor time between two looks, in seconds.
#[derive(Clone, Copy, Debug, Default)]
pub struct CpuUsed {
    /// The postmaster and its processes.
    pub server: f64,
    /// This program and the children it has waited for.
    pub client: f64,
    /// Everybody else, the hypervisor included.
    pub foreign: f64,
}

impl Cpu {
    /// The accounts as of now; `None` where there is no `/proc` as Linux has it.
    pub fn now(postmaster: i32) -> Option<Self> {
        let mut server = Times::of(postmaster)?.with_children();
        for entry in fs::read_dir("/proc").ok()?.flatten() {
            let pid = entry.file_name().to_str().and_then(|name| name.parse::<i32>().ok());
            // A process may end while we look.
            if let Some(times) = pid.and_then(Times::of).filter(|times| times.parent == postmaster) {
                server += times.own;
            }
        }
        let client = Times::of(i32::try_from(std::process::id()).ok()?)?.with_children();
        Some(Self { server, client, busy: busy(&fs::read_to_string("/proc/stat").ok()?)? })
    }

    /// What was used since an earlier look.
    pub fn since(self, earlier: Self) -> CpuUsed {
        let seconds = |later: u64, earlier: u64| later.saturating_sub(earlier) as f64 / TICKS;
        let server = seconds(self.server, earlier.server);
        let client = seconds(self.client, earlier.client);
        let foreign = (seconds(self.busy, earlier.busy) - server - client).max(0.0);
        CpuUsed { server, client, foreign }
    }
}

/// A line of `/proc/PID/stat`.
struct Times {
    parent: i32,
    own: u64,
    children: u64,
}

impl Times {
    fn of(pid: i32) -> Option<Self> {
        Self::parse(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
    }

    /// The name in the second field may hold anything; what follows its last parenthesis is plain.
    fn parse(line: &str) -> Option<Self> {
        let fields: Vec<&str> = line.rsplit_once(')')?.1.split_whitespace().collect();
        let ticks = |field: usize| fields.get(field)?.parse::<u64>().ok();
        Some(Self {
            parent: fields.get(1)?.parse().ok()?,
            own: ticks(11)? + ticks(12)?,
            children: ticks(13)? + ticks(14)?,
        })
    }

    fn with_children(&self) -> u64 {
        self.own + self.children
    }
}

/// All but idle and waiting, from the first line of `/proc/stat`; time of guests is in that of users already.
fn busy(stat: &str) -> Option<u64> {
    let fields: Vec<u64> =
        stat.lines().next()?.split_whitespace().skip(1).map_while(|field| field.parse().ok()).collect();
    let [user, nice, system, _idle, _waiting, irq, softirq, steal, ..] = fields[..] else { return None };
    Some(user + nice + system + irq + softirq + steal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_read_whatever_its_name() {
        let times = Times::parse("42 (a) b (c) S 7 42 42 0 -1 4194560 1 2 3 4 100 20 3 1 20 0").unwrap();
        assert_eq!((times.parent, times.own, times.with_children()), (7, 120, 124));
        assert!(Times::parse("42 (cut").is_none());
    }

    #[test]
    fn idle_time_is_not_busy() {
        assert_eq!(busy("cpu  1 2 3 1000 1000 4 5 6 0 0\ncpu0 9"), Some(21));
        assert_eq!(busy("cpu 1"), None);
    }

    #[test]
    fn what_belongs_to_nobody_here_is_foreign() {
        let earlier = Cpu::default();
        let used = Cpu { server: 100, client: 50, busy: 250 }.since(earlier);
        assert_eq!((used.server, used.client, used.foreign), (1.0, 0.5, 1.0));
    }
}
