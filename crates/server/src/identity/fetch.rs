//! One question to a provider: a small answer, in time, over TLS unless the provider is on this machine. No redirection is
//! followed, and nothing of what was said instead is logged.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use http::header::{ACCEPT, HOST};
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore, crypto};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::tls::{TlsError, certificates};

/// How long one answer may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// No answer is longer, in bytes.
const LONGEST: usize = 256 * 1024;

/// Why an answer is not there.
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

/// Asks providers of identities.
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
        let request = Request::get(address).header(ACCEPT, "application/json").body(Vec::new());
        let response = self.send(request.map_err(|_| FetchError::Address)?).await?;
        match response.status() {
            StatusCode::OK => Ok(response.into_body()),
            status => Err(FetchError::Status(status)),
        }
    }

    /// The answer to a request, whatever its status.
    ///
    /// # Errors
    /// See [`FetchError`].
    pub async fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Bytes>, FetchError> {
        tokio::time::timeout(PATIENCE, self.asked(request)).await.map_err(|_| FetchError::Slow)?
    }

    async fn asked(&self, request: Request<Vec<u8>>) -> Result<Response<Bytes>, FetchError> {
        let uri = request.uri().clone();
        let host = uri.host().ok_or(FetchError::Address)?.trim_matches(['[', ']']);
        let connect = async |port| TcpStream::connect((host, uri.port_u16().unwrap_or(port))).await.map_err(lost);
        match uri.scheme_str() {
            Some("https") => {
                let name = ServerName::try_from(host.to_owned()).map_err(|_| FetchError::Address)?;
                let stream = connect(443).await?;
                answered(self.tls.connect(name, stream).await.map_err(lost)?, request).await
            }
            Some("http") if is_this_machine(host) => answered(connect(80).await?, request).await,
            _ => Err(FetchError::Address),
        }
    }
}

/// Whether a host, as an address names it, is this machine, which may be asked without TLS.
pub fn is_this_machine(host: &str) -> bool {
    let host = host.trim_matches(['[', ']']);
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

async fn answered<S>(stream: S, request: Request<Vec<u8>>) -> Result<Response<Bytes>, FetchError>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(lost)?;
    let asking = async {
        let (mut head, body) = request.into_parts();
        let host = head.uri.authority().map_or("", |authority| authority.as_str());
        head.headers.insert(HOST, HeaderValue::from_str(host).map_err(|_| FetchError::Address)?);
        let path = head.uri.path_and_query().map_or("/", |path| path.as_str()).parse();
        head.uri = path.map_err(|_| FetchError::Address)?;
        let response = sender.send_request(Request::from_parts(head, Full::new(Bytes::from(body)))).await;
        let (head, body) = response.map_err(lost)?.into_parts();
        let body = Limited::new(body, LONGEST).collect().await;
        let body = body.map_err(|_| FetchError::Unreadable("too long, or cut short"))?.to_bytes();
        Ok(Response::from_parts(head, body))
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
