//! What a territory decides for itself: its delays and windows ([`Settings`]) and its abnormally long delays
//! ([`crate::abnormal`]), each from a day on, with an author.
//!
//! [`Parameters`] folds [`Event`]s and decides [`Command`]s. A change counts from today at the earliest, so that what was
//! decided before stays as it was; within the bounds of its row; and what is planned can be replaced or withdrawn until it is
//! in force. Nothing here is anybody's: the events have no sealed part.

pub mod codec;
mod command;
mod decision;
mod event;
mod reference;

use std::collections::{BTreeMap, BTreeSet};

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use jiff::civil::Date;
use nomenclature::Territory;
use serde::{Deserialize, Serialize};

pub use command::{AbnormalDelayDraft, Act, Command, SettingDraft, WithdrawalDraft};
pub use event::{AbnormalDelayEnded, AbnormalDelaySet, Event, SettingChanged, SettingName, SettingWithdrawn};
pub use reference::Reference;

use crate::abnormal::{Row, Table};
use crate::rejection::Rejection;
use crate::settings::Settings;

/// What a territory decided, folded from its stream.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Parameters {
    /// By name, each value from its first day on.
    settings: BTreeMap<SettingName, BTreeMap<Date, i32>>,
    abnormal: Table,
}

impl Parameters {
    /// The settings in force on a day: what the territory decided, the defaults for the rest. A name that this program does
    /// not know means nothing to it.
    pub fn settings_on(&self, territory: Territory, day: Date) -> Settings {
        let mut settings = Settings::of(territory, day);
        for (name, values) in &self.settings {
            if let Some((_, value)) = values.range(..=day).next_back() {
                settings.put(name.as_str(), *value);
            }
        }
        settings
    }

    /// The value in force on a day, when the territory decided it.
    pub fn decided(&self, name: &str, day: Date) -> Option<i32> {
        self.values(name)?.range(..=day).next_back().map(|(_, value)| *value)
    }

    /// The first day of the value in force on a day, when the territory decided it.
    pub fn decided_since(&self, name: &str, day: Date) -> Option<Date> {
        self.values(name)?.range(..=day).next_back().map(|(since, _)| *since)
    }

    /// The values that come after a day, each with its first day.
    pub fn planned(&self, name: &str, after: Date) -> impl Iterator<Item = (Date, i32)> {
        let later = move |(day, value): (&Date, &i32)| (*day > after).then_some((*day, *value));
        self.values(name).into_iter().flatten().filter_map(later)
    }

    /// The abnormally long delays.
    pub fn abnormal(&self) -> &Table {
        &self.abnormal
    }

    fn values(&self, name: &str) -> Option<&BTreeMap<Date, i32>> {
        self.settings.iter().find(|(known, _)| known.as_str() == name).map(|(_, values)| values)
    }

    /// Whether the settings agree with one another on every day from this one on.
    fn agree_from(&self, territory: Territory, day: Date) -> bool {
        let changes = self.settings.values().flat_map(BTreeMap::keys).map(|change| day.max(*change));
        changes.chain([day]).collect::<BTreeSet<_>>().into_iter().all(|day| self.settings_on(territory, day).agree())
    }
}

impl Aggregate for Parameters {
    const TYPE: &'static str = "territory";

    type Command = Command;
    type Event = Event;
    type Error = Rejection;
    type Services = ();

    async fn handle(&mut self, command: Command, (): &(), sink: &EventSink<Self>) -> Result<(), Rejection> {
        let event = self.decide(&command)?;
        sink.write(event, self).await;
        Ok(())
    }

    fn apply(&mut self, event: Event) {
        match event {
            Event::SettingChanged(event) => {
                self.settings.entry(event.name).or_default().insert(event.valid_from, event.value);
            }
            Event::SettingWithdrawn(event) => {
                if let Some(values) = self.settings.get_mut(&event.name) {
                    values.remove(&event.valid_from);
                }
            }
            Event::AbnormalDelaySet(AbnormalDelaySet { commune, dwelling_type, valid_from, months, .. }) => {
                self.abnormal.put(Row { commune, dwelling_type, valid_from, months: Some(months) });
            }
            Event::AbnormalDelayEnded(AbnormalDelayEnded { commune, dwelling_type, valid_from, .. }) => {
                self.abnormal.end(commune, dwelling_type, valid_from);
            }
        }
    }
}
