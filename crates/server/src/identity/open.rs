//! What the door needs to know who calls, opened together.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;

use super::authenticator::Authenticator;
use super::bindings::Bindings;
use super::fetch::Fetch;
use super::keys_of_issuer::KeysOfIssuer;
use super::tls::Acceptor;
use super::tokens::Tokens;
use crate::error::Error;
use crate::options::Options;

/// Files and keys that are looked at again while the server serves.
pub type Upkeep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// How callers are known.
pub struct Identity {
    /// Says who calls.
    pub authenticator: Authenticator,
    /// Makes connections secure, where there is TLS.
    pub acceptor: Option<Acceptor>,
    /// To be run until the server stops.
    pub upkeep: Vec<Upkeep>,
}

impl Identity {
    /// Opens it for a server that listens at an address.
    ///
    /// # Errors
    /// [`Error::Unproven`] for an address that others could reach, when they could not prove who they are over a
    /// connection that nobody else reads; [`Error::Tls`].
    pub fn open(options: &Options, address: SocketAddr, bindings: Arc<dyn Bindings>) -> Result<Self, Error> {
        let on_this_machine = address.ip().is_loopback();
        let (tls, provider) = (options.tls.clone(), options.provider.clone());
        let proved = tls.as_ref().is_some_and(|tls| tls.client_authorities.is_some() || provider.is_some());
        if !on_this_machine && !proved {
            return Err(Error::Unproven { address });
        }
        let mut upkeep: Vec<Upkeep> = Vec::new();
        let acceptor = match tls {
            None => None,
            Some(tls) => {
                let (acceptor, follow) = Acceptor::open(tls)?;
                upkeep.push(Box::pin(follow));
                Some(acceptor)
            }
        };
        let provider = match provider {
            None => None,
            Some(provider) => {
                let fetch = Fetch::trusting(provider.authorities.as_deref())?;
                let keys = Arc::new(KeysOfIssuer::new(provider, fetch));
                let kept = Arc::clone(&keys);
                upkeep.push(Box::pin(async move { kept.keep().await }));
                Some(keys)
            }
        };
        let development = options.development.clone().filter(|_| on_this_machine);
        let authenticator = Authenticator::new(Tokens::of(development, provider), bindings);
        Ok(Self { authenticator, acceptor, upkeep })
    }
}
