//! Generates load, keeps the ledger, and starts a worker again whenever one dies.
//!
//! Usage: `crash_load WORKER DATABASE_URL KEY_FOLDER LEDGER SEED`. On standard output it tells `worker PID` for each worker
//! started, `died UNANSWERED` for each that went, and `acks COUNT` as the ledger grows. At the end of its standard input it
//! asks for nothing new, has everything that is unanswered settled, and leaves.

use std::error::Error;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use register::{Clock as _, SystemClock};
use tests::ledger::{Entry, Ledger};
use tests::load::Generator;
use tests::wire::{Order, Reply};

/// Orders unanswered at once: some wait at the worker, so that a kill always finds it busy.
const WINDOW: usize = 24;
/// Before an order whose outcome is unknown is sent again, and before a worker that died is replaced.
const PAUSE: Duration = Duration::from_millis(50);
/// Without one answer: after that it is no crash of the test any more.
const LONGEST_SILENCE: Duration = Duration::from_secs(60);

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [worker, database, keys, ledger, seed] = arguments.as_slice() else {
        return Err("usage: crash_load WORKER DATABASE_URL KEY_FOLDER LEDGER SEED".into());
    };
    let worker_is_a_door = worker.ends_with("crash_door");
    let (sender, news) = mpsc::channel();
    let stop = sender.clone();
    std::thread::spawn(move || {
        let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
        stop.send(News::Stop)
    });
    let mut workers = Workers { command: [worker.clone(), database.clone(), keys.clone()], sender, started: 0 };
    let worker = workers.start()?;
    let mut load = Load {
        ledger: Ledger::create(ledger.as_ref())?,
        generator: Generator::new(seed.parse()?, worker_is_a_door),
        workers,
        worker,
        open: Vec::new(),
        stopping: false,
        acks: 0,
        heard_at: Instant::now(),
    };
    load.run(&news)
}

enum News {
    Reply(Reply),
    Died(u32),
    Stop,
}

/// Starts workers, and tells what they say.
struct Workers {
    command: [String; 3],
    sender: Sender<News>,
    started: u32,
}

struct Worker {
    generation: u32,
    process: Child,
    orders: Option<ChildStdin>,
}

impl Workers {
    fn start(&mut self) -> io::Result<Worker> {
        self.started += 1;
        let generation = self.started;
        let [program, database, keys] = &self.command;
        let mut process = Command::new(program)
            .args([database, keys])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        tell(&format!("worker {}", process.id()))?;
        let said = process.stdout.take().map(BufReader::new);
        let sender = self.sender.clone();
        std::thread::spawn(move || {
            for line in said.into_iter().flat_map(|said| said.lines().map_while(Result::ok)) {
                // A line that is cut short is the last one of a worker that was killed.
                let Ok(reply) = serde_json::from_str(&line) else { break };
                let _ = sender.send(News::Reply(reply));
            }
            sender.send(News::Died(generation))
        });
        Ok(Worker { generation, orders: process.stdin.take(), process })
    }
}

/// An order that is not settled yet.
struct Open {
    order: Order,
    again_at: Option<Instant>,
}

struct Load {
    ledger: Ledger,
    generator: Generator,
    workers: Workers,
    worker: Worker,
    /// In the order they were first sent.
    open: Vec<Open>,
    stopping: bool,
    acks: usize,
    heard_at: Instant,
}

impl Load {
    fn run(&mut self, news: &Receiver<News>) -> Result<(), Box<dyn Error>> {
        loop {
            if !self.stopping {
                self.ask_for_more()?;
            } else if self.open.is_empty() {
                self.worker.orders = None;
                self.worker.process.wait()?;
                return Ok(());
            }
            match news.recv_timeout(PAUSE) {
                Ok(first) => self.hear(std::iter::once(first).chain(news.try_iter()))?,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Err("nobody is left to hear from".into()),
            }
            self.send_again()?;
            if self.heard_at.elapsed() > LONGEST_SILENCE {
                return Err("no answer any more".into());
            }
        }
    }

    /// New orders: first into the ledger, then to the worker.
    fn ask_for_more(&mut self) -> io::Result<()> {
        let mut orders = Vec::new();
        while self.open.len() + orders.len() < WINDOW {
            orders.extend(self.generator.next());
        }
        let intents: Vec<_> = orders.iter().map(|order| Entry::Intent(Box::new(order.clone()))).collect();
        self.ledger.write(&intents)?;
        for order in orders {
            self.send(&order)?;
            self.open.push(Open { order, again_at: None });
        }
        Ok(())
    }

    fn hear(&mut self, news: impl Iterator<Item = News>) -> io::Result<()> {
        let mut replies = Vec::new();
        for news in news {
            match news {
                News::Reply(reply) => replies.push(reply),
                News::Died(generation) if generation == self.worker.generation => self.replace_worker()?,
                News::Died(_) => {}
                News::Stop => self.stopping = true,
            }
        }
        let mut answers: Vec<_> = replies.iter().cloned().map(Entry::Answer).collect();
        if !answers.is_empty() {
            answers.push(Entry::Heard(SystemClock.now()));
        }
        self.ledger.write(&answers)?;
        for reply in replies {
            self.settle(&reply);
        }
        if !answers.is_empty() {
            tell(&format!("acks {}", self.acks))?;
        }
        Ok(())
    }

    fn settle(&mut self, reply: &Reply) {
        let Some(place) = self.open.iter().position(|open| open.order.command_id == reply.command_id()) else {
            return;
        };
        match reply {
            Reply::Ack(ack) => {
                self.acks += 1;
                self.heard_at = Instant::now();
                self.generator.learn(&self.open.remove(place).order, ack);
            }
            Reply::Refused { .. } => {
                self.heard_at = Instant::now();
                self.open.remove(place);
            }
            Reply::Unknown { .. } | Reply::Failed { .. } => {
                self.open[place].again_at = Some(Instant::now() + PAUSE);
            }
        }
    }

    fn replace_worker(&mut self) -> io::Result<()> {
        tell(&format!("died {}", self.open.len()))?;
        self.worker.process.wait()?;
        std::thread::sleep(PAUSE);
        self.worker = self.workers.start()?;
        for open in &mut self.open {
            open.again_at = Some(Instant::now());
        }
        Ok(())
    }

    fn send_again(&mut self) -> io::Result<()> {
        let now = Instant::now();
        let due = self.open.iter_mut().filter(|open| open.again_at.is_some_and(|at| at <= now));
        let due: Vec<Order> = due
            .map(|open| {
                open.again_at = None;
                Order { again: true, ..open.order.clone() }
            })
            .collect();
        due.iter().try_for_each(|order| self.send(order))
    }

    /// A worker that died does not read any more; its orders are sent to the next one.
    fn send(&mut self, order: &Order) -> io::Result<()> {
        let mut line = serde_json::to_vec(order)?;
        line.push(b'\n');
        if let Some(orders) = &mut self.worker.orders {
            let _ = orders.write_all(&line);
        }
        Ok(())
    }
}

fn tell(line: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}
