//! Why the server does not start, or stops.

use std::net::SocketAddr;

/// The server cannot serve.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Callers are believed what they say of themselves: only this machine may call.
    #[error("{address} is no loopback address")]
    NotLoopback {
        /// The address asked for.
        address: SocketAddr,
    },
    /// The address cannot be listened on.
    #[error("listening on {address}: {cause}")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// What the machine says.
        cause: std::io::Error,
    },
    /// The interface's own description cannot be served.
    #[error("reflection: {0}")]
    Reflection(String),
    /// The transport failed.
    #[error("transport: {0}")]
    Transport(#[from] tonic::transport::Error),
}
