//! The words of the log: positions, and the names of streams, their types and territories.

use std::borrow::Cow;
use std::fmt;

use crate::Error;

/// The place of an event in the whole log, counted from 1 without holes, in commit order.
///
/// [`Position::ZERO`] stands before the first event: "read after zero" reads everything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position(i64);

impl Position {
    /// Before the first event.
    pub const ZERO: Self = Self(0);

    /// Behind everything there will ever be.
    #[cfg(feature = "memory")]
    pub(crate) const LAST: Self = Self(i64::MAX);

    /// A position from a number that came from outside.
    ///
    /// # Errors
    /// [`Error::InvalidPosition`] for a negative number.
    pub fn try_new(value: i64) -> Result<Self, Error> {
        if value < 0 { Err(Error::InvalidPosition { value }) } else { Ok(Self(value)) }
    }

    /// The number itself, never negative.
    pub fn get(self) -> i64 {
        self.0
    }

    /// The next position.
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// The position just before this one; zero stays zero.
    pub fn before(self) -> Self {
        Self((self.0 - 1).max(0))
    }

    /// This position moved on by a number of events.
    pub(crate) fn plus(self, events: usize) -> Self {
        Self(self.0.saturating_add(i64::try_from(events).unwrap_or(i64::MAX)))
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The id of a stream, unique over all stream types: 1 to 64 printable ASCII characters without space.
///
/// A demand's stream id is its unique number. It stands open in the log for ever, so it is never a name or an address.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamId(Box<str>);

impl StreamId {
    /// The longest id, in bytes.
    pub const MAX_BYTES: usize = 64;

    /// Reads an id.
    ///
    /// # Errors
    /// [`Error::InvalidIdentifier`] when it is empty, longer than 64 bytes, or has anything but printable ASCII.
    pub fn parse(text: impl Into<String>) -> Result<Self, Error> {
        let text = text.into();
        let printable = text.bytes().all(|byte| byte.is_ascii_graphic());
        if text.is_empty() || text.len() > Self::MAX_BYTES || !printable {
            return Err(Error::InvalidIdentifier { kind: "stream id" });
        }
        Ok(Self(text.into_boxed_str()))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The kind of a stream (an aggregate's `TYPE`): 1 to 32 characters out of `a-z`, `0-9` and `_`, a letter first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamType(Cow<'static, str>);

impl StreamType {
    /// A type known when compiling: `const DEMAND: StreamType = StreamType::from_static("demand");`
    ///
    /// # Panics
    /// When the name is not lawful; in a `const` that stops the build, which is its purpose.
    pub const fn from_static(name: &'static str) -> Self {
        assert!(is_type_name(name.as_bytes()), "a stream type is a-z, 0-9 and _, a letter first, 32 at most");
        Self(Cow::Borrowed(name))
    }

    /// Reads a type.
    ///
    /// # Errors
    /// [`Error::InvalidIdentifier`] when the name is not lawful.
    pub fn parse(name: impl Into<String>) -> Result<Self, Error> {
        let name = name.into();
        if !is_type_name(name.as_bytes()) {
            return Err(Error::InvalidIdentifier { kind: "stream type" });
        }
        Ok(Self(Cow::Owned(name)))
    }

    /// The type as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for StreamType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

const fn is_type_name(name: &[u8]) -> bool {
    if name.is_empty() || name.len() > 32 || !name[0].is_ascii_lowercase() {
        return false;
    }
    let mut at = 1;
    while at < name.len() {
        if !(name[at].is_ascii_lowercase() || name[at].is_ascii_digit() || name[at] == b'_') {
            return false;
        }
        at += 1;
    }
    true
}

/// The code of a territory as the log keeps it: three characters out of `A-Z` and `0-9`. Which codes exist is not known here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TerritoryCode([u8; 3]);

impl TerritoryCode {
    /// Reads a code.
    ///
    /// # Errors
    /// [`Error::InvalidIdentifier`] when it is not three characters out of `A-Z` and `0-9`.
    pub fn parse(text: &str) -> Result<Self, Error> {
        match <[u8; 3]>::try_from(text.as_bytes()) {
            Ok(code) if code.iter().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase()) => Ok(Self(code)),
            _ => Err(Error::InvalidIdentifier { kind: "territory code" }),
        }
    }

    /// The code as text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("only ASCII is let in")
    }
}

impl fmt::Display for TerritoryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
