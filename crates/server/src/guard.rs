//! What every call goes through: a place, a deadline, a reason on every refusal, and one line of log.
//!
//! The library answers an expired deadline with CANCELLED and its own refusals without details; here each gets its
//! reason. The line says which method, which organisation, which reason and how long: never what was asked.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use http::{HeaderMap, Request, Response};
use tokio::sync::Semaphore;
use tonic::body::Body;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;
use tower::{Layer, Service};

use crate::metrics::Metrics;
use crate::reason::Reason;
use crate::status::Refusal;

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

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let started = Instant::now();
        let method = known_method(request.uri().path());
        let longest = asked_timeout(request.headers()).unwrap_or(Duration::MAX).min(self.layer.longest_call);
        // Made before the library's own timer, which it must win.
        let timer = tokio::time::sleep(longest);
        let place = Arc::clone(&self.layer.places).try_acquire_owned();
        let call = self.inner.call(request);
        let metrics = self.layer.metrics.clone();
        let under_way = metrics.call();
        Box::pin(async move {
            let _under_way = under_way;
            let response = match place {
                Err(_) => refuse(Reason::TooManyCalls),
                Ok(_place) => tokio::select! {
                    biased;
                    () = timer => refuse(Reason::DeadlineExceeded),
                    Ok(response) = call => explained(response),
                },
            };
            log(&method, &response, started.elapsed(), &metrics);
            Ok(response)
        })
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
        // The library calls bytes that it cannot decode an internal error.
        Code::Internal | Code::InvalidArgument | Code::Unknown => Reason::MalformedMessage,
        // Those of health and reflection: nothing of ours.
        _ => return response,
    };
    refuse(reason)
}

/// The path as it is logged: what somebody typed is not.
fn known_method(path: &str) -> String {
    let plain = path.len() <= 100 && path.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'/'));
    let ours = ["/sne.v1.", "/grpc.health.", "/grpc.reflection."].iter().any(|start| path.starts_with(start));
    if plain && ours { path.to_owned() } else { "unknown".to_owned() }
}

fn log(method: &str, response: &Response<Body>, took: Duration, metrics: &Metrics) {
    let status = Status::from_header_map(response.headers());
    let code = status.as_ref().map_or(Code::Ok, Status::code);
    let reason = status.and_then(|status| status.get_details_error_info()).map_or(String::new(), |info| info.reason);
    metrics.answered(method, code, &reason, took);
    let took_us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    tracing::info!(method, code = ?code, reason, took_us, "call");
}

/// What the caller allows: at most eight digits and a unit, as the protocol has it. Anything else allows nothing special.
fn asked_timeout(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get("grpc-timeout")?.to_str().ok()?;
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if digits.is_empty() || digits.len() > 8 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let value: u64 = digits.parse().ok()?;
    match unit {
        "H" => Some(Duration::from_secs(value * 3_600)),
        "M" => Some(Duration::from_secs(value * 60)),
        "S" => Some(Duration::from_secs(value)),
        "m" => Some(Duration::from_millis(value)),
        "u" => Some(Duration::from_micros(value)),
        "n" => Some(Duration::from_nanos(value)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timeout_is_read_as_the_protocol_writes_it() {
        let read = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("grpc-timeout", text.parse().unwrap());
            asked_timeout(&headers)
        };
        assert_eq!(read("1n"), Some(Duration::from_nanos(1)));
        assert_eq!(read("250m"), Some(Duration::from_millis(250)));
        assert_eq!(read("99999999H"), Some(Duration::from_secs(99_999_999 * 3_600)));
        for wrong in ["", "n", "1", "-1S", "123456789S", "1.5S", "1s", "S1"] {
            assert_eq!(read(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn only_the_names_of_known_methods_are_logged() {
        assert_eq!(known_method("/sne.v1.RegistrationService/GetDemand"), "/sne.v1.RegistrationService/GetDemand");
        assert_eq!(known_method("/sne.v1.X/MARTIN%20Zo%C3%A9"), "unknown");
        assert_eq!(known_method("/other/GetDemand"), "unknown");
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
