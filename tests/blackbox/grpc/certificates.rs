//! A lessor's system in another language that shows its certificate to the real server, from its binding to its end.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use nomenclature::Actor;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair};
use register::{Clock as _, SystemClock};
use sha2::{Digest as _, Sha256};
use tests::stage::served::Served;
use tests::stage::sne::Place;

use super::{client_environment, statistics};
use crate::tidy::root;

const LESSOR: &str = "000005017";
const AGENT: &str = "sne-agent=client-01";
const DESK: &str = "sne-desk=006A1";

/// The authority of both sides, and what it has signed, as files.
pub struct Papers {
    folder: PathBuf,
    authority: CertifiedIssuer<'static, KeyPair>,
}

impl Papers {
    pub fn in_folder(folder: &Path) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        // Some take whoever has his issuer's name for his own issuer.
        params.distinguished_name.push(DnType::CommonName, "An authority");
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        std::fs::write(folder.join("authority.pem"), authority.pem()).unwrap();
        let papers = Self { folder: folder.to_owned(), authority };
        papers.signs("server", ExtendedKeyUsagePurpose::ServerAuth);
        papers
    }

    pub fn at(&self, name: &str) -> String {
        self.folder.join(name).to_str().unwrap().to_owned()
    }

    /// A certificate with its key in one file; its fingerprint.
    fn signs(&self, name: &str, purpose: ExtendedKeyUsagePurpose) -> String {
        use std::os::unix::fs::OpenOptionsExt as _;
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        params.extended_key_usages = vec![purpose];
        let certificate = params.signed_by(&key, &self.authority).unwrap();
        let path = self.at(&format!("{name}.pem"));
        let file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
        std::io::Write::write_all(&mut file.unwrap(), (certificate.pem() + &key.serialize_pem()).as_bytes()).unwrap();
        Sha256::digest(certificate.der()).iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// A server over TLS that knows the organisations of the sample.
struct Scene {
    papers: Papers,
    served: Served,
}

impl Scene {
    fn new(folder: &Path) -> Self {
        let papers = Papers::in_folder(folder);
        let organisations = folder.join("organisations.ndjson");
        std::fs::write(&organisations, format!("{}{}\n", synth::SAMPLE_ORGANISATIONS, statistics::READER_LINE))
            .unwrap();
        let place = Place::private(folder.join("data"));
        place.sne(&["org", "import", organisations.to_str().unwrap()]).ends(0);
        let (server, authority) = (papers.at("server.pem"), papers.at("authority.pem"));
        let tls = ["--tls-certificate", &server, "--tls-key", &server, "--tls-client-authorities", &authority];
        let served = Served::start(place, &tls);
        Self { papers, served }
    }

    /// Lets a certificate speak for the lessor for so many seconds.
    fn binds(&self, fingerprint: &str, seconds: i64) {
        let instant = |seconds| (SystemClock.now() + jiff::SignedDuration::from_secs(seconds)).to_string();
        let (from, until) = (instant(-60), instant(seconds));
        let words = ["admin", "certificate", LESSOR, "--fingerprint", fingerprint, "--label", "Logiciel"];
        self.served.sne(&[&words[..], &["--not-before", &from, "--not-after", &until]].concat());
    }

    /// The reason that a call is refused for.
    fn told(&self, shown: &str, metadata: &[&str]) -> String {
        let shown = if shown == "-" { "-".to_owned() } else { self.papers.at(&format!("{shown}.pem")) };
        let output = Command::new(client_environment())
            .arg(root().join("tests/grpc/certificate.py"))
            .args([&self.served.address, &self.papers.at("authority.pem"), &shown])
            .args(metadata)
            .env("PYTHONPATH", root().join("target/grpc-stubs"))
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let [reason]: [String; 1] = serde_json::from_slice(&output.stdout).unwrap();
        reason
    }
}

/// What a system is told on its way: the reasons.
pub fn reasons() -> BTreeSet<String> {
    let folder = tempfile::tempdir().unwrap();
    let scene = Scene::new(folder.path());
    let first = scene.papers.signs("first", ExtendedKeyUsagePurpose::ClientAuth);
    let second = scene.papers.signs("second", ExtendedKeyUsagePurpose::ClientAuth);
    let mut told = BTreeSet::new();
    let mut says = |shown: &str, metadata: &[&str], expected: &str| {
        let reason = scene.told(shown, metadata);
        assert_eq!(reason, expected, "{shown} {metadata:?}");
        told.insert(reason);
    };
    says("-", &[AGENT, DESK], "CREDENTIAL_MISSING");
    says("first", &[AGENT, DESK], "UNKNOWN_CERTIFICATE");
    scene.binds(&first, 600);
    let until = Instant::now() + Duration::from_secs(20);
    while scene.told("first", &[AGENT, DESK]) != "DEMAND_NOT_FOUND" {
        assert!(Instant::now() < until, "a binding by another process is never seen");
    }
    says("first", &[DESK], "METADATA_MISSING");
    says("first", &["sne-organisation=000005025", AGENT, DESK], "METADATA_CONTRADICTED");
    let other = Actor::parse("000005025/006B1/client-01").unwrap();
    let token = scene.served.tokens.authorization(&other).unwrap();
    let token = format!("authorization={}", token.to_str().unwrap());
    says("first", &[AGENT, DESK, &token], "CREDENTIALS_CONTRADICT");
    // The next one comes before the first one goes.
    scene.binds(&second, 8);
    while scene.told("second", &[AGENT, DESK]) != "DEMAND_NOT_FOUND" {
        assert!(Instant::now() < until, "the second binding is never seen");
    }
    scene.served.sne(&["admin", "revoke-certificate", LESSOR, "--fingerprint", &first]);
    while scene.told("first", &[AGENT, DESK]) == "DEMAND_NOT_FOUND" {
        assert!(Instant::now() < until, "a revocation by another process is never seen");
    }
    says("first", &[AGENT, DESK], "CERTIFICATE_REVOKED");
    let until = Instant::now() + Duration::from_secs(20);
    while scene.told("second", &[AGENT, DESK]) == "DEMAND_NOT_FOUND" {
        assert!(Instant::now() < until, "a binding never ends");
    }
    says("second", &[AGENT, DESK], "CERTIFICATE_EXPIRED");
    told
}

#[test]
fn a_system_in_another_language_calls_with_its_certificate_until_it_ends() {
    let told = reasons();
    assert!(told.contains("CERTIFICATE_REVOKED") && told.contains("CERTIFICATE_EXPIRED"), "{told:?}");
}
