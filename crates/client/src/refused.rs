//! Why a call has no answer.

use std::collections::BTreeMap;
use std::fmt;

use tonic::{Code, Status};
use tonic_types::StatusExt as _;

/// A call has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The JSON is no message of the interface, or there is no such method: nothing was sent.
    Unreadable,
    /// The server said no, and why.
    Told(Box<Told>),
    /// No word of the register: the connection, or something on the way. A command may be done or not.
    Lost(String),
}

/// What a refusal says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The gRPC code.
    pub code: Code,
    /// The stable reason.
    pub reason: String,
    /// The French sentence.
    pub french: String,
    /// Field and reason of each violation, in order.
    pub violations: Vec<(String, String)>,
    /// The variables of the reason.
    pub variables: BTreeMap<String, String>,
    /// Whether the server says that trying again can help.
    pub retry: bool,
}

impl Refused {
    pub(crate) fn told(status: &Status) -> Self {
        let details = status.get_error_details();
        let Some(info) = details.error_info() else {
            return Self::Lost(format!("{:?}: {}", status.code(), status.message()));
        };
        let violations = details.bad_request().map(|bad| bad.field_violations.as_slice()).unwrap_or_default();
        Self::Told(Box::new(Told {
            code: status.code(),
            reason: info.reason.clone(),
            french: details.localized_message().map(|localized| localized.message.clone()).unwrap_or_default(),
            violations: violations.iter().map(|found| (found.field.clone(), found.reason.clone())).collect(),
            variables: info.metadata.iter().map(|(key, value)| (key.clone(), value.clone())).collect(),
            retry: details.retry_info().is_some(),
        }))
    }

    /// The stable reason, when the server gave one.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Told(told) => Some(&told.reason),
            Self::Unreadable | Self::Lost(_) => None,
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable => f.write_str("no message of the interface"),
            Self::Told(told) => write!(f, "{} ({})", told.reason, told.french),
            Self::Lost(why) => write!(f, "no answer: {why}"),
        }
    }
}

impl std::error::Error for Refused {}
