//! The operator decides.

use async_trait::async_trait;
use event_log::{Position, RecordedEvent, StreamSpan};
use jiff::Timestamp;
use sqlx::PgPool;

use super::{Decided, Decision, Quarantine, Signature, decision};
use crate::error::tells_of_damage;
use crate::feed::{self, Pages};
use crate::{Error, Opener, Projection, Runner};

/// Why a view may go on without an event: 1 to 500 characters, none of them a control character.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason(String);

impl Reason {
    const MOST: usize = 500;

    /// Reads a reason; `None` for one that says nothing, is too long, or would not stay on its line.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let fits = !text.is_empty() && text.chars().count() <= Self::MOST && !text.chars().any(char::is_control);
        fits.then(|| Self(text.to_owned()))
    }
}

/// What the operator asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The event that the view is to go on without.
    pub position: Position,
    /// Why it may.
    pub reason: Reason,
    /// Who decides.
    pub author: String,
    /// When; whole microseconds count.
    pub decided_at: Timestamp,
}

/// What is wrong with an event, as one view reads it.
#[derive(Debug)]
pub struct Resolving {
    event: RecordedEvent,
    cause: String,
    view: &'static str,
}

/// A view whose unreadable events can be set aside: a [`Runner`].
#[async_trait]
pub trait Resolve: Send + Sync {
    /// Looks at an event as the view would read it.
    ///
    /// # Errors
    /// [`Error::Readable`] when it can be read; [`Error::NotThere`] when there is none at this position, or none that could
    /// be named by its leaf; [`Error::OutOfStream`] when the versions of its stream do not follow each other; those of log,
    /// keys and database.
    async fn unreadable(&self, position: Position) -> Result<Resolving, Error>;
}

#[async_trait]
impl<P, O> Resolve for Runner<P, O>
where
    P: Projection + 'static,
    O: Opener<Event = P::Event> + 'static,
{
    async fn unreadable(&self, position: Position) -> Result<Resolving, Error> {
        if position == Position::ZERO {
            return Err(Error::NotThere { position });
        }
        let pages = Pages::new(self.feed.reader().clone(), 1);
        let event = match pages.read(position.before()).await {
            Ok(page) => page.events.into_iter().next().ok_or(Error::NotThere { position })?,
            Err(Error::Log(error)) if tells_of_damage(&error) => return Err(Error::NotThere { position }),
            Err(error) => return Err(error),
        };
        let alone = std::slice::from_ref(&event);
        let read = feed::read(alone, &feed::altered(alone), self.feed.opener(), &Decided::default()).await?;
        let cause = read.cause.ok_or(Error::Readable { position })?;
        // Rebuilds walk along streams: without its place in one it would stop them elsewhere.
        let stream = self.feed.reader().read_stream(&event.stream, StreamSpan::ALL).await;
        match stream {
            Ok(events) if events.iter().any(|other| other.position == position) => {}
            Err(error) if !tells_of_damage(&error) => return Err(error.into()),
            Ok(_) | Err(_) => return Err(Error::OutOfStream { position }),
        }
        Ok(Resolving { event, cause, view: P::NAME })
    }
}

impl Resolving {
    fn decision(self, asked: Asked) -> Decision {
        let Asked { position, reason: Reason(reason), author, decided_at } = asked;
        // The table keeps microseconds, and what it keeps is what is signed.
        let decided_at = Timestamp::from_microsecond(decided_at.as_microsecond()).unwrap_or(decided_at);
        let Self { event, cause, view } = self;
        Decision { view: view.to_owned(), position, leaf: event.leaf, cause, reason, author, decided_at }
    }
}

impl Quarantine {
    /// What would be decided; nothing is written.
    ///
    /// # Errors
    /// Those of [`Resolve::unreadable`]; [`Error::Decided`] when this event was set aside for the view before;
    /// [`Error::Forged`] when a decision for this view is not the register's own.
    pub async fn consider(&self, view: &dyn Resolve, asked: Asked) -> Result<Decision, Error> {
        let decision = view.unreadable(asked.position).await?.decision(asked);
        for stored in decision::of_view(&self.pool, &decision.view).await? {
            let position = stored.decision.position;
            if stored.signature(Some(&*self.signer)) != Signature::Authentic {
                return Err(Error::Forged { position });
            }
            if (position, stored.decision.leaf) == (decision.position, decision.leaf) {
                return Err(Error::Decided { position });
            }
        }
        Ok(decision)
    }

    /// Decides: signed and durable when it returns. Runners that stopped there go on; `owner` is a pool of
    /// [`Role::Owner`](event_log::Role::Owner).
    ///
    /// # Errors
    /// Those of [`Quarantine::consider`].
    pub async fn resolve(&self, view: &dyn Resolve, asked: Asked, owner: &PgPool) -> Result<Decision, Error> {
        let decision = self.consider(view, asked).await?;
        if decision.store(owner, &*self.signer).await? {
            Ok(decision)
        } else {
            Err(Error::Decided { position: decision.position })
        }
    }
}
