//! What a decision of a territory rests on: the number of an arrêté, a date. It stays open for ever.

use serde::{Deserialize, Serialize};

use crate::form::text::Text;
use crate::rejection::FieldReason;

/// The longest reference, in characters.
const LONGEST: usize = 120;

/// A reference that may stand in the open: letters, digits, spaces and the signs that references are written with. An address
/// of e-mail is none.
///
/// Reading it back from the log checks nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Reference(String);

impl Reference {
    /// Checks length and characters.
    pub fn parse(text: &str) -> Result<Self, FieldReason> {
        let trimmed = text.trim();
        Text::<LONGEST>::parse(trimmed)?;
        let written = |c: char| c.is_alphanumeric() || " -–.,/°()':;’«»&+".contains(c);
        if trimmed.chars().all(written) { Ok(Self(trimmed.to_owned())) } else { Err(FieldReason::ForbiddenCharacter) }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
