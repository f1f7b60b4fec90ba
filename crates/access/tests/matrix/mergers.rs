//! Two organisations become one; one takes another name.

use access::organisation::merger;
use access::{
    Denial, Directory, OpenDesk, Organisation, OrganisationAct, OrganisationCommand, OrganisationRejection,
    RegisterOrganisation,
};
use cqrs_es::Aggregate as _;
use jiff::civil::{Date, date};
use nomenclature::{Actor, AgentId, OrganisationKind, Siren, Territory};

use crate::{desk, on, siren, territory};

const TODAY: Date = date(2026, 11, 26);
const DAY: Date = date(2027, 1, 1);

fn other() -> Siren {
    Siren::parse("130025265").unwrap()
}

fn lessor(siren: Siren, place: Territory, desks: &[(&str, Date)]) -> Organisation {
    let mut organisation = Organisation::default();
    let register = OrganisationAct::Register(RegisterOrganisation {
        siren,
        name: "Office fictif".into(),
        kind: OrganisationKind::Hlm,
        territories: vec![place],
        since: date(2020, 1, 1),
    });
    let open = desks.iter().map(|(code, opened_on)| {
        let (code, name, opened_on) = (desk(code), "Accueil".into(), *opened_on);
        OrganisationAct::OpenDesk(OpenDesk { code, name, territory: place, opened_on })
    });
    for act in std::iter::once(register).chain(open) {
        organisation.apply(organisation.decide(on(act)).unwrap());
    }
    organisation
}

fn actor(organisation: Siren, code: &str) -> Actor {
    Actor::Agent { organisation, desk: Some(desk(code)), agent: AgentId::parse("agent-01").unwrap() }
}

#[test]
fn from_the_day_of_a_merger_the_desks_work_as_the_successors_and_the_predecessor_is_nobody() {
    let mut organisations = [
        (siren(), lessor(siren(), territory("006"), &[("G0601", date(2021, 1, 1)), ("G0602", date(2021, 1, 1))])),
        (other(), lessor(other(), territory("083"), &[("G8301", date(2021, 1, 1))])),
    ];
    let close = OrganisationAct::CloseDesk { code: desk("G0602"), closed_on: date(2026, 12, 1) };
    let closed = organisations[0].1.decide(on(close)).unwrap();
    organisations[0].1.apply(closed);
    let [(before, old), (after, new)] = &organisations;
    let plan = merger::plan((*before, old), (*after, new), DAY, TODAY).unwrap();
    let mut directory = Directory::default();
    for (known, (planned, command)) in organisations.iter_mut().zip(plan) {
        assert_eq!(known.0, planned);
        known.1.apply(known.1.decide(command).unwrap());
    }
    // The directory folds the very events.
    for (siren, _) in &organisations {
        let place = if *siren == other() { "083" } else { "006" };
        for event in history(*siren, place) {
            directory.apply(*siren, event);
        }
    }
    let (last, first) = (date(2026, 12, 31), DAY);
    assert!(directory.profile(&actor(siren(), "G0601"), last).is_ok());
    assert_eq!(directory.profile(&actor(other(), "G0601"), last), Err(Denial::DeskClosed));
    assert_eq!(directory.profile(&actor(siren(), "G0601"), first), Err(Denial::UnknownOrganisation));
    let taken = directory.profile(&actor(other(), "G0601"), first).unwrap();
    assert_eq!((taken.home(), taken.territories()), (Some(territory("006")), territory("006").into()));
    assert!(directory.profile(&actor(other(), "G8301"), first).is_ok());
    let gone = directory.profile(&actor(other(), "G0602"), first);
    assert_eq!(gone, Err(Denial::UnknownDesk), "a desk that was closed before does not come along");
    assert_eq!(directory.desks().find(|(code, _)| *code == desk("G0601")), Some((desk("G0601"), other())));
    assert_eq!(organisations[1].1.absorbed().collect::<Vec<_>>(), [(siren(), DAY)]);
}

/// The events of one of the two, decided anew.
fn history(of: Siren, place: &str) -> Vec<access::OrganisationEvent> {
    let desks: &[(&str, Date)] = match place {
        "006" => &[("G0601", date(2021, 1, 1)), ("G0602", date(2021, 1, 1))],
        _ => &[("G8301", date(2021, 1, 1))],
    };
    let mut organisation = Organisation::default();
    let mut events = Vec::new();
    let mut tell = |organisation: &mut Organisation, command: OrganisationCommand| {
        let event = organisation.decide(command).unwrap();
        organisation.apply(event.clone());
        events.push(event);
    };
    tell(
        &mut organisation,
        on(OrganisationAct::Register(RegisterOrganisation {
            siren: of,
            name: "Office fictif".into(),
            kind: OrganisationKind::Hlm,
            territories: vec![territory(place)],
            since: date(2020, 1, 1),
        })),
    );
    for (code, opened_on) in desks {
        let (code, name, opened_on) = (desk(code), "Accueil".into(), *opened_on);
        let open = OpenDesk { code, name, territory: territory(place), opened_on };
        tell(&mut organisation, on(OrganisationAct::OpenDesk(open)));
    }
    if of == siren() {
        let close = OrganisationAct::CloseDesk { code: desk("G0602"), closed_on: date(2026, 12, 1) };
        tell(&mut organisation, on(close));
    }
    let [first, second] = plan_of();
    tell(&mut organisation, if of == siren() { first } else { second });
    events
}

fn plan_of() -> [OrganisationCommand; 2] {
    let mut old = lessor(siren(), territory("006"), &[("G0601", date(2021, 1, 1)), ("G0602", date(2021, 1, 1))]);
    let close = OrganisationAct::CloseDesk { code: desk("G0602"), closed_on: date(2026, 12, 1) };
    old.apply(old.decide(on(close)).unwrap());
    let new = lessor(other(), territory("083"), &[("G8301", date(2021, 1, 1))]);
    merger::plan((siren(), &old), (other(), &new), DAY, TODAY).unwrap().map(|(_, command)| command)
}

#[test]
fn an_organisation_is_merged_once_into_another_one_and_from_today_at_the_earliest() {
    let (mut old, new) = (lessor(siren(), territory("006"), &[]), lessor(other(), territory("083"), &[]));
    let itself = merger::plan((siren(), &old), (siren(), &old), DAY, TODAY);
    assert_eq!(itself.unwrap_err(), OrganisationRejection::MergesIntoItself);
    let [(_, passed), _] = merger::plan((siren(), &old), (other(), &new), date(2026, 11, 25), TODAY).unwrap();
    assert_eq!(old.decide(passed), Err(OrganisationRejection::DatePassed));
    let [(_, merged), _] = merger::plan((siren(), &old), (other(), &new), DAY, TODAY).unwrap();
    old.apply(old.decide(merged.clone()).unwrap());
    assert_eq!(old.decide(merged), Err(OrganisationRejection::Merged));
    let rename = OrganisationAct::Rename { name: "Autre".into(), effective_on: TODAY };
    assert_eq!(old.decide(on(rename)), Err(OrganisationRejection::Merged));
    let [_, (_, into_the_merged)] = merger::plan((other(), &new), (siren(), &old), DAY, TODAY).unwrap();
    assert_eq!(old.decide(into_the_merged), Err(OrganisationRejection::Merged));
}

#[test]
fn a_name_counts_from_its_day_on() {
    let mut organisation = lessor(siren(), territory("006"), &[]);
    for (name, effective_on) in [("Troisième", date(2027, 7, 1)), ("Deuxième", DAY)] {
        let rename = OrganisationAct::Rename { name: name.into(), effective_on };
        organisation.apply(organisation.decide(on(rename)).unwrap());
    }
    let names = [date(2026, 12, 31), DAY, date(2027, 6, 30), date(2027, 7, 1)].map(|day| organisation.name_on(day));
    assert_eq!(names, [Some("Office fictif"), Some("Deuxième"), Some("Deuxième"), Some("Troisième")]);
}
