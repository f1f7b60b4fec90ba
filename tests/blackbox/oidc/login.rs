//! `sne login`: a person signs in with the provider, his browser comes back to this machine, and `sne admin --server` calls
//! under his account.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Stdio};
use std::time::{Duration, Instant};

use jiff::Span;
use register::{Clock as _, SystemClock};
use serde_json::{Value, json};
use tests::stage::served::Served;
use tests::stage::sne::{Place, Ran};

use super::provider::Provider;
use crate::grpc::certificates::Papers;

const LESSOR: &str = "732829320";
const MANAGER: &str = "000005165";
/// What the provider calls the register.
const REGISTER: &str = "urn:sne:register";

/// Somebody's own folder on some machine.
struct Desk {
    folder: tempfile::TempDir,
}

/// A `sne login` that waits for its browser.
struct Waiting {
    process: Child,
    says: BufReader<ChildStderr>,
    address: String,
}

impl Desk {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("own").join("session.json")
    }

    fn place(&self) -> Place {
        Place::private(self.folder.path().join("nothing"))
    }

    fn with_file(&self, words: &[&str]) -> Vec<String> {
        let file = ["--token-file", self.file().to_str().unwrap()].map(str::to_owned);
        words.iter().map(|word| (*word).to_owned()).chain(file).collect()
    }

    fn sne(&self, words: &[&str]) -> Ran {
        let words = self.with_file(words);
        self.place().sne(&words.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// Begins to sign in, and waits until the address is shown.
    fn signs_in(&self, provider: &Provider, resource: &str, more: &[&str]) -> Waiting {
        let words = ["login", "--issuer", &provider.issuer, "--client-id", "portal", "--scope", "register"];
        let words = self.with_file(&[&words[..], &["--resource", resource], more].concat());
        let mut command = self.place().command(words);
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut says = BufReader::new(process.stderr.take().unwrap());
        let mut line = String::new();
        while !line.trim().starts_with("http") {
            line.clear();
            assert!(says.read_line(&mut line).unwrap() > 0, "no address is shown");
        }
        Waiting { process, says, address: line.trim().to_owned() }
    }

    fn session(&self) -> Value {
        serde_json::from_slice(&std::fs::read(self.file()).unwrap()).unwrap()
    }

    fn changes(&self, field: &str, value: Value) {
        let mut session = self.session();
        session[field] = value;
        std::fs::write(self.file(), session.to_string()).unwrap();
    }

    fn has_secrets_of_his_own(&self) {
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let file = self.file();
        assert_eq!((mode(&file), mode(file.parent().unwrap())), (0o600, 0o700));
    }
}

impl Waiting {
    fn ends(self, code: i32) -> Ran {
        let Self { process, mut says, .. } = self;
        let mut err = String::new();
        says.read_to_string(&mut err).unwrap();
        let ended = process.wait_with_output().unwrap();
        Ran { code: ended.status.code(), out: String::from_utf8(ended.stdout).unwrap(), err }.ends(code)
    }
}

/// A register over TLS with a lessor, and a manager of the territory who has an account at the provider.
fn register(folder: &Path, papers: &Papers, provider: &Provider) -> Served {
    let place = Place::private(folder.join("data"));
    place.sne(&["migrate"]).ends(0);
    let admin = |words: &[&str]| place.sne(&[&["admin"], words, &["--format", "json"]].concat()).ends(0);
    for (siren, name, kind) in [(LESSOR, "Office fictif", "HLM"), (MANAGER, "Gestionnaire fictif", "GESTIONNAIRE")] {
        admin(&["org", siren, "--name", name, "--kind", kind, "--territory", "006"]);
    }
    let person = folder.join("person.json");
    std::fs::write(&person, r#"{"name": "Lune Zoé", "email": "zoe.lune@exemple.fr"}"#).unwrap();
    let entered = admin(&["agent", "--org", MANAGER, "--person", person.to_str().unwrap()]).json();
    let agent = entered[0]["of"].as_str().unwrap();
    let until = SystemClock.today().checked_add(Span::new().months(6)).unwrap().to_string();
    admin(&["certify", agent]);
    admin(&["grant", agent, "GESTIONNAIRE", "--territory", "006", "--until", &until]);
    admin(&["identity", agent, "--issuer", &provider.issuer, "--subject", "account-1"]);
    let server = papers.at("server.pem");
    Served::start(place, &["--tls-certificate", &server, "--tls-key", &server, "--issuer", &provider.issuer])
}

#[test]
fn who_signed_in_administers_over_tls_under_his_own_account_until_he_signs_out() {
    let folder = tempfile::tempdir().unwrap();
    let papers = Papers::in_folder(folder.path());
    let mut provider = Provider::starts();
    let served = register(folder.path(), &papers, &provider);
    let desk = Desk::new();
    let waiting = desk.signs_in(&provider, REGISTER, &[]);
    assert_eq!(provider.browses("visit account-1", &waiting.address), 200);
    let ran = waiting.ends(0);
    desk.has_secrets_of_his_own();
    let session = desk.session();
    for secret in ["access_token", "refresh_token"] {
        let secret = session[secret].as_str().unwrap();
        assert!(!ran.out.contains(secret) && !ran.err.contains(secret), "{ran:?}");
    }

    let (address, authority) = (served.address.replace("127.0.0.1", "https://localhost"), papers.at("authority.pem"));
    let at = ["--server", address.as_str(), "--server-authorities", &authority, "--format", "json"];
    let admin = |words: &[&str]| desk.sne(&[&["admin"], words, &at].concat());
    let opened = admin(&["desk", "G0601", "--org", LESSOR, "--name", "Accueil", "--territory", "006"]).ends(0).json();
    assert_eq!(opened[0]["of"], LESSOR);
    let contact = ["--address", "1 rue fictive", "--postal-code", "06300", "--commune", "06088"];
    admin(&[&["contact", "G0601", "--org", LESSOR], &contact[..]].concat()).ends(0);
    let person = folder.path().join("person.json");
    std::fs::write(&person, r#"{"name": "Mer Léa", "email": "lea.mer@exemple.fr"}"#).unwrap();
    let entered = admin(&["agent", "--org", LESSOR, "--person", person.to_str().unwrap()]).ends(0).json();
    let agent = entered[0]["of"].as_str().unwrap();
    let until = SystemClock.today().checked_add(Span::new().months(6)).unwrap().to_string();
    admin(&["certify", agent]).ends(0);
    admin(&["grant", agent, "ATTRIBUTION", "--territory", "006", "--until", &until]).ends(0);
    let rights = admin(&["rights"]).ends(0).json();
    let named = rights.as_array().unwrap().iter().find(|right| right["agent"] == agent).unwrap();
    assert_eq!((&named["person"]["name"], &named["role"]), (&json!("Mer Léa"), &json!("ATTRIBUTION")));
    assert_eq!(admin(&["alerts"]).ends(0).json(), json!([]));
    assert_eq!(admin(&["suspensions"]).ends(0).json(), json!([]));
    let readers = admin(&["readers", "0061126000001006A1"]).ends(0).json();
    assert!(readers.as_array().unwrap().iter().any(|reader| reader["agent"] == agent), "{readers}");
    assert!(admin(&["readers", "0831126000001083A1"]).ends(3).err.contains("DEMAND_NOT_FOUND"));
    // A manager enters no manager.
    let manages = ["org", "552032534", "--name", "Autre", "--kind", "GESTIONNAIRE", "--territory", "006"];
    assert!(admin(&manages).ends(5).err.contains("OPERATOR_ONLY"));
    // Without the authority that vouches for it, it is not the server.
    let unknown = desk.sne(&["admin", "rights", "--server", &address]).ends(1);
    assert!(unknown.err.contains("ne répond pas"), "{}", unknown.err);

    assert!(desk.sne(&["logout"]).ends(0).out.contains("déconnecté"));
    assert!(!desk.file().exists());
    assert!(admin(&["rights"]).ends(5).err.contains("sne login"));
    desk.sne(&["logout"]).ends(0);
    served.stops();
}

#[test]
fn a_token_that_is_over_is_renewed_once_for_all_and_what_cannot_be_renewed_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let mut provider = Provider::starts();
    let place = Place::private(folder.path().join("data"));
    let served = Served::start(place, &["--issuer", &provider.issuer]);
    let desk = Desk::new();
    let waiting = desk.signs_in(&provider, REGISTER, &["--port", "0"]);
    assert_eq!(provider.browses("visit account-1", &waiting.address), 200);
    waiting.ends(0);
    let first = desk.session();
    let address = format!("http://{}", served.address);
    let asks = || desk.sne(&["admin", "rights", "--server", &address]);
    // The account is genuine and nobody's: as far as a provider's word goes.
    assert!(asks().ends(5).err.contains("UNKNOWN_IDENTITY"));
    assert_eq!(desk.session(), first, "a token that counts is not renewed");

    desk.changes("expires_at", json!(0));
    let asking: Vec<_> = (0..3)
        .map(|_| {
            let words = desk.with_file(&["admin", "rights", "--server", &address]);
            desk.place().command(words).stderr(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    for asking in asking {
        let told = String::from_utf8(asking.wait_with_output().unwrap().stderr).unwrap();
        assert!(told.contains("UNKNOWN_IDENTITY"), "{told}");
    }
    let second = desk.session();
    for renewed in ["access_token", "refresh_token"] {
        assert_ne!(first[renewed], second[renewed], "{renewed}");
    }
    assert!(second["expires_at"].as_i64().unwrap() > SystemClock.now().as_second());
    desk.has_secrets_of_his_own();

    desk.changes("expires_at", json!(0));
    desk.changes("refresh_token", json!("a-token-of-nobody"));
    assert!(asks().ends(5).err.contains("la session est terminée"));
    desk.changes("refresh_token", Value::Null);
    assert!(asks().ends(5).err.contains("la session est terminée"));
    std::fs::set_permissions(desk.file(), std::fs::Permissions::from_mode(0o640)).unwrap();
    assert!(asks().ends(1).err.contains("peuvent lire ce fichier"));
    std::fs::set_permissions(desk.file(), std::fs::Permissions::from_mode(0o600)).unwrap();
    std::fs::write(desk.file(), "{}").unwrap();
    assert!(asks().ends(1).err.contains("n'est pas une session"));
}

#[test]
fn what_comes_back_for_another_sign_in_is_not_taken_nor_a_refusal() {
    let mut provider = Provider::starts();
    let desk = Desk::new();
    for (name, told) in [("state", "n'est pas celle de cette connexion"), ("iss", "vient d'un autre fournisseur")] {
        let waiting = desk.signs_in(&provider, REGISTER, &[]);
        assert_eq!(provider.browses(&format!("strays {name} account-1"), &waiting.address), 200);
        let ran = waiting.ends(1);
        assert!(ran.err.contains(told), "{}", ran.err);
    }
    let waiting = desk.signs_in(&provider, REGISTER, &[]);
    assert_eq!(provider.browses("refuse", &waiting.address), 200);
    assert!(waiting.ends(5).err.contains("la connexion a été refusée"));
    let waiting = desk.signs_in(&provider, REGISTER, &["--wait", "1"]);
    assert!(waiting.ends(1).err.contains("personne n'est revenu"));
    // A code that the provider does not know, with all that belongs to this sign-in beside it.
    let waiting = desk.signs_in(&provider, REGISTER, &[]);
    let said = |name: &str| {
        let begins = waiting.address.find(name).unwrap() + name.len();
        waiting.address[begins..].split('&').next().unwrap().replace("%3A", ":").replace("%2F", "/")
    };
    let (back, state) = (said("redirect_uri="), said("state="));
    assert_eq!(got(&format!("{back}?code=over&state={state}&iss={}", provider.issuer)), "HTTP/1.1 200 OK");
    assert!(waiting.ends(1).err.contains("le code de connexion est périmé"));
    // What the provider does not know is told with its own word.
    let waiting = desk.signs_in(&provider, "nothing", &[]);
    let began = Instant::now();
    assert_eq!(provider.browses("visit account-1", &waiting.address), 200);
    assert!(waiting.ends(1).err.contains("(invalid_target)"));
    assert!(began.elapsed() < Duration::from_secs(60), "an answer is not waited for until the end");
    assert!(!desk.file().exists());
}

/// The first line of what an address of this machine answers.
fn got(address: &str) -> String {
    let (at, path) = address.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut stream = TcpStream::connect(at).unwrap();
    write!(stream, "GET /{path} HTTP/1.1\r\nHost: {at}\r\n\r\n").unwrap();
    BufReader::new(stream).lines().next().unwrap().unwrap()
}

/// A provider that describes itself, and has nothing else.
fn described(more: Value) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let issuer = format!("http://{}", listener.local_addr().unwrap());
    let mut description = json!({
        "issuer": issuer, "jwks_uri": format!("{issuer}/jwks"), "authorization_endpoint": format!("{issuer}/auth"),
        "token_endpoint": format!("{issuer}/token"),
    });
    description.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let body = description.to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let mut lines = BufReader::new(&stream).lines().map_while(Result::ok);
            while lines.next().is_some_and(|line| !line.is_empty()) {}
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
            (&stream).write_all((head + &body).as_bytes()).unwrap();
        }
    });
    issuer
}

#[test]
fn who_could_be_listened_to_or_knows_no_pkce_is_not_asked() {
    let desk = Desk::new();
    let login = |issuer: &str| desk.sne(&["login", "--issuer", issuer, "--client-id", "portal"]).ends(1).err;
    assert!(login("http://id.example").contains("https://"));
    assert!(login("http://127.0.0.1:1").contains("ne répond pas"));
    assert!(login(&described(json!({}))).contains("PKCE"));
    assert!(login(&described(json!({"code_challenge_methods_supported": ["plain"]}))).contains("PKCE"));
    let s256 = json!(["S256"]);
    for open in ["authorization_endpoint", "token_endpoint"] {
        let said = json!({"code_challenge_methods_supported": s256, open: "http://id.example/x"});
        assert!(login(&described(said)).contains("de façon sûre"), "{open}");
    }
    assert!(login(&described(json!({"issuer": "https://id.example"}))).contains("ne répond pas comme"));
    desk.sne(&["login", "--client-id", "portal"]).ends(2);
    desk.sne(&["admin", "rights", "--server", "http://sne.example:50051"]).ends(2);
    assert!(!desk.file().exists());
}
