//! One command, a thousand times over twenty connections and more, half of them through a proxy that delays and cuts: done
//! once, with one answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use client::{Answer, Client, Refused, Tokens};
use nomenclature::Actor;
use private_postgres::test_util::shared;
use register::SystemClock;
use serde_json::Value;
use tests::cast::{self, NICE};
use tests::dice::Dice;
use tests::stage::held::Held;
use tests::stage::proxy::{Plan, Proxy};
use tests::stage::served::Served;
use tests::stage::world;
use tokio::task::JoinSet;
use tokio::time::timeout;
use uuid::Uuid;

use crate::lane::{self, Lane};

/// Commands of a short run and of a whole one.
const COMMANDS: (usize, usize) = (1, 20);
const CONNECTIONS: usize = 20;
/// Callers that share a connection, and how often each of them sends the command.
const CALLERS: usize = 5;
const SENDS: usize = 10;
/// A call that is not answered by then is lost, as those are that a black hole swallows.
const LONGEST: Duration = Duration::from_secs(2);
/// Calls whose time is over before the command can be done.
const TOO_SOON: usize = 40;

/// How a caller sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    /// Waits.
    Patient,
    /// Tells the server how long it may take, which is too short now and then.
    Hasty,
    /// Leaves, which resets the stream.
    Leaving,
}

/// What one sending came to.
enum Sent {
    Answered(Answer),
    /// The server said no.
    Told(client::Told),
    /// Nobody knows.
    Lost,
    /// Nobody knows, and nobody was in a hurry: the server ended the connection.
    Ended,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_sent_a_thousand_times_is_done_once_and_has_one_answer() {
    let mut lane = Lane::begin("storm");
    let folder = tempfile::tempdir().unwrap();
    let (database, url) = world::new_database(shared());
    world::bring_in_the_cast(&world::open(&url, &folder.path().join("keys"), Arc::new(SystemClock)).await).await;
    let served = Served::on(&url, folder.path());
    let proxy = Proxy::before(&served.address, 4, Plan::drawn).await;
    let superuser = shared().url(shared().superuser(), &database);
    let (mut answered, mut told, mut lost, mut ended) = (0, 0, 0, 0);
    for number in 0..lane::either(COMMANDS) {
        let command = Command::of(number);
        let sent = command.storms(&served, &proxy, &superuser).await;
        assert_eq!(sent.len(), 1_000);
        let direct = served.client();
        let first = direct.act(nice(), command.id, None, &command.act).await.unwrap();
        for sent in sent {
            match sent {
                Sent::Answered(answer) => {
                    assert_eq!(answer, first);
                    answered += 1;
                }
                Sent::Told(reason) => {
                    assert!(reason.retry || reason.reason == "DEADLINE_EXCEEDED", "{reason:?}");
                    told += 1;
                }
                Sent::Lost => lost += 1,
                Sent::Ended => ended += 1,
            }
        }
        let other = cast::register(cast::form("Autre", "Luc", "1991-03-04"));
        let reused = direct.act(nice(), command.id, None, &other).await.unwrap_err();
        assert_eq!(reused.reason(), Some("COMMAND_ID_REUSED"));
        let effects = format!(
            "SELECT count(*), count(DISTINCT stream), max(position) FROM log.events WHERE command_id = '{}'",
            command.id
        );
        assert_eq!(shared().psql(&database, &effects).unwrap(), format!("2|1|{}", first.position));
        let all = "SELECT count(*) FROM log.events WHERE stream_type = 'demand'";
        assert_eq!(shared().psql(&database, all).unwrap(), (2 * (number + 1)).to_string(), "somebody else's effect");
    }
    assert!(answered > 100 && lost > 100, "{answered} answered, {lost} lost");
    lane.counted("answered, each time the same", answered);
    lane.counted("told to come back, or that their time is over", told);
    lane.counted("lost on the way, or left, or out of time", lost);
    lane.counted("connections that the proxy ended", proxy.ended());
    // Those who left have reset their calls, and did so faster than a busy server takes calls up.
    let floods = served.stops().matches("remotely-reset pending-accept streams reached limit").count();
    assert!(ended == 0 || floods > 0, "{ended} calls were lost on sound connections");
    lane.counted("lost with a connection that the server ended as a flood of resets", ended);
    lane.held();
}

fn nice() -> Actor {
    Actor::parse(NICE).unwrap()
}

struct Command {
    id: Uuid,
    act: Value,
    dice: Dice,
}

impl Command {
    fn of(number: usize) -> Self {
        let surname = format!("Foule {}", cast::letters(number));
        let dice = Dice::new(u64::try_from(number).unwrap());
        Self { id: Uuid::new_v4(), act: cast::register(cast::form(&surname, "Zoé", "1990-02-28")), dice }
    }

    /// Everything that everybody sends. It cannot be done before the time of the first hasty callers is over.
    async fn storms(&self, served: &Served, proxy: &Proxy, superuser: &str) -> Vec<Sent> {
        let mut held = Held::of(superuser).await;
        let (mut dice, mut callers, hasty) = (self.dice.clone(), JoinSet::new(), Arc::<AtomicUsize>::default());
        for connection in 0..CONNECTIONS {
            let through_the_proxy = connection % 2 == 0;
            let address = if through_the_proxy { &proxy.address } else { &served.address }.to_owned();
            let client = Client::at(&address, &served.tokens).unwrap();
            for _ in 0..CALLERS {
                let (id, act, client, dice) = (self.id, self.act.clone(), client.clone(), dice.others());
                let again = through_the_proxy.then(|| (address.clone(), served.tokens.clone()));
                let caller = Caller { id, act, client, dice, again };
                callers.spawn(caller.sends(Arc::clone(&hasty)));
            }
        }
        held.until_waited_for_by(1).await;
        let until = tokio::time::Instant::now() + LONGEST * 10;
        while hasty.load(Ordering::Relaxed) < TOO_SOON {
            assert!(tokio::time::Instant::now() < until, "nobody is in a hurry");
            tokio::task::yield_now().await;
        }
        held.let_go().await;
        callers.join_all().await.into_iter().flatten().collect()
    }
}

/// Somebody who sends the command again and again.
struct Caller {
    id: Uuid,
    act: Value,
    client: Client,
    dice: Dice,
    /// Where the next connection is made when this one is lost, through the proxy.
    again: Option<(String, Tokens)>,
}

impl Caller {
    async fn sends(mut self, hasty: Arc<AtomicUsize>) -> Vec<Sent> {
        let mut sent = Vec::new();
        for _ in 0..SENDS {
            let manner = [Manner::Patient, Manner::Hasty, Manner::Leaving][self.dice.below(3)];
            sent.push(self.send(manner).await);
            if manner == Manner::Hasty {
                hasty.fetch_add(1, Ordering::Relaxed);
            }
        }
        sent
    }

    async fn send(&mut self, manner: Manner) -> Sent {
        let (allowed, stays) = match manner {
            Manner::Patient => (LONGEST * 10, LONGEST),
            Manner::Hasty => (self.dice.millis(50), LONGEST),
            Manner::Leaving => (LONGEST * 10, self.dice.millis(50)),
        };
        let call = self.client.clone().within(allowed);
        let answer = timeout(stays, call.act(nice(), self.id, None, &self.act)).await;
        match answer {
            Ok(Ok(answer)) => return Sent::Answered(answer),
            Ok(Err(Refused::Told(told))) => return Sent::Told(*told),
            Ok(Err(Refused::Lost(_))) if self.again.is_none() && manner != Manner::Hasty => return Sent::Ended,
            Ok(Err(Refused::Lost(_))) | Err(_) => {}
            Ok(Err(Refused::Unreadable)) => panic!("nothing was sent"),
        }
        if manner == Manner::Patient
            && let Some((address, tokens)) = &self.again
        {
            // It may be swallowed by a black hole.
            self.client = Client::at(address, tokens).unwrap();
        }
        Sent::Lost
    }
}
