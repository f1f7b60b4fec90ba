//! What a territory decides for itself: bounds, days, replacing and withdrawing.

use cqrs_es::Aggregate as _;
use cqrs_es::test::TestFramework;
use demand::territory::{AbnormalDelayDraft, Act, Command, Event, Parameters, SettingDraft, WithdrawalDraft};
use demand::{Rejection, Settings};
use jiff::civil::{Date, date};
use proptest::prelude::*;

use crate::given::{nice, some};

pub const TODAY: Date = date(2026, 11, 23);

pub fn change(name: &str, value: i64, valid_from: &str) -> Act {
    Act::ChangeSetting(SettingDraft { name: some(name), value: Some(value), valid_from: some(valid_from), note: None })
}

fn withdraw(name: &str, valid_from: &str) -> Act {
    Act::WithdrawSetting(WithdrawalDraft { name: some(name), valid_from: some(valid_from) })
}

pub fn decide(parameters: &Parameters, today: Date, act: Act) -> Result<Event, Rejection> {
    parameters.decide(&Command { today, territory: nice(), act })
}

/// The territory after acts that must be lawful, each on its day.
pub fn settled(acts: &[(Date, Act)]) -> Parameters {
    let mut parameters = Parameters::default();
    for (today, act) in acts {
        let event = decide(&parameters, *today, act.clone()).unwrap_or_else(|refused| panic!("{act:?}: {refused}"));
        parameters.apply(event);
    }
    parameters
}

fn words(parameters: &Parameters, act: Act) -> String {
    decide(parameters, TODAY, act).expect_err("the act is refused").to_string()
}

fn window_on(parameters: &Parameters, day: Date) -> i32 {
    parameters.settings_on(nice(), day).renewal_window_months
}

#[test]
fn a_territory_that_decided_nothing_has_the_defaults_on_every_day() {
    let nothing = Parameters::default();
    for day in [Date::MIN, TODAY, Date::MAX] {
        assert_eq!(nothing.settings_on(nice(), day), Settings::of(nice(), day));
    }
}

#[test]
fn a_change_counts_from_its_day_on_and_leaves_the_days_before_as_they_were() {
    let settled = settled(&[(TODAY, change("renewal_window_months", 3, "2027-01-01"))]);
    assert_eq!(window_on(&settled, date(2026, 12, 31)), 12);
    assert_eq!(window_on(&settled, date(2027, 1, 1)), 3);
    assert_eq!(settled.decided_since("renewal_window_months", date(2026, 12, 31)), None);
    assert_eq!(settled.decided_since("renewal_window_months", date(2027, 5, 1)), Some(date(2027, 1, 1)));
    let planned: Vec<_> = settled.planned("renewal_window_months", TODAY).collect();
    assert_eq!(planned, [(date(2027, 1, 1), 3)]);
    let in_force = settled.planned("renewal_window_months", date(2027, 1, 1));
    assert_eq!(in_force.count(), 0, "on its first day it is no plan any more");
}

#[test]
fn the_framework_decides_as_the_register_does() {
    let command = |act| Command { today: TODAY, territory: nice(), act };
    let given = || TestFramework::<Parameters>::with(());
    let change = change("renewal_window_months", 3, "2027-01-01");
    let events = given().given_no_previous_events().when(command(change.clone())).inspect_result().unwrap();
    assert_eq!(events, [decide(&Parameters::default(), TODAY, change.clone()).unwrap()]);
    let refused = given().given(events).when(command(change)).inspect_result().unwrap_err();
    assert_eq!(refused.to_string(), "SETTING_UNCHANGED");
}

#[test]
fn nothing_is_dated_back_and_every_fault_is_told_at_once() {
    let nothing = Parameters::default();
    assert_eq!(
        words(&nothing, change("notice_months", 1, "2026-11-22")),
        "INVALID_FORM: valid_from=TOO_EARLY",
        "yesterday is decided"
    );
    assert!(decide(&nothing, TODAY, change("notice_months", 2, "2026-11-23")).is_ok(), "today is not");
    assert_eq!(
        words(&nothing, Act::ChangeSetting(SettingDraft::default())),
        "INVALID_FORM: name=MISSING, value=MISSING, valid_from=MISSING"
    );
    let wrong = Act::ChangeSetting(SettingDraft {
        name: some("no_answer_months"),
        value: Some(0),
        valid_from: some("2026-02-30"),
        note: some("voir m.dupont@example.org"),
    });
    assert_eq!(
        words(&nothing, wrong),
        "INVALID_FORM: value=OUT_OF_RANGE, valid_from=IMPOSSIBLE_DATE, note=FORBIDDEN_CHARACTER"
    );
    assert_eq!(words(&nothing, change("validity_months", 24, "2027-01-01")), "INVALID_FORM: name=UNKNOWN_CODE");
    assert_eq!(words(&nothing, change("notice_months", 2, "2036-11-24")), "INVALID_FORM: valid_from=IMPOSSIBLE_DATE");
    assert!(decide(&nothing, TODAY, change("notice_months", 2, "2036-11-23")).is_ok(), "ten years ahead");
    assert_eq!(words(&nothing, change("notice_months", i64::MAX, "2027-01-01")), "INVALID_FORM: value=OUT_OF_RANGE");
    assert_eq!(
        words(&nothing, Act::WithdrawSetting(WithdrawalDraft::default())),
        "INVALID_FORM: name=MISSING, valid_from=MISSING"
    );
}

#[test]
fn inv_21_inv_33_each_row_is_held_within_its_bounds_by_one_step() {
    for row in Settings::DEFAULTS {
        let refused = |value: i32| words(&Parameters::default(), change(row.name, value.into(), "2027-01-01"));
        assert_eq!(refused(row.lowest - 1), "INVALID_FORM: value=OUT_OF_RANGE", "{}", row.name);
        assert_eq!(refused(row.highest + 1), "INVALID_FORM: value=OUT_OF_RANGE", "{}", row.name);
        for value in [row.lowest, row.highest] {
            match decide(&Parameters::default(), TODAY, change(row.name, value.into(), "2027-01-01")) {
                Ok(Event::SettingChanged(event)) => assert_eq!(event.value, value),
                // A bound that the defaults of other rows stand against, or the default itself.
                refused => {
                    let told = refused.unwrap_err().to_string();
                    let lawful = ["SETTING_UNCHANGED", "INVALID_FORM: value=INCONSISTENT"];
                    assert!(lawful.contains(&told.as_str()), "{} {value}: {told}", row.name);
                }
            }
        }
    }
}

#[test]
fn what_is_planned_is_replaced_or_withdrawn_and_what_is_in_force_is_neither() {
    let name = "renewal_window_months";
    let planned = settled(&[(TODAY, change(name, 3, "2027-01-01"))]);
    let again = decide(&planned, TODAY, change(name, 4, "2027-01-01")).unwrap();
    assert!(matches!(&again, Event::SettingChanged(event) if event.replaced == Some(3)), "{again:?}");
    assert_eq!(words(&planned, change(name, 3, "2027-01-01")), "SETTING_UNCHANGED");
    assert_eq!(words(&planned, change(name, 12, "2026-12-01")), "SETTING_UNCHANGED", "it is the default already");
    assert_eq!(words(&planned, withdraw(name, "2027-01-02")), "NOTHING_SET");
    assert_eq!(words(&planned, withdraw("notice_months", "2027-01-01")), "NOTHING_SET");

    let mut withdrawn = planned.clone();
    withdrawn.apply(decide(&planned, TODAY, withdraw(name, "2027-01-01")).unwrap());
    assert_eq!(window_on(&withdrawn, date(2027, 6, 1)), 12);
    assert_eq!(words(&withdrawn, withdraw(name, "2027-01-01")), "NOTHING_SET", "once");

    let in_force = |act| decide(&planned, date(2027, 1, 1), act);
    let refused = in_force(withdraw(name, "2027-01-01")).unwrap_err();
    assert_eq!(refused.to_string(), "INVALID_FORM: valid_from=TOO_EARLY");
    let replaced = in_force(change(name, 6, "2027-01-01")).unwrap();
    assert!(matches!(&replaced, Event::SettingChanged(event) if event.replaced == Some(3)), "the same day, once more");
}

#[test]
fn inv_16_inv_20_delays_that_would_contradict_one_another_are_refused_now_and_on_every_day_to_come() {
    // Two months: from when a notice may be listed. Three months of notice would never leave a day to list it on.
    let nothing = Parameters::default();
    assert_eq!(words(&nothing, change("notice_months", 3, "2027-01-01")), "INVALID_FORM: value=INCONSISTENT");
    let earlier = settled(&[
        (TODAY, change("notice_earliest_months", 3, "2027-01-01")),
        (TODAY, change("late_notice_months", 3, "2027-01-01")),
    ]);
    assert!(decide(&earlier, TODAY, change("notice_months", 3, "2027-01-01")).is_ok());
    assert_eq!(
        words(&earlier, change("notice_months", 3, "2026-12-31")),
        "INVALID_FORM: value=INCONSISTENT",
        "a day early"
    );
    // A later change stands in the way, and so does the withdrawal of what another one rests on.
    let back = settled(&[
        (TODAY, change("notice_earliest_months", 3, "2027-01-01")),
        (TODAY, change("late_notice_months", 3, "2027-01-01")),
        (TODAY, change("notice_earliest_months", 2, "2028-01-01")),
    ]);
    assert_eq!(words(&back, change("notice_months", 3, "2027-06-01")), "INVALID_FORM: value=INCONSISTENT");
    let rests = settled(&[
        (TODAY, change("notice_earliest_months", 3, "2027-01-01")),
        (TODAY, change("late_notice_months", 3, "2027-01-01")),
        (TODAY, change("notice_months", 3, "2027-01-01")),
    ]);
    assert_eq!(words(&rests, withdraw("late_notice_months", "2027-01-01")), "INVALID_FORM: valid_from=INCONSISTENT");
}

/// Every act in every state of a territory, written by hand: nothing decided, decided for a day to come, in force since one.
#[test]
fn every_act_on_a_territory_in_every_state_comes_to_what_was_meant() {
    let (name, day, reference) = ("renewal_window_months", "2027-01-01", some("arrêté 2026-114"));
    let place = |months| AbnormalDelayDraft {
        months,
        valid_from: some(day),
        reference: reference.clone(),
        ..AbnormalDelayDraft::default()
    };
    let decided = settled(&[(TODAY, change(name, 3, day)), (TODAY, Act::SetAbnormalDelay(place(Some(24))))]);
    let first_day = date(2027, 1, 1);
    let states = [(Parameters::default(), TODAY), (decided.clone(), TODAY), (decided, first_day)];
    let table: [(&str, Act, [&str; 3]); 8] = [
        ("the same value", change(name, 3, day), ["yes", "SETTING_UNCHANGED", "SETTING_UNCHANGED"]),
        ("another value", change(name, 4, day), ["yes", "yes", "yes"]),
        ("the default", change(name, 12, day), ["SETTING_UNCHANGED", "yes", "yes"]),
        ("for yesterday", change(name, 4, "2026-11-22"), ["INVALID_FORM: valid_from=TOO_EARLY"; 3]),
        ("withdraw", withdraw(name, day), ["NOTHING_SET", "yes", "INVALID_FORM: valid_from=TOO_EARLY"]),
        ("the same delay", Act::SetAbnormalDelay(place(Some(24))), ["yes", "SETTING_UNCHANGED", "SETTING_UNCHANGED"]),
        ("another delay", Act::SetAbnormalDelay(place(Some(25))), ["yes", "yes", "yes"]),
        ("end the delay", Act::EndAbnormalDelay(place(None)), ["NOTHING_SET", "yes", "yes"]),
    ];
    for (act, asked, expected) in table {
        for ((parameters, today), expected) in states.iter().zip(expected) {
            let found = match decide(parameters, *today, asked.clone()) {
                Ok(_) => "yes".to_owned(),
                Err(rejection) => rejection.to_string(),
            };
            assert_eq!(found, expected, "{act} on {today}");
        }
    }
}

proptest! {
    /// Whatever is asked on whatever day: the past never changes, and the settings of every day agree.
    #[test]
    fn inv_33_no_life_of_a_territory_changes_the_past_or_leaves_the_bounds(
        acts in proptest::collection::vec((0usize..64, -3i64..15, -40i64..400, 0i64..50, any::<bool>()), 1..40),
    ) {
        use jiff::ToSpan as _;
        let mut parameters = Parameters::default();
        let mut today = TODAY;
        for (name, value, ahead, passed, withdrawn) in acts {
            today = today.saturating_add(passed.days());
            let name = Settings::DEFAULTS[name % Settings::DEFAULTS.len()].name;
            let from = today.saturating_add(ahead.days());
            let act = if withdrawn { withdraw(name, &from.to_string()) } else { change(name, value, &from.to_string()) };
            let Ok(event) = decide(&parameters, today, act) else { continue };
            let before = parameters.clone();
            parameters.apply(event);
            for back in 1..60 {
                let past = today.saturating_sub(back.days());
                prop_assert_eq!(parameters.settings_on(nice(), past), before.settings_on(nice(), past));
            }
            for on in (0..800).step_by(20) {
                let settings = parameters.settings_on(nice(), today.saturating_add(on.days()));
                prop_assert!(settings.agree());
                for row in Settings::DEFAULTS {
                    prop_assert!((row.lowest..=row.highest).contains(&settings.get(row.name).unwrap()));
                }
            }
        }
    }
}
