//! The deadlines computed again by somebody slow, who turns the pages of a calendar: an oracle for `deadlines.rs`.

use demand::{Settings, deadlines};
use jiff::civil::{Date, date};
use proptest::prelude::*;

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

fn any_day() -> impl Strategy<Value = Date> {
    // The ends of months are where mistakes are: half of the days are the 28th or later.
    (1990i16..2110, 1i8..=12, prop_oneof![1i8..=31, 28i8..=31])
        .prop_map(|(year, month, day)| date(year, month, day.min(date(year, month, 1).days_in_month())))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn inv_11_inv_15_inv_19_inv_20_inv_21_inv_22_inv_23_inv_38_inv_57_the_deadlines_are_those_of_a_calendar_turned_by_hand(
        filed in any_day(), renewed in proptest::option::of(0i64..900), late in -120i64..200,
    ) {
        use jiff::ToSpan as _;
        let settings = Settings::default();
        let renewed = renewed.map(|days| filed.saturating_add(days.days()));
        let expires = deadlines::expires_on(filed, renewed);
        let by_hand = months(renewed.map_or(slow(filed), slow), 12);
        prop_assert_eq!(slow(expires), by_hand);

        prop_assert_eq!(slow(deadlines::notice_from(expires, &settings)), months(by_hand, -2));
        prop_assert_eq!(slow(deadlines::not_renewed_until(expires, &settings)), months(by_hand, 6));

        let warned = slow(filed);
        prop_assert_eq!(slow(deadlines::no_answer_from(filed, &settings)), tomorrow(months(warned, 2)));
        prop_assert_eq!(slow(deadlines::no_answer_until(filed, &settings)), months(warned, 5));
        prop_assert_eq!(slow(deadlines::inadmissible_from(filed, &settings)), tomorrow(months(warned, 1)));

        prop_assert_eq!(slow(deadlines::certificate_by(filed, &settings)), months(warned, 1));
        let mut fifteenth = warned;
        for _ in 0..15 {
            fifteenth = tomorrow(fifteenth);
        }
        prop_assert_eq!(slow(deadlines::storage_by(filed, &settings)), fifteenth);
        let overseas = Settings::of(nomenclature::Territory::parse("973").unwrap(), filed);
        for (settings, count) in [(&settings, 3), (&overseas, 6)] {
            prop_assert_eq!(slow(deadlines::dalo_decision_by(filed, settings)), months(warned, count));
            prop_assert_eq!(slow(deadlines::dalo_offer_by(filed, settings)), months(warned, count));
        }

        // The last page on which the same day a month on is no later than the expiry.
        let mut last = by_hand;
        while months(last, 1) > by_hand {
            last = yesterday(last);
        }
        prop_assert_eq!(slow(deadlines::notice_by(expires, &settings)), last);

        let sent = expires.saturating_add(late.days());
        let in_time = months(slow(sent), 1) <= by_hand;
        prop_assert_eq!(deadlines::notice_in_time(sent, expires, &settings), in_time);
        let tolerated = months(by_hand, 1);
        let last = if in_time { tolerated } else { tolerated.max(months(slow(sent), 2)) };
        prop_assert_eq!(slow(deadlines::not_renewed_from(expires, Some(sent), &settings)), tomorrow(last));
        prop_assert_eq!(slow(deadlines::not_renewed_from(expires, None, &settings)), tomorrow(tolerated));
    }
}
