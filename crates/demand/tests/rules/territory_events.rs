//! Golden samples of the events of a territory: every one ever written reads back to the same bytes.

use std::collections::BTreeSet;

use demand::territory::{AbnormalDelayDraft, Act, Event, Parameters, SettingDraft, WithdrawalDraft, codec};
use jiff::civil::date;

use crate::given::some;
use crate::settled::{TODAY, change, decide};

/// A name and a payload a line. Never edited: a new layout gets its next version, an upcaster and samples of its own.
const GOLDEN: &str = include_str!("../golden/territory/events.v1.txt");

fn golden() -> Vec<(&'static str, &'static str)> {
    GOLDEN.lines().map(|line| line.split_once(' ').unwrap()).collect()
}

/// The acts that cause them, one after the other.
fn written_today() -> Vec<Event> {
    use cqrs_es::Aggregate as _;
    let place = |months, valid_from: &str, reference: &str| AbnormalDelayDraft {
        commune: some("06088"),
        dwelling_type: some("T4"),
        months,
        valid_from: some(valid_from),
        reference: some(reference),
    };
    let everywhere = |draft| AbnormalDelayDraft { commune: None, dwelling_type: None, ..draft };
    let noted = SettingDraft {
        name: some("renewal_window_months"),
        value: Some(4),
        valid_from: some("2027-01-01"),
        note: some("comité du 12/11/2026"),
    };
    let withdrawn = WithdrawalDraft { name: some("renewal_window_months"), valid_from: some("2027-01-01") };
    let acts = [
        change("renewal_window_months", 3, "2027-01-01"),
        Act::ChangeSetting(noted),
        Act::WithdrawSetting(withdrawn),
        Act::SetAbnormalDelay(everywhere(place(Some(30), "2026-11-23", "arrêté n° 2026-114"))),
        Act::SetAbnormalDelay(place(Some(48), "2027-01-01", "arrêté n° 2026-114")),
        Act::SetAbnormalDelay(place(Some(36), "2027-01-01", "arrêté n° 2026-115")),
        Act::EndAbnormalDelay(place(None, "2027-06-01", "arrêté n° 2027-3")),
        Act::EndAbnormalDelay(everywhere(place(None, "2027-06-01", "arrêté n° 2027-3"))),
    ];
    let mut parameters = Parameters::default();
    acts.into_iter()
        .map(|act| {
            let event = decide(&parameters, TODAY, act).unwrap();
            parameters.apply(event.clone());
            event
        })
        .collect()
}

#[test]
fn every_event_of_a_territory_reads_back_to_the_same_bytes() {
    let written = written_today();
    assert_eq!(written.len(), golden().len());
    for (event, (name, payload)) in written.iter().zip(golden()) {
        assert_eq!((event.name(), codec::encode(event).unwrap().as_str()), (name, payload));
        assert_eq!(&codec::decode(name, codec::SCHEMA_VERSION, payload).unwrap(), event);
    }
    // An event type that is added without a name here does not compile.
    let number = |event: &Event| match event {
        Event::SettingChanged(_) => 0,
        Event::SettingWithdrawn(_) => 1,
        Event::AbnormalDelaySet(_) => 2,
        Event::AbnormalDelayEnded(_) => 3,
    };
    assert_eq!(written.iter().map(number).collect::<BTreeSet<_>>(), (0..=3).collect());
    assert_eq!(written[0].effective_on(), date(2027, 1, 1));
}

#[test]
fn what_is_no_event_of_a_territory_is_not_read() {
    for (name, version, payload) in [
        ("SettingMoved", 1, "{}"),
        ("SettingWithdrawn", 2, golden()[2].1),
        ("SettingWithdrawn", 1, "{}"),
        ("SettingChanged", 1, r#"{"name":"x","value":"3","valid_from":"2027-01-01"}"#),
    ] {
        assert!(codec::decode(name, version, payload).is_err(), "{name} {version} {payload}");
    }
    // A name that this program does not know is read, and means nothing to it.
    let foreign = r#"{"name":"of_a_later_version","value":3,"valid_from":"2027-01-01"}"#;
    assert_eq!(codec::encode(&codec::decode("SettingChanged", 1, foreign).unwrap()).unwrap(), foreign);
}
