//! The tokens of those who call a server under test.

use std::path::Path;
use std::sync::Arc;

use client::Tokens;
use server::DevelopmentIssuer;

/// From the issuer whose key a server made in its data folder.
///
/// # Panics
/// When there is none.
pub fn of_folder(data_dir: &Path) -> Tokens {
    of(DevelopmentIssuer::open(data_dir).expect("a server that takes tokens for development has made its key"))
}

/// From this issuer.
pub fn of(issuer: impl Into<Arc<DevelopmentIssuer>>) -> Tokens {
    Tokens::from(issuer.into().mint())
}
