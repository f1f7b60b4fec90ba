//! The opening stock: demands that are there on the first day, with what they lived through.

use jiff::civil::Date;
use nomenclature::add_months;

use super::agenda::Plan;
use super::days::TerritoryDays;
use super::sojourn::{Sojourn, Sojourns};
use super::who::{Households, Origin, Who};
use crate::day::after;
use crate::dice::{Dice, Purpose};

/// A household that files on a day to come.
pub(crate) struct Coming {
    pub(crate) origin: Origin,
    /// The day of reception, where it is told.
    pub(crate) filed_on: Option<Date>,
    /// Where it stands on the first day, of the opening stock.
    pub(crate) stay: Option<Sojourn>,
}

impl TerritoryDays {
    /// Plans the past of a stock of so many demands.
    pub(crate) fn open(&mut self, sojourns: &Sojourns, stock: u32) {
        for index in 0..stock {
            let household = self.number();
            let stay = sojourns.pick(index, stock);
            let mut dice = self.dice(Purpose::TerritoryPast, u64::from(household));
            let elapsed = i32::try_from(stay.elapsed).unwrap_or(0);
            let mut valid_from = after(self.first(), -1 - elapsed);
            for _ in 0..stay.renewals {
                self.agenda.add(valid_from, household, Plan::PastRenewal);
                valid_from = add_months(after(valid_from, -renewal_offset(&mut dice)), -12);
            }
            let filed_on = valid_from.max(self.households.scene.cast.earliest());
            let origin = if Households::is_association(household) { Origin::Association } else { Origin::Plain };
            self.associations.live += u32::from(matches!(origin, Origin::Association));
            let who = Who { household, attempt: 0, drawn_on: filed_on, origin, turns: Vec::new() };
            let at_a_desk = self.households.channel(&who) == nomenclature::Channel::Desk;
            let late = if at_a_desk && dice.percent(50) { dice.between(1, 12) } else { 0 };
            self.agenda.add(after(filed_on, late), household, Plan::Filing);
            let coming = Coming { origin: who.origin, filed_on: Some(filed_on), stay: Some(stay) };
            self.coming.insert(household, coming);
        }
    }
}

/// Days between an expiry and the renewal: most come in the six weeks before, a few within the tolerance.
pub(crate) fn renewal_offset(dice: &mut Dice) -> i32 {
    if dice.below(1_000) < super::chances::LATE_RENEWALS { dice.between(3, 24) } else { -dice.between(3, 42) }
}
