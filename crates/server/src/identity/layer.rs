//! One authentication for each call.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use http::{Request, Response};
use tonic::Status;
use tonic::body::Body;
use tower::{Layer, Service};

use super::metadata::Said;

/// The paths of these services begin so. They tell how the server is and what its interface is, which is no secret.
const OPEN_TO_ALL: [&str; 2] = ["/grpc.health.", "/grpc.reflection."];

/// Puts an [`Authentication`] before the services.
#[derive(Clone, Debug, Default)]
pub struct AuthenticationLayer;

impl<S> Layer<S> for AuthenticationLayer {
    type Service = Authentication<S>;

    fn layer(&self, inner: S) -> Authentication<S> {
        Authentication { inner }
    }
}

/// A service whose calls are somebody's.
#[derive(Clone)]
pub struct Authentication<S> {
    inner: S,
}

impl<S> Service<Request<Body>> for Authentication<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        let open = OPEN_TO_ALL.iter().any(|service| request.uri().path().starts_with(service));
        if !open {
            match Said::read(request.headers()).and_then(Said::actor) {
                Ok(actor) => request.extensions_mut().insert(actor),
                Err(refusal) => return Box::pin(async move { Ok(Status::from(refusal).into_http()) }),
            };
        }
        Box::pin(self.inner.call(request))
    }
}

#[cfg(test)]
mod tests {
    use tonic_types::StatusExt as _;

    use super::*;
    use crate::caller;

    /// Answers with nothing to a caller who is somebody, or with why he is not.
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
            let told = match caller::of(request.extensions()) {
                Ok(actor) => Response::builder().header("caller", actor.to_string()).body(Body::default()).unwrap(),
                Err(_) => Response::builder().header("caller", "nobody").body(Body::default()).unwrap(),
            };
            std::future::ready(Ok(told))
        }
    }

    async fn asked(path: &str, headers: &[(&str, &str)]) -> Response<Body> {
        let request = Request::builder().uri(path);
        let request = headers.iter().fold(request, |request, (key, value)| request.header(*key, *value));
        let Ok(response) = AuthenticationLayer.layer(Asking).call(request.body(Body::default()).unwrap()).await;
        response
    }

    #[tokio::test]
    async fn a_service_is_told_who_calls_and_nobody_gets_to_it() {
        let agent = [("sne-organisation", "000005017"), ("sne-desk", "006A1"), ("sne-agent", "agent-01")];
        let response = asked("/sne.v1.RegistrationService/GetDemand", &agent).await;
        assert_eq!(response.headers()["caller"], "000005017/006A1/agent-01");
        for path in ["/sne.v1.RegistrationService/GetDemand", "/sne.v1.NoService/Nothing", "/"] {
            let status = Status::from_header_map(asked(path, &agent[..1]).await.headers()).unwrap();
            assert_eq!(status.get_details_error_info().unwrap().reason, "METADATA_MISSING", "{path}");
        }
    }

    #[tokio::test]
    async fn health_and_the_interface_are_told_to_all() {
        for path in ["/grpc.health.v1.Health/Check", "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"] {
            assert_eq!(asked(path, &[]).await.headers()["caller"], "nobody", "{path}");
        }
    }
}
