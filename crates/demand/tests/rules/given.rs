//! Demands to start from.

use cqrs_es::test::TestFramework;
use demand::form::contact::{AddressDraft, ContactDraft};
use demand::form::family::FamilyDraft;
use demand::form::housing::HousingDraft;
use demand::form::identity::{AssociationDraft, CoApplicantDraft, DependantDraft, IdentityDraft, PersonDraft};
use demand::form::reasons::ReasonsDraft;
use demand::form::sought::SoughtDraft;
use demand::pieces::PieceDraft;
use demand::radiation::lease::LeaseDraft;
use demand::{Act, By, Declares, Demand, DemandCommand, DemandEvent, FormDraft, Registration, Rejection, Settings};
use jiff::civil::{Date, date};
use nomenclature::{Channel, DeskCode, Siren, Territory};
use uuid::Uuid;

pub const FILED: Date = date(2025, 3, 15);

pub fn nice() -> Territory {
    Territory::parse("006").unwrap()
}

pub fn lessor() -> Siren {
    Siren::parse("732829320").unwrap()
}

pub fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

pub fn by(channel: Channel) -> By {
    By { organisation: lessor(), desk: DeskCode::parse("G0601").ok(), channel, declares: Declares::Nothing }
}

pub fn person(surname: &str, given_names: &str, birth_date: &str) -> PersonDraft {
    PersonDraft {
        civility: some("2"),
        surname: some(surname),
        birth_name: None,
        given_names: some(given_names),
        birth_date: some(birth_date),
        nationality: some("1"),
    }
}

pub fn address() -> AddressDraft {
    AddressDraft {
        number: some("12"),
        street: some("rue des Lilas"),
        postal_code: some("06300"),
        commune: some("06088"),
        ..AddressDraft::default()
    }
}

pub fn child(given_names: &str, birth_date: &str) -> DependantDraft {
    DependantDraft {
        surname: some("Roux"),
        given_names: some(given_names),
        birth_date: some(birth_date),
        sex: some("F"),
        kinship: some("E"),
        custody: None,
    }
}

/// A couple with one child, nothing but what is mandatory.
pub fn form() -> FormDraft {
    FormDraft {
        identity: Some(IdentityDraft {
            applicant: Some(person("Lévêque", "Zoé Marie", "1990-02-28")),
            co_applicants: vec![CoApplicantDraft { link: some("M"), person: person("Roux", "Paul", "1988-07-14") }],
            dependants: vec![child("Anna", "2015-05-01")],
            association: None,
        }),
        contact: Some(ContactDraft { postal_address: Some(address()), ..ContactDraft::default() }),
        family: Some(FamilyDraft { situations: vec!["M".into(), "M".into()], ..FamilyDraft::default() }),
        employment: None,
        resources: None,
        housing: Some(HousingDraft { kinds: vec!["LP".into()], ..HousingDraft::default() }),
        reasons: Some(ReasonsDraft { reasons: vec!["13".into()], ..ReasonsDraft::default() }),
        sought: Some(SoughtDraft {
            dwelling_types: vec!["T3".into()],
            communes: vec!["06088".into(), "06004".into()],
            extended: Some(true),
            ..SoughtDraft::default()
        }),
        handicap: None,
        remarks: None,
    }
}

pub fn association() -> FormDraft {
    FormDraft {
        identity: Some(IdentityDraft {
            association: Some(AssociationDraft { name: some("Toit pour tous") }),
            ..IdentityDraft::default()
        }),
        contact: form().contact,
        sought: form().sought,
        ..FormDraft::default()
    }
}

pub fn identity_piece() -> PieceDraft {
    PieceDraft { piece_type: some("ID"), sha256: some(&"0".repeat(64)), ..PieceDraft::default() }
}

pub fn registration(form: FormDraft) -> Registration {
    Registration {
        territory: nice(),
        filed_on: None,
        form,
        identity_piece: Some(identity_piece()),
        forced: None,
        employer_siret: None,
    }
}

pub fn lease(signed_on: &str) -> LeaseDraft {
    LeaseDraft {
        signed_on: some(signed_on),
        rpls: some("0600012345"),
        already_housed: some("NON"),
        collective_agreement: some("AUCUN"),
        reservation_holder: some("COLTER"),
        dalo: some("NON"),
        ..LeaseDraft::default()
    }
}

pub fn command(today: Date, act: Act) -> DemandCommand {
    DemandCommand {
        today,
        by: by(Channel::Desk),
        person_ref: Uuid::from_u128(1),
        piece_id: Uuid::from_u128(2),
        settings: Settings::default(),
        act,
    }
}

/// The events of a registration filed on [`FILED`].
pub fn registered(form: FormDraft) -> Vec<DemandEvent> {
    when(Vec::new(), FILED, Act::Register(Box::new(registration(form)))).expect("the form is lawful")
}

/// The outcome of an act after some events, through the framework's own harness.
pub fn when(events: Vec<DemandEvent>, today: Date, act: Act) -> Result<Vec<DemandEvent>, Rejection> {
    TestFramework::<Demand>::with(()).given(events).when(command(today, act)).inspect_result()
}

/// The events so far and those of an act that must succeed.
pub fn then(mut events: Vec<DemandEvent>, today: Date, act: Act) -> Vec<DemandEvent> {
    let new = when(events.clone(), today, act).expect("the act is lawful");
    events.extend(new);
    events
}

pub fn fold(events: Vec<DemandEvent>) -> Demand {
    use cqrs_es::Aggregate as _;
    let mut demand = Demand::default();
    for event in events {
        demand.apply(event);
    }
    demand
}

pub fn active(events: Vec<DemandEvent>) -> demand::ActiveDemand {
    match fold(events) {
        Demand::Active(demand) => *demand,
        other => panic!("not active: {other:?}"),
    }
}

/// The violations of a registration, as `field=REASON`.
pub fn violations(form: FormDraft) -> Vec<String> {
    let rejection =
        when(Vec::new(), FILED, Act::Register(Box::new(registration(form)))).expect_err("the form is wrong");
    rejection.violations.iter().map(ToString::to_string).collect()
}
