//! The course of one seed, and what must hold at every moment of it.

use std::ops::AddAssign;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use event_log::memory::{Kind, MemoryLog};
use event_log::{Command, EventLog, NewEvent, Position, StreamAppend, StreamId, StreamType, Verdict};
use jiff::civil::date;
use projection::memory::MemoryPlace;
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use crate::chance::Dice;
use crate::process::{Ground, Process, Tally};
use crate::view::{DIARIES, NOTE, OTHER, Seen, UNREADABLE};

/// Long after the last thing has gone wrong, in the time of the simulation.
const IN_THE_END: Duration = Duration::from_secs(60);

/// What a seed brought about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Played {
    pub deaths: u64,
    pub lost: u64,
    pub crashes: u64,
    pub switches: u64,
    pub stopped: u64,
    pub commits: u64,
    pub events: u64,
    pub millis: u64,
}

impl AddAssign for Played {
    fn add_assign(&mut self, other: Self) {
        self.deaths += other.deaths;
        self.lost += other.lost;
        self.crashes += other.crashes;
        self.switches += other.switches;
        self.stopped += other.stopped;
        self.commits += other.commits;
        self.events += other.events;
        self.millis += other.millis;
    }
}

/// What was written, and where the views were last seen.
struct World {
    ground: Ground,
    log: EventLog,
    /// Events by position: the text of a note, or none.
    written: Vec<Option<String>>,
    versions: [u32; 4],
    last_seen: [i64; 2],
    farthest: [i64; 2],
    crashes: u64,
    switches: u64,
}

/// Plays a seed to its end.
pub async fn play(seed: u64) -> Played {
    let (dice, began) = (Dice::of(seed), Instant::now());
    let log = MemoryLog::default();
    let kind = log.open(Kind, event_log::Options::default());
    let quiet = Arc::new(AtomicBool::new(false));
    let at_once = Arc::new(|| Some(Duration::ZERO));
    let ground = Ground { log, place: MemoryPlace::new(at_once), dice, quiet, tally: Arc::new(Tally::default()) };
    let mut world = World {
        ground,
        log: kind,
        written: Vec::new(),
        versions: [0; 4],
        last_seen: [0; 2],
        crashes: 0,
        switches: 0,
        farthest: [0; 2],
    };
    world.play().await;
    let Tally { deaths, lost } = &*world.ground.tally;
    Played {
        deaths: deaths.load(Ordering::SeqCst),
        lost: lost.load(Ordering::SeqCst),
        crashes: world.crashes,
        switches: world.switches,
        stopped: world.unreadable().is_some().into(),
        commits: world.ground.place.commits().len() as u64,
        events: world.written.len() as u64,
        millis: u64::try_from(began.elapsed().as_millis()).unwrap(),
    }
}

impl World {
    async fn play(&mut self) {
        let dice = self.ground.dice.clone();
        let (steps, unreadable) = (dice.between(20, 60), dice.once_in(8).then(|| dice.between(1, 40)));
        let mut processes: Vec<Option<Process>> = (0..dice.between(1, 4)).map(|_| None).collect();
        for step in 0..steps {
            for process in &mut processes {
                self.come_and_go(process);
            }
            if !dice.once_in(3) {
                self.write(unreadable == Some(step)).await;
            }
            match dice.roll(40) {
                0 => self.ground.place.cut(),
                1 => self.crash(&processes, usize::try_from(dice.roll(5)).unwrap()),
                2 | 3 => self.switch(),
                _ => {}
            }
            sleep(dice.millis(0, 120)).await;
            self.check(&processes);
        }
        self.end_well(processes).await;
    }

    /// Nothing goes wrong any more: views come to the end of the log, or to where they must stop.
    async fn end_well(&mut self, mut processes: Vec<Option<Process>>) {
        self.ground.quiet.store(true, Ordering::SeqCst);
        let until = Instant::now() + IN_THE_END;
        let goal = self.unreadable().map_or(self.written.len(), |position| position - 1);
        let goal = i64::try_from(goal).unwrap();
        while self.last_seen != [goal; 2] {
            assert!(Instant::now() < until, "views stay at {:?}, the log can be read to {goal}", self.last_seen);
            for process in &mut processes {
                if process.as_ref().is_none_or(|process| process.task.is_finished()) {
                    *process = Some(Process::start(&self.ground));
                }
            }
            sleep(Duration::from_millis(100)).await;
            self.check(&processes);
        }
        if let Some(position) = self.unreadable() {
            // Whoever owns a view stands there and says so; the others wait.
            let process = Process::start(&self.ground);
            drop(processes);
            while process.stops().is_none() {
                assert!(Instant::now() < until, "nobody stops at the event that cannot be read");
                sleep(Duration::from_millis(100)).await;
                self.check(&[]);
            }
            let position = i64::try_from(position).unwrap();
            assert_eq!(process.stops(), Some([position; 2]));
            assert_eq!(self.last_seen, [goal; 2]);
        }
    }

    fn come_and_go(&self, process: &mut Option<Process>) {
        let dice = &self.ground.dice;
        match process {
            None if !dice.once_in(3) => *process = Some(Process::start(&self.ground)),
            Some(running) if running.task.is_finished() => *process = None,
            Some(running) if dice.once_in(12) => {
                self.ground.tally.deaths.fetch_add(1, Ordering::SeqCst);
                running.task.abort();
            }
            _ => {}
        }
    }

    fn crash(&mut self, processes: &[Option<Process>], lost: usize) {
        self.check(processes);
        self.ground.place.crash(lost);
        self.crashes += 1;
        self.last_seen = [0; 2];
    }

    /// A view was built anew elsewhere, perhaps further than the live one, and takes its place.
    fn switch(&mut self) {
        let dice = &self.ground.dice;
        let name = DIARIES[usize::from(dice.once_in(2))];
        let last = self.unreadable().map_or(self.written.len(), |position| position - 1);
        let to = last.saturating_sub(usize::try_from(dice.roll(4)).unwrap());
        let to = i64::try_from(to).unwrap();
        let rows = fold(&self.written, to);
        self.switches += u64::from(self.ground.place.switch(name, Position::try_new(to).unwrap(), rows));
    }

    /// Some events of one stream. Nothing is written behind one that cannot be read twice.
    async fn write(&mut self, unreadable: bool) {
        let dice = &self.ground.dice;
        let nth = usize::try_from(dice.roll(4)).unwrap();
        let stream_type = if nth == 3 && !unreadable { OTHER } else { NOTE };
        let nth = if unreadable { 0 } else { nth };
        let count = dice.between(1, 4);
        let texts: Vec<String> = (0..count).map(|_| format!("\"{}\"", dice.roll(1_000))).collect();
        let texts = if unreadable { vec![UNREADABLE.to_owned()] } else { texts };
        let id = Uuid::from_u64_pair(0, self.written.len() as u64);
        let command = command(id, &stream_type, (nth, self.versions[nth]), &texts);
        let verdicts = self.log.append(vec![command]).await.unwrap();
        assert!(matches!(verdicts[..], [Verdict::Committed(_)]), "{verdicts:?}");
        self.versions[nth] += u32::try_from(texts.len()).unwrap();
        let note = stream_type == NOTE;
        self.written.extend(texts.into_iter().map(|text| note.then_some(text)));
    }

    /// The position of the event that cannot be read.
    fn unreadable(&self) -> Option<usize> {
        self.written.iter().position(|text| text.as_deref() == Some(UNREADABLE)).map(|before| before + 1)
    }

    /// What holds at every moment.
    fn check(&mut self, processes: &[Option<Process>]) {
        for (nth, name) in DIARIES.iter().enumerate() {
            let Some((position, rows)) = self.ground.place.seen(name) else { continue };
            let (position, last_seen) = (position.get(), &mut self.last_seen[nth]);
            let farthest = &mut self.farthest[nth];
            *farthest = position.max(*farthest);
            for process in processes.iter().flatten() {
                let told = process.handles[nth].told().get();
                assert!(told <= *farthest, "view {name} is told to be at {told}, it never was beyond {farthest}");
            }
            assert!(position >= *last_seen, "view {name} went back from {last_seen} to {position}");
            *last_seen = position;
            let folded = fold(&self.written, position);
            assert_eq!(rows, folded, "view {name} at {position} is not the fold of the log");
        }
        for name in DIARIES {
            let mut stood = 0;
            for commit in self.ground.place.commits().iter().filter(|commit| commit.view == name) {
                assert!(commit.owned || commit.session.is_none(), "{commit:?}: who committed does not own the view");
                assert_eq!(commit.from.get(), stood, "{commit:?} does not begin where the view stood");
                assert!(commit.to > commit.from, "{commit:?} does not move");
                stood = commit.to.get();
            }
        }
    }
}

/// What a view must hold at a position.
fn fold(written: &[Option<String>], position: i64) -> Seen {
    let notes = (1..=position).zip(written);
    notes.filter_map(|(position, text)| text.clone().map(|text| (position, text))).collect()
}

fn command(id: Uuid, stream_type: &StreamType, (nth, version): (usize, u32), texts: &[String]) -> Command {
    let event = |text: &String| NewEvent {
        event_type: "Written".into(),
        schema_version: 1,
        effective_on: date(2026, 11, 23),
        payload: text.clone(),
        sealed: Vec::new(),
    };
    Command {
        id,
        organisation: "org-1".into(),
        actor: "agent-1".into(),
        body_digest: [0; 32],
        recorded_at: "2026-11-23T12:00:00Z".parse().unwrap(),
        streams: vec![StreamAppend {
            stream_type: stream_type.clone(),
            stream: StreamId::parse(format!("stream-{nth}")).unwrap(),
            territory: None,
            expected_version: version,
            key: None,
            events: texts.iter().map(event).collect(),
        }],
        claims: Vec::new(),
    }
}
