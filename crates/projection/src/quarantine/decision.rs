//! A decision, as it lies in the database and as it is signed.

use event_log::{PgInstant, Position};
use jiff::Timestamp;
use sqlx::PgPool;

use super::Signer;
use crate::Error;

const MADE: &str = "SELECT to_regclass('projection.quarantine') IS NOT NULL";
const ALL: &str = "SELECT name, position, leaf, cause, reason, author, decided_at, signature \
     FROM projection.quarantine ORDER BY name, position, leaf";
const OF_VIEW: &str = "SELECT name, position, leaf, cause, reason, author, decided_at, signature \
     FROM projection.quarantine WHERE name = $1 ORDER BY position, leaf";
const INSERT: &str = "INSERT INTO projection.quarantine \
       (name, position, leaf, cause, reason, author, decided_at, signature) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (name, position, leaf) DO NOTHING";

/// That one view goes on without one event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Name of the projection.
    pub view: String,
    /// Where the event stands.
    pub position: Position,
    /// The leaf hash that is stored with it.
    pub leaf: [u8; 32],
    /// What was wrong with it; never its content.
    pub cause: String,
    /// Why the view may go on without it, in the operator's words.
    pub reason: String,
    /// Who decided.
    pub author: String,
    /// When, to the microsecond.
    pub decided_at: Timestamp,
}

/// Whose a decision is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signature {
    /// This register signed it.
    Authentic,
    /// It did not: nobody goes by it.
    Forged,
    /// The keys were not there to ask.
    Unchecked,
}

/// A row of the table.
pub(super) struct Stored {
    pub decision: Decision,
    signature: Vec<u8>,
}

impl Stored {
    pub fn signature(&self, signer: Option<&dyn Signer>) -> Signature {
        match signer.map(|signer| self.decision.signed(|parts| signer.signed(parts, &self.signature))) {
            None => Signature::Unchecked,
            Some(true) => Signature::Authentic,
            Some(false) => Signature::Forged,
        }
    }
}

impl Decision {
    /// Everything it says, in an order that never changes.
    fn signed<T>(&self, by: impl FnOnce(&[&[u8]]) -> T) -> T {
        by(&[
            self.view.as_bytes(),
            &self.position.get().to_be_bytes(),
            &self.leaf,
            self.cause.as_bytes(),
            self.reason.as_bytes(),
            self.author.as_bytes(),
            &self.decided_at.as_microsecond().to_be_bytes(),
        ])
    }

    /// Signs and stores it; `false` when the event was set aside for the view before. The pool is of
    /// [`Role::Owner`](event_log::Role::Owner).
    pub(super) async fn store(&self, owner: &PgPool, signer: &dyn Signer) -> Result<bool, Error> {
        let stored = sqlx::query(INSERT)
            .bind(&self.view)
            .bind(self.position.get())
            .bind(self.leaf.as_slice())
            .bind(&self.cause)
            .bind(&self.reason)
            .bind(&self.author)
            .bind(PgInstant(self.decided_at))
            .bind(self.signed(|parts| signer.sign(parts)).as_slice())
            .execute(owner)
            .await
            .map_err(Error::database("recording a decision"))?;
        Ok(stored.rows_affected() == 1)
    }
}

type Row = (String, i64, Vec<u8>, String, String, String, PgInstant, Vec<u8>);

fn read(row: Row) -> Result<Stored, Error> {
    let (view, position, leaf, cause, reason, author, PgInstant(decided_at), signature) = row;
    let position = Position::try_new(position)?;
    // The table takes no other length; should it, nobody signed it.
    let leaf = leaf.try_into().map_err(|_| Error::Forged { position })?;
    let decision = Decision { view, position, leaf, cause, reason, author, decided_at };
    Ok(Stored { decision, signature })
}

pub(super) async fn of_view(pool: &PgPool, view: &str) -> Result<Vec<Stored>, Error> {
    let rows: Vec<Row> =
        sqlx::query_as(OF_VIEW).bind(view).fetch_all(pool).await.map_err(Error::database("reading decisions"))?;
    rows.into_iter().map(read).collect()
}

/// Every decision, by view and position, and whether it is the register's own; none in a database that never knew any.
///
/// # Errors
/// [`Error::Database`] when they cannot be read.
pub async fn decisions(pool: &PgPool, signer: Option<&dyn Signer>) -> Result<Vec<(Decision, Signature)>, Error> {
    let made: bool = sqlx::query_scalar(MADE).fetch_one(pool).await.map_err(Error::database("reading decisions"))?;
    if !made {
        return Ok(Vec::new());
    }
    let rows: Vec<Row> = sqlx::query_as(ALL).fetch_all(pool).await.map_err(Error::database("reading decisions"))?;
    let told = |row: Row| {
        let stored = read(row)?;
        let signature = stored.signature(signer);
        Ok((stored.decision, signature))
    };
    rows.into_iter().map(told).collect()
}
