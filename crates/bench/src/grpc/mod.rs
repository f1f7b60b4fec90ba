//! The way through gRPC: the real server in this process, on loopback, and those who call it.
//!
//! Client and server share one process and one runtime, as all parties of a run share the cores. Every caller has a
//! connection of his own, as systems of several lessors would.

pub mod request;
pub mod secured;
pub mod served;

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};

use client::Tokens;
use nomenclature::Actor;
use server::DevelopmentIssuer;
use tonic::Request;
use tonic::transport::{Channel, Endpoint};

use crate::failure::Failure;

/// A connection of one's own.
pub async fn connect(server: SocketAddr) -> Result<Channel, Failure> {
    Ok(Endpoint::from_shared(format!("http://{server}"))?.tcp_nodelay(true).connect().await?)
}

/// The issuer of tokens of this process: its server takes them, its callers show them.
pub fn issuer() -> Result<Arc<DevelopmentIssuer>, Failure> {
    static ISSUER: OnceLock<Option<Arc<DevelopmentIssuer>>> = OnceLock::new();
    let made = ISSUER.get_or_init(|| DevelopmentIssuer::in_memory().ok().map(Arc::new));
    made.clone().ok_or_else(|| Failure::Answer("the machine gives no random bytes".to_owned()))
}

/// A message with the token of who sends it.
pub fn signed<T>(message: T, actor: &Actor) -> Result<Request<T>, Failure> {
    static TOKENS: OnceLock<Tokens> = OnceLock::new();
    let issuer = issuer()?;
    let tokens = TOKENS.get_or_init(|| Tokens::from(issuer.mint()));
    let token = tokens.authorization(actor).ok_or_else(|| Failure::Answer("the operator is no caller".to_owned()))?;
    let mut request = Request::new(message);
    request.metadata_mut().insert("authorization", token);
    Ok(request)
}
