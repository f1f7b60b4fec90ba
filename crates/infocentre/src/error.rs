//! The one error type of the crate.

use projection::QueryError;

use crate::question::Unanswerable;

/// Why there is no figure.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The view does not answer.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// There is no such figure.
    #[error("no such figure: {0}")]
    Unanswerable(#[from] Unanswerable),
}
