//! An event that cannot be read under a real server: it stops, says so everywhere, and goes on when the operator decides.

use std::process::Command;
use std::time::{Duration, Instant};

use http::Request;
use serde_json::Value;

use super::metrics::{get, sum};
use super::shown::{Copy, SHOWN};
use tests::stage::served::Served;
use tests::stage::sne::Place;

/// Longer than anything here takes.
const LONG: Duration = Duration::from_secs(90);
const VIEWS: [&str; 3] = ["shared_management", "deadlines", "infocentre"];
const STATE: &str = "000005165/006P1/agent-01";
const REASON: &str = "incident 12, sauvegarde sans cet événement";

/// A lived-in register of its own, keys included, with nobody else about.
struct Scene {
    copy: Copy,
    _folder: tempfile::TempDir,
}

impl Scene {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let copy = SHOWN.copied();
        let keys = SHOWN.place.data_dir.join("keys");
        assert!(Command::new("cp").arg("-a").arg(keys).arg(folder.path()).status().unwrap().success());
        let place = Place { data_dir: folder.path().to_owned(), ..copy.place };
        Self { copy: Copy { place, database: copy.database }, _folder: folder }
    }

    fn serve(&self) -> Served {
        Served::start(self.copy.place.clone(), &["--daily", "off"])
    }

    fn one(&self, query: &str) -> String {
        self.copy.rows(query).pop().unwrap()
    }

    fn head(&self) -> i64 {
        self.one("SELECT position FROM log.head").parse().unwrap()
    }

    /// What the views hold, beside one demand.
    fn rows(&self, without: &str) -> Vec<String> {
        let of = |table: &str| {
            format!(
                "SELECT coalesce(md5(string_agg(t::text, ';' ORDER BY t::text)), 'empty') FROM views.{table} AS t \
                 WHERE to_jsonb(t) ->> 'number' IS DISTINCT FROM '{without}'"
            )
        };
        let tables =
            self.one("SELECT string_agg(tablename, ' ' ORDER BY tablename) FROM pg_tables WHERE schemaname = 'views'");
        tables.split(' ').map(|table| self.one(&of(table))).collect()
    }

    fn told(&self) -> Value {
        self.copy.place.sne(&["projections", "--format", "json"]).ends(0).json()
    }

    /// What `sne projections` says of a view that serves.
    fn view(&self, name: &str) -> Value {
        let told = self.told();
        let views = told["projections"].as_array().unwrap();
        views.iter().find(|view| view["projection"] == name && view["build"] == "live").unwrap().clone()
    }

    fn resolve(&self, view: &str, position: i64, more: &[&str]) -> tests::stage::sne::Ran {
        let position = position.to_string();
        let all = ["projections", "resolve", view, "--position", &position, "--reason", REASON, "--format", "json"];
        self.copy.place.sne(&[&all[..], more].concat())
    }
}

/// Waits for what must come.
#[track_caller]
fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + LONG;
    while !holds() {
        assert!(Instant::now() < end, "{what}");
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// What the health service says of the whole: 1 for serving, 2 for not.
fn health(served: &Served) -> u8 {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let stream = tokio::net::TcpStream::connect(&served.address).await.unwrap();
        let (sender, connection) = h2::client::handshake(stream).await.unwrap();
        let connection = tokio::spawn(connection);
        let request = Request::post("http://localhost/grpc.health.v1.Health/Check")
            .header("content-type", "application/grpc")
            .header("te", "trailers");
        let mut sender = sender.ready().await.unwrap();
        let (response, mut body) = sender.send_request(request.body(()).unwrap(), false).unwrap();
        body.send_data(bytes::Bytes::from_static(&[0; 5]), true).unwrap();
        let mut answer = response.await.unwrap().into_body();
        let mut all = Vec::new();
        while let Some(data) = answer.data().await {
            all.extend_from_slice(&data.unwrap());
        }
        connection.abort();
        *all.last().unwrap()
    })
}

fn quarantined(served: &Served) -> f64 {
    sum(&get(served, "/metrics"), "sne_projection_quarantined_events")
}

#[test]
fn a_server_stops_at_a_damaged_event_and_goes_on_when_the_operator_sets_it_aside() {
    let scene = Scene::new();
    let (number, damaged) = {
        let row = scene.one(
            "SELECT stream || ' ' || position FROM log.events WHERE event_type = 'Renewed' ORDER BY position LIMIT 1",
        );
        let (number, position) = row.split_once(' ').unwrap();
        (number.to_owned(), position.parse::<i64>().unwrap())
    };
    let sound = scene.rows(&number);
    // The views are built anew by the server, and meet it on their way.
    scene.copy.tamper(&format!(
        "UPDATE log.events SET payload = '{{' WHERE position = {damaged}; DROP SCHEMA views CASCADE; \
         CREATE SCHEMA views AUTHORIZATION sne_owner; GRANT USAGE, CREATE ON SCHEMA views TO sne_projector; \
         GRANT USAGE ON SCHEMA views TO sne_reader; DELETE FROM projection.checkpoints"
    ));
    let served = scene.serve();
    for view in VIEWS {
        until(view, || scene.view(view)["state"] == "stopped");
        let stopped = scene.view(view);
        assert_eq!((&stopped["position"], &stopped["stop"]["position"]), (&(damaged - 1).into(), &damaged.into()));
        assert!(stopped["stop"]["cause"].as_str().unwrap().contains("leaf hash"), "{stopped}");
    }
    until("health is red", || health(&served) == 2);
    let table = scene.copy.place.sne(&["projections"]).ends(0).out;
    assert!(table.contains("arrêtée") && table.contains(&damaged.to_string()), "{table}");
    assert!(scene.copy.place.sne(&["rebuild", "--all"]).ends(1).err.contains(&damaged.to_string()));

    scene.resolve("deadlines", damaged, &[]).ends(2);
    let refused = scene.resolve("deadlines", damaged - 1, &["--quarantine"]).ends(4).err;
    assert!(refused.contains("peut lire"), "{refused}");
    let refused = scene.resolve("deadlines", scene.head() + 9, &["--quarantine"]).ends(4).err;
    assert!(refused.contains("aucun événement"), "{refused}");
    let plan = scene.resolve("deadlines", damaged, &["--quarantine", "--dry-run"]).ends(0).json();
    assert_eq!((&plan[0]["position"], &plan[0]["author"]), (&damaged.into(), &"operator".into()));
    assert_eq!(scene.told()["decisions"], serde_json::json!([]), "a plan decides nothing");

    let decided = scene.resolve("deadlines", damaged, &["--quarantine"]).ends(0).json();
    let leaf = scene.one(&format!("SELECT encode(leaf, 'hex') FROM log.events WHERE position = {damaged}"));
    assert_eq!((&decided[0]["leaf"], &decided[0]["reason"]), (&leaf.into(), &REASON.into()));
    until("the view goes on", || scene.view("deadlines")["state"] == "live");
    assert_eq!(scene.view("infocentre")["state"], "stopped", "of the same events, but decided of one view alone");
    assert!(scene.resolve("deadlines", damaged, &["--quarantine"]).ends(4).err.contains("déjà écarté"));
    for view in ["shared_management", "infocentre"] {
        scene.resolve(view, damaged, &["--quarantine"]).ends(0);
        until(view, || scene.view(view)["state"] == "live");
    }
    until("health is green again", || health(&served) == 1);
    until("the figure counts them", || quarantined(&served) == 3.0);

    // What is written from now on is seen, and a rebuild comes to the same.
    let from = nomenclature::add_months(register::Clock::today(&register::SystemClock), 2).to_string();
    let head = scene.head();
    let act = ["territory", "set", "renewal_window_months", "3", "--from", &from, "--actor", STATE];
    scene.copy.place.sne(&act).ends(0);
    until("it follows", || VIEWS.iter().all(|view| scene.view(view)["position"] == head + 1));
    let running = scene.rows("");
    assert_eq!(scene.rows(&number)[..2], sound[..2], "what is of other demands is as before");
    scene.copy.place.sne(&["rebuild", "--all"]).ends(0);
    assert_eq!(scene.rows(""), running);
    let log = served.stops();
    assert!(log.contains("a view stopped") && log.contains("a view goes on") && !log.contains(REASON), "{log}");

    let found = scene.copy.place.sne(&["doctor", "--format", "json"]).ends(6).json();
    let check = |name: &str| found.as_array().unwrap().iter().find(|check| check["name"] == name).unwrap().clone();
    assert!(check("quarantaine")["found"].as_str().unwrap().contains(REASON), "{found}");
    assert_eq!(check("quarantaine")["faults"], serde_json::json!([]));
    assert_ne!(check("empreintes")["faults"], serde_json::json!([]), "the event itself is still damaged");
    let told = scene.told();
    assert!(
        told["decisions"].as_array().unwrap().iter().all(|decision| decision["signature"] == "authentic"),
        "{told}"
    );
}

/// An event behind the last one of a demand, as somebody puts it there who has the database alone.
const SLIPPED_IN: &str = "BEGIN; \
     INSERT INTO log.events SELECT h.position + 1, e.recorded_at, gen_random_uuid(), e.key_id, e.effective_on, \
       e.version + 1, 9, NULL, e.stream_type, e.territory, e.stream, 'Modified', e.organisation, e.actor, '{}', e.sealed, \
       NULL, e.leaf, NULL \
     FROM log.head AS h, (SELECT * FROM log.events WHERE stream_type = 'demand' ORDER BY position DESC LIMIT 1) AS e; \
     UPDATE log.head SET position = position + 1; COMMIT";

#[test]
fn a_decision_that_the_operator_did_not_sign_moves_no_view() {
    let scene = Scene::new();
    let served = scene.serve();
    until("health is green", || health(&served) == 1);
    scene.copy.tamper(SLIPPED_IN);
    let head = scene.head();
    until("the running views stop", || VIEWS.iter().all(|view| scene.view(view)["state"] == "stopped"));
    until("health is red", || health(&served) == 2);

    let forge = |view: &str| {
        scene.copy.tamper(&format!(
            "INSERT INTO projection.quarantine SELECT '{view}', position, leaf, 'x', 'y', 'operator', now(), \
             sha256('guess') FROM log.events WHERE position = {head}"
        ));
    };
    forge("deadlines");
    let unsigned = || scene.view("deadlines")["stop"]["cause"].as_str().unwrap().contains("not signed");
    until("the forged decision is refused", unsigned);
    assert_eq!((health(&served), &scene.view("deadlines")["position"]), (2, &(head - 1).into()));
    assert_eq!(scene.told()["decisions"][0]["signature"], "forged");
    let refused = scene.copy.place.sne(&["rebuild", "deadlines"]).ends(1).err;
    assert!(refused.contains("not signed"), "{refused}");
    let refused = scene.resolve("deadlines", head, &["--quarantine"]).ends(4).err;
    assert!(refused.contains("pas signée par ce registre"), "{refused}");
    let found = scene.copy.place.sne(&["doctor", "--format", "json"]).ends(6).json();
    let check = found.as_array().unwrap().iter().find(|check| check["name"] == "quarantaine").unwrap();
    assert!(check["faults"][0].as_str().unwrap().contains("pas signée"), "{found}");

    // The row goes, and a decision takes its place.
    scene.copy.tamper(
        "ALTER TABLE projection.quarantine DISABLE TRIGGER ALL; DELETE FROM projection.quarantine; \
         ALTER TABLE projection.quarantine ENABLE TRIGGER ALL",
    );
    for view in VIEWS {
        scene.resolve(view, head, &["--quarantine"]).ends(0);
        until(view, || scene.view(view)["state"] == "live");
    }
    until("health is green again", || health(&served) == 1);
    // One forged about a view that runs stops no running view; the next start or rebuild refuses it.
    scene.copy.tamper(
        "INSERT INTO projection.quarantine SELECT name, 1, leaf, cause, reason, author, decided_at, signature \
         FROM projection.quarantine WHERE name = 'infocentre'",
    );
    assert!(scene.copy.place.sne(&["rebuild", "infocentre"]).ends(1).err.contains("not signed"));
    assert_eq!(health(&served), 1);
}
