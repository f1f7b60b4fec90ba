//! What every call goes through: a place, a deadline, a reason on every refusal, and one line of log.
//!
//! The library answers an expired deadline with CANCELLED and its own refusals without details; here each gets its
//! reason. Questions about health need no place: a server that is full must still be able to say how it is. The line says
//! which method, which reason and how long: never who asked, nor what.

use std::convert::Infallible;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use http::{Request, Response};
use tokio::sync::Semaphore;
use tonic::body::Body;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;
use tower::{Layer, Service};

use crate::deadline;
use crate::metrics::{self, Metrics};
use crate::reason::Reason;
use crate::status::Refusal;

/// The path of the health service begins so.
const HEALTH: &str = "/grpc.health.";

/// Puts a [`Guard`] around the services.
#[derive(Clone)]
pub struct GuardLayer {
    places: Arc<Semaphore>,
    longest_call: Duration,
    metrics: Metrics,
}

impl GuardLayer {
    /// So many calls at once, none of them longer than this until it answers.
    pub fn new(calls: usize, longest_call: Duration) -> Self {
        Self { places: Arc::new(Semaphore::new(calls)), longest_call, metrics: Metrics::default() }
    }

    /// Counts into these figures.
    pub fn measured_by(self, metrics: Metrics) -> Self {
        Self { metrics, ..self }
    }
}

impl<S> Layer<S> for GuardLayer {
    type Service = Guard<S>;

    fn layer(&self, inner: S) -> Guard<S> {
        Guard { inner, layer: self.clone() }
    }
}

/// A service behind the guard.
#[derive(Clone)]
pub struct Guard<S> {
    inner: S,
    layer: GuardLayer,
}

impl<S> Service<Request<Body>> for Guard<S>
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
        let started = Instant::now();
        let method = metrics::method(request.uri().path());
        let longest = deadline::asked(request.headers()).unwrap_or(Duration::MAX).min(self.layer.longest_call);
        let until = tokio::time::Instant::now() + longest;
        deadline::note(request.extensions_mut(), until);
        // Made before the library's own timer, which it must win.
        let timer = tokio::time::sleep_until(until);
        let place = if request.uri().path().starts_with(HEALTH) {
            Ok(None)
        } else {
            Arc::clone(&self.layer.places).try_acquire_owned().map(Some)
        };
        // What is read of the log on the way ends with the call; commands and replays go on in tasks of their own.
        let call = event_log::read_until(until, self.inner.call(request));
        let call = AssertUnwindSafe(call).catch_unwind();
        let metrics = self.layer.metrics.clone();
        let under_way = metrics.call();
        let mut left = Left(Some((method, started, metrics)));
        Box::pin(async move {
            let _under_way = under_way;
            let response = match place {
                Err(_) => refuse(Reason::TooManyCalls),
                // Finer than the timer, which counts in milliseconds.
                Ok(_) if tokio::time::Instant::now() >= until => refuse(Reason::DeadlineExceeded),
                Ok(_place) => tokio::select! {
                    biased;
                    () = timer => refuse(Reason::DeadlineExceeded),
                    response = call => match response {
                        Ok(Ok(response)) => explained(response),
                        // A fault of this program, told by the hook of panics. Nothing was acknowledged.
                        Err(_) => refuse(Reason::Unavailable),
                    },
                },
            };
            if let Some((method, started, metrics)) = left.0.take() {
                log(method, &response, started.elapsed(), &metrics);
            }
            Ok(response)
        })
    }
}

/// Tells of a call whose caller left before it was answered.
struct Left(Option<(&'static str, Instant, Metrics)>);

impl Drop for Left {
    fn drop(&mut self) {
        if let Some((method, started, metrics)) = self.0.take() {
            log(method, &Status::cancelled("").into_http::<Body>(), started.elapsed(), &metrics);
        }
    }
}

fn refuse(reason: Reason) -> Response<Body> {
    Status::from(Refusal::new(reason)).into_http()
}

/// Refusals of the library get their reason; ours have one.
fn explained(response: Response<Body>) -> Response<Body> {
    let Some(status) = Status::from_header_map(response.headers()) else { return response };
    if status.code() == Code::Ok || !status.details().is_empty() {
        return response;
    }
    let compressed = status.message().contains("compress");
    let reason = match status.code() {
        Code::Unimplemented if compressed => Reason::CompressionUnsupported,
        Code::Unimplemented => Reason::UnknownMethod,
        Code::OutOfRange | Code::ResourceExhausted => Reason::MessageTooLarge,
        Code::Cancelled | Code::DeadlineExceeded => Reason::DeadlineExceeded,
        // The library calls bytes that it cannot decode an internal error; what else it calls so is a fault on this side.
        Code::Internal | Code::Unknown if !blames_the_caller(status.message()) => Reason::Unavailable,
        Code::Internal | Code::InvalidArgument | Code::Unknown => Reason::MalformedMessage,
        // Those of health and reflection: nothing of ours.
        _ => return response,
    };
    refuse(reason)
}

/// What the library says of bytes that are no message, and of streams that end before one is whole.
fn blames_the_caller(message: &str) -> bool {
    ["decode", "protocol error", "Unexpected EOF", "Missing request message", "compression flag"]
        .iter()
        .any(|told| message.to_ascii_lowercase().contains(&told.to_ascii_lowercase()))
}

fn log(method: &'static str, response: &Response<Body>, took: Duration, metrics: &Metrics) {
    let status = Status::from_header_map(response.headers());
    let code = status.as_ref().map_or(Code::Ok, Status::code);
    let reason = status.and_then(|status| status.get_details_error_info()).map_or(String::new(), |info| info.reason);
    metrics.answered(method, code, &reason, took);
    let took_us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    tracing::info!(method, code = ?code, reason, took_us, "call");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_names_of_known_methods_are_logged() {
        assert_eq!(metrics::method("/sne.v1.RegistrationService/GetDemand"), "/sne.v1.RegistrationService/GetDemand");
        assert_eq!(metrics::method("/sne.v1.Dupont/Marie"), "unknown");
        assert_eq!(metrics::method("/other/GetDemand"), "unknown");
    }

    /// A service that answers late, or never.
    #[derive(Clone)]
    struct Slow(Duration);

    impl Service<Request<Body>> for Slow {
        type Response = Response<Body>;
        type Error = Infallible;
        type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, _: Request<Body>) -> Self::Future {
            let late = self.0;
            Box::pin(async move {
                tokio::time::sleep(late).await;
                Ok(Response::new(Body::default()))
            })
        }
    }

    async fn reason_of(guard: &mut Guard<Slow>, timeout: Option<&str>) -> Option<String> {
        let mut request = Request::new(Body::default());
        if let Some(timeout) = timeout {
            request.headers_mut().insert("grpc-timeout", timeout.parse().unwrap());
        }
        let Ok(response) = guard.call(request).await;
        Status::from_header_map(response.headers())?.get_details_error_info().map(|info| info.reason)
    }

    #[tokio::test]
    async fn a_call_that_takes_too_long_is_told_so_and_not_cancelled() {
        let never = Slow(Duration::from_secs(3_600));
        let mut guard = GuardLayer::new(8, Duration::from_millis(20)).layer(never);
        for timeout in [Some("1n"), Some("5m"), Some("99999999H"), Some("nonsense"), None] {
            assert_eq!(reason_of(&mut guard, timeout).await.unwrap(), "DEADLINE_EXCEEDED", "{timeout:?}");
        }
        let mut guard = GuardLayer::new(8, Duration::from_secs(60)).layer(Slow(Duration::ZERO));
        assert_eq!(reason_of(&mut guard, Some("50S")).await, None);
    }

    /// A service that fails on its own account.
    #[derive(Clone)]
    struct Broken;

    impl Service<Request<Body>> for Broken {
        type Response = Response<Body>;
        type Error = Infallible;
        type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, request: Request<Body>) -> Self::Future {
            Box::pin(async move {
                assert!(request.uri().path() != "/panics", "a fault of the program");
                Ok(Status::internal("something of ours").into_http())
            })
        }
    }

    #[tokio::test]
    async fn a_fault_of_the_program_is_no_fault_of_the_caller_and_ends_no_connection() {
        for path in ["/panics", "/fails"] {
            let mut guard = GuardLayer::new(8, Duration::from_secs(60)).layer(Broken);
            let Ok(response) = guard.call(Request::builder().uri(path).body(Body::default()).unwrap()).await;
            let status = Status::from_header_map(response.headers()).unwrap();
            assert_eq!(status.get_details_error_info().unwrap().reason, "UNAVAILABLE", "{path}");
        }
    }

    #[tokio::test]
    async fn a_full_server_still_tells_its_health() {
        let layer = GuardLayer::new(0, Duration::from_secs(60));
        let mut guard = layer.layer(Slow(Duration::ZERO));
        let ask = |path: &str| Request::builder().uri(path).body(Body::default()).unwrap();
        let Ok(response) = guard.call(ask("/grpc.health.v1.Health/Check")).await;
        assert!(Status::from_header_map(response.headers()).is_none());
        assert_eq!(reason_of(&mut guard, None).await.unwrap(), "TOO_MANY_CALLS");
    }

    #[tokio::test]
    async fn calls_beyond_the_limit_are_told_to_come_back() {
        let layer = GuardLayer::new(1, Duration::from_millis(200));
        let mut first = layer.layer(Slow(Duration::from_secs(3_600)));
        let mut second = layer.layer(Slow(Duration::ZERO));
        let under_way = first.call(Request::new(Body::default()));
        assert_eq!(reason_of(&mut second, None).await.unwrap(), "TOO_MANY_CALLS");
        let Ok(_) = under_way.await;
        assert_eq!(reason_of(&mut second, None).await, None);
    }
}
