//! Who calls: found out once for each call, before any service sees it.
//!
//! [`AuthenticationLayer`] stands between the guard and the services. It lets questions about health and about the
//! interface pass, and puts the [`Actor`](nomenclature::Actor) of every other call into its extensions, where
//! [`crate::caller::of`] finds it. Whoever is nobody is refused there; no handler reads credentials.

mod layer;
mod metadata;

pub use layer::AuthenticationLayer;
