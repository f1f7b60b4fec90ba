//! The port by which the daily run learns what is due: a list is a hint, the demand decides (design 10.15).

use async_trait::async_trait;
use demand::Settings;
use demand::notice::NoticeChannel;
use demand::pending::Delay;
use event_log::Position;
use jiff::civil::Date;
use nomenclature::{CommuneCode, DwellingType, Territory, UniqueNumber};

/// The list cannot be asked now. Never tells of a person.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct DueListUnavailable(pub String);

/// What is asked of the list.
#[derive(Clone, Copy, Debug)]
pub struct DueQuery<'a> {
    /// The territory.
    pub territory: Territory,
    /// The delay.
    pub delay: Delay,
    /// The day asked about.
    pub day: Date,
    /// The settings of the territory on that day.
    pub settings: &'a Settings,
    /// Goes on behind this place.
    pub after: Option<DuePlace>,
    /// Entries looked at.
    pub most: u16,
}

/// A place in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DuePlace {
    /// The day the delay counts from.
    pub since: Date,
    /// The demand.
    pub number: UniqueNumber,
    /// Among those of one day and demand.
    pub ordinal: i16,
}

/// A demand in the register, as far as an abnormally long delay depends on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// The demand.
    pub number: UniqueNumber,
    /// Day of reception.
    pub filed_on: Date,
    /// Communes sought.
    pub communes: Vec<CommuneCode>,
    /// Types of dwelling sought.
    pub types: Vec<DwellingType>,
}

/// A notice on a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListedNotice {
    /// The demand.
    pub number: UniqueNumber,
    /// Version of its stream at the listing.
    pub version: u32,
    /// The day it was listed.
    pub listed_on: Date,
    /// The end of validity that it announces.
    pub expires_on: Date,
    /// How it has to go out.
    pub due_by: NoticeChannel,
    /// Nobody recorded it as sent, and the demand still waits for it.
    pub unsent: bool,
}

/// A list of notices some of which still have to go out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct UnsentList {
    /// The day of the list.
    pub listed_on: Date,
    /// Notices that nobody recorded as sent, and whose demand still waits for them.
    pub unsent: u64,
    /// All notices of the list.
    pub notices: u64,
}

/// What every demand waits for, as a view has it.
#[async_trait]
pub trait DueList: Send + Sync {
    /// Waits until the list knows everything up to a position.
    async fn catch_up(&self, to: Position) -> Result<(), DueListUnavailable>;

    /// Every territory with a demand.
    async fn territories(&self) -> Result<Vec<Territory>, DueListUnavailable>;

    /// Some demands on which a delay is due, and where to go on when there may be more.
    async fn due(&self, query: &DueQuery<'_>) -> Result<(Vec<UniqueNumber>, Option<DuePlace>), DueListUnavailable>;

    /// How many delays are due, and the day the oldest of them counts from; none when none is. Pages mean nothing here.
    async fn count(&self, query: &DueQuery<'_>) -> Result<Option<(u64, Date)>, DueListUnavailable>;

    /// Demands in the register, in order of reception, then of number: those behind such a place, so many at most.
    async fn waiting(
        &self,
        territory: Territory,
        after: Option<(Date, UniqueNumber)>,
        most: u16,
    ) -> Result<Vec<Waiting>, DueListUnavailable>;

    /// Demands in the register past their expiry on a day, nobody being known as housed among them.
    async fn expired(&self, territory: Territory, day: Date) -> Result<u64, DueListUnavailable>;

    /// Lists of notices some of which still have to go out.
    async fn unsent_lists(&self, territory: Territory) -> Result<Vec<UnsentList>, DueListUnavailable>;

    /// Notices of a list, whatever became of them since, in order of number: those behind a number, so many at most.
    async fn listed(
        &self,
        territory: Territory,
        listed_on: Date,
        after: Option<UniqueNumber>,
        most: u16,
    ) -> Result<Vec<ListedNotice>, DueListUnavailable>;
}
