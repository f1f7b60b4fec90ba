//! A whole territory: the same each time, lawful, and everybody in it.

use std::collections::{BTreeMap, BTreeSet};

use access::{
    Action, Directory, OpenDesk, Organisation, OrganisationAct, OrganisationCommand, Purpose, RegisterOrganisation,
    Resource, may,
};
use cqrs_es::Aggregate as _;
use demand::{Act, Registration};
use jiff::civil::date;
use nomenclature::Territory;
use synth::calibration::Ledger;
use synth::{Day, Line, Stage, TerritoryOptions, organisations_of, territories, territory};

fn code(text: &str) -> Territory {
    Territory::parse(text).unwrap()
}

fn small() -> TerritoryOptions {
    TerritoryOptions { scale: "1:150".parse().unwrap(), ..TerritoryOptions::default() }
}

fn lines(days: &[Day]) -> impl Iterator<Item = &Line> {
    days.iter().flat_map(|day| &day.lines)
}

fn text(options: &TerritoryOptions) -> String {
    let days: Vec<_> = territory(options).collect();
    lines(&days).map(|line| serde_json::to_string(line).unwrap() + "\n").collect()
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_one_others() {
    let options = TerritoryOptions { months: 4, ..small() };
    assert!(text(&options) == text(&options));
    assert!(text(&options) != text(&TerritoryOptions { seed: 7, ..options }));
    let elsewhere = TerritoryOptions { territory: code("083"), ..options };
    assert!(text(&options) != text(&elsewhere));
}

#[test]
fn every_act_of_any_seed_territory_and_period_ends_as_it_says() {
    for (seed, place, scale, last, months) in [
        (6, "006", "1:40", date(2026, 10, 31), 24),
        (1, "006", "1:100", date(2028, 2, 29), 36),
        (2, "111", "1:2000", date(2026, 3, 31), 12),
        (3, "974", "1:60", date(2026, 10, 31), 24),
        (4, "02A", "1:10", date(2025, 12, 31), 14),
        (5, "048", "1:1", date(2024, 6, 30), 6),
        (6, "083", "1:5000", date(2026, 10, 31), 24),
    ] {
        let options = TerritoryOptions { seed, territory: code(place), scale: scale.parse().unwrap(), last, months };
        let mut ledger = Ledger::new(options.territory);
        for day in territory(&options) {
            ledger.play(&day).unwrap_or_else(|fault| panic!("{place}: {fault}"));
        }
    }
}

#[test]
fn days_run_one_after_the_other_and_lines_in_their_order() {
    let options = small();
    let days: Vec<_> = territory(&options).collect();
    assert!(days.is_sorted_by(|one, other| one.date < other.date && one.stage <= other.stage));
    assert!((1..).zip(lines(&days)).all(|(seq, line)| line.seq == seq));
    assert!(days.iter().all(|day| day.lines.iter().all(|line| line.day == day.date)));
    let lived = days.iter().filter(|day| day.stage == Stage::Lived).count();
    assert_eq!(lived, 730);
    assert_eq!(days.last().map(|day| day.date), Some(options.last));
    let ids: BTreeSet<_> = lines(&days).map(|line| line.command_id).collect();
    assert_eq!(ids.len(), lines(&days).count());
}

/// Which right an act needs, written by hand.
fn action(act: &Act) -> Action {
    match act {
        Act::Register(_) => Action::Register,
        Act::Modify { .. } => Action::Modify,
        Act::Renew { .. } => Action::Renew,
        Act::AddPiece(_) => Action::AddPiece,
        Act::IssueCertificate(_) => Action::IssueCertificate,
        Act::Attribute(_) | Act::RefuseAttribution { .. } | Act::LapseAttribution { .. } => Action::Attribute,
        Act::SignLease(_) => Action::SignLease,
        Act::ReportLease(_) => Action::ReportLease,
        Act::Renounce(_) => Action::Renounce,
        Act::RecordWarning(_) | Act::RadiateNoAnswer {} => Action::Chase,
        Act::RecordInadmissibility(_) | Act::RadiateInadmissible {} => Action::FindInadmissible,
        Act::Reinstate(_) => Action::Reinstate,
        Act::Separate(_) => Action::Separate,
        other => panic!("no territory has this act: {other:?}"),
    }
}

#[test]
fn whoever_acts_may_on_that_day() {
    let all = [code("006"), code("083")];
    let options = TerritoryOptions { scale: "1:60".parse().unwrap(), ..TerritoryOptions::default() };
    let mut directory = Directory::default();
    for line in organisations_of(options.seed, &all) {
        let mut organisation = Organisation::default();
        let (siren, name, kind, since) = (line.siren, line.name, line.kind, line.since);
        let register = RegisterOrganisation { siren, name, kind, territories: line.territories, since };
        let open = |desk: synth::DeskLine| {
            let synth::DeskLine { code, name, territory, opened_on, .. } = desk;
            OrganisationAct::OpenDesk(OpenDesk { code, name, territory, opened_on })
        };
        let desks = line.desks.into_iter().map(open);
        for act in std::iter::once(OrganisationAct::Register(register)).chain(desks) {
            let event = organisation.decide(OrganisationCommand { today: date(2030, 1, 1), act }).unwrap();
            organisation.apply(event.clone());
            directory.apply(siren, event);
        }
    }
    let mut acts = 0;
    for day in territories(&options, &all) {
        for line in &day.lines {
            let profile = directory.profile(&line.actor, line.day).unwrap_or_else(|denial| panic!("{denial} {line:?}"));
            let resource = Resource::Demand { territory: day.territory };
            may(profile, action(&line.act), resource, Purpose::Attribution).unwrap();
            acts += 1;
        }
    }
    assert!(acts > 8_000, "{acts}");
}

#[test]
fn everything_that_happens_in_a_register_happens() {
    let days: Vec<_> = territory(&TerritoryOptions { scale: "1:20".parse().unwrap(), ..small() }).collect();
    let lived: Vec<_> = days.iter().filter(|day| day.stage == Stage::Lived).cloned().collect();
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    for line in lines(&lived) {
        let act = serde_json::to_value(&line.act).unwrap();
        let kind = act.as_object().unwrap().keys().next().unwrap().clone();
        let kind = line.expect.as_ref().map_or(kind.clone(), |reason| format!("{kind} {reason}"));
        *kinds.entry(kind).or_default() += 1;
    }
    for kind in [
        "register",
        "register DUPLICATE_DEMAND",
        "renew",
        "renew DEMAND_RADIATED",
        "modify",
        "add_piece",
        "issue_certificate",
        "attribute",
        "refuse_attribution",
        "lapse_attribution",
        "report_lease",
        "sign_lease",
        "renounce",
        "record_warning",
        "radiate_no_answer",
        "record_inadmissibility",
        "radiate_inadmissible",
        "reinstate",
        "separate",
    ] {
        assert!(kinds.contains_key(kind), "{kind}: {kinds:?}");
    }
    let forced = lines(&lived).filter(|line| matches!(&line.act, Act::Register(r) if r.forced.is_some())).count();
    assert!(forced >= 2, "namesakes: {forced}");
    let opened = lines(&lived).filter(|line| line.opens.is_some()).count();
    assert_eq!(opened, kinds["separate"]);
}

/// A dwelling is attributed, its lease is known, and the demand is still there weeks later.
#[test]
fn inv_26_some_leases_are_told_months_after_they_were_signed() {
    let days: Vec<_> = territory(&TerritoryOptions { scale: "1:20".parse().unwrap(), ..small() }).collect();
    let signed = |line: &Line| match &line.act {
        Act::SignLease(lease) => lease.signed_on.as_deref().map(|day| nomenclature::parse_date(day).unwrap()),
        _ => None,
    };
    let delays = lines(&days).filter_map(|line| Some(signed(line)?.until(line.day).unwrap().get_days()));
    let delays: Vec<i32> = delays.collect();
    assert!(delays.iter().filter(|days| **days > 60).count() >= 5, "{delays:?}");
    assert!(delays.iter().filter(|days| **days <= 7).count() * 10 > delays.len() * 7);
}

fn applicant(registration: &Registration) -> Option<(String, String, String)> {
    let person = registration.form.identity.as_ref()?.applicant.as_ref()?;
    let name = person.surname.clone()?.to_uppercase();
    Some((name, person.given_names.clone()?, person.birth_date.clone()?))
}

#[test]
fn inv_06_some_hold_a_demand_in_two_territories_and_nobody_two_in_one() {
    let all = [code("006"), code("083")];
    let options = TerritoryOptions { scale: "1:20".parse().unwrap(), months: 6, ..TerritoryOptions::default() };
    let mut persons: BTreeMap<Territory, BTreeSet<_>> = BTreeMap::new();
    for day in territories(&options, &all) {
        for line in day.lines.iter().filter(|line| line.expect.is_none()) {
            let Act::Register(registration) = &line.act else { continue };
            let Some(person) = applicant(registration) else { continue };
            let new = persons.entry(day.territory).or_default().insert(person);
            assert!(new || registration.forced.is_some(), "{line:?}");
        }
    }
    assert!(persons.values().all(|persons| persons.len() > 500));
    let [here, there] = all.map(|territory| &persons[&territory]);
    let both = here.intersection(there).count();
    assert!((3..=30).contains(&both), "{both} persons ask in both");
}

#[test]
fn inv_06_twins_and_namesakes_come_while_the_first_one_is_there() {
    let days: Vec<_> = territory(&TerritoryOptions { scale: "1:10".parse().unwrap(), ..small() }).collect();
    let mut by_name: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for line in lines(&days).filter(|line| line.expect.is_none()) {
        let Act::Register(registration) = &line.act else { continue };
        let Some((surname, given, born)) = applicant(registration) else { continue };
        by_name.entry((surname, born)).or_default().insert(given);
    }
    assert!(by_name.values().filter(|given| given.len() == 2).count() >= 5, "twin sisters");
}
