//! The trap of plans made on empty tables: it would make every append read the whole log, for ever.
//!
//! Counted are pages, not time: PostgreSQL's own counters of buffer accesses for the tables and indexes of the log. They
//! come with the count of inserted rows, so that any two looks at them give pages for each command in between.

use std::time::Duration;

use event_log::{ClaimOp, EventLog, Options, Role};
use sqlx::{Executor, PgConnection};
use tokio::time::{Instant, MissedTickBehavior, interval};
use uuid::Uuid;

use crate::world::{append, claim, command, committed, postgres, with_claims};

const COMMANDS: usize = 50_000;
const ARRAY: usize = 64;

/// Trees grow by a level or two between the early commands and the last; a scan would read hundreds of pages a command.
const MOST_GROWTH: f64 = 1.5;

// Both counters of a table are sent by a session in one piece, at most once a second.
const LOOK: &str = "\
SELECT (SELECT n_tup_ins FROM pg_stat_user_tables WHERE relid = 'log.events'::regclass),
       (SELECT sum(coalesce(heap_blks_read, 0) + coalesce(heap_blks_hit, 0)
                 + coalesce(idx_blks_read, 0) + coalesce(idx_blks_hit, 0))::bigint
          FROM pg_statio_user_tables WHERE schemaname = 'log')";

#[derive(Clone, Copy, Debug, PartialEq)]
struct Look {
    commands: i64,
    pages: i64,
}

impl Look {
    async fn take(connection: &mut PgConnection) -> Self {
        let (commands, pages) = sqlx::query_as(LOOK).fetch_one(connection).await.expect("the counters are read");
        Self { commands, pages }
    }

    fn pages_per_command_since(self, earlier: Self) -> f64 {
        (self.pages - earlier.pages) as f64 / (self.commands - earlier.commands) as f64
    }
}

fn create(n: usize) -> event_log::Command {
    let name = format!("{n:018}");
    let key = Uuid::new_v4();
    let take = claim(&name, key.as_bytes(), "075", ClaimOp::Take { tag: key });
    with_claims(command(vec![append(&name, 0, 1)]), vec![take])
}

#[tokio::test(flavor = "multi_thread")]
async fn appends_on_a_fresh_analysed_schema_do_not_read_more_and_more_pages() {
    let world = postgres().await;
    let mut looker = world.superuser().await;
    // Nobody else touches the tables, and no later statistics save a bad plan.
    for table in ["head", "events", "claims"] {
        let sql = format!("ALTER TABLE log.{table} SET (autovacuum_enabled = false)");
        looker.execute(sql.as_str()).await.expect("autovacuum is kept away");
    }
    looker.execute("VACUUM ANALYZE").await.expect("the empty tables are analysed");

    // One session from the first command to the last: it keeps the plans it made on empty tables.
    let options = Options { connections: 1, ..Options::default() };
    let log = EventLog::new(world.options.clone(), world.pool(Role::Writer).await, options);
    let mut looks: Vec<Look> = Vec::new();
    let mut appended = 0;
    while appended < COMMANDS {
        let array: Vec<_> = (appended..(appended + ARRAY).min(COMMANDS)).map(create).collect();
        appended += array.len();
        for verdict in log.append(array).await.expect("answered") {
            committed(verdict);
        }
        let look = Look::take(&mut looker).await;
        if looks.last() != Some(&look) {
            looks.push(look);
        }
    }
    // The last counts arrive with a command that comes a second later.
    let deadline = Instant::now() + Duration::from_secs(30);
    let mut ticks = interval(Duration::from_millis(100));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    while looks.last().is_none_or(|look| look.commands < COMMANDS as i64) {
        assert!(Instant::now() < deadline, "the counters never arrived");
        ticks.tick().await;
        committed(log.append(vec![create(appended)]).await.expect("answered").pop().expect("one"));
        appended += 1;
        looks.push(Look::take(&mut looker).await);
    }

    // Early: the first thousand at least, from the first command on.
    let first = Look { commands: 0, pages: 0 };
    let early = looks.iter().find(|look| look.commands >= 1_000).expect("a look after a thousand commands");
    let last = looks.last().expect("a last look");
    let before =
        looks.iter().rev().find(|look| look.commands <= last.commands - 1_000).expect("a look before the last");
    let (then, now) = (early.pages_per_command_since(first), last.pages_per_command_since(*before));
    eprintln!("pages a command: {then:.1} over the first {}, {now:.1} over the last", early.commands);
    assert!(now <= then * MOST_GROWTH, "{then:.1} pages a command have become {now:.1}: {looks:?}");
}
