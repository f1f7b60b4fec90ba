//! From a day on which something falls due back to the days it may count from: due days never decrease with those.

use jiff::ToSpan as _;
use jiff::civil::Date;

/// Before every day that anything counts from.
pub(super) const LONG_AGO: Date = Date::constant(1, 1, 1);

/// The last day near a day for which something holds that holds for all days up to it, and for none behind; none when it
/// holds for no day.
pub(super) fn last_since(near: Date, holds: impl Fn(Date) -> bool) -> Option<Date> {
    // No delay lies further back, and nothing that is known today counts from further ahead.
    let (mut last, mut later) = (near.saturating_sub(100.years()), near.saturating_add(20.years()));
    if !holds(last) {
        return None;
    }
    while let Ok(next) = last.tomorrow()
        && next < later
    {
        let half = last.until(later).map_or(0, |span| span.get_days()) / 2;
        let middle = last.saturating_add(half.max(1).days());
        if holds(middle) { last = middle } else { later = middle }
    }
    Some(last)
}

/// The first day near a day for which something holds that holds for all days behind it, and for none before; the day
/// after everything when it holds for no day.
pub(super) fn first_since(near: Date, holds: impl Fn(Date) -> bool) -> Date {
    last_since(near, |since| !holds(since)).map_or(LONG_AGO, |last| last.saturating_add(1.day()))
}
