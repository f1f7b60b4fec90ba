//! The files of an hour, minute by minute.

use std::collections::VecDeque;

use super::budget::EASY;

const MINUTES: i64 = 60;

/// The files of an hour, by the minute: first what is counted for good, then what other processes entered a moment ago.
#[derive(Default)]
pub(super) struct Hour {
    minutes: VecDeque<(i64, u32)>,
    elsewhere: Vec<(i64, u32)>,
}

impl Hour {
    pub(super) fn forget_before(&mut self, now: i64) {
        while self.minutes.front().is_some_and(|(minute, _)| *minute <= now - MINUTES) {
            self.minutes.pop_front();
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.minutes.is_empty() && self.elsewhere.is_empty()
    }

    pub(super) fn add(&mut self, minute: i64, files: u32) {
        match self.minutes.back_mut() {
            Some((last, sum)) if *last >= minute => *sum = sum.saturating_add(files),
            _ => self.minutes.push_back((minute, files)),
        }
    }

    pub(super) fn forget_elsewhere(&mut self) {
        self.elsewhere.clear();
    }

    pub(super) fn add_elsewhere(&mut self, minute: i64, files: u32) {
        self.elsewhere.push((minute, files));
    }

    pub(super) fn files(&self) -> u64 {
        self.files_after(i64::MIN)
    }

    /// The files behind a minute.
    pub(super) fn files_after(&self, after: i64) -> u64 {
        let all = self.minutes.iter().chain(&self.elsewhere);
        all.filter(|(minute, _)| *minute > after).map(|(_, files)| u64::from(*files)).sum()
    }

    /// The minute in which enough of it is over.
    pub(super) fn free_again(&self, budget: u32) -> i64 {
        let mut left = self.files();
        for (minute, files) in self.minutes.iter().chain(&self.elsewhere) {
            left -= u64::from(*files);
            if left < u64::from(budget) {
                return minute + MINUTES;
            }
        }
        0
    }

    /// How late an answer comes, as a part of the longest delay.
    pub(super) fn lateness(&self, budget: u32) -> f64 {
        let budget = u64::from(budget.max(1));
        let easy = budget * EASY / 100;
        let beyond = self.files().saturating_sub(easy) as f64;
        (beyond / (budget - easy).max(1) as f64).min(1.0)
    }
}
