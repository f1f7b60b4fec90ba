//! Any commands at all, given to both logs at once: the same verdicts, the same pages, the same claims.

use event_log::{Claim, ClaimOp, Command, Error, KeyRef, Position, RecordedEvent, StreamId, StreamSpan, TerritoryCode};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use uuid::Uuid;

use crate::world::{DEMAND, ORGANISATION, World, append, at, command, memory, postgres};

const STREAMS: [&str; 4] = ["a", "b", "c", "c2"];
const KEYS: [&[u8]; 2] = [b"k", b"k\xff"];
const SCOPES: [&str; 3] = ["", "069", "075"];
const IDS: u128 = 40;

/// One thing that is asked of a log.
#[derive(Clone, Debug)]
enum Asked {
    Append(Vec<Sketch>),
    Fence(u128),
}

/// A command: what is random about it.
#[derive(Clone, Debug)]
struct Sketch {
    id: u128,
    body: u8,
    recorded_at: i64,
    /// Stream, how far from the version it had when last written, events, and what else may differ.
    streams: Vec<(usize, i8, usize, Odd)>,
    /// Holder, key, scope, and what is done.
    claims: Vec<(usize, usize, usize, ClaimOp)>,
}

#[derive(Clone, Copy, Debug)]
enum Odd {
    Nothing,
    Type,
    Territory,
    Key,
}

fn asked() -> impl Strategy<Value = Asked> {
    let odd =
        prop_oneof![20 => Just(Odd::Nothing), 1 => Just(Odd::Type), 1 => Just(Odd::Territory), 1 => Just(Odd::Key)];
    let off = prop_oneof![12 => Just(0_i8), 1 => Just(1), 1 => Just(-1)];
    let streams = prop::collection::vec((0..STREAMS.len(), off, 0_usize..3, odd), 1..3);
    let tag = prop_oneof![8 => Just(1_u128), 1 => Just(2)].prop_map(Uuid::from_u128);
    let op = (0..3, tag).prop_map(|(op, tag)| match op {
        0 => ClaimOp::Release,
        1 => ClaimOp::Take { tag },
        _ => ClaimOp::Force { tag },
    });
    let claims = prop::collection::vec((0..STREAMS.len(), 0..KEYS.len(), 0..SCOPES.len(), op), 0..4);
    let body = prop_oneof![6 => Just(1_u8), 1 => Just(2)];
    let sketch = (0..IDS, body, 0_i64..50, streams, claims)
        .prop_map(|(id, body, recorded_at, streams, claims)| Sketch { id, body, recorded_at, streams, claims });
    prop_oneof![9 => prop::collection::vec(sketch, 1..4).prop_map(Asked::Append), 1 => (0..IDS).prop_map(Asked::Fence)]
}

/// The commands as they are sent: versions count from what the log has now.
async fn commands(world: &World, sketches: &[Sketch]) -> Vec<Command> {
    let mut versions = [0_u32; STREAMS.len()];
    for (version, name) in versions.iter_mut().zip(STREAMS) {
        let stream = StreamId::parse(name).expect("lawful");
        let events = world.log.reader().read_stream(&stream, StreamSpan::ALL).await.expect("read");
        *version = events.last().map_or(0, |event| event.version);
    }
    let drawn = |sketch: &Sketch| {
        let streams = sketch.streams.iter().map(|(stream, off, events, odd)| {
            let expected = versions[*stream].saturating_add_signed((*off).into());
            let mut streamed = append(STREAMS[*stream], expected, *events);
            streamed.stream_type = if *stream < 2 { DEMAND } else { ORGANISATION };
            match odd {
                Odd::Nothing => {}
                Odd::Type => streamed.stream_type = event_log::StreamType::from_static("other"),
                Odd::Territory => streamed.territory = Some(TerritoryCode::parse("2A0").expect("lawful")),
                Odd::Key => streamed.key = Some(KeyRef { id: 7, commitment: [3; 32] }),
            }
            streamed
        });
        let mut drawn = command(streams.collect());
        drawn.id = Uuid::from_u128(sketch.id);
        drawn.body_digest = [sketch.body; 32];
        drawn.recorded_at = at(sketch.recorded_at);
        let claims = sketch.claims.iter().map(|(holder, key, scope, op)| Claim {
            holder: StreamId::parse(STREAMS[*holder]).expect("lawful"),
            kind: 1,
            key: KEYS[*key].to_vec(),
            scope: SCOPES[*scope].to_owned(),
            op: *op,
        });
        drawn.claims = claims.collect();
        drawn
    };
    sketches.iter().map(drawn).filter(|command| command.validate().is_ok()).collect()
}

/// Everything that can be read of a log.
#[derive(Debug, PartialEq)]
struct Seen {
    events: Vec<RecordedEvent>,
    by_type: Vec<event_log::Page>,
    by_stream: Vec<Vec<RecordedEvent>>,
    walked: Vec<RecordedEvent>,
    claims: Vec<event_log::ClaimRow>,
    holders: Vec<Vec<event_log::ClaimHolder>>,
    receipts: Vec<Option<(event_log::Receipt, [u8; 32])>>,
    fences: Vec<Option<Position>>,
    as_of: Vec<Position>,
    last: Option<StreamId>,
    keys: Vec<i64>,
}

async fn seen(world: &World) -> Result<Seen, Error> {
    let reader = world.log.reader();
    let head = reader.head().await?;
    let streams = STREAMS.map(|name| StreamId::parse(name).expect("lawful"));
    let middle = Position::try_new(head.get() / 2)?;
    let mut walk = world.walk().await;
    walk.begin(event_log::StreamRange { from: Some(streams[1].clone()), until: None }, head);
    let ids: Vec<_> = (0..IDS).map(|id| ("org-1", Uuid::from_u128(id))).collect();
    let mut seen = Seen {
        events: reader.read_after(Position::ZERO, 10_000).await?.events,
        by_type: Vec::new(),
        by_stream: Vec::new(),
        walked: walk.next_page(10_000).await?,
        claims: reader.claims_after(None, 10_000).await?,
        holders: reader.claim_holders_of(1, &KEYS).await?,
        receipts: reader.receipts(&ids).await?,
        fences: Vec::new(),
        as_of: Vec::new(),
        last: reader.last_stream_of(&ORGANISATION, "c").await?,
        keys: reader.key_ids_in_use(&[7, 41, 42]).await?,
    };
    for stream_type in [DEMAND, ORGANISATION] {
        seen.by_type.push(reader.read_type_after(&stream_type, middle, 3).await?);
    }
    for stream in &streams {
        let span = StreamSpan { after_version: 1, up_to: Some(middle) };
        seen.by_stream.push(reader.read_stream(stream, span).await?);
    }
    for (organisation, id) in ids {
        seen.fences.push(reader.fenced(organisation, id).await?);
    }
    for second in [0, 10, 25, 49, 50] {
        seen.as_of.push(reader.position_as_of(at(second)).await?);
    }
    Ok(seen)
}

#[test]
fn both_logs_answer_alike_whatever_is_asked() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut runner = TestRunner::new(Config { cases: 24, max_shrink_iters: 40, ..Config::default() });
    let answered = runner.run(&prop::collection::vec(asked(), 1..60), |script| {
        runtime.block_on(async {
            let (postgres, memory) = (postgres().await, memory());
            for asked in &script {
                match asked {
                    Asked::Append(sketches) => {
                        let sent = commands(&postgres, sketches).await;
                        let expected = postgres.log.append(sent.clone()).await.expect("answered");
                        let answers = memory.log.append(sent).await.expect("answered");
                        prop_assert_eq!(answers, expected, "{:?}", sketches);
                    }
                    Asked::Fence(id) => {
                        let id = Uuid::from_u128(*id);
                        let expected = postgres.log.fence("org-1", id).await.expect("answered");
                        prop_assert_eq!(memory.log.fence("org-1", id).await.expect("answered"), expected);
                    }
                }
            }
            let (expected, found) = (seen(&postgres).await.expect("read"), seen(&memory).await.expect("read"));
            prop_assert_eq!(found, expected);
            Ok(())
        })
    });
    answered.expect("the same answers");
}
