//! The runner: catch up, then follow, as the one owner.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use event_log::{Position, Reader};
use tokio::sync::watch;

use crate::bulk::{Bulk, BulkFold, ByStreams};
use crate::feed::{Feed, Pages};
use crate::place::{Place as _, Slot, Tables, View};
use crate::quarantine::{Decided, Quarantine};
use crate::session;
use crate::status::Progress;
use crate::{Error, Handle, Opener, Projection, State};

/// How a projection is run.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Events folded in one transaction at most; with a [`Feed`] shared by several runners, those of its pages.
    pub page: u32,
    /// How long to wait before the owner's lock is tried again, or what failed is.
    pub pause: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self { page: 1_000, pause: Duration::from_millis(500) }
    }
}

/// A catch-up of so many events changes what the planner must know of the tables; a view that was never built and has so
/// many before it is built like a rebuild, where it can be.
const MANY: i64 = 10_000;

/// The place that tables like those of a projection are kept in.
type PlaceOf<P> = <<P as Projection>::Tables as Tables>::Place;

/// How often a runner that has nothing to fold asks whether its session lives.
const SIGN_OF_LIFE: Duration = Duration::from_secs(1);

/// Runs one projection in this process.
#[derive(Debug)]
pub struct Runner<P: Projection, O: Opener> {
    pub(crate) projection: Arc<P>,
    pub(crate) feed: Feed<O>,
    pub(crate) place: PlaceOf<P>,
    pub(crate) options: Options,
    /// How whole streams of it are folded, when it can be built so.
    pub(crate) bulk: Option<Arc<dyn Bulk<P, O>>>,
    /// Where decisions are looked for; without it the first event that cannot be read ends the run.
    quarantine: Option<Quarantine>,
    progress: watch::Sender<Progress>,
}

/// Something that ends the run, when it comes.
type Drain<'a> = Pin<&'a mut (dyn Future<Output = ()> + Send)>;

/// Why a session of the runner ended.
enum End {
    Drained,
    Failed(Position, Error),
}

/// Why a wait ended.
enum Waited {
    Drained,
    Decided,
}

impl<P, O> Runner<P, O>
where
    P: Projection + 'static,
    O: Opener<Event = P::Event> + 'static,
{
    /// A runner that reads for itself, and its handle. See [`fed`](Self::fed).
    pub fn new(projection: P, opener: O, reader: Reader, place: PlaceOf<P>, options: Options) -> (Self, Handle) {
        Self::fed(projection, Feed::new(Pages::new(reader, options.page), opener), place, options)
    }

    /// A runner that reads with others, and its handle. The place is, in PostgreSQL, a pool of [`Role::Projector`](event_log::Role::Projector); one session of it is used
    /// for as long as the runner runs.
    pub fn fed(projection: P, feed: Feed<O>, place: PlaceOf<P>, options: Options) -> (Self, Handle) {
        let (progress, seen) = watch::channel(Progress { position: Position::ZERO, state: State::Idle });
        let handle = Handle { name: P::NAME, version: P::VERSION, pool: place.pool().cloned(), progress: seen };
        (
            Self { projection: Arc::new(projection), feed, place, options, bulk: None, quarantine: None, progress },
            handle,
        )
    }

    /// Rebuilds stream by stream, on all cores.
    #[must_use]
    pub fn in_bulk(self) -> Self
    where
        P: BulkFold,
    {
        Self { bulk: Some(Arc::new(ByStreams)), ..self }
    }

    /// Goes by the operator's decisions: over what was set aside, and on from where it stopped once that is.
    #[must_use]
    pub fn with_quarantine(self, quarantine: Quarantine) -> Self {
        Self { quarantine: Some(quarantine), ..self }
    }

    /// What was set aside for the view.
    pub(crate) async fn decided(&self) -> Result<Decided, Error> {
        match &self.quarantine {
            Some(quarantine) => quarantine.decided(P::NAME).await,
            None => Ok(Decided::default()),
        }
    }

    /// Runs until `drain` is ready, or until it has to stop ([`State::Stopped`] stays to be seen in the handle). The page
    /// in hand is committed first. Dropping the future instead is safe, too: the page is folded again by the next owner.
    ///
    /// [With decisions](Self::with_quarantine) it does not end at an event that cannot be read: it stands there, stopped, until
    /// the event is set aside.
    pub async fn run(self, drain: impl Future<Output = ()> + Send) {
        let mut drain: Drain<'_> = pin!(drain);
        loop {
            let mut decided = None;
            match self.session(&mut drain, &mut decided).await {
                End::Drained => {
                    self.tell(None, State::Drained);
                    return;
                }
                End::Failed(_, error) if error.passes() => {
                    self.tell(None, State::Failing { cause: error.to_string() });
                    tokio::select! {
                        () = &mut drain => {}
                        () = tokio::time::sleep(self.options.pause) => continue,
                    }
                    self.tell(None, State::Drained);
                    return;
                }
                End::Failed(reached, error) => {
                    let resolvable = matches!(error, Error::Unreadable { .. } | Error::Forged { .. });
                    let (position, cause) = match error {
                        Error::Unreadable { position, cause } => (position, cause),
                        Error::Log(event_log::Error::Gap { position }) => (position, "it is missing".to_owned()),
                        other => (reached.next(), other.to_string()),
                    };
                    self.stop(position, cause).await;
                    match &self.quarantine {
                        Some(quarantine) if resolvable => {
                            if let Waited::Drained = self.wait(quarantine, position, decided, &mut drain).await {
                                self.tell(None, State::Drained);
                                return;
                            }
                        }
                        _ => return,
                    }
                }
            }
        }
    }

    /// Stands still, and writes down where for those who look from outside.
    async fn stop(&self, position: Position, cause: String) {
        if let Some(quarantine) = &self.quarantine {
            // Best effort: whoever watches this process is told all the same.
            let _ = quarantine.record_stop(&View::of::<P>(Slot::Live), position, &cause).await;
        }
        self.tell(None, State::Stopped { position, cause });
    }

    /// Waits for another decision than those that were gone by already; none were when they could not be read.
    async fn wait(
        &self,
        quarantine: &Quarantine,
        position: Position,
        tried: Option<Decided>,
        drain: &mut Drain<'_>,
    ) -> Waited {
        let mut told = None;
        loop {
            tokio::select! {
                () = &mut *drain => return Waited::Drained,
                () = tokio::time::sleep(self.options.pause) => {}
            }
            match quarantine.decided(P::NAME).await {
                Ok(decided) if tried.as_ref() != Some(&decided) => return Waited::Decided,
                Err(error) if !error.passes() => {
                    let cause = error.to_string();
                    if told.as_ref() != Some(&cause) {
                        self.stop(position, cause.clone()).await;
                        told = Some(cause);
                    }
                }
                Ok(_) | Err(_) => {}
            }
        }
    }

    /// One life of a session: lock, tables, pages.
    async fn session(&self, drain: &mut Drain<'_>, decided: &mut Option<Decided>) -> End {
        let mut reached = Position::ZERO;
        match self.follow(drain, &mut reached, decided).await {
            Ok(()) => End::Drained,
            Err(error) => End::Failed(reached, error),
        }
    }

    async fn follow(
        &self,
        drain: &mut Drain<'_>,
        reached: &mut Position,
        gone_by: &mut Option<Decided>,
    ) -> Result<(), Error> {
        let view = View::of::<P>(Slot::Live);
        let mut session = self.place.open(view.slot).await?;
        if let Some((_, position)) = session.checkpoint(&view).await? {
            *reached = position;
        }
        let decided = gone_by.insert(self.decided().await?).clone();
        loop {
            match session.checkpoint(&view).await? {
                Some((live, _)) if live > P::VERSION => return Err(Error::Superseded { live, own: P::VERSION }),
                Some((live, _)) if live < P::VERSION => {
                    // Beside the older program, which goes on until the switch.
                    self.tell(None, State::Rebuilding);
                    tokio::select! {
                        () = &mut *drain => return Ok(()),
                        built = P::Tables::rebuild(self) => built.map(drop)?,
                    }
                }
                // Not built yet, and worth the cores. What cannot be read is for the fold by position to stop at, with
                // everything before it in the view.
                None if self.bulk.is_some() && self.feed.reader().head().await?.get() >= MANY => {
                    self.tell(None, State::Rebuilding);
                    tokio::select! {
                        () = &mut *drain => return Ok(()),
                        built = P::Tables::rebuild(self) => match built {
                            Ok(_) | Err(Error::Unreadable { .. }) => {}
                            Err(error) => return Err(error),
                        },
                    }
                }
                _ => {}
            }
            if session.try_own(&view).await? {
                break;
            }
            self.tell(None, State::Waiting);
            tokio::select! {
                () = &mut *drain => return Ok(()),
                () = tokio::time::sleep(self.options.pause) => {}
            }
        }
        let mut from = match session.checkpoint(&view).await? {
            None => {
                session.create(&view).await?;
                Position::ZERO
            }
            Some((version, position)) if version == P::VERSION => position,
            // Switched since it was looked at: look again.
            Some(_) => return Err(Error::CheckpointMoved),
        };
        *reached = from;
        let (start, mut caught_up) = (from, false);
        let mut log = self.feed.follow(from, decided);
        let head = self.feed.reader().head().await?;
        self.tell(Some(from), state_at(from, head));
        loop {
            let page = {
                let mut next = pin!(log.next());
                loop {
                    tokio::select! {
                        () = &mut *drain => return Ok(()),
                        page = &mut next => break page?,
                        // A server that died has forgotten pages which were not on its disk. They are folded again, though
                        // no event comes that would tell.
                        () = tokio::time::sleep(SIGN_OF_LIFE) => {
                            session.lives().await?;
                        }
                    }
                }
            };
            match session::advance(&mut *session, &*self.projection, &view, from, &page).await {
                Ok(position) => {
                    from = position;
                    *reached = from;
                    let state = state_at(from, page.head());
                    let live = state == State::Live;
                    self.tell(Some(from), state);
                    if live && !caught_up && from.get() - start.get() >= MANY {
                        session.analyze(&view).await?;
                    }
                    caught_up |= live;
                }
                Err((position, error)) => {
                    *reached = position;
                    self.tell(Some(position), State::CatchingUp);
                    return Err(error);
                }
            }
        }
    }

    /// The position is told only when it is committed.
    fn tell(&self, position: Option<Position>, state: State) {
        self.progress.send_if_modified(|progress| {
            let moved = position.is_some_and(|position| position != progress.position);
            progress.position = position.unwrap_or(progress.position);
            let changed = moved || progress.state != state;
            progress.state = state;
            changed
        });
    }
}

fn state_at(position: Position, head: Position) -> State {
    if position >= head { State::Live } else { State::CatchingUp }
}
