//! Counts round trips: a unix socket that hands bytes on to the server's, and reads the frames that come back.
//!
//! The server says `ReadyForQuery` once for each time that the client waits, and `CommandComplete` once for each
//! statement. So what is counted is what happened, whatever the code looks like; the pool's questions whether a
//! connection lives are in it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use sqlx::postgres::PgConnectOptions;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy};
use tokio::net::{UnixListener, UnixStream};

use crate::failure::Failure;

const READY_FOR_QUERY: u8 = b'Z';
const COMMAND_COMPLETE: u8 = b'C';

/// What has come back so far, over all connections.
#[derive(Debug, Default)]
pub struct Counts {
    round_trips: AtomicU64,
    statements: AtomicU64,
}

impl Counts {
    /// Round trips and statements so far.
    pub fn now(&self) -> (u64, u64) {
        (self.round_trips.load(Ordering::Relaxed), self.statements.load(Ordering::Relaxed))
    }
}

/// The socket in the middle; it goes away when dropped.
pub struct Proxy {
    folder: TempDir,
    counts: Arc<Counts>,
    accepting: tokio::task::JoinHandle<()>,
}

impl Proxy {
    /// Listens before the server that these options lead to.
    pub fn before(server: &PgConnectOptions) -> Result<Self, Failure> {
        let folder = tempfile::Builder::new()
            .prefix("sne-bench-proxy-")
            .tempdir()
            .map_err(Failure::io("making a temporary folder"))?;
        let upstream = socket_file(
            server.get_socket().map_or_else(|| Path::new(server.get_host()), PathBuf::as_path),
            server.get_port(),
        );
        let listener = UnixListener::bind(socket_file(folder.path(), server.get_port()))
            .map_err(Failure::io("listening on a socket"))?;
        let counts = Arc::<Counts>::default();
        let shared = Arc::clone(&counts);
        let accepting = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(serve(client, upstream.clone(), Arc::clone(&shared)));
            }
        });
        Ok(Self { folder, counts, accepting })
    }

    /// The same database, by way of this socket.
    pub fn through(&self, options: PgConnectOptions) -> PgConnectOptions {
        options.socket(self.folder.path())
    }

    /// The counts, to be read at any time.
    pub fn counts(&self) -> Arc<Counts> {
        Arc::clone(&self.counts)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

fn socket_file(folder: &Path, port: u16) -> PathBuf {
    folder.join(format!(".s.PGSQL.{port}"))
}

/// One connection, until either side ends it. The client then sees the end of its socket, as it would without us.
async fn serve(client: UnixStream, upstream: PathBuf, counts: Arc<Counts>) -> std::io::Result<()> {
    let server = UnixStream::connect(upstream).await?;
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let up = async move {
        copy(&mut from_client, &mut to_server).await?;
        to_server.shutdown().await
    };
    let down = async move {
        let mut frames = Frames::default();
        let mut buffer = vec![0; 1 << 16];
        loop {
            let read = from_server.read(&mut buffer).await?;
            if read == 0 {
                return to_client.shutdown().await;
            }
            // Counted before it is handed on: who has the answer finds it counted.
            frames.count(&buffer[..read], &counts);
            to_client.write_all(&buffer[..read]).await?;
        }
    };
    tokio::try_join!(up, down).map(drop)
}

/// Where in the stream of frames we are: a type byte, a length that counts itself, the rest.
#[derive(Default)]
struct Frames {
    header: [u8; 5],
    filled: usize,
    skip: usize,
}

impl Frames {
    fn count(&mut self, mut bytes: &[u8], counts: &Counts) {
        while !bytes.is_empty() {
            let skipped = self.skip.min(bytes.len());
            self.skip -= skipped;
            bytes = &bytes[skipped..];
            let Some((byte, rest)) = bytes.split_first() else { return };
            self.header[self.filled] = *byte;
            self.filled += 1;
            bytes = rest;
            if self.filled == self.header.len() {
                self.filled = 0;
                let [kind, length @ ..] = self.header;
                self.skip = (u32::from_be_bytes(length) as usize).saturating_sub(4);
                match kind {
                    READY_FOR_QUERY => counts.round_trips.fetch_add(1, Ordering::Relaxed),
                    COMMAND_COMPLETE => counts.statements.fetch_add(1, Ordering::Relaxed),
                    _ => 0,
                };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// BindComplete, a row that holds the letters looked for, CommandComplete, ReadyForQuery; twice.
    fn answer() -> Vec<u8> {
        let one = b"2\0\0\0\x04D\0\0\0\x0cZZZZCCCCC\0\0\0\x0dSELECT 1\0Z\0\0\0\x05I";
        [one.as_slice(), one.as_slice()].concat()
    }

    #[test]
    fn frames_are_counted_however_they_arrive() {
        for size in 1..answer().len() {
            let (mut frames, counts) = (Frames::default(), Counts::default());
            answer().chunks(size).for_each(|bytes| frames.count(bytes, &counts));
            assert_eq!(counts.now(), (2, 2), "in pieces of {size}");
        }
    }
}
