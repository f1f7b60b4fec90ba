//! What a rotation costs: draws keys, lets a week go by, and moves them all.
//!
//! ```text
//! cargo run --release --package vault --example rotation -- 100000
//! ```

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a measurement prints, and stops at the first surprise")]

use std::time::Instant;

use jiff::civil::date;
use private_postgres::test_util::TestCluster;
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use vault::Vault;

#[tokio::main]
async fn main() {
    let keys: u64 = std::env::args().nth(1).map_or(100_000, |text| text.parse().unwrap());
    let cluster = TestCluster::start().unwrap();
    cluster.create_database("rotation", None).unwrap();
    cluster.psql("rotation", include_str!("../../../deploy/postgresql/roles.sql")).unwrap();
    let (owner, writer) = (pool(&cluster, "sne_owner").await, pool(&cluster, "sne_writer").await);
    Vault::migrate(&owner).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let vault = Vault::open_folder(writer, &folder.path().join("keys"), date(2026, 11, 23)).await.unwrap();

    let started = Instant::now();
    for _ in 0..keys {
        vault.draw().await.unwrap();
    }
    let drawn = started.elapsed();
    let started = Instant::now();
    let rotation = vault.rotate(&owner, date(2026, 11, 30)).await.unwrap().unwrap();
    let took = started.elapsed();
    let each = took.as_micros() / u128::from(rotation.rewrapped.max(1));
    println!("{keys} keys drawn in {drawn:.1?}; {} moved in {took:.1?}, {each} us each", rotation.rewrapped);
}

async fn pool(cluster: &TestCluster, role: &str) -> PgPool {
    let options: PgConnectOptions = cluster.url(cluster.superuser(), "rotation").parse().unwrap();
    PgPoolOptions::new().max_connections(2).connect_with(options.options([("role", role)])).await.unwrap()
}
