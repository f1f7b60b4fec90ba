//! Where in its stay a demand stands, of a stock that neither grows nor shrinks.
//!
//! In such a stock, so many demands have an age as survive to it. What survives is told by the chances of each year: renewed
//! or not, housed or not. The opening stock is drawn from it, so that the days after it go on as before: ages, renewals and
//! radiations are at once what they are later.

use super::chances::{
    FIRST_RENEWAL, MOVER_RENEWS, PRIORITIES, RENEWED_CYCLE, STAYER_RENEWS, STAYERS, UNRENEWED_CYCLE, class_of,
    thousandths,
};

/// Where a demand stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sojourn {
    /// Renewals so far.
    pub(crate) renewals: u32,
    /// One of those who stay; told once it was renewed.
    pub(crate) stays: bool,
    /// It will be renewed once more, unless something comes before.
    pub(crate) renews: bool,
    /// Days since the filing or the last renewal.
    pub(crate) elapsed: u32,
}

/// The stays of a stock.
pub(crate) struct Sojourns {
    /// Each with the weight of all up to it.
    cells: Vec<(Sojourn, f64)>,
    /// Years that a demand stays on the average: stock for each one that is filed in a year.
    pub(crate) years: f64,
    /// Those housed by class of age, in thousandths; what is missing to a thousand is the last class's.
    pub(crate) housed: [(usize, u32); PRIORITIES.len()],
}

const DAYS_OF_A_YEAR: f64 = 365.25;

impl Sojourns {
    /// Of a stock of which in a year `housed` are housed and `removed` removed for another motive than non-renewal, each a
    /// share of the stock; nobody older than so many days.
    pub(crate) fn of(housed: f64, removed: f64, oldest: u32) -> Self {
        let mut cells = Vec::new();
        let mut total = 0.0;
        let mut by_class = [0.0; PRIORITIES.len()];
        // For those who did not renew yet, then for those who stay, then for the others: renewals so far, and how many of one
        // filing get there.
        let mut spells = vec![(0, false, 1.0)];
        while let Some((renewals, stays, entering)) = spells.pop() {
            let share = match (renewals, stays) {
                (0, _) => FIRST_RENEWAL,
                (_, true) => STAYER_RENEWS,
                (_, false) => MOVER_RENEWS,
            };
            let before = renewals * RENEWED_CYCLE;
            if before > oldest {
                continue;
            }
            for renews in [true, false] {
                let share = if renews { share } else { 1_000 - share };
                let mut alive = thousandths(entering, share);
                let length = if renews { RENEWED_CYCLE } else { UNRENEWED_CYCLE };
                for elapsed in 0..length {
                    total += alive;
                    cells.push((Sojourn { renewals, stays, renews, elapsed }, total));
                    let age = i32::try_from(before + elapsed).unwrap_or(i32::MAX);
                    let class = class_of(age);
                    let wanted = class.map_or(0.0, |class| f64::from(PRIORITIES[class].1) / 100.0);
                    if let Some(class) = class {
                        by_class[class] += alive * wanted;
                    }
                    alive -= alive * (housed * wanted + removed) / DAYS_OF_A_YEAR;
                }
                match (renews, renewals) {
                    (true, 0) => {
                        spells.push((1, true, thousandths(alive, STAYERS)));
                        spells.push((1, false, thousandths(alive, 1_000 - STAYERS)));
                    }
                    (true, _) => spells.push((renewals + 1, stays, alive)),
                    (false, _) => {}
                }
            }
        }
        let all: f64 = by_class.iter().sum();
        let share = |class: usize| (class, (by_class[class] / all * 1_000.0) as u32);
        Self { cells, years: total / DAYS_OF_A_YEAR, housed: [share(0), share(1), share(2), share(3)] }
    }

    /// The `index`-th of so many, spread evenly over all stays.
    pub(crate) fn pick(&self, index: u32, of: u32) -> Sojourn {
        let total = self.cells.last().map_or(0.0, |(_, weight)| *weight);
        let wanted = (f64::from(index) + 0.5) / f64::from(of.max(1)) * total;
        let place = self.cells.partition_point(|(_, weight)| *weight < wanted);
        self.cells[place.min(self.cells.len() - 1)].0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The ages that the published figures ask for: half of all demands older than a year, 23 months on the average.
    #[test]
    fn a_stock_is_as_old_as_published_figures_say() {
        let sojourns = Sojourns::of(0.09, 0.0315, 13 * 365);
        let all: Vec<_> = (0..10_000).map(|index| sojourns.pick(index, 10_000)).collect();
        let ages = all.iter().map(|stay| stay.renewals * RENEWED_CYCLE + stay.elapsed);
        let older = ages.clone().filter(|age| *age > 365).count();
        let mean = ages.map(f64::from).sum::<f64>() / 10_000.0 / 30.44;
        assert!((4_400..=4_900).contains(&older), "{older}");
        assert!((20.9..=24.1).contains(&mean), "{mean}");
        assert!((1.75..=1.9).contains(&sojourns.years), "{}", sojourns.years);
    }

    #[test]
    fn nobody_is_older_than_told_and_nobody_stays_past_the_tolerance() {
        let sojourns = Sojourns::of(0.2, 0.03, 1_000);
        let all: Vec<_> = (0..5_000).map(|index| sojourns.pick(index, 5_000)).collect();
        assert!(all.iter().all(|stay| stay.renewals <= 2 && stay.elapsed < UNRENEWED_CYCLE));
        assert!(all.iter().all(|stay| stay.renewals > 0 || !stay.stays));
        assert!(all.iter().any(|stay| stay.elapsed > 365), "some are past their expiry");
    }
}
