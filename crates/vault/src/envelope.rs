//! Sealed bytes of one event: a list of parts, each sealed for its own place.
//!
//! Format 1, numbers big-endian: format `u8`, number of parts `u8` (from 1), then for each part its tag `u8`, a length
//! `u32` and that many bytes: nonce (24), ciphertext, authenticator (16) of XChaCha20-Poly1305. Associated data of a part:
//! `"sne-sealed-part"`, format, tag, key id (`i64`), version (`u64`), length of the stream's name (`u32`), its bytes. A
//! part therefore opens nowhere else: not in another stream, version or place, nor under another key's number. A part that
//! is left out is not noticed here; the leaf hash of the log covers the whole.
//!
//! No parts are no bytes at all.
//!
//! ```
//! use vault::envelope::{Place, open, seal};
//! use vault::{DataKey, KeyId};
//!
//! let key = DataKey::random()?;
//! let place = Place { stream: "0751126000001", version: 1, key_id: KeyId::new(7) };
//! let sealed = seal(&key, &place, &[(b'a', b"a name")])?;
//! assert_eq!(open(&key, &place, &sealed)?, [(b'a', b"a name".to_vec())]);
//! assert!(open(&key, &Place { version: 2, ..place }, &sealed).is_err());
//! # Ok::<(), vault::Error>(())
//! ```

use crate::{DataKey, Error, KeyId, cipher};

const FORMAT: u8 = 1;

/// The longest clear part, in bytes. Parts are rubrics of a form, not scans.
pub const LONGEST_PART: usize = 1024 * 1024;

/// Where sealed parts belong.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Place<'a> {
    /// Name of the stream.
    pub stream: &'a str,
    /// Version of the stream at the event, from 1.
    pub version: u64,
    /// The key, by its number.
    pub key_id: KeyId,
}

impl Place<'_> {
    fn associated(&self, tag: u8) -> Result<Vec<u8>, Error> {
        let length = u32::try_from(self.stream.len())
            .map_err(|_| Error::Unsealable { reason: "the name of the stream is too long" })?;
        let mut aad = b"sne-sealed-part".to_vec();
        aad.extend_from_slice(&[FORMAT, tag]);
        aad.extend_from_slice(&self.key_id.get().to_be_bytes());
        aad.extend_from_slice(&self.version.to_be_bytes());
        aad.extend_from_slice(&length.to_be_bytes());
        aad.extend_from_slice(self.stream.as_bytes());
        Ok(aad)
    }
}

/// Seals parts, each with a tag of its own, for one place. [`Error::Unsealable`] when two have the same tag or one is
/// longer than [`LONGEST_PART`].
pub fn seal(key: &DataKey, place: &Place<'_>, parts: &[(u8, &[u8])]) -> Result<Vec<u8>, Error> {
    if parts.is_empty() {
        return Ok(Vec::new());
    }
    let count = u8::try_from(parts.len()).map_err(|_| Error::Unsealable { reason: "more than 255 parts" })?;
    let mut out = vec![FORMAT, count];
    let mut seen = Tags::default();
    for &(tag, clear) in parts {
        if clear.len() > LONGEST_PART {
            return Err(Error::Unsealable { reason: "a part is longer than 1 MiB" });
        }
        if !seen.first(tag) {
            return Err(Error::Unsealable { reason: "two parts have the same tag" });
        }
        let sealed = cipher::seal(key.secret(), &place.associated(tag)?, clear)?;
        push(&mut out, tag, &sealed);
    }
    Ok(out)
}

/// Opens all parts, in the order they were sealed: [`Error::Malformed`] for bytes that are no envelope,
/// [`Error::NotAuthentic`] for a part that was altered or belongs elsewhere. All or nothing.
pub fn open(key: &DataKey, place: &Place<'_>, bytes: &[u8]) -> Result<Vec<(u8, Vec<u8>)>, Error> {
    parts(bytes)?
        .into_iter()
        .map(|(tag, sealed)| {
            let clear = cipher::open(key.secret(), &place.associated(tag)?, sealed);
            clear.map(|clear| (tag, clear)).ok_or(Error::NotAuthentic { tag })
        })
        .collect()
}

/// One part as sealed bytes of their own, or none when the event has no part of this tag. Nothing is opened: what is cut
/// out opens at the same place, and shows whoever holds it nothing of the other parts.
///
/// # Errors
/// [`Error::Malformed`] for bytes that are no envelope.
pub fn cut(bytes: &[u8], tag: u8) -> Result<Option<Vec<u8>>, Error> {
    let found = parts(bytes)?.into_iter().find(|(other, _)| *other == tag);
    Ok(found.map(|(tag, sealed)| {
        let mut out = vec![FORMAT, 1];
        push(&mut out, tag, sealed);
        out
    }))
}

fn push(out: &mut Vec<u8>, tag: u8, sealed: &[u8]) {
    let length = u32::try_from(sealed.len()).expect("a part is at most 1 MiB and its overhead");
    out.push(tag);
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(sealed);
}

/// The frame alone: nothing is opened before the whole of it is sound.
fn parts(bytes: &[u8]) -> Result<Vec<(u8, &[u8])>, Error> {
    let malformed = |reason| Error::Malformed { reason };
    if bytes.is_empty() {
        return Ok(Vec::new());
    }
    let (&[format, count], mut rest) = bytes.split_first_chunk().ok_or(malformed("cut short"))?;
    if format != FORMAT {
        return Err(malformed("unknown format"));
    }
    if count == 0 {
        return Err(malformed("no parts"));
    }
    let mut seen = Tags::default();
    let mut parts = Vec::with_capacity(usize::from(count));
    for _ in 0..count {
        let (&[tag, length @ ..], after) = rest.split_first_chunk::<5>().ok_or(malformed("cut short"))?;
        let length = usize::try_from(u32::from_be_bytes(length)).map_err(|_| malformed("a part is too long"))?;
        if !(cipher::OVERHEAD..=cipher::OVERHEAD + LONGEST_PART).contains(&length) {
            return Err(malformed("impossible length of a part"));
        }
        let (sealed, after) = after.split_at_checked(length).ok_or(malformed("cut short"))?;
        if !seen.first(tag) {
            return Err(malformed("two parts have the same tag"));
        }
        parts.push((tag, sealed));
        rest = after;
    }
    if !rest.is_empty() {
        return Err(malformed("bytes after the last part"));
    }
    Ok(parts)
}

/// The set of tags met so far.
#[derive(Default)]
struct Tags([u128; 2]);

impl Tags {
    fn first(&mut self, tag: u8) -> bool {
        let bit = 1 << (tag & 127);
        let half = &mut self.0[usize::from(tag >> 7)];
        let new = *half & bit == 0;
        *half |= bit;
        new
    }
}
