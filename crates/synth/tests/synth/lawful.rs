use jiff::civil::date;
use nomenclature::Territory;
use synth::{Line, Options, lives, organisations, organisations_in, registrations};

use crate::desk::Desk;

fn check(desk: &mut Desk, line: &Line) {
    let outcome = desk.play(line).err();
    assert_eq!(outcome.as_deref(), line.expect.as_deref(), "seq {} household {}", line.seq, line.household);
}

#[test]
fn every_line_of_the_sample_ends_as_it_says() {
    let options = Options::default();
    let mut desk = Desk::open(&organisations(options.seed), options.territory);
    for line in lives(&options) {
        assert!((options.from..=options.until).contains(&line.day));
        check(&mut desk, &line);
    }
    assert_eq!(desk.demands().count(), 300);
}

#[test]
fn lives_of_any_seed_territory_and_period_are_lawful() {
    let neighbour = organisations_in(1, Territory::parse("083").unwrap());
    for (seed, territory, from, until) in [
        (1, "006", date(2025, 8, 1), date(2026, 10, 31)),
        (2, "006", date(2023, 1, 1), date(2027, 12, 31)),
        (3, "111", date(2024, 2, 29), date(2026, 2, 28)),
        (4, "02A", date(2026, 1, 10), date(2026, 1, 12)),
        (5, "974", date(2024, 6, 1), date(2026, 6, 1)),
        (6, "083", date(2025, 8, 1), date(2026, 8, 1)),
    ] {
        let territory = Territory::parse(territory).unwrap();
        let mut here = organisations_in(seed, territory);
        if territory.as_str() == "083" {
            here.extend(organisations_in(seed, Territory::parse("006").unwrap()).into_iter().take(1));
        } else {
            here.extend(neighbour.iter().take(1).cloned());
        }
        let mut desk = Desk::open(&here, territory);
        for line in lives(&Options { seed, households: 250, territory, from, until }) {
            check(&mut desk, &line);
        }
    }
}

#[test]
fn nothing_happens_in_no_time() {
    let never = Options { from: date(2026, 1, 2), until: date(2026, 1, 1), ..Options::default() };
    assert!(lives(&never).is_empty());
    assert!(lives(&Options { households: 0, ..Options::default() }).is_empty());
}

#[test]
fn inv_06_registrations_are_of_different_persons_and_accepted_on_any_day() {
    let options = Options::default();
    let actor = lives(&Options { households: 1, ..options })[0].actor;
    let days = [date(2025, 8, 1), date(2026, 11, 23), date(2031, 1, 1)];
    let mut desk = Desk::open(&organisations(options.seed), options.territory);
    let two_sources = registrations(1).take(3_000).chain(registrations(2).take(3_000));
    for ((seq, registration), day) in (1..).zip(two_sources).zip(days.iter().cycle()) {
        let size = serde_json::to_string(&registration).unwrap().len();
        assert!((500..12_000).contains(&size), "{size}");
        let line = Line {
            seq,
            command_id: uuid::Uuid::nil(),
            day: *day,
            household: seq,
            actor,
            channel: nomenclature::Channel::Desk,
            act: demand::Act::Register(Box::new(registration)),
            expect: None,
            opens: None,
        };
        check(&mut desk, &line);
    }
}
