//! Why the server does not start, or stops.

use std::net::SocketAddr;

use crate::identity::TlsError;

/// The server cannot serve.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Others could reach the address, and could not prove who they are: that takes TLS, and authorities of their
    /// certificates or a provider of tokens.
    #[error("{address} can be reached by others, who could not prove who they are")]
    Unproven {
        /// The address asked for.
        address: SocketAddr,
    },
    /// Figures are for this machine alone.
    #[error("{address} is no loopback address")]
    NotLoopback {
        /// The address asked for.
        address: SocketAddr,
    },
    /// The certificates cannot be used.
    #[error("certificates: {0}")]
    Tls(#[from] TlsError),
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
    /// The shared view cannot be opened.
    #[error("shared view: {0}")]
    View(#[from] projection::Error),
    /// The keys of the shared view cannot be opened.
    #[error("keys: {0}")]
    Keys(#[from] vault::Error),
    /// The database of the shared view cannot be reached.
    #[error("event log: {0}")]
    Log(#[from] event_log::Error),
    /// What was looked at within the last hour cannot be read.
    #[error("record of consultations: {0}")]
    Record(register::Error),
    /// The right is not there.
    #[error("denied: {0}")]
    Denied(#[from] access::Denial),
    /// The transport failed.
    #[error("transport: {0}")]
    Transport(#[from] tonic::transport::Error),
}
