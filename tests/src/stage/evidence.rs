//! What the checker judges: the ledger, and the tables as the superuser reads them, without any code under test.

use crate::ledger::Entry;
use private_postgres::test_util::TestCluster;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

/// A row of the log.
#[derive(Clone, Debug, Deserialize)]
pub struct Row {
    pub position: i64,
    pub stream_type: String,
    pub stream: String,
    pub version: u32,
    pub event_type: String,
    pub organisation: String,
    pub command_id: Uuid,
    /// On the first event of a command: how many events it has.
    pub command_size: Option<i64>,
}

#[derive(Clone)]
pub struct Evidence {
    pub ledger: Vec<Entry>,
    /// In order of position.
    pub events: Vec<Row>,
    pub head: i64,
    /// The demand that holds each claim on a person.
    pub claims: Vec<String>,
}

impl Evidence {
    pub fn gather(cluster: &TestCluster, database: &str, ledger: Vec<Entry>) -> Self {
        Self {
            ledger,
            events: rows(
                cluster,
                database,
                "SELECT position, stream_type, stream, version, event_type, organisation, command_id,
                        CASE WHEN body_digest IS NOT NULL THEN command_size END AS command_size
                   FROM log.events ORDER BY position",
            ),
            head: cluster.psql(database, "SELECT position FROM log.head").unwrap().parse().unwrap(),
            claims: rows::<Holder>(cluster, database, "SELECT holder FROM log.claims WHERE kind = 1")
                .into_iter()
                .map(|claim| claim.holder)
                .collect(),
        }
    }
}

#[derive(Deserialize)]
struct Holder {
    holder: String,
}

fn rows<T: DeserializeOwned>(cluster: &TestCluster, database: &str, query: &str) -> Vec<T> {
    let lines = cluster.psql(database, &format!("SELECT row_to_json(q) FROM ({query}) AS q")).unwrap();
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Every row of the shared view, table by table.
pub fn view(cluster: &TestCluster, database: &str) -> String {
    let tables = [
        "shared_demands",
        "shared_demand_communes",
        "shared_demand_types",
        "shared_demand_situations",
        "shared_demand_tokens",
    ];
    let rows = tables.map(|table| {
        let read = format!("SELECT '{table}', t::text FROM views.{table} AS t ORDER BY t::text COLLATE \"C\"");
        cluster.psql(database, &read).unwrap()
    });
    rows.join("\n")
}
