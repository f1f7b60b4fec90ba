//! One authentication for each call.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use http::header::AUTHORIZATION;
use http::{Request, Response};
use register::{Clock as _, SystemClock};
use tonic::Status;
use tonic::body::Body;
use tower::{Layer, Service};

use super::authenticator::Authenticator;
use crate::incoming::Peer;

/// The paths of these services begin so. They tell how the server is and what its interface is, which is no secret.
const OPEN_TO_ALL: [&str; 2] = ["/grpc.health.", "/grpc.reflection."];

/// Puts an [`Authentication`] before the services.
#[derive(Clone)]
pub struct AuthenticationLayer(Authenticator);

impl AuthenticationLayer {
    /// Who calls is found out by this.
    pub fn new(authenticator: Authenticator) -> Self {
        Self(authenticator)
    }
}

impl<S> Layer<S> for AuthenticationLayer {
    type Service = Authentication<S>;

    fn layer(&self, inner: S) -> Authentication<S> {
        Authentication { inner, authenticator: self.0.clone() }
    }
}

/// A service whose calls are somebody's.
#[derive(Clone)]
pub struct Authentication<S> {
    inner: S,
    authenticator: Authenticator,
}

impl<S> Service<Request<Body>> for Authentication<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send + 'static,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        if OPEN_TO_ALL.iter().any(|service| request.uri().path().starts_with(service)) {
            return Box::pin(self.inner.call(request));
        }
        let authenticator = self.authenticator.clone();
        // The one that was asked whether it is ready takes the call; its copy takes the next one.
        let copy = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, copy);
        Box::pin(async move {
            let peer = request.extensions().get::<Peer>().cloned().unwrap_or_default();
            // By the machine's clock, whatever day the register has: credentials are made by others.
            let now = SystemClock.now();
            match authenticator.actor(request.headers(), peer.certificate.as_ref(), now).await {
                Ok((actor, standing)) => {
                    peer.proof.give();
                    request.extensions_mut().insert(actor);
                    request.extensions_mut().insert(standing);
                    // No service has a use for it.
                    request.headers_mut().remove(AUTHORIZATION);
                    inner.call(request).await
                }
                Err(refusal) => Ok(Status::from(refusal).into_http()),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use nomenclature::Actor;
    use tonic_types::StatusExt as _;

    use super::*;
    use crate::caller;
    use crate::identity::development::DevelopmentIssuer;
    use crate::identity::tests::stage::Bound;
    use crate::identity::tokens::Tokens;

    /// Answers who calls.
    #[derive(Clone)]
    struct Asking;

    impl Service<Request<Body>> for Asking {
        type Response = Response<Body>;
        type Error = Infallible;
        type Future = std::future::Ready<Result<Response<Body>, Infallible>>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, request: Request<Body>) -> Self::Future {
            let caller = caller::of(request.extensions()).map_or("nobody".to_owned(), |actor| actor.to_string());
            std::future::ready(Ok(Response::builder().header("caller", caller).body(Body::default()).unwrap()))
        }
    }

    async fn asked(service: &mut Authentication<Asking>, path: &str, headers: &[(&str, &str)]) -> Response<Body> {
        let request = Request::builder().uri(path);
        let request = headers.iter().fold(request, |request, (key, value)| request.header(*key, *value));
        let Ok(response) = service.call(request.body(Body::default()).unwrap()).await;
        response
    }

    fn reason(response: &Response<Body>) -> String {
        Status::from_header_map(response.headers()).unwrap().get_details_error_info().unwrap().reason
    }

    #[tokio::test]
    async fn a_service_is_told_who_calls_and_nobody_gets_to_it() {
        let issuer = Arc::new(DevelopmentIssuer::in_memory().unwrap());
        let tokens = Tokens::of(Some(issuer.clone()), None);
        let mut service =
            AuthenticationLayer::new(Authenticator::new(tokens, Arc::new(Bound::default()))).layer(Asking);
        let agent = Actor::parse("000005017/006A1/agent-01").unwrap();
        let token = format!("Bearer {}", issuer.token(&agent, SystemClock.now()).unwrap().unwrap());
        let method = "/sne.v1.RegistrationService/GetDemand";
        let bearer = ("authorization", token.as_str());
        for headers in [&[bearer][..], &[bearer, ("sne-organisation", "000005017")]] {
            let response = asked(&mut service, method, headers).await;
            assert_eq!(response.headers()["caller"], agent.to_string());
        }
        let named = [("sne-organisation", "000005017"), ("sne-desk", "006A1"), ("sne-agent", "agent-01")];
        for path in [method, "/sne.v1.NoService/Nothing", "/", "/grpc.healthy", "/sne.v1/grpc.health.v1.Health/Check"] {
            assert_eq!(reason(&asked(&mut service, path, &named).await), "CREDENTIAL_MISSING", "{path}");
        }
        for (headers, expected) in [
            (&[bearer, ("sne-organisation", "000005025")][..], "METADATA_CONTRADICTED"),
            (&[bearer, ("sne-agent", "agent-02")], "METADATA_CONTRADICTED"),
            (&[bearer, ("sne-desk", "006A")], "METADATA_MALFORMED"),
            (&[bearer, bearer], "CREDENTIAL_INVALID"),
            (&[("authorization", "Basic YTpi")], "CREDENTIAL_INVALID"),
            (&[("authorization", "Bearer")], "CREDENTIAL_INVALID"),
            (&[("authorization", "")], "CREDENTIAL_INVALID"),
        ] {
            assert_eq!(reason(&asked(&mut service, method, headers).await), expected, "{headers:?}");
        }
    }

    #[tokio::test]
    async fn an_applicant_is_who_his_token_says_and_says_nothing_beside_it() {
        let issuer = Arc::new(DevelopmentIssuer::in_memory().unwrap());
        let tokens = Tokens::of(Some(issuer.clone()), None);
        let mut service =
            AuthenticationLayer::new(Authenticator::new(tokens, Arc::new(Bound::default()))).layer(Asking);
        let applicant = Actor::parse("applicant/0061126000001006A1").unwrap();
        let token = format!("Bearer {}", issuer.token(&applicant, SystemClock.now()).unwrap().unwrap());
        let method = "/sne.v1.ConsultationService/ListOwnConsultations";
        let bearer = ("authorization", token.as_str());
        assert_eq!(asked(&mut service, method, &[bearer]).await.headers()["caller"], applicant.to_string());
        for said in [("sne-organisation", "000005017"), ("sne-desk", "006A1"), ("sne-agent", "agent-01")] {
            assert_eq!(
                reason(&asked(&mut service, method, &[bearer, said]).await),
                "METADATA_CONTRADICTED",
                "{said:?}"
            );
        }
    }

    #[tokio::test]
    async fn health_and_the_interface_are_told_to_all() {
        let nobody = Authenticator::new(Tokens::of(None, None), Arc::new(Bound::default()));
        let mut service = AuthenticationLayer::new(nobody).layer(Asking);
        for path in ["/grpc.health.v1.Health/Check", "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"] {
            assert_eq!(asked(&mut service, path, &[]).await.headers()["caller"], "nobody", "{path}");
        }
    }
}
