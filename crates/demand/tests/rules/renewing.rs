//! From when to when a demand is renewed, to the last second, at a desk and online.

use demand::{Act, Demand, DemandCommand, DemandEvent, RejectionReason, Settings};
use jiff::Timestamp;
use jiff::civil::{Date, date};
use nomenclature::{Channel, paris_day};

use crate::given::*;
use crate::notices;

/// The demand of these tests is filed on 15 March 2025: its last day is 15 March 2026.
const LAST: Date = date(2026, 3, 15);

fn renew(
    events: Vec<DemandEvent>,
    today: Date,
    window: i32,
    channel: Channel,
) -> Result<Vec<DemandEvent>, RejectionReason> {
    let settings = Settings { renewal_window_months: window, ..Settings::default() };
    let act = Act::Renew { form: Box::default() };
    let command = DemandCommand { by: by(channel), settings, ..command(today, act) };
    fold(events).decide(&command).map_err(|rejection| rejection.reason)
}

#[test]
fn inv_15_by_default_the_window_is_never_closed() {
    for today in [date(2025, 3, 16), date(2025, 8, 1), LAST] {
        assert!(renew(registered(form()), today, 12, Channel::Desk).is_ok(), "{today}");
    }
    let today = renew(registered(form()), FILED, 12, Channel::Desk);
    assert_eq!(today.unwrap_err(), RejectionReason::AlreadyRenewedToday);
    // The end of a month clips the window open, never shut.
    let leap = Act::Register(Box::new(registration(form())));
    let filed = when(Vec::new(), date(2024, 2, 29), leap).unwrap();
    assert!(renew(filed, date(2024, 3, 1), 12, Channel::Desk).is_ok());
}

#[test]
fn a_window_opens_on_its_day_and_not_the_day_before() {
    for (window, opens) in [(2, date(2026, 1, 15)), (3, date(2025, 12, 15)), (11, date(2025, 4, 15))] {
        let early = renew(registered(form()), opens.yesterday().unwrap(), window, Channel::Online);
        assert_eq!(early.unwrap_err(), RejectionReason::RenewalTooEarly, "{window}");
        assert!(renew(registered(form()), opens, window, Channel::Online).is_ok(), "{window}");
    }
    // The window of the next validity is its own.
    let renewed = then(registered(form()), date(2026, 2, 1), Act::Renew { form: Box::default() });
    let again = renew(renewed, date(2026, 11, 30), 2, Channel::Desk);
    assert_eq!(again.unwrap_err(), RejectionReason::RenewalTooEarly);
}

/// INV-15, INV-19: the last day of validity lasts until midnight in Paris; the second after it the demand is past its expiry and
/// is renewed all the same, at a desk as online, until it is radiated.
#[test]
fn inv_15_inv_19_a_renewal_is_admitted_in_the_last_second_and_in_the_one_after_at_a_desk_and_online() {
    let day_of = |instant: &str| paris_day(instant.parse::<Timestamp>().unwrap());
    let (last_second, next) = (day_of("2026-03-15T22:59:59Z"), day_of("2026-03-15T23:00:00Z"));
    assert_eq!((last_second, next), (LAST, date(2026, 3, 16)));
    for channel in [Channel::Desk, Channel::Online] {
        for window in [2, 12] {
            let before = renew(registered(form()), last_second, window, channel).unwrap();
            let after = renew(registered(form()), next, window, channel).unwrap();
            let gaps = |events: Vec<DemandEvent>| {
                let all = registered(form()).into_iter().chain(events).collect();
                active(all).gaps
            };
            assert!(gaps(before).is_empty(), "{channel:?}");
            assert!(gaps(after).is_empty(), "the day of the renewal is a day of validity again: {channel:?}");
        }
        let late = renew(registered(form()), date(2026, 3, 18), 2, channel).unwrap();
        let all = registered(form()).into_iter().chain(late).collect();
        assert_eq!(active(all).gaps, [(date(2026, 3, 16), date(2026, 3, 17))], "{channel:?}");
    }
    let Demand::Active(_) = fold(registered(form())) else { panic!("expiry alone removes nobody") };
}

/// INV-31: the renewal that a reinstatement is has no window.
#[test]
fn inv_31_no_window_bars_the_renewal_of_a_reinstatement() {
    let settings = Settings { renewal_window_months: 2, ..Settings::default() };
    for today in [date(2026, 4, 16), date(2026, 9, 15)] {
        let command = DemandCommand { settings, ..command(today, notices::reinstate()) };
        let events = fold(notices::radiated()).decide(&command).unwrap();
        assert!(matches!(events.as_slice(), [DemandEvent::Reinstated(_), DemandEvent::Renewed(_)]), "{today}");
    }
}
