//! A TCP proxy that harms what passes through it. What happens to the n-th connection is drawn from a seed.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy, sink};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::sleep;

use crate::dice::Dice;

/// What happens to a connection.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// From the client to the server.
    pub there: Way,
    /// From the server to the client.
    pub back: Way,
}

/// What happens to one direction of a connection.
#[derive(Clone, Debug, Default)]
pub struct Way {
    /// Each piece waits for up to so many milliseconds.
    pub delay_ms: usize,
    /// No more than so many bytes a second.
    pub bytes_a_second: Option<usize>,
    /// Behind so many bytes it ends in this way.
    pub end: Option<(usize, End)>,
}

/// How a connection is ended.
#[derive(Clone, Copy, Debug)]
pub enum End {
    /// Both sides are closed.
    Cut,
    /// This direction is closed, the other one goes on.
    HalfClosed,
    /// Both sides are reset.
    Reset,
    /// Nothing passes any more, either way, and nobody is told.
    BlackHole,
}

impl Plan {
    /// Delays always, a narrow passage now and then, and for most an end behind some kilobytes.
    pub fn drawn(dice: &mut Dice) -> Self {
        let delay_ms = [1, 10, 40, 120][dice.below(4)];
        let narrow = (dice.below(6) == 0).then_some(20_000);
        let way = Way { delay_ms, bytes_a_second: narrow, end: None };
        let mut plan = Self { there: way.clone(), back: way };
        if dice.below(4) > 0 {
            let end = [End::Cut, End::HalfClosed, End::Reset, End::BlackHole][dice.below(4)];
            let way = if dice.below(2) == 0 { &mut plan.there } else { &mut plan.back };
            way.end = Some((200 + dice.below(12_000), end));
        }
        plan
    }
}

/// A proxy before a server. Dropped, it ends every connection.
pub struct Proxy {
    pub address: String,
    counts: Arc<Counts>,
    listening: JoinHandle<()>,
}

#[derive(Default)]
struct Counts {
    connections: AtomicUsize,
    ended: AtomicUsize,
}

impl Proxy {
    pub async fn before(server: &str, seed: u64, plan: fn(&mut Dice) -> Plan) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let counts = Arc::<Counts>::default();
        let (server, told) = (server.to_owned(), Arc::clone(&counts));
        let listening = tokio::spawn(async move {
            let (mut dice, mut carried) = (Dice::new(seed), JoinSet::new());
            loop {
                let (client, _) = listener.accept().await.unwrap();
                while carried.try_join_next().is_some() {}
                told.connections.fetch_add(1, Ordering::Relaxed);
                let (plan, dice) = (plan(&mut dice), dice.others());
                let (server, told) = (server.clone(), Arc::clone(&told));
                carried.spawn(async move {
                    // A server that is gone refuses; so does the proxy, by closing.
                    let Ok(server) = TcpStream::connect(&server).await else { return };
                    carry(client, server, plan, dice, &told).await;
                });
            }
        });
        Self { address, counts, listening }
    }

    /// Connections that were made through it.
    pub fn connections(&self) -> usize {
        self.counts.connections.load(Ordering::Relaxed)
    }

    /// Connections that it has ended.
    pub fn ended(&self) -> usize {
        self.counts.ended.load(Ordering::Relaxed)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

/// How one direction came to its end.
enum Over {
    /// Whoever was read from has closed, or this direction was closed on purpose.
    Closed,
    /// By the plan.
    Ended(End),
}

async fn carry(mut client: TcpStream, mut server: TcpStream, plan: Plan, mut dice: Dice, counts: &Counts) {
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let over = {
        let (from_client, to_client) = client.split();
        let (from_server, to_server) = server.split();
        let there = pass(from_client, to_server, plan.there, dice.others(), counts);
        let back = pass(from_server, to_client, plan.back, dice, counts);
        tokio::pin!(there, back);
        tokio::select! {
            over = &mut there => if let Over::Closed = over { back.await } else { over },
            over = &mut back => if let Over::Closed = over { there.await } else { over },
        }
    };
    match over {
        Over::Closed | Over::Ended(End::Cut | End::HalfClosed) => {}
        Over::Ended(End::Reset) => {
            let _ = (client.set_zero_linger(), server.set_zero_linger());
        }
        Over::Ended(End::BlackHole) => {
            let (mut nowhere, mut nowhere_else) = (sink(), sink());
            // Until one of them gives up.
            tokio::select! {
                _ = copy(&mut client, &mut nowhere) => {}
                _ = copy(&mut server, &mut nowhere_else) => {}
            }
        }
    }
}

/// Passes one direction on, until it ends.
async fn pass(mut from: ReadHalf<'_>, mut to: WriteHalf<'_>, way: Way, mut dice: Dice, counts: &Counts) -> Over {
    let (mut piece, mut passed) = ([0; 4_096], 0);
    loop {
        let read = from.read(&mut piece).await.unwrap_or(0);
        let left = way.end.map_or(read, |(after, _)| after - passed).min(read);
        sleep(dice.millis(way.delay_ms)).await;
        if let Some(most) = way.bytes_a_second {
            sleep(Duration::from_secs(1) * u32::try_from(left).unwrap() / u32::try_from(most).unwrap()).await;
        }
        let written = to.write_all(&piece[..left]).await;
        passed += left;
        if read == 0 || written.is_err() {
            let _ = to.shutdown().await;
            return Over::Closed;
        }
        match way.end {
            Some((after, end)) if passed == after => {
                counts.ended.fetch_add(1, Ordering::Relaxed);
                if let End::HalfClosed = end {
                    let _ = to.shutdown().await;
                    return Over::Closed;
                }
                return Over::Ended(end);
            }
            _ => {}
        }
    }
}
