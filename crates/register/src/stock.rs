//! The second, independent reader: stock postgres-es over a view of our log.
//!
//! It shares the event types and nothing else: neither our SQL, nor our decoding by event type, nor our paging. It reads
//! through the view `log.stock_events`, from which personal parts are absent, and folds with the framework's own store.

use cqrs_es::persist::{EventUpcaster, PersistedEventRepository as _, PersistedEventStore, SerializedEvent};
use cqrs_es::{AggregateContext as _, EventStore as _};
use demand::Demand;
use demand::upcast::{Step, steps};
use nomenclature::UniqueNumber;
use postgres_es::PostgresEventRepository;
use sqlx::PgPool;

use crate::Error;

/// The view the stock repository takes for its table.
const VIEW: &str = "log.stock_events";

/// Reads demands with the stock store.
pub struct StockReader {
    pool: PgPool,
}

/// A step of ours in the form that the stock store takes. What it changes is sealed, and absent here: the version alone is left.
struct SealedStep(&'static Step);

impl EventUpcaster for SealedStep {
    fn can_upcast(&self, event_type: &str, event_version: &str) -> bool {
        event_type == self.0.event_type && event_version == self.0.from.to_string()
    }

    fn upcast(&self, event: SerializedEvent) -> SerializedEvent {
        SerializedEvent { event_version: (self.0.from + 1).to_string(), ..event }
    }
}

/// Our upcasters, in the form the stock store takes.
pub fn upcasters() -> Vec<Box<dyn EventUpcaster>> {
    steps().iter().map(|step| Box::new(SealedStep(step)) as Box<dyn EventUpcaster>).collect()
}

impl StockReader {
    /// A reader over a pool of the projector's role.
    pub fn new(pool: PgPool) -> Self {
        Self { pool }
    }

    fn repository(&self) -> PostgresEventRepository {
        PostgresEventRepository::new(self.pool.clone()).with_tables(VIEW, "snapshots")
    }

    /// The events of a demand as the stock repository gives them.
    ///
    /// # Errors
    /// [`Error::Database`] when the database or the repository fails.
    pub async fn events(&self, number: UniqueNumber) -> Result<Vec<SerializedEvent>, Error> {
        self.repository().get_events::<Demand>(&number.to_string()).await.map_err(failed)
    }

    /// A demand as the stock store folds it, personal parts sealed, with its version.
    ///
    /// # Errors
    /// [`Error::Database`] when the database, the repository or the decoding fails.
    pub async fn demand(&self, number: UniqueNumber) -> Result<(Demand, u32), Error> {
        let store = PersistedEventStore::<_, Demand>::new_event_store(self.repository()).with_upcasters(upcasters());
        let mut context = store.load_aggregate(&number.to_string()).await.map_err(failed)?;
        let version = u32::try_from(context.current_sequence).unwrap_or(u32::MAX);
        Ok((context.aggregate().clone(), version))
    }
}

fn failed(error: impl std::fmt::Display) -> Error {
    Error::Database(error.to_string())
}
