//! A register on a database of its own, with two lessors, a commune and a lessor elsewhere.

use event_log::{Reader, Role, Standby, StreamId, StreamSpan};
use std::sync::Arc;

use demand::form::contact::{AddressDraft, ContactDraft};
use demand::form::family::FamilyDraft;
use demand::form::housing::HousingDraft;
use demand::form::identity::{IdentityDraft, PersonDraft};
use demand::form::reasons::ReasonsDraft;
use demand::form::sought::SoughtDraft;
use demand::pieces::PieceDraft;
use demand::radiation::lease::LeaseDraft;
use demand::radiation::renunciation::{RenunciationDraft, WrittenAct};
use demand::{Act, DemandEvent, FormDraft, Registration, codec};
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use nomenclature::{Actor, Channel, Territory, UniqueNumber};
use private_postgres::test_util::{TestCluster, shared};
use register::{Answer, Error, OrganisationLine, Place, Register, Request, SetClock, StockReader};
use sqlx::postgres::PgConnectOptions;
use tempfile::TempDir;
use uuid::Uuid;
use vault::{KeyId, KeyState, Vault, envelope};

pub const TODAY: Date = date(2026, 11, 23);

pub const NICE: &str = "732829320/G0601/agent-01";
pub const ANTIBES: &str = "210600045/G0604/agent-02";
pub const OTHER_LESSOR: &str = "552032534/G0602/agent-03";
pub const TOULON: &str = "356000000/G8301/agent-04";

pub const ORGANISATIONS: &[&str] = &[
    r#"{"siren":"732829320","name":"Office fictif des Collines","kind":"HLM","territories":["006"],"since":"2020-01-01",
        "desks":[{"code":"G0601","name":"Nice","territory":"006","opened_on":"2020-01-01"}]}"#,
    r#"{"siren":"552032534","name":"Société fictive du Var","kind":"SEM","territories":["006"],"since":"2020-01-01",
        "desks":[{"code":"G0602","name":"Cannes","territory":"006","opened_on":"2020-01-01"}]}"#,
    r#"{"siren":"210600045","name":"Commune d'Antibes","kind":"COLLECTIVITE","territories":["006"],"since":"2020-01-01",
        "desks":[{"code":"G0604","name":"Mairie","territory":"006","opened_on":"2020-01-01"}]}"#,
    r#"{"siren":"356000000","name":"Office fictif de la Rade","kind":"HLM","territories":["083"],"since":"2020-01-01",
        "desks":[{"code":"G8301","name":"Toulon","territory":"083","opened_on":"2020-01-01"}]}"#,
];

/// A register and where it lives.
pub struct World {
    pub register: Register,
    pub clock: Arc<SetClock>,
    pub database: String,
    pub keys: TempDir,
}

pub fn cluster() -> &'static TestCluster {
    shared()
}

/// A new database with the roles and the login of the program.
pub fn new_database() -> String {
    let name = cluster().fresh_name("register");
    cluster().create_database(&name, None).expect("the cluster answers");
    let script = format!(
        "{} DO $$ BEGIN CREATE ROLE sne_app LOGIN NOINHERIT; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
         GRANT sne_owner, sne_writer, sne_projector, sne_reader, sne_infocentre TO sne_app;",
        event_log::ROLES_SQL
    );
    // Roles are the cluster's: tests that make them at once may collide, and then they are there.
    for _ in 0..5 {
        if cluster().psql(&name, &script).is_ok() {
            return name;
        }
    }
    panic!("the roles cannot be made");
}

pub fn options(database: &str) -> PgConnectOptions {
    cluster().url("sne_app", database).parse().expect("a PostgreSQL URL")
}

pub fn noon(day: Date) -> jiff::Timestamp {
    TimeZone::get("Europe/Paris").unwrap().to_timestamp(day.at(12, 0, 0, 0)).unwrap()
}

impl World {
    pub async fn new() -> Self {
        let keys = tempfile::tempdir().unwrap();
        let clock = Arc::new(SetClock::at(noon(TODAY)));
        let database = new_database();
        let register = open(&database, keys.path(), &clock).await.expect("the register opens");
        for line in ORGANISATIONS {
            let line: OrganisationLine = serde_json::from_str(line).unwrap();
            register.import_organisation(line).await.expect("the organisation is entered");
        }
        Self { register, clock, database, keys }
    }

    /// Another process on the same register.
    pub async fn another(&self) -> Register {
        open(&self.database, self.keys.path(), &self.clock).await.expect("the register opens")
    }

    pub async fn stock(&self) -> StockReader {
        StockReader::open(options(&self.database)).await.unwrap()
    }

    pub async fn act(&self, actor: &str, number: Option<UniqueNumber>, act: Act) -> Result<Answer, Error> {
        self.register.execute(request(actor, number, act)).await
    }

    pub async fn register(&self, actor: &str, form: FormDraft) -> Result<Answer, Error> {
        self.act(actor, None, register(form)).await
    }

    /// The events of a demand as who has its key reads them.
    pub async fn opened(&self, number: UniqueNumber) -> Vec<DemandEvent> {
        let pool = event_log::connect(options(&self.database), Role::Projector, 1).await.unwrap();
        let vault = Vault::open_folder(pool.clone(), self.keys.path(), TODAY).await.unwrap();
        let stream = StreamId::parse(number.to_string()).unwrap();
        let mut opened = Vec::new();
        for event in Reader::new(pool).read_stream(&stream, StreamSpan::ALL).await.unwrap() {
            let parts = match event.key_id.map(KeyId::new) {
                None => Vec::new(),
                Some(key_id) => {
                    let mut states = vault.states(&[key_id]).await.unwrap();
                    let Some(KeyState::Live(key)) = states.remove(&key_id) else { panic!("its key lives") };
                    let place =
                        envelope::Place { stream: event.stream.as_str(), version: u64::from(event.version), key_id };
                    envelope::open(&key, &place, &event.sealed).unwrap()
                }
            };
            opened.push(codec::decode(&event.event_type, event.schema_version, &event.payload, &parts).unwrap());
        }
        opened
    }

    /// Runs SQL as the superuser, as somebody with bad intentions could.
    pub fn tamper(&self, sql: &str) {
        cluster().psql(&self.database, sql).expect("the superuser may do anything");
    }
}

pub async fn open(database: &str, keys: &std::path::Path, clock: &Arc<SetClock>) -> Result<Register, Error> {
    let place = Place {
        database: options(database),
        keys: keys.to_owned(),
        connections: 4,
        standby: Standby::NotAsked,
        clock: clock.clone(),
    };
    Register::open(place).await
}

pub fn request(actor: &str, number: Option<UniqueNumber>, act: Act) -> Request {
    Request {
        command_id: Uuid::new_v4(),
        actor: Actor::parse(actor).unwrap(),
        channel: Channel::Desk,
        number,
        expected_version: None,
        act,
    }
}

pub fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

pub fn person(surname: &str, given_names: &str, birth_date: &str) -> PersonDraft {
    PersonDraft {
        surname: some(surname),
        given_names: some(given_names),
        birth_date: some(birth_date),
        nationality: some("1"),
        ..PersonDraft::default()
    }
}

/// A single person who asks for a dwelling in a commune.
pub fn form_in(commune: &str, postal_code: &str, person: PersonDraft) -> FormDraft {
    let address = AddressDraft {
        street: some("rue des Lilas"),
        postal_code: some(postal_code),
        commune: some(commune),
        ..AddressDraft::default()
    };
    FormDraft {
        identity: Some(IdentityDraft { applicant: Some(person), ..IdentityDraft::default() }),
        contact: Some(ContactDraft { postal_address: Some(address), ..ContactDraft::default() }),
        family: Some(FamilyDraft { situations: vec!["C".into()], ..FamilyDraft::default() }),
        housing: Some(HousingDraft { kinds: vec!["CPE".into()], ..HousingDraft::default() }),
        reasons: Some(ReasonsDraft { reasons: vec!["12".into()], ..ReasonsDraft::default() }),
        sought: Some(SoughtDraft {
            dwelling_types: vec!["T2".into()],
            communes: vec![commune.into()],
            extended: Some(false),
            ..SoughtDraft::default()
        }),
        ..FormDraft::default()
    }
}

pub fn form(person: PersonDraft) -> FormDraft {
    form_in("06088", "06300", person)
}

pub fn registration(territory: &str, form: FormDraft) -> Registration {
    Registration {
        territory: Territory::parse(territory).unwrap(),
        filed_on: None,
        form,
        identity_piece: Some(PieceDraft {
            piece_type: some("ID"),
            sha256: some(&"a".repeat(64)),
            ..PieceDraft::default()
        }),
        forced: None,
        employer_siret: None,
    }
}

pub fn register(form: FormDraft) -> Act {
    Act::Register(Box::new(registration("006", form)))
}

pub fn renew() -> Act {
    Act::Renew { form: Box::default() }
}

pub fn renounce() -> Act {
    Act::Renounce(RenunciationDraft { written_on: Some(TODAY.to_string()), written_act: Some(WrittenAct::Letter) })
}

pub fn sign_lease() -> Act {
    Act::SignLease(Box::new(LeaseDraft {
        signed_on: Some(TODAY.to_string()),
        rpls: some("0600012345"),
        already_housed: some("NON"),
        collective_agreement: some("AUCUN"),
        reservation_holder: some("COLTER"),
        dalo: some("NON"),
        ..LeaseDraft::default()
    }))
}
