//! A register whose clock jumps, and what happens in it meanwhile.

use std::sync::Arc;

use access::ReplayDemand;
use demand::notice::{NoticeChannel, NoticeSentDraft};
use event_log::Standby;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use nomenclature::{Actor, UniqueNumber};
use private_postgres::test_util::shared;
use register::{
    Answer, AsOf, Clock as _, DailyRun, Error, NoticeProof, Place, Register, Replayed, Request, SetClock, Viewer,
};
use serde_json::{Value, json};
use server::DueNow;
use tempfile::TempDir;
use tests::cast::{self, ANTIBES, NICE};
use tests::dice::Dice;
use tests::stage::world;

/// The clock stays between these days.
const FIRST: Date = date(2025, 6, 1);
const LAST: Date = date(2031, 6, 1);

/// Around the nights of summer and winter time: Paris has no half past two in the one, and two of them in the other.
const NIGHTS: [&str; 6] = [
    "2026-03-28T22:59:59Z",
    "2026-03-29T00:59:59Z",
    "2026-03-29T01:00:00Z",
    "2026-10-24T22:00:00Z",
    "2026-10-25T00:30:00Z",
    "2026-10-25T01:30:00Z",
];

pub struct Life {
    pub register: Register,
    pub place: Place,
    pub database: String,
    /// Every command that was done, with its first answer.
    pub done: Vec<(Request, Answer)>,
    pub refused: usize,
    /// Every number that was given.
    pub numbers: Vec<UniqueNumber>,
    /// Answers as of a day that had a later event behind them when they were given.
    pub told: Vec<(UniqueNumber, Date, Replayed)>,
    clock: Arc<SetClock>,
    due: DueNow,
    dice: Dice,
    folder: TempDir,
}

fn paris() -> TimeZone {
    TimeZone::get("Europe/Paris").unwrap()
}

pub fn auditor() -> Actor {
    Actor::parse("000090001/-/agent-05").unwrap()
}

impl Life {
    pub async fn begin(clock: Arc<SetClock>, dice: Dice) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (database, url) = world::new_database(shared());
        let keys = folder.path().join("keys");
        let place = Place {
            database: url.parse().unwrap(),
            keys,
            connections: 8,
            clock: clock.clone(),
            standby: Standby::NotAsked,
        };
        let register = Register::open(place.clone()).await.unwrap();
        world::bring_in_the_cast(&register).await;
        let line = json!({
            "siren": "000090001", "name": "Auditeur fictif", "kind": "AUDIT", "territories": ["006"],
            "since": "2020-01-01", "desks": []
        });
        register.import_organisation(serde_json::from_value(line).unwrap()).await.unwrap();
        let due = DueNow::keep(&register, &place).await.unwrap();
        let (done, numbers, told) = (Vec::new(), Vec::new(), Vec::new());
        Self { register, place, database, done, refused: 0, numbers, told, clock, due, dice, folder }
    }

    pub async fn ends(self) {
        self.due.end().await;
        drop(self.folder);
    }

    /// To another instant: more often forward than back.
    pub fn jumps(&mut self) {
        let now = self.clock.now().to_zoned_datetime(paris());
        let to = match self.dice.below(13) {
            0 => now.saturating_add(1.second()),
            1 => now.saturating_sub(1.second()),
            2 => now.saturating_add(1.hour()),
            3 => now.saturating_sub(1.hour()),
            4 | 5 => now.saturating_add(1.day()),
            6 => now.saturating_sub(1.day()),
            7 | 8 => now.saturating_add(40.days()),
            9 if now.date() < LAST => now.saturating_add(1.year()),
            9 | 10 if now.date() > FIRST => now.saturating_sub(1.year()),
            11 => now.end_of_day().unwrap(),
            _ => NIGHTS[self.dice.below(NIGHTS.len())].parse::<Timestamp>().unwrap().to_zoned_datetime(paris()),
        };
        self.clock.set(to.timestamp());
    }

    pub async fn acts(&mut self) {
        if self.numbers.len() < 5 || self.dice.below(4) == 0 {
            return self.registers().await;
        }
        let number = self.numbers[self.dice.below(self.numbers.len())];
        let today = self.clock.today();
        let act = match self.dice.below(10) {
            0..=3 => cast::renew(),
            4 => cast::renounce(&today.to_string()),
            5 | 6 => cast::add_piece("TAX"),
            7 => return self.repeats().await,
            _ => return self.reads(number).await,
        };
        let desk = [NICE, ANTIBES][self.dice.below(2)];
        self.asks(desk, Some(number), act).await;
    }

    pub async fn registers(&mut self) {
        let word = cast::letters(self.numbers.len());
        let act = cast::register(cast::form(&format!("Saut {word}"), &format!("Claire {word}"), "1980-01-01"));
        if let Some(answer) = self.asks(NICE, None, act).await {
            self.numbers.push(answer.number);
        }
    }

    /// The rules may refuse; nothing else may go wrong.
    async fn asks(&mut self, actor: &str, number: Option<UniqueNumber>, act: Value) -> Option<Answer> {
        let request = world::request(actor, number, act);
        match self.register.execute(request.clone()).await {
            Ok(answer) => {
                self.done.push((request, answer));
                Some(answer)
            }
            Err(Error::Rejected(_)) if number.is_some() => {
                self.refused += 1;
                None
            }
            Err(other) => panic!("{other} at {}", self.clock.now()),
        }
    }

    /// Every notice that was listed and not sent goes out today; of others that is refused.
    pub async fn sends_every_notice(&mut self) {
        for number in self.numbers.clone() {
            self.sends(number).await;
        }
    }

    async fn sends(&mut self, number: UniqueNumber) {
        let sent = NoticeSentDraft {
            sent_on: Some(self.clock.today().to_string()),
            channel: Some(NoticeChannel::Post),
            reference: Some("lot 1".to_owned()),
        };
        let proofs = self.register.record_notices([(number, NoticeProof::Sent(sent))]).await.unwrap();
        assert!(proofs.failed.is_empty());
    }

    async fn repeats(&mut self) {
        let (request, first) = &self.done[self.dice.below(self.done.len())];
        assert_eq!(self.register.execute(request.clone()).await.unwrap(), *first);
    }

    async fn reads(&mut self, number: UniqueNumber) {
        let agent = Actor::parse(NICE).unwrap();
        self.register.demand(number, Viewer::Agent(&agent)).await.unwrap();
    }

    pub async fn does_the_daily_run(&mut self) {
        let notices = self.folder.path().join("notices");
        let run = DailyRun { list: self.due.list(), day: None, notices: &notices, progress: &|_| {} };
        let report = self.register.daily(run).await.unwrap();
        assert!(report.is_sound(), "{:?}", report.territories);
        for _ in 0..3 {
            let number = self.numbers[self.dice.below(self.numbers.len())];
            self.sends(number).await;
        }
    }

    pub async fn rotates_the_keys(&mut self) {
        let rotation = self.register.rotate_keys().await.unwrap().unwrap();
        assert!(rotation.unopened.is_empty(), "{rotation:?}");
    }

    /// With numbers and keys of its own.
    pub async fn is_opened_by_another_process(&mut self) {
        let another = Register::open(self.place.clone()).await;
        let another = another.unwrap_or_else(|error| panic!("{error} at {}", self.clock.now()));
        let first = std::mem::replace(&mut self.register, another);
        self.registers().await;
        self.register = first;
    }

    /// A demand as an auditor gets it of a day.
    pub async fn replayed(&self, number: UniqueNumber, day: Date) -> Result<Replayed, Error> {
        let auditor = auditor();
        let replay = self.register.permit(Viewer::Agent(&auditor), ReplayDemand(number)).await?;
        self.register.replay(&replay, AsOf::Day(day)).await
    }

    /// As of a day that was already over.
    pub async fn asks_as_of_a_day(&mut self) {
        let number = self.numbers[self.dice.below(self.numbers.len())];
        let back = i64::try_from(1 + self.dice.below(60)).unwrap();
        let day = self.clock.today().saturating_sub(back.days());
        match self.replayed(number, day).await {
            Ok(replayed) if replayed.as_of < self.register.reader().head().await.unwrap() => {
                self.told.push((number, day, replayed));
            }
            Ok(_) | Err(Error::NotFound) => {}
            Err(other) => panic!("{other} as of {day}"),
        }
    }
}
