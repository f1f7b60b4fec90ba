//! A database that was restored from a backup: what it has forgotten, and what its opening makes good (design 10.17).
//!
//! Nothing here is needed for safety: [`Register::open`] destroys again what was erased and moves the counters above what
//! was given out, whoever opens. This tells an operator what was forgotten before it is made good, and leaves a margin where
//! the key folder is a copy as well and its marks are old.

use event_log::{PgInstant, Position, Reader, Role, connect};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};
use vault::Vault;

use crate::erasure::Erased as _;
use crate::numbers::{self, ForgottenNumbers};
use crate::open::{Place, counters_of, erased_of};
use crate::register::Register;
use crate::{Error, schema};

/// A filing may be entered for so many days (INV-10): a block of its month may be leased until then.
const FILED_BACK: i64 = 31;

const LAST: &str = "SELECT recorded_at FROM log.events ORDER BY position DESC LIMIT 1";

/// What a restored database has forgotten.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forgotten {
    /// The last position that was restored.
    pub position: Position,
    /// When its event was recorded; none of an empty log.
    pub last_recorded_at: Option<Timestamp>,
    /// Erased demands whose keys are live again.
    pub erased: usize,
    /// Counters that would give numbers again.
    pub numbers: Vec<ForgottenNumbers>,
}

/// Looks at a restored register and changes nothing.
///
/// # Errors
/// [`Error::Schema`] for a database that holds no register, or the one of another version of this program;
/// [`Error::Vault`] for a key folder that does not belong to it; [`Error::Log`].
pub async fn forgotten(place: &Place) -> Result<Forgotten, Error> {
    let place = place.clone().to_read();
    let owner = schema::owner(&place).await?;
    schema::check(&owner).await?;
    owner.close().await;
    let pool = connect(place.database.clone(), Role::Projector, 1).await?;
    let vault = Vault::open_folder_to_read(pool.clone(), &place.keys, place.clock.today()).await?;
    let last: Option<PgInstant> = sqlx::query_scalar(LAST)
        .fetch_optional(&pool)
        .await
        .map_err(|error| Error::Log(event_log::Error::of_driver("reading the last event", &error)))?;
    let erased = erased_of(&place, &pool, &vault);
    Ok(Forgotten {
        position: Reader::new(pool.clone()).head().await?,
        last_recorded_at: last.map(|PgInstant(at)| at),
        erased: vault.live_again(&erased.listed().await?).await?.len(),
        numbers: numbers::forgotten(&counters_of(&place, &pool, &vault)).await?,
    })
}

impl Register {
    /// Moves every counter of numbers `margin` on, and in every territory those of each month in which a demand could be
    /// filed since `restored`: for a key folder whose marks may be old. Returns how many counters there are. Done twice it
    /// leaves a wider gap, which harms nobody.
    ///
    /// # Errors
    /// [`Error::Log`], [`Error::Vault`].
    pub async fn leap_numbers(&self, margin: i32, restored: Date) -> Result<usize, Error> {
        let (mut day, today) = (restored.saturating_sub(FILED_BACK.days()).first_of_month(), self.parts.clock.today());
        let mut months = Vec::new();
        while day <= today {
            months.push(numbers::month(day));
            day = day.saturating_add(1.month());
        }
        self.parts.numbers.leap(margin, &months).await
    }
}
