//! Registers for the suites: a database with its roles, and the organisations of the cast.

use std::path::Path;
use std::sync::Arc;

use event_log::Standby;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use nomenclature::{Actor, Channel, UniqueNumber};
use private_postgres::test_util::TestCluster;
use register::{Clock, Place, Register, Request};
use serde_json::Value;
use uuid::Uuid;

use crate::cast::ORGANISATIONS;

/// The login of the program.
pub const LOGIN: &str = "sne_app";

const CREATE_LOGIN: &str = "
DO $$ BEGIN CREATE ROLE sne_app LOGIN NOINHERIT; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
GRANT sne_owner, sne_writer, sne_projector, sne_reader, sne_infocentre TO sne_app;";

/// The middle of a day in Paris.
pub fn noon(day: Date) -> Timestamp {
    TimeZone::get("Europe/Paris").unwrap().to_timestamp(day.at(12, 0, 0, 0)).unwrap()
}

/// What an agent asks for at a desk, with an id of its own and of no version.
pub fn request(actor: &str, number: Option<UniqueNumber>, act: Value) -> Request {
    Request {
        command_id: Uuid::new_v4(),
        actor: Actor::parse(actor).unwrap(),
        channel: Channel::Desk,
        number,
        expected_version: None,
        act: serde_json::from_value(act).unwrap(),
    }
}

/// A new database with the roles; its address for the login of the program.
pub fn new_database(cluster: &TestCluster) -> (String, String) {
    let name = cluster.fresh_name("blackbox");
    cluster.create_database(&name, None).unwrap();
    let script = format!("{} {CREATE_LOGIN}", event_log::ROLES_SQL);
    // Roles are the cluster's: tests that make them at once may collide, and then they are there.
    let made = (0..5).any(|_| cluster.psql(&name, &script).is_ok());
    assert!(made, "the roles cannot be made");
    let url = cluster.url(LOGIN, &name);
    (name, url)
}

/// A register on a database, as a process of its own would open it.
pub async fn open(url: &str, keys: &Path, clock: Arc<dyn Clock>) -> Register {
    let place = Place {
        database: url.parse().unwrap(),
        keys: keys.to_owned(),
        connections: 8,
        standby: Standby::NotAsked,
        clock,
    };
    Register::open(place).await.unwrap()
}

/// Enters the organisations of the cast.
pub async fn bring_in_the_cast(register: &Register) {
    for line in ORGANISATIONS {
        register.import_organisation(serde_json::from_str(line).unwrap()).await.unwrap();
    }
}
