//! The abnormally long delay: which row counts, from which day, and that nothing sets the clock anew.

use cqrs_es::Aggregate as _;
use demand::abnormal::{self, Row, Table};
use demand::modification::Origin;
use demand::territory::{AbnormalDelayDraft, Act, Event, Parameters};
use demand::{Demand, DemandEvent, FormDraft};
use jiff::civil::{Date, date};
use nomenclature::{CommuneCode, DwellingType, add_months};
use proptest::prelude::*;

use crate::given::{FILED, fold, form, registered, some, then};
use crate::notices;
use crate::settled::{TODAY, decide, settled};

fn delay(commune: Option<&str>, kind: Option<&str>, months: i64, valid_from: &str) -> Act {
    Act::SetAbnormalDelay(AbnormalDelayDraft {
        commune: commune.map(str::to_owned),
        dwelling_type: kind.map(str::to_owned),
        months: Some(months),
        valid_from: some(valid_from),
        reference: some("arrêté 2026-114"),
    })
}

fn ended(commune: Option<&str>, kind: Option<&str>, valid_from: &str) -> Act {
    Act::EndAbnormalDelay(AbnormalDelayDraft {
        commune: commune.map(str::to_owned),
        dwelling_type: kind.map(str::to_owned),
        months: None,
        valid_from: some(valid_from),
        reference: some("arrêté 2026-114"),
    })
}

const ARRETE: Date = date(2025, 1, 1);

fn table(rows: &[(Option<&str>, Option<&str>, i64)]) -> Table {
    let acts: Vec<(Date, Act)> =
        rows.iter().map(|(commune, kind, months)| (ARRETE, delay(*commune, *kind, *months, "2025-01-01"))).collect();
    settled(&acts).abnormal().clone()
}

/// One delay for the whole territory.
pub fn everywhere(months: i64) -> Table {
    table(&[(None, None, months)])
}

fn communes(codes: &[&str]) -> Vec<CommuneCode> {
    codes.iter().map(|code| CommuneCode::parse(code).unwrap()).collect()
}

fn types(codes: &[&str]) -> Vec<DwellingType> {
    codes.iter().map(|code| DwellingType::parse(code).unwrap()).collect()
}

/// Months after which a demand for these communes and types waits abnormally long.
fn months(table: &Table, sought: &[&str], kinds: &[&str], day: Date) -> Option<i32> {
    let from = abnormal::from(FILED, &communes(sought), &types(kinds), day, table)?;
    (0..=240).find(|months| add_months(FILED, *months) == from)
}

#[test]
fn inv_54_without_a_row_nobody_waits_abnormally_long() {
    assert_eq!(fold(registered(form())).abnormal_from(date(2099, 1, 1), &Table::default()), None);
    let elsewhere = table(&[(Some("06029"), None, 12)]);
    assert_eq!(months(&elsewhere, &["06088"], &["T3"], TODAY), None, "another commune's");
    assert_eq!(months(&elsewhere, &["06088", "06029"], &["T3"], TODAY), Some(12));
}

#[test]
fn inv_54_the_flag_stands_from_reception_and_delay_on() {
    let table = table(&[(None, None, 30)]);
    let demand = fold(registered(form()));
    assert_eq!(demand.abnormal_from(TODAY, &table), Some(date(2027, 9, 15)), "30 months from 15 March 2025");
    let from = abnormal::from(date(2024, 2, 29), &[], &[], TODAY, &self::table(&[(None, None, 12)]));
    assert_eq!(from, Some(date(2025, 2, 28)), "clipped to the end of the month; nothing sought takes the general row");
}

/// Provisional: the commune goes before the type, then the shortest over all that is sought counts.
#[test]
fn inv_54_the_most_specific_row_of_each_pair_and_of_the_pairs_the_shortest_counts() {
    let rows = table(&[
        (None, None, 24),
        (None, Some("T4"), 60),
        (Some("06088"), None, 36),
        (Some("06088"), Some("T4"), 72),
        (Some("06004"), Some("T2"), 18),
    ]);
    let expected: &[(&[&str], &[&str], i32)] = &[
        (&["06029"], &["T3"], 24),
        (&["06029"], &["T4"], 60),
        (&["06088"], &["T3"], 36),
        (&["06088"], &["T4"], 72),
        (&["06004"], &["T2"], 18),
        (&["06004"], &["T4"], 60),
        (&["06088", "06029"], &["T4"], 60),
        (&["06088", "06029"], &["T3", "T4"], 24),
        (&["06088", "06004"], &["T2"], 18),
        (&["06088"], &["T3", "T4"], 36),
        (&[], &["T4"], 60),
        (&["06088"], &[], 36),
    ];
    for (sought, kinds, expected) in expected {
        assert_eq!(months(&rows, sought, kinds, TODAY), Some(*expected), "{sought:?} {kinds:?}");
    }
}

#[test]
fn inv_54_a_row_counts_from_its_day_on_until_the_next_one_or_its_end() {
    let parameters = settled(&[
        (ARRETE, delay(None, None, 24, "2025-01-01")),
        (TODAY, delay(Some("06088"), None, 48, "2027-01-01")),
        (TODAY, delay(None, None, 30, "2027-03-01")),
        (TODAY, ended(Some("06088"), None, "2027-06-01")),
    ]);
    let table = parameters.abnormal();
    for (day, expected) in [
        (date(2024, 12, 31), None),
        (date(2025, 1, 1), Some(24)),
        (date(2026, 12, 31), Some(24)),
        (date(2027, 1, 1), Some(48)),
        (date(2027, 5, 31), Some(48)),
        (date(2027, 6, 1), Some(30)),
    ] {
        assert_eq!(months(table, &["06088"], &["T3"], day), expected, "{day}");
    }
    let rows = |rows: Vec<&Row>| rows.iter().map(|row| row.months).collect::<Vec<_>>();
    assert_eq!(rows(table.in_force(date(2027, 4, 1)).collect()), [Some(48), Some(30)]);
    assert_eq!(rows(table.in_force(date(2027, 6, 1)).collect()), [Some(30)]);
    assert_eq!(rows(table.planned(date(2027, 3, 1)).collect()), [None]);
}

#[test]
fn inv_54_a_delay_is_set_by_an_arrete_for_places_of_the_territory_and_never_back() {
    let nothing = Parameters::default();
    let words = |act| decide(&nothing, TODAY, act).unwrap_err().to_string();
    assert_eq!(
        words(Act::SetAbnormalDelay(AbnormalDelayDraft::default())),
        "INVALID_FORM: valid_from=MISSING, reference=MISSING, months=MISSING"
    );
    assert_eq!(
        words(delay(Some("83137"), Some("T9"), 0, "2026-11-22")),
        "INVALID_FORM: commune=OUTSIDE_TERRITORY, dwelling_type=UNKNOWN_CODE, valid_from=TOO_EARLY, months=OUT_OF_RANGE"
    );
    assert_eq!(words(delay(None, None, 241, "2027-01-01")), "INVALID_FORM: months=OUT_OF_RANGE");
    for months in [1, 240] {
        assert!(decide(&nothing, TODAY, delay(None, None, months, "2026-11-23")).is_ok());
    }
    assert_eq!(words(ended(None, None, "2027-01-01")), "NOTHING_SET");
    let with_months = AbnormalDelayDraft {
        months: Some(3),
        valid_from: some("2027-01-01"),
        reference: some("x"),
        ..Default::default()
    };
    assert_eq!(words(Act::EndAbnormalDelay(with_months)), "INVALID_FORM: months=INCONSISTENT");
    let planned = settled(&[(TODAY, delay(Some("06088"), None, 48, "2027-01-01"))]);
    let refused = |act| decide(&planned, TODAY, act).unwrap_err().to_string();
    assert_eq!(refused(delay(Some("06088"), None, 48, "2027-02-01")), "SETTING_UNCHANGED");
    assert_eq!(refused(ended(None, None, "2027-01-01")), "NOTHING_SET", "another place");
    let again = decide(&planned, TODAY, delay(Some("06088"), None, 36, "2027-01-01")).unwrap();
    assert!(matches!(&again, Event::AbnormalDelaySet(set) if set.replaced == Some(48)), "{again:?}");
    // Only the row of the same place and the same day is replaced.
    for (commune, kind, day) in
        [(None, None, "2027-01-01"), (Some("06088"), Some("T4"), "2027-01-01"), (Some("06088"), None, "2027-01-02")]
    {
        let beside = decide(&planned, TODAY, delay(commune, kind, 36, day)).unwrap();
        assert!(matches!(&beside, Event::AbnormalDelaySet(set) if set.replaced.is_none()), "{beside:?}");
    }
    // To end a planned row on its own day is to withdraw it.
    let mut withdrawn = planned.clone();
    withdrawn.apply(decide(&planned, TODAY, ended(Some("06088"), None, "2027-01-01")).unwrap());
    assert_eq!(months(withdrawn.abnormal(), &["06088"], &["T3"], date(2028, 1, 1)), None);
}

/// What is withdrawn leaves what counted before it as it was; what is in force is ended and comes to its end.
#[test]
fn inv_54_to_withdraw_a_planned_delay_is_not_to_end_the_one_in_force() {
    let planned = settled(&[
        (ARRETE, delay(Some("06088"), None, 24, "2025-01-01")),
        (TODAY, delay(Some("06088"), None, 30, "2027-01-01")),
    ]);
    let later = |act| {
        let mut after = planned.clone();
        after.apply(decide(&planned, TODAY, act).unwrap());
        months(after.abnormal(), &["06088"], &["T3"], date(2028, 1, 1))
    };
    assert_eq!(later(ended(Some("06088"), None, "2027-01-01")), Some(24));
    assert_eq!(later(ended(Some("06088"), None, "2027-02-01")), None);
}

#[test]
fn inv_54_inv_10_neither_renewal_nor_modification_nor_reinstatement_sets_the_clock_anew() {
    let table = table(&[(None, None, 30)]);
    let from = |events: Vec<DemandEvent>| fold(events).abnormal_from(date(2027, 9, 1), &table);
    let expected = Some(date(2027, 9, 15));
    let renewed = then(registered(form()), date(2026, 3, 1), demand::Act::Renew { form: Box::default() });
    assert_eq!(from(renewed.clone()), expected);
    let sought = FormDraft { sought: form().sought, ..FormDraft::default() };
    let modified =
        then(renewed, date(2026, 4, 1), demand::Act::Modify { origin: Origin::Applicant, form: Box::new(sought) });
    assert_eq!(from(modified), expected);
    assert_eq!(from(notices::radiated()), None, "the delay ends with the radiation");
    assert_eq!(from(then(notices::radiated(), date(2026, 5, 1), notices::reinstate())), expected);
    assert_eq!(Demand::default().abnormal_from(TODAY, &table), None);
}

/// One chosen row of each place: months, or no row at all.
fn any_rows() -> impl Strategy<Value = Vec<(usize, Option<i32>)>> {
    proptest::collection::vec((0usize..12, proptest::option::of(1i32..=240)), 0..20)
}

const COMMUNES: [Option<&str>; 4] = [None, Some("06088"), Some("06004"), Some("06029")];
const TYPES: [Option<&str>; 3] = [None, Some("T2"), Some("T3")];

proptest! {
    /// Against somebody slow who writes the rows of a territory on a sheet of four by three cells.
    #[test]
    fn inv_54_the_delay_is_the_one_read_from_a_sheet_by_hand(
        rows in any_rows(),
        sought in proptest::sample::subsequence(vec![1usize, 2, 3], 1..=3),
        kinds in proptest::sample::subsequence(vec![1usize, 2], 1..=2),
    ) {
        let mut sheet = [[None; 3]; 4];
        let mut table = Table::default();
        for (place, months) in rows {
            let (commune, kind) = (place / 3, place % 3);
            sheet[commune][kind] = months;
            table.put(Row {
                commune: COMMUNES[commune].map(|code| CommuneCode::parse(code).unwrap()),
                dwelling_type: TYPES[kind].map(|code| DwellingType::parse(code).unwrap()),
                valid_from: ARRETE,
                months,
            });
        }
        let mut by_hand: Option<i32> = None;
        for commune in &sought {
            for kind in &kinds {
                let cell = sheet[*commune][*kind].or(sheet[*commune][0]).or(sheet[0][*kind]).or(sheet[0][0]);
                by_hand = [by_hand, cell].into_iter().flatten().min();
            }
        }
        let sought = communes(&sought.iter().map(|index| COMMUNES[*index].unwrap()).collect::<Vec<_>>());
        let kinds = types(&kinds.iter().map(|index| TYPES[*index].unwrap()).collect::<Vec<_>>());
        let found = abnormal::from(FILED, &sought, &kinds, TODAY, &table);
        prop_assert_eq!(found, by_hand.map(|months| add_months(FILED, months)));
    }
}
