//! `AuditService`: replays as streams, a bounded number of them at once.

use std::time::Duration;

use access::{Purpose, ReplayDemand, ReplayLog};
use demand::{FieldReason, Violation};
use event_log::{Page, Position, Reader, RecordedEvent, Subscription};
use nomenclature::{Actor, UniqueNumber};
use proto::v1::audit_service_server::AuditService;
use proto::v1::replay_demand_request::AsOf as AsOfText;
use proto::v1::{
    FollowLogRequest, FollowLogResponse, ReplayDemandRequest, ReplayDemandResponse, ReplayLogRequest, ReplayLogResponse,
};
use register::{AsOf, Look, LookKind, Register, Replayed, Viewer};
use tokio::sync::watch;
use tokio::time::Instant;
use tonic::{Request, Response, Status};

use crate::caller;
use crate::convert::{Edge, event};
use crate::identity::Standing;
use crate::metrics::Metrics;
use crate::options::Options;
use crate::places::{Place, Places};
use crate::reason::Reason;
use crate::replay::{Cut, Out, Replay};
use crate::status::Refusal;

/// Events of one page of the log.
const PAGE: u32 = 256;
/// Between two looks whether whoever reads may still read: a suspension by this process ends his stream so soon, one by another
/// process a second later.
const A_LOOK: Duration = Duration::from_millis(250);
/// A message of a stream holds at most about this many bytes, unless one event alone has more.
const MESSAGE_BYTES: usize = 256 * 1024;

/// The service.
pub struct Audit {
    register: Register,
    places: Places,
    sign_of_life: Duration,
    reader_patience: Duration,
    stopped: watch::Receiver<bool>,
}

impl Audit {
    pub fn new(register: Register, options: &Options, stopped: watch::Receiver<bool>, metrics: Metrics) -> Self {
        let places = Places::new(options.replays).measured_by(metrics);
        let (sign_of_life, reader_patience) = (options.sign_of_life, options.reader_patience);
        Self { register, places, sign_of_life, reader_patience, stopped }
    }

    fn place(&self, auditor: &Actor) -> Result<Place, Refusal> {
        self.places.take(auditor.organisation_code()).ok_or(Refusal::new(Reason::TooManyReplays))
    }

    /// Who takes the log took all of it: which events he read is not told.
    async fn record_log(&self, auditor: &Actor) -> Result<(), Refusal> {
        Ok(self.register.record(auditor, Look::of(LookKind::Log, Purpose::Audit)).await?)
    }

    fn stream<T: Send + 'static, F>(
        &self,
        place: Place,
        (auditor, standing, number): (Actor, Standing, Option<UniqueNumber>),
        replay: impl FnOnce(Out<T>) -> F + Send + 'static,
    ) -> Response<Replay<T>>
    where
        F: Future<Output = Result<(), Cut>> + Send,
    {
        let lapse = lapse(self.register.clone(), auditor, standing, number);
        Response::new(Replay::run(place, self.reader_patience, self.stopped.clone(), lapse, replay))
    }
}

#[tonic::async_trait]
impl AuditService for Audit {
    type ReplayDemandStream = Replay<ReplayDemandResponse>;
    type ReplayLogStream = Replay<ReplayLogResponse>;
    type FollowLogStream = Replay<FollowLogResponse>;

    async fn replay_demand(
        &self,
        request: Request<ReplayDemandRequest>,
    ) -> Result<Response<Self::ReplayDemandStream>, Status> {
        let (auditor, standing) = (caller::of(request.extensions())?, caller::standing(request.extensions())?);
        let ReplayDemandRequest { number, as_of } = request.into_inner();
        let mut edge = Edge::default();
        let number = edge.number(&number);
        let as_of = match as_of {
            None => Some(AsOf::Now),
            Some(AsOfText::Position(position)) => edge.position("position", position).map(AsOf::Position),
            Some(AsOfText::Date(day)) => edge.date("date", &day).and_then(|day| {
                let over = day <= self.register.clock().today();
                // What the log will say at the end of a day that is to come, nobody knows.
                over.then_some(AsOf::Day(day)).or_else(|| {
                    edge.fault("date", FieldReason::InTheFuture);
                    None
                })
            }),
        };
        let (number, as_of) = edge.finish(number.zip(as_of))?;
        let replay =
            self.register.permit(Viewer::Agent(&auditor), ReplayDemand(number)).await.map_err(Refusal::from)?;
        let place = self.place(&auditor)?;
        let Replayed { events, as_of } = self.register.replay(&replay, as_of).await.map_err(Refusal::from)?;
        let versions = events.last().map_or(0, |event| event.version);
        let look = Look {
            territory: Some(number.territory()),
            shown: vec![(number, versions)],
            ..Look::of(LookKind::Replay, Purpose::Audit)
        };
        self.register.record(&auditor, look).await.map_err(Refusal::from)?;
        Ok(self.stream(place, (auditor, standing, Some(number)), async move |out: Out<_>| {
            for recorded in events {
                let event = Some(event::write(recorded));
                out.send(ReplayDemandResponse { event, as_of_position: as_of.get(), versions }).await?;
            }
            Ok(())
        }))
    }

    async fn replay_log(&self, request: Request<ReplayLogRequest>) -> Result<Response<Self::ReplayLogStream>, Status> {
        let (auditor, standing) = (caller::of(request.extensions())?, caller::standing(request.extensions())?);
        let ReplayLogRequest { after_position, up_to_position } = request.into_inner();
        let mut edge = Edge::default();
        let after = edge.position("after_position", after_position);
        let up_to = match up_to_position {
            None => Some(None),
            Some(up_to) => edge.position("up_to_position", up_to).map(Some),
        };
        let (after, up_to) = edge.finish(after.zip(up_to))?;
        if up_to.is_some_and(|up_to| up_to < after) {
            let field = "up_to_position".to_owned();
            return Err(Refusal::invalid(vec![Violation { field, reason: FieldReason::OutOfRange }]).into());
        }
        let furthest = up_to.unwrap_or(after);
        let replayed = self.register.permit(Viewer::Agent(&auditor), ReplayLog).await.map_err(Refusal::from)?;
        let (reader, head) = self.register.audited_log(&replayed, furthest).await.map_err(Refusal::from)?;
        let reader = reader.clone();
        let place = self.place(&auditor)?;
        self.record_log(&auditor).await?;
        Ok(self.stream(place, (auditor, standing, None), move |out| replay(reader, after, up_to.unwrap_or(head), out)))
    }

    async fn follow_log(&self, request: Request<FollowLogRequest>) -> Result<Response<Self::FollowLogStream>, Status> {
        let (auditor, standing) = (caller::of(request.extensions())?, caller::standing(request.extensions())?);
        let mut edge = Edge::default();
        let after = edge.position("after_position", request.get_ref().after_position);
        let after = edge.finish(after)?;
        let replayed = self.register.permit(Viewer::Agent(&auditor), ReplayLog).await.map_err(Refusal::from)?;
        let (reader, _) = self.register.audited_log(&replayed, after).await.map_err(Refusal::from)?;
        let (log, sign_of_life) = (reader.subscribe(after), self.sign_of_life);
        let place = self.place(&auditor)?;
        self.record_log(&auditor).await?;
        let register = self.register.clone();
        Ok(self.stream(place, (auditor, standing, None), move |out| follow(register, auditor, log, sign_of_life, out)))
    }
}

async fn replay(reader: Reader, mut after: Position, up_to: Position, out: Out<ReplayLogResponse>) -> Result<(), Cut> {
    while after < up_to {
        let Page { mut events, head, .. } = reader.read_after(after, PAGE).await?;
        events.retain(|event| event.position <= up_to);
        // The log was longer when it was asked how long it is.
        let Some(last) = events.last() else { return Err(Reason::LogDamaged.into()) };
        after = last.position;
        for events in messages(events) {
            out.send(ReplayLogResponse { events, head_position: head.get() }).await?;
        }
    }
    Ok(())
}

/// Ready once credentials or rights of an auditor hold no more; why.
async fn lapse(register: Register, auditor: Actor, standing: Standing, number: Option<UniqueNumber>) -> Cut {
    loop {
        tokio::time::sleep(A_LOOK).await;
        let held = async {
            standing.holds().await?;
            let viewer = Viewer::Agent(&auditor);
            match number {
                Some(number) => drop(register.permit(viewer, ReplayDemand(number)).await?),
                None => drop(register.permit(viewer, ReplayLog).await?),
            }
            Ok::<_, Cut>(())
        };
        if let Err(cut) = held.await {
            return cut;
        }
    }
}

async fn follow(
    register: Register,
    auditor: Actor,
    mut log: Subscription,
    sign_of_life: Duration,
    out: Out<FollowLogResponse>,
) -> Result<(), Cut> {
    let mut asked_at = Instant::now();
    loop {
        let page = tokio::time::timeout(sign_of_life, log.next_page(PAGE)).await;
        let mut known = None;
        if page.is_err() || asked_at.elapsed() >= sign_of_life {
            let replayed = register.permit(Viewer::Agent(&auditor), ReplayLog).await?;
            known = Some(register.audited_log(&replayed, log.position()).await?.1);
            asked_at = Instant::now();
        }
        let (events, head) = match (page, known) {
            (Ok(page), _) => page.map(|page| (page.events, page.head))?,
            (Err(_), Some(head)) => (Vec::new(), head),
            (Err(_), None) => continue,
        };
        let pages = if events.is_empty() { vec![Vec::new()] } else { messages(events) };
        for events in pages {
            out.send(FollowLogResponse { events, head_position: head.get() }).await?;
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
