//! The provider, as a client of it sees it.

use std::fmt;
use std::path::Path;

use jiff::Timestamp;
use oauth2::basic::{
    BasicErrorResponse, BasicErrorResponseType, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse,
    BasicTokenType,
};
use oauth2::{
    AuthUrl, AuthorizationCode, ClientId, CsrfToken, EndpointNotSet, EndpointSet, ExtraTokenFields, HttpRequest,
    HttpResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RefreshToken, RequestTokenError, Scope,
    StandardRevocableToken, StandardTokenResponse, TokenResponse as _, TokenUrl,
};
use serde::{Deserialize, Serialize};
use server::{Described, Fetch, FetchError, IdentityFault};

use super::error::Error;

type Client<Authorization = EndpointNotSet, Token = EndpointNotSet> = oauth2::Client<
    BasicErrorResponse,
    StandardTokenResponse<Identified, BasicTokenType>,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    Authorization,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    Token,
>;

/// What comes with tokens where somebody signed in.
#[derive(Clone, Deserialize, Serialize)]
struct Identified {
    id_token: Option<String>,
}

impl ExtraTokenFields for Identified {}

impl fmt::Debug for Identified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identified")
    }
}

/// A client of a provider.
pub struct Provider {
    fetch: Fetch,
    described: Described,
    client: Client<EndpointSet, EndpointSet>,
    /// What tokens are asked for, where the provider wants to know it.
    meant: Meant,
}

/// What a token is for, in the words that a provider wants.
#[derive(Clone, Default, Deserialize, Serialize)]
pub struct Meant {
    /// RFC 8707.
    pub resource: Option<String>,
    /// Not of a standard, and wanted by some.
    pub audience: Option<String>,
}

impl Meant {
    fn parameters(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let Self { resource, audience } = self;
        [("resource", resource), ("audience", audience)]
            .into_iter()
            .filter_map(|(name, value)| Some((name, value.as_deref()?)))
    }
}

/// What a provider gives for a code, or for a token that renews.
pub struct Given {
    pub access: String,
    pub renews: Option<String>,
    /// In seconds from now, as far as it is told.
    pub lives: Option<u64>,
    identity: Option<String>,
}

/// A sign-in that has begun.
pub struct Begun {
    /// Where the person goes.
    pub address: String,
    pub state: CsrfToken,
    pub nonce: String,
    pub verifier: PkceCodeVerifier,
}

impl Provider {
    /// The client of a name of a provider.
    pub async fn of(issuer: &str, authorities: Option<&Path>, client: &str, meant: Meant) -> Result<Self, Error> {
        if !server::Provider::is_address(issuer) {
            return Err(Error::Issuer);
        }
        let fetch = Fetch::trusting(authorities)?;
        let described = Described::of(&fetch, issuer)
            .await
            .map_err(|cause| Error::Unreachable { issuer: issuer.to_owned(), cause })?;
        let (authorization, token) = described.endpoints().ok_or(Error::Endpoints)?;
        let authorization = AuthUrl::new(authorization.to_owned()).map_err(|_| Error::Endpoints)?;
        let token = TokenUrl::new(token.to_owned()).map_err(|_| Error::Endpoints)?;
        let client = <Client>::new(ClientId::new(client.to_owned())).set_auth_uri(authorization).set_token_uri(token);
        Ok(Self { fetch, described, client, meant })
    }

    /// Begins a sign-in whose browser is sent back to an address.
    pub fn begin(&self, back: &str, scopes: &[String]) -> Result<Begun, Error> {
        if !self.described.has_pkce() {
            return Err(Error::NoPkce);
        }
        let back = RedirectUrl::new(back.to_owned()).map_err(|_| Error::Endpoints)?;
        let client = self.client.clone().set_redirect_uri(back);
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let nonce = CsrfToken::new_random().into_secret();
        let mut asked = client.authorize_url(CsrfToken::new_random).set_pkce_challenge(challenge);
        asked = asked.add_scope(Scope::new("openid".to_owned())).add_extra_param("nonce", nonce.clone());
        if self.described.has_scope("offline_access") {
            // A token that renews is only given to whom the person allows it.
            asked = asked.add_scope(Scope::new("offline_access".to_owned())).add_extra_param("prompt", "consent");
        }
        asked = scopes.iter().fold(asked, |asked, scope| asked.add_scope(Scope::new(scope.clone())));
        asked = self.meant.parameters().fold(asked, |asked, (name, value)| asked.add_extra_param(name, value));
        let (address, state) = asked.url();
        Ok(Begun { address: address.into(), state, nonce, verifier })
    }

    /// Whether it is the one that a browser came back from, as far as it says (RFC 9207).
    pub fn is(&self, named: Option<&str>) -> bool {
        match named {
            Some(named) => named == self.described.issuer(),
            None => !self.described.names_itself(),
        }
    }

    /// What a code is good for, once it is certain that it is of this sign-in.
    pub async fn exchange(
        &self,
        back: &str,
        code: String,
        (nonce, verifier): (&str, PkceCodeVerifier),
        now: Timestamp,
    ) -> Result<Given, Error> {
        let back = RedirectUrl::new(back.to_owned()).map_err(|_| Error::Endpoints)?;
        let client = self.client.clone().set_redirect_uri(back);
        let mut asked = client.exchange_code(AuthorizationCode::new(code)).set_pkce_verifier(verifier);
        asked = self.meant.parameters().fold(asked, |asked, (name, value)| asked.add_extra_param(name, value));
        let answered = asked.request_async(&|request| self.send(request)).await;
        let given = given(answered.map_err(|error| self.refused(error, Error::Code))?)?;
        let identity = given.identity.as_deref().ok_or(Error::Answer)?;
        let signed = self.described.signed_in(&self.fetch, identity, (self.client.client_id(), nonce), now).await;
        signed.map_err(|fault| match fault {
            IdentityFault::Fetch(cause) => self.unreachable(cause),
            IdentityFault::Token(name) => Error::Identity(name),
        })?;
        Ok(given)
    }

    /// Another token for one that renews.
    pub async fn renew(&self, renews: String) -> Result<Given, Error> {
        let renews = RefreshToken::new(renews);
        let mut asked = self.client.exchange_refresh_token(&renews);
        asked = self.meant.parameters().fold(asked, |asked, (name, value)| asked.add_extra_param(name, value));
        let answered = asked.request_async(&|request| self.send(request)).await;
        given(answered.map_err(|error| self.refused(error, Error::Over))?)
    }

    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, FetchError> {
        Ok(self.fetch.send(request).await?.map(Vec::from))
    }

    /// What a refusal means; `over` when it is the code or the token that no longer counts.
    fn refused(&self, error: RequestTokenError<FetchError, BasicErrorResponse>, over: Error) -> Error {
        match error {
            RequestTokenError::ServerResponse(told) => match told.error() {
                BasicErrorResponseType::InvalidGrant => over,
                other => provider(other.as_ref()),
            },
            RequestTokenError::Request(cause) => self.unreachable(cause),
            RequestTokenError::Parse(..) | RequestTokenError::Other(_) => Error::Answer,
        }
    }

    fn unreachable(&self, cause: FetchError) -> Error {
        Error::Unreachable { issuer: self.described.issuer().to_owned(), cause }
    }
}

fn given(answer: StandardTokenResponse<Identified, BasicTokenType>) -> Result<Given, Error> {
    if !matches!(answer.token_type(), BasicTokenType::Bearer) {
        return Err(Error::Answer);
    }
    Ok(Given {
        access: answer.access_token().secret().clone(),
        renews: answer.refresh_token().map(|token| token.secret().clone()),
        lives: answer.expires_in().map(|lives| lives.as_secs()),
        identity: answer.extra_fields().id_token.clone(),
    })
}

/// A refusal by its code, when it is a code: what else stands there is not repeated.
pub fn provider(code: &str) -> Error {
    let is_code = (1..=40).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    Error::Provider { code: if is_code { code.to_owned() } else { "?".to_owned() } }
}
