//! A register with a clock that is moved, its deadlines, and a folder for the lists.

use std::path::PathBuf;
use std::sync::Arc;

use demand::notice::{NoticeChannel, NoticeSentDraft};
use jiff::civil::{Date, date};
use nomenclature::UniqueNumber;
use private_postgres::test_util::shared;
use register::{DailyReport, DailyRun, Error, NoticeProof, SetClock};
use serde_json::Value;
use server::DueNow;
use tempfile::TempDir;
use tests::cast::{NICE, form, register};
use tests::stage::world::{noon, request};

use crate::in_process::Prepared;

/// The day most demands are filed here.
pub const FILED: Date = date(2025, 3, 15);
/// The end of their first year.
pub const EXPIRES: Date = date(2026, 3, 15);

pub struct Stage {
    pub prepared: Prepared,
    pub clock: Arc<SetClock>,
    pub due: DueNow,
    folder: TempDir,
}

impl Stage {
    pub async fn new() -> Self {
        let clock = Arc::new(SetClock::at(noon(FILED)));
        let prepared = Prepared::new(clock.clone()).await;
        let due = DueNow::keep(&prepared.register, &prepared.place).await.unwrap();
        Self { prepared, clock, due, folder: tempfile::tempdir().unwrap() }
    }

    pub fn at(&self, day: Date) {
        self.clock.set(noon(day));
    }

    /// The folder of the lists, which nobody has made.
    pub fn notices(&self) -> PathBuf {
        self.folder.path().join("notices")
    }

    pub async fn act(&self, actor: &str, number: UniqueNumber, act: Value) {
        self.ask(actor, Some(number), act).await.unwrap();
    }

    pub async fn ask(&self, actor: &str, number: Option<UniqueNumber>, act: Value) -> Result<register::Answer, Error> {
        self.prepared.register.execute(request(actor, number, act)).await
    }

    /// A new demand; the clock stays on its day.
    pub async fn registered_on(&self, day: Date, surname: &str) -> UniqueNumber {
        self.at(day);
        self.ask(NICE, None, register(form(surname, "Claire", "1980-01-01"))).await.unwrap().number
    }

    pub async fn daily(&self) -> DailyReport {
        self.try_daily().await.unwrap()
    }

    pub async fn try_daily(&self) -> Result<DailyReport, Error> {
        self.run(None).await
    }

    pub async fn daily_for(&self, day: Date) -> Result<DailyReport, Error> {
        self.run(Some(day)).await
    }

    async fn run(&self, day: Option<Date>) -> Result<DailyReport, Error> {
        let notices = self.notices();
        let run = DailyRun { list: self.due.list(), day, notices: &notices, progress: &|_| {} };
        self.prepared.register.daily(run).await
    }

    pub async fn plan(&self, day: Date) -> Result<DailyReport, Error> {
        self.prepared.register.daily_plan(self.due.list(), Some(day)).await
    }

    pub async fn sent(&self, number: UniqueNumber, day: Date) {
        let draft = NoticeSentDraft {
            sent_on: Some(day.to_string()),
            channel: Some(NoticeChannel::Post),
            reference: Some("lot 1".to_owned()),
        };
        self.told(number, NoticeProof::Sent(draft)).await;
    }

    pub async fn returned(&self, number: UniqueNumber, day: Date) {
        self.told(number, NoticeProof::Returned(day.to_string())).await;
    }

    async fn told(&self, number: UniqueNumber, proof: NoticeProof) {
        let proofs = self.prepared.register.record_notices([(number, proof)]).await.unwrap();
        assert_eq!(proofs.recorded, 1, "{:?}", proofs.refused);
    }

    /// Waits until the view of deadlines holds all that the log does.
    pub async fn seen(&self) {
        let head = self.prepared.register.reader().head().await.unwrap();
        self.due.list().catch_up(head).await.unwrap();
    }

    pub async fn head(&self) -> i64 {
        self.prepared.register.reader().head().await.unwrap().get()
    }

    /// SQL as the superuser.
    pub fn sql(&self, sql: &str) -> String {
        shared().psql(&self.prepared.database, sql).unwrap().trim().to_owned()
    }

    /// Events of a type in a demand's stream.
    pub fn count(&self, event_type: &str, number: UniqueNumber) -> usize {
        let count =
            format!("SELECT count(*) FROM log.events WHERE stream = '{number}' AND event_type = '{event_type}'");
        self.sql(&count).parse().unwrap()
    }

    /// The open part of the last event of a type.
    pub fn event(&self, number: UniqueNumber, event_type: &str) -> Value {
        let payload = format!(
            "SELECT payload FROM log.events WHERE stream = '{number}' AND event_type = '{event_type}' \
             ORDER BY version DESC LIMIT 1"
        );
        serde_json::from_str(&self.sql(&payload)).unwrap()
    }

    /// Names and contents of the lists.
    pub fn files(&self) -> Vec<(String, String)> {
        let Ok(entries) = std::fs::read_dir(self.notices()) else { return Vec::new() };
        let mut files: Vec<(String, String)> = entries
            .map(|entry| entry.unwrap().path())
            .map(|path| {
                let name = path.file_name().unwrap().to_str().unwrap().to_owned();
                (name, std::fs::read_to_string(path).unwrap())
            })
            .collect();
        files.sort();
        files
    }
}
