//! The network door as the stage sees it: the same acts in, the same words out.

use std::sync::Arc;

use client::{Client, On, Refused, Told};
use event_log::Position;
use nomenclature::{Actor, UniqueNumber};
use register::{Answer, NewDemand, Place, Register, Request, Viewer};
use serde_json::Value;
use server::{DevelopmentIssuer, Options, Server};
use tests::stage::tokens;
use tokio::sync::oneshot;
use uuid::Uuid;

/// Whether this copy of the tables goes through the door.
pub fn over_tcp() -> bool {
    module_path!().contains("over_tcp")
}

/// A server on the stage's register, and a caller. When the last copy is dropped, the server stops.
#[derive(Clone)]
pub struct Door {
    client: Client,
    register: Register,
    _stop: Arc<oneshot::Sender<()>>,
}

impl Door {
    pub async fn open(register: &Register, place: &Place) -> Self {
        // What is too large for the door is tried elsewhere; here the domain shall judge it.
        let request_bytes = 64 << 20;
        let issuer = Arc::new(DevelopmentIssuer::in_memory().unwrap());
        let tokens = tokens::of(issuer.clone());
        let listen = ([127, 0, 0, 1], 0).into();
        let options = Options { listen, request_bytes, development: Some(issuer), ..Options::default() };
        let server = Server::bind(register.clone(), place, options).await.unwrap();
        let client = Client::at(&server.address().to_string(), &tokens).unwrap();
        let (stop, stopped) = oneshot::channel();
        tokio::spawn(server.run(async {
            let _ = stopped.await;
        }));
        Self { client, register: register.clone(), _stop: Arc::new(stop) }
    }

    /// Who calls.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Sends an act for the version that its demand has now.
    pub async fn send(&self, actor: &str, number: Option<UniqueNumber>, act: &Value) -> Result<Answer, String> {
        self.send_as(Actor::parse(actor).unwrap(), Uuid::new_v4(), number, None, act).await
    }

    /// A command as the bus takes it.
    pub async fn execute(&self, request: Request) -> Result<Answer, String> {
        let Request { command_id, actor, number, expected_version, act, .. } = request;
        self.send_as(actor, command_id, number, expected_version, &serde_json::to_value(act).unwrap()).await
    }

    async fn send_as(
        &self,
        actor: Actor,
        id: Uuid,
        number: Option<UniqueNumber>,
        version: Option<u32>,
        act: &Value,
    ) -> Result<Answer, String> {
        let on = match (number, version) {
            (None, _) => None,
            (Some(number), Some(version)) => Some((number.to_string(), format!("v{version}"))),
            (Some(number), None) => {
                let found = self.register.demand(number, Viewer::Operator).await;
                Some((number.to_string(), format!("v{}", found.map_or(1, |seen| seen.version))))
            }
        };
        let on = on.as_ref().map(|(number, etag)| On { number, etag });
        match self.client.act(actor, id, on, act).await {
            Ok(answer) => Ok(Answer {
                number: answer.number,
                version: answer.etag.trim_start_matches('v').parse().unwrap(),
                position: Position::try_new(answer.position).unwrap(),
                effective_on: answer.effective_on,
                recorded_at: answer.recorded_at,
                opened: answer.opened.map(|opened| NewDemand {
                    number: opened.number,
                    version: opened.etag.trim_start_matches('v').parse().unwrap(),
                }),
            }),
            Err(Refused::Told(told)) => Err(words(&told, act)),
            Err(Refused::Unreadable) => Err("unreadable".to_owned()),
            Err(Refused::Lost(why)) => panic!("no answer: {why}"),
        }
    }
}

/// Reason and violations as the domain words them: the interface names a field as it stands in its own messages.
fn words(told: &Told, act: &Value) -> String {
    let mut words = told.reason.clone();
    for (index, (field, reason)) in told.violations.iter().enumerate() {
        let field = match field.strip_prefix("form.employment.jobs[") {
            Some(rest) => format!("employment[{rest}"),
            None => field.strip_prefix("form.").unwrap_or(field).to_owned(),
        };
        let ends = act.get("refuse_attribution").or(act.get("lapse_attribution")).is_some();
        let field = if ends && field.ends_with("_on") { format!("attribution.{field}") } else { field };
        words.push_str(&format!("{} {field}={reason}", if index == 0 { ":" } else { "," }));
    }
    words
}

/// A copy that was renamed would go through the bus again, and nobody would see it.
#[test]
fn there_are_two_copies_of_the_tables_and_one_goes_through_the_door() {
    let copy = module_path!().trim_start_matches("blackbox::").trim_end_matches("::door");
    assert_eq!(over_tcp(), copy == "corpus_over_tcp");
    assert!(over_tcp() || copy == "corpus", "{copy}");
}
