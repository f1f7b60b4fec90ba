//! The deadlines computed again by somebody slow, who turns the pages of a calendar: an oracle for `deadlines.rs`.

use demand::{Settings, deadlines};
use jiff::civil::{Date, date};
use proptest::prelude::*;

use crate::by_hand::check;

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
        // Written by hand from the texts: the values that the calendar is turned by.
        prop_assert_eq!((settings.notice_earliest_months, settings.notice_months), (2, 1));
        prop_assert_eq!((settings.renewal_tolerance_months, settings.late_notice_months), (1, 2));
        prop_assert_eq!((settings.no_answer_months, settings.inadmissible_months), (2, 1));
        prop_assert_eq!(settings.not_renewed_reinstatement_months, 6);
        prop_assert_eq!(settings.no_answer_reinstatement_months, 5);
        prop_assert_eq!((settings.certificate_months, settings.piece_storage_days), (1, 15));
        prop_assert_eq!((settings.dalo_commission_months, settings.dalo_offer_months), (3, 3));
        let overseas = Settings::of(nomenclature::Territory::parse("973").unwrap(), filed);
        prop_assert_eq!((overseas.dalo_commission_months, overseas.dalo_offer_months), (6, 6));

        let renewed = renewed.map(|days| filed.saturating_add(days.days()));
        let sent = deadlines::expires_on(filed, renewed).saturating_add(late.days());
        for settings in [settings, overseas] {
            check(filed, renewed, sent, &settings);
        }
    }
}
