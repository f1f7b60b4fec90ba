//! What a pass used: time, processors, bytes of the write-ahead log.

use std::time::Instant;

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, PgConnection};

use crate::cpu::{Cpu, CpuUsed};
use crate::failure::Failure;
use crate::house::House;

const WAL: &str = "SELECT (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint";
const FLUSHES: &str = "SELECT wal_sync FROM pg_stat_wal";
const SESSIONS: &str =
    "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()";

/// Looks at the cluster from outside of what is measured.
pub struct Meter {
    options: PgConnectOptions,
    admin: PgConnection,
    postmaster: i32,
}

/// The beginning of something.
pub struct Mark {
    at: Instant,
    cpu: Option<Cpu>,
    wal: i64,
}

/// What came of it.
#[derive(Clone, Copy, Debug)]
pub struct Used {
    /// Seconds by the clock.
    pub seconds: f64,
    /// Processor time, where it can be told.
    pub cpu: Option<CpuUsed>,
    /// Bytes of the write-ahead log, of all databases.
    pub wal_bytes: i64,
}

impl Meter {
    /// Connects as the superuser.
    pub async fn new(house: &House) -> Result<Self, Failure> {
        let options = house.superuser("postgres")?;
        let admin = options.connect().await?;
        Ok(Self { options, admin, postmaster: house.cluster().postmaster_pid() })
    }

    /// The connection, for what else is asked of the server.
    pub fn admin(&mut self) -> &mut PgConnection {
        &mut self.admin
    }

    /// Bytes of the write-ahead log so far.
    pub async fn wal(&mut self) -> Result<i64, Failure> {
        Ok(sqlx::query_scalar(WAL).fetch_one(&mut self.admin).await?)
    }

    /// The same, from a runtime of its own.
    pub async fn wal_once(admin: &PgConnectOptions) -> Result<i64, Failure> {
        let mut connection = admin.connect().await?;
        let wal = sqlx::query_scalar(WAL).fetch_one(&mut connection).await?;
        connection.close().await?;
        Ok(wal)
    }

    /// How to connect as the superuser.
    pub fn admin_options(&self) -> PgConnectOptions {
        self.options.clone()
    }

    /// Flushes of the write-ahead log so far, as told by sessions that have ended.
    pub async fn flushes(&mut self) -> Result<i64, Failure> {
        Ok(sqlx::query_scalar(FLUSHES).fetch_one(&mut self.admin).await?)
    }

    /// Waits until no session but our own is left: only then are its counts complete.
    pub async fn wait_until_alone(&mut self) -> Result<(), Failure> {
        for _ in 0..500 {
            let others: i64 = sqlx::query_scalar(SESSIONS).fetch_one(&mut self.admin).await?;
            if others == 0 {
                return Ok(());
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        Err(Failure::Answer("a session of the server does not end".to_owned()))
    }

    /// Begins.
    pub async fn mark(&mut self) -> Result<Mark, Failure> {
        let wal = self.wal().await?;
        Ok(Mark { at: Instant::now(), cpu: Cpu::now(self.postmaster), wal })
    }

    /// Ends.
    pub async fn since(&mut self, mark: Mark) -> Result<Used, Failure> {
        let seconds = mark.at.elapsed().as_secs_f64();
        let cpu = mark.cpu.zip(Cpu::now(self.postmaster)).map(|(before, after)| after.since(before));
        Ok(Used { seconds, cpu, wal_bytes: self.wal().await? - mark.wal })
    }
}
