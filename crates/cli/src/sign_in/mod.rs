//! A person signs in with the provider of identities that the server trusts: OpenID Connect, authorization code with PKCE
//! (RFC 6749, 7636), the browser sent back to this machine (RFC 8252).
//!
//! [`sign_in`] walks the flow, [`Keep`] holds the session that comes of it and renews its token when it is over.
//!
//! Invariants of absence: no token, code or verifier is printed, logged or put into an error; no password passes through
//! here; nothing is sent to an address that others could listen to.

mod error;
mod flow;
mod provider;
mod redirect;
mod session;

pub use error::Error;
pub use flow::{Asked, sign_in};
pub use session::Keep;
