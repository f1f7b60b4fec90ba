//! Readers of a stream who decide themselves when they take the next bytes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use h2::RecvStream;
use h2::client::SendRequest;
use http::{HeaderMap, Request};
use nomenclature::Actor;
use tests::stage::served::Served;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::sleep;
use tonic::Status;
use tonic_types::StatusExt as _;

/// What is taken at once.
const PIECE: usize = 512;

/// A stream of the audit service, and its connection.
pub struct Reader {
    body: RecvStream,
    connection: JoinHandle<()>,
    _sender: SendRequest<Bytes>,
}

impl Reader {
    /// Begins to read; the reason when it is refused.
    pub async fn begin(served: &Served, auditor: Actor, method: &str) -> Result<Self, String> {
        let stream = TcpStream::connect(&served.address).await.unwrap();
        let (sender, connection) = h2::client::handshake(stream).await.unwrap();
        let connection = tokio::spawn(async move {
            // How it ends is told by the stream.
            let _ = connection.await;
        });
        let token = served.tokens.authorization(&auditor).expect("an agent audits");
        let request = Request::post(format!("http://sne/sne.v1.AuditService/{method}"))
            .header("content-type", "application/grpc")
            .header("te", "trailers")
            .header("authorization", token.to_str().unwrap())
            .body(())
            .unwrap();
        let mut sender = sender.ready().await.unwrap();
        let (response, mut said) = sender.send_request(request, false).unwrap();
        // An empty message in its frame: from the beginning of the log.
        said.send_data(Bytes::from_static(&[0; 5]), true).unwrap();
        let (head, body) = response.await.unwrap().into_parts();
        match Status::from_header_map(&head.headers) {
            Some(refused) => Err(reason(&refused)),
            None => Ok(Self { body, connection, _sender: sender }),
        }
    }

    /// Takes so many bytes a second, which may be changed, until the stream ends: the reason of the end.
    pub async fn takes(mut self, bytes_a_second: Arc<AtomicUsize>) -> Option<String> {
        while let Some(data) = self.body.data().await {
            let mut left = data.ok()?.len();
            while left > 0 {
                let piece = left.min(PIECE);
                let pace = bytes_a_second.load(Ordering::Relaxed);
                sleep(Duration::from_secs(1) * u32::try_from(piece).unwrap() / u32::try_from(pace).unwrap()).await;
                self.body.flow_control().release_capacity(piece).unwrap();
                left -= piece;
            }
        }
        let trailers: HeaderMap = self.body.trailers().await.ok().flatten()?;
        Status::from_header_map(&trailers).map(|status| reason(&status))
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.connection.abort();
    }
}

fn reason(status: &Status) -> String {
    status.get_details_error_info().map(|info| info.reason).unwrap_or_default()
}
