//! The lives of all households of a territory, as one file to play.

use std::io;

use jiff::civil::Date;
use nomenclature::Channel;
use uuid::Builder;

use crate::cast::Cast;
use crate::day::{after, at_a_desk, between};
use crate::dice::{Dice, Purpose};
use crate::file::{File, Scene};
use crate::life::{AT_LEAST_DAYS, Entry, Step, Writer};
use crate::line::Line;
use crate::options::Options;
use crate::organisations::organisations;
use crate::people::{Adult, People};
use crate::places::Places;
use crate::work::TaxKnown;

/// What a household is in the story.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    /// Anybody.
    Plain,
    /// Lives alone, and has a sister or a namesake next.
    Alone,
    /// The twin sister of the household before.
    Twin,
    /// Bears the name of the household before, and was born the same day.
    Namesake,
    /// An association.
    Association,
}

impl Role {
    fn of(household: u32) -> Self {
        match household {
            n if n % 75 == 20 || n % 75 == 50 => Self::Alone,
            n if n % 75 == 21 => Self::Twin,
            n if n % 75 == 51 => Self::Namesake,
            n if n % 75 == 36 => Self::Association,
            _ => Self::Plain,
        }
    }
}

/// The household that the next one may be kin or namesake of.
struct Neighbour {
    adult: Adult,
    registered_on: Date,
}

/// Invents the lives: sorted by day, in the order to play. Same options, same lines.
pub fn lives(options: &Options) -> Vec<Line> {
    if options.from > options.until {
        return Vec::new();
    }
    let scene = Scene { places: Places::of(options.territory), cast: Cast::of(options.seed, options.territory) };
    let mut people = People::listed();
    let mut before = None;
    let mut steps: Vec<(u32, Step)> = Vec::new();
    for household in 1..=options.households {
        let mut dice = Dice::new(options.seed, Purpose::Household, u64::from(household));
        let mut writer = Writer { options, scene: &scene, people: &mut people, dice: &mut dice, household };
        let life = writer.household(&mut before);
        steps.extend(life.into_iter().map(|step| (household, step)));
    }
    // Stable: the acts of one household keep their order, and a namesake comes after whom he is mistaken for.
    steps.sort_by_key(|(household, step)| (step.day, *household));
    (1..).zip(steps).map(|(seq, (household, step))| numbered(options.seed, seq, household, step)).collect()
}

/// Writes the lives, one line of JSON each.
///
/// # Errors
/// Those of the writer.
pub fn write_lives(options: &Options, writer: impl io::Write) -> io::Result<()> {
    write_lines(&lives(options), writer)
}

/// Writes the [`organisations`], one line of JSON each.
///
/// # Errors
/// Those of the writer.
pub fn write_organisations(seed: u64, writer: impl io::Write) -> io::Result<()> {
    write_lines(&organisations(seed), writer)
}

fn write_lines<T: serde::Serialize>(lines: &[T], mut writer: impl io::Write) -> io::Result<()> {
    for line in lines {
        serde_json::to_writer(&mut writer, line)?;
        writer.write_all(b"\n")?;
    }
    writer.flush()
}

fn numbered(seed: u64, seq: u32, household: u32, step: Step) -> Line {
    let bytes = Dice::new(seed, Purpose::CommandId, u64::from(seq)).bytes();
    let Step { day, actor, channel, act, expect } = step;
    Line {
        seq,
        command_id: Builder::from_custom_bytes(bytes).into_uuid(),
        day,
        household,
        actor,
        channel,
        act,
        expect: expect.map(str::to_owned),
        opens: None,
    }
}

impl Writer<'_> {
    fn household(&mut self, before: &mut Option<Neighbour>) -> Vec<Step> {
        let role = Role::of(self.household);
        let channel = match role {
            // Only a desk can look at two identity papers.
            Role::Namesake | Role::Association => Channel::Desk,
            _ if self.dice.percent(52) => Channel::Online,
            _ => Channel::Desk,
        };
        let day = self.first_day(role, before.as_ref());
        let day = if channel == Channel::Desk { at_a_desk(day, self.options.until) } else { day };
        let known = if channel == Channel::Online { 65 } else { 44 };
        let tax = if self.dice.percent(known) { TaxKnown::Yes } else { TaxKnown::No };
        let neighbour = before.take().map(|neighbour| neighbour.adult);
        let file = match (role, neighbour) {
            (Role::Association, _) => File::association(self.dice, self.scene, self.household / 75),
            (Role::Twin, Some(sister)) => {
                let adult = self.people.twin(self.dice, &sister);
                File::of_one(self.dice, self.scene, adult, tax, day)
            }
            (Role::Namesake, Some(other)) => File::of_one(self.dice, self.scene, other.spelt_otherwise(), tax, day),
            (Role::Alone, _) => {
                let born = crate::day::of_birth(self.dice, day, 24, 61);
                let adult = self.people.adult(self.dice, nomenclature::Sex::Female, born);
                File::of_one(self.dice, self.scene, adult, tax, day)
            }
            _ => File::household(self.dice, self.people, self.scene, tax, day),
        };
        if role == Role::Alone {
            *before = file.applicant().map(|adult| Neighbour { adult: adult.clone(), registered_on: day });
        }
        let entry = if role == Role::Namesake { Entry::Homonym } else { Entry::Plain };
        self.write(file, channel, day, entry)
    }

    /// The day a household registers. Many do at the beginning, so that the sample sees their demands grow old.
    fn first_day(&mut self, role: Role, before: Option<&Neighbour>) -> Date {
        let Options { from, until, .. } = *self.options;
        let whole = between(from, until).max(0);
        let drawn = match (role, before) {
            // While the first one is certainly there.
            (Role::Twin | Role::Namesake, Some(first)) => {
                after(first.registered_on, self.dice.between(1, AT_LEAST_DAYS - 10))
            }
            (Role::Alone, _) => after(from, self.dice.between(0, (whole - AT_LEAST_DAYS).max(0))),
            _ if self.dice.percent(40) => after(from, self.dice.between(0, whole / 4)),
            _ => after(from, self.dice.between(0, whole)),
        };
        drawn.min(until)
    }
}
