//! The one error type of the crate.

use projection::QueryError;

/// Why the shared view does not answer a search.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The view does not answer.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// A name to search for has no letter.
    #[error("name to search for has no letter")]
    NameWithoutLetters,
}
