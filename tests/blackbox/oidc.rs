//! A real provider of identities (`oidc-provider` from npm, in `tests/oidc`) beside a real server: people sign in with it by
//! code and PKCE, and call with the token that they get.

mod login;
mod provider;

use std::time::{Duration, Instant};

use client::{Client, Refused, Tokens};
use nomenclature::Actor;
use register::{Clock as _, SystemClock};
use serde_json::json;
use tests::cast::NICE;
use tests::stage::served::Served;
use tests::stage::sne::Place;

use provider::Provider;

/// What somebody is told who calls with this token.
async fn told(served: &Served, token: &str) -> String {
    let token = token.to_owned();
    let client = Client::at(&served.address, &Tokens::from(move |_| Some(token.clone()))).unwrap();
    let asked = json!({"number": "0061126000001006A1"});
    let answer = client
        .call::<proto::v1::GetDemandResponse>(Actor::parse(NICE).unwrap(), "RegistrationService/GetDemand", &asked)
        .await;
    match answer {
        Ok(_) => panic!("nobody has this number"),
        Err(Refused::Told(told)) => told.reason,
        Err(other) => panic!("{other}"),
    }
}

/// The account is genuine, which is all that a provider can say; the register binds it to nobody.
const GENUINE: &str = "UNKNOWN_IDENTITY";

/// What somebody is told whose account is bound to nobody.
pub async fn unbound() -> String {
    let folder = tempfile::tempdir().unwrap();
    let mut provider = Provider::starts();
    let served = Served::start(Place::private(folder.path().join("data")), &["--issuer", &provider.issuer]);
    told(&served, &provider.token("account-1")).await
}

/// Enters an agent of a lessor whose account is that of the provider.
fn binds(served: &Served, issuer: &str, account: &str) {
    let admin = |words: &[&str]| served.sne(&[&["admin"], words, &["--format", "json"]].concat());
    let lessor = "732829320";
    admin(&["org", lessor, "--name", "Office fictif", "--kind", "HLM", "--territory", "006"]);
    admin(&["desk", "G0601", "--org", lessor, "--name", "Accueil", "--territory", "006"]);
    let folder = tempfile::tempdir().unwrap();
    let person = folder.path().join("person.json");
    std::fs::write(&person, r#"{"name": "Lune Zoé", "email": "zoe.lune@exemple.fr"}"#).unwrap();
    let who = ["--org", lessor, "--desk", "G0601", "--person", person.to_str().unwrap()];
    let agent = admin(&[&["agent"], &who[..]].concat()).json()[0]["of"].as_str().unwrap().to_owned();
    let until = SystemClock.today().checked_add(jiff::Span::new().months(6)).unwrap().to_string();
    admin(&["certify", &agent]);
    admin(&["grant", &agent, "GUICHET", "--territory", "006", "--until", &until]);
    admin(&["identity", &agent, "--issuer", issuer, "--subject", account]);
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_who_signed_in_with_a_real_provider_is_known_and_rotated_keys_are_followed() {
    let folder = tempfile::tempdir().unwrap();
    let mut provider = Provider::starts();
    let served = Served::start(Place::private(folder.path().join("data")), &["--issuer", &provider.issuer]);
    let (token, identity) = provider.tokens("account-1");
    assert_eq!(told(&served, &token).await, GENUINE);
    // Signed by the same key for the client: it opens nothing here.
    assert_eq!(told(&served, &identity).await, "CREDENTIAL_INVALID");
    let (message, signature) = token.rsplit_once('.').unwrap();
    let other = if signature.starts_with('A') { "B" } else { "A" };
    assert_eq!(told(&served, &format!("{message}.{other}{}", &signature[1..])).await, "CREDENTIAL_INVALID");

    provider.rotates();
    let rotated = provider.token("account-1");
    // A key that is not known is asked for once in ten seconds.
    let until = Instant::now() + Duration::from_secs(60);
    while told(&served, &rotated).await != GENUINE {
        assert!(Instant::now() < until, "the new key is never known");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert_eq!(told(&served, &token).await, "CREDENTIAL_INVALID", "its key was taken back");

    binds(&served, &provider.issuer, "account-1");
    let until = Instant::now() + Duration::from_secs(60);
    while told(&served, &rotated).await != "DEMAND_NOT_FOUND" {
        assert!(Instant::now() < until, "the account is never known");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    // While the provider is away, those who signed in go on.
    drop(provider);
    assert_eq!(told(&served, &rotated).await, "DEMAND_NOT_FOUND");
    let log = served.stops();
    assert!(!log.contains("account-1") && !log.contains(&rotated), "{log}");
}
