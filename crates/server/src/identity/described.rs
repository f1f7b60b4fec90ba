//! What a provider says of itself (OpenID Connect Discovery), and who signed in with it (OpenID Connect Core, 3.1.3.7).

use jiff::Timestamp;
use serde::Deserialize;

use super::fetch::{Fetch, FetchError};
use super::keys_of_issuer::{Provider, keys_at};
use super::token::{Fault, Token};

/// A provider of identities, as it describes itself.
#[derive(Clone, Debug, Deserialize)]
pub struct Described {
    issuer: String,
    pub(super) jwks_uri: String,
    authorization_endpoint: Option<String>,
    token_endpoint: Option<String>,
    code_challenge_methods_supported: Option<Vec<String>>,
    scopes_supported: Option<Vec<String>>,
    authorization_response_iss_parameter_supported: Option<bool>,
}

/// Why a provider's word of who signed in is not believed.
#[derive(Debug, thiserror::Error)]
pub enum IdentityFault {
    /// Its keys cannot be had.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// Something about its token, by its name.
    #[error("{0}")]
    Token(&'static str),
}

impl Described {
    /// Asks a provider for its description, which must name it as it is known.
    ///
    /// # Errors
    /// See [`FetchError`].
    pub async fn of(fetch: &Fetch, issuer: &str) -> Result<Self, FetchError> {
        let place = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        let described: Self = read(&fetch.get(&place).await?)?;
        if described.issuer == issuer {
            Ok(described)
        } else {
            Err(FetchError::Unreadable("it calls itself otherwise"))
        }
    }

    /// Its name.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Where people sign in, and where codes become tokens; none when one of them is missing or could be listened to.
    pub fn endpoints(&self) -> Option<(&str, &str)> {
        let (authorization, token) = (self.authorization_endpoint.as_deref()?, self.token_endpoint.as_deref()?);
        let safe = |address: &str| Provider::is_address(address.split('?').next().unwrap_or_default());
        (safe(authorization) && safe(token)).then_some((authorization, token))
    }

    /// Whether a code is of use to nobody but who asked for it (RFC 7636, S256).
    pub fn has_pkce(&self) -> bool {
        self.code_challenge_methods_supported.iter().flatten().any(|method| method == "S256")
    }

    /// Whether a scope may be asked for, as far as it says.
    pub fn has_scope(&self, scope: &str) -> bool {
        self.scopes_supported.as_ref().is_none_or(|known| known.iter().any(|known| known == scope))
    }

    /// Whether it names itself where it sends the browser back (RFC 9207).
    pub fn names_itself(&self) -> bool {
        self.authorization_response_iss_parameter_supported == Some(true)
    }

    /// Checks the token that tells a client who signed in: of this provider, for this client, of the sign-in that this nonce
    /// began.
    ///
    /// # Errors
    /// See [`IdentityFault`].
    pub async fn signed_in(
        &self,
        fetch: &Fetch,
        token: &str,
        (client, nonce): (&str, &str),
        now: Timestamp,
    ) -> Result<(), IdentityFault> {
        let refused = |fault: Fault| IdentityFault::Token(fault.name());
        let token = Token::read(token).map_err(refused)?;
        if token.issuer() != self.issuer {
            return Err(refused(Fault::Issuer));
        }
        let keys = keys_at(fetch, &self.jwks_uri).await?;
        let key = keys.get(token.key()).ok_or_else(|| refused(Fault::Key))?;
        let claims = token.genuine(key, client, now).map_err(refused)?;
        if claims.azp.is_some_and(|party| party != client) {
            return Err(refused(Fault::Audience));
        }
        if claims.nonce.as_deref() == Some(nonce) { Ok(()) } else { Err(IdentityFault::Token("NONCE")) }
    }
}

/// Reads a document of a provider.
pub fn read<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, FetchError> {
    serde_json::from_slice(bytes).map_err(|_| FetchError::Unreadable("not the JSON that was expected"))
}
