//! Who calls: found out once for each call, before any service sees it.
//!
//! A caller proves who he is by a certificate, shown when the connection was made ([`tls`]), or by a signed token in the
//! call ([`tokens`]); the [`authenticator`] asks whom either is bound to, and takes of the call's metadata only what the
//! credential leaves open ([`bearer`]). [`AuthenticationLayer`] stands between the guard and the services: it lets
//! questions about health and about the interface pass, and puts the [`Actor`](nomenclature::Actor) of every other call
//! into its extensions, where [`crate::caller::of`] finds it. Whoever is nobody is refused there; no handler reads
//! credentials.
//!
//! Invariants of absence: no secret of a caller is kept (tokens are remembered by their digest) or logged, and there is
//! no way to switch a check off.

mod authenticator;
mod bearer;
mod bindings;
mod certificate;
mod described;
mod development;
mod fetch;
mod keys_of_issuer;
mod layer;
mod metadata;
mod open;
mod standing;
#[cfg(test)]
mod tests;
mod tls;
mod token;
mod tokens;

pub use certificate::Certificate;
pub use described::{Described, IdentityFault};
pub use development::{DevelopmentIssuer, IssuerError};
pub use fetch::{Fetch, FetchError, is_this_machine};
pub use keys_of_issuer::Provider;
pub use layer::AuthenticationLayer;
pub use open::Identity;
pub use standing::Standing;
pub use tls::{Acceptor, Tls, TlsError};
pub use token::SignIn;
