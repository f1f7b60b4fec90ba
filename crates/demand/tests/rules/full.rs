//! One event of each type and kind, full of what it can hold: the golden samples.
//!
//! Where the form grew since a sample was written, that of the form as it is now bears the rubric that came: `_i`.

use demand::attribution::AttributionDraft;
use demand::form::contact::{AddressDraft, ContactDraft};
use demand::form::employment::JobDraft;
use demand::form::family::FamilyDraft;
use demand::form::handicap::{HandicapDraft, PersonHandicapDraft, ReferentDraft};
use demand::form::housing::{HousingDraft, StayDraft};
use demand::form::reasons::ReasonsDraft;
use demand::form::remarks::RemarksDraft;
use demand::form::resources::{AdultResourcesDraft, AmountDraft, ResourcesDraft, TaxIncomeDraft};
use demand::form::sought::SoughtDraft;
use demand::form::workplace::WorkplaceDraft;
use demand::modification::Origin;
use demand::pieces::PieceDraft;
use demand::radiation::lease::LeaseDraft;
use demand::radiation::renunciation::{RenunciationDraft, WrittenAct};
use demand::registration::ForceReason;
use demand::{Act, DemandEvent, FormDraft};
use jiff::civil::{Date, date};
use nomenclature::Channel;
use uuid::Uuid;

use crate::full_followed::{followed_up, past_its_expiry, warned};
use crate::given::*;

fn amounts(kind: &str, amount: i64) -> Vec<AmountDraft> {
    vec![AmountDraft { kind: some(kind), amount: Some(amount) }]
}

fn address_in_full() -> AddressDraft {
    AddressDraft {
        apartment: some("B12"),
        floor: some("3"),
        staircase: some("A"),
        building: some("Sud"),
        complement: some("Résidence les Pins"),
        locality: some("Cimiez"),
        host: some("Mme Œuvrard"),
        ..address()
    }
}

fn address_abroad() -> AddressDraft {
    AddressDraft {
        postal_code: None,
        commune: None,
        foreign_postal_code: some("16121"),
        foreign_town: some("Genova"),
        country: some("Italia"),
        ..address_in_full()
    }
}

/// Every field of every rubric.
pub fn form_in_full() -> FormDraft {
    let mut identity = form().identity.unwrap();
    identity.applicant.as_mut().unwrap().birth_name = some("Fañc'h");
    identity.co_applicants[0].person.birth_name = some("Nguyễn");
    identity.dependants[0].custody = some("G");
    let job = |adult, contract: &str| JobDraft {
        adult,
        contract: some(contract),
        profession: some("soudeuse"),
        several_employers: true,
        main_employer: some("Chantiers de la Rade"),
        collecting_body: some("Action Logement"),
        workplace: Some(match adult {
            0 => WorkplaceDraft { postal_code: some("06300"), commune: some("06088"), ..WorkplaceDraft::default() },
            _ => WorkplaceDraft {
                foreign_postal_code: some("98000"),
                foreign_town: some("Monaco"),
                country: some("Monaco"),
                ..WorkplaceDraft::default()
            },
        }),
    };
    let resources = |adult| AdultResourcesDraft {
        adult,
        tax: vec![
            TaxIncomeDraft { year: Some(2024), amount: Some(15_100) },
            TaxIncomeDraft { year: Some(2023), amount: Some(14_250) },
        ],
        received: amounts("SAL", 1_520),
        paid: amounts("PAV", 120),
    };
    let kinds = ["SH", "CDEFCM", "POCC"];
    FormDraft {
        identity: Some(identity),
        contact: Some(ContactDraft {
            postal_address: Some(address_abroad()),
            dwelling_address: Some(address_in_full()),
            home_phone: some("0493000001"),
            mobile_phone: some("0612345678"),
            work_phone: some("0493000002"),
            email: some("zoe@exemple.fr"),
            electronic_notices: true,
            postal_notices: false,
            sms_notices: true,
            event_notices: true,
        }),
        family: Some(FamilyDraft {
            situations: vec!["M".into(), "M".into()],
            expected_children: Some(2),
            expected_on: some("2025-06-07"),
        }),
        employment: Some(vec![job(0, "CDI"), job(1, "CDD")]),
        resources: Some(ResourcesDraft {
            adults: vec![resources(0), resources(1)],
            dependants_received: amounts("BE", 150),
            dependants_paid: amounts("PAV", 30),
        }),
        housing: Some(HousingDraft {
            kinds: kinds.map(String::from).to_vec(),
            landlord: some("Office fictif des Collines"),
            stays: kinds[..2]
                .iter()
                .map(|kind| StayDraft { kind: some(kind), since: some("2024-11-02"), name: some("Les Mimosas") })
                .collect(),
            rent: Some(610),
            housing_benefit: Some(180),
            occupants: Some(5),
            category: some("A"),
            dwelling_type: some("T2"),
            surface: Some(41),
            owner: true,
            owned_commune: some("2A004"),
            owned_type: some("T1"),
        }),
        reasons: Some(ReasonsDraft {
            reasons: ["05", "06", "08", "23"].map(String::from).to_vec(),
            judgment_on: some("2025-01-15"),
            other: some("escalier trop raide"),
        }),
        sought: Some(SoughtDraft {
            category: some("I"),
            parking: true,
            ground_floor: true,
            no_lift: true,
            max_rent: Some(720),
            dwelling_types: vec!["T3".into(), "T4".into()],
            communes: vec!["06088".into(), "06004".into()],
            extended: Some(true),
        }),
        handicap: Some(HandicapDraft { persons: vec![handicap_in_full("1990-02-28"), handicap_in_full("2015-05-01")] }),
        remarks: Some(RemarksDraft { precision: some("visites le samedi"), internal_reference: some("2025/000123") }),
    }
}

fn handicap_in_full(birth_date: &str) -> PersonHandicapDraft {
    PersonHandicapDraft {
        birth_date: some(birth_date),
        recognised: true,
        state: some("EVO"),
        walking: some("2"),
        accompanied: true,
        motor: vec!["MS".into(), "MI".into()],
        sensory: vec!["DA".into(), "DV".into()],
        other_nature: some("fatigabilité"),
        aids: vec!["2".into(), "4".into()],
        equipment: vec!["3".into(), "6".into()],
        particular_need: some("portes d'un mètre"),
        other_need: some("rampe"),
        referent: Some(ReferentDraft {
            name: some("Mme Œuvrard"),
            address: some("3 rue des Lilas, Nice"),
            phone: some("0493000003"),
            email: some("referente@exemple.fr"),
            nearby: true,
        }),
    }
}

fn lease_in_full(signed_on: &str) -> LeaseDraft {
    LeaseDraft {
        already_housed: some("OUI"),
        collective_agreement: some("ACD"),
        reservation_holder: some("PPRIOR"),
        dalo: some("OUI"),
        urban_zone: some("ZUSOUI"),
        dwelling_type: some("T3"),
        commune: some("06088"),
        surface: Some(62),
        rent: Some(540),
        address: Some(AddressDraft { host: some("gardien"), ..address_in_full() }),
        convention: some("R314-16"),
        priority: some("OUI"),
        intercommunal_public: some("NON"),
        ..lease(signed_on)
    }
}

pub fn piece_in_full(piece_type: &str) -> PieceDraft {
    PieceDraft { piece_type: some(piece_type), label: some("pièce n° 1"), ..identity_piece() }
}

pub fn online(events: &[DemandEvent], today: Date, piece_id: u128, act: Act) -> Vec<DemandEvent> {
    let mut command = command(today, act);
    command.by = by(Channel::Online);
    command.piece_id = Uuid::from_u128(piece_id);
    fold(events.to_vec()).decide(&command).expect("the act is lawful")
}

/// The name of each sample, and its event.
pub fn events() -> Vec<(&'static str, DemandEvent)> {
    let mut full = registration(form_in_full());
    full.forced = Some(ForceReason::Homonym);
    full.identity_piece = Some(piece_in_full("ID"));
    let mut events = online(&[], FILED, 2, Act::Register(Box::new(full)));
    let mut named = vec![("registered_full_i", events[0].clone()), ("piece_added_full", events[1].clone())];
    let mut act = |name, today, act| {
        let new = online(&events, today, 3, act);
        named.push((name, new[0].clone()));
        events.extend(new.clone());
        new
    };
    let modify = |origin| Act::Modify { origin, form: Box::new(form_in_full()) };
    act("modified_full_i", date(2025, 4, 1), modify(Origin::Applicant));
    act("modified_by_piece_full_i", date(2025, 4, 2), modify(Origin::Piece { piece_id: Uuid::from_u128(2) }));
    act("modified_by_third_party_full_i", date(2025, 4, 3), modify(Origin::ThirdPartyValidated));
    let only_wishes = FormDraft { sought: form_in_full().sought, ..FormDraft::default() };
    act("modified_wishes_i", date(2025, 4, 4), Act::Modify { origin: Origin::Applicant, form: Box::new(only_wishes) });
    let only_needs = FormDraft { handicap: form_in_full().handicap, ..FormDraft::default() };
    act("modified_needs", date(2025, 4, 4), Act::Modify { origin: Origin::Applicant, form: Box::new(only_needs) });
    act("piece_added_sensitive_type", date(2025, 4, 5), Act::AddPiece(piece_in_full("MOT-08")));
    // A child who is born is no longer expected, a year of income has passed: the renewal tells the state of its day.
    let mut next_year = form_in_full();
    next_year.family.as_mut().unwrap().expected_on = some("2026-06-07");
    act("renewed_full_i", date(2026, 3, 1), Act::Renew { form: Box::new(next_year) });
    let attribution = |rpls| Act::Attribute(AttributionDraft { decided_on: some("2026-04-02"), rpls });
    act("attributed_full", date(2026, 4, 3), attribution(some("0600012345")));
    act("attribution_refused_full", date(2026, 4, 9), Act::RefuseAttribution { refused_on: "2026-04-08".into() });
    act("attributed_without_number", date(2026, 4, 10), attribution(None));
    act("attribution_lapsed_full", date(2026, 5, 3), Act::LapseAttribution { lapsed_on: "2026-05-02".into() });
    for (name, written_act) in
        [("radiated_renunciation_full", WrittenAct::Portal), ("radiated_renunciation_letter", WrittenAct::Letter)]
    {
        let draft = RenunciationDraft { written_on: some("2026-05-04"), written_act: Some(written_act) };
        named.push((name, online(&events, date(2026, 5, 5), 3, Act::Renounce(draft)).remove(0)));
    }
    let mut only_contact = FormDraft { contact: form_in_full().contact, ..FormDraft::default() };
    only_contact.contact.as_mut().unwrap().postal_notices = true;
    let wish = Act::Modify { origin: Origin::Applicant, form: Box::new(only_contact) };
    named.push(("modified_letter_wished", online(&events, date(2026, 5, 5), 3, wish).remove(0)));
    named.extend(past_its_expiry(&events));
    named.extend(warned(&events));
    named.extend(followed_up(&events));
    let signed = online(&events, date(2026, 5, 6), 3, Act::SignLease(Box::new(lease_in_full("2026-05-06"))));
    named.push(("lease_signed_full", signed[0].clone()));
    named.push(("radiated_attribution_full", signed[1].clone()));
    let bare = online(&events, date(2026, 5, 6), 3, Act::SignLease(Box::new(lease("2026-05-06"))));
    named.push(("lease_signed_bare", bare[0].clone()));
    let erasure = fold(events.iter().cloned().chain(bare).collect()).erase(date(2027, 5, 7));
    named.push(("personal_data_erased_full", erasure.unwrap()));
    named.extend(crate::full_parted::parted(&events));
    named.push(("registered_bare", registered(form())[0].clone()));
    let mut of_association = registration(association());
    of_association.identity_piece = None;
    named.push((
        "registered_association_online",
        online(&[], FILED, 2, Act::Register(Box::new(of_association))).remove(0),
    ));
    named
}
