//! What may come in a life: drawn at its registration, and once more when something comes to nothing.

use jiff::civil::Date;
use nomenclature::add_months;

use crate::day::{after, at_a_desk, between};
use crate::file::Change;
use crate::life::{AT_LEAST_DAYS, Life, Writer};
use crate::piece;

/// What is still to come.
#[derive(Clone, Copy)]
pub(crate) enum Plan {
    Piece(usize),
    Change(Change),
    SecondDesk,
    Stranger,
    NoLessor,
    Renewal,
    Attribution { decided_on: Date, lessor: usize },
    Refusal { lessor: usize },
    Lapse { lessor: usize },
    Lease { signed_on: Date, lessor: usize },
    Renunciation,
    LateComer,
    LateOffer,
}

impl Writer<'_> {
    /// Everything that may come, but for what follows from it.
    pub(crate) fn plan(&mut self, life: &mut Life, day: Date) {
        let likely = piece::likely(&life.file).len();
        for index in 0..likely {
            if self.dice.percent(55) {
                life.plans.push((after(day, self.dice.between(0, 75)), Plan::Piece(index)));
            }
        }
        let changes = self.dice.weigh(&[(0, 66), (1, 26), (2, 8)]);
        for _ in 0..changes {
            let change = self.dice.weigh(&[
                (Change::Contact, 40),
                (Change::Work, 26),
                (Change::Wishes, 22),
                (Change::Partner, 12),
            ]);
            life.plans.push((after(day, self.dice.between(15, 300)), Plan::Change(change)));
        }
        let expected_on = life.file.natural().and_then(|natural| natural.members.expected_on());
        if let Some(expected_on) = expected_on {
            life.plans.push((after(expected_on, self.dice.between(20, 45)), Plan::Change(Change::Birth)));
        }
        // Some go to a second desk for good luck. The co-applicant of a demand holds it like the applicant.
        if life.file.natural().is_some() && self.household % 29 == 11 {
            life.plans.push((after(day, self.dice.between(2, 50)), Plan::SecondDesk));
        }
        if self.household % 97 == 5 {
            life.plans.push((after(day, self.dice.between(5, 40)), Plan::Stranger));
        }
        if self.household % 131 == 8 {
            life.plans.push((after(day, self.dice.between(5, 40)), Plan::NoLessor));
        }
        life.plans.push((self.renewal_day(life.valid_from), Plan::Renewal));
        match self.dice.below(100) {
            0..13 => self.plan_attribution(life, day, AT_LEAST_DAYS, 330),
            13..16 => {
                life.plans.push((after(day, self.dice.between(AT_LEAST_DAYS, 300)), Plan::Renunciation));
            }
            _ => {}
        }
    }

    /// Most renew in the last six weeks, a few when it is too late but not yet radiated.
    pub(crate) fn renewal_day(&mut self, valid_from: Date) -> Date {
        let expiry = add_months(valid_from, 12);
        let late = self.dice.percent(10);
        after(expiry, if late { self.dice.between(3, 25) } else { -self.dice.between(3, 42) })
    }

    /// A commission attributes a dwelling, and what comes of it.
    pub(crate) fn plan_attribution(&mut self, life: &mut Life, day: Date, from: i32, to: i32) {
        let lessor = self.dice.pick(&(0..self.scene.cast.lessors.len()).collect::<Vec<_>>()).to_owned();
        // Those decided in the sample's last weeks are still open at its end.
        let room = between(day, self.options.until).min(to);
        if room <= from {
            return;
        }
        let decided_on = after(day, self.dice.between(from, room));
        let told_on = after(decided_on, self.dice.between(0, 4));
        let at_once = !self.dice.percent(10);
        if at_once {
            life.plans.push((told_on, Plan::Attribution { decided_on, lessor }));
        }
        match self.dice.below(100) {
            0..14 if at_once => life.plans.push((after(told_on, self.dice.between(4, 10)), Plan::Refusal { lessor })),
            14..22 if at_once => life.plans.push((after(told_on, self.dice.between(12, 30)), Plan::Lapse { lessor })),
            _ => {
                if self.dice.percent(15) {
                    let rival = (lessor + 1) % self.scene.cast.lessors.len();
                    let decided_on = after(told_on, 2);
                    life.plans.push((after(told_on, 3), Plan::Attribution { decided_on, lessor: rival }));
                }
                let signed_on = at_a_desk(after(told_on, self.dice.between(15, 45)), Date::MAX);
                // One lease in six is told weeks after it was signed.
                let late = self.dice.below(6) == 0;
                let delay = if late { self.dice.between(24, 60) } else { self.dice.between(0, 5) };
                life.plans.push((after(signed_on, delay), Plan::Lease { signed_on, lessor }));
            }
        }
    }
}
