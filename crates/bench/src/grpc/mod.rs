//! The way through gRPC: the real server in this process, on loopback, and those who call it.
//!
//! Client and server share one process and one runtime, as all parties of a run share the cores. Every caller has a
//! connection of his own, as systems of several lessors would.

pub mod request;
pub mod served;

use std::net::SocketAddr;

use nomenclature::Actor;
use tonic::Request;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::{Channel, Endpoint};

use crate::failure::Failure;

/// A connection of one's own.
pub async fn connect(server: SocketAddr) -> Result<Channel, Failure> {
    Ok(Endpoint::from_shared(format!("http://{server}"))?.tcp_nodelay(true).connect().await?)
}

/// A message with the name of who sends it.
pub fn signed<T>(message: T, actor: &Actor) -> Result<Request<T>, Failure> {
    let Actor::Agent { organisation, desk, agent } = actor else {
        return Err(Failure::Answer("the operator is no caller".to_owned()));
    };
    let value = |text: String| {
        text.parse::<MetadataValue<Ascii>>().map_err(|error| Failure::Answer(format!("no metadata value: {error}")))
    };
    let mut request = Request::new(message);
    let metadata = request.metadata_mut();
    metadata.insert("sne-organisation", value(organisation.to_string())?);
    metadata.insert("sne-agent", value(agent.to_string())?);
    if let Some(desk) = desk {
        metadata.insert("sne-desk", value(desk.to_string())?);
    }
    Ok(request)
}
