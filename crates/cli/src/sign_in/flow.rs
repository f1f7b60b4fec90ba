//! From the address that is shown to a session.

use std::path::PathBuf;
use std::time::Duration;

use register::{Clock as _, SystemClock};

use super::error::Error;
use super::provider::{Meant, Provider, provider};
use super::redirect::Redirect;
use super::session::Session;

/// With whom, and for what, somebody signs in.
pub struct Asked {
    /// The provider's name, which is where it is asked.
    pub issuer: String,
    /// Authorities that vouch for its server (PEM), beside those of this machine.
    pub authorities: Option<PathBuf>,
    /// The name of this program there.
    pub client: String,
    /// Beside `openid` and `offline_access`.
    pub scopes: Vec<String>,
    /// What tokens are for (RFC 8707).
    pub resource: Option<String>,
    /// What tokens are for, in the words of some.
    pub audience: Option<String>,
    /// Where the browser comes back to; 0 is a free one.
    pub port: u16,
    /// How long it is waited for.
    pub wait: Duration,
}

/// Signs somebody in: `show` is told where his browser is to go.
///
/// # Errors
/// See [`Error`].
pub async fn sign_in(asked: Asked, show: impl FnOnce(&str)) -> Result<Session, Error> {
    let Asked { issuer, authorities, client, scopes, resource, audience, port, wait } = asked;
    let meant = Meant { resource, audience };
    let provided = Provider::of(&issuer, authorities.as_deref(), &client, meant.clone()).await?;
    let redirect = Redirect::open(port).await?;
    let back = redirect.address().to_owned();
    let begun = provided.begin(&back, &scopes)?;
    show(&begun.address);
    let returned = redirect.returned(wait).await?;
    if returned.state.as_ref() != Some(begun.state.secret()) {
        return Err(Error::State);
    }
    if !provided.is(returned.issuer.as_deref()) {
        return Err(Error::OtherIssuer);
    }
    match (returned.error.as_deref(), returned.code) {
        (Some("access_denied"), _) => Err(Error::Refused),
        (Some(code), _) => Err(provider(code)),
        (None, None) => Err(Error::State),
        (None, Some(code)) => {
            let now = SystemClock.now();
            let given = provided.exchange(&back, code, (&begun.nonce, begun.verifier), now).await?;
            Ok(Session::new((issuer, authorities), client, meant, given, now))
        }
    }
}
