//! Stock cqrs-es + postgres-es behind the same interface: the same messages over the same transport, and nothing between
//! them and the framework. No caller is asked who he is, no form is read, no number is drawn, no view follows.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use proto::v1::registration_service_server::{RegistrationService, RegistrationServiceServer};
use proto::v1::{
    AddPieceRequest, AddPieceResponse, Answer, FindByIdentityRequest, FindByIdentityResponse, GetDemandAtDeskRequest,
    GetDemandAtDeskResponse, GetDemandRequest, GetDemandResponse, LapseAttributionRequest, LapseAttributionResponse,
    ModifyDemandRequest, ModifyDemandResponse, RecordAttributionRequest, RecordAttributionResponse,
    RefuseAttributionRequest, RefuseAttributionResponse, RegisterDemandRequest, RegisterDemandResponse,
    RenewDemandRequest, RenewDemandResponse, RenounceDemandRequest, RenounceDemandResponse, SignLeaseRequest,
    SignLeaseResponse,
};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status};

use super::stock::Writer;
use crate::failure::Failure;

/// The framework's server, running.
pub struct StockServer {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<Result<(), tonic::transport::Error>>,
}

impl StockServer {
    /// Serves on loopback, with the transport's limits as the real server sets them.
    pub async fn start(writer: Writer) -> Result<Self, Failure> {
        let failed = || Failure::io("listening on loopback");
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(failed())?;
        let address = listener.local_addr().map_err(failed())?;
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = Server::builder()
            .max_concurrent_streams(100)
            .concurrency_limit_per_connection(100)
            .http2_max_pending_accept_reset_streams(Some(20))
            .http2_max_local_error_reset_streams(Some(256))
            .http2_max_header_list_size(16 * 1024)
            .max_frame_size(16 * 1024)
            .initial_stream_window_size(256 * 1024)
            .initial_connection_window_size(1024 * 1024)
            .http2_adaptive_window(Some(false))
            .http2_keepalive_interval(Some(Duration::from_secs(30)))
            .http2_keepalive_timeout(Some(Duration::from_secs(10)))
            .accept_http1(false)
            .add_service(RegistrationServiceServer::new(Door { writer }).max_decoding_message_size(256 * 1024))
            .serve_with_incoming_shutdown(TcpIncoming::from(listener).with_nodelay(Some(true)), async move {
                // An error says that the bench is gone, which is a stop as well.
                let _ = stopped.await;
            });
        Ok(Self { address, stop, serving: tokio::spawn(serving) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops it, and waits for its end.
    pub async fn stop(self) -> Result<(), Failure> {
        let _ = self.stop.send(());
        Ok(self.serving.await.map_err(|error| Failure::Answer(error.to_string()))??)
    }
}

struct Door {
    writer: Writer,
}

/// What the framework was not set up for.
fn not_served<T>() -> Result<Response<T>, Status> {
    Err(Status::unimplemented("only registrations are measured"))
}

#[tonic::async_trait]
impl RegistrationService for Door {
    async fn register_demand(
        &self,
        _: Request<RegisterDemandRequest>,
    ) -> Result<Response<RegisterDemandResponse>, Status> {
        let number = self.writer.write().await.map_err(|error| Status::unavailable(error.to_string()))?;
        // There is no position, and the framework's answer has no time.
        let answer = Answer { number, etag: "v1".to_owned(), ..Answer::default() };
        Ok(Response::new(RegisterDemandResponse { answer: Some(answer) }))
    }

    async fn modify_demand(&self, _: Request<ModifyDemandRequest>) -> Result<Response<ModifyDemandResponse>, Status> {
        not_served()
    }

    async fn renew_demand(&self, _: Request<RenewDemandRequest>) -> Result<Response<RenewDemandResponse>, Status> {
        not_served()
    }

    async fn add_piece(&self, _: Request<AddPieceRequest>) -> Result<Response<AddPieceResponse>, Status> {
        not_served()
    }

    async fn record_attribution(
        &self,
        _: Request<RecordAttributionRequest>,
    ) -> Result<Response<RecordAttributionResponse>, Status> {
        not_served()
    }

    async fn refuse_attribution(
        &self,
        _: Request<RefuseAttributionRequest>,
    ) -> Result<Response<RefuseAttributionResponse>, Status> {
        not_served()
    }

    async fn lapse_attribution(
        &self,
        _: Request<LapseAttributionRequest>,
    ) -> Result<Response<LapseAttributionResponse>, Status> {
        not_served()
    }

    async fn sign_lease(&self, _: Request<SignLeaseRequest>) -> Result<Response<SignLeaseResponse>, Status> {
        not_served()
    }

    async fn renounce_demand(
        &self,
        _: Request<RenounceDemandRequest>,
    ) -> Result<Response<RenounceDemandResponse>, Status> {
        not_served()
    }

    async fn get_demand(&self, _: Request<GetDemandRequest>) -> Result<Response<GetDemandResponse>, Status> {
        not_served()
    }

    async fn get_demand_at_desk(
        &self,
        _: Request<GetDemandAtDeskRequest>,
    ) -> Result<Response<GetDemandAtDeskResponse>, Status> {
        not_served()
    }

    async fn find_by_identity(
        &self,
        _: Request<FindByIdentityRequest>,
    ) -> Result<Response<FindByIdentityResponse>, Status> {
        not_served()
    }
}
