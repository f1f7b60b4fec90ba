//! Every point between two statements as a fail point: a socket before the server's that counts what a client asks, and at
//! one of them cuts its connection or holds it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use sqlx::postgres::PgConnectOptions;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Messages that end what is asked: a simple query, a sync, the end of a copy. After each the client waits.
const ENDS: [u8; 3] = [b'Q', b'S', b'c'];
/// Messages that end an answer: ready for the next query, ready for the rows of a copy.
const ANSWERED: [u8; 2] = [b'Z', b'G'];

/// On which side of a message a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The message never arrives.
    Before,
    /// The server has done what it says, and the answer never arrives.
    After,
}

/// What becomes of the connection there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It is closed on both sides.
    Cut,
    /// Nothing passes any more, until the server is gone.
    Held,
}

#[derive(Clone, Copy, Debug)]
struct Armed {
    at: u64,
    side: Side,
    end: End,
}

#[derive(Debug, Default)]
struct State {
    /// Messages so far, over all connections.
    seen: u64,
    armed: Option<Armed>,
}

/// The socket in the middle; it goes away when dropped.
pub struct Points {
    folder: TempDir,
    state: Arc<watch::Sender<State>>,
    accepting: JoinHandle<()>,
}

impl Points {
    /// Listens before the server that these options lead to.
    pub fn before(server: &PgConnectOptions) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let upstream = socket_file(server.get_socket().unwrap(), server.get_port());
        let listener = UnixListener::bind(socket_file(folder.path(), server.get_port())).unwrap();
        let state = Arc::new(watch::Sender::new(State::default()));
        let shared = Arc::clone(&state);
        let accepting = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (upstream, state) = (upstream.clone(), Arc::clone(&shared));
                tokio::spawn(async move {
                    if let Ok(server) = UnixStream::connect(upstream).await {
                        pass(client, server, &state).await;
                    }
                });
            }
        });
        Self { folder, state, accepting }
    }

    /// The same database, by way of this socket.
    pub fn through(&self, options: PgConnectOptions) -> PgConnectOptions {
        options.socket(self.folder.path())
    }

    /// Messages so far.
    pub fn seen(&self) -> u64 {
        self.state.borrow().seen
    }

    /// Arms the point at the n-th message from now on.
    pub fn arm(&self, n: u64, side: Side, end: End) {
        self.state.send_modify(|state| state.armed = Some(Armed { at: state.seen + n, side, end }));
    }

    /// Disarms; whether the point was hit.
    pub fn disarm(&self) -> bool {
        let mut armed = None;
        self.state.send_modify(|state| armed = state.armed.take());
        armed.is_none()
    }

    /// Waits until the point is hit.
    pub async fn hit(&self) {
        let mut state = self.state.subscribe();
        let _ = state.wait_for(|state| state.armed.is_none()).await;
    }
}

impl Drop for Points {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

fn socket_file(folder: &Path, port: u16) -> PathBuf {
    folder.join(format!(".s.PGSQL.{port}"))
}

/// One connection, until either side or a point ends it.
async fn pass(client: UnixStream, server: UnixStream, state: &watch::Sender<State>) {
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let swallowing = AtomicBool::new(false);
    tokio::select! {
        () = up(from_client, to_server, state, &swallowing) => {}
        () = down(from_server, to_client, state, &swallowing) => {}
    }
}

/// Hands messages on, each whole, and looks at each that ends a question.
async fn up(mut client: OwnedReadHalf, mut server: OwnedWriteHalf, state: &watch::Sender<State>, swallow: &AtomicBool) {
    let mut messages = Messages { bytes: Vec::new(), first: true };
    let mut buffer = vec![0; 1 << 16];
    loop {
        let Ok(read @ 1..) = client.read(&mut buffer).await else { return };
        messages.bytes.extend_from_slice(&buffer[..read]);
        for (kind, message) in messages.by_ref() {
            let mut here = None;
            if kind.is_some_and(|kind| ENDS.contains(&kind)) {
                state.send_modify(|state| {
                    state.seen += 1;
                    here = state.armed.filter(|armed| armed.at == state.seen);
                });
            }
            match here {
                None => {}
                Some(Armed { side: Side::After, .. }) => swallow.store(true, Ordering::SeqCst),
                Some(Armed { side: Side::Before, end, .. }) => {
                    hit(state);
                    if end == End::Held {
                        std::future::pending::<()>().await;
                    }
                    return;
                }
            }
            if server.write_all(&message).await.is_err() {
                return;
            }
        }
    }
}

/// Hands answers on; the one that is swallowed is waited for to its end.
async fn down(
    mut server: OwnedReadHalf,
    mut client: OwnedWriteHalf,
    state: &watch::Sender<State>,
    swallow: &AtomicBool,
) {
    let mut answer = Messages { bytes: Vec::new(), first: false };
    let mut buffer = vec![0; 1 << 16];
    loop {
        let Ok(read @ 1..) = server.read(&mut buffer).await else { return };
        if !swallow.load(Ordering::SeqCst) {
            if client.write_all(&buffer[..read]).await.is_err() {
                return;
            }
            continue;
        }
        answer.bytes.extend_from_slice(&buffer[..read]);
        for (kind, _) in answer.by_ref() {
            if !kind.is_some_and(|kind| ANSWERED.contains(&kind)) {
                continue;
            }
            // None when the point was disarmed meanwhile.
            let end = state.borrow().armed.map(|armed| armed.end);
            hit(state);
            if end == Some(End::Cut) {
                return;
            }
        }
    }
}

fn hit(state: &watch::Sender<State>) {
    state.send_modify(|state| state.armed = None);
}

/// Whole messages of a stream: a type, a length that counts itself, the rest; the client's first has no type.
struct Messages {
    bytes: Vec<u8>,
    first: bool,
}

impl Iterator for Messages {
    type Item = (Option<u8>, Vec<u8>);

    fn next(&mut self) -> Option<Self::Item> {
        let header = usize::from(!self.first);
        let length: [u8; 4] = self.bytes.get(header..header + 4)?.try_into().ok()?;
        let end = header + u32::from_be_bytes(length) as usize;
        if self.bytes.len() < end {
            return None;
        }
        let rest = self.bytes.split_off(end);
        let message = std::mem::replace(&mut self.bytes, rest);
        let kind = (!self.first).then(|| message[0]);
        self.first = false;
        Some((kind, message))
    }
}
