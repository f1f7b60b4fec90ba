//! Thousands of calls of every service that are cancelled at any moment, before a server with five sessions for its
//! commands: afterwards no session is inside a transaction, nothing is locked, and every command is done whole or not at all.

mod calls;
mod watch;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use client::{Client, Outcome, Refused, Tokens};
use nomenclature::{Actor, Channel, UniqueNumber};
use private_postgres::test_util::shared;
use register::{Register, Request, SystemClock};
use tests::cast::{NICE, STATE_LINE};
use tests::dice::Dice;
use tests::stage::proxy::{End, Plan, Proxy, Way};
use tests::stage::served::Served;
use tests::stage::sne::Place;
use tests::stage::world;
use tokio::task::JoinSet;
use tokio::time::timeout;
use uuid::Uuid;

use self::calls::Call;
use self::watch::Watch;
use crate::lane::{self, Lane};

/// Calls of a short run and of a whole one.
const CALLS: (usize, usize) = (1_000, 10_000);
/// Sessions for commands and their reads.
const SESSIONS: &str = "5";
const CONNECTIONS: usize = 8;
const MOST_AT_ONCE: usize = 20;
/// Nobody waits longer than this many milliseconds.
const LONGEST_MS: usize = 50;
/// Whoever does not leave waits for so long.
const PATIENCE: Duration = Duration::from_secs(10);
/// What memory may grow by between the middle and the end.
const MOST_GROWTH_KIB: usize = 64 * 1_024;
/// A call afterwards may take so long.
const AT_ONCE: Duration = Duration::from_secs(5);

#[tokio::test(flavor = "multi_thread")]
async fn calls_that_are_cancelled_leave_no_session_in_a_transaction_and_no_command_half_done() {
    let mut lane = Lane::begin("cancelled");
    let folder = tempfile::tempdir().unwrap();
    let (database, url) = world::new_database(shared());
    let wanted = lane::either(CALLS);
    let (demands, head) = {
        let register = world::open(&url, &folder.path().join("keys"), Arc::new(SystemClock)).await;
        world::bring_in_the_cast(&register).await;
        for line in calls::READERS.into_iter().chain([STATE_LINE]) {
            register.import_organisation(serde_json::from_str(line).unwrap()).await.unwrap();
        }
        let demands = couples(&register, 100 + wanted / 10).await;
        (demands, register.reader().head().await.unwrap().get())
    };
    let place = Place { data_dir: folder.path().to_owned(), database_url: Some(url) };
    let served = Served::start(place, &["--database-connections", SESSIONS]);
    let direct = served.client();
    let mut watch = Watch::of(&shared().url(shared().superuser(), &database)).await;

    let mut storm = Storm { demands, head, newcomers: 0, dice: Dice::new(9), commands: Vec::new(), left: 0 };
    storm.every_kind_is_sound(&direct).await;
    watch.comes_to_rest().await;
    let locks = watch.advisory_locks().await;

    let proxy = Proxy::before(&served.address, 5, reset_soon).await;
    let addresses = [served.address.as_str(), &proxy.address];
    storm.blows(&served.tokens, addresses, wanted / 2).await;
    let halfway = served.resident_kib();
    storm.blows(&served.tokens, addresses, wanted - wanted / 2).await;

    let began = Instant::now();
    let outcome = direct.outcome(storm.commands[0].0, storm.commands[0].1).await;
    let answered_within = began.elapsed();
    assert!(outcome.is_ok() && answered_within < AT_ONCE, "{outcome:?} after {answered_within:?}");
    watch.comes_to_rest().await;
    assert_eq!(watch.advisory_locks().await, locks, "a lock was left behind");
    let after = served.resident_kib();
    assert!(after < halfway + MOST_GROWTH_KIB, "{halfway} KiB in the middle, {after} KiB at the end");
    assert!(storm.left > wanted / 4 && proxy.ended() > 0, "only {} callers left", storm.left);
    // Nobody else wrote: what stands there is what answers say, once no command is under way whose caller left.
    let until = Instant::now() + PATIENCE;
    let told = loop {
        let told = storm.told(&direct).await;
        let mut done = watch.commands_done_whole().await;
        done.retain(|id| storm.commands.iter().any(|(_, sent)| sent == id));
        if told == done {
            break told.len();
        }
        assert!(Instant::now() < until, "{} commands are told as done, {} are", told.len(), done.len());
    };
    assert!(told > 0 && told < storm.commands.len(), "{told} of {} commands were done", storm.commands.len());
    lane.counted("calls", wanted);
    lane.counted("calls that nobody waited for", storm.left);
    lane.counted("commands among them", storm.commands.len());
    lane.counted("commands done, and whole", told);
    lane.counted("connections reset", proxy.ended());
    lane.counted("memory in the middle, KiB", halfway);
    lane.counted("memory at the end, KiB", after);
    let log = served.stops();
    // A connection is ended that resets its calls faster than they are taken up: the guard against floods of resets.
    let (floods, wrong): (Vec<&str>, Vec<&str>) = log
        .lines()
        .filter(|line| !line.contains(r#""level":"INFO""#))
        .partition(|line| line.contains("remotely-reset pending-accept streams reached limit"));
    assert_eq!(wrong, Vec::<&str>::new());
    assert!(floods.len() < wanted / 20, "{} connections were ended as floods", floods.len());
    lane.counted("connections ended as floods of resets", floods.len());
    lane.held();
}

/// Registers so many couples; each demand is at its second version.
async fn couples(register: &Register, many: usize) -> Vec<UniqueNumber> {
    let request = |n| Request {
        command_id: Uuid::new_v4(),
        actor: Actor::parse(NICE).unwrap(),
        channel: Channel::Desk,
        number: None,
        expected_version: None,
        act: serde_json::from_value(calls::couple(n)).unwrap(),
    };
    let answers = register.submit_many((0..many).map(request).collect()).await.unwrap();
    answers.into_iter().map(|answer| answer.unwrap().number).collect()
}

/// Connections that are reset behind some kilobytes.
fn reset_soon(dice: &mut Dice) -> Plan {
    let there = Way { end: Some((500 + dice.below(10_000), End::Reset)), ..Way::default() };
    Plan { there, ..Plan::default() }
}

struct Storm {
    demands: Vec<UniqueNumber>,
    /// Where the log ended before.
    head: i64,
    /// Who registered since.
    newcomers: usize,
    dice: Dice,
    /// Every command that was sent.
    commands: Vec<(Actor, Uuid)>,
    /// Callers who did not wait for their answer.
    left: usize,
}

impl Storm {
    /// One call of each kind about a demand.
    fn each_kind(&mut self, demand: usize) -> Vec<Call> {
        self.newcomers += 1;
        calls::each_kind(demand, self.demands[demand], self.demands.len() + self.newcomers)
    }

    /// Nobody cancels, and nothing is refused: each act is on a demand that is as it was.
    async fn every_kind_is_sound(&mut self, client: &Client) {
        for view in calls::views_at(self.head) {
            view.made(client).await.unwrap();
        }
        let kinds = self.each_kind(0).len();
        for kind in 0..kinds {
            let call = self.each_kind(kind).swap_remove(kind);
            if !call.follows() {
                call.made(client).await.unwrap_or_else(|refused| panic!("{refused:?}: {call:?}"));
            }
        }
    }

    /// The commands that are done, as their senders are told.
    async fn told(&self, client: &Client) -> BTreeSet<Uuid> {
        let mut told = BTreeSet::new();
        for (actor, id) in &self.commands {
            if let Outcome::Committed(_) = client.outcome(*actor, *id).await.unwrap() {
                told.insert(*id);
            }
        }
        told
    }

    /// So many calls of all kinds. The last connections are reset now and then.
    async fn blows(&mut self, tokens: &Tokens, [direct, through_the_proxy]: [&str; 2], calls: usize) {
        let mut clients: Vec<Client> = (2..CONNECTIONS).map(|_| Client::at(direct, tokens).unwrap()).collect();
        clients.extend((0..2).map(|_| Client::at(through_the_proxy, tokens).unwrap()));
        let mut under_way = JoinSet::new();
        for n in 0..calls {
            let demand = self.dice.below(self.demands.len());
            let mut kinds = self.each_kind(demand);
            let call = kinds.swap_remove(self.dice.below(kinds.len()));
            self.commands.extend(call.command());
            let (client, patience) = (clients[n % CONNECTIONS].clone(), self.dice.millis(LONGEST_MS));
            let leaves = self.dice.below(2) == 0;
            under_way.spawn(async move {
                // Dropped when its time is over, wherever it is; or ended by the server and the library of the client.
                let client = if leaves { client } else { client.within(patience) };
                let stays = if leaves { patience } else { PATIENCE };
                let answer = timeout(stays, call.made(&client)).await;
                assert!(leaves || call.follows() || answer.is_ok(), "no answer and no end: {call:?}");
                !matches!(answer, Ok(Ok(()) | Err(Refused::Told(_))))
            });
            if under_way.len() >= MOST_AT_ONCE {
                self.left += usize::from(under_way.join_next().await.unwrap().unwrap());
            }
        }
        self.left += under_way.join_all().await.into_iter().filter(|left| *left).count();
    }
}
