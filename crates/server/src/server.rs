//! Listening, serving, draining.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use proto::v1::administration_service_server::AdministrationServiceServer;
use proto::v1::audit_service_server::AuditServiceServer;
use proto::v1::command_service_server::CommandServiceServer;
use proto::v1::consultation_service_server::ConsultationServiceServer;
use proto::v1::dalo_service_server::DaloServiceServer;
use proto::v1::follow_up_service_server::FollowUpServiceServer;
use proto::v1::infocentre_service_server::InfocentreServiceServer;
use proto::v1::registration_service_server::RegistrationServiceServer;
use proto::v1::separation_service_server::SeparationServiceServer;
use proto::v1::shared_management_service_server::SharedManagementServiceServer;
use proto::v1::territory_service_server::TerritoryServiceServer;
use register::{Place, Register};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tonic::service::Routes;
use tonic_health::ServingStatus;
use tonic_health::server::{HealthReporter, health_reporter};
use tower::layer::util::Stack;

use crate::acts::Acts;
use crate::administration::Administration;
use crate::audit::Audit;
use crate::command::Commands;
use crate::consultation::Consultations;
use crate::dalo::Dalo;
use crate::error::Error;
use crate::follow_up::FollowUp;
use crate::guard::GuardLayer;
use crate::health::{self, Pulses};
use crate::identity::{AuthenticationLayer, Identity};
use crate::incoming;
use crate::infocentre::Figures;
use crate::metrics::{self, Metrics};
use crate::options::Options;
use crate::registration::Registration;
use crate::separation::Separations;
use crate::shared_management::Shared;
use crate::territory::Territory;
use crate::upkeep;
use crate::views::Views;

/// The page in hand of a view may take this long when the server stops.
const VIEW_DRAIN: Duration = Duration::from_secs(5);
/// Commands whose callers went away may take this long then.
const COMMAND_DRAIN: Duration = Duration::from_secs(5);
/// What was looked at may take this long to be recorded then.
const RECORD_DRAIN: Duration = Duration::from_secs(5);
/// A connection is asked to go after this long, so that callers spread over new servers. Its calls end first.
const CONNECTION_AGE: Duration = Duration::from_secs(3_600);

/// A server that listens and does not serve yet.
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    identity: Identity,
    /// Where figures are asked for, when they may be.
    metrics_door: Option<TcpListener>,
    register: Register,
    /// The same, for those who call.
    answering: Register,
    views: Views,
    options: Options,
}

impl Server {
    /// Listens, and opens the views where the register was opened.
    ///
    /// # Errors
    /// [`Error::Unproven`] and [`Error::NotLoopback`] for addresses that others could reach; [`Error::Tls`];
    /// [`Error::Listen`]; [`Error::View`], [`Error::Keys`] and [`Error::Log`] when the views cannot be opened; [`Error::Record`].
    pub async fn bind(register: Register, place: &Place, options: Options) -> Result<Self, Error> {
        let identity = Identity::open(&options, options.listen, Arc::new(register.clone()))?;
        let (listener, address) = listen(options.listen).await?;
        let metrics_door = match options.metrics {
            None => None,
            Some(asked) => {
                if !asked.ip().is_loopback() {
                    return Err(Error::NotLoopback { address: asked });
                }
                let (door, address) = listen(asked).await?;
                tracing::info!(%address, "metrics");
                Some(door)
            }
        };
        let views = Views::open(&register, place).await?;
        let answering = register.clone().answering_many(options.budgets).await.map_err(Error::Record)?;
        Ok(Self { answering, listener, address, identity, metrics_door, register, views, options })
    }

    /// Where it listens: the port that was found, when none was asked for.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `shutdown` resolves; then health turns red, after the lame-duck time no new call is taken, replays
    /// end, and calls under way have the drain time to finish.
    ///
    /// # Errors
    /// [`Error::Reflection`] or [`Error::Transport`].
    pub async fn run(self, shutdown: impl Future<Output = ()> + Send) -> Result<(), Error> {
        let Self { listener, address, identity, metrics_door, register, answering, views, options } = self;
        let Identity { authenticator, acceptor, upkeep: credentials } = identity;
        let metrics = Metrics::default();
        let (stopping, stopped) = watch::channel(false);
        let (mut reporter, health_service) = health_reporter();
        health::tell(&reporter, ServingStatus::NotServing).await;
        let commands = Arc::new(Semaphore::new(options.calls));
        let routes = routes(&answering, &views, &options, (&commands, &stopped), &metrics)?.add_service(health_service);
        let figures = tokio::spawn(figures(metrics_door, &answering, &views, &metrics));
        // Calls under way may still wait for a view: the views go after them.
        let (draining, drained) = watch::channel(false);
        let keys = views.keys.clone();
        let daily = options.daily.clone();
        let daily = daily.map(|notices| upkeep::daily(register.clone(), views.due.clone(), notices, metrics.clone()));
        let (shared, of_shared) = views.shared.run(told(drained.clone()));
        let (deadlines, of_deadlines) = views.deadlines.run(told(drained.clone()));
        let (statistics, of_statistics) = views.statistics.run(told(drained));
        let pulses = Pulses { shared: of_shared, deadlines: of_deadlines, statistics: of_statistics };
        let watcher = tokio::spawn(health::watch(register.clone(), pulses, reporter.clone()));
        let upkeep = tokio::spawn(upkeep::keep(register.clone(), keys));
        let learning = tokio::spawn(upkeep::learn(answering.clone()));
        let daily = daily.map(tokio::spawn);

        let credentials: Vec<_> = credentials.into_iter().map(tokio::spawn).collect();
        let incoming = incoming::connections(listener, options.connections, acceptor, metrics.clone());
        let layer = AuthenticationLayer::new(authenticator);
        let serving = builder(&options, metrics, layer).add_routes(routes);
        let serving = serving.serve_with_incoming_shutdown(incoming, told(stopped));
        let mut serving = tokio::spawn(serving);
        tracing::info!(%address, "listening");

        let ended = tokio::select! {
            ended = &mut serving => Some(ended),
            () = shutdown => None,
        };
        watcher.abort();
        // A look under way must not turn green what is told to be red next.
        let _ = watcher.await;
        // Wherever they are: the next server goes on from there.
        upkeep.abort();
        learning.abort();
        if let Some(daily) = daily {
            daily.abort();
        }
        let ended = match ended {
            Some(ended) => Ok(ended),
            None => {
                announce(&reporter, options.lame_duck).await;
                health::dismiss(&mut reporter).await;
                stopping.send_replace(true);
                tokio::time::timeout(options.drain, &mut serving).await
            }
        };
        // Commands whose callers are gone: what they have drawn and leased would be lost. None begins any more.
        let all = u32::try_from(options.calls).unwrap_or(u32::MAX);
        if tokio::time::timeout(COMMAND_DRAIN, commands.acquire_many(all)).await.is_err() {
            tracing::warn!("commands were still under way; their outcome can be asked of the next server");
        }
        commands.close();
        draining.send_replace(true);
        for following in [shared, deadlines, statistics] {
            let abort = following.abort_handle();
            if tokio::time::timeout(VIEW_DRAIN, following).await.is_err() {
                // Its page is rolled back, and folded again at the next start.
                abort.abort();
            }
        }
        figures.abort();
        if let Err(entries) = register.drain_record(RECORD_DRAIN).await {
            tracing::error!(entries, "consultations are lost: they could not be recorded");
        }
        credentials.iter().for_each(tokio::task::JoinHandle::abort);
        match ended {
            Ok(Ok(result)) => result?,
            Ok(Err(_)) => tracing::error!("the server's task failed"),
            Err(_) => {
                serving.abort();
                tracing::warn!("calls were still under way after the drain time; they end with the process");
            }
        }
        tracing::info!("stopped");
        Ok(())
    }
}

/// Ready once a word was given, or whoever could give it is gone.
async fn told(mut word: watch::Receiver<bool>) {
    let _ = word.wait_for(|given| *given).await;
}

async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), Error> {
    let failed = |cause| Error::Listen { address, cause };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
}

/// Keeps the figures up and answers for them, when they may be asked for.
fn figures(
    door: Option<TcpListener>,
    register: &Register,
    views: &Views,
    metrics: &Metrics,
) -> impl Future<Output = ()> + Send + use<> {
    let mut pools = views.pools.clone();
    pools.extend(register.sessions().map(|sessions| ("writer", sessions.clone())));
    let sources = metrics::watch::Sources { register: register.clone(), views: views.handles(), pools };
    let metrics = metrics.clone();
    async move {
        if let Some(door) = door {
            tokio::join!(metrics::door::serve(door, metrics.clone()), metrics::watch::watch(metrics, sources));
        }
    }
}

async fn announce(reporter: &HealthReporter, lame_duck: Duration) {
    tracing::info!("stopping");
    health::tell(reporter, ServingStatus::NotServing).await;
    tokio::time::sleep(lame_duck).await;
}

/// What every call goes through before a service sees it, from the inside out.
type Layers = Stack<AuthenticationLayer, Stack<GuardLayer, tower::layer::util::Identity>>;

/// Every limit that the transport has, said: left out, some of them mean "none" (reset floods, streams, headers).
fn builder(options: &Options, metrics: Metrics, who: AuthenticationLayer) -> tonic::transport::Server<Layers> {
    tonic::transport::Server::builder()
        .max_concurrent_streams(options.streams_per_connection)
        .concurrency_limit_per_connection(options.streams_per_connection as usize)
        .http2_max_pending_accept_reset_streams(Some(20))
        .http2_max_local_error_reset_streams(Some(256))
        .http2_max_header_list_size(16 * 1024)
        .max_frame_size(16 * 1024)
        .initial_stream_window_size(256 * 1024)
        .initial_connection_window_size(1024 * 1024)
        .http2_adaptive_window(Some(false))
        .http2_keepalive_interval(Some(Duration::from_secs(30)))
        .http2_keepalive_timeout(Some(Duration::from_secs(10)))
        .max_connection_age(CONNECTION_AGE)
        .accept_http1(false)
        .layer(GuardLayer::new(options.calls, options.longest_call).measured_by(metrics))
        .layer(who)
}

fn routes(
    register: &Register,
    views: &Views,
    options: &Options,
    (commands, stopped): (&Arc<Semaphore>, &watch::Receiver<bool>),
    metrics: &Metrics,
) -> Result<Routes, Error> {
    let most = options.request_bytes;
    let acts = Acts::new(register.clone(), Arc::clone(commands));
    let follow_up = FollowUpServiceServer::new(FollowUp::new(acts.clone()));
    let dalo = DaloServiceServer::new(Dalo::new(acts.clone()));
    let territory = TerritoryServiceServer::new(Territory::new(register.clone(), acts.clone()));
    let administration = Administration::new(register.clone(), acts.clone(), views.keys.clone());
    let administration = AdministrationServiceServer::new(administration);
    let separation = SeparationServiceServer::new(Separations::new(acts.clone()));
    let registration = Registration::new(register.clone(), acts);
    let registration = RegistrationServiceServer::new(registration);
    let shared = Shared::new(register.clone(), views.view.clone(), views.calendar.clone(), views.keys.clone());
    let shared = SharedManagementServiceServer::new(shared);
    let figures = Figures::new(register.clone(), views.infocentre.clone());
    let figures = InfocentreServiceServer::new(figures);
    let audit = AuditServiceServer::new(Audit::new(register.clone(), options, stopped.clone(), metrics.clone()));
    let commands = CommandServiceServer::new(Commands::new(register.clone()));
    let consultations = Consultations::new(register.clone(), views.keys.clone());
    let consultations = ConsultationServiceServer::new(consultations);
    let reflection = |error: tonic_reflection::server::Error| Error::Reflection(error.to_string());
    let described = || {
        tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(proto::DESCRIPTORS)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
    };
    let routes = Routes::new(registration.max_decoding_message_size(most))
        .add_service(follow_up.max_decoding_message_size(most))
        .add_service(dalo.max_decoding_message_size(most))
        .add_service(territory.max_decoding_message_size(most))
        .add_service(administration.max_decoding_message_size(most))
        .add_service(separation.max_decoding_message_size(most))
        .add_service(shared.max_decoding_message_size(most))
        .add_service(figures.max_decoding_message_size(most))
        .add_service(audit.max_decoding_message_size(most))
        .add_service(commands.max_decoding_message_size(most))
        .add_service(consultations.max_decoding_message_size(most));
    // Whoever calls from elsewhere has the interface's files; nobody needs a second door there.
    if !options.listen.ip().is_loopback() {
        return Ok(routes);
    }
    Ok(routes
        .add_service(described().build_v1().map_err(reflection)?)
        .add_service(described().build_v1alpha().map_err(reflection)?))
}
