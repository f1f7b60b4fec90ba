//! The answer to a mutation.

use jiff::Timestamp;
use prost_types::Timestamp as Instant;
use proto::v1::{Answer, Opened};

use super::etag;

/// Writes an answer.
pub fn write(answer: &register::Answer) -> Answer {
    Answer {
        number: answer.number.to_string(),
        etag: etag::write(answer.version),
        position: answer.position.get(),
        effective_on: answer.effective_on.to_string(),
        recorded_at: Some(instant(answer.recorded_at)),
        opened: answer
            .opened
            .map(|opened| Opened { number: opened.number.to_string(), etag: etag::write(opened.version) }),
    }
}

/// Writes an instant, to the microsecond that the log keeps.
pub fn instant(instant: Timestamp) -> Instant {
    let micros = instant.as_microsecond();
    let nanos = i32::try_from(micros.rem_euclid(1_000_000) * 1_000).unwrap_or_default();
    Instant { seconds: micros.div_euclid(1_000_000), nanos }
}
