//! What the server allows, and for how long.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::identity::{DevelopmentIssuer, Provider, Tls};
use register::Budgets;

/// Limits of the server. Each one is explicit: a default server of the library has neither a limit of streams nor a
/// guard against floods of resets.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where to listen: loopback only, unless there is TLS and callers can prove who they are. Port 0 takes a free one.
    pub listen: SocketAddr,
    /// The certificates of secure connections; on loopback they may be left out.
    pub tls: Option<Tls>,
    /// The provider of identities whose tokens are taken.
    pub provider: Option<Provider>,
    /// The issuer for development whose tokens are taken as well; never where others could reach the server.
    pub development: Option<Arc<DevelopmentIssuer>>,
    /// Where Prometheus may ask for figures: loopback only, port 0 takes a free one; nowhere when left out.
    pub metrics: Option<SocketAddr>,
    /// Connections open at once; more wait to be accepted.
    pub connections: usize,
    /// Calls at once on one connection.
    pub streams_per_connection: u32,
    /// Calls at once over all connections, until they answer.
    pub calls: usize,
    /// Replays and followers at once.
    pub replays: usize,
    /// The largest request, in bytes.
    pub request_bytes: usize,
    /// The longest call until it answers, whatever the caller allows.
    pub longest_call: Duration,
    /// A follower hears from a quiet log this often.
    pub sign_of_life: Duration,
    /// A reader of a replay may take nothing for this long; then the replay ends and his place is free.
    pub reader_patience: Duration,
    /// Between saying that it stops and refusing new calls.
    pub lame_duck: Duration,
    /// Calls under way may take this long when the server stops.
    pub drain: Duration,
    /// Files that an account and an organisation may look at within an hour, whichever server answers; a territory's manager may
    /// go below.
    pub budgets: Budgets,
    /// The server does the daily run of itself, and writes the lists of notices into this folder; somebody else does it when
    /// left out.
    pub daily: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 50_051)),
            tls: None,
            provider: None,
            development: None,
            metrics: None,
            connections: 256,
            streams_per_connection: 100,
            calls: 256,
            replays: 16,
            request_bytes: 256 * 1024,
            longest_call: Duration::from_secs(30),
            sign_of_life: Duration::from_secs(5),
            reader_patience: Duration::from_secs(60),
            lame_duck: Duration::from_millis(500),
            drain: Duration::from_secs(10),
            budgets: Budgets::default(),
            daily: None,
        }
    }
}
