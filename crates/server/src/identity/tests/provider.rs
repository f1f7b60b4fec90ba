//! The keys of a provider that is on this machine, and what it is asked.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use register::{Clock as _, SystemClock};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tonic::Status;
use tonic_types::StatusExt as _;

use crate::identity::fetch::Fetch;
use crate::identity::keys_of_issuer::{KeysOfIssuer, Provider};
use crate::identity::token::SignIn;
use crate::identity::tokens::{Subject, Tokens};

pub struct Signer {
    name: &'static str,
    pair: EcdsaKeyPair,
}

impl Signer {
    pub fn new(name: &'static str) -> Self {
        let random = SystemRandom::new();
        let stored = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, stored.as_ref(), &random).unwrap();
        Self { name, pair }
    }

    fn jwk(&self) -> Value {
        let [x, y] = [1..33, 33..65].map(|half| URL_SAFE_NO_PAD.encode(&self.pair.public_key().as_ref()[half]));
        json!({"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": self.name, "x": x, "y": y})
    }

    fn token(&self, issuer: &str, now: Timestamp) -> String {
        let (iat, exp) = (now.as_second(), now.as_second() + 900);
        self.signs(&json!({"iss": issuer, "sub": "account-1", "aud": "register", "iat": iat, "exp": exp}))
    }

    pub fn signs(&self, claims: &Value) -> String {
        let part = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
        let head = part(&json!({"alg": "ES256", "kid": self.name}));
        let message = format!("{head}.{}", part(claims));
        let signature = self.pair.sign(&SystemRandom::new(), message.as_bytes()).unwrap();
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

/// A provider whose keys can be changed.
pub struct House {
    pub issuer: String,
    keys: Arc<Mutex<Vec<Value>>>,
    asked: Arc<AtomicUsize>,
}

impl House {
    pub async fn opens() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let (keys, asked): (Arc<Mutex<Vec<Value>>>, Arc<AtomicUsize>) = Default::default();
        let described = json!({"issuer": issuer, "jwks_uri": format!("{issuer}/jwks")}).to_string();
        let (set, counted) = (Arc::clone(&keys), Arc::clone(&asked));
        let jwks = move || {
            counted.fetch_add(1, Ordering::Relaxed);
            let keys = json!({"keys": *set.lock().unwrap()}).to_string();
            async move { keys }
        };
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(move || async move { described }))
            .route("/jwks", get(jwks));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { issuer, keys, asked }
    }

    pub fn has(&self, signers: &[&Signer]) {
        *self.keys.lock().unwrap() = signers.iter().map(|signer| signer.jwk()).collect();
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }

    fn trusted(&self) -> (Tokens, Arc<KeysOfIssuer>) {
        trusting(&self.issuer, SignIn::default())
    }
}

fn trusting(issuer: &str, sign_in: SignIn) -> (Tokens, Arc<KeysOfIssuer>) {
    let provider = Provider { issuer: issuer.to_owned(), audience: "register".to_owned(), authorities: None, sign_in };
    let keys = Arc::new(KeysOfIssuer::new(provider, Fetch::trusting(None).unwrap()));
    (Tokens::of(None, Some(Arc::clone(&keys))), keys)
}

async fn told(tokens: &Tokens, token: &str, now: Timestamp) -> String {
    match tokens.proven(token, now).await.map(|proven| proven.subject) {
        Ok(Subject::Account(account)) => account.subject.clone(),
        Ok(Subject::Bearer(_) | Subject::Applicant(_)) => "of the other issuer".to_owned(),
        Err(refusal) => Status::from(refusal).get_details_error_info().unwrap().reason,
    }
}

const TEN_SECONDS: Duration = Duration::from_secs(10);

#[tokio::test]
async fn a_provider_is_asked_for_unknown_keys_once_in_ten_seconds_and_new_ones_are_followed() {
    let house = House::opens().await;
    let (first, second, never) = (Signer::new("first"), Signer::new("second"), Signer::new("never"));
    house.has(&[&first]);
    let (tokens, keys) = house.trusted();
    let now = SystemClock.now();
    let token = first.token(&house.issuer, now);
    for _ in 0..3 {
        assert_eq!(told(&tokens, &token, now).await, "account-1");
    }
    assert_eq!(house.asked(), 1);
    house.has(&[&first, &second]);
    for n in 0..50 {
        let made_up = never.token(&house.issuer, now + jiff::SignedDuration::from_secs(n % 50));
        assert_eq!(told(&tokens, &made_up, now).await, "CREDENTIAL_INVALID");
    }
    let rotated = second.token(&house.issuer, now);
    assert_eq!(told(&tokens, &rotated, now).await, "CREDENTIAL_INVALID", "too soon to ask again");
    assert_eq!(house.asked(), 1);
    keys.age(TEN_SECONDS).await;
    assert_eq!(told(&tokens, &rotated, now).await, "account-1");
    assert_eq!(told(&tokens, &token, now).await, "account-1");
    assert_eq!(house.asked(), 2);
}

#[tokio::test]
async fn a_token_is_remembered_no_longer_than_it_lives_nor_than_its_key() {
    let house = House::opens().await;
    let (first, second) = (Signer::new("first"), Signer::new("second"));
    house.has(&[&first]);
    let (tokens, keys) = house.trusted();
    let now = SystemClock.now();
    let token = first.token(&house.issuer, now);
    assert_eq!(told(&tokens, &token, now).await, "account-1");
    let later = now + jiff::SignedDuration::from_secs(960);
    assert_eq!(told(&tokens, &token, later).await, "CREDENTIAL_EXPIRED");
    assert_eq!(told(&tokens, &token, now).await, "account-1");
    // The provider takes the key back; whoever asks for another hears of it.
    house.has(&[&second]);
    keys.age(TEN_SECONDS).await;
    assert_eq!(told(&tokens, &second.token(&house.issuer, now), now).await, "account-1");
    assert_eq!(told(&tokens, &token, now).await, "CREDENTIAL_INVALID");
}

#[tokio::test]
async fn who_signed_in_by_other_means_or_too_long_ago_is_nobody() {
    let house = House::opens().await;
    let signer = Signer::new("first");
    house.has(&[&signer]);
    let sign_in = SignIn { classes: vec!["eidas2".to_owned()], longest_ago: Some(Duration::from_secs(600)) };
    let (tokens, _) = trusting(&house.issuer, sign_in);
    let now = SystemClock.now();
    let token = |acr: &str, ago: i64| {
        let (iat, sub) = (now.as_second(), "account-1");
        signer.signs(&json!({"iss": house.issuer, "sub": sub, "aud": "register", "iat": iat, "exp": iat + 900,
            "acr": acr, "auth_time": iat - ago}))
    };
    assert_eq!(told(&tokens, &token("eidas1", 0), now).await, "CREDENTIAL_INVALID");
    assert_eq!(told(&tokens, &token("eidas2", 601), now).await, "CREDENTIAL_EXPIRED");
    // Remembered for as long as the sign-in is young enough, not for as long as the token lives.
    let sound = token("eidas2", 300);
    assert_eq!(told(&tokens, &sound, now).await, "account-1");
    let later = |seconds| now + jiff::SignedDuration::from_secs(seconds);
    assert_eq!(told(&tokens, &sound, later(299)).await, "account-1");
    assert_eq!(told(&tokens, &sound, later(301)).await, "CREDENTIAL_EXPIRED");
}

#[tokio::test]
async fn a_provider_that_does_not_answer_is_told_apart_from_a_token_that_is_none() {
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let issuer = format!("http://{nobody}");
    let (tokens, _) = trusting(&issuer, SignIn::default());
    let now = SystemClock.now();
    let signer = Signer::new("first");
    assert_eq!(told(&tokens, &signer.token(&issuer, now), now).await, "ISSUER_UNREACHABLE");
    assert_eq!(told(&tokens, &signer.token("https://elsewhere.example", now), now).await, "CREDENTIAL_INVALID");
    assert_eq!(told(&tokens, "nonsense", now).await, "CREDENTIAL_INVALID");
}

#[tokio::test]
async fn a_provider_that_describes_another_is_not_believed() {
    let house = House::opens().await;
    let signer = Signer::new("first");
    house.has(&[&signer]);
    // The same server under another name.
    let other = house.issuer.replace("127.0.0.1", "localhost");
    let (tokens, _) = trusting(&other, SignIn::default());
    let now = SystemClock.now();
    assert_eq!(told(&tokens, &signer.token(&other, now), now).await, "ISSUER_UNREACHABLE");
    assert_eq!(house.asked(), 0);
}
