//! Health of the services that read views: red while one of them cannot answer, whatever the others do.

use std::sync::Arc;
use std::time::Duration;

use nomenclature::Actor;
use private_postgres::test_util::shared;
use register::SystemClock;
use sqlx::{ConnectOptions as _, PgConnection, postgres::PgConnectOptions};
use tests::cast::{self, NICE};
use tonic::transport::Channel;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use uuid::Uuid;

use tests::stage::served::Served;
use tests::stage::world;

const PATIENCE: Duration = Duration::from_secs(60);

const WHOLE: &str = "";
const REGISTRATION: &str = "sne.v1.RegistrationService";
const SHARED: &str = "sne.v1.SharedManagementService";
const INFOCENTRE: &str = "sne.v1.InfocentreService";
const RED: ServingStatus = ServingStatus::NotServing;
const GREEN: ServingStatus = ServingStatus::Serving;

async fn asker(served: &Served) -> HealthClient<Channel> {
    let endpoint = Channel::from_shared(format!("http://{}", served.address)).unwrap();
    HealthClient::new(endpoint.connect().await.unwrap())
}

/// Waits until a service is told to be so.
async fn until(served: &Served, service: &str, wanted: ServingStatus) {
    let mut health = asker(served).await;
    let asked = HealthCheckRequest { service: service.to_owned() };
    let mut told = health.watch(asked).await.unwrap().into_inner();
    let becomes = async {
        while let Some(answer) = told.message().await.unwrap() {
            if answer.status() == wanted {
                return;
            }
        }
        panic!("{service}: the server ended");
    };
    tokio::time::timeout(PATIENCE, becomes).await.unwrap_or_else(|_| panic!("{service} never becomes {wanted:?}"));
}

async fn status(served: &Served, service: &str) -> ServingStatus {
    let mut health = asker(served).await;
    let asked = HealthCheckRequest { service: service.to_owned() };
    health.check(asked).await.unwrap().into_inner().status()
}

/// The two views that the service reads: name, and a table of each.
const VIEWS: [(&str, &str); 2] = [("deadlines", "deadline_entries"), ("shared_management", "shared_demands")];

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_reads_two_views_is_red_while_either_has_stopped_or_is_being_built() {
    let folder = tempfile::tempdir().unwrap();
    let (database, url) = world::new_database(shared());
    let register = world::open(&url, &folder.path().join("keys"), Arc::new(SystemClock)).await;
    world::bring_in_the_cast(&register).await;
    drop(register);
    let sql = |statement: &str| shared().psql(&database, statement).unwrap();
    let mut served = Served::on(&url, folder.path());
    for (nth, (view, table)) in VIEWS.into_iter().enumerate() {
        until(&served, WHOLE, GREEN).await;
        assert_eq!(status(&served, SHARED).await, GREEN);
        // The next event of a demand finds a table gone: the view stops before it.
        sql(&format!("ALTER TABLE views.{table} RENAME TO {table}_hidden"));
        let household = cast::register(cast::form(&format!("Venu {}", cast::letters(nth)), "Zoé", "1990-02-28"));
        let client = served.client();
        client.act(Actor::parse(NICE).unwrap(), Uuid::new_v4(), None, &household).await.unwrap();
        until(&served, SHARED, RED).await;
        until(&served, WHOLE, RED).await;
        assert_eq!(status(&served, REGISTRATION).await, GREEN, "{view}");
        assert_eq!(status(&served, INFOCENTRE).await, GREEN, "{view}");
        served.stops();

        // The tables of an older program, and somebody who keeps the new ones from being written.
        sql(&format!("ALTER TABLE views.{table}_hidden RENAME TO {table}"));
        sql(&format!("UPDATE projection.checkpoints SET version = version - 1 WHERE name = '{view}'"));
        let superuser: PgConnectOptions = shared().url(shared().superuser(), &database).parse().unwrap();
        let mut holder: PgConnection = superuser.connect().await.unwrap();
        let hold = "BEGIN; LOCK TABLE projection.checkpoints IN SHARE MODE";
        sqlx::raw_sql(hold).execute(&mut holder).await.unwrap();
        served = Served::on(&url, folder.path());
        // Told after the other one, of one look.
        until(&served, INFOCENTRE, GREEN).await;
        assert_eq!(status(&served, SHARED).await, RED, "{view} is being built");
        assert_eq!(status(&served, REGISTRATION).await, GREEN, "{view}");
        assert_eq!(status(&served, WHOLE).await, RED, "{view}");
        sqlx::raw_sql("COMMIT").execute(&mut holder).await.unwrap();
        until(&served, SHARED, GREEN).await;
    }
    until(&served, WHOLE, GREEN).await;
    served.stops();
}
