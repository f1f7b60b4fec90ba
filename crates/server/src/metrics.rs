//! What the server counts of itself, for Prometheus: figures and names of this program, never a word that somebody typed.
//!
//! Labels come from closed lists: methods of the described interface, codes, stable reasons, names of projections and
//! pools. No organisation, no agent.

use std::collections::HashSet;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};
use prost::Message as _;
use tonic::Code;

mod consultations;
mod daily;
pub mod door;
pub mod watch;

/// From a look-up that finds its page in memory to the longest call allowed by default, in seconds.
const BUCKETS: [f64; 13] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 10.0, 30.0];

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Call {
    method: &'static str,
    code: &'static str,
    reason: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Method {
    method: &'static str,
}

/// Every figure of a server. Cheap to clone; every clone counts into the same.
#[derive(Clone)]
pub struct Metrics(Arc<Figures>);

struct Figures {
    registry: Registry,
    calls: Family<Call, Counter>,
    durations: Family<Method, Histogram>,
    calls_in_flight: Gauge,
    replays_in_flight: Gauge,
    connections: Gauge,
    watched: watch::Watched,
    daily: daily::Daily,
    consultations: consultations::Consultations,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("sne");
        let durations: fn() -> Histogram = || Histogram::new(BUCKETS);
        let (calls, durations) = (Family::default(), Family::new_with_constructor(durations));
        registry.register("calls", "Calls answered, or cut by their deadline", calls.clone());
        let help = "Time until a call was answered; a replay is answered when it begins";
        registry.register_with_unit("call_duration", help, Unit::Seconds, durations.clone());
        let mut gauge = |name: &str, help: &str| {
            let gauge = Gauge::default();
            registry.register(name, help, gauge.clone());
            gauge
        };
        let calls_in_flight = gauge("calls_in_flight", "Calls not answered yet");
        let replays_in_flight = gauge("replays_in_flight", "Replays and followers under way");
        let connections = gauge("connections", "Connections of callers that are open");
        let build = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "The program", build);
        let watched = watch::Watched::register(&mut registry);
        let daily = daily::Daily::register(&mut registry);
        let consultations = consultations::Consultations::register(&mut registry);
        let durations = Family::clone(&durations);
        Self(Arc::new(Figures {
            registry,
            calls,
            durations,
            calls_in_flight,
            replays_in_flight,
            connections,
            watched,
            daily,
            consultations,
        }))
    }
}

/// Something that is under way until this is dropped.
pub struct UnderWay(Gauge);

impl UnderWay {
    fn begin(gauge: &Gauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl Metrics {
    /// A call begins.
    pub fn call(&self) -> UnderWay {
        UnderWay::begin(&self.0.calls_in_flight)
    }

    /// A replay begins, or a follower.
    pub fn replay(&self) -> UnderWay {
        UnderWay::begin(&self.0.replays_in_flight)
    }

    /// A connection is open.
    pub fn connection(&self) -> UnderWay {
        UnderWay::begin(&self.0.connections)
    }

    /// A call of a [`method`] was answered.
    pub fn answered(&self, method: &'static str, code: Code, reason: &str, took: Duration) {
        let call = Call { method, code: name(code), reason: reason.to_owned() };
        self.0.calls.get_or_create(&call).inc();
        self.0.durations.get_or_create(&Method { method }).observe(took.as_secs_f64());
    }

    /// The figures of the run of a day.
    pub fn daily(&self) -> &daily::Daily {
        &self.0.daily
    }

    /// All figures in the text format.
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a string does not fail.
        let _ = encode(&mut text, &self.0.registry);
        text
    }
}

/// The method that a path names, as it is counted and logged: one name for all that are none, whatever was typed.
pub fn method(path: &str) -> &'static str {
    METHODS.get(path).map_or("unknown", String::as_str)
}

/// The methods that this server describes of itself.
static METHODS: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let described = [
        proto::DESCRIPTORS,
        tonic_health::pb::FILE_DESCRIPTOR_SET,
        tonic_reflection::pb::v1::FILE_DESCRIPTOR_SET,
        tonic_reflection::pb::v1alpha::FILE_DESCRIPTOR_SET,
    ];
    let files = described.iter().filter_map(|bytes| prost_types::FileDescriptorSet::decode(*bytes).ok());
    let mut methods = HashSet::new();
    for file in files.flat_map(|set| set.file) {
        for service in &file.service {
            let path = |method: &prost_types::MethodDescriptorProto| {
                format!("/{}.{}/{}", file.package(), service.name(), method.name())
            };
            methods.extend(service.method.iter().map(path));
        }
    }
    methods
});

/// A code as the protocol names it.
fn name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_somebody_made_up_is_counted_without_its_words() {
        let metrics = Metrics::default();
        let took = Duration::from_millis(3);
        metrics.answered(method("/sne.v1.RegistrationService/GetDemand"), Code::NotFound, "DEMAND_NOT_FOUND", took);
        metrics.answered(method("/sne.v1.Dupont/Marie"), Code::Unimplemented, "UNKNOWN_METHOD", took);
        let text = metrics.text();
        let call = r#"sne_calls_total{method="/sne.v1.RegistrationService/GetDemand",code="NOT_FOUND",reason="DEMAND_NOT_FOUND"} 1"#;
        assert!(text.contains(call), "{text}");
        assert!(text.contains(r#"method="unknown",code="UNIMPLEMENTED",reason="UNKNOWN_METHOD"} 1"#), "{text}");
        assert!(!text.contains("Dupont") && text.ends_with("# EOF\n"), "{text}");
    }

    #[test]
    fn what_is_under_way_is_counted_until_it_ends_however_it_ends() {
        let metrics = Metrics::default();
        let (first, second) = (metrics.call(), metrics.call());
        assert!(metrics.text().contains("sne_calls_in_flight 2\n"));
        drop((first, second));
        assert!(metrics.text().contains("sne_calls_in_flight 0\n"));
    }
}
