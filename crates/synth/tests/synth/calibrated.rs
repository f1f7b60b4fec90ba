//! The default territory is like Alpes-Maritimes, and a wrong figure would be noticed.

use synth::TerritoryOptions;
use synth::calibration::{Calibration, Ledger, TABLE, Table, TableFault, Verdict, write_page};
use synth::territory;

#[test]
fn the_default_territory_meets_every_published_figure_that_can_be_met_and_no_spoiled_one() {
    let options = TerritoryOptions::default();
    let mut ledger = Ledger::new(options.territory);
    for day in territory(&options) {
        ledger.play(&day).unwrap();
    }
    let of = |table: &str| Calibration::of(&options, &ledger, &Table::parse(table).unwrap());
    let missed = |calibration: &Calibration| -> Vec<_> {
        let missed = calibration.lines.iter().filter(|line| line.verdict == Verdict::Missed);
        missed.map(|line| (line.row.measure.code(), line.published, line.produced)).collect()
    };
    let calibration = of(TABLE);
    assert_eq!(missed(&calibration), [], "tune territory/chances.rs");
    assert!(calibration.is_met());
    assert!(calibration.lines.len() > 20);
    for (figure, spoiled, measure) in [
        ("seniority|006|23|", "seniority|006|27|", "seniority"),
        ("attributions_nice|006|1197|", "attributions_nice|006|1400|", "attributions_nice"),
        ("renewed_once|*|49|", "renewed_once|*|44|", "renewed_once"),
        ("associations|*|0.1151|", "associations|*|0.3|", "associations"),
    ] {
        let table = TABLE.replace(figure, spoiled);
        assert_ne!(table, TABLE, "{figure}");
        let calibration = of(&table);
        assert!(!calibration.is_met());
        assert_eq!(missed(&calibration).iter().map(|(code, ..)| *code).collect::<Vec<_>>(), [measure]);
        let mut page = Vec::new();
        write_page(&calibration, &mut page).unwrap();
        assert!(String::from_utf8(page).unwrap().contains("**missed**"));
    }
    // What is said to be not fittable is not.
    let near = |line: &&synth::calibration::Compared| line.deviation().is_some_and(|off| off.abs() <= 0.05);
    let fitted = calibration.lines.iter().filter(|line| matches!(line.verdict, Verdict::NotFittable(_))).filter(near);
    assert_eq!(fitted.map(|line| line.row.measure.code()).collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn a_wrong_table_is_told_by_line_and_column() {
    let spoil = |from: &str, to: &str| Table::parse(&TABLE.replacen(from, to, 1)).err();
    let fault = |line, column| Some(TableFault { line, column });
    assert_eq!(spoil("measure|where", "measure|place"), fault(1, "header"));
    assert_eq!(spoil("stock|*", "stocks|*"), fault(2, "measure"));
    assert_eq!(spoil("|=stock|", "|=stocks|"), fault(2, "published"));
    assert_eq!(spoil("|0.1151|", "|-1|"), fault(4, "published"));
    assert_eq!(spoil("nice|006|", "nice|999|"), fault(5, "where"));
    assert_eq!(spoil("|radiation_mix", "|because"), fault(21, "why not"));
    assert_eq!(spoil("|=stock|demands", "|=stock"), fault(2, "row of seven columns"));
}
