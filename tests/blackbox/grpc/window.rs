//! The window of renewal over the network: decided by a territory, and its last second, from a desk and the portal at once.

use std::sync::Arc;

use client::{Answer, Client, On, Refused};
use jiff::Timestamp;
use nomenclature::Actor;
use register::SetClock;
use serde_json::{Value, json};
use server::Options;
use tests::cast::{self, ANTIBES, NICE, STATE, STATE_LINE};
use uuid::Uuid;

use crate::in_process::{InProcess, Prepared};

/// Every demand here is filed on 27 November 2026: its last day is 27 November 2027, which ends at 23:00 UTC.
const FILED: &str = "2026-11-27T09:00:00Z";

struct Stage {
    clock: Arc<SetClock>,
    server: InProcess,
    client: Client,
}

impl Stage {
    async fn new() -> Self {
        let clock = Arc::new(SetClock::at(instant(FILED)));
        let prepared = Prepared::new(clock.clone()).await;
        prepared.register.import_organisation(serde_json::from_str(STATE_LINE).unwrap()).await.unwrap();
        let server = prepared.serve(Options::default()).await;
        let client = server.client();
        Self { clock, server, client }
    }

    async fn registered(&self, surname: &str) -> Answer {
        let act = cast::register(cast::form(surname, "Zoé", "1990-02-28"));
        self.client.act(actor(NICE), Uuid::new_v4(), None, &act).await.unwrap()
    }

    async fn renew(&self, who: &str, demand: &Answer, channel: &str) -> Result<Answer, Refused> {
        let (number, etag) = (demand.number.to_string(), demand.etag.as_str());
        let act = json!({"renew": {"form": {}, "channel": channel}});
        self.client.act(actor(who), Uuid::new_v4(), Some(On { number: &number, etag }), &act).await
    }
}

fn actor(text: &str) -> Actor {
    Actor::parse(text).unwrap()
}

fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn reason(refused: Result<Answer, Refused>) -> String {
    match refused {
        Err(Refused::Told(told)) => told.reason,
        other => panic!("{other:?}"),
    }
}

fn window(months: i32, valid_from: &str) -> Value {
    json!({"change_setting": {"name": "renewal_window_months", "value": months, "valid_from": valid_from}})
}

/// INV-15, INV-19: one of the two renews, whether in the last second of validity or in the first one after it.
#[tokio::test(flavor = "multi_thread")]
async fn inv_15_inv_19_a_desk_and_the_portal_that_renew_in_the_same_second_renew_once() {
    let stage = Stage::new().await;
    for (second, renewed_on, surname) in
        [("2027-11-27T22:59:59Z", "2027-11-27", "Juste"), ("2027-11-27T23:00:00Z", "2027-11-28", "Tard")]
    {
        stage.clock.set(instant(FILED));
        let demand = stage.registered(surname).await;
        stage.clock.set(instant(second));
        let (desk, portal) =
            tokio::join!(stage.renew(ANTIBES, &demand, "CHANNEL_DESK"), stage.renew(NICE, &demand, "CHANNEL_ONLINE"));
        let (done, refused) = if desk.is_ok() { (desk, portal) } else { (portal, desk) };
        let done = done.unwrap();
        assert_eq!(done.effective_on.to_string(), renewed_on, "{second}");
        assert_eq!(reason(refused), "VERSION_CONFLICT", "{second}");
        let again = stage.renew(NICE, &done, "CHANNEL_ONLINE").await;
        assert_eq!(reason(again), "ALREADY_RENEWED_TODAY", "{second}");
    }
    stage.server.stops().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_that_a_territory_decided_opens_at_midnight_for_desks_and_the_portal() {
    let stage = Stage::new().await;
    let decided = stage.client.set_territory(actor(STATE), Uuid::new_v4(), &window(2, "2026-12-01")).await.unwrap();
    assert_eq!((decided.territory.as_str(), decided.etag.as_str()), ("006", "v1"));
    assert_eq!(decided.effective_on.to_string(), "2026-12-01");
    let denied = stage.client.set_territory(actor(NICE), Uuid::new_v4(), &window(3, "2026-12-01")).await;
    assert!(matches!(&denied, Err(Refused::Told(told)) if told.reason == "NOT_THE_MANAGER"), "{denied:?}");
    let demand = stage.registered("Patient").await;
    stage.clock.set(instant("2027-09-26T21:59:59Z"));
    for (who, channel) in [(ANTIBES, "CHANNEL_DESK"), (NICE, "CHANNEL_ONLINE")] {
        assert_eq!(reason(stage.renew(who, &demand, channel).await), "RENEWAL_TOO_EARLY", "{channel}");
    }
    stage.clock.set(instant("2027-09-26T22:00:00Z"));
    let renewed = stage.renew(NICE, &demand, "CHANNEL_ONLINE").await.unwrap();
    assert_eq!(renewed.effective_on.to_string(), "2027-09-27");
    stage.server.stops().await;
}
