use std::collections::BTreeMap;
use std::io;

use synth::{
    Line, Options, OrganisationLine, SAMPLE_LIVES, SAMPLE_ORGANISATIONS, lives, organisations, write_lives,
    write_organisations,
};

#[test]
fn the_committed_sample_is_what_the_seed_gives() {
    let options = Options::default();
    let (mut written, mut written_organisations) = (Vec::new(), Vec::new());
    write_lives(&options, &mut written).unwrap();
    write_organisations(options.seed, &mut written_organisations).unwrap();
    let hint = "write it anew: make sample";
    assert!(written == SAMPLE_LIVES.as_bytes(), "{hint}");
    assert!(written_organisations == SAMPLE_ORGANISATIONS.as_bytes(), "{hint}");
}

#[test]
fn a_line_reads_back_as_written() {
    for text in SAMPLE_LIVES.lines() {
        let line: Line = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&line).unwrap(), text);
    }
    let read: Vec<OrganisationLine> =
        SAMPLE_ORGANISATIONS.lines().map(|text| serde_json::from_str(text).unwrap()).collect();
    assert_eq!(read, organisations(Options::default().seed));
}

#[test]
fn inv_46_every_service_that_needs_a_title_has_one_from_its_first_day_on() {
    for line in organisations(Options::default().seed) {
        let asked = access::organisation::entitlement::is_asked_of(line.kind);
        assert_eq!(line.entitlement.map(|title| title.signed_on), asked.then_some(line.since), "{}", line.name);
    }
}

#[test]
fn leaving_out_what_says_nothing_loses_nothing() {
    for line in lives(&Options { households: 80, ..Options::default() }) {
        let text = serde_json::to_string(&line).unwrap();
        let read: Line = serde_json::from_str(&text).unwrap();
        assert_eq!(serde_json::to_string(&read.act).unwrap(), serde_json::to_string(&line.act).unwrap());
    }
}

#[test]
fn lines_run_by_day_and_each_has_an_id_of_its_own() {
    let lines = lives(&Options::default());
    assert!(lines.is_sorted_by_key(|line| line.day));
    assert!((1..).zip(&lines).all(|(seq, line)| line.seq == seq));
    let ids: std::collections::BTreeSet<_> = lines.iter().map(|line| line.command_id).collect();
    assert_eq!(ids.len(), lines.len());
}

#[test]
fn another_seed_gives_others() {
    let of_seed = |seed| serde_json::to_string(&lives(&Options { seed, households: 5, ..Options::default() })).unwrap();
    assert_eq!(of_seed(1), of_seed(1));
    assert_ne!(of_seed(1), of_seed(2));
}

#[test]
fn a_writer_that_fails_is_told() {
    struct Full;
    impl io::Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let options = Options { households: 1, ..Options::default() };
    assert_eq!(write_lives(&options, Full).unwrap_err().kind(), io::ErrorKind::StorageFull);
}

#[test]
fn the_readme_counts_right() {
    let readme = include_str!("../../samples/README.md");
    let lines = lives(&Options::default());
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for line in &lines {
        let counted = line.expect.clone().unwrap_or_else(|| {
            let act = serde_json::to_value(&line.act).unwrap();
            act.as_object().unwrap().keys().next().unwrap().clone()
        });
        *counts.entry(counted).or_default() += 1;
    }
    assert!(readme.contains(&format!("| `lives.ndjson` | {} |", lines.len())), "{}", lines.len());
    for (counted, count) in counts {
        assert!(readme.contains(&format!("| `{counted}` | {count} |")), "{counted} {count}");
    }
}
