//! Database roles, and connections that act as one of them (design 10.16).

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, Executor, PgConnection, PgPool};

use crate::Error;

/// The script that makes the roles: idempotent, run by a superuser in the register's database.
pub const ROLES_SQL: &str = include_str!("../../../deploy/postgresql/roles.sql");

/// How long a borrower of a pool waits for a connection before it is told so.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);

/// What a connection may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Owns the schemas and the append function; migrates. Used for nothing else.
    Owner,
    /// Executes the append function and looks up what a command needs.
    Writer,
    /// Reads the whole log; makes and fills view tables.
    Projector,
    /// Queries views; sees the rows of the territories that its transaction names.
    Reader,
    /// Queries statistics, and sees nothing else.
    Infocentre,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 5] = [Self::Owner, Self::Writer, Self::Projector, Self::Reader, Self::Infocentre];

    /// The role's name in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Owner => "sne_owner",
            Self::Writer => "sne_writer",
            Self::Projector => "sne_projector",
            Self::Reader => "sne_reader",
            Self::Infocentre => "sne_infocentre",
        }
    }

    fn set_statement(self) -> &'static str {
        match self {
            Self::Owner => "SET ROLE sne_owner",
            Self::Writer => "SET ROLE sne_writer",
            Self::Projector => "SET ROLE sne_projector",
            Self::Reader => "SET ROLE sne_reader",
            Self::Infocentre => "SET ROLE sne_infocentre",
        }
    }

    /// Makes a connection act as this role until it is closed.
    pub(crate) async fn assume(self, connection: &mut PgConnection) -> Result<(), Error> {
        connection.execute(self.set_statement()).await.map_err(|error| {
            match error.as_database_error().and_then(|database| database.code()).as_deref() {
                Some("22023") => Error::MissingRole { role: self },
                Some("42501") => Error::RoleNotGranted { role: self },
                _ => Error::from_sqlx("choosing the role", &error),
            }
        })?;
        Ok(())
    }

    /// The session of this role: UTC, a name to be seen in `pg_stat_activity`, no transaction left open for ever.
    pub(crate) fn session(self, options: PgConnectOptions) -> PgConnectOptions {
        let options = options.application_name(self.name()).options([
            ("TimeZone", "UTC"),
            ("idle_in_transaction_session_timeout", "60s"),
            ("jit", "off"),
        ]);
        match self {
            // A writer only ever looks rows up by key. A plan made while the tables were empty would read them whole
            // for as long as the session keeps it.
            Self::Writer => options.options([("enable_seqscan", "off"), ("enable_bitmapscan", "off")]),
            Self::Owner | Self::Projector | Self::Reader | Self::Infocentre => options,
        }
    }
}

/// A pool whose every connection acts as one role.
///
/// The first connection is made at once, so that a wrong address or a missing role is told here and clearly.
///
/// # Errors
/// [`Error::MissingRole`], [`Error::RoleNotGranted`], [`Error::Connection`] or [`Error::Database`].
pub async fn connect(options: PgConnectOptions, role: Role, max_connections: u32) -> Result<PgPool, Error> {
    let options = role.session(options);
    // The pool retries a failing hook until its time is over and then says only that: try once outside of it.
    let mut first = options.connect().await.map_err(|error| Error::from_sqlx("connecting", &error))?;
    role.assume(&mut first).await?;
    first.close().await.map_err(|error| Error::from_sqlx("connecting", &error))?;

    PgPoolOptions::new()
        .max_connections(max_connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .after_connect(move |connection, _| {
            Box::pin(async move { connection.execute(role.set_statement()).await.map(drop) })
        })
        .connect_with(options)
        .await
        .map_err(|error| Error::from_sqlx("connecting", &error))
}

/// Makes the roles, and lets the owner make schemas in the database connected to. Needs a superuser, or `CREATEROLE` and
/// the database; a second time it changes nothing.
///
/// # Errors
/// [`Error::Connection`] or [`Error::Database`].
pub async fn create_roles(options: &PgConnectOptions) -> Result<(), Error> {
    let mut connection = options.connect().await.map_err(|error| Error::from_sqlx("connecting", &error))?;
    connection.execute(ROLES_SQL).await.map_err(|error| Error::from_sqlx("making the roles", &error))?;
    connection.close().await.map_err(|error| Error::from_sqlx("making the roles", &error))
}
