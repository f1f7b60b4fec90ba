//! The event that pgbench, the stock framework and the bare log all write: as large as a demand's event is after sealing.

use serde::{Deserialize, Serialize};

/// Bytes of the sealed part: a nonce, some rubrics, an authenticator.
pub const SEALED_BYTES: usize = 272;

/// Open facts, some 312 bytes of JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    territory: String,
    filed_on: String,
    desk: String,
    organisation: String,
    channel: String,
    person_ref: String,
    birth_year: u16,
    family: String,
    household: String,
    size: u8,
    employment: String,
    resources: [u32; 2],
    types: Vec<String>,
    communes: Vec<String>,
}

/// The facts of nobody.
pub fn facts() -> Facts {
    let text = |text: &str| text.to_owned();
    Facts {
        territory: text("006"),
        filed_on: text("2026-02-02"),
        desk: text("G0601"),
        organisation: text("000000018"),
        channel: text("desk"),
        person_ref: text("5b1e0a52-6f1c-4d7e-9a3b-0c8d2f7e4a11"),
        birth_year: 1984,
        family: text("couple"),
        household: text("f"),
        size: 4,
        employment: text("permanent"),
        resources: [1750, 2000],
        types: vec![text("T3"), text("T4")],
        communes: vec![text("06088"), text("06004")],
    }
}

/// The facts as the log keeps them.
pub fn payload() -> String {
    serde_json::to_string(&facts()).unwrap_or_default()
}

/// Bytes that no compression shortens.
pub fn sealed() -> Vec<u8> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    (0..SEALED_BYTES).map(|_| next()).collect()
}

/// A stream's name as a unique number would be: territory, month, sequence, desk.
pub fn stream(number: u64) -> String {
    format!("006{:04}{:06}G0601", 126 + number / 1_000_000 % 1_000, number % 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_event_has_the_size_it_is_said_to_have() {
        assert!((300..=324).contains(&payload().len()), "{}", payload().len());
        assert_eq!(sealed().len(), SEALED_BYTES);
    }

    #[test]
    fn streams_are_as_long_as_unique_numbers_and_differ() {
        let names: std::collections::HashSet<String> = [0, 1, 999_999, 1_000_000].map(stream).into();
        assert_eq!(names.len(), 4);
        assert!(names.iter().all(|name| name.len() == 18));
    }
}
