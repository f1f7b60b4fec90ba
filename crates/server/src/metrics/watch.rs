//! What is looked at every few seconds: log, projections, pools.

use std::sync::atomic::AtomicU64;
use std::time::Duration;

use projection::{Handle, State};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};
use register::Register;
use sqlx::PgPool;

use super::Metrics;

/// How often; a database that does not answer in this time is counted as away.
const EVERY: Duration = Duration::from_secs(3);

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Projection {
    projection: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ProjectionState {
    projection: &'static str,
    state: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Pool {
    pool: &'static str,
}

/// The figures that are looked at.
#[derive(Default)]
pub struct Watched {
    database_up: Gauge,
    head: Gauge,
    position: Family<Projection, Gauge>,
    lag_events: Family<Projection, Gauge>,
    lag: Family<Projection, Gauge<f64, AtomicU64>>,
    set_aside: Family<Projection, Gauge>,
    state: Family<ProjectionState, Gauge>,
    pool_size: Family<Pool, Gauge>,
    pool_idle: Family<Pool, Gauge>,
}

const STATES: [&str; 8] = ["idle", "waiting", "rebuilding", "catching_up", "live", "failing", "stopped", "drained"];

fn name(state: &State) -> &'static str {
    match state {
        State::Idle => "idle",
        State::Waiting => "waiting",
        State::Rebuilding => "rebuilding",
        State::CatchingUp => "catching_up",
        State::Live => "live",
        State::Failing { .. } => "failing",
        State::Stopped { .. } => "stopped",
        State::Drained => "drained",
    }
}

impl Watched {
    /// Puts them into a registry.
    pub fn register(registry: &mut Registry) -> Self {
        let watched = Self::default();
        registry.register("database_up", "Whether the database answers: 1 or 0", watched.database_up.clone());
        registry.register("log_head_position", "The last position of the log", watched.head.clone());
        let position = watched.position.clone();
        registry.register("projection_position", "Everything up to here is folded", position);
        registry.register("projection_lag_events", "Events not folded yet", watched.lag_events.clone());
        let help = "How long the oldest event not folded yet has been waiting";
        registry.register_with_unit("projection_lag", help, Unit::Seconds, watched.lag.clone());
        let help = "Events that the view goes on without, by decisions of the operator";
        registry.register("projection_quarantined_events", help, watched.set_aside.clone());
        registry.register("projection_state", "1 for what the runner of this process is doing", watched.state.clone());
        registry.register("pool_connections", "Connections of a pool to the database", watched.pool_size.clone());
        registry.register("pool_idle_connections", "Those of them that nobody uses", watched.pool_idle.clone());
        watched
    }

    async fn look(&self, of: &Sources) {
        for (pool, connections) in &of.pools {
            let labels = Pool { pool };
            self.pool_size.get_or_create(&labels).set(connections.size().into());
            self.pool_idle.get_or_create(&labels).set(i64::try_from(connections.num_idle()).unwrap_or(i64::MAX));
        }
        // Of all views at once: whoever reads the figures meanwhile misses none.
        for view in &of.views {
            let (projection, state) = (view.name(), view.state());
            for known in STATES {
                let labels = ProjectionState { projection, state: known };
                self.state.get_or_create(&labels).set((known == name(&state)).into());
            }
        }
        let (mut answered, now) = (true, of.register.clock().now());
        for view in &of.views {
            let projection = view.name();
            match tokio::time::timeout(EVERY, view.status(now)).await {
                Ok(Ok(status)) => {
                    let labels = Projection { projection };
                    self.head.set(status.head.get());
                    self.position.get_or_create(&labels).set(status.position.get());
                    self.lag_events.get_or_create(&labels).set(i64::try_from(status.lag_events).unwrap_or(i64::MAX));
                    self.set_aside.get_or_create(&labels).set(i64::try_from(status.set_aside).unwrap_or(i64::MAX));
                    self.lag.get_or_create(&labels).set(status.lag_seconds);
                }
                // The last figures stay: how far behind it was is worth knowing.
                Ok(Err(_)) | Err(_) => answered = false,
            }
        }
        self.database_up.set(answered.into());
    }
}

/// Where the figures come from.
pub struct Sources {
    pub register: Register,
    pub views: Vec<Handle>,
    pub pools: Vec<(&'static str, PgPool)>,
}

/// Looks again and again. Never ends.
pub async fn watch(metrics: Metrics, sources: Sources) {
    loop {
        metrics.0.watched.look(&sources).await;
        metrics.0.consultations.look(&sources.register.recording());
        if let Ok(Ok(Some(last))) = tokio::time::timeout(EVERY, sources.register.last_daily_run()).await {
            metrics.daily().done(&last);
        }
        tokio::time::sleep(EVERY).await;
    }
}
