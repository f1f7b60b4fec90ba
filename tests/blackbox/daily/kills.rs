//! `sne daily` killed again and again: every notice once, every radiation and erasure once, and the same lists in the end.

use event_log::Standby;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Instant;

use demand::Act;
use demand::notice::{NoticeChannel, NoticeSentDraft};
use jiff::civil::Date;
use nomenclature::{Actor, Channel, UniqueNumber, add_months};
use private_postgres::test_util::TestCluster;
use register::{
    Clock as _, DailyRun, Depth, NoticeProof, Place, Register, Request, SetClock, StockReader, SystemClock,
};
use serde_json::{Value, json};
use server::DueNow;
use tests::cast::{NICE, form, letters, register};
use uuid::Uuid;

use tests::stage::world::{self, noon};

/// Kills of a usual run; `make kill` asks for more.
const KILLS: usize = 8;
/// Demands of each kind that fall due before each kill.
const DUE: usize = 12;

fn kills() -> usize {
    std::env::var("DAILY_KILLS").map_or(KILLS, |kills| kills.parse().expect("DAILY_KILLS is a number of kills"))
}

/// Demands by what is due on them today.
#[derive(Default)]
struct Filed {
    notices: BTreeSet<UniqueNumber>,
    radiations: BTreeSet<UniqueNumber>,
    erasures: BTreeSet<UniqueNumber>,
    persons: usize,
}

/// A register whose past is made while nobody runs anything.
struct Past {
    register: Register,
    clock: Arc<SetClock>,
    due: DueNow,
    today: Date,
}

impl Past {
    async fn ask(&self, number: Option<UniqueNumber>, act: Value) -> UniqueNumber {
        let act: Act = serde_json::from_value(act).unwrap();
        let (command_id, actor) = (Uuid::new_v4(), Actor::parse(NICE).unwrap());
        let request = Request { command_id, actor, channel: Channel::Desk, number, expected_version: None, act };
        self.register.execute(request).await.unwrap().number
    }

    async fn files(&self, on: Date, filed: &mut Filed) -> UniqueNumber {
        self.clock.set(noon(on));
        filed.persons += 1;
        self.ask(None, register(form(&format!("Temps {}", letters(filed.persons)), "Claire", "1980-01-01"))).await
    }

    /// Some more of each kind.
    async fn goes_on(&self, filed: &mut Filed, elsewhere: &Path) {
        for _ in 0..DUE {
            let number = self.files(add_months(self.today, -11), filed).await;
            filed.notices.insert(number);
            let number = self.files(add_months(self.today, -14), filed).await;
            filed.radiations.insert(number);
            let number = self.files(add_months(self.today, -14), filed).await;
            let written_on = add_months(self.today, -14).to_string();
            self.ask(Some(number), json!({"renounce": {"written_on": written_on, "written_act": "LETTER"}})).await;
            filed.erasures.insert(number);
        }
        let listed_on = add_months(self.today, -3);
        self.clock.set(noon(listed_on));
        let run = DailyRun { list: self.due.list(), day: None, notices: elsewhere, progress: &|_| {} };
        self.register.daily(run).await.unwrap();
        let sent = |number: &UniqueNumber| {
            let draft = NoticeSentDraft {
                sent_on: Some(listed_on.to_string()),
                channel: Some(NoticeChannel::Post),
                reference: Some("lot".to_owned()),
            };
            (*number, NoticeProof::Sent(draft))
        };
        // Those of before are refused: recorded already, or gone.
        self.register.record_notices(filed.radiations.iter().map(sent).collect::<Vec<_>>()).await.unwrap();
    }
}

fn daily(url: &str, folder: &Path) -> Child {
    let program = std::env::current_exe().unwrap().parent().unwrap().with_file_name("sne");
    Command::new(program)
        .args(["daily", "--format", "json"])
        .env("DATABASE_URL", url)
        .env("SNE_DATA_DIR", folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_anywhere_and_run_again_it_does_everything_once() {
    let cluster = TestCluster::start().unwrap();
    let (database, url) = world::new_database(&cluster);
    let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let today = SystemClock.today();
    let clock = Arc::new(SetClock::at(noon(add_months(today, -14))));
    let keys = folder.path().join("keys");
    let place = Place {
        database: url.parse().unwrap(),
        keys: keys.clone(),
        connections: 8,
        standby: Standby::NotAsked,
        clock: clock.clone(),
    };
    let register = Register::open(place.clone()).await.unwrap();
    world::bring_in_the_cast(&register).await;
    let due = DueNow::keep(&register, &place).await.unwrap();
    let past = Past { register, clock, due, today };
    let mut filed = Filed::default();

    past.goes_on(&mut filed, elsewhere.path()).await;
    let whole = Instant::now();
    assert!(daily(&url, folder.path()).wait().unwrap().success());
    let whole = whole.elapsed();

    let mut under_way = 0;
    for part in spread(kills()) {
        past.goes_on(&mut filed, elsewhere.path()).await;
        let mut run = daily(&url, folder.path());
        tokio::time::sleep(whole.mul_f64(part)).await;
        under_way += usize::from(run.try_wait().unwrap().is_none());
        run.kill().unwrap();
        run.wait().unwrap();
    }
    assert!(under_way * 2 > kills(), "only {under_way} runs were killed under way");

    let last = daily(&url, folder.path()).wait_with_output().unwrap();
    assert!(last.status.success());
    let again = daily(&url, folder.path()).wait_with_output().unwrap();
    let report: Value = serde_json::from_slice(&again.stdout).unwrap();
    let day = &report["territories"][0];
    assert_eq!(
        (&day["listed"], &day["radiated"], &day["erased"]),
        (&json!(0), &json!(0), &json!(0)),
        "nothing is left"
    );

    let sql = |sql: &str| cluster.psql(&database, sql).unwrap().trim().to_owned();
    let once = |event: &str, filter: &str| -> BTreeSet<UniqueNumber> {
        let twice = format!(
            "SELECT count(*) FROM (SELECT stream FROM log.events WHERE event_type = '{event}' {filter} \
             GROUP BY stream HAVING count(*) > 1) AS twice"
        );
        assert_eq!(sql(&twice), "0", "{event} twice");
        let all = sql(&format!("SELECT stream FROM log.events WHERE event_type = '{event}' {filter}"));
        all.lines().map(|number| UniqueNumber::parse(number.trim()).unwrap()).collect()
    };
    let listed = once("RenewalNoticeListed", "");
    assert_eq!(listed, filed.notices.union(&filed.radiations).copied().collect());
    assert_eq!(once("Radiated", "AND payload LIKE '%RADREN%'"), filed.radiations);
    assert_eq!(once("PersonalDataErased", ""), filed.erasures);

    // Whoever was listed today, or before midnight, is in a list, once; nothing half written lies beside.
    let mut in_lists = BTreeSet::new();
    for entry in std::fs::read_dir(folder.path().join("notices")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        assert!(name.ends_with(".csv") || name.ends_with(".json"), "{name}");
        if name.ends_with(".csv") {
            for line in std::fs::read_to_string(&path).unwrap().lines().skip(1) {
                let number = UniqueNumber::parse(line.split(';').next().unwrap()).unwrap();
                assert!(in_lists.insert(number), "{number} twice");
            }
        }
    }
    assert_eq!(in_lists, filed.notices);

    past.due.end().await;
    // A year went by: the wrapping keys are long due.
    past.clock.set(SystemClock.now());
    past.register.rotate_keys().await.unwrap();
    let stock = StockReader::open(url.parse().unwrap()).await.unwrap();
    let findings = past.register.examine(Depth::CrossRead, &stock, |_, _| ()).await.unwrap();
    assert!(findings.is_sound(), "{findings:?}");
    eprintln!("daily: {} kills, {under_way} of them under way, a whole run takes {whole:?}", kills());
}

/// Parts of a run's time, spread evenly over it and a little beyond.
fn spread(count: usize) -> Vec<f64> {
    let steps = u32::try_from(count).unwrap();
    (0..steps).map(|step| f64::from(step) / f64::from(steps.max(1)) * 1.05).collect()
}
