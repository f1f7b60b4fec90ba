//! The one error of this crate.

/// A text that is not what was expected.
///
/// Each variant names the expected form. None repeats the text that was refused: it may hold personal data, or be as
/// long as its author liked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum ParseError {
    /// Not a [`UniqueNumber`](crate::UniqueNumber).
    #[error(
        "a unique number is 18 characters: an existing territory (3), month 01 to 12, year (2), sequence (6 digits), \
         desk (5 of A-Z and 0-9)"
    )]
    UniqueNumber,
    /// Not a [`Sequence`](crate::Sequence).
    #[error("a sequence is six digits, 000000 to 999999")]
    Sequence,
    /// Not a [`Territory`](crate::Territory).
    #[error("a territory is three characters and in the table of territories, such as 006, 02A, 111 or 974")]
    Territory,
    /// Not a [`DeskCode`](crate::DeskCode).
    #[error("a desk code is five characters of A-Z and 0-9")]
    DeskCode,
    /// Not a [`Siren`](crate::Siren).
    #[error("a SIREN is nine digits, the last of which checks the others")]
    Siren,
    /// Not a [`Siret`](crate::Siret).
    #[error("a SIRET is fourteen digits: a SIREN, then five, the last of which checks the others")]
    Siret,
    /// Not a [`CommuneCode`](crate::CommuneCode).
    #[error("a commune code is five characters, digits but for 2A and 2B, such as 06088, 2A004 or 97411")]
    CommuneCode,
    /// Not a [`DepartementCode`](crate::DepartementCode).
    #[error("a département code is in the table of départements, such as 06, 2A or 974")]
    DepartementCode,
    /// Not a [`PostalCode`](crate::PostalCode).
    #[error("a postal code is five digits")]
    PostalCode,
    /// Not an [`RplsId`](crate::RplsId).
    #[error("an RPLS identifier is ten characters of A-Z and 0-9")]
    RplsId,
    /// Not an [`AgentId`](crate::AgentId).
    #[error("an agent is 1 to 64 characters of A-Z, a-z, 0-9, point, low line and hyphen, never a name nor an e-mail")]
    AgentId,
    /// Not an [`Actor`](crate::Actor).
    #[error("an actor is operator, or SIREN/DESK/agent with a hyphen for no desk")]
    Actor,
    /// Not a code of the list.
    #[error("not a code of the list {list}")]
    Code {
        /// Name of the list, as in [`CodeList::name`](crate::CodeList::name).
        list: &'static str,
    },
    /// Not shaped like a civil date.
    #[error("a date is YYYY-MM-DD, year 0001 to 9999")]
    Date,
    /// Shaped like a civil date, but not in the calendar, such as 30 February.
    #[error("the date is not in the calendar")]
    ImpossibleDate,
}
