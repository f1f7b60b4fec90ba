//! What is measured, one after the other, in every repeat.

pub mod bus;
pub mod grpc;
pub mod guarded;
pub mod pgbench;
pub mod stock;
pub mod stock_grpc;

use std::fmt;

use serde::{Serialize, Serializer};

use crate::callers::Driven;
use crate::meter::Used;
use crate::stats::percentile_ms;

/// One way to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// pgbench: an INSERT, nothing guarded.
    Pgbench,
    /// Stock cqrs-es + postgres-es.
    Stock,
    /// The log: calls of so many commands.
    Append(u32),
    /// The whole bus, a registration.
    Register,
    /// The whole bus, a renewal.
    Renew,
    /// Stock cqrs-es + postgres-es behind the interface of the real server.
    GrpcStock,
    /// The real server, a registration, its shared view following.
    GrpcRegister,
    /// The same over mutual TLS.
    GrpcTls,
}

impl Mode {
    /// The stock framework, reached by the same way.
    pub fn peer(self) -> Self {
        match self {
            Self::GrpcStock | Self::GrpcRegister | Self::GrpcTls => Self::GrpcStock,
            _ => Self::Stock,
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pgbench => f.write_str("pgbench INSERT"),
            Self::Stock => f.write_str("stock cqrs-es"),
            Self::Append(1) => f.write_str("guarded append"),
            Self::Append(array) => write!(f, "guarded append x{array}"),
            Self::Register => f.write_str("bus: register"),
            Self::Renew => f.write_str("bus: renew"),
            Self::GrpcStock => f.write_str("gRPC: stock cqrs-es"),
            Self::GrpcRegister => f.write_str("gRPC: register"),
            Self::GrpcTls => f.write_str("gRPC: register, mutual TLS"),
        }
    }
}

impl Serialize for Mode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// One mode with so many callers, in one repeat.
#[derive(Clone, Debug, Serialize)]
pub struct Pass {
    /// The mode.
    pub mode: Mode,
    /// Callers at once.
    pub callers: u32,
    /// The repeat, from 1; 0 until somebody says which.
    pub repeat: u32,
    /// Commands answered.
    pub commands: u64,
    /// Events they wrote.
    pub events: u64,
    /// Seconds.
    pub seconds: f64,
    /// Commands a second.
    pub per_second: f64,
    /// Latency of a call: half are faster. Not told by pgbench.
    pub p50_ms: Option<f64>,
    /// Latency of a call: one in a hundred is slower.
    pub p99_ms: Option<f64>,
    /// Latency of a call, mean.
    pub mean_ms: Option<f64>,
    /// Write-ahead log a command.
    pub wal_bytes: i64,
    /// Processor seconds of the server.
    pub server_cpu: Option<f64>,
    /// Processor seconds of the client.
    pub client_cpu: Option<f64>,
    /// Cores that others took, in the mean.
    pub foreign_cores: Option<f64>,
}

impl Pass {
    /// The part that every mode has; commands are still to be told.
    pub fn of(mode: Mode, callers: u32, used: Used) -> Self {
        Self {
            mode,
            callers,
            repeat: 0,
            commands: 0,
            events: 0,
            seconds: used.seconds,
            per_second: 0.0,
            p50_ms: None,
            p99_ms: None,
            mean_ms: None,
            wal_bytes: used.wal_bytes,
            server_cpu: used.cpu.map(|cpu| cpu.server),
            client_cpu: used.cpu.map(|cpu| cpu.client),
            foreign_cores: used.cpu.map(|cpu| cpu.foreign / used.seconds),
        }
    }

    /// A pass of callers of our own, each command of so many events.
    pub fn driven(mode: Mode, callers: u32, events_a_command: u64, mut driven: Driven) -> Self {
        let total: f64 = driven.latencies.iter().map(std::time::Duration::as_secs_f64).sum();
        let calls = driven.latencies.len() as f64;
        Self {
            commands: driven.commands,
            events: driven.commands * events_a_command,
            per_second: driven.commands as f64 / driven.used.seconds,
            p50_ms: percentile_ms(&mut driven.latencies, 0.5),
            p99_ms: percentile_ms(&mut driven.latencies, 0.99),
            mean_ms: (calls > 0.0).then_some(total / calls * 1e3),
            ..Self::of(mode, callers, driven.used)
        }
    }

    /// Something of the whole pass, for each command.
    pub fn a_command(&self, whole: f64) -> f64 {
        whole / (self.commands.max(1) as f64)
    }
}
