//! Connections, no more of them at once than allowed, and none before its handshake is done. Strangers are read slowly.

mod pace;
mod strangers;

use std::future::{Future, pending};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::time::{Sleep, sleep};
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::server::Connected;

use self::pace::{Pace, Proof};
use self::strangers::{Source, Strangers};
use crate::identity::{Acceptor, Certificate};
use crate::metrics::{Metrics, UnderWay};

/// What a client of HTTP/2 sends unasked: the preface, and the head of its settings.
const GREETING: usize = 24 + 9;
/// How long it may take. The transport itself would wait for ever, and pings begin only after it.
const TO_GREET: Duration = Duration::from_secs(10);
/// How long a TLS handshake may take. It holds a place meanwhile, so that there are no more of them than places.
const TO_SHAKE_HANDS: Duration = Duration::from_secs(5);

/// A connection's bytes, as they come from TCP or out of TLS.
trait Bytes: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Bytes for T {}

/// Who is at the other end of a connection, as far as the handshake showed.
#[derive(Clone, Debug, Default)]
pub struct Peer {
    /// The certificate that he proved to be his, if he showed one.
    pub certificate: Option<Certificate>,
    /// Given with the first call of his that somebody known makes; until then he is a stranger.
    pub proof: Proof,
}

/// What a connection holds while it is open.
type Place = (OwnedSemaphorePermit, UnderWay);

/// One connection, which gives its place back when it is dropped.
pub struct Connection {
    bytes: Box<dyn Bytes>,
    /// Ready once the certificate at its other end is trusted no more: never, where none was shown.
    distrusted: Pin<Box<dyn Future<Output = ()> + Send>>,
    /// It was.
    ended: bool,
    pace: Pace,
    peer: Peer,
    _place: Place,
    /// What is missing of the greeting, and until when.
    greeting: Option<(usize, Pin<Box<Sleep>>)>,
}

impl Connection {
    fn new(bytes: impl Bytes + 'static, peer: Peer, source: Source, place: Place, to_greet: Duration) -> Self {
        let greeting = Some((GREETING, Box::pin(sleep(to_greet))));
        let pace = Pace::of(peer.proof.clone(), source);
        let distrusted = Box::pin(pending());
        Self { bytes: Box::new(bytes), distrusted, ended: false, pace, peer, _place: place, greeting }
    }

    /// Once its source may have one more, and after its handshake; nothing when it came to none.
    async fn made(stream: TcpStream, source: Source, acceptor: Option<Acceptor>, place: Place) -> Option<Self> {
        if !source.admits().await {
            return None;
        }
        match acceptor {
            None => Some(Self::new(stream, Peer::default(), source, place, TO_GREET)),
            Some(acceptor) => Self::secured(stream, source, acceptor, place).await,
        }
    }

    async fn secured(stream: TcpStream, source: Source, acceptor: Acceptor, place: Place) -> Option<Self> {
        let shaken = tokio::time::timeout(TO_SHAKE_HANDS, acceptor.now().accept(stream)).await;
        let refused = match shaken {
            Ok(Ok(stream)) => {
                let chain = stream.get_ref().1.peer_certificates().unwrap_or_default();
                match chain.first().map(|der| Certificate::read(der)) {
                    Some(None) => "the certificate has no dates".to_owned(),
                    known => {
                        let peer = Peer { certificate: known.flatten(), ..Peer::default() };
                        let chain: Vec<_> = chain.iter().map(|der| CertificateDer::from(der.to_vec())).collect();
                        let connection = Self::new(stream, peer, source, place, TO_GREET);
                        if chain.is_empty() {
                            return Some(connection);
                        }
                        return Some(Self { distrusted: Box::pin(acceptor.distrusts(chain)), ..connection });
                    }
                }
            }
            Ok(Err(error)) => error.to_string(),
            Err(_) => "too slow".to_owned(),
        };
        tracing::info!(reason = refused, "a handshake failed");
        None
    }
}

/// Accepts connections while there are places; those beyond wait in the machine's own queue, which is bounded. Each is made
/// beside the others: a source that has to wait and a slow handshake keep nobody else waiting.
pub fn connections(
    listener: TcpListener,
    most: usize,
    acceptor: Option<Acceptor>,
    metrics: Metrics,
) -> ReceiverStream<io::Result<Connection>> {
    let (sender, receiver) = mpsc::channel(1);
    let (places, strangers) = (Arc::new(Semaphore::new(most)), Strangers::default());
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
            let accepted = accepted.and_then(|(stream, from)| stream.set_nodelay(true).map(|()| (stream, from)));
            let (stream, from) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Out of file handles, most likely: a moment, not a busy loop.
                    tracing::warn!(%error, "a connection could not be accepted");
                    sleep(Duration::from_millis(50)).await;
                    continue;
                }
            };
            let (source, place) = (strangers.at(from.ip()), (place, metrics.connection()));
            let (acceptor, sender) = (acceptor.clone(), sender.clone());
            tokio::spawn(async move {
                tokio::select! {
                    () = sender.closed() => {}
                    made = Connection::made(stream, source, acceptor, place) => {
                        if let Some(connection) = made {
                            // Nobody takes connections any more: it ends.
                            let _ = sender.send(Ok(connection)).await;
                        }
                    }
                }
            });
        }
    });
    ReceiverStream::new(receiver)
}

impl Connected for Connection {
    type ConnectInfo = Peer;

    fn connect_info(&self) -> Peer {
        self.peer.clone()
    }
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if !self.ended && self.distrusted.as_mut().poll(cx).is_ready() {
            tracing::info!("a connection ended: the authority of its certificate is trusted no more");
            self.ended = true;
        }
        // Whoever reads on reads nothing more.
        if self.ended {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        let most = ready!(self.pace.poll(cx))?;
        let before = buffer.filled().len();
        let read = if most >= buffer.remaining() {
            Pin::new(&mut self.bytes).poll_read(cx, buffer)
        } else {
            let mut part = ReadBuf::new(buffer.initialize_unfilled_to(most));
            let read = Pin::new(&mut self.bytes).poll_read(cx, &mut part);
            let came = part.filled().len();
            buffer.advance(came);
            read
        };
        let came = buffer.filled().len() - before;
        self.pace.spend(came);
        let Some((missing, silence)) = &mut self.greeting else { return read };
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
        Pin::new(&mut self.bytes).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.bytes).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.bytes).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.bytes).poll_write_vectored(cx, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.bytes.is_write_vectored()
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
        let (stream, from) = listener.accept().await.unwrap();
        (client, Connection::new(stream, Peer::default(), Strangers::default().at(from.ip()), place, to_greet))
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
