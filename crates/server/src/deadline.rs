//! Until when a call may take: what its caller allows and the server does, whichever is less.

use std::time::Duration;

use event_log::Position;
use http::HeaderMap;
use projection::AtLeast;
use tokio::time::Instant;
use tonic::Extensions;

/// How long a call waits for a view at most (design 10.13); its own deadline cuts it earlier.
const WAIT: Duration = Duration::from_secs(5);
/// What an answer takes beside the waiting.
const TO_ANSWER: Duration = Duration::from_millis(50);

/// The end of a call, put into its request by the guard.
#[derive(Clone, Copy, Debug)]
struct Until(Instant);

/// Notes the end of a call in its request.
pub fn note(extensions: &mut Extensions, until: Instant) {
    extensions.insert(Until(until));
}

/// The end of a call. Every call has one: it came through the guard.
pub fn of(extensions: &Extensions) -> Instant {
    extensions.get::<Until>().map_or_else(Instant::now, |until| until.0)
}

/// A view that must hold a position. The wait ends a little before the call does, so that the caller hears how far the view is.
pub fn at_least(position: Position, until: Instant) -> AtLeast {
    let left = until.saturating_duration_since(Instant::now()).saturating_sub(TO_ANSWER);
    AtLeast { position, within: WAIT.min(left) }
}

/// What the caller allows: at most eight digits and a unit, as the protocol has it. Anything else allows nothing special.
pub fn asked(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get("grpc-timeout")?.to_str().ok()?;
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if digits.is_empty() || digits.len() > 8 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let value: u64 = digits.parse().ok()?;
    match unit {
        "H" => Some(Duration::from_secs(value * 3_600)),
        "M" => Some(Duration::from_secs(value * 60)),
        "S" => Some(Duration::from_secs(value)),
        "m" => Some(Duration::from_millis(value)),
        "u" => Some(Duration::from_micros(value)),
        "n" => Some(Duration::from_nanos(value)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timeout_is_read_as_the_protocol_writes_it() {
        let read = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("grpc-timeout", text.parse().unwrap());
            asked(&headers)
        };
        assert_eq!(read("1n"), Some(Duration::from_nanos(1)));
        assert_eq!(read("250m"), Some(Duration::from_millis(250)));
        assert_eq!(read("99999999H"), Some(Duration::from_secs(99_999_999 * 3_600)));
        for wrong in ["", "n", "1", "-1S", "123456789S", "1.5S", "1s", "S1"] {
            assert_eq!(read(wrong), None, "{wrong:?}");
        }
    }
}
