//! Who asks, told shortly: the whole household is drawn again from it whenever its form is needed.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use jiff::civil::Date;
use nomenclature::{Channel, CoApplicantLink, Sex};

use super::chances::{ASSOCIATIONS, ELSEWHERE, KINDS, ONLINE};
use super::spread::{Dealer, Subject};
use crate::day::of_birth;
use crate::dice::{Dice, Purpose};
use crate::file::{Asking, Change, File, Scene};
use crate::household::Kind;
use crate::names::{first, fold};
use crate::people::{Adult, People};
use crate::work::TaxKnown;

/// A household, by what it is drawn from.
#[derive(Clone, Debug)]
pub(crate) struct Who {
    /// Its number in the territory, 1 and up.
    pub(crate) household: u32,
    /// Drawn so many times before, because somebody drawn was known already.
    pub(crate) attempt: u8,
    /// The day that ages are drawn for: that of its registration.
    pub(crate) drawn_on: Date,
    pub(crate) origin: Origin,
    /// What changed since.
    pub(crate) turns: Vec<Turn>,
}

/// How it came about.
#[derive(Clone, Debug)]
pub(crate) enum Origin {
    /// Anybody.
    Plain,
    /// Lives alone, and has a sister or a namesake.
    Alone,
    /// An association.
    Association,
    /// The twin sister of another one.
    Twin(Box<Who>),
    /// Bears the name of another one, and was born the same day.
    Namesake(Box<Who>),
    /// Parted from a joint demand, which was like that then.
    Parted(Box<Who>),
    /// Holds a demand in another territory, too, where the household was like that when it filed.
    Elsewhere(Box<Who>),
}

/// What changed in a household.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Turn {
    Changed(Change, Date),
    /// The co-applicant left.
    Parted,
}

/// Those who asked in the first of several territories, by household.
pub(crate) type Known = Arc<Mutex<HashMap<u32, Who>>>;

/// Draws the households of a territory.
pub(crate) struct Households {
    pub(crate) dealer: Dealer,
    pub(crate) scene: Scene,
    /// Transfers, in thousandths of all demands.
    pub(crate) transfers: u32,
    /// Where some of its people hold a demand too: who asks there.
    pub(crate) elsewhere: Option<Box<Households>>,
}

impl Households {
    /// Whether somebody asks who asked in the other territory before.
    pub(crate) fn asks_elsewhere(&self, household: u32) -> bool {
        self.elsewhere.is_some() && self.dealer.hits(Subject::Elsewhere, household, ELSEWHERE)
    }

    /// Whether a household of the opening stock is an association.
    pub(crate) fn is_association(household: u32) -> bool {
        let so_far = |n: u32| u64::from(n) * u64::from(ASSOCIATIONS) / 100_000;
        so_far(household) > so_far(household - 1)
    }

    /// The way a household files.
    pub(crate) fn channel(&self, who: &Who) -> Channel {
        // Only a desk can look at two identity papers.
        let at_a_desk = matches!(who.origin, Origin::Association | Origin::Namesake(_) | Origin::Parted(_));
        if !at_a_desk && self.dealer.hits(Subject::Channel, who.household, ONLINE) {
            Channel::Online
        } else {
            Channel::Desk
        }
    }

    pub(crate) fn kind(&self, household: u32) -> Kind {
        self.dealer.deal(Subject::Kind, household, KINDS)
    }

    /// Whether the applicant is a tenant of social housing.
    pub(crate) fn asking(&self, household: u32) -> Asking {
        if self.dealer.hits(Subject::Transfer, household, self.transfers) { Asking::Transfer } else { Asking::First }
    }

    /// The household as it is now.
    pub(crate) fn file(&self, who: &Who) -> File {
        let mut people = People::listed();
        let dealer = self.dealer;
        let index = u64::from(who.household) << 8 | u64::from(who.attempt);
        let mut dice = Dice::within(dealer.territory, dealer.seed, Purpose::TerritoryHousehold, index);
        let mut file = self.as_filed(who, &mut dice, &mut people);
        for (nth, turn) in (0..).zip(&who.turns) {
            match turn {
                Turn::Parted => {
                    file.part();
                }
                Turn::Changed(change, day) => {
                    let mut dice = self.dice_of_change(who, nth);
                    file.change(&mut dice, &mut people, &self.scene, *change, *day);
                }
            }
        }
        file
    }

    /// Chance for the `nth` change of a household.
    pub(crate) fn dice_of_change(&self, who: &Who, nth: u64) -> Dice {
        let Dealer { seed, territory } = self.dealer;
        Dice::within(territory, seed, Purpose::TerritoryChange, u64::from(who.household) << 8 | nth)
    }

    fn as_filed(&self, who: &Who, dice: &mut Dice, people: &mut People) -> File {
        let Who { household, drawn_on: day, .. } = *who;
        let known = if self.channel(who) == Channel::Online { 65 } else { 44 };
        let tax = if dice.percent(known) { TaxKnown::Yes } else { TaxKnown::No };
        let asks = (tax, self.asking(household));
        let scene = &self.scene;
        match &who.origin {
            Origin::Plain => File::of_kind(dice, people, scene, self.kind(household), asks, day),
            Origin::Association => File::association(dice, scene, household),
            Origin::Alone => {
                let born = of_birth(dice, day, 24, 61);
                let adult = people.adult(dice, Sex::Female, born);
                File::alone(dice, scene, adult, asks, day)
            }
            Origin::Twin(of) => {
                let sister = self.file(of).applicant().cloned();
                match sister {
                    Some(sister) => {
                        let twin = people.twin(dice, &sister);
                        File::alone(dice, scene, twin, asks, day)
                    }
                    None => File::of_kind(dice, people, scene, Kind::Single, asks, day),
                }
            }
            Origin::Namesake(of) => match self.file(of).applicant() {
                Some(other) => File::alone(dice, scene, other.spelt_otherwise(), asks, day),
                None => File::of_kind(dice, people, scene, Kind::Single, asks, day),
            },
            Origin::Parted(joint) => match self.file(joint).part() {
                Some((adult, _)) => File::alone(dice, scene, adult, asks, day),
                None => File::of_kind(dice, people, scene, Kind::Single, asks, day),
            },
            Origin::Elsewhere(of) => {
                let there = self.elsewhere.as_ref().map(|other| other.file(of));
                match there.as_ref().and_then(File::applicant) {
                    Some(adult) => File::alone(dice, scene, adult.clone(), asks, day),
                    None => File::of_kind(dice, people, scene, self.kind(household), asks, day),
                }
            }
        }
    }
}

/// What ties a co-applicant who may leave.
pub(crate) fn link_of(file: &File) -> Option<CoApplicantLink> {
    let co = file.form.identity.as_ref()?.co_applicants.as_slice();
    let [only] = co else { return None };
    CoApplicantLink::parse(only.link.as_deref()?).ok()
}

/// Fingerprints of the persons whom a demand holds: nobody else may hold one (INV-06).
pub(crate) fn persons(file: &File) -> Vec<u64> {
    let adults = file.natural().map(|natural| natural.members.adults.as_slice()).unwrap_or_default();
    adults.iter().flat_map(names).collect()
}

fn names(adult: &Adult) -> Vec<u64> {
    let surnames = std::iter::once(adult.surname.as_str()).chain(adult.birth_name.as_deref());
    let given = fold(first(&adult.given_names));
    surnames.map(|surname| fingerprint(&format!("{} {given} {}", fold(surname), adult.birth_date))).collect()
}

/// FNV-1a: the same on every machine. Two persons who look alike to it are kept apart all the same.
fn fingerprint(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

/// Persons who hold a demand, and how many demands: a namesake's is a second one.
#[derive(Default)]
pub(crate) struct Held(BTreeMap<u64, u32>);

impl Held {
    pub(crate) fn knows(&self, persons: &[u64]) -> bool {
        persons.iter().any(|person| self.0.contains_key(person))
    }

    pub(crate) fn take(&mut self, persons: &[u64]) {
        for person in persons {
            *self.0.entry(*person).or_default() += 1;
        }
    }

    pub(crate) fn release(&mut self, persons: &[u64]) {
        for person in persons {
            if let Some(count) = self.0.get_mut(person) {
                *count -= 1;
                if *count == 0 {
                    self.0.remove(person);
                }
            }
        }
    }
}
