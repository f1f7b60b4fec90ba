//! The server's side of TLS, and its files, which may change while it serves.
//!
//! TLS 1.3, 1.2 tolerated; no compression, no session that is taken up again: a certificate is proved at every handshake.
//! A client may show a certificate; when it does, one of the authorities must have signed it. Which organisation it stands
//! for is asked at every call. A connection whose certificate is signed by nobody who is still trusted ends.

use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use register::{Clock as _, SystemClock};
use ring::digest;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use rustls::server::danger::ClientCertVerifier;
use rustls::server::{NoServerSessionStorage, WebPkiClientVerifier};
use rustls::version::{TLS12, TLS13};
use rustls::{RootCertStore, ServerConfig, crypto};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

/// Files that changed are taken after this long at the latest.
const LOOK: Duration = Duration::from_secs(1);

/// Where the server's certificate is, and who signs those of its callers. All files are PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tls {
    /// The server's certificate, then those that lead to its authority.
    pub certificate: PathBuf,
    /// The key of the certificate. Nobody but its owner and his group may read it.
    pub key: PathBuf,
    /// The authorities whose certificates callers may show; when left out, none is asked for.
    pub client_authorities: Option<PathBuf>,
}

/// Why the files cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// A file cannot be read.
    #[error("{}: {cause}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the machine says.
        cause: io::Error,
    },
    /// A file holds nothing of what it should.
    #[error("{}: no {expected} in it", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
        /// What it should hold.
        expected: &'static str,
    },
    /// The key can be read by anybody.
    #[error("{}: anybody may read this key", path.display())]
    Exposed {
        /// The file.
        path: PathBuf,
    },
    /// Certificate, key and authorities do not do together.
    #[error("{0}")]
    Unusable(String),
}

/// What handshakes go by, and whoever signs the certificates of callers.
struct Secured {
    config: Arc<ServerConfig>,
    /// None where no certificate is asked for.
    authorities: Option<Arc<dyn ClientCertVerifier>>,
}

impl Secured {
    fn trusts(&self, chain: &[CertificateDer<'_>]) -> bool {
        let (Some(authorities), Some((shown, between))) = (&self.authorities, chain.split_first()) else {
            return false;
        };
        let now = Duration::from_secs(SystemClock.now().as_second().unsigned_abs());
        authorities.verify_client_cert(shown, between, UnixTime::since_unix_epoch(now)).is_ok()
    }
}

/// What handshakes go by. Cheap to clone; every clone sees files that changed.
#[derive(Clone)]
pub struct Acceptor(watch::Receiver<Arc<Secured>>);

impl Acceptor {
    /// Reads the files, and gives what follows their changes until no acceptor is left.
    ///
    /// # Errors
    /// See [`TlsError`].
    pub fn open(tls: Tls) -> Result<(Self, impl Future<Output = ()> + Send + use<>), TlsError> {
        let contents = Contents::read(&tls)?;
        let (sender, receiver) = watch::channel(Arc::new(contents.secured(&tls)?));
        Ok((Self(receiver), follow(tls, contents.digest(), sender)))
    }

    /// What the next handshake goes by.
    pub fn now(&self) -> TlsAcceptor {
        Arc::clone(&self.0.borrow().config).into()
    }

    /// Ready once whoever showed these certificates is trusted no more, because the files changed: never before, and never when
    /// they do not.
    pub async fn distrusts(mut self, chain: Vec<CertificateDer<'static>>) {
        while self.0.changed().await.is_ok() {
            let secured = Arc::clone(&self.0.borrow_and_update());
            if !secured.trusts(&chain) {
                return;
            }
        }
        std::future::pending().await
    }
}

/// Takes files that changed. What cannot be used is told once, and what was used before stays.
async fn follow(tls: Tls, mut seen: [u8; 32], sender: watch::Sender<Arc<Secured>>) {
    let mut told = String::new();
    loop {
        tokio::select! {
            () = sender.closed() => return,
            () = tokio::time::sleep(LOOK) => {}
        }
        let files = tls.clone();
        let looked = tokio::task::spawn_blocking(move || {
            let contents = Contents::read(&files)?;
            let digest = contents.digest();
            if digest == seen { Ok(None) } else { contents.secured(&files).map(|secured| Some((digest, secured))) }
        });
        let Ok(looked) = looked.await else { continue };
        match looked {
            Ok(None) => {}
            Ok(Some((digest, secured))) => {
                seen = digest;
                sender.send_replace(Arc::new(secured));
                tracing::info!("the certificates changed and are used from now on");
            }
            Err(error) => {
                let error = error.to_string();
                if error != told {
                    tracing::error!(error, "the certificates changed and cannot be used: those before them are");
                    told = error;
                }
                continue;
            }
        }
        told.clear();
    }
}

/// What the files hold at one time.
struct Contents {
    certificate: Vec<u8>,
    key: Vec<u8>,
    client_authorities: Option<Vec<u8>>,
}

impl Contents {
    fn read(tls: &Tls) -> Result<Self, TlsError> {
        let read = |path: &Path| std::fs::read(path).map_err(unreadable(path));
        let key = std::fs::metadata(&tls.key).map_err(unreadable(&tls.key))?;
        if key.permissions().mode() & 0o007 != 0 {
            return Err(TlsError::Exposed { path: tls.key.clone() });
        }
        let client_authorities = tls.client_authorities.as_deref().map(read).transpose()?;
        Ok(Self { certificate: read(&tls.certificate)?, key: read(&tls.key)?, client_authorities })
    }

    fn digest(&self) -> [u8; 32] {
        let mut context = digest::Context::new(&digest::SHA256);
        for part in [Some(&self.certificate), Some(&self.key), self.client_authorities.as_ref()].into_iter().flatten() {
            context.update(digest::digest(&digest::SHA256, part).as_ref());
        }
        let mut bytes = [0; 32];
        bytes.copy_from_slice(context.finish().as_ref());
        bytes
    }

    fn secured(&self, tls: &Tls) -> Result<Secured, TlsError> {
        let unusable = |error: &dyn std::fmt::Display| TlsError::Unusable(error.to_string());
        let chain = certificates(&self.certificate, &tls.certificate)?;
        let key = PrivateKeyDer::from_pem_slice(&self.key)
            .map_err(|_| TlsError::Empty { path: tls.key.clone(), expected: "private key" })?;
        let provider = Arc::new(crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(&[&TLS13, &TLS12])
            .map_err(|error| unusable(&error))?;
        let authorities = match (&self.client_authorities, &tls.client_authorities) {
            (Some(pem), Some(path)) => {
                let mut roots = RootCertStore::empty();
                for authority in certificates(pem, path)? {
                    roots.add(authority).map_err(|error| unusable(&error))?;
                }
                let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
                Some(verifier.allow_unauthenticated().build().map_err(|error| unusable(&error))?)
            }
            _ => None,
        };
        let builder = match &authorities {
            Some(authorities) => builder.with_client_cert_verifier(Arc::clone(authorities)),
            None => builder.with_no_client_auth(),
        };
        let mut config = builder.with_single_cert(chain, key).map_err(|error| unusable(&error))?;
        config.alpn_protocols = vec![b"h2".to_vec()];
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        Ok(Secured { config: Arc::new(config), authorities })
    }
}

/// Every certificate of a file, of which there must be one.
pub fn certificates(pem: &[u8], path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let empty = || TlsError::Empty { path: path.to_owned(), expected: "certificate" };
    let found: Vec<_> = CertificateDer::pem_slice_iter(pem).collect::<Result<_, _>>().map_err(|_| empty())?;
    if found.is_empty() { Err(empty()) } else { Ok(found) }
}

fn unreadable(path: &Path) -> impl FnOnce(io::Error) -> TlsError {
    move |cause| TlsError::File { path: path.to_owned(), cause }
}
