//! The one error type of the crate. No variant carries a value of an event or a server's detail line.

use event_log::Position;

/// What can go wrong with a projection.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An event is missing, was altered or cannot be read: nothing at or behind it is folded.
    #[error("event at position {position} cannot be read: {cause}")]
    Unreadable {
        /// Where it stands.
        position: Position,
        /// What is wrong with it; never its content.
        cause: String,
    },
    /// `VIEW_BEHIND`: the view did not come as far as asked in time, or is not built yet.
    #[error("view stands at position {position}, before {asked}")]
    Behind {
        /// Where it stands.
        position: Position,
        /// What was asked for.
        asked: Position,
    },
    /// Nobody can have been told this position: the log does not go so far.
    #[error("position {asked} is beyond the head {head} of the log")]
    BeyondHead {
        /// What was asked for.
        asked: Position,
        /// The last position of the log.
        head: Position,
    },
    /// A newer program built this view; this one must not write to it.
    #[error("version {live} of the view is live, this program has version {own}")]
    Superseded {
        /// The version of the live tables.
        live: u32,
        /// The version of this program.
        own: u32,
    },
    /// Another session rebuilds this projection already.
    #[error("projection is being rebuilt already")]
    RebuildRunning,
    /// Somebody else moved the checkpoint meanwhile: what was folded is thrown away.
    #[error("checkpoint was moved by another session")]
    CheckpointMoved,
    /// Events could not be opened for now; nothing is wrong with them.
    #[error("events cannot be opened now: {cause}")]
    Unavailable {
        /// What is missing.
        cause: String,
    },
    /// A decision that the operator did not sign lies in the database: nobody goes by any that is made for this view.
    #[error("decision about the event at position {position} is not signed by this register")]
    Forged {
        /// The event that it names.
        position: Position,
    },
    /// The event can be read: only one that cannot is set aside.
    #[error("event at position {position} can be read")]
    Readable {
        /// Where it stands.
        position: Position,
    },
    /// No event stands at this position that could be set aside: it is missing, or its row is no event any more.
    #[error("no event can be named at position {position}")]
    NotThere {
        /// What was asked for.
        position: Position,
    },
    /// The event has lost its place in its stream: a rebuild could not go round it.
    #[error("event at position {position} does not follow the others of its stream")]
    OutOfStream {
        /// Where it stands.
        position: Position,
    },
    /// The event was set aside for this view before.
    #[error("event at position {position} is set aside already")]
    Decided {
        /// Where it stands.
        position: Position,
    },
    /// The log could not be read.
    #[error("event log: {0}")]
    Log(#[from] event_log::Error),
    /// The database refused or was not there.
    #[error("database failed while {action}: {message}")]
    Database {
        /// What was being done.
        action: &'static str,
        /// Whether asking again can help: connections, locks and resources come back, a fault of the data does not.
        passes: bool,
        /// The SQLSTATE, or what the driver says; never a value.
        message: String,
    },
    /// Queries held the tables of the view for too long to exchange them: to be tried again.
    #[error("tables of the view are in use")]
    TablesInUse,
    /// The schema could not be brought up to date.
    #[error("migration failed: {message}")]
    Migration {
        /// What the migrator says.
        message: String,
    },
}

impl Error {
    /// Whether asking again later can help. All others need a person, or another program.
    pub fn passes(&self) -> bool {
        match self {
            Self::Unavailable { .. } | Self::CheckpointMoved | Self::RebuildRunning | Self::TablesInUse => true,
            Self::Database { passes, .. } => *passes,
            Self::Log(error) => !tells_of_damage(error),
            _ => false,
        }
    }

    pub(crate) fn database(action: &'static str) -> impl FnOnce(sqlx::Error) -> Self {
        move |error| match error.as_database_error().and_then(|database| database.code()).as_deref() {
            Some(LOCK_NOT_AVAILABLE | DEADLOCK_DETECTED) => Self::TablesInUse,
            _ => Self::Database { action, passes: passes(&error), message: plain(&error) },
        }
    }
}

const LOCK_NOT_AVAILABLE: &str = "55P03";
const DEADLOCK_DETECTED: &str = "40P01";

/// Values that do not fit, rows that clash, tables or columns that are gone, rows that cannot be read: the same page would
/// fail again for ever, and a person has to look.
fn passes(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Database(database) => {
            !matches!(database.code().unwrap_or_default().get(..2), Some("0A" | "22" | "23" | "42" | "54" | "P0"))
        }
        sqlx::Error::Decode(_) | sqlx::Error::Encode(_) | sqlx::Error::ColumnDecode { .. } => false,
        _ => true,
    }
}

/// The log itself is damaged, or newer than this program.
pub(crate) fn tells_of_damage(error: &event_log::Error) -> bool {
    use event_log::Error as Log;
    matches!(
        error,
        Log::Gap { .. }
            | Log::VersionGap { .. }
            | Log::Unreadable { .. }
            | Log::UnreadableAt { .. }
            | Log::InvalidIdentifier { .. }
            | Log::InvalidPosition { .. }
    )
}

/// The text of a driver error without the values that some of them quote.
fn plain(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(database) => {
            let code = database.code().unwrap_or_default();
            match code.get(..2) {
                Some("22" | "23" | "P0") => format!("SQLSTATE {code}"),
                _ => format!("SQLSTATE {code}, {}", database.message()),
            }
        }
        sqlx::Error::ColumnDecode { index, .. } => format!("column {index} cannot be read"),
        sqlx::Error::Decode(_) => "a value cannot be read".to_owned(),
        sqlx::Error::Encode(_) => "a value cannot be written".to_owned(),
        other => other.to_string(),
    }
}
