//! The network door as the stage sees it: the same acts in, the same words out.

use client::{Client, On, Refused, Told};
use event_log::Position;
use nomenclature::{Actor, UniqueNumber};
use register::{Answer, Place, Register, Viewer};
use serde_json::Value;
use server::{Options, Server};
use tokio::sync::oneshot;
use uuid::Uuid;

/// Whether this copy of the tables goes through the door.
pub fn over_tcp() -> bool {
    module_path!().contains("over_tcp")
}

/// A server on the stage's register, and a caller. Dropped, the server stops.
pub struct Door {
    client: Client,
    register: Register,
    _stop: oneshot::Sender<()>,
}

impl Door {
    pub async fn open(register: &Register, place: &Place) -> Self {
        // What is too large for the door is tried elsewhere; here the domain shall judge it.
        let request_bytes = 64 << 20;
        let options = Options { listen: ([127, 0, 0, 1], 0).into(), request_bytes, ..Options::default() };
        let server = Server::bind(register.clone(), place, options).await.unwrap();
        let client = Client::at(&server.address().to_string()).unwrap();
        let (stop, stopped) = oneshot::channel();
        tokio::spawn(server.run(async {
            let _ = stopped.await;
        }));
        Self { client, register: register.clone(), _stop: stop }
    }

    /// Sends an act for the version that its demand has now.
    pub async fn send(&self, actor: &str, number: Option<UniqueNumber>, act: &Value) -> Result<Answer, String> {
        let on = match number {
            None => None,
            Some(number) => {
                let found = self.register.demand(number, Viewer::Operator).await;
                Some((number.to_string(), format!("v{}", found.map_or(1, |(_, version)| version))))
            }
        };
        let on = on.as_ref().map(|(number, etag)| On { number, etag });
        match self.client.act(Actor::parse(actor).unwrap(), Uuid::new_v4(), on, act).await {
            Ok(answer) => Ok(Answer {
                number: answer.number,
                version: answer.etag.trim_start_matches('v').parse().unwrap(),
                position: Position::try_new(answer.position).unwrap(),
                effective_on: answer.effective_on,
                recorded_at: answer.recorded_at,
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
