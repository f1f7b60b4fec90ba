//! Connections, no more of them at once than allowed.

use std::future::Future as _;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::time::{Sleep, sleep};
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::server::{Connected, TcpConnectInfo};

use crate::metrics::{Metrics, UnderWay};

/// What a client of HTTP/2 sends unasked: the preface, and the head of its settings.
const GREETING: usize = 24 + 9;
/// How long it may take. The transport itself would wait for ever, and pings begin only after it.
const TO_GREET: Duration = Duration::from_secs(10);

/// One connection, which gives its place back when it is dropped.
pub struct Connection {
    stream: TcpStream,
    _place: (OwnedSemaphorePermit, UnderWay),
    /// What is missing of the greeting, and until when.
    greeting: Option<(usize, Pin<Box<Sleep>>)>,
}

impl Connection {
    fn new(stream: TcpStream, place: (OwnedSemaphorePermit, UnderWay), to_greet: Duration) -> Self {
        Self { stream, _place: place, greeting: Some((GREETING, Box::pin(sleep(to_greet)))) }
    }
}

/// Accepts connections while there are places; those beyond wait in the machine's own queue, which is bounded.
pub fn connections(listener: TcpListener, most: usize, metrics: Metrics) -> ReceiverStream<io::Result<Connection>> {
    let (sender, receiver) = mpsc::channel(1);
    let places = Arc::new(Semaphore::new(most));
    tokio::spawn(async move {
        loop {
            let place = tokio::select! {
                Ok(place) = Arc::clone(&places).acquire_owned() => place,
                () = sender.closed() => return,
            };
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                // Nobody takes connections any more: the listener goes.
                () = sender.closed() => return,
            };
            let connection = accepted.and_then(|(stream, _)| {
                stream.set_nodelay(true)?;
                Ok(Connection::new(stream, (place, metrics.connection()), TO_GREET))
            });
            if let Err(error) = &connection {
                // Out of file handles, most likely: a moment, not a busy loop.
                tracing::warn!(%error, "a connection could not be accepted");
                sleep(Duration::from_millis(50)).await;
                continue;
            }
            if sender.send(connection).await.is_err() {
                return;
            }
        }
    });
    ReceiverStream::new(receiver)
}

impl Connected for Connection {
    type ConnectInfo = TcpConnectInfo;

    fn connect_info(&self) -> TcpConnectInfo {
        self.stream.connect_info()
    }
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        let Some((missing, silence)) = &mut self.greeting else { return read };
        let came = buffer.filled().len() - before;
        match read {
            Poll::Ready(Ok(())) if came >= *missing => self.greeting = None,
            Poll::Ready(Ok(())) => *missing -= came,
            // Drop by drop or not at all: somebody else can use the place.
            Poll::Pending if silence.as_mut().poll(cx).is_ready() => {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            _ => {}
        }
        read
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    async fn pair(to_greet: Duration) -> (TcpStream, Connection) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let place = Arc::new(Semaphore::new(1)).try_acquire_owned().unwrap();
        let place = (place, Metrics::default().connection());
        (client, Connection::new(listener.accept().await.unwrap().0, place, to_greet))
    }

    #[tokio::test]
    async fn who_does_not_greet_in_time_is_sent_away() {
        let (mut client, mut connection) = pair(Duration::from_millis(20)).await;
        client.write_all(b"PRI * HTTP/2.0").await.unwrap();
        let ended = connection.read_exact(&mut [0; GREETING]).await.unwrap_err();
        assert_eq!(ended.kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn who_has_greeted_may_be_silent() {
        let (mut client, mut connection) = pair(Duration::from_millis(20)).await;
        client.write_all(&[1; GREETING]).await.unwrap();
        connection.read_exact(&mut [0; GREETING]).await.unwrap();
        let silent = tokio::time::timeout(Duration::from_millis(100), connection.read_u8()).await;
        assert!(silent.is_err(), "{silent:?}");
        client.write_u8(7).await.unwrap();
        assert_eq!(connection.read_u8().await.unwrap(), 7);
    }
}
