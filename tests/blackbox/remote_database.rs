//! A PostgreSQL that is reached over TCP and TLS, as one on another machine is: whoever it cannot prove to be is not talked to.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::net::{IpAddr, Ipv4Addr};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, chown};
use std::path::{Path, PathBuf};

use private_postgres::test_util::TestCluster;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, SanType};
use tests::stage::sne::{Place, Ran};
use tests::stage::world;

/// An address of this machine where nobody else's PostgreSQL listens.
const HERE: Ipv4Addr = Ipv4Addr::new(127, 77, 5, 4);
/// Another one, which its certificate does not name.
const UNNAMED: Ipv4Addr = Ipv4Addr::new(127, 77, 5, 5);

fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A cluster that takes connections over TLS from anywhere on this machine.
fn listening(authority: &CertifiedIssuer<'static, KeyPair>) -> TestCluster {
    let cluster = TestCluster::start().unwrap();
    let shown = |name: &str| PathBuf::from(cluster.psql("postgres", &format!("SHOW {name}")).unwrap());
    let (folder, config, access) = (shown("data_directory"), shown("config_file"), shown("hba_file"));
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.subject_alt_names = vec![SanType::IpAddress(IpAddr::V4(HERE))];
    let certificate = params.signed_by(&key, authority).unwrap();
    give(&folder.join("server.crt"), &certificate.pem());
    give(&folder.join("server.key"), &key.serialize_pem());
    let listening = format!("\nssl = on\nlisten_addresses = '{HERE}, {UNNAMED}'\n");
    OpenOptions::new().append(true).open(config).unwrap().write_all(listening.as_bytes()).unwrap();
    // The first rule that fits counts.
    let rules = std::fs::read_to_string(&access).unwrap();
    std::fs::write(access, format!("hostssl all all 127.0.0.0/8 trust\n{rules}")).unwrap();
    cluster.kill_postmaster();
    cluster.restart().unwrap();
    cluster
}

/// A file that is the server's alone.
fn give(path: &Path, text: &str) {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).unwrap();
    file.write_all(text.as_bytes()).unwrap();
    let owner = path.parent().unwrap().metadata().unwrap();
    chown(path, Some(owner.uid()), Some(owner.gid())).unwrap();
}

#[test]
fn a_database_over_the_network_is_checked_by_its_authority_and_its_address_and_all_goes_through_tls() {
    let folder = tempfile::tempdir().unwrap();
    let (known, other) = (authority(), authority());
    let cluster = listening(&known);
    let (database, _) = world::new_database(&cluster);
    let paper = |name: &str, authority: &CertifiedIssuer<'static, KeyPair>| {
        let path = folder.path().join(name);
        std::fs::write(&path, authority.pem()).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (known, other) = (paper("known.pem", &known), paper("other.pem", &other));
    let data_dir = folder.path().join("data");
    let sne = |host: Ipv4Addr, authority: &str, arguments: &[&str]| -> Ran {
        let port = cluster.psql("postgres", "SHOW port").unwrap();
        let login = world::LOGIN;
        let url = format!("postgresql://{login}@{host}:{port}/{database}?sslmode=verify-full&sslrootcert={authority}");
        Place { data_dir: data_dir.clone(), database_url: Some(url) }.sne(arguments)
    };
    for (host, authority) in [(HERE, &other), (UNNAMED, &known)] {
        let refused = sne(host, authority, &["migrate"]);
        assert!(refused.code.is_some_and(|code| code != 0), "{}{}", refused.out, refused.err);
        assert!(refused.err.contains("certificate"), "{}", refused.err);
    }
    assert_eq!(cluster.psql(&database, "SELECT count(*) FROM pg_namespace WHERE nspname = 'log'").unwrap(), "0");
    sne(HERE, &known, &["migrate"]).ends(0);
    sne(HERE, &known, &["doctor"]).ends(0);
    // Nobody is let in without TLS, so that all of that went through it.
    let plain = Place {
        data_dir,
        database_url: Some(format!("postgresql://{}@{HERE}:5432/{database}?sslmode=disable", world::LOGIN)),
    };
    assert_ne!(plain.sne(&["doctor"]).code, Some(0));
}
