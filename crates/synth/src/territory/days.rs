//! The days, one after the other.

use std::collections::HashMap;

use demand::Act;
use jiff::civil::{Date, Weekday};
use nomenclature::{Actor, Channel, Territory, add_months};
use uuid::Builder;

use super::agenda::Agenda;
use super::chances::{ASSOCIATIONS, OTHER_MOTIVES, OUTCOMES, Outcome, PRIORITIES, SEPARATIONS, UNTOLD, thousandths};
use super::figures::Figures;
use super::flow::{Flow, Rhythm};
use super::opening::Coming;
use super::sojourn::Sojourns;
use super::spread::{Dealer, Subject};
use super::stock::{Live, Stock};
use super::who::{Held, Households, Known};
use super::{APPROACH_DAYS, Day, Stage, TerritoryOptions};
use crate::cast::Cast;
use crate::day::{after, between};
use crate::dice::{Dice, Purpose};
use crate::file::Scene;
use crate::line::Line;
use crate::places::Places;

/// The days of a territory; see [`territory`](super::territory()).
pub struct TerritoryDays {
    pub(crate) households: Households,
    pub(crate) stock: Stock,
    /// Who files on a day to come.
    pub(crate) coming: HashMap<u32, Coming>,
    /// Radiated for non-renewal, and coming back.
    pub(crate) away: HashMap<u32, Live>,
    pub(crate) agenda: Agenda,
    pub(crate) held: Held,
    /// With several territories: who asks in the first of them.
    pub(crate) known: Option<Known>,
    pub(crate) flows: Flows,
    pub(crate) associations: Associations,
    /// Those housed by class of age.
    pub(crate) ages: [(usize, u32); PRIORITIES.len()],
    dealt: HashMap<u16, u32>,
    last_household: u32,
    opening: u32,
    seq: u32,
    first: Date,
    last: Date,
    /// The day after the last one given.
    next: Date,
    lines: Vec<Line>,
}

/// Associations among the demands: there, and wanted.
pub(crate) struct Associations {
    pub(crate) live: u32,
    pub(crate) wanted: u32,
}

/// What happens so many times a year.
pub(crate) struct Flows {
    pub(crate) filings: Flow,
    pub(crate) commissions: Flow,
    pub(crate) removals: Flow,
    pub(crate) separations: Flow,
}

impl TerritoryDays {
    pub(crate) fn new(options: &TerritoryOptions, also_in: Option<Territory>, known: Option<Known>) -> Self {
        let TerritoryOptions { seed, territory, scale, last, months } = *options;
        let first = after(add_months(last, -i32::from(months)), 1);
        let households = Households::of(seed, territory, also_in);
        let figures = Figures::of(territory);
        let (stock, attributions) = (f64::from(figures.stock), f64::from(figures.attributions));
        // Whoever is not housed leaves for another motive now and then, else for non-renewal; both depend on how long one
        // stays, and that on both: told again until it does not move.
        let oldest = u32::try_from(between(households.scene.cast.earliest(), first)).unwrap_or(0);
        let housed = attributions / stock;
        let mut removed = 0.0;
        let mut sojourns = Sojourns::of(housed, removed, oldest);
        for _ in 0..6 {
            let leaving = (1.0 / sojourns.years - housed).max(0.0);
            removed = thousandths(leaving, OTHER_MOTIVES);
            sojourns = Sojourns::of(housed, removed, oldest);
        }
        // The register grows older with the days that pass: nobody filed before its first one.
        let later = Sojourns::of(housed, removed, oldest + u32::from(months) * 30);
        let signed = OUTCOMES.iter().find(|(outcome, _)| *outcome == Outcome::Signed);
        let signed = signed.map_or(1.0, |(_, share)| f64::from(*share) / 1_000.0);
        let separations = thousandths(stock, SEPARATIONS);
        let decided = attributions / signed * (1.0 + f64::from(UNTOLD) / 1_000.0);
        let flows = Flows {
            // A separation brings a demand too.
            filings: Flow::new(scale.exactly(stock / later.years - separations), Rhythm::Filings),
            commissions: Flow::new(scale.exactly(decided), Rhythm::Office),
            removals: Flow::new(scale.exactly(stock * removed), Rhythm::Office),
            separations: Flow::new(scale.exactly(separations), Rhythm::Office),
        };
        let mut days = Self {
            households,
            stock: Stock::default(),
            coming: HashMap::new(),
            away: HashMap::new(),
            agenda: Agenda::default(),
            held: Held::default(),
            known,
            flows,
            associations: Associations {
                live: 0,
                wanted: (scale.exactly(stock * f64::from(ASSOCIATIONS) / 100_000.0) + 0.5) as u32,
            },
            ages: later.housed,
            dealt: HashMap::new(),
            last_household: 0,
            opening: scale.of(figures.stock),
            seq: 0,
            first,
            last,
            next: Date::MIN,
            lines: Vec::new(),
        };
        days.open(&sojourns, scale.of(figures.stock));
        days
    }

    /// The first day that passes.
    pub fn first(&self) -> Date {
        self.first
    }

    /// The next number of a household.
    pub(crate) fn number(&mut self) -> u32 {
        self.last_household += 1;
        self.last_household
    }

    /// The card of the next deal for a subject.
    pub(crate) fn next_deal(&mut self, subject: Subject) -> u32 {
        let dealt = self.dealt.entry(subject as u16).or_default();
        *dealt += 1;
        *dealt - 1
    }

    /// Chance of its own for the next act of a demand.
    pub(crate) fn chance(&mut self, household: u32) -> Dice {
        let acts = self.stock.get_mut(household).map_or(0, |live| {
            live.acts += 1;
            live.acts
        });
        self.dice(Purpose::TerritoryAct, u64::from(household) << 20 | u64::from(acts))
    }

    pub(crate) fn dice(&self, purpose: Purpose, index: u64) -> Dice {
        let Dealer { seed, territory } = self.households.dealer;
        Dice::within(territory, seed, purpose, index)
    }

    /// Tells an act.
    pub(crate) fn tell(&mut self, (day, household): (Date, u32), (actor, channel): (Actor, Channel), act: Act) {
        self.tell_refused((day, household), (actor, channel), act, None);
    }

    /// Tells an act that must be refused for a reason.
    pub(crate) fn tell_refused(
        &mut self,
        (day, household): (Date, u32),
        (actor, channel): (Actor, Channel),
        act: Act,
        expect: Option<&'static str>,
    ) {
        self.seq += 1;
        let bytes = self.dice(Purpose::TerritoryCommandId, u64::from(self.seq)).bytes();
        let command_id = Builder::from_custom_bytes(bytes).into_uuid();
        let expect = expect.map(str::to_owned);
        self.lines.push(Line { seq: self.seq, command_id, day, household, actor, channel, act, expect, opens: None });
    }

    /// The act told last opens the demand of a household.
    pub(crate) fn opens(&mut self, household: u32) {
        if let Some(line) = self.lines.last_mut() {
            line.opens = Some(household);
        }
    }

    fn stage(&self, day: Date) -> Stage {
        match day {
            day if day >= self.first => Stage::Lived,
            day if day >= self.approach() => Stage::Approach,
            _ => Stage::Past,
        }
    }

    /// The day on which something of a day is recorded: the past, once a week.
    fn recorded(&self, day: Date) -> Date {
        let approach = self.approach();
        if day >= approach {
            return day;
        }
        let ahead =
            i32::from(Weekday::Friday.to_monday_zero_offset()) - i32::from(day.weekday().to_monday_zero_offset());
        after(day, ahead.rem_euclid(7)).min(approach)
    }

    /// Demands of the opening stock.
    pub fn opening(&self) -> u32 {
        self.opening
    }

    fn approach(&self) -> Date {
        after(self.first, -APPROACH_DAYS)
    }

    fn live(&mut self, day: Date) {
        while let Some((household, plan)) = self.agenda.next(day) {
            match self.recorded(day) {
                recorded if recorded > day => self.agenda.add(recorded, household, plan),
                _ => self.act(day, household, plan),
            }
        }
        if self.stage(day) == Stage::Lived {
            self.happen(day);
            // Who files today is heard today.
            while let Some((household, plan)) = self.agenda.next(day) {
                self.act(day, household, plan);
            }
        }
    }
}

impl Iterator for TerritoryDays {
    type Item = Day;

    fn next(&mut self) -> Option<Day> {
        let (territory, approach) = (self.households.dealer.territory, self.approach());
        loop {
            let date = match self.agenda.next_day() {
                Some(day) if self.next < approach => day.min(approach),
                _ => self.next.max(approach),
            };
            if date > self.last {
                return None;
            }
            self.live(date);
            self.next = after(date, 1);
            let (stage, lines) = (self.stage(date), std::mem::take(&mut self.lines));
            if stage > Stage::Past || !lines.is_empty() {
                return Some(Day { territory, date, stage, lines });
            }
        }
    }
}

impl Households {
    fn of(seed: u64, territory: Territory, also_in: Option<Territory>) -> Self {
        let figures = Figures::of(territory);
        let transfers = u64::from(figures.transfers) * 1_000 / u64::from(figures.stock.max(1));
        let cast = Cast::of(seed, territory);
        Self {
            dealer: Dealer { seed, territory },
            // There is one portal, of the first territory; elsewhere organisations have their own.
            scene: Scene {
                places: Places::demanded(territory),
                cast: if also_in.is_some() { cast.without_portal() } else { cast },
            },
            transfers: u32::try_from(transfers).unwrap_or(0),
            elsewhere: also_in.map(|other| Box::new(Self::of(seed, other, None))),
        }
    }
}
