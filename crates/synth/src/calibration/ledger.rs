//! A register made of decisions only: every act through the real aggregate, no log, no keys, no rights.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use cqrs_es::Aggregate as _;
use demand::facts::Facts;
use demand::notice::{NoticeChannel, NoticeSentDraft};
use demand::radiation::Motive;
use demand::{Act, By, DailyAct, Declares, Demand, DemandCommand, DemandEvent, Plan, Settings, deadlines, plan};
use jiff::civil::Date;
use nomenclature::{Actor, Channel, CommuneCode, DeskCode, RadiationMotive, Sequence, Territory, UniqueNumber};
use uuid::Uuid;

use crate::day::between;
use crate::life::refusal;
use crate::line::Line;
use crate::territory::{Day, Stage};

/// Days that a radiated demand is kept for, so that it may come back.
const KEPT_DAYS: i32 = 220;

/// Plays the days of a territory.
pub struct Ledger {
    territory: Territory,
    settings: Settings,
    demands: HashMap<u32, Demand>,
    /// Demands that the register looks at on a day: to list a notice, or to radiate for non-renewal.
    due: BTreeMap<Date, Vec<u32>>,
    /// Radiated demands, by the day from which nobody needs them.
    done: BTreeMap<Date, Vec<u32>>,
    pub(crate) filings: Vec<Filing>,
    pub(crate) exits: Vec<Exit>,
    pub(crate) anniversaries: HashMap<u32, Anniversary>,
    /// The last day played.
    pub(crate) last: Date,
}

/// A demand that was filed and recorded on a day.
pub(crate) struct Filing {
    pub(crate) on: Date,
    pub(crate) channel: Channel,
    pub(crate) transfer: bool,
}

/// A demand that left the register.
pub(crate) struct Exit {
    pub(crate) household: u32,
    pub(crate) filed_on: Date,
    pub(crate) on: Date,
    pub(crate) motive: RadiationMotive,
    /// Where the dwelling lies.
    pub(crate) commune: Option<CommuneCode>,
    pub(crate) transfer: bool,
}

/// The end of the first year of a demand.
pub(crate) struct Anniversary {
    pub(crate) on: Date,
    pub(crate) renewed: bool,
    /// It left before it got there.
    pub(crate) left: bool,
}

/// An act that did not end as it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The line.
    pub seq: u32,
    /// The household.
    pub household: u32,
    /// The day.
    pub day: Date,
    /// The reason it had to be refused with.
    pub expected: Option<String>,
    /// How it ended: the reason, with the fields of an invalid form.
    pub found: Option<String>,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seq, household, day, expected, found } = self;
        write!(f, "line {seq} of {day}, household {household}: expected {expected:?}, found {found:?}")
    }
}

impl std::error::Error for Fault {}

/// What can be counted in any register.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Demands in the register.
    pub active: u64,
    /// Demands that were ever registered.
    pub registered: u64,
    /// Radiations, by code of the motive; a demand that came back counts for the first one too.
    pub radiated: BTreeMap<String, u64>,
    /// Reinstatements.
    pub reinstated: u64,
}

impl Ledger {
    /// An empty register of a territory.
    pub fn new(territory: Territory) -> Self {
        Self {
            territory,
            settings: Settings::default(),
            demands: HashMap::new(),
            due: BTreeMap::new(),
            done: BTreeMap::new(),
            filings: Vec::new(),
            exits: Vec::new(),
            anniversaries: HashMap::new(),
            last: Date::MIN,
        }
    }

    /// Plays a day, and at its end what comes with the days.
    ///
    /// # Errors
    /// [`Fault`].
    pub fn play(&mut self, day: &Day) -> Result<(), Fault> {
        self.last = day.date;
        for line in &day.lines {
            self.play_line(line)?;
        }
        if day.stage >= Stage::Approach {
            self.end(day.date);
        }
        Ok(())
    }

    /// What can be counted.
    pub fn counts(&self) -> Counts {
        let mut radiated: BTreeMap<String, u64> = BTreeMap::new();
        for exit in &self.exits {
            *radiated.entry(exit.motive.code().to_owned()).or_default() += 1;
        }
        let left = self.exits.len() as u64;
        let (active, registered) = (self.active().count() as u64, self.filings.len() as u64);
        Counts { active, registered, radiated, reinstated: left + active - registered }
    }

    /// The demands in the register: the day of filing and the facts of each.
    pub(crate) fn active(&self) -> impl Iterator<Item = (Date, &Facts)> {
        self.demands.values().filter_map(|demand| match demand {
            Demand::Active(active) => Some((active.filed_on, &active.facts)),
            _ => None,
        })
    }

    fn play_line(&mut self, line: &Line) -> Result<(), Fault> {
        let expected = line.expect.as_deref();
        // Persons are nobody's here: the claims are the log's.
        if expected == Some(refusal::DUPLICATE) {
            return Ok(());
        }
        let found = self.decide(line).err();
        if found.as_deref() == expected {
            return Ok(());
        }
        let Line { seq, household, day, expect, .. } = line.clone();
        Err(Fault { seq, household, day, expected: expect, found })
    }

    fn decide(&mut self, line: &Line) -> Result<(), String> {
        let Actor::Agent { organisation, desk: Some(desk), .. } = line.actor else {
            return Err("no agent at a desk".to_owned());
        };
        let command = DemandCommand {
            today: line.day,
            by: By { organisation, desk: Some(desk), channel: line.channel, declares: Declares::WhatItKnows },
            person_ref: Uuid::nil(),
            piece_id: Uuid::from_u64_pair(1, u64::from(line.seq)),
            settings: self.settings,
            act: line.act.clone(),
        };
        let registers = matches!(line.act, Act::Register(_));
        let none = Demand::default();
        let before = if registers { &none } else { self.demands.get(&line.household).unwrap_or(&none) };
        let reason = |rejection: demand::Rejection| {
            let fields: Vec<_> = rejection.violations.iter().map(|v| format!("{} {:?}", v.field, v.reason)).collect();
            let code = rejection.reason.code();
            if fields.is_empty() { code.to_owned() } else { format!("{code}: {}", fields.join(", ")) }
        };
        let number = (!registers).then(|| self.number(line.household, before, desk));
        match plan(before, number, command, Uuid::from_u64_pair(2, u64::from(line.seq))).map_err(reason)? {
            Plan::Alone(command) => {
                let events = before.decide(&command).map_err(reason)?;
                self.apply(line, line.household, events);
            }
            Plan::Separation(plan) => {
                let opened = line.opens.ok_or("it opens no demand")?;
                let events = none.decide(&plan.opening).map_err(reason)?;
                let leaving = plan.leaving(self.number(opened, before, desk));
                let left = before.decide(&leaving).map_err(reason)?;
                self.apply(line, opened, events);
                self.apply(line, line.household, left);
            }
        }
        Ok(())
    }

    fn number(&self, household: u32, demand: &Demand, desk: DeskCode) -> UniqueNumber {
        let filed_on = demand.content().map_or(Date::MIN, |content| content.filed_on);
        let sequence = Sequence::try_new(1 + household % 999_999).expect("six digits");
        UniqueNumber::compose(self.territory, filed_on, sequence, desk)
    }

    fn apply(&mut self, line: &Line, household: u32, events: Vec<DemandEvent>) {
        let demand = self.demands.entry(household).or_default();
        let mut commune = None;
        for event in events {
            if let DemandEvent::LeaseSigned(lease) = &event {
                commune = lease.commune;
            }
            demand.apply(event);
        }
        match (&line.act, &*demand) {
            (Act::Register(_) | Act::Separate(_), Demand::Active(active))
                if household != line.household || line.opens.is_none() =>
            {
                let transfer = active.facts.present_dwelling.iter().any(|kind| kind.is_social_housing());
                self.filings.push(Filing { on: line.day, channel: line.channel, transfer });
                if active.filed_on == active.presented_on {
                    let on = active.expires_on();
                    self.anniversaries.insert(household, Anniversary { on, renewed: false, left: false });
                }
            }
            (Act::Renew { .. } | Act::Reinstate(_), _) => {
                if let Some(anniversary) = self.anniversaries.get_mut(&household) {
                    anniversary.renewed = true;
                }
            }
            _ => {}
        }
        match &*demand {
            Demand::Active(active) => {
                let expires_on = active.expires_on();
                let watched = [
                    deadlines::notice_from(expires_on, &self.settings),
                    deadlines::not_renewed_from(expires_on, None, &self.settings),
                ];
                if matches!(line.act, Act::Register(_) | Act::Renew { .. } | Act::Reinstate(_) | Act::Separate(_)) {
                    for day in watched {
                        self.due.entry(day.max(line.day)).or_default().push(household);
                    }
                }
            }
            Demand::Radiated(_) => self.left(household, line.day, commune),
            Demand::Unregistered => {}
        }
    }

    fn left(&mut self, household: u32, day: Date, commune: Option<CommuneCode>) {
        let Some(Demand::Radiated(radiated)) = self.demands.get(&household) else { return };
        let before = &radiated.before;
        self.exits.push(Exit {
            household,
            filed_on: before.filed_on,
            on: radiated.radiated_on,
            motive: radiated.motive.official(),
            commune,
            transfer: before.facts.present_dwelling.iter().any(|kind| kind.is_social_housing()),
        });
        if let Some(anniversary) = self.anniversaries.get_mut(&household) {
            anniversary.left |= radiated.radiated_on < anniversary.on && !anniversary.renewed;
        }
        if matches!(radiated.motive, Motive::NotRenewed { .. }) {
            self.done.entry(crate::day::after(day, KEPT_DAYS)).or_default().push(household);
        } else {
            self.done.entry(crate::day::after(day, 60)).or_default().push(household);
        }
    }

    /// What the register does of itself: notices, which somebody mails, and radiation for non-renewal.
    fn end(&mut self, today: Date) {
        while let Some(entry) = self.due.first_entry()
            && *entry.key() <= today
        {
            for household in entry.remove() {
                self.look_at(household, today);
            }
        }
        while let Some(entry) = self.done.first_entry()
            && *entry.key() <= today
        {
            for household in entry.remove() {
                if let Some(Demand::Radiated(radiated)) = self.demands.get(&household)
                    && between(radiated.radiated_on, today) >= 60
                {
                    self.demands.remove(&household);
                }
            }
        }
    }

    fn look_at(&mut self, household: u32, today: Date) {
        let Some(demand) = self.demands.get_mut(&household) else { return };
        let sent = NoticeSentDraft {
            sent_on: Some(today.to_string()),
            channel: Some(NoticeChannel::Both),
            reference: Some("LOT".to_owned()),
        };
        for act in [DailyAct::ListNotice, DailyAct::RecordNoticeSent(sent), DailyAct::RadiateNotRenewed] {
            for event in demand.decide_daily(&act, today, &self.settings).unwrap_or_default() {
                demand.apply(event);
            }
        }
        if matches!(demand, Demand::Radiated(_)) {
            // Looked at again after it had left: it left for something else.
            let already = self.exits.iter().rev().take(64).any(|exit| exit.household == household && exit.on == today);
            if !already && matches!(demand, Demand::Radiated(radiated) if radiated.radiated_on == today) {
                self.left(household, today, None);
            }
        }
    }
}
