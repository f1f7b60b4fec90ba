//! The record of who looked: what waits to be written, what was written, and what was refused because it could not be.

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use register::Recording;

/// The figures of the record.
#[derive(Default)]
pub struct Consultations {
    entered: Counter,
    refused: Counter,
    braked: Counter,
    waiting: Gauge,
    failing: Gauge,
}

impl Consultations {
    /// Puts them into a registry.
    pub fn register(registry: &mut Registry) -> Self {
        let consultations = Self::default();
        registry.register("consultations", "Looks that were recorded, durably", consultations.entered.clone());
        let help = "Looks that were refused, because they could not be recorded";
        registry.register("consultations_refused", help, consultations.refused.clone());
        let help = "Looks that were refused, because an account or its organisation had used up its files of the hour";
        registry.register("consultations_braked", help, consultations.braked.clone());
        registry.register("consultations_waiting", "Looks that wait to be recorded", consultations.waiting.clone());
        let help = "1 while the record cannot be written, and nothing nominative is shown";
        registry.register("consultations_failing", help, consultations.failing.clone());
        consultations
    }

    /// What the register says of it.
    pub fn look(&self, recording: &Recording) {
        let raise = |counter: &Counter, to: u64| counter.inc_by(to.saturating_sub(counter.get()));
        raise(&self.entered, recording.entered);
        raise(&self.refused, recording.refused);
        raise(&self.braked, recording.braked);
        self.waiting.set(i64::try_from(recording.waiting).unwrap_or(i64::MAX));
        self.failing.set(recording.failing.into());
    }
}
