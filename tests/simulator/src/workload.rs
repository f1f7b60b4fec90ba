//! What clients ask for: a few persons whom several desks know, and all acts of a life.

use demand::co_applicant::DropDraft;
use demand::form::contact::{AddressDraft, ContactDraft};
use demand::form::family::FamilyDraft;
use demand::form::housing::HousingDraft;
use demand::form::identity::{CoApplicantDraft, IdentityDraft, PersonDraft};
use demand::form::reasons::ReasonsDraft;
use demand::form::sought::SoughtDraft;
use demand::modification::Origin;
use demand::notice::{NoticeChannel, NoticeSentDraft};
use demand::pieces::PieceDraft;
use demand::radiation::lease::LeaseDraft;
use demand::radiation::renunciation::{RenunciationDraft, WrittenAct};
use demand::registration::ForceReason;
use demand::reinstatement::ReinstatementDraft;
use demand::rupture::{DropGround, SeparationGround};
use demand::separation::SeparationDraft;
use demand::{Act, FormDraft, Registration};
use jiff::civil::Date;
use nomenclature::Territory;
use uuid::Uuid;

use crate::dice::Dice;

/// A desk that clients act for, and the commune in its territory that they ask for.
#[derive(Clone, Copy, Debug)]
pub struct Desk {
    /// Who acts there.
    pub actor: &'static str,
    /// Its territory.
    pub territory: &'static str,
    commune: &'static str,
    postal_code: &'static str,
}

const fn in_nice(actor: &'static str) -> Desk {
    Desk { actor, territory: "006", commune: "06088", postal_code: "06300" }
}

/// The desks: three of one territory, one of them the State's, which keeps the renewals, and one of another.
pub const DESKS: [Desk; 4] = [
    in_nice("732829320/G0601/agent-01"),
    in_nice("210600045/G0604/agent-02"),
    Desk { actor: "356000000/G8301/agent-04", territory: "083", commune: "83137", postal_code: "83000" },
    in_nice("000005165/G06P1/agent-09"),
];

/// Their organisations.
pub const ORGANISATIONS: [&str; 4] = [
    r#"{"siren":"732829320","name":"Office fictif des Collines","kind":"HLM","territories":["006"],"since":"2020-01-01",
        "desks":[{"code":"G0601","name":"Nice","territory":"006","opened_on":"2020-01-01"}]}"#,
    r#"{"siren":"210600045","name":"Commune d'Antibes","kind":"COLLECTIVITE","territories":["006"],"since":"2020-01-01",
        "desks":[{"code":"G0604","name":"Mairie","territory":"006","opened_on":"2020-01-01"}]}"#,
    r#"{"siren":"356000000","name":"Office fictif de la Rade","kind":"HLM","territories":["083"],"since":"2020-01-01",
        "desks":[{"code":"G8301","name":"Toulon","territory":"083","opened_on":"2020-01-01"}]}"#,
    r#"{"siren":"000005165","name":"Service fictif de l'État","kind":"ETAT","territories":["006"],"since":"2020-01-01",
        "desks":[{"code":"G06P1","name":"Nice","territory":"006","opened_on":"2020-01-01"}]}"#,
];

/// Surname, given name, day of birth: few, so that everybody is known everywhere.
const PERSONS: [(&str, &str, &str); 6] = [
    ("Lune", "Zoé", "1990-02-28"),
    ("Soleil", "Paul", "1988-07-14"),
    ("Mars", "Inès", "1979-01-01"),
    ("Vénus", "Ana", "1984-02-29"),
    ("Lune", "Léa", "1990-02-28"),
    ("Terre", "Jean", "2000-12-31"),
];

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// A person as one desk or another writes him.
fn person(dice: &mut Dice) -> PersonDraft {
    let (surname, given_names, birth_date) = dice.pick(&PERSONS).copied().unwrap_or_default();
    let (surname, given_names) = match dice.below(3) {
        0 => (surname.to_uppercase(), given_names.to_lowercase()),
        1 => (plain(surname), plain(given_names)),
        _ => (surname.to_owned(), given_names.to_owned()),
    };
    PersonDraft {
        surname: Some(surname),
        given_names: Some(given_names),
        birth_date: some(birth_date),
        nationality: some("1"),
        ..PersonDraft::default()
    }
}

/// A name as it is compared: no marks, no capitals.
pub fn plain(name: &str) -> String {
    name.to_lowercase().replace(['é', 'è'], "e")
}

fn form(desk: Desk, persons: Vec<PersonDraft>) -> FormDraft {
    let address = AddressDraft {
        street: some("rue des Lilas"),
        postal_code: some(desk.postal_code),
        commune: some(desk.commune),
        ..AddressDraft::default()
    };
    let situations = if persons.len() == 1 { vec!["C".to_owned()] } else { vec!["U".to_owned(); persons.len()] };
    let mut persons = persons.into_iter();
    let applicant = persons.next();
    let co_applicants = persons.map(|person| CoApplicantDraft { link: some("C"), person }).collect();
    FormDraft {
        identity: Some(IdentityDraft { applicant, co_applicants, ..IdentityDraft::default() }),
        contact: Some(ContactDraft { postal_address: Some(address), ..ContactDraft::default() }),
        family: Some(FamilyDraft { situations, ..FamilyDraft::default() }),
        housing: Some(HousingDraft { kinds: vec!["CPE".into()], ..HousingDraft::default() }),
        reasons: Some(ReasonsDraft { reasons: vec!["12".into()], ..ReasonsDraft::default() }),
        sought: Some(SoughtDraft {
            dwelling_types: vec!["T2".into()],
            communes: vec![desk.commune.into()],
            extended: Some(false),
            ..SoughtDraft::default()
        }),
        ..FormDraft::default()
    }
}

fn piece(piece_type: &str) -> PieceDraft {
    PieceDraft { piece_type: some(piece_type), sha256: some(&"a".repeat(64)), ..PieceDraft::default() }
}

/// A registration: of one or two persons, sometimes of a true homonym.
pub fn register(dice: &mut Dice, desk: Desk) -> Act {
    let persons = if dice.percent(30) { vec![person(dice), person(dice)] } else { vec![person(dice)] };
    Act::Register(Box::new(Registration {
        territory: Territory::parse(desk.territory).unwrap_or_else(|_| unreachable!("a territory of the table")),
        filed_on: None,
        form: form(desk, persons),
        identity_piece: Some(piece("ID")),
        forced: dice.percent(12).then_some(ForceReason::Homonym),
        employer_siret: None,
    }))
}

/// What is known of a demand by who acts on it.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Its pieces.
    pub pieces: Vec<Uuid>,
    /// Its co-applicant as he was written, when it has one.
    pub co_applicant: Option<PersonDraft>,
}

/// An act on a demand.
pub fn act(dice: &mut Dice, desk: Desk, today: Date, known: &Known) -> Act {
    let day = || Some(today.to_string());
    match dice.below(100) {
        0..14 => Act::AddPiece(piece("FAM-MAR")),
        14..24 => Act::Renew { form: Box::default() },
        24..34 => Act::Attribute(demand::attribution::AttributionDraft { decided_on: day(), ..Default::default() }),
        34..38 => Act::RefuseAttribution { refused_on: today.to_string() },
        38..48 => Act::SignLease(Box::new(LeaseDraft {
            signed_on: day(),
            rpls: some("0600012345"),
            already_housed: some("NON"),
            collective_agreement: some("AUCUN"),
            reservation_holder: some("COLTER"),
            dalo: some("NON"),
            ..LeaseDraft::default()
        })),
        48..56 => Act::Renounce(RenunciationDraft { written_on: day(), written_act: Some(WrittenAct::Letter) }),
        56..68 => Act::Separate(Box::new(SeparationDraft {
            co_applicant: Some(0),
            ground: Some(SeparationGround::SwornStatement),
            warned_on: day(),
            form: form(desk, vec![known.co_applicant.clone().unwrap_or_else(|| person(dice))]),
            identity_piece: Some(piece("ID")),
            proof: Some(piece("FAM-HON")),
            forced: dice.percent(20).then_some(ForceReason::Homonym),
            ..SeparationDraft::default()
        })),
        68..74 => Act::DropCoApplicant(DropDraft {
            co_applicant: Some(0),
            ground: Some(DropGround::Death),
            piece_id: dice.pick(&known.pieces).copied(),
            ..DropDraft::default()
        }),
        74..84 => Act::Modify {
            origin: Origin::Piece { piece_id: dice.pick(&known.pieces).copied().unwrap_or_default() },
            form: Box::new(FormDraft { identity: form(desk, vec![person(dice)]).identity, ..FormDraft::default() }),
        },
        84..88 => Act::ListNotice {},
        88..91 => {
            let reference = some("LOT 1");
            Act::RecordNoticeSent(NoticeSentDraft { sent_on: day(), channel: Some(NoticeChannel::Post), reference })
        }
        91..94 => Act::RadiateNotRenewed {},
        _ => Act::Reinstate(ReinstatementDraft::default()),
    }
}
