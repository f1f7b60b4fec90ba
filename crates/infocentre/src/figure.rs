//! Figures from what was counted.

use serde::Serialize;

use crate::counted::Counted;
use crate::histogram::Histogram;
use crate::kind::Kinds;
use crate::ledger::unix_days;
use crate::measure::Measure;
use crate::month::Month;
use crate::rollup::{Rollup, Tally};

/// A figure.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Figure {
    /// Its value; none where there is nothing to measure.
    pub value: Option<f64>,
    /// How many demands it rests on: what is counted, of a mean or a median all of them, of the pressure the leases.
    pub observations: i64,
    /// The nine deciles, where they are asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub deciles: Vec<i32>,
}

impl Figure {
    fn count(count: i64) -> Self {
        Self { value: Some(real(count)), observations: count, deciles: Vec::new() }
    }

    fn ratio(part: i64, whole: i64) -> Self {
        let value = (whole != 0).then(|| real(part) / real(whole));
        Self { value, observations: whole, deciles: Vec::new() }
    }
}

/// Counts are far below 2^53.
fn real(count: i64) -> f64 {
    count as f64
}

/// A measure in each month of a range, the first one first.
pub fn figures(rollup: &Rollup, measure: Measure, kinds: Kinds, (from, to): (Month, Month)) -> Vec<Figure> {
    let of = Of { rollup, kinds };
    if measure == Measure::SeniorityMedian {
        return of.median_seniorities(from, to);
    }
    let figure = |month: Month| match measure {
        Measure::SeniorityMean => {
            let Tally { count, sum } = of.tally(Counted::Stock, month);
            Figure::ratio(count * i64::from(unix_days(month.last_day())) - sum, count)
        }
        Measure::WaitingMean => {
            let Tally { count, sum } = of.tally(Counted::Housed, month);
            Figure::ratio(sum, count)
        }
        Measure::WaitingMedian | Measure::WaitingDeciles => {
            let waited = of.waited(month);
            let decile = |part| waited.quantile(part, 10);
            let deciles =
                if measure == Measure::WaitingDeciles { (1..=9).filter_map(decile).collect() } else { vec![] };
            Figure { value: decile(5).map(f64::from), observations: waited.count(), deciles }
        }
        Measure::Pressure => {
            let year = month.plus(-11).to(month);
            let leases = year.map(|month| of.tally(Counted::Housed, month).count).sum();
            Figure::ratio(of.tally(Counted::Stock, month).count, leases)
        }
        _ => Figure::count(measure.counted().iter().map(|counted| of.tally(*counted, month).count).sum()),
    };
    from.to(to).map(figure).collect()
}

struct Of<'a> {
    rollup: &'a Rollup,
    kinds: Kinds,
}

impl Of<'_> {
    /// Of a month, or of a stock at its end.
    fn tally(&self, counted: Counted, month: Month) -> Tally {
        let mut all = Tally::default();
        for kind in self.kinds.members() {
            let first = if counted.is_stock() { (counted, *kind, Month::BEGINNING) } else { (counted, *kind, month) };
            for tally in self.rollup.counts.range(first..=(counted, *kind, month)).map(|(_, tally)| tally) {
                all.count += tally.count;
                all.sum += tally.sum;
            }
        }
        all
    }

    fn waited(&self, month: Month) -> Histogram {
        let mut waited = Histogram::default();
        for kind in self.kinds.members() {
            waited.merge(self.rollup.values.get(&(Counted::Housed, *kind, month)).unwrap_or(&Histogram::default()));
        }
        waited
    }

    fn median_seniorities(&self, from: Month, to: Month) -> Vec<Figure> {
        let mut filed = Histogram::default();
        let take = |filed: &mut Histogram, first: Month, last: Month| {
            for kind in self.kinds.members() {
                let months = (Counted::Stock, *kind, first)..=(Counted::Stock, *kind, last);
                self.rollup.values.range(months).for_each(|(_, values)| filed.merge(values));
            }
        };
        take(&mut filed, Month::BEGINNING, from.plus(-1));
        let median = |month: Month| {
            take(&mut filed, month, month);
            let seniority = |filed_on| f64::from(unix_days(month.last_day()) - filed_on);
            let value = filed.quantile(1, 2).map(seniority);
            Figure { value, observations: filed.count(), deciles: Vec::new() }
        };
        from.to(to).map(median).collect()
    }
}
