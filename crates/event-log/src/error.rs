//! The one error type of the crate. No variant carries a value of an event, a claim key or a server's detail line.

use std::time::Duration;

use crate::{Position, Role, StreamId};

/// What can go wrong with the log. Conflicts are no errors: they are [`Refusal`](crate::Refusal)s.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A name is not of the form its type asks for.
    #[error("{kind} is not well formed")]
    InvalidIdentifier {
        /// Which kind of name.
        kind: &'static str,
    },
    /// A position is negative.
    #[error("position {value} is negative")]
    InvalidPosition {
        /// The number given.
        value: i64,
    },
    /// A command writes no event, so it could leave no receipt.
    #[error("command writes no event")]
    EmptyCommand,
    /// A command names one stream twice.
    #[error("command names stream {stream} twice")]
    DuplicateStream {
        /// The stream.
        stream: StreamId,
    },
    /// A claim of the command contradicts an earlier one of the same command: the same key and scope taken twice or
    /// released twice by one holder, or one key taken with two tags.
    #[error("claim {index} of the command contradicts an earlier one")]
    DuplicateClaim {
        /// Which claim, counted from 0.
        index: usize,
    },
    /// A text is empty, too long or has a control character.
    #[error("{field} is empty, too long or has a control character")]
    InvalidText {
        /// Which field.
        field: &'static str,
    },
    /// A part of a command is larger than the log takes.
    #[error("{field} is larger than {limit}")]
    TooLarge {
        /// Which part.
        field: &'static str,
        /// The limit, in bytes or items.
        limit: usize,
    },
    /// A date, an instant or a version is outside of what the log can keep.
    #[error("{field} is out of range")]
    OutOfRange {
        /// Which field.
        field: &'static str,
    },

    /// The database has no such role.
    #[error("database role {} does not exist", .role.name())]
    MissingRole {
        /// The role.
        role: Role,
    },
    /// The login may not act as this role.
    #[error("login may not act as database role {}", .role.name())]
    RoleNotGranted {
        /// The role.
        role: Role,
    },
    /// The server is older than the SQL of this crate.
    #[error("PostgreSQL {version} is too old")]
    ServerTooOld {
        /// `server_version_num` of the server.
        version: u32,
    },
    /// A setting of the database would let an acknowledged command be lost or a text be damaged (design law 12).
    #[error("database setting {name} is {value}")]
    UnsafeSetting {
        /// The setting.
        name: &'static str,
        /// Its value in this session.
        value: String,
    },

    /// What a standby holds is asked for, and the register may not see it.
    #[error("owner of the log may not see what standbys hold")]
    StandbyHidden,

    /// No position may be missing, yet this one is: the log is damaged. Never skipped.
    #[error("position {position} is missing from the log")]
    Gap {
        /// The lowest position that is missing.
        position: Position,
    },
    /// No version of a stream may be missing, yet this one is: the log is damaged.
    #[error("version {version} of stream {stream} is missing from the log")]
    VersionGap {
        /// The stream.
        stream: StreamId,
        /// The lowest version that is missing.
        version: u32,
    },
    /// A stored value cannot be read: the log is damaged, or newer than this program.
    #[error("stored {field} cannot be read")]
    Unreadable {
        /// Which column.
        field: &'static str,
    },

    /// The same of one event whose place is known.
    #[error("stored {field} of the event at position {position} cannot be read")]
    UnreadableAt {
        /// Where it stands.
        position: Position,
        /// Which column.
        field: &'static str,
    },

    /// The database takes no writes: a standby, or a server that was told to be read-only.
    #[error("database is read-only")]
    ReadOnly,
    /// The last append of this process failed, and none succeeded since.
    #[error("appends fail")]
    AppendsFail,
    /// The database could not be reached in time; nothing was sent.
    #[error("database could not be reached within {waited:?}: {reason}")]
    Unreachable {
        /// How long it was tried.
        waited: Duration,
        /// The last reason.
        reason: String,
    },
    /// The commands were sent, and no answer came in time: each is either committed whole or not at all. Ask
    /// [`Reader::receipt`](crate::Reader::receipt), or send the same commands again.
    #[error("outcome unknown after {waited:?}: {reason}")]
    OutcomeUnknown {
        /// How long it was tried.
        waited: Duration,
        /// The last reason.
        reason: String,
    },
    /// The database answered with an error.
    #[error("database error {code} while {action}: {message}")]
    Database {
        /// What was being done.
        action: &'static str,
        /// The SQLSTATE.
        code: String,
        /// The server's primary message; left out for the classes whose messages can quote values.
        message: String,
    },
    /// The connection failed, or answered something else than PostgreSQL does.
    #[error("connection failed while {action}: {message}")]
    Connection {
        /// What was being done.
        action: &'static str,
        /// What the driver says.
        message: String,
    },
    /// The schema could not be brought up to date.
    #[error("migration failed: {message}")]
    Migration {
        /// What the migrator says.
        message: String,
    },
}

impl Error {
    /// What to do about it, in a whole sentence, where there is something to do.
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::MissingRole { .. } => "Run deploy/postgresql/roles.sql once, as a superuser.",
            Self::RoleNotGranted { .. } => {
                "Grant the role to the login, as the comment in deploy/postgresql/roles.sql shows."
            }
            Self::ServerTooOld { .. } => "Use PostgreSQL 15 or newer.",
            Self::UnsafeSetting { name: "server_encoding", .. } => "Create the database with encoding UTF8.",
            Self::UnsafeSetting { name: "synchronous_standby_names", .. } => {
                "Name a synchronous standby, or do without one (docs/operations.md)."
            }
            Self::StandbyHidden => "Run deploy/postgresql/roles.sql again, as a superuser.",
            Self::UnsafeSetting { .. } => "Set it to on, for the server, the database and the login alike.",
            Self::ReadOnly => "Point the register at the primary server.",
            Self::OutcomeUnknown { .. } => "Ask for the receipt of the command, or send the same command again.",
            Self::Gap { .. } | Self::VersionGap { .. } => "Stop writing, and restore or repair the database.",
            _ => return None,
        })
    }

    /// What a driver's error comes to, without the values that some of its texts quote; for rooms that have tables of
    /// their own beside the log.
    pub fn of_driver(action: &'static str, error: &sqlx::Error) -> Self {
        Self::from_sqlx(action, error)
    }

    pub(crate) fn from_sqlx(action: &'static str, error: &sqlx::Error) -> Self {
        match error.as_database_error() {
            Some(database) => {
                let code = database.code().unwrap_or_default().into_owned();
                let message = if may_quote_values(&code) {
                    "(message left out)".to_owned()
                } else {
                    database.message().to_owned()
                };
                Self::Database { action, code, message }
            }
            None => Self::Connection { action, message: plain(error) },
        }
    }
}

/// SQLSTATE classes whose primary message can quote a value: data exceptions, integrity violations, raised by functions.
fn may_quote_values(code: &str) -> bool {
    matches!(code.get(..2), Some("22" | "23" | "P0"))
}

/// The text of a driver error, without the values that decoding errors quote.
pub(crate) fn plain(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::ColumnDecode { index, .. } => format!("column {index} cannot be read"),
        sqlx::Error::Decode(_) => "a value cannot be read".to_owned(),
        sqlx::Error::Encode(_) => "a value cannot be written".to_owned(),
        sqlx::Error::Database(database) => match database.code() {
            Some(code) if may_quote_values(&code) => format!("database error {code}"),
            _ => database.message().to_owned(),
        },
        other => other.to_string(),
    }
}
