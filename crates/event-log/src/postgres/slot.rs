//! One appending connection, and what its errors mean.
//!
//! **The fence.** When the connection is lost, its session in the server may be alive, waiting for the head row with our
//! round in its hands. Had we sent the round again and told somebody *refused*, that session could still commit the
//! command once the reason has gone. So each slot owns an advisory lock that its session holds to its end; the next
//! session of the slot must get that lock first, and ends the one that has it.

use std::time::Duration;

use async_trait::async_trait;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, PgConnection};
use tokio::time::sleep;
use uuid::Uuid;

use super::batch::Batch;
use super::standby::{NOT_HELD, Standby};
use crate::store::{Fault, Slot, Slots};
use crate::{Command, Error, Role, Verdict, error, settings};

const TRY_FENCE: &str = "SELECT pg_try_advisory_lock($1)";
// An advisory lock of 64 bits stands in pg_locks as two halves. Five seconds for the old session to end.
const END_HOLDER: &str = "\
SELECT pg_terminate_backend(l.pid, 5000)
  FROM pg_locks AS l
 WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted
   AND l.database = (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database())
   AND l.classid::bigint = ($1 >> 32) & 4294967295 AND l.objid::bigint = $1 & 4294967295
   AND l.pid <> pg_backend_pid()";
const FENCE_PAUSE: Duration = Duration::from_millis(10);

/// The session that appends: look-ups by index whatever the statistics say, and one plan for ever. With plans made for
/// the empty tables of a fresh database every append would read the whole log.
fn session(options: PgConnectOptions) -> PgConnectOptions {
    Role::Writer.session(options).application_name("sne_append").options([("plan_cache_mode", "force_generic_plan")])
}

/// Connections that append, each made when first needed.
#[derive(Debug)]
pub(crate) struct PgSlots {
    options: PgConnectOptions,
    standby: Standby,
}

impl PgSlots {
    pub(crate) fn new(connect: PgConnectOptions, standby: Standby) -> Self {
        Self { options: session(connect), standby }
    }
}

impl Slots for PgSlots {
    fn slot(&self) -> Box<dyn Slot> {
        let (half, _) = Uuid::new_v4().as_u64_pair();
        let fence = half.cast_signed();
        Box::new(PgSlot { options: self.options.clone(), fence, standby: self.standby, connection: None })
    }
}

/// A place for one connection.
#[derive(Debug)]
struct PgSlot {
    options: PgConnectOptions,
    fence: i64,
    standby: Standby,
    connection: Option<PgConnection>,
}

#[async_trait]
impl Slot for PgSlot {
    async fn call(&mut self, round: &[&Command], sent: &mut bool) -> Result<Vec<Verdict>, Fault> {
        if self.connection.is_none() {
            self.connection = Some(self.open().await?);
        }
        let Some(connection) = &mut self.connection else { return Err(Fault::Lost(String::new())) };
        let batch = Batch::of(round);
        *sent = true;
        let answer = batch.call(connection).await.map_err(|failed| fault("appending", &failed))?;
        let verdicts = answer.verdicts(round).map_err(Fault::Unreadable)?;
        if verdicts.iter().any(|verdict| verdict.receipt().is_some()) {
            match self.standby.holds(connection).await {
                Ok(true) => {}
                Ok(false) => return Err(Fault::Lost(NOT_HELD.to_owned())),
                Err(failed) => return Err(fault("asking what the standby holds", &failed)),
            }
        }
        Ok(verdicts)
    }

    /// Its session is ended by the next one, if it does not end by itself.
    fn disconnect(&mut self) {
        self.connection = None;
    }
}

impl PgSlot {
    async fn open(&self) -> Result<PgConnection, Fault> {
        let mut connection = self.options.connect().await.map_err(|failed| fault("connecting", &failed))?;
        // Before the role is chosen: the writer may not end sessions, the login may end its own.
        while !self.try_fence(&mut connection).await.map_err(|failed| fault("connecting", &failed))? {
            sqlx::query(END_HOLDER)
                .bind(self.fence)
                .execute(&mut connection)
                .await
                .map_err(|failed| fault("connecting", &failed))?;
            sleep(FENCE_PAUSE).await;
        }
        // Settings can be changed while the server runs.
        settings::check(&mut connection).await.map_err(unfit)?;
        self.standby.check_on(&mut connection).await.map_err(unfit)?;
        Role::Writer.assume(&mut connection).await.map_err(unfit)?;
        Ok(connection)
    }

    async fn try_fence(&self, connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
        sqlx::query_scalar(TRY_FENCE).bind(self.fence).fetch_one(connection).await
    }
}

fn unfit(error: Error) -> Fault {
    match error {
        Error::Connection { message, .. } => Fault::Lost(message),
        Error::Database { ref code, .. } if is_passing(code) => Fault::Lost(error.to_string()),
        other => Fault::Database(other),
    }
}

fn fault(action: &'static str, failed: &sqlx::Error) -> Fault {
    let Some(code) = failed.as_database_error().and_then(|database| database.code()) else {
        return Fault::Lost(error::plain(failed));
    };
    match code.get(..2) {
        // Data, integrity, program limit, raised by a function: rolled back, and it would be again.
        Some("22" | "23" | "54" | "P0") => Fault::Content(code.into_owned()),
        _ if is_passing(&code) => Fault::Lost(error::plain(failed)),
        _ => Fault::Database(Error::from_sqlx(action, failed)),
    }
}

/// Whether an error of this SQLSTATE may go away by itself, or leaves the outcome open: connections, deadlocks,
/// resources, locks, an operator at work, the system, an internal error. Everything else is a fault of set-up.
fn is_passing(code: &str) -> bool {
    matches!(code.get(..2), None | Some("08" | "40" | "53" | "55" | "57" | "58" | "F0" | "XX"))
}
