//! The log in memory under a fate: what the caller is told when a connection breaks, and what a late look shows.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use cqrs_es::persist::{PersistedEventRepository, PersistenceError};
use event_log::memory::{Call, Fate, Kind, Lost, MemoryLog};
use event_log::{Error, EventLog, Options, Position, Refusal, StreamSpan, Verdict};

use crate::framework::{Purse, event, repository};
use crate::world::{append, claim, command, committed, conflict, refused, stream, with_claims};

/// Loses what it was told to, once each, and shows no more than it may.
#[derive(Clone, Debug, Default)]
struct Told {
    going: Arc<Mutex<Vec<Call>>>,
    coming: Arc<Mutex<Vec<Call>>>,
    shows: Arc<Mutex<Option<Position>>>,
}

fn loses(told: &Mutex<Vec<Call>>, call: Call) -> Result<(), Lost> {
    let mut told = told.lock().expect("no panic before");
    match told.iter().position(|lost| *lost == call) {
        Some(index) => {
            told.swap_remove(index);
            Err(Lost)
        }
        None => Ok(()),
    }
}

#[async_trait]
impl Fate for Told {
    async fn going(&self, call: Call) -> Result<(), Lost> {
        loses(&self.going, call)
    }

    async fn coming(&self, call: Call) -> Result<(), Lost> {
        loses(&self.coming, call)
    }

    fn sees(&self, head: Position) -> Position {
        self.shows.lock().expect("no panic before").unwrap_or(head)
    }
}

fn log_under(going: &[Call], coming: &[Call]) -> (MemoryLog, EventLog) {
    let fate = Told::default();
    fate.going.lock().expect("new").extend(going);
    fate.coming.lock().expect("new").extend(coming);
    let kept = MemoryLog::default();
    let options = Options { patience: Duration::from_secs(1), ..Options::default() };
    let log = kept.open(fate, options);
    (kept, log)
}

async fn one(log: &EventLog, command: event_log::Command) -> Verdict {
    log.append(vec![command]).await.expect("answered").remove(0)
}

#[tokio::test(start_paused = true)]
async fn a_round_lost_on_its_way_is_sent_again() {
    let (_, log) = log_under(&[Call::Append], &[]);
    committed(one(&log, command(vec![append("a", 0, 1)])).await);
    assert!(log.ready().await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_round_whose_answer_was_lost_is_repeated() {
    let (_, log) = log_under(&[], &[Call::Append]);
    let verdict = one(&log, command(vec![append("a", 0, 1)])).await;
    assert!(matches!(verdict, Verdict::Repeated(receipt) if receipt.last.get() == 1), "{verdict:?}");
    assert_eq!(log.reader().head().await.expect("read").get(), 1, "once");
}

#[tokio::test(start_paused = true)]
async fn who_never_gets_through_knows_that_nothing_was_sent() {
    let (_, log) = log_under(&[Call::Connect; 100], &[]);
    let error = log.append(vec![command(vec![append("a", 0, 1)])]).await.expect_err("never connected");
    assert!(matches!(error, Error::Unreachable { .. }), "{error}");
    assert!(matches!(log.ready().await, Err(Error::AppendsFail)));
}

#[tokio::test(start_paused = true)]
async fn who_never_hears_an_answer_knows_that_the_outcome_is_unknown() {
    for (going, coming, head) in [(&[Call::Append; 100][..], &[][..], 0), (&[], &[Call::Append; 100], 1)] {
        let (kept, log) = log_under(going, coming);
        let asked = command(vec![append("a", 0, 1)]);
        let error = log.append(vec![asked.clone()]).await.expect_err("never answered");
        assert!(matches!(error, Error::OutcomeUnknown { .. }), "{error}");
        assert_eq!(kept.reader(Kind).head().await.expect("read").get(), head);
        // Another process is told what became of it.
        assert!(one(&kept.open(Kind, Options::default()), asked).await.receipt().is_some());
    }
}

#[tokio::test]
async fn a_broken_reading_says_so_and_can_be_asked_again() {
    let (_, log) = log_under(&[Call::Read], &[Call::Read, Call::Fence]);
    for _ in 0..2 {
        assert!(matches!(log.reader().head().await, Err(Error::Connection { .. })));
    }
    assert_eq!(log.reader().head().await.expect("read"), Position::ZERO);
    let given_up = command(vec![append("a", 0, 1)]);
    assert!(matches!(log.fence("org-1", given_up.id).await, Err(Error::Connection { .. })));
    assert_eq!(refused(one(&log, given_up).await), Refusal::Fenced);
}

#[tokio::test]
async fn a_late_look_shows_the_log_as_it_was_at_a_commit() {
    let fate = Told::default();
    let kept = MemoryLog::default();
    let log = kept.open(fate.clone(), Options::default());
    let take = |holder, op| claim(holder, b"key", "075", op);
    let tag = uuid::Uuid::from_u128(1);
    let first = with_claims(command(vec![append("a", 0, 2)]), vec![take("a", event_log::ClaimOp::Take { tag })]);
    committed(one(&log, first.clone()).await);
    let second = with_claims(command(vec![append("a", 2, 3)]), vec![take("a", event_log::ClaimOp::Release)]);
    committed(one(&log, second.clone()).await);

    // In the midst of the second command: none of it is seen.
    *fate.shows.lock().expect("no panic before") = Some(Position::try_new(4).expect("a position"));
    let reader = log.reader();
    let page = reader.read_after(Position::ZERO, 10).await.expect("read");
    assert_eq!((page.events.len(), page.head.get()), (2, 2));
    assert_eq!(reader.read_stream(&stream("a"), StreamSpan::ALL).await.expect("read").len(), 2);
    assert_eq!(reader.claim_holders(1, b"key").await.expect("read").len(), 1);
    assert!(reader.receipt("org-1", first.id).await.expect("read").is_some());
    assert_eq!(reader.receipt("org-1", second.id).await.expect("read"), None);
    // Appends are decided on what is, not on what is seen.
    assert_eq!(refused(one(&log, command(vec![append("a", 2, 1)])).await), conflict("a", 2, 5));
    assert!(kept.reader(Kind).claim_holders(1, b"key").await.expect("read").is_empty());
}

#[tokio::test]
async fn a_replay_that_is_cut_off_ends_in_an_error() {
    let fate = Told::default();
    let kept = MemoryLog::default();
    let purses = repository(&kept.open(fate.clone(), Options::default()));
    purses.persist::<Purse>(&[event("p1", 1, 1), event("p1", 2, 2)], None).await.expect("persisted");
    for whole_type in [true, false] {
        fate.going.lock().expect("no panic before").push(Call::Read);
        let mut replay = if whole_type {
            purses.stream_all_events::<Purse>().await.expect("begun")
        } else {
            purses.stream_events::<Purse>("p1").await.expect("begun")
        };
        let cut = replay.next::<Purse>(&[]).await.expect("it says so");
        assert!(matches!(cut, Err(PersistenceError::ConnectionError(_))));
    }
}
