//! A register that was restored elsewhere.

use std::path::PathBuf;

use jiff::Timestamp;

use super::disaster::{Disaster, text};
use tests::stage::procedure::By;
use tests::stage::sne::Place;
use tests::stage::world;

/// A port of the socket; nobody else listens in that folder.
const PORT: &str = "5432";

/// A restored cluster and what the register needs to open on it. Dropped, it is stopped.
pub struct Restored<'a> {
    disaster: &'a Disaster,
    pub place: Place,
    pgdata: PathBuf,
    variables: Vec<(&'static str, String)>,
}

impl<'a> Restored<'a> {
    /// Restores to a second, with a copy of the keys as they were left.
    pub fn to(disaster: &'a Disaster, second: Timestamp) -> Self {
        let folder = disaster.folder.path().join(format!("restored-{}", second.as_second()));
        disaster.procedure.folder(folder.clone());
        let pgdata = folder.join("cluster");
        let data_dir = folder.with_file_name(format!("data-{}", second.as_second()));
        let copied =
            std::process::Command::new("cp").arg("-a").args([&disaster.folder.path().join("data"), &data_dir]).status();
        assert!(copied.unwrap().success());
        let url =
            format!("postgresql:///{}?host={}&port={PORT}&user={}", disaster.database, text(&folder), world::LOGIN);
        let target = second.strftime("%Y-%m-%d %H:%M:%S+00").to_string();
        let variables = vec![
            ("PGHOST", text(&folder).to_owned()),
            ("PGPORT", PORT.to_owned()),
            ("PGUSER", "postgres".to_owned()),
            ("PGLOG", text(&folder.join("log")).to_owned()),
            ("ARCHIVE", text(&disaster.archive).to_owned()),
            ("BACKUP", text(&disaster.backup).to_owned()),
            ("RESTORED", text(&pgdata).to_owned()),
            ("TARGET", target),
            ("SNE_DATA_DIR", text(&data_dir).to_owned()),
            ("DATABASE_URL", url.clone()),
        ];
        let restored = Self { disaster, place: Place { data_dir, database_url: Some(url) }, pgdata, variables };
        restored.run("restore", By::Postgres);
        restored
    }

    /// Runs commands of the procedure.
    pub fn run(&self, name: &str, by: By) -> String {
        self.disaster.procedure.run(name, by, &self.variables())
    }

    /// Runs SQL as the superuser.
    pub fn psql(&self, sql: &str) -> String {
        self.disaster.procedure.psql(&self.disaster.database, sql, &self.variables())
    }

    /// Every row of every view.
    pub fn views(&self) -> String {
        let tables = self.psql(
            "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables \
             WHERE schemaname IN ('views', 'infocentre') ORDER BY 1",
        );
        let rows = |table: &str| {
            self.psql(&format!("SELECT '{table}', t::text FROM {table} AS t ORDER BY t::text COLLATE \"C\""))
        };
        tables.lines().map(rows).collect::<Vec<_>>().join("\n")
    }

    fn variables(&self) -> Vec<(&str, &str)> {
        self.variables.iter().map(|(name, value)| (*name, value.as_str())).collect()
    }
}

impl Drop for Restored<'_> {
    fn drop(&mut self) {
        self.disaster.procedure.stop(&self.pgdata);
    }
}
