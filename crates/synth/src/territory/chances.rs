//! What demands do, as shares of a thousand: chosen so that what comes of it is what is published.
//!
//! The calibration measures what comes of it. A share that is no published figure itself says here what it is fitted to.

use super::spread::CARDS;
use crate::household::Kind;

/// Renewed at the end of the first year, of those who get there: 49 % (ANCOLS, 2024).
pub(crate) const FIRST_RENEWAL: u32 = 490;
/// Of those who renewed once: those who stay until they are housed. Two tempers are the least that gives both the published
/// mean seniority (23 months) and the published share of demands older than a year (47 %) with a renewal of one in two.
pub(crate) const STAYERS: u32 = 140;
/// Renewed at the end of a later year, by those who stay.
pub(crate) const STAYER_RENEWS: u32 = 950;
/// Renewed at the end of a later year, by the others.
pub(crate) const MOVER_RENEWS: u32 = 250;
/// Of the renewals, those that come past the expiry, within the tolerance.
pub(crate) const LATE_RENEWALS: u32 = 100;
/// Of those radiated for non-renewal, those that come back within the window.
pub(crate) const RETURNS: u32 = 20;
/// Of the radiations other than for an attribution, those for another motive than non-renewal: 7 % (INSEE, Grand Est 2021).
pub(crate) const OTHER_MOTIVES: u32 = 70;
/// Online, of the demands that are filed: 44 % (AFOC, 2020).
pub(crate) const ONLINE: u32 = 440;
/// Associations among all demands, in hundred-thousandths: 205 of 178 102 (DREAL PACA, 2020).
pub(crate) const ASSOCIATIONS: u32 = 115;
/// Persons who hold a demand in the neighbouring territory too, where two are invented.
pub(crate) const ELSEWHERE: u32 = 6;
/// Couples and flat-sharers who part in a year, of a thousand demands of the stock.
pub(crate) const SEPARATIONS: u32 = 3;

/// Days of a cycle of validity of a demand that is renewed, on the average: most renew three weeks before the year ends.
pub(crate) const RENEWED_CYCLE: u32 = 346;
/// The last day of a cycle that is not renewed: a year, a month of tolerance, and a day.
pub(crate) const UNRENEWED_CYCLE: u32 = 396;

/// How willingly a dwelling goes to a demand, in hundredths of the mean, by its age in days: those housed have waited for 520 days
/// on the average (ANCOLS, 2022), those who wait, for 700.
pub(crate) const PRIORITIES: [(i32, u32); 4] = [(60, 146), (365, 100), (730, 64), (1_461, 48)];

/// The class of an age among [`PRIORITIES`]; none below all of them.
pub(crate) fn class_of(age_in_days: i32) -> Option<usize> {
    PRIORITIES.iter().rposition(|(from, _)| *from <= age_in_days)
}

/// Kinds of households. One of them changes now and then: a partner comes, a couple parts.
pub(crate) const KINDS: &[(Kind, u32)] = &[
    (Kind::Single, 440),
    (Kind::SingleParent, 272),
    (Kind::Couple, 90),
    (Kind::CoupleWithChildren, 165),
    (Kind::FlatSharers, 18),
    (Kind::WithOwnParent, 15),
];

/// What comes of a commission's decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The household refuses the dwelling.
    Refused,
    /// It does not answer in time.
    Lapsed,
    /// It signs.
    Signed,
}

/// Invented: no figure is published.
pub(crate) const OUTCOMES: &[(Outcome, u32)] =
    &[(Outcome::Refused, 140), (Outcome::Lapsed, 80), (Outcome::Signed, 780)];

/// Leases of a year that nobody told before its end, of a thousand: a consequence of [`TELLINGS`]. The published attributions are
/// those that were told.
pub(crate) const UNTOLD: u32 = 35;

/// When the lessor tells of a lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Telling {
    /// In the days after it.
    Promptly,
    /// Weeks later.
    Late,
    /// Weeks later, and somebody else reported it before.
    LateAndReported,
    /// Many months later, when somebody else has long reported it.
    Forgotten,
}

/// Invented: that it happens is a complaint of all managers.
pub(crate) const TELLINGS: &[(Telling, u32)] =
    &[(Telling::Late, 80), (Telling::LateAndReported, 60), (Telling::Forgotten, 30), (Telling::Promptly, 830)];

/// How a demand is removed for another motive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Removal {
    Renunciation,
    NoAnswer,
    Inadmissible,
}

/// Invented: the motives are published together only.
pub(crate) const REMOVALS: &[(Removal, u32)] =
    &[(Removal::Renunciation, 500), (Removal::NoAnswer, 320), (Removal::Inadmissible, 180)];

/// How many demands come in a month, in hundredths of the mean: fewer in August and December, more when schools begin.
/// Invented: the published months are those of spring 2020.
pub(crate) const SEASON: [u32; 12] = [108, 102, 105, 98, 97, 103, 98, 74, 113, 113, 103, 86];

/// Of a thousand, `share` of so many.
pub(crate) fn thousandths(whole: f64, share: u32) -> f64 {
    whole * f64::from(share) / f64::from(CARDS)
}
