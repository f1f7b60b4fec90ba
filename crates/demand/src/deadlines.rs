//! The delays of a demand, as dates (design law 9).
//!
//! A delay of n months from a day ends at 24:00 of that day plus n months, clipped to the end of the month. What a person
//! may do is admitted on that last day; what the register does, it does from the day after on.

use jiff::ToSpan as _;
use jiff::civil::Date;
use nomenclature::add_months;

use crate::settings::Settings;

/// Months a demand is valid from its filing or last renewal (R441-2-7).
pub const VALIDITY_MONTHS: i32 = 12;

/// The last day of validity: a year from the filing or the last renewal, whichever is later (INV-15).
pub fn expires_on(filed_on: Date, last_renewed_on: Option<Date>) -> Date {
    add_months(last_renewed_on.map_or(filed_on, |renewed| renewed.max(filed_on)), VALIDITY_MONTHS)
}

/// The first day on which a renewal notice may be listed.
pub fn notice_from(expires_on: Date, settings: &Settings) -> Date {
    add_months(expires_on, -settings.notice_earliest_months)
}

/// The last day on which a notice leaves the applicant the time that the law gives (INV-16).
pub fn notice_by(expires_on: Date, settings: &Settings) -> Date {
    // The same day a month before is in time, and so are the days after it that the end of a short month clips.
    let mut last = add_months(expires_on, -settings.notice_months);
    while let Ok(next) = last.tomorrow()
        && notice_in_time(next, expires_on, settings)
    {
        last = next;
    }
    last
}

/// The first day on which a renewal is admitted. A window of a validity's length is never closed.
pub fn renewable_from(expires_on: Date, settings: &Settings) -> Date {
    add_months(expires_on, -settings.renewal_window_months)
}

/// Whether a notice sent that day leaves the applicant the time that the law gives (INV-16).
pub fn notice_in_time(sent_on: Date, expires_on: Date, settings: &Settings) -> bool {
    add_months(sent_on, settings.notice_months) <= expires_on
}

/// The first day on which a demand may be radiated for non-renewal: the tolerance after expiry is over, and so is what a
/// notice sent too late leaves (INV-19). `None`: as if the notice had been sent in time.
pub fn not_renewed_from(expires_on: Date, notice_sent_on: Option<Date>, settings: &Settings) -> Date {
    let tolerated = add_months(expires_on, settings.renewal_tolerance_months);
    let late = notice_sent_on.filter(|sent_on| !notice_in_time(*sent_on, expires_on, settings));
    let last = late.map_or(tolerated, |sent_on| tolerated.max(add_months(sent_on, settings.late_notice_months)));
    day_after(last)
}

/// The last day on which a demand radiated for non-renewal may be reinstated (INV-20).
pub fn not_renewed_until(expired_on: Date, settings: &Settings) -> Date {
    add_months(expired_on, settings.not_renewed_reinstatement_months)
}

/// The first day on which a demand may be radiated for no answer (INV-21).
pub fn no_answer_from(warned_on: Date, settings: &Settings) -> Date {
    day_after(add_months(warned_on, settings.no_answer_months))
}

/// The last day on which a demand radiated for no answer may be reinstated (INV-22).
pub fn no_answer_until(radiated_on: Date, settings: &Settings) -> Date {
    add_months(radiated_on, settings.no_answer_reinstatement_months)
}

/// The first day on which a demand may be radiated as inadmissible (INV-23).
pub fn inadmissible_from(warned_on: Date, settings: &Settings) -> Date {
    day_after(add_months(warned_on, settings.inadmissible_months))
}

/// The last day on which a certificate is in time (INV-11).
pub fn certificate_by(due_since: Date, settings: &Settings) -> Date {
    add_months(due_since, settings.certificate_months)
}

/// The last day on which a deposited piece is stored in time (INV-38).
pub fn storage_by(deposited_on: Date, settings: &Settings) -> Date {
    deposited_on.saturating_add(settings.piece_storage_days.days())
}

/// The last day of the delay in which the commission of mediation decides (INV-57).
pub fn dalo_decision_by(seised_on: Date, settings: &Settings) -> Date {
    add_months(seised_on, settings.dalo_commission_months)
}

/// The last day of the delay in which the prefect makes an offer (INV-57).
pub fn dalo_offer_by(decided_on: Date, settings: &Settings) -> Date {
    add_months(decided_on, settings.dalo_offer_months)
}

/// A delay is over when its last day is.
fn day_after(last: Date) -> Date {
    last.saturating_add(1.day())
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
