//! One demonstration that many tests look at and nobody changes.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;

use private_postgres::test_util::shared;
use private_postgres::{Cluster, Options};

use tests::stage::sne::{DEMO, Place, Ran};
use tests::stage::world;

/// A lived-in register on the shared cluster, as on a database that somebody manages: a demonstration lived in its private
/// cluster, and its database was moved.
pub struct Shown {
    pub place: Place,
    pub database: String,
    /// What the demonstration printed.
    pub demo: Ran,
    /// Removes the keys when this process has ended: values in statics are never dropped.
    _broom: Child,
}

pub static SHOWN: LazyLock<Shown> = LazyLock::new(|| {
    let readable = Permissions::from_mode(0o755);
    let data_dir = tempfile::Builder::new().prefix("sne-shown-").permissions(readable).tempdir().unwrap().keep();
    let mut broom = Command::new("sh");
    broom.args(["-c", "read -r _; rm -rf \"$1\"", "broom"]).arg(&data_dir).stdin(Stdio::piped());
    let broom = broom.spawn().unwrap();
    let demo = Place::private(&data_dir).sne(DEMO).ends(0);
    let cluster = Cluster::start(Options::new(data_dir.join("postgresql"))).unwrap();
    let (database, url) = world::new_database(shared());
    move_tables(&cluster.url(cluster.superuser(), "sne"), &database);
    cluster.stop().unwrap();
    let place = Place { data_dir, database_url: Some(url) };
    Shown { place, database, demo, _broom: broom }
});

/// Writes the tables of one database out and reads them into another of the shared cluster.
fn move_tables(from: &str, to: &str) {
    let mut dump = Command::new("pg_dump").arg(from).stdout(Stdio::piped()).spawn().unwrap();
    let mut psql = Command::new("psql");
    psql.args(["-Xqo", "/dev/null", "-v", "ON_ERROR_STOP=1", "-d"]).arg(shared().url(shared().superuser(), to));
    let read = psql.stdin(dump.stdout.take().unwrap()).status().unwrap();
    assert!(dump.wait().unwrap().success() && read.success(), "the database is copied");
}

/// A copy of the shown database under the same keys, for a test that alters it.
pub struct Copy {
    pub place: Place,
    pub database: String,
}

impl Copy {
    /// What the superuser reads in the tables: one row a line.
    pub fn rows(&self, query: &str) -> Vec<String> {
        shared().psql(&self.database, query).unwrap().lines().map(str::to_owned).collect()
    }

    /// Runs SQL as the superuser, as somebody with bad intentions could.
    pub fn tamper(&self, sql: &str) {
        shared().psql(&self.database, sql).unwrap();
    }
}

impl Shown {
    /// Copies the database. Its tables are written out and read in, because others may be looking at them.
    pub fn copied(&self) -> Copy {
        let (name, url) = world::new_database(shared());
        move_tables(&shared().url(shared().superuser(), &self.database), &name);
        let place = Place { database_url: Some(url), ..self.place.clone() };
        Copy { place, database: name }
    }

    /// What the superuser reads in the tables: one row a line.
    pub fn rows(&self, query: &str) -> Vec<String> {
        shared().psql(&self.database, query).unwrap().lines().map(str::to_owned).collect()
    }

    /// The number of a demand, chosen by a condition on its last event.
    pub fn number_where(&self, condition: &str) -> String {
        let query = format!("SELECT stream FROM log.events WHERE {condition} ORDER BY position DESC LIMIT 1");
        self.rows(&query).into_iter().next().unwrap()
    }
}
