//! Why the register does not do what it was asked.

use std::time::Duration;

use access::{AgentRejection, Denial, OrganisationRejection};
use demand::Rejection;
use jiff::civil::Date;
use nomenclature::{Siren, UniqueNumber};

use crate::daily::DueListUnavailable;
use crate::schema::SchemaState;

/// A command or a question was not answered. Nothing was written, unless it says so.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The domain refuses the act; the rejection lists every violation.
    #[error("{0}")]
    Rejected(#[from] Rejection),
    /// An act on an organisation is refused.
    #[error("{0}")]
    OrganisationRejected(#[from] OrganisationRejection),
    /// An act on an agent is refused.
    #[error("{0}")]
    AgentRejected(#[from] AgentRejection),
    /// The actor may not do this.
    #[error("{0}")]
    Denied(Denial),
    /// No such demand, or none that the actor may know of.
    #[error("DEMAND_NOT_FOUND")]
    NotFound,
    /// One of the adults holds an active demand in the territory (INV-06).
    #[error("DUPLICATE_DEMAND: {held_by}")]
    Duplicate {
        /// The demand that holds the claim.
        held_by: UniqueNumber,
    },
    /// A desk code is already another organisation's.
    #[error("DESK_CODE_TAKEN")]
    DeskCodeTaken,
    /// Another organisation's certificate, or one that was revoked.
    #[error("CERTIFICATE_TAKEN")]
    CertificateTaken,
    /// Another account has the address (INV-45).
    #[error("EMAIL_TAKEN")]
    EmailTaken,
    /// Another account has the identity.
    #[error("IDENTITY_TAKEN")]
    IdentityTaken,
    /// The same command id was used before with another content.
    #[error("COMMAND_ID_REUSED")]
    CommandIdReused,
    /// The organisation gave this command id up for good.
    #[error("COMMAND_FENCED")]
    CommandFenced,
    /// The demand changed since the caller read it, or kept changing while the command was decided.
    #[error("VERSION_CONFLICT: expected {expected}, found {found}")]
    VersionConflict {
        /// The version the caller named or that was decided on.
        expected: u32,
        /// The version found.
        found: u32,
    },
    /// The demand kept changing while the act was decided, many times over: send the same command again.
    #[error("CONTENDED at version {version}")]
    Contended {
        /// The version last seen.
        version: u32,
    },
    /// The number that an imported demand brings is another demand's already (INV-04).
    #[error("NUMBER_TAKEN: {number}")]
    NumberTaken {
        /// The number.
        number: UniqueNumber,
    },
    /// The act writes two demands: it is none of those that are imported.
    #[error("ACT_NOT_IMPORTED")]
    NotImported,
    /// The row that an imported row has to come after is not entered: send it again once that one is.
    #[error("PREDECESSOR_MISSING")]
    PredecessorMissing,
    /// The sequence of the territory and month is used up.
    #[error("NUMBERS_EXHAUSTED")]
    NumbersExhausted,
    /// A position beyond the last one of the log.
    #[error("POSITION_BEYOND_HEAD: head {head}")]
    PositionBeyondHead {
        /// The last position of the log.
        head: i64,
    },
    /// The daily run was asked for a day that is over: the run of today catches up with what was missed.
    #[error("DAY_PASSED: today is {today}")]
    DayPassed {
        /// Today.
        today: Date,
    },
    /// The daily run was asked for a day that has not come, or a plan for one beyond a year.
    #[error("DAY_AHEAD: today is {today}")]
    DayAhead {
        /// Today.
        today: Date,
    },
    /// Another daily run is under way.
    #[error("DAILY_RUN_UNDER_WAY")]
    DailyRunning,
    /// The list of what is due cannot be asked.
    #[error("due list: {0}")]
    DueList(#[from] DueListUnavailable),
    /// The account, or its organisation, has looked at as many files as it may within an hour.
    #[error("TOO_MANY_FILES")]
    TooManyFiles {
        /// When it may look again.
        retry_after: Duration,
    },
    /// Imports have entered as many rows of an organisation as they may within an hour: none of these was entered.
    #[error("TOO_MANY_ROWS of {organisation}")]
    TooManyRows {
        /// Of which organisation.
        organisation: Siren,
        /// When some of the hour is over.
        retry_after: Duration,
    },
    /// It cannot be recorded who looks, so nothing nominative is shown.
    #[error("the record of consultations cannot be written")]
    NotRecorded,
    /// A list of notices cannot be written, or deleted.
    #[error("notice file: {0}")]
    NoticeFile(std::io::Error),
    /// The request does not fit together: a registration names a number, another act names none.
    #[error("MALFORMED_REQUEST")]
    MalformedRequest,
    /// The outcome is not known: send the same command again with the same id; it is applied at most once.
    #[error("OUTCOME_UNKNOWN")]
    OutcomeUnknown,
    /// An event of the log cannot be read.
    #[error("UNREADABLE_EVENT at position {position}: {cause}")]
    Unreadable {
        /// Where it stands.
        position: i64,
        /// What is wrong with it; never its content.
        cause: String,
    },
    /// The database holds no register, or the one of another version of this program. It was only looked at.
    #[error("SCHEMA_DIFFERS: {schema}")]
    Schema {
        /// The first schema that differs.
        schema: &'static str,
        /// How.
        state: SchemaState,
    },
    /// The log failed.
    #[error("event log: {0}")]
    Log(event_log::Error),
    /// The vault failed.
    #[error("vault: {0}")]
    Vault(#[from] vault::Error),
    /// The database failed.
    #[error("database: {0}")]
    Database(String),
}

impl From<event_log::Error> for Error {
    fn from(error: event_log::Error) -> Self {
        match error {
            event_log::Error::OutcomeUnknown { .. } => Self::OutcomeUnknown,
            other => Self::Log(other),
        }
    }
}

impl From<Denial> for Error {
    fn from(denial: Denial) -> Self {
        match denial {
            // A foreign object does not exist (design law 11).
            Denial::ForeignTerritory => Self::NotFound,
            other => Self::Denied(other),
        }
    }
}

impl Error {
    /// The stable reason, UPPER_SNAKE, for those who act on it.
    pub fn reason(&self) -> String {
        match self {
            Self::Rejected(rejection) => rejection.reason.code().to_owned(),
            Self::OrganisationRejected(rejection) => rejection.to_string(),
            Self::Denied(denial) => denial.to_string(),
            Self::NotFound => "DEMAND_NOT_FOUND".to_owned(),
            Self::Duplicate { .. } => "DUPLICATE_DEMAND".to_owned(),
            Self::AgentRejected(rejection) => rejection.to_string(),
            Self::DeskCodeTaken => "DESK_CODE_TAKEN".to_owned(),
            Self::CertificateTaken => "CERTIFICATE_TAKEN".to_owned(),
            Self::EmailTaken => "EMAIL_TAKEN".to_owned(),
            Self::IdentityTaken => "IDENTITY_TAKEN".to_owned(),
            Self::CommandIdReused => "COMMAND_ID_REUSED".to_owned(),
            Self::CommandFenced => "COMMAND_FENCED".to_owned(),
            Self::VersionConflict { .. } => "VERSION_CONFLICT".to_owned(),
            Self::Contended { .. } => "CONTENDED".to_owned(),
            Self::NumberTaken { .. } => "NUMBER_TAKEN".to_owned(),
            Self::NotImported => "ACT_NOT_IMPORTED".to_owned(),
            Self::PredecessorMissing => "PREDECESSOR_MISSING".to_owned(),
            Self::NumbersExhausted => "NUMBERS_EXHAUSTED".to_owned(),
            Self::PositionBeyondHead { .. } => "POSITION_BEYOND_HEAD".to_owned(),
            Self::DayPassed { .. } => "DAY_PASSED".to_owned(),
            Self::DayAhead { .. } => "DAY_AHEAD".to_owned(),
            Self::DailyRunning => "DAILY_RUN_UNDER_WAY".to_owned(),
            Self::TooManyFiles { .. } => "TOO_MANY_FILES".to_owned(),
            Self::TooManyRows { .. } => "TOO_MANY_ROWS".to_owned(),
            Self::NoticeFile(_) => "NOTICE_FILE".to_owned(),
            Self::MalformedRequest => "MALFORMED_REQUEST".to_owned(),
            Self::OutcomeUnknown => "OUTCOME_UNKNOWN".to_owned(),
            Self::Unreadable { .. } => "UNREADABLE_EVENT".to_owned(),
            Self::Schema { .. } => "SCHEMA_DIFFERS".to_owned(),
            Self::NotRecorded | Self::DueList(_) | Self::Log(_) | Self::Vault(_) | Self::Database(_) => {
                "UNAVAILABLE".to_owned()
            }
        }
    }
}
