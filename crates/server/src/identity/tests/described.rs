//! Who signed in, as a provider tells a client of its own.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::provider::{House, Signer};
use crate::identity::{Described, Fetch};

const NOW: i64 = 1_795_700_000;

#[tokio::test]
async fn who_signed_in_is_believed_for_this_client_and_this_sign_in_alone() {
    let (house, signer) = (House::opens().await, Signer::new("one"));
    house.has(&[&signer]);
    let fetch = Fetch::trusting(None).unwrap();
    let described = Described::of(&fetch, &house.issuer).await.unwrap();
    let now = Timestamp::from_second(NOW).unwrap();
    let told = async |signer: &Signer, name: &str, value: Value| {
        // Of a client's own token no life is too long.
        let mut claims = json!({
            "iss": house.issuer, "sub": "account-1", "aud": "client", "iat": NOW, "exp": NOW + 36_000, "nonce": "n-1",
        });
        claims[name] = value;
        let token = signer.signs(&claims);
        described.signed_in(&fetch, &token, ("client", "n-1"), now).await.map_err(|fault| fault.to_string())
    };
    assert_eq!(told(&signer, "azp", json!("client")).await, Ok(()));
    assert_eq!(told(&signer, "aud", json!(["client", "another"])).await, Ok(()));
    for (name, value, fault) in [
        ("nonce", json!("n-2"), "NONCE"),
        ("nonce", Value::Null, "NONCE"),
        ("aud", json!("another"), "AUDIENCE"),
        ("azp", json!("another"), "AUDIENCE"),
        ("iss", json!("https://id.example"), "ISSUER"),
        ("exp", json!(NOW - 60), "EXPIRED"),
        ("iat", json!(NOW + 61), "NOT_YET"),
    ] {
        assert_eq!(told(&signer, name, value).await, Err(fault.to_owned()), "{name}");
    }
    let (again, other) = (Signer::new("one"), Signer::new("two"));
    assert_eq!(told(&again, "sub", json!("account-2")).await, Err("SIGNATURE".to_owned()));
    assert_eq!(told(&other, "sub", json!("account-2")).await, Err("KEY".to_owned()));
}
