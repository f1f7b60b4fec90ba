//! A connection that ends once the certificate at its other end is trusted no more.

use std::future::{Future, poll_fn};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use rustls::pki_types::CertificateDer;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

use super::tls::Acceptor;

/// What comes out of TLS. Without a certificate there is nothing to be distrusted.
pub struct Trusted {
    stream: TlsStream<TcpStream>,
    distrusted: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
}

impl Trusted {
    /// A connection whose handshake this acceptor made.
    pub fn of(stream: TlsStream<TcpStream>, acceptor: Acceptor) -> Self {
        let chain = stream.get_ref().1.peer_certificates().unwrap_or_default();
        let chain: Vec<_> = chain.iter().map(|der| CertificateDer::from(der.to_vec())).collect();
        let distrusted: Option<Pin<Box<dyn Future<Output = ()> + Send>>> =
            if chain.is_empty() { None } else { Some(Box::pin(acceptor.distrusts(chain))) };
        Self { stream, distrusted }
    }
}

impl AsyncRead for Trusted {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if let Some(distrusted) = &mut self.distrusted
            && distrusted.as_mut().poll(cx).is_ready()
        {
            // Whoever reads on reads nothing more.
            self.distrusted = Some(Box::pin(poll_fn(|_| Poll::Ready(()))));
            tracing::info!("a connection ended: the authority of its certificate is trusted no more");
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Trusted {
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
