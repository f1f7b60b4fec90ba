//! One demand with its deadlines.

use demand::Demand;
use demand::facts::Facts;
use demand::notice::NoticeChannel;
use demand::pending::{Delay, Pending};
use event_log::Position;
use jiff::civil::Date;
use nomenclature::{CommuneCode, DeskCode, Siren, UniqueNumber};

/// A demand as its open events tell it.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Unique number, also the name of its stream.
    pub number: UniqueNumber,
    /// Version of its stream.
    pub version: u32,
    /// Position of its last event.
    pub position: Position,
    /// The demand, personal parts sealed.
    pub state: Demand,
    /// Version of the stream when the notice of the present validity was listed.
    pub notice_version: Option<u32>,
}

/// One delay of one demand, as it is found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Which delay.
    pub delay: Delay,
    /// The day it counts from.
    pub since: Date,
    /// The demand.
    pub number: UniqueNumber,
    /// Among delays of the same kind and day of that demand.
    pub ordinal: i16,
    /// The day of the act that may prolong it.
    pub prolonged_by: Option<Date>,
    /// Not before that day, whatever the settings say.
    pub not_before: Option<Date>,
    /// The desk that has to act: the one that registered the demand, unless another one took a piece in.
    pub desk: DeskCode,
    /// The organisation that alone may act.
    pub organisation: Option<Siren>,
}

/// An entry, or that somebody waits, as it is found by a commune.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CommuneEntry {
    /// A commune sought.
    pub commune: CommuneCode,
    /// The code of the delay; `WAITING` of whoever is in the register.
    pub delay: &'static str,
    /// The day it counts from.
    pub since: Date,
    /// The demand.
    pub number: UniqueNumber,
    /// As of the entry.
    pub ordinal: i16,
}

/// What stands for the delay of whoever is in the register, since his reception.
pub(super) const WAITING: &str = "WAITING";

/// A renewal notice that was listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedNotice {
    /// The day it was listed.
    pub listed_on: Date,
    /// The demand.
    pub number: UniqueNumber,
    /// Version of the stream at the listing: the notice tells the demand as it was then.
    pub version: u32,
    /// The end of validity that it announces.
    pub expires_on: Date,
    /// How it has to go out.
    pub due_by: NoticeChannel,
    /// The day it was sent, once that is recorded.
    pub sent_on: Option<Date>,
    /// The demand still waits for it: neither renewed nor radiated since, and nobody is known to be housed.
    pub open: bool,
}

impl Row {
    /// Its delays, as they are found.
    pub fn entries(&self) -> Vec<Entry> {
        let mut entries: Vec<Entry> = Vec::new();
        for Pending { delay, since, prolonged_by, not_before, desk, organisation } in self.state.pending() {
            let alike = entries.iter().filter(|entry| (entry.delay, entry.since) == (delay, since)).count();
            let ordinal = i16::try_from(alike).unwrap_or(i16::MAX);
            let (number, desk) = (self.number, desk.unwrap_or(self.number.desk()));
            entries.push(Entry { delay, since, number, ordinal, prolonged_by, not_before, desk, organisation });
        }
        entries
    }

    /// Its delays, and that it waits, by each commune that it seeks.
    pub fn commune_entries(&self) -> Vec<CommuneEntry> {
        let Some(content) = self.state.content() else { return Vec::new() };
        let waits = self.waits_since().map(|since| (WAITING, since, 0));
        let delays = self.entries().into_iter().map(|entry| (entry.delay.code(), entry.since, entry.ordinal));
        let found: Vec<_> = delays.chain(waits).collect();
        let of = |commune: CommuneCode| {
            found.iter().map(move |(delay, since, ordinal)| CommuneEntry {
                commune,
                delay,
                since: *since,
                number: self.number,
                ordinal: *ordinal,
            })
        };
        content.facts.communes.iter().copied().flat_map(of).collect()
    }

    /// The day it waits since: its reception, as long as it is in the register.
    pub(super) fn waits_since(&self) -> Option<Date> {
        match &self.state {
            Demand::Active(demand) => Some(demand.filed_on),
            Demand::Unregistered | Demand::Radiated(_) => None,
        }
    }

    /// The day since which somebody knows that its household is housed, or is to be, while it is in the register.
    pub(super) fn housed_since(&self) -> Option<Date> {
        self.state.known_housed().first().map(|known| known.since)
    }

    /// Something of what it seeks.
    pub(super) fn sought(&self, of: impl FnOnce(&Facts) -> String) -> String {
        self.state.content().map_or_else(String::new, |content| of(&content.facts))
    }

    /// The notice of the present validity.
    pub(super) fn notice(&self) -> Option<ListedNotice> {
        let content = self.state.content()?;
        let (notice, version) = content.notice.zip(self.notice_version)?;
        Some(ListedNotice {
            listed_on: notice.listed_on,
            number: self.number,
            version,
            expires_on: content.expires_on(),
            due_by: notice.due_by,
            sent_on: notice.sent_on,
            open: matches!(&self.state, Demand::Active(demand) if !demand.has_known_lease()),
        })
    }
}
