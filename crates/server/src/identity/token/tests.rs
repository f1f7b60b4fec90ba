use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};

use super::*;

const NOW: i64 = 1_800_000_000;

/// An issuer of the tests.
struct Signer {
    pair: EcdsaKeyPair,
    random: SystemRandom,
}

impl Signer {
    fn new() -> Self {
        let random = SystemRandom::new();
        let stored = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, stored.as_ref(), &random).unwrap();
        Self { pair, random }
    }

    fn key(&self) -> Key {
        Key::Es256(self.pair.public_key().as_ref().to_vec())
    }

    /// Signs header and claims as they are written.
    fn sign(&self, header: &str, claims: &str) -> String {
        let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        let signature = self.pair.sign(&self.random, message.as_bytes()).unwrap();
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    fn token(&self, header: &Value, claims: &Value) -> String {
        self.sign(&header.to_string(), &claims.to_string())
    }
}

fn header() -> Value {
    json!({"alg": "ES256", "kid": "one"})
}

fn claims() -> Value {
    json!({"iss": "https://issuer.example", "sub": "account-1", "aud": "sne", "iat": NOW, "exp": NOW + 900})
}

fn with(mut base: Value, name: &str, value: Value) -> Value {
    base[name] = value;
    base
}

fn checked(signer: &Signer, token: &str) -> Result<Claims, Fault> {
    Token::read(token)?.believed(&signer.key(), "sne", Timestamp::from_second(NOW).unwrap())
}

fn fault(signer: &Signer, token: &str) -> Option<Fault> {
    checked(signer, token).err()
}

#[test]
fn a_sound_token_says_whom_it_stands_for() {
    let signer = Signer::new();
    for header in [header(), with(header(), "typ", json!("at+jwt")), with(header(), "x5t", json!("unread"))] {
        let claims = checked(&signer, &signer.token(&header, &claims())).ok().unwrap();
        assert_eq!((claims.iss.as_str(), claims.sub.as_str()), ("https://issuer.example", "account-1"));
    }
    let several = with(claims(), "aud", json!(["other", "sne"]));
    assert_eq!(fault(&signer, &signer.token(&header(), &several)), None);
}

#[test]
fn what_a_token_claims_must_hold() {
    let signer = Signer::new();
    for (name, value, expected) in [
        ("aud", json!("other"), Fault::Audience),
        ("aud", json!([]), Fault::Audience),
        ("aud", json!("SNE"), Fault::Audience),
        ("exp", json!(NOW - 60), Fault::Expired),
        ("exp", json!(i64::MIN), Fault::Expired),
        ("nbf", json!(NOW + 61), Fault::NotYet),
        ("iat", json!(NOW + 61), Fault::NotYet),
        ("exp", json!(NOW + 3_601), Fault::TooLong),
        ("exp", json!(i64::MAX), Fault::TooLong),
        ("exp", json!("soon"), Fault::Malformed),
        ("exp", json!(1e300), Fault::Malformed),
        ("iat", Value::Null, Fault::Malformed),
        ("sub", Value::Null, Fault::Malformed),
    ] {
        let token = signer.token(&header(), &with(claims(), name, value.clone()));
        assert_eq!(fault(&signer, &token), Some(expected), "{name} {value}");
    }
    for (name, value) in [("exp", json!(NOW - 59)), ("nbf", json!(NOW + 60)), ("iat", json!(NOW + 60))] {
        let claims = with(with(claims(), "iat", json!(NOW - 900)), name, value.clone());
        assert_eq!(fault(&signer, &signer.token(&header(), &claims)), None, "{name} {value}");
    }
}

#[test]
fn who_must_sign_in_by_better_means_or_again_is_told_so() {
    let signer = Signer::new();
    let now = Timestamp::from_second(NOW).unwrap();
    let until = |said: &[(&str, Value)], sign_in: &SignIn| {
        let claims = said.iter().fold(claims(), |claims, (name, value)| with(claims, name, value.clone()));
        checked(&signer, &signer.token(&header(), &claims)).unwrap().count_until(sign_in, now)
    };
    let (any, at_last) = (SignIn::default(), Some(Duration::from_secs(600)));
    assert_eq!(until(&[], &any), Ok(NOW + 900));
    let strong = SignIn { classes: vec!["eidas2".to_owned(), "eidas3".to_owned()], longest_ago: None };
    assert_eq!(until(&[("acr", json!("eidas2"))], &strong), Ok(NOW + 900));
    for acr in [json!("eidas1"), json!("eidas"), json!(""), Value::Null] {
        assert_eq!(until(&[("acr", acr.clone())], &strong), Err(Fault::Strength), "{acr}");
    }
    let fresh = SignIn { longest_ago: at_last, ..SignIn::default() };
    assert_eq!(until(&[("auth_time", json!(NOW))], &fresh), Ok(NOW + 600));
    // It stops counting when the sign-in is too old, and not with the token.
    assert_eq!(until(&[("auth_time", json!(NOW - 599))], &fresh), Ok(NOW + 1));
    for at in [json!(NOW - 600), json!(0), json!(i64::MIN), Value::Null] {
        assert_eq!(until(&[("auth_time", at.clone())], &fresh), Err(Fault::LoginAge), "{at}");
    }
}

#[test]
fn only_the_algorithm_of_the_key_counts() {
    let signer = Signer::new();
    for alg in ["none", "None", "", "HS256", "HS512", "ES384", "PS256", "RS256", "es256"] {
        let token = signer.token(&with(header(), "alg", json!(alg)), &claims());
        assert_eq!(fault(&signer, &token), Some(Fault::Algorithm), "{alg}");
    }
    // Signed with the public key as if it were a shared secret.
    let message = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(json!({"alg": "HS256", "kid": "one"}).to_string()),
        URL_SAFE_NO_PAD.encode(claims().to_string())
    );
    let Key::Es256(public) = signer.key() else { panic!("a key of P-256") };
    let secret = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &public);
    let tag = ring::hmac::sign(&secret, message.as_bytes());
    let token = format!("{message}.{}", URL_SAFE_NO_PAD.encode(tag));
    assert_eq!(fault(&signer, &token), Some(Fault::Algorithm));
    // The same signature under the name of the right algorithm.
    let message =
        format!("{}.{}", URL_SAFE_NO_PAD.encode(header().to_string()), URL_SAFE_NO_PAD.encode(claims().to_string()));
    let tag = ring::hmac::sign(&secret, message.as_bytes());
    let token = format!("{message}.{}", URL_SAFE_NO_PAD.encode(tag));
    assert_eq!(fault(&signer, &token), Some(Fault::Signature));
}

#[test]
fn a_signature_is_the_keys_and_of_these_very_words() {
    let signer = Signer::new();
    let other = Signer::new().token(&header(), &claims());
    assert_eq!(fault(&signer, &other), Some(Fault::Signature));
    let sound = signer.token(&header(), &claims());
    let (message, signature) = sound.rsplit_once('.').unwrap();
    let forged = URL_SAFE_NO_PAD.encode(with(claims(), "sub", json!("account-2")).to_string());
    let (head, _) = message.split_once('.').unwrap();
    assert_eq!(fault(&signer, &format!("{head}.{forged}.{signature}")), Some(Fault::Signature));
    assert_eq!(fault(&signer, &format!("{message}.")), Some(Fault::Signature));
    assert_eq!(fault(&signer, &format!("{message}.{}", "A".repeat(86))), Some(Fault::Signature));
}

#[test]
fn what_is_no_token_is_none() {
    let signer = Signer::new();
    let sound = signer.token(&header(), &claims());
    for text in ["", ".", "..", "a.b", "a.b.c", &format!("{sound}."), &format!("{sound}="), &sound.replace('.', " ")] {
        assert_eq!(fault(&signer, text), Some(Fault::Malformed), "{text}");
    }
    let long = signer.token(&header(), &with(claims(), "name", json!("a".repeat(9_000))));
    assert_eq!(fault(&signer, &long), Some(Fault::Malformed));
}

#[test]
fn a_header_that_says_a_thing_twice_or_wants_more_is_refused() {
    let signer = Signer::new();
    let claims = claims().to_string();
    for header in [
        r#"{"alg":"ES256","alg":"ES256","kid":"one"}"#,
        r#"{"alg":"none","kid":"one","alg":"ES256"}"#,
        r#"{"alg":"ES256","kid":"one","kid":"two"}"#,
        r#"{"alg":"ES256"}"#,
        r#"{"alg":"ES256","kid":"one","crit":["exp"]}"#,
        r#"{"alg":"ES256","kid":"one","typ":"logout+jwt"}"#,
        r#"{"alg":"ES256","kid":7}"#,
        r#"["ES256","one"]"#,
    ] {
        assert_eq!(fault(&signer, &signer.sign(header, &claims)), Some(Fault::Malformed), "{header}");
    }
    let twice = claims.replacen('{', r#"{"sub":"account-2","#, 1);
    assert_eq!(fault(&signer, &signer.sign(&header().to_string(), &twice)), Some(Fault::Malformed));
}
