//! Mutual TLS: a server's certificate, one for the system of each organisation, and who calls with them.

use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, SystemTime};

use access::OrganisationAct;
use access::organisation::certificate::Certificate;
use nomenclature::Actor;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair};
use register::{AdministrationAct, AdministrationRequest, Clock as _, Register, SystemClock};
use server::Tls;
use tempfile::TempDir;
use tonic::Request;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::{Channel, ClientTlsConfig, Endpoint, Identity};
use uuid::Uuid;

use crate::failure::Failure;

/// How long certificates are good for: longer than any run.
const VALID: Duration = Duration::from_secs(86_400);
const NAME: &str = "localhost";

/// The certificates of a run.
pub struct Secured {
    folder: TempDir,
    authority: String,
    systems: Vec<(Actor, Identity)>,
}

impl Secured {
    /// Draws them all, and binds one to the organisation of each actor.
    pub async fn new(register: &Register, actors: &[Actor]) -> Result<Self, Failure> {
        let mut params = CertificateParams::new(Vec::new())?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;
        let folder = tempfile::tempdir().map_err(Failure::io("making a temporary folder"))?;
        let key = KeyPair::generate()?;
        let certificate = CertificateParams::new(vec![NAME.to_owned()])?.signed_by(&key, &authority)?;
        let write = |name: &str, pem: String| {
            let path = folder.path().join(name);
            std::fs::write(&path, pem)?;
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))
        };
        for (name, pem) in
            [("server.pem", certificate.pem()), ("server.key", key.serialize_pem()), ("clients.pem", authority.pem())]
        {
            write(name, pem).map_err(Failure::io("writing a certificate"))?;
        }
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(SystemClock.now().as_second().unsigned_abs());
        let mut systems = Vec::new();
        for actor in actors {
            let key = KeyPair::generate()?;
            let mut params = CertificateParams::new(vec!["system.example".to_owned()])?;
            params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
            params.not_before = (now - VALID).into();
            params.not_after = (now + VALID).into();
            let certificate = params.signed_by(&key, &authority)?;
            bind(register, actor, certificate.der()).await?;
            systems.push((*actor, Identity::from_pem(certificate.pem(), key.serialize_pem())));
        }
        Ok(Self { folder, authority: authority.pem(), systems })
    }

    /// What the server goes by.
    pub fn tls(&self) -> Tls {
        let file = |name: &str| self.folder.path().join(name);
        Tls { certificate: file("server.pem"), key: file("server.key"), client_authorities: Some(file("clients.pem")) }
    }

    /// A connection of the system of one of the organisations, and who acts over it.
    pub async fn connect(&self, server: SocketAddr, caller: usize) -> Result<(Channel, Actor), Failure> {
        let Some((actor, identity)) = self.systems.get(caller % self.systems.len().max(1)) else {
            return Err(Failure::Answer("no organisation has a certificate".to_owned()));
        };
        let tls = ClientTlsConfig::new()
            .ca_certificate(tonic::transport::Certificate::from_pem(&self.authority))
            .domain_name(NAME)
            .identity(identity.clone());
        let endpoint = Endpoint::from_shared(format!("https://{server}"))?.tls_config(tls)?.tcp_nodelay(true);
        Ok((endpoint.connect().await?, *actor))
    }
}

async fn bind(register: &Register, actor: &Actor, der: &[u8]) -> Result<(), Failure> {
    let (Actor::Agent { organisation, .. }, Some(shown)) = (actor, server::Certificate::read(der)) else {
        return Err(Failure::Answer("a certificate that is nobody's".to_owned()));
    };
    let certificate = Certificate {
        fingerprint: shown.fingerprint,
        label: "bench".to_owned(),
        not_before: shown.not_before,
        not_after: shown.not_after,
        desk: None,
    };
    let act =
        AdministrationAct::Organisation { siren: *organisation, act: OrganisationAct::BindCertificate(certificate) };
    register.administer(AdministrationRequest { command_id: Uuid::new_v4(), actor: Actor::Operator, act }).await?;
    Ok(())
}

/// A message of somebody whose system has shown its certificate: which of its desks, and which of its users.
pub fn named<T>(message: T, actor: &Actor) -> Result<Request<T>, Failure> {
    let Actor::Agent { desk: Some(desk), agent, .. } = actor else {
        return Err(Failure::Answer("somebody without a desk".to_owned()));
    };
    let value = |text: String| {
        MetadataValue::<Ascii>::try_from(text).map_err(|_| Failure::Answer("metadata that is none".to_owned()))
    };
    let mut request = Request::new(message);
    request.metadata_mut().insert("sne-desk", value(desk.to_string())?);
    request.metadata_mut().insert("sne-agent", value(agent.to_string())?);
    Ok(request)
}
