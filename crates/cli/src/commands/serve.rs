//! `sne serve`: the network door, until SIGTERM or Ctrl-C.

use std::sync::Arc;

use register::SystemClock;
use server::{DevelopmentIssuer, Server};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use super::token;
use crate::config::{Config, only_this_machine, without_proof};
use crate::failure::Failure;
use crate::house::House;

/// Serves.
pub async fn run(config: Config) -> Result<(), Failure> {
    log_as_json();
    tell_panics_without_their_words();
    let stop = Stop::listen()?;
    let house = House::open(config.place(), Arc::new(SystemClock)).await?;
    let mut options = config.server();
    if config.takes_development_tokens() {
        let issuer = DevelopmentIssuer::open_or_create(&config.data_dir).map_err(token::explain)?;
        options.development = Some(Arc::new(issuer));
    }
    let server = Server::bind(house.register.clone(), &house.place, options).await.map_err(explain)?;
    let shutdown = async move { stop.asked().await };
    server.run(shutdown).await.map_err(explain)
}

/// SIGTERM and Ctrl-C, heard from when this is made: what comes before it is asked about is not lost.
pub struct Stop {
    terminate: Signal,
    interrupt: Signal,
}

impl Stop {
    /// Begins to listen for both.
    pub fn listen() -> Result<Self, Failure> {
        let listen = |kind| signal(kind).map_err(|error| Failure::Local(error.to_string()));
        Ok(Self { terminate: listen(SignalKind::terminate())?, interrupt: listen(SignalKind::interrupt())? })
    }

    /// Waits for one of them.
    pub async fn asked(mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// A panic is a fault of this program: where it happened is logged, never its message, which may hold what was typed.
fn tell_panics_without_their_words() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map_or_else(String::new, ToString::to_string);
        tracing::error!(place, "a fault of the program");
    }));
}

/// One JSON object a line on standard error. Only what this program says on purpose: libraries below may print
/// statements or headers, and are heard when something is wrong alone.
fn log_as_json() {
    let heard = Targets::new()
        .with_default(LevelFilter::WARN)
        .with_target("server", LevelFilter::INFO)
        .with_target("sqlx", LevelFilter::ERROR);
    let lines = tracing_subscriber::fmt::layer().json().flatten_event(true).with_writer(std::io::stderr);
    // A second subscriber in one process would be a test's, and stays.
    let _ = tracing_subscriber::registry().with(lines.with_filter(heard)).try_init();
}

pub fn explain(error: server::Error) -> Failure {
    use server::Error;
    Failure::Local(match error {
        Error::NotLoopback { address } => only_this_machine(address),
        Error::Unproven { address } => without_proof(address),
        Error::Tls(error) => format!("les certificats ne peuvent servir : {error}"),
        Error::Listen { address, cause } => format!("impossible d'écouter sur {address} : {cause}"),
        Error::View(error) => format!("les vues ne s'ouvrent pas : {error}"),
        Error::Keys(error) => register::vault_trouble(&error),
        Error::Log(error) => return error.into(),
        Error::Transport(error) => format!("le transport a échoué : {error}"),
        other => format!("le serveur ne démarre pas : {other}"),
    })
}
