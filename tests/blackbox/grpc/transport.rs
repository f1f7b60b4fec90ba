//! What no library of a client would send: limits and errors of the transport, by their behaviour.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use h2::client::SendRequest;
use h2::{Reason, RecvStream};
use http::{HeaderMap, Request, Response};
use nomenclature::Actor;
use register::SystemClock;
use server::Options;
use tests::cast::NICE;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tonic::Status;
use tonic_types::StatusExt as _;

use crate::in_process::{InProcess, Prepared};

const PATIENCE: Duration = Duration::from_secs(30);

async fn serve() -> InProcess {
    Prepared::new(Arc::new(SystemClock)).await.serve(Options::default()).await
}

/// A connection, and what becomes of it.
async fn connect(server: &InProcess) -> (SendRequest<Bytes>, JoinHandle<Result<(), h2::Error>>) {
    let stream = TcpStream::connect(&server.address).await.unwrap();
    let (sender, connection) = h2::client::handshake(stream).await.unwrap();
    (sender, tokio::spawn(connection))
}

/// A call of GetDemand as an agent in Nice.
fn call(server: &InProcess) -> http::request::Builder {
    let token = server.tokens.authorization(&Actor::parse(NICE).unwrap()).unwrap();
    call_with(token.to_str().unwrap())
}

fn call_with(authorization: &str) -> http::request::Builder {
    Request::post("http://sne/sne.v1.RegistrationService/GetDemand")
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .header("authorization", authorization)
}

/// What a sound question is told that shows this: nobody has the number that it asks for.
pub async fn told_with(server: &InProcess, authorization: &str) -> String {
    let (mut sender, _connection) = connect(server).await;
    reason(answered(&mut sender, call_with(authorization).body(()).unwrap(), &nobody()).await).await
}

/// A message in its frame.
fn framed(message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).unwrap().to_be_bytes();
    [&[0], length.as_slice(), message].concat()
}

/// A number that no demand has: 18 characters in field 1.
fn nobody() -> Vec<u8> {
    framed(&[&[0x0a, 18], b"0061126999999G0601".as_slice()].concat())
}

async fn answered(sender: &mut SendRequest<Bytes>, request: Request<()>, body: &[u8]) -> Response<RecvStream> {
    let mut ready = sender.clone().ready().await.unwrap();
    let (response, mut stream) = ready.send_request(request, false).unwrap();
    // Whoever is refused for his headers may be answered, and his stream closed, before he has said the rest.
    let _ = stream.send_data(Bytes::copy_from_slice(body), true);
    tokio::time::timeout(PATIENCE, response).await.expect("an answer in time").unwrap()
}

/// The stable reason of an answer, in its headers or behind its body.
async fn reason(response: Response<RecvStream>) -> String {
    let (head, mut body) = response.into_parts();
    let told = |headers: &HeaderMap| Status::from_header_map(headers);
    let status = match told(&head.headers) {
        Some(status) => status,
        None => {
            while let Some(data) = body.data().await {
                let length = data.unwrap().len();
                body.flow_control().release_capacity(length).unwrap();
            }
            told(&body.trailers().await.unwrap().unwrap()).unwrap()
        }
    };
    status.get_details_error_info().map_or_else(|| format!("{:?} without a reason", status.code()), |info| info.reason)
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_calls_get_typed_refusals_and_the_connection_lives() {
    let server = serve().await;
    let (mut sender, connection) = connect(&server).await;
    let plain = || call(&server).body(()).unwrap();
    let with = |key: &str, value: &[u8]| {
        call(&server).header(key, http::HeaderValue::from_bytes(value).unwrap()).body(()).unwrap()
    };
    let half = &nobody()[..10];
    let cases: Vec<(&str, Request<()>, Vec<u8>, &str)> = vec![
        ("a sound call", plain(), nobody(), "DEMAND_NOT_FOUND"),
        ("one nanosecond", with("grpc-timeout", b"1n"), nobody(), "DEADLINE_EXCEEDED"),
        ("a timeout that is none", with("grpc-timeout", b"soon"), nobody(), "DEMAND_NOT_FOUND"),
        ("a timeout of ages", with("grpc-timeout", b"99999999H"), nobody(), "DEMAND_NOT_FOUND"),
        ("metadata in no text", with("sne-agent", b"\xff\xfe"), nobody(), "METADATA_MALFORMED"),
        ("metadata that is long", with("sne-agent", &[b'a'; 5_000]), nobody(), "METADATA_MALFORMED"),
        ("a second token", with("authorization", b"Bearer e30.e30.e30"), nobody(), "CREDENTIAL_INVALID"),
        ("a message cut short", plain(), half.to_vec(), "MALFORMED_MESSAGE"),
        ("no message", plain(), Vec::new(), "MALFORMED_MESSAGE"),
        ("a frame of four gigabytes", plain(), vec![0, 0xff, 0xff, 0xff, 0xff, 1], "MESSAGE_TOO_LARGE"),
        ("compressed without saying how", plain(), [&[1], &nobody()[1..]].concat(), "MALFORMED_MESSAGE"),
        ("compressed in an unknown way", with("grpc-encoding", b"brotli"), nobody(), "COMPRESSION_UNSUPPORTED"),
        ("and a sound call again", plain(), nobody(), "DEMAND_NOT_FOUND"),
    ];
    for (what, request, body, expected) in cases {
        let response = answered(&mut sender, request, &body).await;
        assert_eq!(reason(response).await, expected, "{what}");
    }
    assert!(!connection.is_finished());
    server.stops().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_has_a_hundred_streams_and_sixteen_kilobytes_of_headers() {
    let server = serve().await;
    let (mut sender, _connection) = connect(&server).await;
    let response = answered(&mut sender, call(&server).body(()).unwrap(), &nobody()).await;
    assert_eq!(reason(response).await, "DEMAND_NOT_FOUND");
    assert_eq!(sender.current_max_send_streams(), 100);
    // The library of this client would not send more; the server says so all the same.
    let long = call(&server).header("x-long", "a".repeat(60_000)).body(()).unwrap();
    let mut ready = sender.clone().ready().await.unwrap();
    let (response, _) = ready.send_request(long, true).unwrap();
    let refused = match tokio::time::timeout(PATIENCE, response).await.expect("an answer in time") {
        Ok(response) => response.status() == 431,
        Err(_) => true,
    };
    assert!(refused, "headers of any length are read");
    // Whoever else calls is served.
    let (mut other, _connection) = connect(&server).await;
    let response = answered(&mut other, call(&server).body(()).unwrap(), &nobody()).await;
    assert_eq!(reason(response).await, "DEMAND_NOT_FOUND");
    server.stops().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_resets_ends_its_connection_and_no_other() {
    let server = serve().await;
    let (mut other, other_connection) = connect(&server).await;
    let (mut sender, connection) = connect(&server).await;
    for _ in 0..5_000 {
        let Ok(mut ready) = sender.clone().ready().await else { break };
        let Ok((_, mut stream)) = ready.send_request(call(&server).body(()).unwrap(), false) else { break };
        stream.send_reset(Reason::CANCEL);
        sender = ready;
    }
    let ended = tokio::time::timeout(PATIENCE, connection).await.expect("the flood is stopped").unwrap();
    // The last word of the server is lost when the flood still writes.
    let reason_of_end = ended.expect_err("the server ends the connection").reason();
    assert!(reason_of_end.is_none_or(|reason| reason == Reason::ENHANCE_YOUR_CALM), "{reason_of_end:?}");
    let response = answered(&mut other, call(&server).body(()).unwrap(), &nobody()).await;
    assert_eq!(reason(response).await, "DEMAND_NOT_FOUND");
    assert!(!other_connection.is_finished());
    server.stops().await;
}
