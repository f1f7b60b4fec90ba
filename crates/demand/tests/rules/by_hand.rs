//! A calendar turned by hand, page by page, and what it says of every deadline: for the rules here, and for the fuzz targets.

use demand::{Settings, deadlines};
use jiff::civil::Date;

/// Year, month and day: compared from left to right.
type Day = (i32, i32, i32);

fn length(year: i32, month: i32) -> i32 {
    match month {
        2 if year % 400 == 0 || (year % 4 == 0 && year % 100 != 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn tomorrow((year, month, day): Day) -> Day {
    match (month, day) {
        (12, 31) => (year + 1, 1, 1),
        _ if day == length(year, month) => (year, month + 1, 1),
        _ => (year, month, day + 1),
    }
}

fn yesterday((year, month, day): Day) -> Day {
    match (month, day) {
        (1, 1) => (year - 1, 12, 31),
        (_, 1) => (year, month - 1, length(year, month - 1)),
        _ => (year, month, day - 1),
    }
}

/// The same day of the month so many pages on (or back), or the last one when the month is shorter.
fn months((mut year, mut month, day): Day, count: i32) -> Day {
    for _ in 0..count.abs() {
        month += count.signum();
        match month {
            0 => (year, month) = (year - 1, 12),
            13 => (year, month) = (year + 1, 1),
            _ => {}
        }
    }
    (year, month, day.min(length(year, month)))
}

fn slow(day: Date) -> Day {
    (day.year().into(), day.month().into(), day.day().into())
}

/// Every deadline of a demand is the one of the calendar turned by hand.
///
/// # Panics
/// When one is not.
pub fn check(filed: Date, renewed: Option<Date>, sent: Date, settings: &Settings) {
    let expires = deadlines::expires_on(filed, renewed);
    let counts_from = slow(filed).max(renewed.map_or(slow(filed), slow));
    let by_hand = months(counts_from, 12);
    assert_eq!(slow(expires), by_hand);

    assert_eq!(slow(deadlines::notice_from(expires, settings)), months(by_hand, -settings.notice_earliest_months));
    assert_eq!(slow(deadlines::renewable_from(expires, settings)), months(by_hand, -settings.renewal_window_months));
    let back = months(by_hand, settings.not_renewed_reinstatement_months);
    assert_eq!(slow(deadlines::not_renewed_until(expires, settings)), back);

    let warned = slow(filed);
    let unanswered = tomorrow(months(warned, settings.no_answer_months));
    assert_eq!(slow(deadlines::no_answer_from(filed, settings)), unanswered);
    let back = months(warned, settings.no_answer_reinstatement_months);
    assert_eq!(slow(deadlines::no_answer_until(filed, settings)), back);
    let inadmissible = tomorrow(months(warned, settings.inadmissible_months));
    assert_eq!(slow(deadlines::inadmissible_from(filed, settings)), inadmissible);

    assert_eq!(slow(deadlines::certificate_by(filed, settings)), months(warned, settings.certificate_months));
    let mut stored = warned;
    for _ in 0..settings.piece_storage_days {
        stored = tomorrow(stored);
    }
    assert_eq!(slow(deadlines::storage_by(filed, settings)), stored);
    let decided = months(warned, settings.dalo_commission_months);
    assert_eq!(slow(deadlines::dalo_decision_by(filed, settings)), decided);
    assert_eq!(slow(deadlines::dalo_offer_by(filed, settings)), months(warned, settings.dalo_offer_months));

    // The last page on which the same day so many months on is no later than the expiry.
    let mut last = by_hand;
    while months(last, settings.notice_months) > by_hand {
        last = yesterday(last);
    }
    assert_eq!(slow(deadlines::notice_by(expires, settings)), last);

    let in_time = months(slow(sent), settings.notice_months) <= by_hand;
    assert_eq!(deadlines::notice_in_time(sent, expires, settings), in_time);
    let tolerated = months(by_hand, settings.renewal_tolerance_months);
    let left = months(slow(sent), settings.late_notice_months);
    let last = if in_time { tolerated } else { tolerated.max(left) };
    assert_eq!(slow(deadlines::not_renewed_from(expires, Some(sent), settings)), tomorrow(last));
    assert_eq!(slow(deadlines::not_renewed_from(expires, None, settings)), tomorrow(tolerated));
}
