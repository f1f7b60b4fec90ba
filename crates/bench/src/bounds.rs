//! What `--check` holds, in one place.
//!
//! These bounds only catch what would be a fault: a guard that makes a round trip for every event,
//! a log slower than the framework it stands in for. Bounds on rates are ratios inside one run, far from what was seen
//! (`docs/performance.md`); bounds on counts are close, because counts do not depend on the machine. Calls of a single
//! command have no bound on their rate: until somebody gathers the commands of many callers into one call, each waits for
//! the flush of the one before, and more callers bring nothing; through gRPC they are bounded against their peers alone. Where
//! more is wanted than is reached, the table says so ([`Bound::wanted`]) and the bound keeps what there is.
//!
//! A search and the lag of a view have no peer in the run. Their bounds are absolute, several times what was seen, and
//! grow on a machine whose cores are slower than those they were set on ([`calibration`](crate::calibration)).

use crate::cost::{APPEND, APPEND_ARRAY, APPEND_EVENTS, Cost, GRPC_REGISTRATION, REGISTRATION, RENEWAL};
use crate::lag::Lagged;
use crate::modes::Mode;
use crate::rebuild::ALL;
use crate::replay::Way;
use crate::report::Report;
use crate::search::{Searched, Shape};

/// On which side a figure must lie.
#[derive(Clone, Copy, Debug)]
pub enum Limit {
    /// Not below.
    AtLeast(f64),
    /// Not above.
    AtMost(f64),
}

/// One bound.
pub struct Bound {
    /// What is bounded.
    pub what: &'static str,
    /// How.
    pub limit: Limit,
    /// What is wanted of it and not reached yet: told beside the bound, which keeps what there is.
    pub wanted: Option<f64>,
    /// Why this much.
    pub because: &'static str,
    figure: fn(&Report) -> Option<f64>,
}

/// What became of one bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The figure lies where it should.
    Held,
    /// It does not.
    Broken,
    /// The run did not take it.
    NotMeasured,
}

/// The table.
pub const BOUNDS: &[Bound] = &[
    Bound {
        what: "guarded append in arrays of 64 / stock cqrs-es, 8 callers, commands/s, median",
        limit: Limit::AtLeast(1.0),
        wanted: None,
        because: "with its flushes shared, the log must not be slower than the framework it stands in for",
        figure: |report| Some(report.ratio(Mode::Append(64), Mode::Stock, 8)?.median),
    },
    Bound {
        what: "arrays of 64 / arrays of one, guarded append, 8 callers, commands/s, median",
        limit: Limit::AtLeast(1.0),
        wanted: None,
        because: "one flush for many commands must pay; a plan that scans would show here first",
        figure: |report| Some(report.ratio(Mode::Append(64), Mode::Append(1), 8)?.median),
    },
    Bound {
        what: "typed replay, sealed / stock ReplayStream, events/s, median",
        limit: Limit::AtLeast(1.0),
        wanted: None,
        because: "a rebuild by position must not lose against the replay it replaces",
        figure: |report| Some(report.replay_ratio(Way::Sealed, Way::Stock)?.median),
    },
    Bound {
        what: "gRPC: register / bus: register, 8 callers, commands/s, median",
        limit: Limit::AtLeast(0.5),
        wanted: None,
        because: "the door and the view that follows must not cost more than the register behind them",
        figure: |report| Some(report.ratio(Mode::GrpcRegister, Mode::Register, 8)?.median),
    },
    Bound {
        what: "gRPC: register / gRPC: stock cqrs-es, 8 callers, commands/s, median",
        limit: Limit::AtLeast(0.15),
        wanted: None,
        because: "slower than a framework that guards nothing, until calls are gathered; not slower than that",
        figure: |report| Some(report.ratio(Mode::GrpcRegister, Mode::GrpcStock, 8)?.median),
    },
    Bound {
        what: "gRPC: register / pgbench INSERT, 8 callers, commands/s, median",
        limit: Limit::AtLeast(0.03),
        wanted: None,
        because: "the same, against a bare insert",
        figure: |report| Some(report.ratio(Mode::GrpcRegister, Mode::Pgbench, 8)?.median),
    },
    Bound {
        what: "gRPC: register, mutual TLS / gRPC: register, 8 callers, commands/s, median",
        limit: Limit::AtLeast(0.8),
        wanted: None,
        because: "a command waits for a flush, not for the cipher",
        figure: |report| Some(report.ratio(Mode::GrpcTls, Mode::GrpcRegister, 8)?.median),
    },
    Bound {
        what: "gRPC: register, mutual TLS / bus: register, 8 callers, commands/s, median",
        limit: Limit::AtLeast(0.5),
        wanted: None,
        because: "what holds without TLS holds with it",
        figure: |report| Some(report.ratio(Mode::GrpcTls, Mode::Register, 8)?.median),
    },
    Bound {
        what: "gRPC: register, mutual TLS / gRPC: stock cqrs-es in the clear, 8 callers, commands/s, median",
        limit: Limit::AtLeast(0.15),
        wanted: None,
        because: "the same",
        figure: |report| Some(report.ratio(Mode::GrpcTls, Mode::GrpcStock, 8)?.median),
    },
    Bound {
        what: "a call over mutual TLS / in the clear, by turns, p50",
        limit: Limit::AtMost(1.5),
        wanted: None,
        because: "what is encrypted is short and the certificate is known: microseconds beside a round trip to the database",
        figure: |report| report.doors.map(|doors| doors.wire.call.secured.p50_ms / doors.wire.call.clear.p50_ms),
    },
    Bound {
        what: "a connection and its first call, mutual TLS, p50, ms of the reference machine",
        limit: Limit::AtMost(10.0),
        wanted: None,
        because: "two signatures and their checks; a system keeps its connection for an hour",
        figure: |report| Some(report.doors?.wire.connection.secured.p50_ms / report.slowness()),
    },
    Bound {
        what: "a right is asked, p99, us of the reference machine",
        limit: Limit::AtMost(50.0),
        wanted: None,
        because: "rights are kept by position in memory: no round trip, and no lock that anybody holds for long",
        figure: |report| Some(report.doors?.right.p99_ms * 1_000.0 / report.slowness()),
    },
    Bound {
        what: "a look is entered, p99, ms of the reference machine",
        limit: Limit::AtMost(20.0),
        wanted: None,
        because: "an answer waits for a place in the queue, and for the disk only when the queue is full",
        figure: |report| Some(report.doors?.entry.p99_ms / report.slowness()),
    },
    Bound {
        what: "gRPC ReplayLog / typed replay in process, sealed, events/s, median",
        limit: Limit::AtLeast(0.4),
        wanted: None,
        because: "an auditor's stream is the same pages, encoded once and decoded once",
        figure: |report| Some(report.replay_ratio(Way::Grpc, Way::Sealed)?.median),
    },
    Bound {
        what: "gRPC ReplayLog / stock ReplayStream, events/s, median",
        limit: Limit::AtLeast(1.0),
        wanted: None,
        because: "through the network, and still not slower than the stock replay without one",
        figure: |report| Some(report.replay_ratio(Way::Grpc, Way::Stock)?.median),
    },
    Bound {
        what: "search through gRPC, slowest shape, p50, ms of the reference machine",
        limit: Limit::AtMost(10.0),
        wanted: None,
        because: "every shape walks an index; one that scans or sorts a territory would show here",
        figure: |report| slowest_search(report, |searched| searched.p50_ms),
    },
    Bound {
        what: "search through gRPC, slowest shape, p99, ms of the reference machine",
        limit: Limit::AtMost(20.0),
        wanted: None,
        because: "a desk that searches among 300 000 demands does not wait",
        figure: |report| slowest_search(report, |searched| searched.p99_ms),
    },
    Bound {
        what: "deadlines within twelve communes / those of the territory, first page through gRPC, p50",
        limit: Limit::AtMost(10.0),
        wanted: None,
        because: "the lists of a few communes are walked beside one another, not the territory with a filter",
        figure: |report| {
            let of = |shape| report.large.searches.iter().find(|searched| searched.shape == shape);
            Some(of(Shape::DeadlinesWithin)?.p50_ms / of(Shape::Deadlines)?.p50_ms)
        },
    },
    Bound {
        what: "registrations through gRPC, 500/s by the clock, answered a second, on the reference machine",
        limit: Limit::AtLeast(490.0),
        wanted: None,
        because: "500 a second with the view following, but for what ends after the clock",
        figure: |report| Some(at_500(report)?.held_per_second * report.slowness()),
    },
    Bound {
        what: "lag of the shared view at 500/s by the clock, p99, ms of the reference machine",
        limit: Limit::AtMost(100.0),
        wanted: None,
        because: "who has just written waits so long to see it",
        figure: |report| Some(at_500(report)?.lag.p99_ms / report.slowness()),
    },
    Bound {
        what: "monthly figures through gRPC, slowest question, p99, ms of the reference machine",
        limit: Limit::AtMost(45.0),
        wanted: Some(10.0),
        because: "a few rows for any place and any position, whatever the size of the log",
        figure: |report| {
            let slowest = report.figures.as_ref()?.asked.iter().map(|asked| asked.p99_ms).reduce(f64::max)?;
            Some(slowest / report.slowness())
        },
    },
    Bound {
        what: "the run of a day, seconds of the reference machine",
        limit: Limit::AtMost(20.0),
        wanted: None,
        because: "300 000 demands, 3 000 notices and 1 500 radiations while nobody waits",
        figure: |report| Some(report.daily?.seconds / report.slowness()),
    },
    Bound {
        what: "memory of the program that runs a day, MiB",
        limit: Limit::AtMost(128.0),
        wanted: None,
        because: "it goes in pages, whatever the size of the register",
        figure: |report| report.daily?.peak_mib,
    },
    Bound {
        what: "import, rows/s of the reference machine",
        limit: Limit::AtLeast(1_000.0),
        wanted: None,
        because: "rows share their round trips and flushes; one by one they would come to less",
        figure: |report| Some(report.import?.rows_per_second * report.slowness()),
    },
    Bound {
        what: "memory of the program that imports, MiB",
        limit: Limit::AtMost(128.0),
        wanted: None,
        because: "it goes in windows, whatever the size of the file",
        figure: |report| report.import?.peak_mib,
    },
    Bound {
        what: "rebuild of all views, events of the log a second, on the reference machine, median",
        limit: Limit::AtLeast(60_000.0),
        wanted: Some(150_000.0),
        because: "a million events are rebuilt in seconds: nobody fears to change a view",
        figure: |report| Some(report.rebuilds.rate(ALL)?.median * report.slowness()),
    },
    Bound {
        what: "rebuild of all views / stock QueryReplay with GenericQuery of one, events/s, median",
        limit: Limit::AtLeast(30.0),
        wanted: Some(100.0),
        because: "what the framework does row by row is done by streams, in memory, and copied",
        figure: |report| Some(report.rebuilds.times_stock(ALL)?.median),
    },
    Bound {
        what: "memory of the program that rebuilds all views, MiB",
        limit: Limit::AtMost(256.0),
        wanted: None,
        because: "it goes in pages, whatever the size of the log",
        figure: |report| report.rebuilds.peak_mib(),
    },
    Bound {
        what: "round trips, guarded append of one event",
        limit: Limit::AtMost(1.0),
        wanted: None,
        because: "one function call",
        figure: |report| round_trips(report, APPEND),
    },
    Bound {
        what: "round trips, guarded append of 16 events",
        limit: Limit::AtMost(1.0),
        wanted: None,
        because: "no round trip for an event",
        figure: |report| round_trips(report, APPEND_EVENTS),
    },
    Bound {
        what: "round trips a command, guarded append of 64 commands",
        limit: Limit::AtMost(1.0 / 64.0),
        wanted: None,
        because: "no round trip for a command",
        figure: |report| round_trips(report, APPEND_ARRAY),
    },
    Bound {
        what: "statements, bus: register",
        limit: Limit::AtMost(2.5),
        wanted: None,
        because: "receipt and append; keys, numbers and the directory are asked for in blocks",
        figure: |report| Some(cost(report, REGISTRATION)?.statements),
    },
    Bound {
        what: "statements, bus: renew",
        limit: Limit::AtMost(4.5),
        wanted: None,
        because: "receipt, events, key and append",
        figure: |report| Some(cost(report, RENEWAL)?.statements),
    },
    Bound {
        what: "statements, gRPC: register, three views following",
        limit: Limit::AtMost(34.0),
        wanted: None,
        because: "receipt and append, and for each of three views at most a page of eleven for every command",
        figure: |report| Some(cost(report, GRPC_REGISTRATION)?.statements),
    },
    Bound {
        what: "allocations, gRPC: register, client, server and views",
        limit: Limit::AtMost(1_500.0),
        wanted: None,
        because: "a form is copied a few times on its way, not for every field in every layer",
        figure: |report| Some(cost(report, GRPC_REGISTRATION)?.allocations),
    },
];

fn cost<'a>(report: &'a Report, what: &str) -> Option<&'a Cost> {
    report.cost(what)
}

/// Of all searches.
fn slowest_search(report: &Report, figure: fn(&Searched) -> f64) -> Option<f64> {
    let searches = report.large.searches.iter().filter(|searched| searched.shape.is_search());
    Some(searches.map(figure).reduce(f64::max)? / report.slowness())
}

fn at_500(report: &Report) -> Option<&Lagged> {
    report.large.lags.iter().find(|lagged| lagged.asked_per_second == 500)
}

fn round_trips(report: &Report, what: &str) -> Option<f64> {
    Some(cost(report, what)?.round_trips)
}

impl Bound {
    /// The figure, and what became of the bound.
    pub fn judge(&self, report: &Report) -> (Option<f64>, Outcome) {
        let figure = (self.figure)(report);
        let bound = match self.limit {
            Limit::AtLeast(bound) | Limit::AtMost(bound) => bound,
        };
        let outcome = match figure.map(|_| self.reaches(bound, figure)) {
            Some(true) => Outcome::Held,
            Some(false) => Outcome::Broken,
            None => Outcome::NotMeasured,
        };
        (figure, outcome)
    }

    /// Whether a figure lies on the right side of another one; not when it was not taken.
    pub fn reaches(&self, wanted: f64, figure: Option<f64>) -> bool {
        figure.is_some_and(|figure| match self.limit {
            Limit::AtLeast(_) => figure >= wanted,
            Limit::AtMost(_) => figure <= wanted,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calibration::REFERENCE_MS;
    use crate::lag::Waits;
    use crate::report::tests::report;

    #[test]
    fn a_log_slower_than_the_stock_framework_breaks_a_bound() {
        assert_eq!(BOUNDS[0].judge(&report(250.0, 750.0)), (Some(3.0), Outcome::Held));
        assert_eq!(BOUNDS[0].judge(&report(750.0, 250.0)), (Some(1.0 / 3.0), Outcome::Broken));
    }

    #[test]
    fn a_rate_that_is_not_held_breaks_its_bound_unless_the_machine_is_slow() {
        let outcome = |answered: f64, slowness: f64| {
            let waits = Waits { p50_ms: 1.0, p99_ms: 2.0, max_ms: 3.0 };
            let mut report = report(1.0, 1.0);
            report.calibrations = vec![slowness * REFERENCE_MS];
            report.large.lags = vec![Lagged {
                asked_per_second: 500,
                held_per_second: answered,
                commands: 100,
                lag: waits,
                answer: waits,
            }];
            let bound = BOUNDS.iter().find(|bound| bound.what.starts_with("registrations through gRPC, 500/s"));
            bound.unwrap().judge(&report).1
        };
        assert_eq!(outcome(499.0, 1.0), Outcome::Held);
        assert_eq!(outcome(300.0, 1.0), Outcome::Broken);
        assert_eq!(outcome(300.0, 2.0), Outcome::Held);
    }

    #[test]
    fn what_was_not_measured_is_not_called_held() {
        assert_eq!(BOUNDS[1].judge(&report(1.0, 1.0)), (None, Outcome::NotMeasured));
    }
}
