//! The record of who looked at nominative data (R441-2-6, INV-43): written, durably, before anything is shown.

use async_trait::async_trait;
use event_log::PgInstant;
use jiff::Timestamp;
use nomenclature::{Actor, UniqueNumber};
use sqlx::PgPool;

use crate::Error;

const RECORD: &str = "INSERT INTO register.consultations \
       (consulted_at, actor, organisation, purpose, opened, number, version) \
     SELECT $1, $2, $3, $4, $5, k.number, k.version FROM unnest($6::text[], $7::int[]) AS k(number, version)";

/// Who looks, and what for.
pub(crate) struct Consultation<'a> {
    /// When.
    pub(crate) at: Timestamp,
    /// Who.
    pub(crate) actor: &'a Actor,
    /// What for: a stable code.
    pub(crate) purpose: &'static str,
    /// What of each demand is opened: a stable code.
    pub(crate) opened: &'static str,
}

/// Where it is recorded who looked.
#[async_trait]
pub(crate) trait Consultations: Send + Sync {
    /// Records that somebody looks at some demands, each as of a version of its stream; durable when this returns.
    async fn record(&self, consultation: &Consultation<'_>, demands: &[(UniqueNumber, u32)]) -> Result<(), Error>;
}

#[async_trait]
impl Consultations for PgPool {
    async fn record(&self, consultation: &Consultation<'_>, demands: &[(UniqueNumber, u32)]) -> Result<(), Error> {
        let numbers: Vec<String> = demands.iter().map(|(number, _)| number.to_string()).collect();
        let versions: Vec<i32> =
            demands.iter().map(|(_, version)| i32::try_from(*version).unwrap_or(i32::MAX)).collect();
        sqlx::query(RECORD)
            .bind(PgInstant(consultation.at))
            .bind(consultation.actor.to_string())
            .bind(consultation.actor.organisation_code())
            .bind(consultation.purpose)
            .bind(consultation.opened)
            .bind(numbers)
            .bind(versions)
            .execute(self)
            .await
            .map(drop)
            .map_err(|error| Error::Database(format!("recording a consultation: {error}")))
    }
}
