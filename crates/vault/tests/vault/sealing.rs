use proptest::prelude::*;
use vault::envelope::{LONGEST_PART, Place, cut, open, seal};
use vault::{DataKey, Error, KeyId, Secret32};

const PLACE: Place<'static> = Place { stream: "0751126000001", version: 3, key_id: KeyId::new(42) };

fn key(byte: u8) -> DataKey {
    DataKey::from(Secret32::from_slice(&[byte; 32]).unwrap())
}

fn sample() -> Vec<u8> {
    seal(&key(1), &PLACE, &[(b'a', b"first"), (b'b', b""), (b'c', "troisi\u{e8}me".as_bytes())]).unwrap()
}

#[test]
fn parts_come_back_in_order() {
    let opened = open(&key(1), &PLACE, &sample()).unwrap();
    let expected: [(u8, &[u8]); 3] = [(b'a', b"first"), (b'b', b""), (b'c', "troisi\u{e8}me".as_bytes())];
    assert!(opened.iter().map(|(tag, clear)| (*tag, clear.as_slice())).eq(expected));
}

#[test]
fn no_parts_are_no_bytes() {
    assert_eq!(seal(&key(1), &PLACE, &[]).unwrap(), b"");
    assert_eq!(open(&key(1), &PLACE, b"").unwrap(), []);
}

#[test]
fn one_part_is_cut_out_without_a_key_and_opens_alone_at_its_place() {
    let second = cut(&sample(), b'b').unwrap().unwrap();
    assert_eq!(open(&key(1), &PLACE, &second).unwrap(), [(b'b', Vec::new())]);
    assert!(matches!(open(&key(1), &Place { version: 4, ..PLACE }, &second), Err(Error::NotAuthentic { tag: b'b' })));
    assert_eq!(cut(&sample(), b'z').unwrap(), None);
    assert_eq!(cut(b"", b'a').unwrap(), None);
    assert!(matches!(cut(&sample()[1..], b'a'), Err(Error::Malformed { .. })));
}

#[test]
fn the_same_text_is_never_sealed_to_the_same_bytes() {
    assert_ne!(sample(), sample());
}

#[test]
fn a_part_opens_in_its_own_place_only() {
    let sealed = sample();
    for place in [
        Place { stream: "0751126000002", ..PLACE },
        Place { stream: "", ..PLACE },
        Place { version: 4, ..PLACE },
        Place { key_id: KeyId::new(43), ..PLACE },
    ] {
        assert!(matches!(open(&key(1), &place, &sealed), Err(Error::NotAuthentic { tag: b'a' })), "{place:?}");
    }
    assert!(matches!(open(&key(2), &PLACE, &sealed), Err(Error::NotAuthentic { .. })), "another key");
}

#[test]
fn a_part_under_another_tag_does_not_open() {
    let mut sealed = seal(&key(1), &PLACE, &[(b'a', b"text")]).unwrap();
    sealed[2] = b'b';
    assert!(matches!(open(&key(1), &PLACE, &sealed), Err(Error::NotAuthentic { tag: b'b' })));
}

#[test]
fn unsealable_parts_are_refused() {
    let refused = |parts: &[(u8, &[u8])]| matches!(seal(&key(1), &PLACE, parts), Err(Error::Unsealable { .. }));
    assert!(refused(&[(1, b"a"), (2, b"b"), (1, b"c")]), "two of one tag");
    let long = vec![0; LONGEST_PART + 1];
    assert!(refused(&[(1, &long)]));
    assert!(!refused(&[(1, &long[1..])]));
    let many: Vec<(u8, &[u8])> = (0..=255).map(|tag| (tag, b"".as_slice())).collect();
    assert!(refused(&many));
    let sealed = seal(&key(1), &PLACE, &many[1..]).unwrap();
    assert_eq!(open(&key(1), &PLACE, &sealed).unwrap().len(), 255);
}

#[test]
fn frames_that_say_something_impossible_are_malformed() {
    let sealed = sample();
    let malformed = |bytes: &[u8]| matches!(open(&key(1), &PLACE, bytes), Err(Error::Malformed { .. }));
    let with = |index: usize, byte: u8| {
        let mut bytes = sealed.clone();
        bytes[index] = byte;
        bytes
    };
    assert!(malformed(&with(0, 2)), "a format of the future");
    assert!(malformed(&with(1, 0)), "no parts");
    assert!(malformed(&with(1, 2)), "bytes of a third part after the second");
    assert!(malformed(&with(1, 4)), "a fourth part that is not there");
    assert!(malformed(&with(3, 0xFF)), "a length beyond all bounds");
    assert!(malformed(&with(6, 39)), "shorter than nonce and authenticator");
    assert!(malformed(&[sealed.as_slice(), b"\0"].concat()), "a trailing byte");
    // A duplicated part: authentic twice, and still refused.
    let part = &seal(&key(1), &PLACE, &[(b'a', b"x")]).unwrap()[2..];
    assert!(malformed(&[&[1, 2], part, part].concat()));
}

fn arbitrary_parts() -> impl Strategy<Value = Vec<(u8, Vec<u8>)>> {
    prop::collection::btree_map(any::<u8>(), prop::collection::vec(any::<u8>(), 0..80), 1..8)
        .prop_map(|parts| parts.into_iter().collect())
}

fn sealed(parts: &[(u8, Vec<u8>)]) -> Vec<u8> {
    let parts: Vec<(u8, &[u8])> = parts.iter().map(|(tag, clear)| (*tag, clear.as_slice())).collect();
    seal(&key(1), &PLACE, &parts).unwrap()
}

proptest! {
    #[test]
    fn whatever_was_sealed_comes_back(parts in arbitrary_parts()) {
        prop_assert_eq!(open(&key(1), &PLACE, &sealed(&parts)).unwrap(), parts);
    }

    #[test]
    fn any_altered_byte_is_refused(parts in arbitrary_parts(), at in any::<prop::sample::Index>(), with in 1u8..) {
        let mut bytes = sealed(&parts);
        let at = at.index(bytes.len());
        bytes[at] ^= with;
        prop_assert!(open(&key(1), &PLACE, &bytes).is_err());
    }

    #[test]
    fn any_cut_is_refused(parts in arbitrary_parts(), at in any::<prop::sample::Index>()) {
        let bytes = sealed(&parts);
        let cut = 1 + at.index(bytes.len() - 1);
        prop_assert!(open(&key(1), &PLACE, &bytes[..cut]).is_err());
    }

    #[test]
    fn garbage_is_refused_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 1..200)) {
        prop_assert!(open(&key(1), &PLACE, &bytes).is_err());
    }

    #[test]
    fn garbage_that_begins_well_is_refused_without_a_panic(count in 1u8..4, tail in prop::collection::vec(any::<u8>(), 0..200)) {
        let bytes = [&[1, count], tail.as_slice()].concat();
        prop_assert!(open(&key(1), &PLACE, &bytes).is_err());
    }
}
