//! The delays of a demand, as dates (design law 9).
//!
//! A delay of n months from a day ends at 24:00 of that day plus n months, clipped to the end of the month. What a person
//! may do is admitted on that last day.

use jiff::civil::Date;
use nomenclature::add_months;

/// Months a demand is valid from its filing or last renewal (R441-2-7).
pub const VALIDITY_MONTHS: i32 = 12;

/// Days a reception may lie before the day it is recorded. Provisional: the law says "dès réception".
pub const LATEST_RECEPTION_DAYS: i32 = 31;

/// Months the written act of a renunciation is kept (INV-28).
pub const RENUNCIATION_KEPT_MONTHS: i32 = 12;

/// The last day of validity: a year from the filing or the last renewal, whichever is later (INV-15).
pub fn expires_on(filed_on: Date, last_renewed_on: Option<Date>) -> Date {
    add_months(last_renewed_on.map_or(filed_on, |renewed| renewed.max(filed_on)), VALIDITY_MONTHS)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn inv_15_expiry_is_a_year_after_the_later_of_filing_and_renewal() {
        assert_eq!(expires_on(date(2025, 3, 15), None), date(2026, 3, 15));
        assert_eq!(expires_on(date(2025, 3, 15), Some(date(2026, 2, 1))), date(2027, 2, 1));
        assert_eq!(expires_on(date(2025, 3, 15), Some(date(2025, 3, 1))), date(2026, 3, 15));
    }

    #[test]
    fn inv_15_a_demand_of_29_february_expires_at_the_end_of_february() {
        assert_eq!(expires_on(date(2024, 2, 29), None), date(2025, 2, 28));
        assert_eq!(expires_on(date(2027, 2, 28), Some(date(2028, 2, 29))), date(2029, 2, 28));
    }
}
