//! A register made of the pure parts only: rights, decisions, and who holds a demand. No log, no keys.

use std::collections::{BTreeMap, BTreeSet};

use access::{
    Action, Directory, OpenDesk, Organisation, OrganisationAct, OrganisationCommand, Purpose, RegisterOrganisation,
    Resource,
};
use cqrs_es::Aggregate as _;
use demand::claims::claims_of;
use demand::{Act, By, Declares, Demand, DemandCommand, Settings};
use nomenclature::{Actor, Territory};
use synth::{Line, OrganisationLine};
use unicode_normalization::UnicodeNormalization as _;
use uuid::Uuid;

/// Plays lines and tells how each one ends.
pub struct Desk {
    directory: Directory,
    territory: Territory,
    demands: BTreeMap<u32, Demand>,
    holders: BTreeMap<(String, String, String), BTreeSet<u32>>,
}

type Key = (String, String, String);

impl Desk {
    pub fn open(organisations: &[OrganisationLine], territory: Territory) -> Self {
        let mut directory = Directory::default();
        for line in organisations.iter().cloned() {
            let mut organisation = Organisation::default();
            let register = RegisterOrganisation {
                siren: line.siren,
                name: line.name,
                kind: line.kind,
                territories: line.territories,
                since: line.since,
            };
            let mut commands = vec![OrganisationAct::Register(register)];
            for desk in line.desks {
                assert_eq!(directory.desks().find(|(code, _)| *code == desk.code), None, "a code has one desk");
                let open =
                    OpenDesk { code: desk.code, name: desk.name, territory: desk.territory, opened_on: desk.opened_on };
                commands.push(OrganisationAct::OpenDesk(open));
                commands
                    .extend(desk.closed_on.map(|closed_on| OrganisationAct::CloseDesk { code: desk.code, closed_on }));
            }
            for act in commands {
                let command = OrganisationCommand { today: jiff::civil::date(2030, 1, 1), act };
                let event = organisation.decide(command).expect("an organisation is entered as it is invented");
                organisation.apply(event.clone());
                directory.apply(line.siren, event);
            }
        }
        Self { directory, territory, demands: BTreeMap::new(), holders: BTreeMap::new() }
    }

    /// The stable reason of a refusal, or nothing.
    pub fn play(&mut self, line: &Line) -> Result<(), String> {
        let action = match &line.act {
            Act::Register(_) => Action::Register,
            Act::Modify { .. } => Action::Modify,
            Act::Renew { .. } => Action::Renew,
            Act::AddPiece(_) => Action::AddPiece,
            Act::Attribute(_) | Act::RefuseAttribution { .. } | Act::LapseAttribution { .. } => Action::Attribute,
            Act::SignLease(_) => Action::SignLease,
            Act::Renounce(_) => Action::Renounce,
            other => panic!("no life has this act: {other:?}"),
        };
        let profile = self.directory.profile(&line.actor, line.day).map_err(|denial| denial.to_string())?;
        let resource = Resource::Demand { territory: self.territory };
        access::may(profile, action, resource, Purpose::Attribution).map_err(|denial| match denial {
            access::Denial::ForeignTerritory => "DEMAND_NOT_FOUND".to_owned(),
            other => other.to_string(),
        })?;
        let Actor::Agent { organisation, desk: Some(desk), .. } = line.actor else {
            panic!("every actor is an agent at a desk");
        };
        // A registration that is refused leaves no demand: the next one of the household begins anew.
        let registers = matches!(line.act, Act::Register(_));
        let before = if registers { Demand::default() } else { self.demands[&line.household].clone() };
        let command = DemandCommand {
            today: line.day,
            by: By { organisation, desk: Some(desk), channel: line.channel, declares: Declares::WhatItKnows },
            person_ref: Uuid::nil(),
            piece_id: Uuid::from_u64_pair(1, u64::from(line.seq)),
            settings: Settings::default(),
            act: line.act.clone(),
        };
        let events = before.decide(&command).map_err(|rejection| rejection.reason.code().to_owned())?;
        let mut after = before.clone();
        for event in events {
            after.apply(event);
        }
        let forced = matches!(&line.act, Act::Register(registration) if registration.forced.is_some());
        self.claim(line.household, &before, &after, forced)?;
        self.demands.insert(line.household, after);
        Ok(())
    }

    fn claim(&mut self, household: u32, before: &Demand, after: &Demand, forced: bool) -> Result<(), String> {
        let (held, wanted) = (keys(before), keys(after));
        let taken = wanted.difference(&held);
        if !forced && taken.clone().any(|key| self.holders.get(key).is_some_and(|holders| !holders.is_empty())) {
            return Err("DUPLICATE_DEMAND".to_owned());
        }
        for key in held.difference(&wanted) {
            self.holders.entry(key.clone()).or_default().remove(&household);
        }
        for key in taken {
            self.holders.entry(key.clone()).or_default().insert(household);
        }
        Ok(())
    }

    pub fn demands(&self) -> impl Iterator<Item = &Demand> {
        self.demands.values()
    }
}

fn keys(demand: &Demand) -> BTreeSet<Key> {
    let persons = claims_of(demand).expect("nothing is sealed here");
    let key = |key: &demand::claims::PersonKey| {
        let first = key.given_names.split(' ').next().unwrap_or_default();
        (fold(&key.surname), fold(first), key.birth_date.to_string())
    };
    persons.iter().flat_map(|person| person.keys.iter().map(key)).collect()
}

fn fold(name: &str) -> String {
    let letters: String = name.nfkd().filter(|c| c.is_alphabetic()).collect();
    letters.to_lowercase().replace('œ', "oe").replace('æ', "ae")
}
