//! `AuditService`: replays as streams. Each runs in a task of its own behind a small channel, so that a slow reader holds
//! a few pages and nothing else; the number of replays at once is bounded.

use std::sync::Arc;
use std::time::Duration;

use event_log::{Page, Position, Reader, RecordedEvent, Subscription};
use proto::v1::audit_service_server::AuditService;
use proto::v1::replay_demand_request::AsOf as AsOfText;
use proto::v1::{
    FollowLogRequest, FollowLogResponse, ReplayDemandRequest, ReplayDemandResponse, ReplayLogRequest, ReplayLogResponse,
};
use register::{AsOf, Register};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status};

use crate::caller;
use crate::convert::{Edge, event};
use crate::metrics::Metrics;
use crate::options::Options;
use crate::reason::Reason;
use crate::status::Refusal;

/// Events of one page of the log.
const PAGE: u32 = 256;
/// A message of a stream holds at most about this many bytes, unless one event alone has more.
const MESSAGE_BYTES: usize = 256 * 1024;
/// Messages that wait for a slow reader.
const WAITING: usize = 4;

type Stream<T> = ReceiverStream<Result<T, Status>>;

/// The service.
pub struct Audit {
    register: Register,
    places: Arc<Semaphore>,
    sign_of_life: Duration,
    stopped: watch::Receiver<bool>,
    metrics: Metrics,
}

impl Audit {
    pub fn new(register: Register, options: &Options, stopped: watch::Receiver<bool>, metrics: Metrics) -> Self {
        let places = Arc::new(Semaphore::new(options.replays));
        Self { register, places, sign_of_life: options.sign_of_life, stopped, metrics }
    }

    fn place(&self) -> Result<OwnedSemaphorePermit, Status> {
        Arc::clone(&self.places).try_acquire_owned().map_err(|_| Refusal::new(Reason::TooManyReplays).into())
    }

    /// Runs a replay until it ends, its reader leaves or the server stops.
    fn stream<T: Send + 'static>(
        &self,
        place: OwnedSemaphorePermit,
        replay: impl AsyncReplay<T>,
    ) -> Response<Stream<T>> {
        let (sender, receiver) = mpsc::channel(WAITING);
        let mut stopped = self.stopped.clone();
        let under_way = self.metrics.replay();
        tokio::spawn(async move {
            let _place = (place, under_way);
            let end = tokio::select! {
                end = replay.run(sender.clone()) => end,
                () = sender.closed() => return,
                _ = stopped.wait_for(|stopped| *stopped) => Err(Reason::ShuttingDown.into()),
            };
            if let Err(refusal) = end {
                // However slow the reader: a replay that was cut must never look like one that is complete.
                let _ = sender.send(Err(refusal.into())).await;
            }
        });
        Response::new(ReceiverStream::new(receiver))
    }
}

/// What a replay does with its channel; an error is told to the reader as the last thing.
trait AsyncReplay<T>: Send + 'static {
    fn run(self, sender: mpsc::Sender<Result<T, Status>>) -> impl Future<Output = Result<(), Refusal>> + Send;
}

impl<T, F, R> AsyncReplay<T> for F
where
    F: FnOnce(mpsc::Sender<Result<T, Status>>) -> R + Send + 'static,
    R: Future<Output = Result<(), Refusal>> + Send,
{
    fn run(self, sender: mpsc::Sender<Result<T, Status>>) -> impl Future<Output = Result<(), Refusal>> + Send {
        self(sender)
    }
}

#[tonic::async_trait]
impl AuditService for Audit {
    type ReplayDemandStream = Stream<ReplayDemandResponse>;
    type ReplayLogStream = Stream<ReplayLogResponse>;
    type FollowLogStream = Stream<FollowLogResponse>;

    async fn replay_demand(
        &self,
        request: Request<ReplayDemandRequest>,
    ) -> Result<Response<Self::ReplayDemandStream>, Status> {
        let auditor = caller::of(request.metadata())?;
        let ReplayDemandRequest { number, as_of } = request.into_inner();
        let mut edge = Edge::default();
        let number = edge.number(&number);
        let as_of = match as_of {
            None => Some(AsOf::Now),
            Some(AsOfText::Position(position)) => edge.position("position", position).map(AsOf::Position),
            Some(AsOfText::Date(day)) => edge.date("date", &day).map(AsOf::Day),
        };
        let (number, as_of) = edge.finish(number.zip(as_of))?;
        let place = self.place()?;
        let events = self.register.replay(number, as_of, &auditor).await.map_err(Refusal::from)?;
        Ok(self.stream(place, |sender: mpsc::Sender<_>| async move {
            for recorded in events {
                let message = ReplayDemandResponse { event: Some(event::write(recorded)) };
                if sender.send(Ok(message)).await.is_err() {
                    return Ok(());
                }
            }
            Ok(())
        }))
    }

    async fn replay_log(&self, request: Request<ReplayLogRequest>) -> Result<Response<Self::ReplayLogStream>, Status> {
        let auditor = caller::of(request.metadata())?;
        let ReplayLogRequest { after_position, up_to_position } = request.into_inner();
        let mut edge = Edge::default();
        let after = edge.position("after_position", after_position);
        let up_to = match up_to_position {
            None => Some(None),
            Some(up_to) => edge.position("up_to_position", up_to).map(Some),
        };
        let (after, up_to) = edge.finish(after.zip(up_to))?;
        let place = self.place()?;
        let beyond = up_to.unwrap_or(after).max(after);
        let (reader, head) = self.register.audited_log(beyond, &auditor).await.map_err(Refusal::from)?;
        let reader = reader.clone();
        Ok(self.stream(place, move |sender| replay(reader, after, up_to.unwrap_or(head), sender)))
    }

    async fn follow_log(&self, request: Request<FollowLogRequest>) -> Result<Response<Self::FollowLogStream>, Status> {
        let auditor = caller::of(request.metadata())?;
        let mut edge = Edge::default();
        let after = edge.position("after_position", request.get_ref().after_position);
        let after = edge.finish(after)?;
        let place = self.place()?;
        let (reader, _) = self.register.audited_log(after, &auditor).await.map_err(Refusal::from)?;
        let (log, sign_of_life) = (reader.subscribe(after), self.sign_of_life);
        let reader = reader.clone();
        Ok(self.stream(place, move |sender| follow(reader, log, sign_of_life, sender)))
    }
}

async fn replay(
    reader: Reader,
    mut after: Position,
    up_to: Position,
    sender: mpsc::Sender<Result<ReplayLogResponse, Status>>,
) -> Result<(), Refusal> {
    while after < up_to {
        let Page { mut events, head, .. } = reader.read_after(after, PAGE).await?;
        events.retain(|event| event.position <= up_to);
        let Some(last) = events.last() else { return Ok(()) };
        after = last.position;
        for events in messages(events) {
            if sender.send(Ok(ReplayLogResponse { events, head_position: head.get() })).await.is_err() {
                return Ok(());
            }
        }
    }
    Ok(())
}

async fn follow(
    reader: Reader,
    mut log: Subscription,
    sign_of_life: Duration,
    sender: mpsc::Sender<Result<FollowLogResponse, Status>>,
) -> Result<(), Refusal> {
    loop {
        let (events, head) = match tokio::time::timeout(sign_of_life, log.next_page(PAGE)).await {
            Ok(page) => page.map(|page| (page.events, page.head))?,
            Err(_) => (Vec::new(), reader.head().await?),
        };
        let pages = if events.is_empty() { vec![Vec::new()] } else { messages(events) };
        for events in pages {
            if sender.send(Ok(FollowLogResponse { events, head_position: head.get() })).await.is_err() {
                return Ok(());
            }
        }
    }
}

/// Cuts a page into messages that are not too large.
fn messages(page: Vec<RecordedEvent>) -> Vec<Vec<proto::v1::RecordedEvent>> {
    let mut messages = Vec::new();
    let (mut message, mut bytes) = (Vec::new(), 0);
    for recorded in page {
        let size = recorded.payload.len() + recorded.sealed.len() + 512;
        if bytes + size > MESSAGE_BYTES && !message.is_empty() {
            messages.push(std::mem::take(&mut message));
            bytes = 0;
        }
        bytes += size;
        message.push(event::write(recorded));
    }
    if !message.is_empty() {
        messages.push(message);
    }
    messages
}
