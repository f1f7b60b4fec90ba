//! The record of who looked at nominative data, at what, and what for (R441-2-6, INV-43): beside the log, for twelve months.
//!
//! A [`Look`] is entered before its answer leaves. How it becomes durable is the asker's [`Promptness`]: a server answers
//! once the entry stands in a bounded [queue](queue), whose one writer commits what waits together, at once; whoever may end
//! before that waits for the disk. What the record promises:
//! - **No answer without an entry.** While the record cannot be written, nothing nominative is answered; a full queue, and one
//!   whose oldest entry is not durable after a second, holds answers back.
//! - **At most the last second is lost**, and only when the process is killed: a stop drains the queue.
//! - **Once.** An entry that had to be sent again, its answer lost on the way, stands there once.
//! - **Kept.** Whoever writes can add and nothing else; the database refuses to change an entry, or to delete one that is
//!   younger than twelve months.
//!
//! What breaks if an entry were made after the answer: a process killed in between has shown a name and knows nothing of it.
//!
//! What is entered is also what is [counted](brakes) against the budgets of an account and its organisation; who crosses a
//! threshold that his territory's manager set is [told of, or stopped](alarm).
//!
//! Nothing personal is in it beyond numbers and actors: a question is kept as a keyed digest.

mod alarm;
mod brakes;
mod budget;
mod entry;
mod hour;
mod own;
mod queue;
mod reading;
mod store;

pub use budget::Budgets;
pub use entry::{Look, LookKind, Promptness, Question};
pub use own::{OwnConsultation, OwnPage};
pub use queue::Recording;
pub use reading::{Consulted, ConsultedBy, ConsultedPage};

pub(crate) use brakes::Brakes;
#[cfg(feature = "memory")]
pub(crate) use budget::Learned;
pub(crate) use entry::Entry;
pub(crate) use queue::Recorder;
#[cfg(feature = "memory")]
pub(crate) use reading::ConsultedQuery;
pub(crate) use store::{Consultations, PgConsultations};

use std::sync::Arc;
use std::time::Duration;

use access::{Authorized, Purpose, ReadDemands};
use nomenclature::{Actor, UniqueNumber};

use crate::Error;
use crate::register::Register;

/// Entries that one statement forgets.
const SOME: i32 = 10_000;

impl Register {
    /// The same register for a process that answers many: looks become durable [behind their answers](Promptness::Queued), and
    /// are held to budgets, which begin with what the record says of the last hour. What other processes answer counts, too, as
    /// often as [`Register::learn_looks`] is called.
    ///
    /// # Errors
    /// As [`Register::learn_looks`].
    pub async fn answering_many(self, budgets: Budgets) -> Result<Self, Error> {
        let brakes = Some(Arc::new(Brakes::new(budgets)));
        let register = Self { promptness: Promptness::Queued, brakes, ..self };
        register.learn_looks().await?;
        Ok(register)
    }

    /// Enters that an actor looks at something; to be awaited before anything of it is shown.
    ///
    /// # Errors
    /// [`Error::NotRecorded`], [`Error::TooManyFiles`], and [`Error::Denied`] for an account that is suspended by this very look;
    /// a failure of the log: then nothing may be shown.
    pub async fn record(&self, actor: &Actor, look: Look) -> Result<(), Error> {
        let entry = Entry::new(self.parts.clock.now(), actor, look);
        if let Some(brakes) = &self.brakes {
            let later = self.brake(brakes, actor, &entry).await?;
            if !later.is_zero() {
                tokio::time::sleep(later).await;
            }
        }
        self.parts.recorder.record(entry, self.promptness).await?;
        self.parts.note_use(actor).await;
        Ok(())
    }

    /// Enters that an actor reads one demand, as of a version of it.
    pub(crate) async fn record_reading(
        &self,
        actor: &Actor,
        kind: LookKind,
        (number, version): (UniqueNumber, u32),
    ) -> Result<(), Error> {
        let look = Look {
            territory: Some(number.territory()),
            shown: vec![(number, version)],
            ..Look::of(kind, Purpose::Attribution)
        };
        self.record(actor, look).await
    }

    /// Enters that an actor looks wherever he may: a line for each territory, with what the answer tells of it.
    ///
    /// # Errors
    /// As [`Register::record`].
    pub async fn record_wherever(
        &self,
        actor: &Actor,
        read: &Authorized<ReadDemands>,
        look: Look,
    ) -> Result<(), Error> {
        for territory in read.what().territories().iter() {
            let shown = look.shown.iter().filter(|(number, _)| number.territory() == territory).copied().collect();
            self.record(actor, Look { territory: Some(territory), shown, ..look.clone() }).await?;
        }
        Ok(())
    }

    /// The digest by which a question is known again; its parts are told apart.
    pub fn question(&self, parts: &[&[u8]]) -> Question {
        Question(self.parts.vault.secrets().digest_question(parts))
    }

    /// How the record is doing in this process.
    pub fn recording(&self) -> Recording {
        let braked = self.brakes.as_ref().map_or(0, |brakes| brakes.refused());
        Recording { braked, ..self.parts.recorder.recording() }
    }

    /// Waits until everything that was entered so far is durable.
    ///
    /// # Errors
    /// How many entries are not, when the time is over: they are lost with the process.
    pub async fn drain_record(&self, within: Duration) -> Result<(), usize> {
        self.parts.recorder.drain(within).await
    }

    /// Deletes what is older than twelve months; how many entries. The database says what is.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn forget_consultations(&self) -> Result<u64, Error> {
        let mut gone = 0;
        loop {
            let some = self.parts.consultations.forget(SOME).await?;
            gone += some;
            if some < SOME.unsigned_abs().into() {
                return Ok(gone);
            }
        }
    }
}
