//! What an applicant is told of who looked at his demand: which organisation, on which day and what for. No agent is named,
//! nobody else's demand, and nothing that was asked. That he asks is not entered: he is shown nobody's data.

use access::ReadOwnConsultations;
use jiff::civil::Date;
use nomenclature::{Actor, Siren, UniqueNumber, paris_day};
use uuid::Uuid;

use super::reading::{ConsultedBy, ConsultedQuery, MOST};
use crate::Error;
use crate::history::Viewer;
use crate::register::Register;

/// A look, as the applicant of the demand is told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnConsultation {
    /// The day.
    pub on: Date,
    /// The organisation; none for the register itself.
    pub organisation: Option<Siren>,
    /// Its name on that day; empty for the register itself.
    pub organisation_name: String,
    /// What for: a stable code.
    pub purpose: String,
}

/// Some looks, the last one first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnPage {
    /// Them.
    pub looks: Vec<OwnConsultation>,
    /// Where to go on; none at the end.
    pub next: Option<Uuid>,
}

impl Register {
    /// Who looked at a demand, for its applicant. `limit` is 1 to 500, a value beyond counts as the nearest.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a demand that is not his; [`Error::Denied`] for who is no applicant; [`Error::Database`].
    pub async fn own_consultations(
        &self,
        applicant: &Actor,
        number: UniqueNumber,
        after: Option<Uuid>,
        limit: u16,
    ) -> Result<OwnPage, Error> {
        let permitted = self.permit(Viewer::Agent(applicant), ReadOwnConsultations(number)).await?;
        let ReadOwnConsultations(number) = *permitted.what();
        let directory = self.parts.directory.snapshot().await?;
        let limit = limit.clamp(1, MOST);
        let (by, territory) = (ConsultedBy::Demand(number), number.territory());
        let query = ConsultedQuery { by, territory, after, limit: limit + 1 };
        let mut entries = self.parts.consultations.read(&query).await?;
        let more = entries.len() > usize::from(limit);
        entries.truncate(usize::from(limit));
        let next = entries.last().map(|last| last.id).filter(|_| more);
        let looks = entries.into_iter().map(|entry| {
            let (on, organisation) = (paris_day(entry.at), entry.actor.organisation());
            let known = organisation.and_then(|siren| directory.organisation(siren)?.name_on(on));
            let organisation_name = known.unwrap_or_default().to_owned();
            OwnConsultation { on, organisation, organisation_name, purpose: entry.purpose }
        });
        Ok(OwnPage { looks: looks.collect(), next })
    }
}
