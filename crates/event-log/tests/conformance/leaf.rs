//! The leaf binds every field. Its bytes are fixed for ever by a golden vector.

use event_log::{LeafHeader, leaf};
use jiff::Timestamp;
use jiff::civil::{Date, date};
use proptest::prelude::*;
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq)]
struct Fields {
    texts: [String; 5],
    territory: Option<String>,
    version: u32,
    schema_version: u16,
    effective_on: Date,
    recorded_at: Timestamp,
    command_id: Uuid,
    key_id: Option<i64>,
    commitment: Option<[u8; 32]>,
    payload: Vec<u8>,
    sealed: Vec<u8>,
}

impl Fields {
    fn leaf(&self) -> [u8; 32] {
        let [stream_type, stream, event_type, actor, organisation] = &self.texts;
        let header = LeafHeader {
            stream_type,
            stream,
            version: self.version,
            territory: self.territory.as_deref(),
            event_type,
            schema_version: self.schema_version,
            effective_on: self.effective_on,
            recorded_at: self.recorded_at,
            actor,
            organisation,
            command_id: self.command_id,
            key_id: self.key_id,
            commitment: self.commitment.as_ref(),
        };
        leaf(&header, &self.payload, &self.sealed)
    }
}

fn golden() -> Fields {
    let texts = ["demand", "075012600000100001", "Registered", "agent-7", "org-1"];
    Fields {
        texts: texts.map(str::to_owned),
        territory: Some("075".to_owned()),
        version: 1,
        schema_version: 1,
        effective_on: date(2026, 1, 21),
        recorded_at: Timestamp::from_microsecond(1_769_000_000_123_456).expect("an instant"),
        command_id: Uuid::from_u128(0x0123_4567_89ab_4def_8123_4567_89ab_cdef),
        key_id: Some(42),
        commitment: Some([9; 32]),
        payload: br#"{"composition":"couple"}"#.to_vec(),
        sealed: vec![7; 24],
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The expected hashes were computed apart from this crate, by `tests/leaf_vectors.py` from the table of `leaf.rs`.
#[test]
fn the_bytes_of_a_leaf_never_change() {
    assert_eq!(hex(&golden().leaf()), "fbbe35a6e6f835a0cffe8845f5386c38f4f1c28369e562048c6772fba73a080f");
    let bare = Fields {
        territory: None,
        key_id: None,
        commitment: None,
        effective_on: date(1969, 12, 31),
        recorded_at: Timestamp::from_microsecond(-1).expect("an instant"),
        version: 2,
        sealed: Vec::new(),
        ..golden()
    };
    assert_eq!(hex(&bare.leaf()), "71890822cb099284dd306b71fe306662197d492082df66b6bb1263e90b386179");
}

#[test]
fn an_instant_counts_to_the_microsecond() {
    let mut finer = golden();
    finer.recorded_at = Timestamp::from_nanosecond(1_769_000_000_123_456_999).expect("an instant");
    assert_eq!(finer.leaf(), golden().leaf());
    finer.recorded_at = Timestamp::from_microsecond(1_769_000_000_123_457).expect("an instant");
    assert_ne!(finer.leaf(), golden().leaf());
}

#[test]
fn a_text_never_slides_into_its_neighbour() {
    let mut slid = golden();
    slid.texts[3] = "agent".to_owned();
    slid.texts[4] = "-7org-1".to_owned();
    assert_ne!(slid.leaf(), golden().leaf());
    let mut moved = golden();
    moved.sealed.insert(0, moved.payload.pop().expect("a byte"));
    assert_ne!(moved.leaf(), golden().leaf());
    let mut zero_key = golden();
    zero_key.key_id = Some(0);
    assert_ne!(zero_key.leaf(), Fields { key_id: None, ..golden() }.leaf());
}

fn fields() -> impl Strategy<Value = Fields> {
    let texts = prop::array::uniform5("[a-z]{1,4}");
    let numbers = (1_u32..4, 1_u16..3, 0_i16..3, 0_i64..3, 0_u128..3);
    let key = (prop::option::of(0_i64..3), prop::option::of(prop::array::uniform32(0_u8..2)));
    let parts = (prop::collection::vec(0_u8..3, 0..4), prop::collection::vec(0_u8..3, 0..4));
    (texts, prop::option::of("[0-9]{3}"), numbers, key, parts).prop_map(|(texts, territory, numbers, key, parts)| {
        Fields {
            texts,
            territory,
            version: numbers.0,
            schema_version: numbers.1,
            effective_on: date(2026 + numbers.2, 1, 1),
            recorded_at: Timestamp::from_microsecond(numbers.3).expect("an instant"),
            command_id: Uuid::from_u128(numbers.4),
            key_id: key.0,
            commitment: key.1,
            payload: parts.0,
            sealed: parts.1,
        }
    })
}

proptest! {
    #[test]
    fn two_leaves_are_equal_only_if_every_field_is(left in fields(), right in fields(), field in 0_usize..15) {
        prop_assert_eq!(left == right, left.leaf() == right.leaf());
        // The same event with one field taken from another one.
        let mut mixed = left.clone();
        match field {
            0..=4 => mixed.texts[field].clone_from(&right.texts[field]),
            5 => mixed.territory = right.territory,
            6 => mixed.version = right.version,
            7 => mixed.schema_version = right.schema_version,
            8 => mixed.effective_on = right.effective_on,
            9 => mixed.recorded_at = right.recorded_at,
            10 => mixed.command_id = right.command_id,
            11 => mixed.key_id = right.key_id,
            12 => mixed.commitment = right.commitment,
            13 => mixed.payload = right.payload,
            _ => mixed.sealed = right.sealed,
        }
        prop_assert_eq!(left == mixed, left.leaf() == mixed.leaf());
    }
}
