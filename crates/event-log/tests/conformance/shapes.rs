//! What is refused unseen: wrong shapes give a typed error of the call, and nothing is written.

use event_log::{
    ClaimOp, Command, Error, MAX_COMMAND_BYTES, MAX_PART_BYTES, Position, StreamId, StreamType, TerritoryCode,
};
use jiff::civil::date;
use uuid::Uuid;

use crate::world::{World, append, claim, command, committed, with_claims};

on_both!(
    a_wrong_shape_refuses_the_call_and_writes_nothing,
    the_largest_lawful_command_is_committed,
    texts_of_every_script_come_back_byte_for_byte,
);

const TAKE: ClaimOp = ClaimOp::Take { tag: Uuid::from_u128(1) };

fn changed(change: impl FnOnce(&mut Command)) -> Command {
    let mut command = command(vec![append("a", 0, 1)]);
    change(&mut command);
    command
}

async fn a_wrong_shape_refuses_the_call_and_writes_nothing(world: World) {
    type Expected = fn(&Error) -> bool;
    let wrong: Vec<(Command, Expected)> = vec![
        (changed(|c| c.streams.clear()), |e| matches!(e, Error::EmptyCommand)),
        (changed(|c| c.streams[0].events.clear()), |e| matches!(e, Error::EmptyCommand)),
        (changed(|c| c.organisation.clear()), |e| matches!(e, Error::InvalidText { field: "organisation" })),
        (changed(|c| c.actor = "a\0b".into()), |e| matches!(e, Error::InvalidText { field: "actor" })),
        (changed(|c| c.actor = "x".repeat(129)), |e| matches!(e, Error::InvalidText { field: "actor" })),
        (changed(|c| c.streams[0].events[0].payload = "{\"a\":\"\0\"}".into()), |e| {
            matches!(e, Error::InvalidText { field: "payload" })
        }),
        (changed(|c| c.streams[0].events[0].payload.clear()), |e| matches!(e, Error::InvalidText { field: "payload" })),
        (changed(|c| c.streams[0].events[0].payload = "x".repeat(MAX_PART_BYTES + 1)), |e| {
            matches!(e, Error::TooLarge { field: "payload", limit: MAX_PART_BYTES })
        }),
        (changed(|c| c.streams[0].events[0].sealed = vec![0; MAX_PART_BYTES + 1]), |e| {
            matches!(e, Error::TooLarge { field: "sealed part", .. })
        }),
        (
            changed(|c| {
                c.streams = vec![append("a", 0, 5)];
                c.streams[0].events.iter_mut().for_each(|event| event.sealed = vec![0; MAX_PART_BYTES]);
            }),
            |e| matches!(e, Error::TooLarge { field: "command", limit: MAX_COMMAND_BYTES }),
        ),
        (changed(|c| c.streams = vec![append("a", 0, 1_001)]), |e| {
            matches!(e, Error::TooLarge { field: "number of events", .. })
        }),
        (changed(|c| c.streams[0].expected_version = i32::MAX.cast_unsigned()), |e| {
            matches!(e, Error::OutOfRange { field: "version" })
        }),
        (changed(|c| c.streams[0].expected_version = u32::MAX), |e| {
            matches!(e, Error::OutOfRange { field: "version" })
        }),
        (changed(|c| c.streams[0].events[0].schema_version = 0), |e| {
            matches!(e, Error::OutOfRange { field: "schema_version" })
        }),
        (changed(|c| c.streams[0].events[0].schema_version = 40_000), |e| {
            matches!(e, Error::OutOfRange { field: "schema_version" })
        }),
        (changed(|c| c.streams[0].events[0].effective_on = date(-1, 1, 1)), |e| {
            matches!(e, Error::OutOfRange { field: "effective_on" })
        }),
        (changed(|c| c.recorded_at = jiff::Timestamp::MIN), |e| {
            matches!(e, Error::OutOfRange { field: "recorded_at" })
        }),
        (changed(|c| c.streams[0].events[0].event_type = "a\":1".into()), |e| {
            matches!(e, Error::InvalidIdentifier { kind: "event type" })
        }),
        (changed(|c| c.streams.push(append("a", 0, 1))), |e| matches!(e, Error::DuplicateStream { .. })),
        (changed(|c| c.claims = vec![claim("a", b"", "075", TAKE)]), |e| {
            matches!(e, Error::DuplicateClaim { index: 0 })
        }),
        (changed(|c| c.claims = vec![claim("a", &[1; 65], "075", TAKE)]), |e| {
            matches!(e, Error::TooLarge { field: "claim key", .. })
        }),
        (changed(|c| c.claims = vec![claim("a", b"k", "075", TAKE), claim("b", b"k", "075", TAKE)]), |e| {
            matches!(e, Error::DuplicateClaim { index: 1 })
        }),
        (
            changed(|c| {
                let other = ClaimOp::Take { tag: Uuid::from_u128(2) };
                c.claims = vec![claim("a", b"k", "075", TAKE), claim("a", b"k", "069", other)];
            }),
            |e| matches!(e, Error::DuplicateClaim { index: 1 }),
        ),
    ];
    for (command, expected) in wrong {
        // A good neighbour is not written either: the error is of the call.
        let neighbour = crate::world::command(vec![append("good", 0, 1)]);
        let error = world.log.append(vec![neighbour, command]).await.expect_err("a wrong shape");
        assert!(expected(&error), "{error}");
    }
    assert_eq!(world.log.reader().head().await.expect("head"), Position::ZERO);
}

async fn the_largest_lawful_command_is_committed(world: World) {
    let mut events = append("a", 0, 4);
    for event in &mut events.events[..2] {
        event.payload = format!("\"{}\"", "é".repeat((MAX_PART_BYTES - 2) / 2));
        event.sealed = vec![0xFF; MAX_PART_BYTES];
    }
    for event in &mut events.events[2..] {
        event.payload = "1".to_owned();
        event.sealed = Vec::new();
    }
    let mut other = append("b", 0, 1);
    other.events[0].sealed = Vec::new();
    other.events[0].payload = "0".to_owned();
    // 4 MiB less the few bytes of the small ones.
    events.events[1].sealed.truncate(MAX_PART_BYTES - 3);
    let largest = with_claims(command(vec![events, other]), vec![claim("a", &[1; 64], "", TAKE)]);
    assert_eq!(largest.byte_count(), MAX_COMMAND_BYTES);
    let receipt = committed(world.one(largest.clone()).await);
    let read = world.log.reader().read_range(receipt.first..=receipt.last).await.expect("read");
    assert!(read.iter().all(|event| event.leaf_matches()));
    assert_eq!(read[1].sealed.len(), MAX_PART_BYTES - 3);
}

async fn texts_of_every_script_come_back_byte_for_byte(world: World) {
    let mut written = command(vec![append("a", 0, 1)]);
    // The same letter composed and decomposed, right to left, beyond the basic plane, and JSON's own escapes.
    written.streams[0].events[0].payload = "{\"n\":\"é e\u{301} ﷽ 𝔛 𓀀 李 \\u0000 \\\" \t\"}".to_owned();
    let receipt = committed(world.one(written.clone()).await);
    let read = world.log.reader().read_range(receipt.first..=receipt.last).await.expect("read");
    assert_eq!(read[0].payload, written.streams[0].events[0].payload);
    assert_eq!(read[0].sealed, written.streams[0].events[0].sealed);
    assert_eq!(read[0].recorded_at, written.recorded_at);
    assert!(read[0].leaf_matches());
}

#[test]
fn identifiers_are_parsed_once() {
    for wrong in ["", "with space", "é", "line\n", &"x".repeat(65)] {
        assert!(StreamId::parse(wrong).is_err(), "{wrong:?}");
    }
    assert!(StreamId::parse("075012600000100001").is_ok());
    for wrong in ["", "Demand", "1st", "de mand", &"x".repeat(33)] {
        assert!(StreamType::parse(wrong).is_err(), "{wrong:?}");
    }
    for wrong in ["", "75", "0755", "2a1", "é1"] {
        assert!(TerritoryCode::parse(wrong).is_err(), "{wrong:?}");
    }
    assert!(TerritoryCode::parse("2A0").is_ok());
}

#[test]
fn payloads_and_keys_stay_out_of_debug() {
    let mut shown = changed(|c| c.claims = vec![claim("a", b"SECRETKEY", "075", TAKE)]);
    shown.streams[0].events[0].payload = "SECRETPAYLOAD".to_owned();
    let text = format!("{shown:?}");
    assert!(!text.contains("SECRET") && !text.contains("83, 69"), "{text}");
}
