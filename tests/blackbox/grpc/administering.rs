//! Every reason of organisations, agents and rights, told to a manager who calls over TCP.

use std::collections::BTreeSet;
use std::sync::Arc;

use client::{Administered, AdministrationAnswer, Client, Outcome, Refused};
use jiff::ToSpan as _;
use nomenclature::{Actor, AgentId, Role, Siren};
use proto::v1::{
    AdministerAgentResponse, AdministerOrganisationResponse, AdministrationAnswer as Written, EnterAgentResponse,
    ListSuspensionsResponse,
};
use register::{Clock as _, SystemClock};
use serde_json::{Value, json};
use server::Options;
use tests::stage::accounts::with_role;
use uuid::Uuid;

use crate::in_process::Prepared;

/// The manager of the Alpes-Maritimes, two lessors with desks, a commune, and a commission.
const ORGANISATIONS: [&str; 5] = [
    r#"{"siren":"000090100","name":"Gestionnaire fictif","kind":"GESTIONNAIRE","territories":["006"],"since":"2020-01-01","desks":[
        {"code":"R0610","name":"Gestion","territory":"006","opened_on":"2020-01-01"}]}"#,
    r#"{"siren":"000090019","name":"Office fictif","kind":"HLM","territories":["006"],"since":"2020-01-01","desks":[
        {"code":"R0601","name":"Accueil","territory":"006","opened_on":"2020-01-01"},
        {"code":"R0602","name":"Annexe","territory":"006","opened_on":"2020-01-01","closed_on":"2021-01-01"}]}"#,
    r#"{"siren":"000090027","name":"Société fictive","kind":"SEM","territories":["006"],"since":"2020-01-01","desks":[]}"#,
    r#"{"siren":"000090050","name":"Commune fictive","kind":"COLLECTIVITE","territories":["006"],"since":"2020-01-01","desks":[]}"#,
    r#"{"siren":"000090126","name":"Commission fictive","kind":"MEDIATION","territories":["006"],"since":"2020-01-01"}"#,
];
const MANAGER: &str = "000090100";
const LESSOR: &str = "000090019";
const OTHER: &str = "000090027";
const TOWN: &str = "000090050";
const COMMISSION: &str = "000090126";
const NOBODY: &str = "000090183";

/// Who calls, and what he was told so far.
struct Scene {
    client: Client,
    manager: Actor,
    told: BTreeSet<String>,
}

fn days(ahead: i64) -> String {
    SystemClock.today().checked_add(ahead.days()).unwrap().to_string()
}

fn instant(days: i64) -> String {
    (SystemClock.now() + (24 * days).hours()).to_string()
}

impl Scene {
    async fn asked(&self, who: Actor, method: &str, of: Value, act: &Value) -> Result<Option<Written>, Refused> {
        let mut message = json!({"request_id": Uuid::new_v4()});
        for part in [&of, act] {
            let fields = part.as_object().unwrap().clone();
            message.as_object_mut().unwrap().extend(fields);
        }
        let path = format!("AdministrationService/{method}");
        Ok(match method {
            "AdministerOrganisation" => {
                self.client.call::<AdministerOrganisationResponse>(who, &path, &message).await?.answer
            }
            "AdministerAgent" => self.client.call::<AdministerAgentResponse>(who, &path, &message).await?.answer,
            _ => self.client.call::<EnterAgentResponse>(who, &path, &message).await?.answer,
        })
    }

    fn hears(&mut self, answered: Result<Option<Written>, Refused>, expected: &str, what: &str) {
        let Some(Refused::Told(told)) = answered.err() else { panic!("{what}: not refused with {expected}") };
        assert_eq!(told.reason, expected, "{what}");
        self.told.insert(told.reason);
    }

    /// An act of the manager's on an organisation, which is done or refused.
    async fn organisation(&mut self, siren: &str, act: Value, expected: &str) {
        let answered = self.asked(self.manager, "AdministerOrganisation", json!({"siren": siren}), &act).await;
        let what = format!("{siren} {act}");
        match expected {
            "OK" => assert_eq!(answered.err(), None, "{what}"),
            _ => self.hears(answered, expected, &what),
        }
    }

    /// The same on an agent.
    async fn agent(&mut self, agent: AgentId, act: Value, expected: &str) {
        let answered = self.asked(self.manager, "AdministerAgent", json!({"agent": agent}), &act).await;
        let what = format!("{agent} {act}");
        match expected {
            "OK" => assert_eq!(answered.err(), None, "{what}"),
            _ => self.hears(answered, expected, &what),
        }
    }

    async fn enters(&self, email: &str) -> Result<AgentId, Refused> {
        let of = json!({"siren": LESSOR, "desk": "R0601", "name": "Soleil Ana", "email": email});
        let answer = self.asked(self.manager, "EnterAgent", of, &json!({})).await?;
        match AdministrationAnswer::read(answer)?.of {
            Administered::Agent(agent) => Ok(agent),
            Administered::Organisation(_) => panic!("an agent was entered"),
        }
    }
}

/// What a manager is told, by reason.
pub async fn reasons() -> BTreeSet<String> {
    let prepared = Prepared::new(Arc::new(SystemClock)).await;
    for line in ORGANISATIONS {
        prepared.register.import_organisation(serde_json::from_str(line).unwrap()).await.unwrap();
    }
    let manager = with_role(&prepared.register, MANAGER, "gestion@exemple.fr", Role::TerritoryManager).await;
    let reader = with_role(&prepared.register, MANAGER, "lecture@exemple.fr", Role::ConsultantSimple).await;
    let server = prepared.serve(Options::default()).await;
    let mut scene = Scene { client: server.client(), manager, told: BTreeSet::new() };
    organisations(&mut scene).await;
    certificates(&mut scene).await;
    agents(&mut scene).await;
    who_may_not(&mut scene, reader).await;
    server.stops().await;
    scene.told
}

async fn organisations(scene: &mut Scene) {
    let (today, yesterday, tomorrow) = (days(0), days(-1), days(1));
    let registered = |kind: &str, territory: &str| json!({"register": {"name": "Organisme fictif", "kind": kind, "territories": [territory], "since": today}});
    let desk =
        |code: &str| json!({"open_desk": {"code": code, "name": "Accueil", "territory": "006", "opened_on": today}});
    let renamed = |name: &str, on: &str| json!({"rename": {"name": name, "effective_on": on}});
    let contact = |commune: &str| json!({"set_desk_contact": {"code": "R0601", "address": "1 rue fictive", "postal_code": "06300", "commune": commune}});
    let mandate = json!({"give_mandate": {"to": OTHER, "territories": ["006"], "from": today}});
    let title =
        json!({"record_entitlement": {"ground": "DELIBERATION", "reference": "DEL-1", "signed_on": "2020-01-01"}});
    let closed = |code: &str, on: &str| json!({"close_desk": {"code": code, "closed_on": on}});
    let merged = |into: &str| json!({"merge": {"successor": into, "effective_on": tomorrow}});
    let (suspended, resumed) = (json!({"suspend": {"reason": "DEMANDE"}}), json!({"resume": {}}));
    for (siren, act, expected) in [
        (LESSOR, registered("HLM", "006"), "ORGANISATION_ALREADY_REGISTERED"),
        (NOBODY, renamed("Personne", &today), "ORGANISATION_NOT_FOUND"),
        (NOBODY, registered("AUDIT", "006"), "OPERATOR_ONLY"),
        (NOBODY, registered("HLM", "083"), "FOREIGN_TERRITORY"),
        (LESSOR, renamed("", &today), "NAME_INVALID"),
        (LESSOR, renamed("Office", &yesterday), "DATE_PASSED"),
        (LESSOR, json!({"add_territory": {"territory": "006", "from": today}}), "TERRITORY_ALREADY_ITS_OWN"),
        (LESSOR, json!({"leave_territory": {"territory": "006", "last_day": tomorrow}}), "DESKS_STILL_OPEN"),
        (LESSOR, desk("R0601"), "DESK_ALREADY_OPEN"),
        (OTHER, desk("R0601"), "DESK_CODE_TAKEN"),
        (TOWN, desk("R0605"), "ENTITLEMENT_MISSING"),
        (COMMISSION, desk("R0608"), "NOT_A_REGISTERING_SERVICE"),
        (LESSOR, closed("R0602", &today), "DESK_NOT_FOUND"),
        (LESSOR, closed("R0601", "2019-12-31"), "DATE_TOO_EARLY"),
        (LESSOR, contact("83137"), "CONTACT_INVALID"),
        (LESSOR, title.clone(), "ENTITLEMENT_NOT_ASKED"),
        (TOWN, title.clone(), "OK"),
        (TOWN, title, "ENTITLEMENT_ALREADY_RECORDED"),
        (TOWN, json!({"end_entitlement": {"reference": "DEL-2", "ends_on": today}}), "ENTITLEMENT_NOT_FOUND"),
        (TOWN, mandate.clone(), "NOT_A_LESSOR"),
        (LESSOR, mandate.clone(), "OK"),
        (LESSOR, mandate, "MANDATE_ALREADY_GIVEN"),
        (OTHER, json!({"end_mandate": {"to": LESSOR, "until": today}}), "MANDATE_NOT_FOUND"),
        (LESSOR, json!({"set_competence": {"communes": ["06088"]}}), "NOT_A_LOCAL_AUTHORITY"),
        (TOWN, json!({"set_competence": {"communes": ["83137"]}}), "COMMUNES_INVALID"),
        (OTHER, resumed, "NOT_SUSPENDED"),
        (OTHER, suspended.clone(), "OK"),
        (OTHER, suspended, "ALREADY_SUSPENDED"),
        (OTHER, json!({"resume": {}}), "OK"),
        (LESSOR, merged(LESSOR), "MERGES_INTO_ITSELF"),
        (TOWN, merged(LESSOR), "OK"),
        (TOWN, renamed("Commune", &today), "ORGANISATION_MERGED"),
    ] {
        scene.organisation(siren, act, expected).await;
    }
}

async fn certificates(scene: &mut Scene) {
    let bound = |nth: u32, until: i64| {
        json!({"bind_certificate": {"fingerprint": format!("{nth:064x}"), "label": "Logiciel",
            "not_before": instant(-1), "not_after": instant(until)}})
    };
    scene.organisation(LESSOR, bound(1, -2), "CERTIFICATE_PERIOD_INVALID").await;
    for nth in 1..=16 {
        scene.organisation(LESSOR, bound(nth, 30), "OK").await;
    }
    scene.organisation(LESSOR, bound(17, 30), "TOO_MANY_CERTIFICATES").await;
    scene.organisation(LESSOR, bound(1, 30), "CERTIFICATE_ALREADY_BOUND").await;
    scene.organisation(OTHER, bound(1, 30), "CERTIFICATE_TAKEN").await;
    let unknown = json!({"revoke_certificate": {"fingerprint": "f".repeat(64)}});
    scene.organisation(LESSOR, unknown, "CERTIFICATE_NOT_FOUND").await;
}

async fn agents(scene: &mut Scene) {
    let (today, yesterday, tomorrow) = (days(0), days(-1), days(1));
    let nobody = AgentId::parse(&Uuid::new_v4().simple().to_string()).unwrap();
    scene.agent(nobody, json!({"review_rights": {}}), "AGENT_NOT_FOUND").await;
    let agent = scene.enters("soleil@exemple.fr").await.unwrap();
    for (email, expected) in [("soleil@exemple.fr", "EMAIL_TAKEN"), ("soleil", "EMAIL_INVALID")] {
        let refused = scene.enters(email).await.map(|_| None);
        scene.hears(refused, expected, email);
    }
    let granted = |role: &str, from: &str| json!({"grant_role": {"role": role, "territories": ["006"], "from": from, "until": tomorrow}});
    let identity = |subject: &str| json!({"bind_identity": {"issuer": "https://id.exemple.fr", "subject": subject}});
    for (act, expected) in [
        (json!({"certify_account": {}}), "ACCOUNT_NOT_ASKED"),
        (json!({"ask_account": {}}), "OK"),
        (json!({"ask_account": {}}), "ACCOUNT_ALREADY_ASKED"),
        (json!({"certify_account": {}}), "OK"),
        (json!({"certify_account": {}}), "ACCOUNT_ALREADY_CERTIFIED"),
        (granted("GESTIONNAIRE", &today), "ROLE_NOT_OF_THE_ORGANISATION"),
        (granted("ATTRIBUTION", &yesterday), "ROLE_PERIOD_INVALID"),
        (json!({"revoke_role": {"role": "ATTRIBUTION", "territories": ["006"]}}), "ROLE_NOT_GRANTED"),
        (json!({"move": {"desk": "R0601"}}), "DESK_UNCHANGED"),
        (json!({"unbind_identity": {}}), "IDENTITY_NOT_BOUND"),
        (identity("compte-1"), "OK"),
        (identity("compte-2"), "IDENTITY_ALREADY_BOUND"),
    ] {
        scene.agent(agent, act, expected).await;
    }
    let other = scene.enters("lune@exemple.fr").await.unwrap();
    scene.agent(other, identity("compte-1"), "IDENTITY_TAKEN").await;
    let user = |user: &str| json!({"suspend_user": {"user": user, "reason": "MESUSAGE"}});
    scene.organisation(LESSOR, user(&other.to_string()), "USER_HAS_AN_ACCOUNT").await;
    scene.organisation(LESSOR, user("agent-01"), "OK").await;
    scene.organisation(LESSOR, user("agent-01"), "ALREADY_SUSPENDED").await;
    let (method, all) = ("AdministrationService/ListSuspensions", json!({}));
    let listed: ListSuspensionsResponse = scene.client.call(scene.manager, method, &all).await.unwrap();
    let listed: Vec<_> = listed
        .suspensions
        .iter()
        .map(|it| (it.siren.as_str(), it.agent(), it.has_account, it.reason.as_str()))
        .collect();
    assert_eq!(listed, [(LESSOR, "agent-01", false, "MESUSAGE")]);
    scene.organisation(LESSOR, json!({"resume_user": {"user": "agent-01"}}), "OK").await;
    scene.organisation(LESSOR, json!({"resume_user": {"user": "agent-01"}}), "NOT_SUSPENDED").await;
    scene.organisation(NOBODY, user("agent-01"), "ORGANISATION_NOT_FOUND").await;
    scene.agent(agent, json!({"erase": {}}), "ERASURE_NOT_DUE").await;
    scene.agent(agent, json!({"leave": {"last_day": today}}), "OK").await;
    scene.agent(agent, json!({"review_rights": {}}), "AGENT_LEFT").await;
}

/// Who calls, and may not.
async fn who_may_not(scene: &mut Scene, reader: Actor) {
    let Actor::Agent { agent: manager, organisation, .. } = scene.manager else { panic!("an agent") };
    scene.agent(manager, json!({"review_rights": {}}), "OWN_RIGHTS").await;
    let entered = scene.enters("nuage@exemple.fr").await.unwrap();
    let lessor = Siren::parse(LESSOR).unwrap();
    let of = |organisation, agent| Actor::Agent { organisation, desk: None, agent };
    let user = Actor::parse(&format!("{MANAGER}/R0610/agent-01")).unwrap();
    let review = json!({"review_rights": {}});
    for (who, expected) in [
        (user, "ACCOUNT_NEEDED"),
        (reader, "ROLE_MISSING"),
        (of(lessor, entered), "ACCOUNT_NOT_CERTIFIED"),
        (of(organisation, entered), "UNKNOWN_AGENT"),
    ] {
        let refused = scene.asked(who, "AdministerAgent", json!({"agent": entered}), &review).await;
        scene.hears(refused, expected, expected);
    }
    let Actor::Agent { agent: suspended, .. } = reader else { panic!("an agent") };
    scene.agent(suspended, json!({"suspend": {"reason": "MESUSAGE"}}), "OK").await;
    let refused = scene.asked(reader, "AdministerAgent", json!({"agent": entered}), &review).await;
    scene.hears(refused, "SUSPENDED", "who is suspended");
}

/// What became of an act on an organisation can be asked as of any other, and it is given up as one.
#[tokio::test(flavor = "multi_thread")]
async fn the_outcome_of_an_act_on_an_organisation_is_its_answer() {
    let prepared = Prepared::new(Arc::new(SystemClock)).await;
    for line in ORGANISATIONS {
        prepared.register.import_organisation(serde_json::from_str(line).unwrap()).await.unwrap();
    }
    let manager = with_role(&prepared.register, MANAGER, "gestion@exemple.fr", Role::TerritoryManager).await;
    let server = prepared.serve(Options::default()).await;
    let (client, id) = (server.client(), Uuid::new_v4());
    assert!(matches!(client.outcome(manager, id).await.unwrap(), Outcome::NotCommittedAsOf(_)));
    let act = json!({"request_id": id, "siren": LESSOR, "rename": {"name": "Office", "effective_on": days(0)}});
    let done: AdministerOrganisationResponse =
        client.call(manager, "AdministrationService/AdministerOrganisation", &act).await.unwrap();
    let answer = AdministrationAnswer::read(done.answer).unwrap();
    assert_eq!(answer.of, Administered::Organisation(Siren::parse(LESSOR).unwrap()));
    assert_eq!(client.outcome(manager, id).await.unwrap(), Outcome::AdministrationCommitted(answer.clone()));
    assert_eq!(client.fence(manager, id).await.unwrap(), Outcome::AdministrationCommitted(answer));
    server.stops().await;
}
