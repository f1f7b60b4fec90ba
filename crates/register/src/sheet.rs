//! Reading what a territory decided, and from when its demands wait abnormally long.

use access::{Authorized, ReadTerritory, permit};
use cqrs_es::Aggregate as _;
use demand::abnormal::Row;
use demand::territory::{Event, Parameters};
use demand::{Demand, Setting, Settings};
use event_log::{Position, StreamSpan};
use jiff::Timestamp;
use jiff::civil::Date;
use nomenclature::Territory;

use crate::Error;
use crate::history::{Viewer, check_leaf};
use crate::register::Register;
use crate::settings::decode;
use crate::territory::stream_of;

/// What a territory goes by on a day, and how it came to that.
#[derive(Debug)]
pub struct TerritorySheet {
    /// The territory.
    pub territory: Territory,
    /// The day.
    pub day: Date,
    /// The version of its parameters: 0 while nothing was ever decided.
    pub version: u32,
    /// Every setting, in the order of the table.
    pub settings: Vec<SettingLine>,
    /// The abnormally long delays in force on the day.
    pub abnormal: Vec<Row>,
    /// Those that begin, or end, after it.
    pub abnormal_planned: Vec<Row>,
    /// Everything that was decided, in order.
    pub history: Vec<TerritoryChange>,
}

/// A setting on a day.
#[derive(Clone, Debug)]
pub struct SettingLine {
    /// Its row of the table: name, unit, source, standing, bounds.
    pub setting: &'static Setting,
    /// What counts without a decision of the territory.
    pub default: i32,
    /// What counts on the day.
    pub value: i32,
    /// The day from which the territory decided that; `None` while the default counts.
    pub decided_since: Option<Date>,
    /// What comes after the day, each with its first day.
    pub planned: Vec<(Date, i32)>,
}

/// Something that was decided.
#[derive(Clone, Debug)]
pub struct TerritoryChange {
    /// Version of the territory's stream.
    pub version: u32,
    /// Position in the log.
    pub position: Position,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// The author: organisation, desk and agent.
    pub actor: String,
    /// What.
    pub event: Event,
}

/// From when a demand waits abnormally long, as computed on a day (INV-54).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AbnormalDelay {
    /// The first day of it.
    pub from: Date,
    /// The day by whose rows it was computed.
    pub computed_on: Date,
}

impl AbnormalDelay {
    /// Whether it was so on the day of the computation.
    pub fn is_reached(self) -> bool {
        self.from <= self.computed_on
    }
}

impl Register {
    /// What a territory goes by on a day (today unless one is named), as is known now: that of the agent's desk, or the one
    /// that the operator names.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a foreign territory; [`Error::Denied`]; [`Error::MalformedRequest`] for an operator who names
    /// none; a failure of the log.
    pub async fn territory(
        &self,
        viewer: Viewer<'_>,
        territory: Option<Territory>,
        day: Option<Date>,
    ) -> Result<TerritorySheet, Error> {
        let profile = self.parts.profile(viewer).await?;
        let named = territory.or(profile.home());
        // Who has none is denied whichever is meant, or did not say which of his.
        let read = permit(profile, ReadTerritory(named.unwrap_or(Territory::ILE_DE_FRANCE)))?;
        if named.is_none() {
            return Err(Error::MalformedRequest);
        }
        self.sheet_of(&read, day.unwrap_or(self.parts.clock.today())).await
    }

    async fn sheet_of(&self, read: &Authorized<ReadTerritory>, day: Date) -> Result<TerritorySheet, Error> {
        let (parts, ReadTerritory(territory)) = (&*self.parts, *read.what());
        let mut parameters = Parameters::default();
        let mut history = Vec::new();
        for recorded in parts.reader.read_stream(&stream_of(territory)?, StreamSpan::ALL).await? {
            check_leaf(&recorded)?;
            let (_, event) = decode(&recorded)?;
            parameters.apply(event.clone());
            let (version, position, recorded_at) = (recorded.version, recorded.position, recorded.recorded_at);
            history.push(TerritoryChange { version, position, recorded_at, actor: recorded.actor, event });
        }
        Ok(sheet(territory, day, &parameters, history))
    }

    /// From when a demand waits abnormally long, by the rows in force today; `None` when it left the register or no row is
    /// for it. Asked of a demand that was read: its reader had the right to.
    ///
    /// # Errors
    /// A failure of the log.
    pub async fn abnormal_delay(&self, demand: &Demand) -> Result<Option<AbnormalDelay>, Error> {
        let Some(content) = demand.content() else { return Ok(None) };
        let computed_on = self.parts.clock.today();
        let from = |known: Option<&Parameters>| demand.abnormal_from(computed_on, known?.abnormal());
        let from = self.parts.settings.ask(content.territory, from).await?;
        Ok(from.map(|from| AbnormalDelay { from, computed_on }))
    }
}

fn sheet(territory: Territory, day: Date, parameters: &Parameters, history: Vec<TerritoryChange>) -> TerritorySheet {
    let (defaults, in_force) = (Settings::of(territory, day), parameters.settings_on(territory, day));
    let line = |setting: &'static Setting| SettingLine {
        setting,
        default: defaults.get(setting.name).unwrap_or(setting.default),
        value: in_force.get(setting.name).unwrap_or(setting.default),
        decided_since: parameters.decided_since(setting.name, day),
        planned: parameters.planned(setting.name, day).collect(),
    };
    TerritorySheet {
        territory,
        day,
        version: history.last().map_or(0, |change| change.version),
        settings: Settings::DEFAULTS.iter().map(line).collect(),
        abnormal: parameters.abnormal().in_force(day).copied().collect(),
        abnormal_planned: parameters.abnormal().planned(day).copied().collect(),
        history,
    }
}
