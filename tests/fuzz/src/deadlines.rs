//! The arithmetic of the deadlines against the calendar turned by hand, under any delays that a territory may decide.

// The slow oracle of the rules: written once, there.
#[path = "../../../crates/demand/tests/rules/by_hand.rs"]
mod by_hand;

use demand::{Setting, Settings, deadlines};
use jiff::ToSpan as _;
use jiff::civil::{Date, date};

/// Years so far from the end of the calendar that no delay reaches it.
const LAST_YEAR: u16 = 9_980;

/// Filing (year, month, day), renewal, notice, then one byte a delay; what is missing is zero.
pub fn run(input: &[u8]) {
    let mut bytes = input.iter().copied();
    let mut byte = || bytes.next().unwrap_or(0);
    let filed = {
        let year = 1 + u16::from_be_bytes([byte(), byte()]) % LAST_YEAR;
        let (month, day) = (1 + byte() % 12, 1 + byte() % 31);
        clipped(i16::try_from(year).unwrap_or(1), month, day)
    };
    let renewed = match (byte(), i64::from(i16::from_be_bytes([byte(), byte()]))) {
        (0, _) => None,
        (_, days) => Some(filed.saturating_add((days % 1_100).days())),
    };
    let late = i64::from(i16::from_be_bytes([byte(), byte()])) % 400;
    let mut delay = |name: &str| {
        let Setting { lowest, highest, .. } = Setting::named(name).expect("the delay is in the table of defaults");
        lowest + i32::from(byte()) % (highest - lowest + 1)
    };
    let settings = Settings {
        notice_earliest_months: delay("notice_earliest_months"),
        notice_months: delay("notice_months"),
        renewal_tolerance_months: delay("renewal_tolerance_months"),
        late_notice_months: delay("late_notice_months"),
        not_renewed_reinstatement_months: delay("not_renewed_reinstatement_months"),
        no_answer_months: delay("no_answer_months"),
        no_answer_reinstatement_months: delay("no_answer_reinstatement_months"),
        inadmissible_months: delay("inadmissible_months"),
        renewal_window_months: delay("renewal_window_months"),
        certificate_months: delay("certificate_months"),
        piece_storage_days: delay("piece_storage_days"),
        dalo_commission_months: delay("dalo_commission_months"),
        dalo_offer_months: delay("dalo_offer_months"),
        ..Settings::default()
    };
    let sent = deadlines::expires_on(filed, renewed).saturating_add(late.days());
    by_hand::check(filed, renewed, sent, &settings);
}

/// The day, or the last one of a month that has fewer.
fn clipped(year: i16, month: u8, day: u8) -> Date {
    let (month, day) = (month.cast_signed(), day.cast_signed());
    date(year, month, day.min(date(year, month, 1).days_in_month()))
}
