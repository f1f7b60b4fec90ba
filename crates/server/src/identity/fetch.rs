//! One document of a provider, fetched: small, in time, over TLS unless the provider is on this machine. No redirection is
//! followed, and nothing of what was said instead is logged.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use http::header::{ACCEPT, HOST};
use http::{Request, StatusCode, Uri};
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore, crypto};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::tls::{TlsError, certificates};

/// How long one document may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// No document is longer, in bytes.
const LONGEST: usize = 256 * 1024;

/// Why a document is not there.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// Its address is none, or not one that may be asked.
    #[error("its address is not https")]
    Address,
    /// Nobody answers, or not as TLS and HTTP want it.
    #[error("no connection: {0}")]
    Connection(String),
    /// It takes too long.
    #[error("no answer in time")]
    Slow,
    /// Another answer than the document.
    #[error("answered {0}")]
    Status(StatusCode),
    /// A document that is not what it should be.
    #[error("{0}")]
    Unreadable(&'static str),
}

/// Fetches documents.
pub struct Fetch {
    tls: TlsConnector,
}

impl Fetch {
    /// Trusts the authorities of this machine, and those of a file.
    ///
    /// # Errors
    /// [`TlsError`] when the file cannot be used.
    pub fn trusting(authorities: Option<&Path>) -> Result<Self, TlsError> {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if let Some(path) = authorities {
            let pem = std::fs::read(path).map_err(|cause| TlsError::File { path: path.to_owned(), cause })?;
            for authority in certificates(&pem, path)? {
                roots.add(authority).map_err(|error| TlsError::Unusable(error.to_string()))?;
            }
        }
        let config = ClientConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| TlsError::Unusable(error.to_string()))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self { tls: Arc::new(config).into() })
    }

    /// The document of an address.
    ///
    /// # Errors
    /// See [`FetchError`].
    pub async fn get(&self, address: &str) -> Result<Bytes, FetchError> {
        tokio::time::timeout(PATIENCE, self.asked(address)).await.map_err(|_| FetchError::Slow)?
    }

    async fn asked(&self, address: &str) -> Result<Bytes, FetchError> {
        let uri: Uri = address.parse().map_err(|_| FetchError::Address)?;
        let host = uri.host().ok_or(FetchError::Address)?.trim_matches(['[', ']']);
        let connect = async |port| TcpStream::connect((host, uri.port_u16().unwrap_or(port))).await.map_err(lost);
        match uri.scheme_str() {
            Some("https") => {
                let name = ServerName::try_from(host.to_owned()).map_err(|_| FetchError::Address)?;
                let stream = connect(443).await?;
                document(self.tls.connect(name, stream).await.map_err(lost)?, &uri).await
            }
            Some("http") if is_this_machine(&uri) => document(connect(80).await?, &uri).await,
            _ => Err(FetchError::Address),
        }
    }
}

/// Whether an address is one of this machine, which may be asked without TLS.
pub fn is_this_machine(uri: &Uri) -> bool {
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

async fn document<S>(stream: S, uri: &Uri) -> Result<Bytes, FetchError>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(lost)?;
    let asking = async {
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        let host = uri.authority().map_or("", |authority| authority.as_str());
        let request = Request::get(path).header(HOST, host).header(ACCEPT, "application/json");
        let request = request.body(Empty::<Bytes>::new()).map_err(|_| FetchError::Address)?;
        let response = sender.send_request(request).await.map_err(lost)?;
        if response.status() != StatusCode::OK {
            return Err(FetchError::Status(response.status()));
        }
        let body = Limited::new(response.into_body(), LONGEST).collect().await;
        Ok(body.map_err(|_| FetchError::Unreadable("too long, or cut short"))?.to_bytes())
    };
    let mut asking = std::pin::pin!(asking);
    tokio::select! {
        answered = &mut asking => answered,
        // The connection ends when everything was read, or cannot be.
        ended = connection => {
            ended.map_err(lost)?;
            asking.await
        }
    }
}

fn lost(error: impl std::fmt::Display) -> FetchError {
    FetchError::Connection(error.to_string())
}
