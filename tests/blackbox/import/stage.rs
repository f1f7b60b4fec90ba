//! A register with the cast, and files of rows written by hand.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use private_postgres::test_util::shared;
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::cast::{ANTIBES, NICE, ORGANISATIONS, attribute, form, letters, register, renew};

use tests::stage::sne::Place;
use tests::stage::world;

/// A register that holds the organisations of the cast and no demand.
pub struct Stage {
    pub place: Place,
    database: String,
    folder: TempDir,
}

/// A row of an import.
pub fn row(key: &str, demand: Option<&str>, on: &str, actor: &str, act: Value) -> Value {
    let mut parts = actor.split('/');
    let mut row = json!({
        "source": "essai", "key": key, "on": on, "organisation": parts.next(), "desk": parts.next(),
        "channel": "GUICHET", "act": act,
    });
    if let Some(demand) = demand {
        row["demand"] = demand.into();
    }
    row
}

/// The row that registers a household, with the number it has already.
pub fn filed(household: usize, prefix: &str, number: Option<String>) -> Value {
    let form = form(&format!("Passé {}", letters(household)), "Claire", "1980-01-01");
    let mut row = row(&format!("{prefix}D-{household}"), None, "2024-03-04", NICE, register(form));
    if let Some(number) = number {
        row["number"] = number.into();
    }
    row
}

/// A household that renews, and to whom a dwelling is attributed; each row comes after the one before it.
pub fn life(household: usize, prefix: &str) -> Vec<Value> {
    let key = format!("{prefix}D-{household}");
    let number = prefix.is_empty().then(|| format!("0060324{:06}G0601", household + 500));
    let mut life = vec![
        filed(household, prefix, number),
        row(&format!("{key}/1"), Some(&key), "2025-02-10", ANTIBES, renew()),
        row(&format!("{key}/2"), Some(&key), "2025-06-20", NICE, attribute("2025-06-18")),
    ];
    for nth in 1..life.len() {
        life[nth]["after"] = life[nth - 1]["key"].clone();
    }
    life
}

/// The rows of some households, one life after the other.
pub fn rows(households: Range<usize>) -> Vec<Value> {
    households.flat_map(|household| life(household, "")).collect()
}

/// The lines of a file.
pub fn lines(rows: &[Value]) -> String {
    rows.iter().map(|row| format!("{row}\n")).collect()
}

impl Stage {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (database, url) = world::new_database(shared());
        let place = Place { data_dir: folder.path().join("data"), database_url: Some(url) };
        std::fs::create_dir(folder.path().join("files")).unwrap();
        let stage = Self { place, database, folder };
        let organisations = stage.folder.path().join("organismes.ndjson");
        std::fs::write(&organisations, ORGANISATIONS.join("\n")).unwrap();
        stage.place.sne(&["org", "import", organisations.to_str().unwrap()]).ends(0);
        stage
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("files").join(name)
    }

    /// Writes a file, and tells where.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.path(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// Imports a file and tells its lines: in all, entered, there already, refused, unreadable.
    #[track_caller]
    pub fn counts(&self, file: &str, flags: &[&str], code: i32) -> Value {
        let arguments = [&["import", file, "--format", "json"], flags].concat();
        let report = self.place.sne(&arguments).ends(code).json();
        let told = ["lines", "entered", "already", "refused", "unreadable"].map(|count| report[0][count].clone());
        Value::from(told.to_vec())
    }

    /// An import under way.
    pub fn start(&self, file: &str) -> Child {
        self.place.command(["import", file]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    /// What was set aside of a file.
    pub fn errors(&self, file: &str) -> Vec<Value> {
        self.faults(&format!("{}.errors.ndjson", Path::new(file).file_name().unwrap().to_str().unwrap()))
    }

    /// The lines of a file of faults; none when there is none.
    pub fn faults(&self, name: &str) -> Vec<Value> {
        let text = std::fs::read_to_string(self.path(name)).unwrap_or_default();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The files that lie beside one.
    pub fn beside(&self, file: &str) -> Vec<String> {
        let entries = Path::new(file).parent().unwrap().read_dir().unwrap();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Every event of a demand as the log has it, in order of its stream; what is drawn at random and when it was
    /// recorded left out.
    pub fn events(&self) -> Vec<String> {
        let sql = "SELECT concat_ws(' ', stream, version, event_type, effective_on, organisation, actor, \
                   regexp_replace(payload, '[0-9a-f]{8}-[0-9a-f-]{27}', 'id', 'g')) \
                   FROM log.events WHERE stream_type = 'demand' ORDER BY stream COLLATE \"C\", version";
        let told = shared().psql(&self.database, sql).unwrap_or_default();
        told.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect()
    }

    /// The doctor finds nothing, and two readers agree.
    #[track_caller]
    pub fn is_sound(&self) {
        self.place.sne(&["doctor", "--cross-read"]).ends(0);
    }
}
