use std::collections::{BTreeMap, BTreeSet};

use demand::facts::{ApplicantKind, Composition, Facts};
use demand::{Act, Demand, Registration};
use nomenclature::{Channel, PresentDwelling};
use synth::{Line, Options, lives, organisations};

use crate::desk::Desk;

fn sample() -> Vec<Line> {
    lives(&Options::default())
}

/// The facts of each household at the end of the sample.
fn facts() -> Vec<Facts> {
    let options = Options::default();
    let mut desk = Desk::open(&organisations(options.seed), options.territory);
    for line in sample() {
        desk.play(&line).ok();
    }
    desk.demands().filter_map(Demand::content).map(|demand| demand.facts.clone()).collect()
}

/// Thousandths.
fn share(count: usize, of: usize) -> usize {
    count * 1_000 / of
}

fn accepted(lines: &[Line]) -> impl Iterator<Item = &Line> {
    lines.iter().filter(|line| line.expect.is_none())
}

fn registrations(lines: &[Line]) -> Vec<&Registration> {
    let register = |line: &'_ Line| matches!(line.act, Act::Register(_));
    let lines = lines.iter().filter(|line| line.expect.is_none() && register(line));
    lines
        .map(|line| match &line.act {
            Act::Register(registration) => &**registration,
            _ => unreachable!("only registrations were kept"),
        })
        .collect()
}

#[test]
fn households_are_those_of_published_figures() {
    let facts = facts();
    let households: Vec<_> = facts.iter().filter(|facts| facts.applicant_kind == ApplicantKind::Household).collect();
    let all = households.len();
    let of = |composition| share(households.iter().filter(|f| f.composition == Some(composition)).count(), all);
    assert!((420..=520).contains(&of(Composition::Single)), "{}", of(Composition::Single));
    assert!((230..=290).contains(&of(Composition::SingleParent)), "{}", of(Composition::SingleParent));
    assert!((60..=150).contains(&of(Composition::Couple)), "{}", of(Composition::Couple));
    assert!((110..=200).contains(&of(Composition::CoupleWithChildren)), "{}", of(Composition::CoupleWithChildren));
    assert!(of(Composition::Other) > 0);
    let transfers = households.iter().filter(|f| f.present_dwelling.contains(&PresentDwelling::SocialHousing)).count();
    assert!((160..=250).contains(&share(transfers, all)), "{}", share(transfers, all));
    assert!(facts.len() - all >= 3, "associations");
    let online = households.iter().filter(|f| f.ever_online).count();
    assert!((440..=700).contains(&share(online, all)), "{}", share(online, all));
}

#[test]
fn one_in_nine_is_proposed_a_dwelling_and_half_of_those_who_reach_a_year_renew() {
    let lines = sample();
    let with = |wanted: fn(&Act) -> bool| -> BTreeSet<u32> {
        accepted(&lines).filter(|line| wanted(&line.act)).map(|line| line.household).collect()
    };
    let attributed = with(|act| matches!(act, Act::Attribute(_)));
    assert!((90..=130).contains(&share(attributed.len(), 300)), "{}", attributed.len());
    assert!(with(|act| matches!(act, Act::RefuseAttribution { .. })).len() >= 2);
    assert!(!with(|act| matches!(act, Act::LapseAttribution { .. })).is_empty());
    assert!(with(|act| matches!(act, Act::SignLease(_))).len() >= 18);
    assert!(with(|act| matches!(act, Act::Renounce(_))).len() >= 3);
    assert!(with(|act| matches!(act, Act::Modify { .. })).len() >= 60);
    let renewed = with(|act| matches!(act, Act::Renew { .. }));
    let last = Options::default().until;
    let a_year_old = accepted(&lines).filter(|line| match &line.act {
        Act::Register(registration) => {
            let filed_on = nomenclature::parse_date(registration.filed_on.as_deref().unwrap()).unwrap();
            nomenclature::add_months(filed_on, 12) <= last
        }
        _ => false,
    });
    let renewal_share = share(renewed.len(), a_year_old.count());
    assert!((380..=560).contains(&renewal_share), "{renewal_share}");
}

#[test]
fn inv_26_at_least_one_lease_is_told_weeks_after_it_was_signed() {
    let lines = sample();
    let late = accepted(&lines).filter(|line| match &line.act {
        Act::SignLease(lease) => {
            let signed_on = nomenclature::parse_date(lease.signed_on.as_deref().unwrap()).unwrap();
            signed_on.until(line.day).unwrap().get_days() > 20
        }
        _ => false,
    });
    assert!(late.count() >= 2);
}

#[test]
fn every_refusal_that_a_desk_meets_is_there() {
    let lines = sample();
    let mut refusals: BTreeMap<&str, usize> = BTreeMap::new();
    for line in &lines {
        if let Some(reason) = &line.expect {
            *refusals.entry(reason).or_default() += 1;
        }
    }
    for reason in
        ["DUPLICATE_DEMAND", "DEMAND_NOT_FOUND", "NOT_A_LESSOR", "INVALID_FORM", "DEMAND_RADIATED", "DEMAND_EXPIRED"]
    {
        assert!(refusals.contains_key(reason), "{reason}: {refusals:?}");
    }
    assert!(refusals["DUPLICATE_DEMAND"] >= 10);
}

#[test]
fn inv_06_there_are_twins_and_namesakes() {
    let lines = sample();
    let registrations = registrations(&lines);
    assert!(registrations.iter().filter(|registration| registration.forced.is_some()).count() >= 3);
    let mut born: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    for person in registrations.iter().filter_map(|r| r.form.identity.as_ref()?.applicant.as_ref()) {
        let (Some(surname), Some(day), Some(given)) = (&person.surname, &person.birth_date, &person.given_names) else {
            continue;
        };
        born.entry((surname, day)).or_default().insert(given);
    }
    assert!(born.values().filter(|names| names.len() == 2).count() >= 3);
}

#[test]
fn names_are_written_as_people_write_them() {
    let lines = sample();
    let mut names = String::new();
    for registration in registrations(&lines) {
        let identity = registration.form.identity.as_ref().unwrap();
        let adults = identity.applicant.iter().chain(identity.co_applicants.iter().map(|co| &co.person));
        for adult in adults {
            for name in [&adult.surname, &adult.birth_name, &adult.given_names] {
                names.push_str(name.as_deref().unwrap_or_default());
            }
        }
    }
    for sign in ['é', 'ç', '\'', '\u{2019}', '-', 'œ', 'ñ', '\u{301}'] {
        assert!(names.contains(sign), "{sign:?}");
    }
    let scripts = [('\u{400}', '\u{4ff}'), ('\u{600}', '\u{6ff}')];
    assert!(scripts.iter().any(|(low, high)| names.chars().any(|c| (*low..=*high).contains(&c))));
}

#[test]
fn nobody_can_be_called_or_written_to() {
    for line in sample() {
        let text = serde_json::to_string(&line).unwrap();
        for (key, allowed) in [("_phone\":\"", ["063998", "046571"]), ("\"email\":\"", ["", ""])] {
            for found in text.split(key).skip(1) {
                let value = found.split('"').next().unwrap();
                assert!(value.starts_with(allowed[0]) || value.starts_with(allowed[1]), "{value}");
                if key.contains("email") {
                    let domain = value.split('@').nth(1).unwrap();
                    assert!(domain.ends_with("example.org") || domain.ends_with("example.net"), "{value}");
                }
            }
        }
    }
}

#[test]
fn lessors_do_what_lessors_do() {
    let organisations = organisations(Options::default().seed);
    for line in accepted(&sample()) {
        let kind = organisations.iter().find(|o| Some(o.siren) == line.actor.organisation()).unwrap().kind;
        if matches!(line.act, Act::Attribute(_) | Act::SignLease(_)) {
            assert!(kind.is_lessor() && line.channel == Channel::Desk);
        }
    }
}
