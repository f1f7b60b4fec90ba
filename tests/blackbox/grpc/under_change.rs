//! What rights come to while somebody uses them: between two pages of a list, and in the middle of a stream. And what is told of
//! things that are somebody else's.

use std::sync::Arc;
use std::time::{Duration, Instant};

use access::agent::command::AgentAct;
use access::{OrganisationAct, Role};
use client::{Client, Refused, Told};
use nomenclature::{Actor, AgentId, Siren, SuspensionReason, Territory};
use private_postgres::test_util::shared;
use proto::v1::{FollowLogResponse, GetDemandResponse, ListSharedDemandsResponse, ReplayDemandResponse};
use register::{AdministrationAct, Clock as _, Register, SystemClock};
use serde_json::{Value, json};
use server::Options;
use tests::cast::{self, CANNES, NICE, TOULON};
use tests::stage::accounts::{administer, with_role};
use uuid::Uuid;

use crate::in_process::{InProcess, Prepared};

const LESSOR: &str = "732829320";
/// A stream ends within a second; the busiest machine takes longer.
const A_SECOND: Duration = Duration::from_secs(15);

struct Scene {
    register: Register,
    server: InProcess,
    client: Client,
}

impl Scene {
    /// With so many demands in Nice.
    async fn new(demands: usize) -> Self {
        let prepared = Prepared::new(Arc::new(SystemClock)).await;
        let register = prepared.register.clone();
        let server = prepared.serve(Options::default()).await;
        let scene = Self { register, client: server.client(), server };
        for nth in 0..demands {
            scene.registered(NICE, "006", nth).await;
        }
        scene
    }

    async fn registered(&self, desk: &str, territory: &str, nth: usize) -> client::Answer {
        let mut form = cast::form(&format!("Lune {}", cast::letters(nth)), "Zoé", "1990-02-28");
        if territory == "083" {
            form["sought"]["communes"] = json!(["83137"]);
        }
        let mut act = cast::register(form);
        act["register"]["territory"] = json!(territory);
        self.client.act(actor(desk), Uuid::new_v4(), None, &act).await.unwrap()
    }

    async fn page(&self, who: Actor, token: &str) -> Result<ListSharedDemandsResponse, Refused> {
        let head = self.register.reader().head().await.unwrap().get().to_string();
        let asked = json!({"page_size": 1, "page_token": token, "at_least_position": head});
        self.client.call(who, "SharedManagementService/ListSharedDemands", &asked).await
    }

    async fn organisation(&self, siren: &str, act: OrganisationAct) {
        let siren = Siren::parse(siren).unwrap();
        administer(&self.register, AdministrationAct::Organisation { siren, act }).await;
    }

    /// Two organisations that audit; an auditor of the first.
    async fn auditors(&self) -> Actor {
        for siren in ["000090001", "000090142"] {
            let line = json!({"siren": siren, "name": "Auditeur fictif", "kind": "AUDIT", "territories": ["006"],
                "since": "2020-01-01"});
            self.register.import_organisation(serde_json::from_value(line).unwrap()).await.unwrap();
        }
        actor("000090001/-/agent-05")
    }

    /// Follows the log until the stream is cut: the refusal, once an act was done in the middle of it, and how soon.
    async fn cut(&self, auditor: Actor, act: AdministrationAct) -> (Told, Duration) {
        let client = self.server.client();
        let following = tokio::spawn(async move {
            client.stream::<FollowLogResponse>(auditor, "AuditService/FollowLog", &json!({})).await
        });
        // Whoever takes the log is recorded before its first event leaves.
        let looks = format!("SELECT count(*) FROM register.consultations WHERE actor = '{auditor}'");
        let began = Instant::now();
        while shared().psql(&self.server.database, &looks).unwrap() == "0" {
            assert!(began.elapsed() < Duration::from_secs(20), "the stream does not begin");
            assert!(!following.is_finished(), "the stream ends by itself");
        }
        administer(&self.register, act).await;
        let done = Instant::now();
        match following.await.unwrap() {
            Err(Refused::Told(told)) => (*told, done.elapsed()),
            Err(other) => panic!("{other}"),
            Ok(_) => panic!("the stream ends by itself"),
        }
    }
}

fn actor(text: &str) -> Actor {
    Actor::parse(text).unwrap()
}

fn reason<T>(answered: Result<T, Refused>) -> String {
    match answered {
        Err(Refused::Told(told)) => told.reason,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("not refused"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_45_a_right_that_is_withdrawn_between_two_pages_gives_no_second_one() {
    let scene = Scene::new(3).await;
    let reader = with_role(&scene.register, LESSOR, "lecture@exemple.fr", Role::ConsultantSimple).await;
    let token = scene.page(reader, "").await.unwrap().next_page_token;
    assert_eq!(scene.page(reader, &token).await.unwrap().demands.len(), 1);
    let Actor::Agent { agent, .. } = reader else { panic!("an agent") };
    let territories = Territory::parse("006").unwrap().into();
    let act = AgentAct::Revoke { role: Role::ConsultantSimple, territories };
    administer(&scene.register, AdministrationAct::Agent { agent, act }).await;
    let refused = reason(scene.page(reader, &token).await);
    assert_eq!(refused, reason(scene.page(reader, "").await), "as who never had one");
    // The organisation's own system goes on.
    scene.page(actor(NICE), "").await.unwrap();
    scene.server.stops().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organisation_that_is_suspended_between_two_pages_gets_no_second_one_until_it_is_resumed() {
    let scene = Scene::new(3).await;
    let token = scene.page(actor(NICE), "").await.unwrap().next_page_token;
    scene.organisation(LESSOR, OrganisationAct::Suspend { reason: SuspensionReason::Requested }).await;
    assert_eq!(reason(scene.page(actor(NICE), &token).await), "SUSPENDED");
    scene.page(actor(CANNES), "").await.unwrap();
    scene.organisation(LESSOR, OrganisationAct::Resume {}).await;
    assert_eq!(scene.page(actor(NICE), &token).await.unwrap().demands.len(), 1);
    scene.server.stops().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_stream_of_an_organisation_that_is_suspended_ends_and_says_why() {
    let scene = Scene::new(1).await;
    let auditor = scene.auditors().await;
    let siren = Siren::parse("000090001").unwrap();
    let act = OrganisationAct::Suspend { reason: SuspensionReason::Compromised };
    let (told, after) = scene.cut(auditor, AdministrationAct::Organisation { siren, act }).await;
    assert_eq!(told.reason, "SUSPENDED");
    assert!(after < A_SECOND, "{after:?}");
    scene.server.stops().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_stream_of_a_user_of_a_system_who_is_suspended_ends_and_his_colleagues_go_on() {
    let scene = Scene::new(1).await;
    let auditor = scene.auditors().await;
    let (siren, user) = (Siren::parse("000090001").unwrap(), AgentId::parse("agent-05").unwrap());
    let act = OrganisationAct::SuspendUser { user, reason: SuspensionReason::Compromised };
    let (told, after) = scene.cut(auditor, AdministrationAct::Organisation { siren, act }).await;
    assert_eq!(told.reason, "SUSPENDED");
    assert!(after < A_SECOND, "{after:?}");
    let replay = json!({"number": scene.registered(NICE, "006", 7).await.number});
    let replayed = async |who: &str| {
        scene.client.stream::<ReplayDemandResponse>(actor(who), "AuditService/ReplayDemand", &replay).await
    };
    assert_eq!(reason(replayed("000090001/-/agent-05").await), "SUSPENDED");
    assert!(!replayed("000090001/-/agent-06").await.unwrap().is_empty());
    scene.server.stops().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_stream_of_an_organisation_that_is_merged_ends_on_the_day_of_the_merger() {
    let scene = Scene::new(1).await;
    let auditor = scene.auditors().await;
    let siren = Siren::parse("000090001").unwrap();
    let successor = Siren::parse("000090142").unwrap();
    let act = OrganisationAct::MergeInto { successor, effective_on: SystemClock.today() };
    let (told, after) = scene.cut(auditor, AdministrationAct::Organisation { siren, act }).await;
    assert_eq!(told.reason, "UNKNOWN_ORGANISATION");
    assert!(after < A_SECOND, "{after:?}");
    scene.server.stops().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_token_of_somebody_else_or_another_one_is_none() {
    let scene = Scene::new(3).await;
    let token = scene.page(actor(NICE), "").await.unwrap().next_page_token;
    assert_eq!(reason(scene.page(actor(CANNES), &token).await), "INVALID_PAGE_TOKEN");
    assert_eq!(reason(scene.page(actor(TOULON), &token).await), "INVALID_PAGE_TOKEN");
    for at in 0..token.len() {
        let mut altered = token.clone().into_bytes();
        altered[at] = if altered[at] == b'A' { b'B' } else { b'A' };
        let altered = String::from_utf8(altered).unwrap();
        assert_eq!(reason(scene.page(actor(NICE), &altered).await), "INVALID_PAGE_TOKEN", "{at}");
    }
    scene.page(actor(NICE), &token).await.unwrap();
    scene.server.stops().await;
}

/// What is not there and what is somebody else's are told alike, to the letter.
#[tokio::test(flavor = "multi_thread")]
async fn an_identifier_that_is_changed_by_one_tells_nothing() {
    let scene = Scene::new(2).await;
    let foreign = scene.registered(TOULON, "083", 9).await.number.to_string();
    let own = scene.registered(NICE, "006", 7).await.number.to_string();
    let get = async |number: &str| {
        let asked: Value = json!({"number": number});
        match scene.client.call::<GetDemandResponse>(actor(NICE), "RegistrationService/GetDemand", &asked).await {
            Err(Refused::Told(told)) => Some((told.reason, told.french, told.variables)),
            Ok(_) => None,
            Err(other) => panic!("{other}"),
        }
    };
    assert_eq!(get(&own).await, None);
    let never_given = {
        let (head, desk) = own.split_at(13);
        let (head, sequence) = head.split_at(7);
        format!("{head}{:06}{desk}", sequence.parse::<u32>().unwrap() + 500)
    };
    let not_there = get(&never_given).await.unwrap();
    assert_eq!(not_there.0, "DEMAND_NOT_FOUND");
    assert_eq!(get(&foreign).await.unwrap(), not_there);
    // The same number of another desk, month or territory is nobody's.
    for (at, other) in [(13, "G0602"), (3, "0120"), (0, "083")] {
        let mut changed = own.clone();
        changed.replace_range(at..at + other.len(), other);
        assert_eq!(get(&changed).await.unwrap(), not_there, "{changed}");
    }
    scene.server.stops().await;
}
