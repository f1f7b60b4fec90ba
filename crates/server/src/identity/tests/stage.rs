//! A door over TLS with nothing behind it, certificates of every kind, and those who call.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use access::{Denial, Fingerprint};
use bytes::Bytes;
use h2::client::SendRequest;
use jiff::Timestamp;
use nomenclature::Siren;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair};
use register::{Clock as _, SystemClock};
use rustls::client::ResolvesClientCert;
use rustls::crypto::ring::sign::any_supported_type;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, RootCertStore, SignatureScheme, SupportedProtocolVersion, crypto};
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;
use tonic::Status;
use tonic::service::Routes;
use tonic_types::StatusExt as _;

use crate::identity::authenticator::Authenticator;
use crate::identity::bearer::Bearer;
use crate::identity::bindings::Bindings;
use crate::identity::certificate::fingerprint;
use crate::identity::layer::AuthenticationLayer;
use crate::identity::tls::{Acceptor, Tls};
use crate::identity::tokens::Tokens;
use crate::incoming;
use crate::metrics::Metrics;
use crate::status::Refusal;

/// What a call is told whose caller is somebody: there is no such method.
pub const LET_IN: &str = "Unimplemented";
/// What becomes of a caller with whom no connection comes about.
pub const NO_CONNECTION: &str = "no connection";

pub fn in_seconds(seconds: i64) -> SystemTime {
    let second = u64::try_from(SystemClock.now().as_second() + seconds).unwrap();
    SystemTime::UNIX_EPOCH + Duration::from_secs(second)
}

/// Somebody who signs certificates.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

/// A certificate with its key.
#[derive(Debug)]
pub struct Shown(pub CertifiedKey);

impl Authority {
    pub fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    pub fn der(&self) -> CertificateDer<'static> {
        self.0.der().clone()
    }

    pub fn pem(&self) -> String {
        self.0.pem()
    }

    /// A client's certificate that counts between these seconds from now.
    pub fn issues(&self, from: i64, until: i64) -> Arc<Shown> {
        let key = KeyPair::generate().unwrap();
        let certificate = of_a_client(from, until).signed_by(&key, &self.0).unwrap();
        Shown::of(certificate.der(), &key)
    }

    /// Certificate and key of a server on this machine.
    pub fn serves(&self) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        (params.signed_by(&key, &self.0).unwrap().pem(), key.serialize_pem())
    }
}

fn of_a_client(from: i64, until: i64) -> CertificateParams {
    let mut params = CertificateParams::new(vec!["system.lessor.example".to_owned()]).unwrap();
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    params.not_before = in_seconds(from).into();
    params.not_after = in_seconds(until).into();
    params
}

impl Shown {
    fn of(der: &CertificateDer<'_>, key: &KeyPair) -> Arc<Self> {
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        Arc::new(Self(CertifiedKey::new(vec![der.clone().into_owned()], any_supported_type(&key).unwrap())))
    }

    pub fn self_signed() -> Arc<Self> {
        let key = KeyPair::generate().unwrap();
        Self::of(of_a_client(-60, 600).self_signed(&key).unwrap().der(), &key)
    }

    /// One's certificate, shown by somebody who has another key.
    pub fn stolen_by(&self, thief: &Self) -> Arc<Self> {
        Arc::new(Self(CertifiedKey::new(self.0.cert.clone(), Arc::clone(&thief.0.key))))
    }

    pub fn fingerprint(&self) -> Fingerprint {
        fingerprint(&self.0.cert[0])
    }
}

/// Shows a certificate, whatever the server would take.
#[derive(Debug)]
struct Always(Arc<CertifiedKey>);

impl ResolvesClientCert for Always {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }

    fn has_certs(&self) -> bool {
        true
    }
}

/// Whom certificates are bound to, which may change.
#[derive(Clone, Default)]
pub struct Bound(Arc<Mutex<HashMap<Fingerprint, Result<Bearer, Denial>>>>);

impl Bound {
    pub fn to(&self, shown: &Shown, organisation: &str) {
        let bearer = Bearer { organisation: Siren::parse(organisation).unwrap(), desk: None, agent: None };
        self.0.lock().unwrap().insert(shown.fingerprint(), Ok(bearer));
    }

    pub fn revoke(&self, shown: &Shown) {
        self.0.lock().unwrap().insert(shown.fingerprint(), Err(Denial::CertificateRevoked));
    }
}

#[tonic::async_trait]
impl Bindings for Bound {
    async fn of_certificate(&self, fingerprint: &Fingerprint, _: Timestamp) -> Result<Bearer, Refusal> {
        let bound = self.0.lock().unwrap().get(fingerprint).copied();
        bound.unwrap_or(Err(Denial::UnknownCertificate)).map_err(Refusal::from)
    }

    async fn of_account(&self, _: &str, _: &str) -> Result<Bearer, Refusal> {
        Err(Denial::UnknownIdentity.into())
    }
}

/// A door, and its files.
pub struct Door {
    pub address: SocketAddr,
    pub bound: Bound,
    pub files: TempDir,
    serving: JoinHandle<()>,
}

impl Door {
    pub async fn opens(server: &Authority, clients: &Authority) -> Self {
        let files = tempfile::tempdir().unwrap();
        let door = |name: &str| files.path().join(name);
        std::fs::write(door("clients.pem"), clients.pem()).unwrap();
        put(files.path(), server.serves());
        let tls = Tls {
            certificate: door("server.pem"),
            key: door("server.key"),
            client_authorities: Some(door("clients.pem")),
        };
        let (acceptor, follow) = Acceptor::open(tls).unwrap();
        let bound = Bound::default();
        let authenticator = Authenticator::new(Tokens::of(None, None), Arc::new(bound.clone()));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let incoming = incoming::connections(listener, 64, Some(acceptor), Metrics::default());
        let mut server = tonic::transport::Server::builder().layer(AuthenticationLayer::new(authenticator));
        let serving = server.add_routes(Routes::default()).serve_with_incoming(incoming);
        let serving = tokio::spawn(async move {
            tokio::select! {
                ended = serving => ended.unwrap(),
                () = follow => {}
            }
        });
        Self { address, bound, files, serving }
    }

    /// Puts the server's certificate there, and its key.
    pub fn takes(&self, pair: (String, String)) {
        put(self.files.path(), pair);
    }
}

fn put(folder: &std::path::Path, (certificate, key): (String, String)) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::write(folder.join("server.pem"), certificate).unwrap();
    std::fs::write(folder.join("server.key"), key).unwrap();
    std::fs::set_permissions(folder.join("server.key"), std::fs::Permissions::from_mode(0o640)).unwrap();
}

impl Drop for Door {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// One connection.
pub struct Connection(SendRequest<Bytes>);

/// Connects to a server of this authority, showing a certificate or none.
pub async fn connects(door: &Door, server: &Authority, shown: Option<&Arc<Shown>>) -> Option<Connection> {
    connects_by(door, server, shown, rustls::ALL_VERSIONS).await
}

pub async fn connects_by(
    door: &Door,
    server: &Authority,
    shown: Option<&Arc<Shown>>,
    versions: &[&'static SupportedProtocolVersion],
) -> Option<Connection> {
    let mut roots = RootCertStore::empty();
    roots.add(server.der()).unwrap();
    let builder = ClientConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots);
    let mut config = match shown {
        Some(shown) => builder.with_client_cert_resolver(Arc::new(Always(Arc::new(shown.0.clone())))),
        None => builder.with_no_client_auth(),
    };
    config.alpn_protocols = vec![b"h2".to_vec()];
    let stream = TcpStream::connect(door.address).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await.ok()?;
    let (sender, connection) = h2::client::handshake(stream).await.ok()?;
    tokio::spawn(connection);
    Some(Connection(sender))
}

impl Connection {
    /// Calls with this metadata: why it is refused, or that it is let in.
    pub async fn asks(&self, metadata: &[(&str, &str)]) -> String {
        let Ok(mut ready) = self.0.clone().ready().await else { return NO_CONNECTION.to_owned() };
        let request = http::Request::post("https://localhost/sne.v1.AnyService/AnyMethod");
        let request = request.header("content-type", "application/grpc").header("te", "trailers");
        let request = metadata.iter().fold(request, |request, (key, value)| request.header(*key, *value));
        let Ok((response, _)) = ready.send_request(request.body(()).unwrap(), true) else {
            return NO_CONNECTION.to_owned();
        };
        let answered = tokio::time::timeout(Duration::from_secs(20), response).await.expect("an answer in time");
        let Ok(answer) = answered else { return NO_CONNECTION.to_owned() };
        let status = Status::from_header_map(answer.headers()).unwrap();
        status.get_details_error_info().map_or_else(|| format!("{:?}", status.code()), |info| info.reason)
    }
}

/// One call over a connection of its own.
pub async fn asks(door: &Door, server: &Authority, shown: Option<&Arc<Shown>>, metadata: &[(&str, &str)]) -> String {
    match connects(door, server, shown).await {
        Some(connection) => connection.asks(metadata).await,
        None => NO_CONNECTION.to_owned(),
    }
}
