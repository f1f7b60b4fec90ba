//! A refusal as `google.rpc.Status`: one ErrorInfo, all field violations, a French sentence, and when to try again.

use std::collections::HashMap;

use demand::{FieldReason, Violation};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, LocalizedMessage, PreconditionViolation, StatusExt as _};

use crate::convert::etag;
use crate::reason::{Reason, Row, of_denial, of_rejection};
use crate::rights_reason::{of_agent, of_organisation};

/// The domain of every reason.
pub const DOMAIN: &str = "sne";
const LOCALE: &str = "fr-FR";

/// A refusal on its way to its caller. Boxed: refusals are rare, and what returns one shall stay small.
pub struct Refusal(Box<Told>);

struct Told {
    row: Row,
    message: String,
    metadata: HashMap<String, String>,
    violations: Vec<Violation>,
}

impl Refusal {
    /// A refusal without further details.
    pub fn new(reason: Reason) -> Self {
        Self::told(reason.row())
    }

    /// A form with violations.
    pub fn invalid(violations: Vec<Violation>) -> Self {
        demand::Rejection::invalid(violations).into()
    }

    fn told(row: Row) -> Self {
        let message = row.reason.clone();
        Self(Box::new(Told { row, message, metadata: HashMap::new(), violations: Vec::new() }))
    }

    /// With the time after which the same call makes sense again.
    fn after(mut self, retry: std::time::Duration) -> Self {
        self.0.row.retry = Some(retry);
        self
    }

    /// With one more variable of the message.
    pub fn with(mut self, key: &str, value: impl ToString) -> Self {
        let value = value.to_string();
        self.0.message = format!("{} {key}={value}", self.0.message);
        self.0.metadata.insert(key.to_owned(), value);
        self
    }
}

impl From<Reason> for Refusal {
    fn from(reason: Reason) -> Self {
        Self::new(reason)
    }
}

impl From<access::Denial> for Refusal {
    fn from(denial: access::Denial) -> Self {
        Self::told(of_denial(denial))
    }
}

impl From<demand::Rejection> for Refusal {
    fn from(rejection: demand::Rejection) -> Self {
        let mut refusal = Self::told(of_rejection(rejection.reason));
        refusal.0.message = rejection.to_string();
        refusal.0.violations = rejection.violations;
        refusal
    }
}

impl From<register::Error> for Refusal {
    fn from(error: register::Error) -> Self {
        use register::Error as E;
        match error {
            E::Rejected(rejection) => rejection.into(),
            E::Denied(denial) => denial.into(),
            E::NotFound => Reason::DemandNotFound.into(),
            E::Duplicate { held_by } => Self::new(Reason::DuplicateDemand).with("held_by", held_by),
            E::CommandIdReused => Reason::CommandIdReused.into(),
            E::CommandFenced => Reason::CommandFenced.into(),
            E::VersionConflict { expected, found } => Self::new(Reason::VersionConflict)
                .with("expected_etag", etag::write(expected))
                .with("current_etag", etag::write(found)),
            E::NumbersExhausted => Reason::NumbersExhausted.into(),
            E::PositionBeyondHead { head } => Self::new(Reason::PositionBeyondHead).with("head_position", head),
            E::OutcomeUnknown => Reason::OutcomeUnknown.into(),
            E::TooManyFiles { retry_after } => {
                tracing::warn!("an account or its organisation has used up its files of the hour");
                Self::new(Reason::TooManyFiles).after(retry_after)
            }
            E::Unreadable { position, cause } => {
                tracing::error!(position, cause, "an event cannot be read");
                Self::new(Reason::UnreadableEvent).with("position", position)
            }
            E::Log(error) => of_log(&error),
            E::Vault(error) => unavailable(&error),
            E::Database(error) => unavailable(&error),
            E::OrganisationRejected(rejection) => Self::told(of_organisation(rejection)),
            E::AgentRejected(rejection) => Self::told(of_agent(rejection)),
            E::DeskCodeTaken => Reason::DeskCodeTaken.into(),
            E::CertificateTaken => Reason::CertificateTaken.into(),
            E::EmailTaken => Reason::EmailTaken.into(),
            E::IdentityTaken => Reason::IdentityTaken.into(),
            E::MalformedRequest => Reason::MalformedMessage.into(),
            other => unavailable(&other),
        }
    }
}

impl From<event_log::Error> for Refusal {
    fn from(error: event_log::Error) -> Self {
        register::Error::from(error).into()
    }
}

impl From<projection::QueryError> for Refusal {
    fn from(error: projection::QueryError) -> Self {
        use projection::{Error as P, QueryError as Q};
        match error {
            Q::Projection(P::Behind { position, .. }) => Self::new(Reason::ViewBehind).with("view_position", position),
            Q::Projection(P::BeyondHead { head, .. }) => {
                Self::new(Reason::PositionBeyondHead).with("head_position", head)
            }
            Q::TimedOut => Reason::DeadlineExceeded.into(),
            Q::Unreadable { column } => {
                tracing::error!(column, "a row of a view cannot be read");
                Reason::ViewDamaged.into()
            }
            other => unavailable(&other),
        }
    }
}

impl From<views::Error> for Refusal {
    fn from(error: views::Error) -> Self {
        match error {
            views::Error::Query(error) => error.into(),
            views::Error::NameWithoutLetters => {
                Self::invalid(vec![Violation { field: "name".to_owned(), reason: FieldReason::NotAName }])
            }
            other => unavailable(&other),
        }
    }
}

impl From<infocentre::Error> for Refusal {
    fn from(error: infocentre::Error) -> Self {
        use infocentre::{Error as E, Unanswerable as U};
        match error {
            E::Query(error) => error.into(),
            E::Unanswerable(unanswerable) => {
                let (field, reason) = match unanswerable {
                    U::NationwideOnly => ("measure", FieldReason::Inconsistent),
                    U::NotOfThisPlace | U::NoMotive => ("dimension", FieldReason::Inconsistent),
                    U::Inverted => ("to_month", FieldReason::Inconsistent),
                    U::TooLong => ("to_month", FieldReason::OutOfRange),
                };
                Self::invalid(vec![Violation { field: field.to_owned(), reason }])
            }
            other => unavailable(&other),
        }
    }
}

const QUERY_CANCELED: &str = "57014";

fn of_log(error: &event_log::Error) -> Refusal {
    use event_log::Error as E;
    match error {
        // The time of the call was over in the database first.
        E::Database { code, .. } if code == QUERY_CANCELED => Reason::DeadlineExceeded.into(),
        E::Gap { position } => {
            tracing::error!(%position, "the log is damaged: a position is missing");
            Reason::LogDamaged.into()
        }
        // Which stream it is stays out of the log of the server: doctor says so.
        E::VersionGap { .. } => {
            tracing::error!("the log is damaged: a version of a stream is missing");
            Reason::LogDamaged.into()
        }
        E::Unreadable { field } => {
            tracing::error!(field, "the log is damaged: a field cannot be read");
            Reason::LogDamaged.into()
        }
        E::InvalidIdentifier { .. }
        | E::InvalidPosition { .. }
        | E::EmptyCommand
        | E::DuplicateStream { .. }
        | E::DuplicateClaim { .. }
        | E::InvalidText { .. }
        | E::TooLarge { .. }
        | E::OutOfRange { .. } => Reason::MalformedMessage.into(),
        other => unavailable(other),
    }
}

/// What failed is for who runs the register; the caller hears that it is not there.
fn unavailable(error: &dyn std::fmt::Display) -> Refusal {
    tracing::warn!(%error, "a call could not be answered");
    Reason::Unavailable.into()
}

impl From<Refusal> for Status {
    fn from(refusal: Refusal) -> Self {
        let Told { row, message, metadata, violations } = *refusal.0;
        let mut details = ErrorDetails::new();
        details.set_error_info(row.reason.clone(), DOMAIN, metadata);
        details.set_localized_message(LOCALE, row.french);
        if row.retry.is_some() {
            details.set_retry_info(row.retry);
        }
        if row.code == Code::FailedPrecondition {
            details.set_precondition_failure([PreconditionViolation::new(row.reason, "demand", row.french)]);
        }
        if !violations.is_empty() {
            details.set_bad_request(violations.iter().map(field).collect::<Vec<_>>());
        }
        Self::with_error_details(row.code, message, details)
    }
}

fn field(violation: &Violation) -> FieldViolation {
    let french = violation.reason.message();
    FieldViolation {
        field: violation.field.clone(),
        description: french.to_owned(),
        reason: violation.reason.code().to_owned(),
        localized_message: Some(LocalizedMessage { locale: LOCALE.to_owned(), message: french.to_owned() }),
    }
}
