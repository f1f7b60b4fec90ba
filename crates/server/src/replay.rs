//! A replay on its way: a task that reads, a small channel, and a stream that cannot end by mistake.
//!
//! A slow reader holds a few messages and nothing else; one who takes nothing for too long loses his place. How a replay
//! ended stands beside the channel, and is *cut* until the replay says that it is complete: whatever happens to the task,
//! a part never looks like the whole.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio_stream::Stream;
use tonic::Status;

use crate::places::Place;
use crate::reason::Reason;
use crate::status::Refusal;

/// Messages that wait for a slow reader.
const WAITING: usize = 4;

/// Where a replay puts its messages.
pub struct Out<T> {
    sender: mpsc::Sender<T>,
    patience: Duration,
}

/// Why a replay did not come to its end.
pub enum Cut {
    /// The reader is gone: there is nobody to tell.
    Left,
    /// The reader hears this.
    Refused(Refusal),
}

macro_rules! refused {
    ($($error:ty),+) => {
        $(impl From<$error> for Cut {
            fn from(error: $error) -> Self {
                Self::Refused(error.into())
            }
        })+
    };
}

refused!(Reason, Refusal, event_log::Error, register::Error);

impl<T> Out<T> {
    /// Hands out one message.
    ///
    /// # Errors
    /// [`Cut::Left`]; [`Reason::ReaderTooSlow`] for a reader who took nothing for as long as he may.
    pub async fn send(&self, message: T) -> Result<(), Cut> {
        match self.sender.send_timeout(message, self.patience).await {
            Ok(()) => Ok(()),
            Err(mpsc::error::SendTimeoutError::Timeout(_)) => Err(Reason::ReaderTooSlow.into()),
            Err(mpsc::error::SendTimeoutError::Closed(_)) => Err(Cut::Left),
        }
    }
}

/// The messages of a replay, and its end.
pub struct Replay<T> {
    messages: mpsc::Receiver<T>,
    cut: Arc<Mutex<Option<Refusal>>>,
}

impl<T: Send + 'static> Replay<T> {
    /// Runs a replay in a task until it ends, its reader leaves or may read no more (`lapse`), or the server stops.
    pub fn run<F>(
        place: Place,
        patience: Duration,
        mut stopped: watch::Receiver<bool>,
        lapse: impl Future<Output = Cut> + Send + 'static,
        replay: impl FnOnce(Out<T>) -> F + Send + 'static,
    ) -> Self
    where
        F: Future<Output = Result<(), Cut>> + Send,
    {
        let (sender, messages) = mpsc::channel(WAITING);
        let cut = Arc::new(Mutex::new(Some(Refusal::new(Reason::Unavailable))));
        let end = Arc::clone(&cut);
        tokio::spawn(async move {
            let _place = place;
            // Held until the end is written down: only then may the reader find the channel closed.
            let held = sender.clone();
            let ended = tokio::select! {
                ended = replay(Out { sender, patience }) => ended,
                () = held.closed() => Err(Cut::Left),
                cut = lapse => Err(cut),
                _ = stopped.wait_for(|stopped| *stopped) => Err(Reason::ShuttingDown.into()),
            };
            *end.lock().unwrap_or_else(PoisonError::into_inner) = match ended {
                Ok(()) | Err(Cut::Left) => None,
                Err(Cut::Refused(refusal)) => Some(refusal),
            };
        });
        Self { messages, cut }
    }
}

impl<T> Stream for Replay<T> {
    type Item = Result<T, Status>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.messages.poll_recv(cx).map(|message| match message {
            Some(message) => Some(Ok(message)),
            None => self.cut.lock().unwrap_or_else(PoisonError::into_inner).take().map(|cut| Err(cut.into())),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use tokio_stream::StreamExt as _;
    use tonic_types::StatusExt as _;

    use super::*;
    use crate::places::Places;

    fn place() -> Place {
        Places::new(2).take("a").unwrap()
    }

    /// What a reader sees who takes everything: the messages, and the reason at the end.
    async fn seen(mut replay: Replay<u32>) -> (Vec<u32>, Option<String>) {
        let mut messages = Vec::new();
        while let Some(item) = replay.next().await {
            match item {
                Ok(message) => messages.push(message),
                Err(status) => return (messages, Some(status.get_details_error_info().unwrap().reason)),
            }
        }
        (messages, None)
    }

    async fn count(out: Out<u32>, to: u32) -> Result<(), Cut> {
        for message in 0..to {
            out.send(message).await?;
        }
        Ok(())
    }

    #[tokio::test]
    async fn a_replay_that_came_to_its_end_ends() {
        let (_stop, stopped) = watch::channel(false);
        let replay = Replay::run(place(), Duration::from_secs(60), stopped, pending(), |out| count(out, 9));
        assert_eq!(seen(replay).await, ((0..9).collect(), None));
    }

    #[tokio::test]
    async fn a_replay_that_was_cut_never_looks_complete() {
        let long = Duration::from_secs(60);
        let (stop, stopped) = watch::channel(false);
        let replay = Replay::run(place(), long, stopped.clone(), pending(), async |out| {
            count(out, 2).await?;
            pending().await
        });
        stop.send_replace(true);
        assert_eq!(seen(replay).await.1.unwrap(), "SHUTTING_DOWN");

        let (_stop, stopped) = watch::channel(false);
        let replay = Replay::run(place(), long, stopped.clone(), pending(), async |out: Out<u32>| {
            out.send(0).await?;
            panic!("a fault of the program")
        });
        assert_eq!(seen(replay).await, (vec![0], Some("UNAVAILABLE".to_owned())));
    }

    /// Also while the replay waits for him.
    #[tokio::test]
    async fn a_reader_who_may_read_no_more_hears_why() {
        let (_stop, stopped) = watch::channel(false);
        let (ends, end) = tokio::sync::oneshot::channel();
        let lapse = async {
            let _ = end.await;
            Cut::from(Reason::CredentialExpired)
        };
        let (places, long) = (Places::new(1), Duration::from_secs(60));
        let mut replay = Replay::run(places.take("a").unwrap(), long, stopped, lapse, |out| count(out, 100));
        assert!(matches!(replay.next().await, Some(Ok(0))));
        ends.send(()).unwrap();
        while places.take("b").is_none() {
            tokio::task::yield_now().await;
        }
        let (messages, reason) = seen(replay).await;
        assert!(messages.len() <= WAITING, "{messages:?}");
        assert_eq!(reason.as_deref(), Some("CREDENTIAL_EXPIRED"));
    }

    #[tokio::test]
    async fn a_reader_who_takes_nothing_loses_his_place_and_hears_why() {
        let (_stop, stopped) = watch::channel(false);
        let places = Places::new(1);
        let replay =
            Replay::run(places.take("a").unwrap(), Duration::from_millis(1), stopped, pending(), |out| count(out, 100));
        while places.take("b").is_none() {
            tokio::task::yield_now().await;
        }
        let (messages, reason) = seen(replay).await;
        assert_eq!((messages, reason.as_deref()), (vec![0, 1, 2, 3], Some("READER_TOO_SLOW")));
    }
}
