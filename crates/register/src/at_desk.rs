//! A demand at a desk: its applicant has come there with its number (R441-2-7), and the desk is none that reads it otherwise.

use access::{Purpose, ReadAtDesk, permit};
use demand::Demand;
use jiff::civil::Date;
use nomenclature::{Actor, UniqueNumber};

use crate::Error;
use crate::consultation::{Look, LookKind};
use crate::history::Viewer;
use crate::register::Register;
use crate::seen::Seen;
use crate::stream::{self, Opening};

impl Register {
    /// The demand of somebody who has come to a desk of its territory with its number, as far as the desk's roles see it: an
    /// adult of it says when he was born, so that numbers that are tried open nothing. What the desk read is recorded before, and
    /// so is that it asked in vain.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a number without a demand, of a foreign territory, or of nobody born that day; [`Error::Denied`];
    /// [`Error::NotRecorded`]; or a failure of log or vault.
    pub async fn demand_at_desk(&self, number: UniqueNumber, born: Date, actor: &Actor) -> Result<Seen, Error> {
        let parts = &self.parts;
        let read = permit(parts.profile(Viewer::Agent(actor)).await?, ReadAtDesk(number))?;
        let loaded = stream::load(&parts.reader, &parts.vault, number, Opening::Opened).await?;
        let is_his = is_of(&loaded.demand, born);
        let question = [number.to_string(), born.to_string()];
        let look = Look {
            territory: Some(number.territory()),
            question: Some(self.question(&question.each_ref().map(String::as_bytes))),
            shown: is_his.then_some((number, loaded.version)).into_iter().collect(),
            ..Look::of(if is_his { LookKind::Demand } else { LookKind::Identity }, Purpose::Desk)
        };
        self.record(actor, look).await?;
        if is_his { Ok(Seen::of(loaded.demand, loaded.version, read.fields())) } else { Err(Error::NotFound) }
    }
}

/// Whether an adult of a household was born on a day.
fn is_of(demand: &Demand, born: Date) -> bool {
    let rubrics = demand.content().and_then(|content| content.rubrics.clear());
    let household = rubrics.and_then(|rubrics| rubrics.household());
    household.is_some_and(|household| household.adults().any(|adult| adult.birth_date == born))
}
