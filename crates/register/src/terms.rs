//! What the deadlines of a territory go by, for those who may see them.

use access::{Authorized, Denial, Profile, ReadDeadlines, permit};
use demand::Settings;
use demand::abnormal::Table;
use demand::territory::Parameters;
use jiff::civil::Date;
use nomenclature::Territory;

use crate::Error;
use crate::history::Viewer;
use crate::register::Register;

/// What the deadlines of a territory are computed by.
#[derive(Clone, Debug)]
pub struct Terms {
    /// The right to look at them, and the territory that it was given for.
    pub read: Authorized<ReadDeadlines>,
    /// Today.
    pub today: Date,
    /// Its settings in force today.
    pub settings: Settings,
    /// Its abnormally long delays.
    pub abnormal: Table,
}

impl Terms {
    /// The territory.
    pub fn territory(&self) -> Territory {
        self.read.what().territory()
    }
}

impl Register {
    /// What the deadlines of a territory go by today: that of the agent's desk, also when none is named, or the one that the
    /// operator names. Views ask it before they show a row.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a foreign territory; [`Error::Denied`]; [`Error::MalformedRequest`] for an operator who names
    /// none; a failure of the log.
    pub async fn deadline_terms(&self, viewer: Viewer<'_>, territory: Option<Territory>) -> Result<Terms, Error> {
        let parts = &*self.parts;
        let today = parts.clock.today();
        let (profile, competence) = parts.standing(viewer).await?;
        let territory = match (territory, profile) {
            (Some(territory), _) => territory,
            (None, Profile::Member { .. } | Profile::Applicant { .. }) => {
                profile.home().ok_or(Denial::NotARegisteringService)?
            }
            (None, Profile::Operator) => return Err(Error::MalformedRequest),
        };
        let read = permit(profile, ReadDeadlines::of(territory, competence))?;
        let settings = parts.settings.in_force(territory, today).await?;
        let table = |known: Option<&Parameters>| known.map(|known| known.abnormal().clone()).unwrap_or_default();
        let abnormal = parts.settings.ask(territory, table).await?;
        Ok(Terms { read, today, settings, abnormal })
    }

    /// The delays in force today in the territory of a demand that was read: its reader had the right to.
    ///
    /// # Errors
    /// A failure of the log.
    pub async fn settings_today(&self, territory: Territory) -> Result<Settings, Error> {
        self.parts.settings.in_force(territory, self.parts.clock.today()).await
    }
}
