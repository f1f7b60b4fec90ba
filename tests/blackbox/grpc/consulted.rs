//! Who looked is recorded: by every method that shows something of a household, in a server that stops or is killed.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use client::{Answer, Client};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use nomenclature::Actor;
use private_postgres::test_util::shared;
use proto::v1::ListConsultationsResponse;
use register::SystemClock;
use serde_json::{Value, json};
use server::Options;
use tests::cast::{self, ANTIBES, NICE, STATE, STATE_LINE, TOULON};
use tests::stage::served::Served;
use tests::stage::world;
use uuid::Uuid;

use crate::in_process::{InProcess, Prepared};
use crate::tidy::{files, root};

const AUDITOR: &str = "000090001/-/agent-05";
const AUDITOR_LINE: &str = r#"{"siren":"000090001","name":"Auditeur fictif","kind":"AUDIT","territories":["006"],"since":"2020-01-01","desks":[]}"#;

/// What a method leaves in the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Leaves {
    /// An entry of this kind.
    A(&'static str),
    /// Nothing: counts, days, delays or outcomes, and nobody's name.
    Nothing,
    /// Nothing: it is an act, whose author stands in the log, and its answer shows nothing.
    AnAct,
    /// Nothing of a household: it tells of accounts, to whoever administers them (`administration.rs` asks it).
    OfAccounts,
    /// Nothing: an applicant is told of organisations.
    OfOneself,
}

use Leaves::{A, AnAct, Nothing, OfAccounts, OfOneself};

/// Every method of the interface, written by hand: whatever shows something of a household is recorded (INV-43).
const METHODS: &[(&str, Leaves)] = &[
    ("AdministrationService/AdministerAgent", AnAct),
    ("AdministrationService/AdministerOrganisation", AnAct),
    ("AdministrationService/EnterAgent", AnAct),
    ("AdministrationService/ListAlerts", OfAccounts),
    ("AdministrationService/ListReaders", OfAccounts),
    ("AdministrationService/ListRights", OfAccounts),
    ("AdministrationService/ListSuspensions", OfAccounts),
    ("AuditService/FollowLog", A("LOG")),
    ("AuditService/ReplayDemand", A("REPLAY")),
    ("AuditService/ReplayLog", A("LOG")),
    ("CommandService/FenceCommand", AnAct),
    ("CommandService/GetOutcome", Nothing),
    ("ConsultationService/ListConsultations", A("RECORD")),
    ("ConsultationService/ListOwnConsultations", OfOneself),
    ("DaloService/EndDalo", AnAct),
    ("DaloService/RecordDaloDecision", AnAct),
    ("DaloService/RecordDaloRehousing", AnAct),
    ("DaloService/RecordDaloSeisin", AnAct),
    ("FollowUpService/DepositPiece", AnAct),
    ("FollowUpService/IssueCertificate", AnAct),
    ("FollowUpService/ListRenewalNotice", AnAct),
    ("FollowUpService/RadiateInadmissible", AnAct),
    ("FollowUpService/RadiateNoAnswer", AnAct),
    ("FollowUpService/RadiateNotRenewed", AnAct),
    ("FollowUpService/RecordAnswer", AnAct),
    ("FollowUpService/RecordInadmissibility", AnAct),
    ("FollowUpService/RecordNoticeReturned", AnAct),
    ("FollowUpService/RecordNoticeSent", AnAct),
    ("FollowUpService/RecordWarning", AnAct),
    ("FollowUpService/ReinstateDemand", AnAct),
    ("FollowUpService/ReportLease", AnAct),
    ("FollowUpService/SetDepositAside", AnAct),
    ("FollowUpService/WithdrawLeaseReport", AnAct),
    ("InfocentreService/CompareFigures", Nothing),
    ("InfocentreService/GetSeries", Nothing),
    ("InfocentreService/GetTable", Nothing),
    ("RegistrationService/AddPiece", AnAct),
    ("RegistrationService/FindByIdentity", A("IDENTITY")),
    ("RegistrationService/GetDemand", A("DEMAND")),
    ("RegistrationService/GetDemandAtDesk", A("DEMAND")),
    ("RegistrationService/LapseAttribution", AnAct),
    ("RegistrationService/ModifyDemand", AnAct),
    ("RegistrationService/RecordAttribution", AnAct),
    ("RegistrationService/RefuseAttribution", AnAct),
    ("RegistrationService/RegisterDemand", AnAct),
    ("RegistrationService/RenewDemand", AnAct),
    ("RegistrationService/RenounceDemand", AnAct),
    ("RegistrationService/SignLease", AnAct),
    ("SeparationService/DropCoApplicant", AnAct),
    ("SeparationService/SeparateDemand", AnAct),
    ("SharedManagementService/GetSharedDemand", A("SHARED")),
    ("SharedManagementService/ListDeadlines", Nothing),
    ("SharedManagementService/ListDemandsElsewhere", A("ELSEWHERE")),
    ("SharedManagementService/ListLateRadiations", Nothing),
    ("SharedManagementService/ListSharedDemands", A("SEARCH")),
    ("TerritoryService/ChangeSetting", AnAct),
    ("TerritoryService/EndAbnormalDelay", AnAct),
    ("TerritoryService/GetSettings", Nothing),
    ("TerritoryService/SetAbnormalDelay", AnAct),
    ("TerritoryService/WithdrawSetting", AnAct),
];

/// Every method that the interface describes.
fn described() -> BTreeSet<String> {
    let mut methods = BTreeSet::new();
    for file in files(&root().join("proto/sne/v1"), &["proto"]) {
        let text = std::fs::read_to_string(file).unwrap();
        let name = |line: &str, word: &str| {
            line.trim().strip_prefix(word).map(|rest| rest.split([' ', '(', '{']).next().unwrap().to_owned())
        };
        let service = text.lines().find_map(|line| name(line, "service "));
        methods.extend(
            text.lines()
                .filter_map(|line| name(line, "rpc "))
                .map(|method| format!("{}/{method}", service.as_deref().unwrap())),
        );
    }
    methods
}

#[test]
fn every_method_of_the_interface_says_whether_it_is_recorded_who_called_it() {
    let rows: Vec<&str> = METHODS.iter().map(|(method, _)| *method).collect();
    assert_eq!(rows, described().iter().map(String::as_str).collect::<Vec<_>>());
}

pub fn actor(text: &str) -> Actor {
    Actor::parse(text).unwrap()
}

pub struct Stage {
    pub server: InProcess,
    pub client: Client,
    pub answer: Answer,
}

pub async fn registered(client: &Client, surname: &str) -> Answer {
    let act = cast::register(cast::form(surname, "Zoé", "1990-02-28"));
    client.act(actor(NICE), Uuid::new_v4(), None, &act).await.unwrap()
}

impl Stage {
    pub async fn new() -> Self {
        let prepared = Prepared::new(Arc::new(SystemClock)).await;
        for line in [STATE_LINE, AUDITOR_LINE] {
            prepared.register.import_organisation(serde_json::from_str(line).unwrap()).await.unwrap();
        }
        let server = prepared.serve(Options::default()).await;
        let client = server.client();
        let answer = registered(&client, "Lune").await;
        Self { server, client, answer }
    }

    /// Kinds, actors and numbers, once everything is durable.
    pub fn recorded(&self, columns: &str) -> Vec<String> {
        let all = format!("SELECT concat_ws(' ', {columns}) FROM register.consultations ORDER BY entered_at, id");
        let waiting = Instant::now() + Duration::from_secs(1);
        let mut found = Vec::new();
        while Instant::now() < waiting {
            found = shared().psql(&self.server.database, &all).unwrap().lines().map(str::to_owned).collect();
        }
        found
    }
}

/// Who asks, and what.
fn question(method: &str, number: &str, position: i64) -> (&'static str, Value) {
    let month = json!({"place": "006", "month": "2026-01"});
    match method {
        "AuditService/ReplayDemand" => (AUDITOR, json!({"number": number})),
        "AuditService/ReplayLog" | "AuditService/FollowLog" => (AUDITOR, json!({})),
        "ConsultationService/ListConsultations" => (STATE, json!({"number": number})),
        "CommandService/GetOutcome" => (NICE, json!({"request_id": Uuid::new_v4()})),
        "InfocentreService/GetSeries" => (
            NICE,
            json!({"measures": ["MEASURE_STOCK"], "place": "006", "from_month": "2026-01", "to_month": "2026-02"}),
        ),
        "InfocentreService/GetTable" => {
            (NICE, json!({"measure": "MEASURE_STOCK", "dimension": "DIMENSION_COMMUNE", "cell": month}))
        }
        "InfocentreService/CompareFigures" => {
            (NICE, json!({"measure": "MEASURE_STOCK", "first": month, "second": month}))
        }
        "RegistrationService/FindByIdentity" => {
            (ANTIBES, json!({"surname": "Lune", "given_names": "Zoé", "birth_date": "1990-02-28"}))
        }
        "SharedManagementService/ListSharedDemands" => (NICE, json!({"name": "Lune", "at_least_position": position})),
        "SharedManagementService/ListDeadlines" | "SharedManagementService/ListLateRadiations" => {
            (NICE, json!({"at_least_position": position}))
        }
        "RegistrationService/GetDemand" => (ANTIBES, json!({"number": number})),
        "RegistrationService/GetDemandAtDesk" => (ANTIBES, json!({"number": number, "birth_date": "1990-02-28"})),
        "TerritoryService/GetSettings" => (NICE, json!({})),
        _ => (NICE, json!({"number": number, "at_least_position": position})),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_43_whatever_shows_something_of_a_household_is_recorded_with_who_asked() {
    let stage = Stage::new().await;
    let (number, position) = (stage.answer.number.to_string(), stage.answer.position);
    let mut expected = Vec::new();
    for (method, leaves) in METHODS.iter().filter(|(_, leaves)| !matches!(leaves, AnAct | OfAccounts | OfOneself)) {
        let (who, message) = question(method, &number, position);
        if *method == "AuditService/FollowLog" {
            // It never ends by itself: whoever follows has begun to.
            let follow = stage.client.stream::<()>(actor(who), method, &message);
            let _ = tokio::time::timeout(Duration::from_millis(500), follow).await;
        } else if method.starts_with("AuditService/") {
            stage.client.stream::<()>(actor(who), method, &message).await.unwrap();
        } else {
            stage.client.call::<()>(actor(who), method, &message).await.unwrap();
        }
        if let A(kind) = leaves {
            let log = *kind == "LOG";
            let (territory, numbers) = if log { ("-", "{}".to_owned()) } else { ("006", format!("{{{number}}}")) };
            expected.push(format!("{kind} {who} {territory} {numbers}"));
        }
    }
    let mut recorded = stage.recorded("kind, actor, coalesce(territory, '-'), numbers");
    recorded.sort();
    expected.sort();
    assert_eq!(recorded, expected);
    // Nothing that was asked or shown can be read in it.
    let text =
        shared().psql(&stage.server.database, "SELECT string_agg(c::text, ';') FROM register.consultations AS c");
    let text = text.unwrap().to_lowercase();
    assert!(!text.contains("lune") && !text.contains("zoé") && !text.contains("1990-02-28"), "{text}");
    stage.server.stops().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_43_who_keeps_the_territory_lists_who_looked_page_by_page_and_nobody_else_does() {
    let stage = Stage::new().await;
    let number = stage.answer.number.to_string();
    for who in [NICE, ANTIBES, NICE] {
        stage.client.call::<()>(actor(who), "RegistrationService/GetDemand", &json!({"number": number})).await.unwrap();
    }
    stage.recorded("1");
    let list = "ConsultationService/ListConsultations";
    let ask = async |who: &str, message: Value| {
        let listed = stage.client.call::<ListConsultationsResponse>(actor(who), list, &message).await;
        listed.map_err(|refused| refused.reason().unwrap_or_default().to_owned())
    };
    let first = ask(STATE, json!({"number": number, "page_size": 2})).await.unwrap();
    let second =
        ask(STATE, json!({"number": number, "page_size": 2, "page_token": first.next_page_token})).await.unwrap();
    let seen: Vec<(&str, &str)> = first
        .consultations
        .iter()
        .chain(&second.consultations)
        .map(|look| (look.kind().as_str_name(), look.actor.as_str()))
        .collect();
    let (read, looked) = ("CONSULTATION_KIND_DEMAND", "CONSULTATION_KIND_RECORD");
    // What was just asked may be among the answers already.
    let reads: Vec<&str> = seen.iter().filter(|(kind, _)| *kind == read).map(|(_, who)| *who).collect();
    assert!(seen.iter().all(|(kind, who)| *kind == read || (*kind == looked && *who == STATE)), "{seen:?}");
    assert!(reads.len() >= 2 && reads[0] == NICE && reads[1] == ANTIBES, "the last one first: {seen:?}");
    let of_antibes = ask(STATE, json!({"actor": ANTIBES})).await.unwrap().consultations;
    assert_eq!(of_antibes.len(), 1);
    assert_eq!(of_antibes[0].demands[0].number, number);

    // A token is good for its question alone.
    let token = &first.next_page_token;
    for other in [json!({"actor": NICE, "page_token": token}), json!({"number": number, "page_token": "x"})] {
        assert_eq!(ask(STATE, other).await.err().unwrap(), "INVALID_PAGE_TOKEN");
    }
    assert_eq!(ask(NICE, json!({"number": number})).await.err().unwrap(), "NOT_THE_MANAGER");
    assert_eq!(ask(TOULON, json!({"number": number})).await.err().unwrap(), "DEMAND_NOT_FOUND");
    for faulty in [json!({}), json!({"number": "x"}), json!({"actor": "x"}), json!({"number": number, "actor": NICE})] {
        assert_eq!(ask(STATE, faulty).await.err().unwrap(), "INVALID_FORM");
    }
    stage.server.stops().await;
}

/// A server in a process of its own, on a register with one demand.
struct Apart {
    served: Served,
    database: String,
    number: String,
    client: Client,
    _folder: tempfile::TempDir,
}

impl Apart {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (database, url) = world::new_database(shared());
        let register = world::open(&url, &folder.path().join("keys"), Arc::new(SystemClock)).await;
        world::bring_in_the_cast(&register).await;
        drop(register);
        let served = Served::on(&url, folder.path());
        let client = Client::at(&served.address, &served.tokens).unwrap();
        let number = registered(&client, "Lune").await.number.to_string();
        Self { served, database, number, client, _folder: folder }
    }

    fn count(&self, sql: &str) -> usize {
        shared().psql(&self.database, sql).unwrap().parse().unwrap()
    }

    /// Reads from several sides until told to stop, or nobody answers; when each answer came.
    fn read(
        &self,
        stop: tokio::sync::watch::Receiver<bool>,
    ) -> (Arc<Mutex<Vec<Instant>>>, Vec<tokio::task::JoinHandle<()>>) {
        let answered = Arc::new(Mutex::new(Vec::new()));
        let reader = |_| {
            let (client, answered) = (self.client.clone(), Arc::clone(&answered));
            let (stop, message) = (stop.clone(), json!({"number": self.number}));
            tokio::spawn(async move {
                while !*stop.borrow() {
                    match client.call::<()>(actor(NICE), "RegistrationService/GetDemand", &message).await {
                        Ok(()) => answered.lock().unwrap().push(Instant::now()),
                        Err(_) => return,
                    }
                }
            })
        };
        let readers = (0..8).map(reader).collect();
        (answered, readers)
    }
}

/// Until some answers came, over some time.
async fn until(answered: &Mutex<Vec<Instant>>, some: usize, over: Duration) {
    loop {
        {
            let answered = answered.lock().unwrap();
            if answered.len() >= some && answered[0].elapsed() >= over {
                return;
            }
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

const ENTRIES: &str = "SELECT count(*) FROM register.consultations WHERE kind = 'DEMAND'";

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_loses_at_most_the_looks_of_the_last_second() {
    let apart = Apart::new().await;
    let (_stop, stopped) = tokio::sync::watch::channel(false);
    let (answered, readers) = apart.read(stopped);
    until(&answered, 200, Duration::from_secs(2)).await;
    let killed = Instant::now();
    kill(Pid::from_raw(i32::try_from(apart.served.id()).unwrap()), Signal::SIGKILL).unwrap();
    for reader in readers {
        reader.await.unwrap();
    }
    // What the server of the database was told before is done when its sessions are gone.
    let sessions =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'sne\\_%'";
    while apart.count(sessions) > 0 {
        tokio::task::yield_now().await;
    }
    let answered = answered.lock().unwrap();
    let older = answered.iter().filter(|at| killed.duration_since(**at) >= Duration::from_secs(1)).count();
    let entries = apart.count(ENTRIES);
    assert!(older > 0 && entries >= older, "{entries} entries of {older} answers that were a second old");
    eprintln!("of {} answers, {} are recorded", answered.len(), entries);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_stops_records_every_look_that_it_answered() {
    let apart = Apart::new().await;
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let (answered, readers) = apart.read(stopped);
    until(&answered, 100, Duration::ZERO).await;
    let (database, folder) = (apart.database.clone(), apart._folder);
    let log = tokio::task::spawn_blocking({
        let served = apart.served;
        move || served.stops()
    })
    .await
    .unwrap();
    stop.send_replace(true);
    for reader in readers {
        reader.await.unwrap();
    }
    let entries: usize = shared().psql(&database, ENTRIES).unwrap().parse().unwrap();
    let answered = answered.lock().unwrap().len();
    assert!(entries >= answered, "{entries} entries of {answered} answers");
    assert!(!log.contains("consultations are lost"), "{log}");
    drop(folder);
}
