//! The log as an auditor on the other side of the network gets it, each event then decoded as the others are.

use std::net::SocketAddr;

use nomenclature::Actor;
use proto::v1::audit_service_client::AuditServiceClient;
use proto::v1::{RecordedEvent, ReplayLogRequest};
use register::DEMAND;
use tonic::transport::Channel;

use super::decode;
use crate::failure::Failure;
use crate::grpc::{connect, signed};
use crate::modes::bus::auditor;

/// A caller of `AuditService`.
pub struct Auditor {
    client: AuditServiceClient<Channel>,
    actor: Actor,
}

impl Auditor {
    /// Connects.
    pub async fn connect(server: SocketAddr) -> Result<Self, Failure> {
        Ok(Self { client: AuditServiceClient::new(connect(server).await?), actor: auditor()? })
    }

    /// Replays the whole log; how many events of demands it was.
    pub async fn all(&mut self) -> Result<u64, Failure> {
        let whole = ReplayLogRequest { after_position: 0, up_to_position: None };
        let mut stream = self.client.replay_log(signed(whole, &self.actor)?).await?.into_inner();
        let mut events = 0;
        while let Some(message) = stream.message().await? {
            for event in message.events.iter().filter(|event| event.stream_type == DEMAND.as_str()) {
                typed(event)?;
                events += 1;
            }
        }
        Ok(events)
    }
}

fn typed(event: &RecordedEvent) -> Result<(), Failure> {
    let version = event.schema_version.try_into();
    let version = version.map_err(|_| Failure::Answer(format!("no schema version at {}", event.position)))?;
    decode(&event.event_type, version, &event.payload, &[])
}
