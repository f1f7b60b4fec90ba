//! Certificates, shown to a door over TLS.

mod described;
mod provider;
pub mod stage;

use std::time::Duration;

use rustls::version::{TLS12, TLS13};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::time::Instant;

use stage::{Authority, Door, LET_IN, NO_CONNECTION, Shown, asks, connects, connects_by};

const LESSOR: &str = "000005017";
const OTHER: &str = "000005025";
const AGENT: (&str, &str) = ("sne-agent", "agent-01");

/// Waits for what comes about soon.
async fn soon(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let until = Instant::now() + Duration::from_secs(20);
    while !holds().await {
        assert!(Instant::now() < until, "{what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn only_a_certificate_that_counts_and_is_bound_lets_anybody_in() {
    let (server, clients) = (Authority::new(), Authority::new());
    let door = Door::opens(&server, &clients).await;
    let lessor = clients.issues(-60, 600);
    let (unbound, expired, not_yet) = (clients.issues(-60, 600), clients.issues(-600, -60), clients.issues(60, 600));
    let (self_signed, of_another) = (Shown::self_signed(), Authority::new().issues(-60, 600));
    let swapped = lessor.stolen_by(&unbound);
    for shown in [&lessor, &expired, &not_yet, &self_signed, &of_another] {
        door.bound.to(shown, LESSOR);
    }
    for (what, shown, metadata, expected) in [
        ("none", None, &[AGENT][..], "CREDENTIAL_MISSING"),
        ("none, and words", None, &[("sne-organisation", LESSOR), AGENT], "CREDENTIAL_MISSING"),
        ("its own", Some(&lessor), &[AGENT], LET_IN),
        ("its own, and the same words", Some(&lessor), &[("sne-organisation", LESSOR), AGENT], LET_IN),
        ("its own, and forged words", Some(&lessor), &[("sne-organisation", OTHER), AGENT], "METADATA_CONTRADICTED"),
        ("its own, and no agent", Some(&lessor), &[], "METADATA_MISSING"),
        ("its own, and a false token", Some(&lessor), &[AGENT, ("authorization", "Bearer x")], "CREDENTIAL_INVALID"),
        ("nobody's", Some(&unbound), &[AGENT], "UNKNOWN_CERTIFICATE"),
        ("expired", Some(&expired), &[AGENT], NO_CONNECTION),
        ("not yet valid", Some(&not_yet), &[AGENT], NO_CONNECTION),
        ("signed by itself", Some(&self_signed), &[AGENT], NO_CONNECTION),
        ("of another authority", Some(&of_another), &[AGENT], NO_CONNECTION),
        ("with another key", Some(&swapped), &[AGENT], NO_CONNECTION),
    ] {
        assert_eq!(asks(&door, &server, shown, metadata).await, expected, "{what}");
    }
}

#[tokio::test]
async fn two_certificates_count_at_once_and_a_revoked_one_does_not_at_the_next_call() {
    let (server, clients) = (Authority::new(), Authority::new());
    let door = Door::opens(&server, &clients).await;
    let (old, new) = (clients.issues(-60, 600), clients.issues(-60, 600));
    door.bound.to(&old, LESSOR);
    door.bound.to(&new, LESSOR);
    let by_old = connects(&door, &server, Some(&old)).await.unwrap();
    let by_new = connects(&door, &server, Some(&new)).await.unwrap();
    assert_eq!((by_old.asks(&[AGENT]).await.as_str(), by_new.asks(&[AGENT]).await.as_str()), (LET_IN, LET_IN));
    door.bound.revoke(&old);
    assert_eq!(by_old.asks(&[AGENT]).await, "CERTIFICATE_REVOKED");
    assert_eq!(by_new.asks(&[AGENT]).await, LET_IN);
}

#[tokio::test]
async fn a_certificate_that_expires_lets_nobody_in_over_a_connection_that_is_open() {
    let (server, clients) = (Authority::new(), Authority::new());
    let door = Door::opens(&server, &clients).await;
    let short = clients.issues(-60, 2);
    door.bound.to(&short, LESSOR);
    let connection = connects(&door, &server, Some(&short)).await.unwrap();
    assert_eq!(connection.asks(&[AGENT]).await, LET_IN);
    soon("it expires", async || connection.asks(&[AGENT]).await == "CERTIFICATE_EXPIRED").await;
}

#[tokio::test]
async fn a_certificate_that_is_replaced_is_shown_from_then_on_and_calls_go_on() {
    let (server, next, clients) = (Authority::new(), Authority::new(), Authority::new());
    let door = Door::opens(&server, &clients).await;
    let lessor = clients.issues(-60, 600);
    door.bound.to(&lessor, LESSOR);
    let before = connects(&door, &server, Some(&lessor)).await.unwrap();
    // A certificate without its key, and what is none: the old ones stay.
    let (certificate, _) = next.serves();
    let (_, key) = server.serves();
    for broken in [(certificate, key), ("nonsense".to_owned(), "nonsense".to_owned())] {
        door.takes(broken);
        for _ in 0..60 {
            assert_eq!(asks(&door, &server, Some(&lessor), &[AGENT]).await, LET_IN);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    door.takes(next.serves());
    soon("the new certificate is shown", async || {
        assert_eq!(before.asks(&[AGENT]).await, LET_IN);
        connects(&door, &next, Some(&lessor)).await.is_some()
    })
    .await;
    assert_eq!(asks(&door, &next, Some(&lessor), &[AGENT]).await, LET_IN);
    assert_eq!(asks(&door, &server, Some(&lessor), &[AGENT]).await, NO_CONNECTION);
    assert_eq!(before.asks(&[AGENT]).await, LET_IN);
    // The authorities of callers change as well.
    let others = Authority::new();
    let other = others.issues(-60, 600);
    door.bound.to(&other, OTHER);
    assert_eq!(asks(&door, &next, Some(&other), &[AGENT]).await, NO_CONNECTION);
    std::fs::write(door.files.path().join("clients.pem"), clients.pem() + &others.pem()).unwrap();
    soon("the new authority counts", async || asks(&door, &next, Some(&other), &[AGENT]).await == LET_IN).await;
    assert_eq!(asks(&door, &next, Some(&lessor), &[AGENT]).await, LET_IN);
}

#[tokio::test]
async fn a_connection_ends_when_the_authority_of_its_certificate_is_removed() {
    let (server, clients, others) = (Authority::new(), Authority::new(), Authority::new());
    let door = Door::opens(&server, &clients).await;
    let (lessor, other) = (clients.issues(-60, 600), others.issues(-60, 600));
    door.bound.to(&lessor, LESSOR);
    door.bound.to(&other, OTHER);
    let trusted = |pem: String| std::fs::write(door.files.path().join("clients.pem"), pem).unwrap();
    let by_lessor = connects(&door, &server, Some(&lessor)).await.unwrap();
    let by_nobody = connects(&door, &server, None).await.unwrap();
    trusted(clients.pem() + &others.pem());
    soon("the new authority counts", async || asks(&door, &server, Some(&other), &[AGENT]).await == LET_IN).await;
    let by_other = connects(&door, &server, Some(&other)).await.unwrap();
    assert_eq!(by_lessor.asks(&[AGENT]).await, LET_IN, "its authority is still there");
    trusted(others.pem());
    soon("the connection ends", async || by_lessor.asks(&[AGENT]).await == NO_CONNECTION).await;
    assert_eq!(by_other.asks(&[AGENT]).await, LET_IN);
    assert_eq!(by_nobody.asks(&[AGENT]).await, "CREDENTIAL_MISSING");
}

#[tokio::test]
async fn whoever_shakes_no_hands_keeps_nobody_waiting() {
    let (server, clients) = (Authority::new(), Authority::new());
    let door = Door::opens(&server, &clients).await;
    let mut idle = Vec::new();
    for _ in 0..40 {
        idle.push(TcpStream::connect(door.address).await.unwrap());
    }
    let mut plain = TcpStream::connect(door.address).await.unwrap();
    plain.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await.unwrap();
    assert_eq!(asks(&door, &server, None, &[AGENT]).await, "CREDENTIAL_MISSING");
}

#[tokio::test]
async fn both_versions_of_tls_are_spoken() {
    let (server, clients) = (Authority::new(), Authority::new());
    let door = Door::opens(&server, &clients).await;
    let lessor = clients.issues(-60, 600);
    door.bound.to(&lessor, LESSOR);
    for version in [&TLS12, &TLS13] {
        let connection = connects_by(&door, &server, Some(&lessor), &[version]).await.unwrap();
        assert_eq!(connection.asks(&[AGENT]).await, LET_IN, "{version:?}");
    }
}
