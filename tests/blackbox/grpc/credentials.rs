//! Tokens that do not count, shown over TCP.

use std::collections::BTreeSet;
use std::sync::Arc;

use nomenclature::Actor;
use register::{Clock as _, SystemClock};
use server::{DevelopmentIssuer, Options, Provider, SignIn};
use tests::cast::NICE;

use super::transport;
use crate::in_process::Prepared;

/// `{"alg":"ES256","kid":"one"}`, claims of [`ISSUER`], and no signature of anybody's.
const OF_THE_PROVIDER: &str = "eyJhbGciOiJFUzI1NiIsImtpZCI6Im9uZSJ9.eyJpc3MiOiJodHRwczovL2xvY2FsaG9zdDoxIiwic3ViIjoiYSIsImF1ZCI6InNuZSIsImlhdCI6MSwiZXhwIjoyfQ.AA";
/// Nobody answers there.
const ISSUER: &str = "https://localhost:1";

/// What callers are told whose tokens expired, are another's, or cannot be checked: the reasons.
pub async fn reasons() -> BTreeSet<String> {
    let provider = Provider {
        issuer: ISSUER.to_owned(),
        audience: "sne".to_owned(),
        authorities: None,
        sign_in: SignIn::default(),
    };
    let options = Options { provider: Some(provider), ..Options::default() };
    let server = Prepared::new(Arc::new(SystemClock)).await.serve(options).await;
    let actor = Actor::parse(NICE).unwrap();
    let token = |issuer: &DevelopmentIssuer, ago: i64| {
        issuer.token(&actor, SystemClock.now() - jiff::SignedDuration::from_mins(ago)).unwrap().unwrap()
    };
    let (own, other) = (DevelopmentIssuer::open(server.data_dir()).unwrap(), DevelopmentIssuer::in_memory().unwrap());
    let mut told = BTreeSet::new();
    for (what, token, expected) in [
        ("sound", token(&own, 0), "DEMAND_NOT_FOUND"),
        ("almost over", token(&own, 15), "DEMAND_NOT_FOUND"),
        ("over", token(&own, 17), "CREDENTIAL_EXPIRED"),
        ("of tomorrow", token(&own, -24 * 60), "CREDENTIAL_INVALID"),
        ("of another issuer of the same name", token(&other, 0), "CREDENTIAL_INVALID"),
        ("of a provider that does not answer", OF_THE_PROVIDER.to_owned(), "ISSUER_UNREACHABLE"),
    ] {
        let reason = transport::told_with(&server, &format!("Bearer {token}")).await;
        assert_eq!(reason, expected, "{what}");
        told.insert(reason);
    }
    server.stops().await;
    told
}
