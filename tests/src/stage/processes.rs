//! The load as a process, and through it the workers.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// Everything a phase of the test may take before it counts as hanging.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the load told so far.
#[derive(Debug, Default)]
pub struct Told {
    pub workers: usize,
    /// How many orders were unanswered at the death of each worker.
    pub died_with: Vec<usize>,
    acks: usize,
    worker: i32,
}

/// Who holds the register.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Worker {
    /// The worker itself.
    Bus,
    /// A server that the worker has started: its only child.
    Door,
}

/// A running load. Dropped, it ends, and its worker with it.
pub struct Load {
    worker: Worker,
    process: Child,
    lines: Receiver<String>,
    told: Told,
}

impl Load {
    /// With the seed that its orders and their ids are drawn from.
    pub fn start(worker: Worker, database: &str, keys: &Path, ledger: &Path, seed: u64) -> Self {
        let program = match worker {
            Worker::Bus => "crash_worker",
            Worker::Door => "crash_door",
        };
        let mut process = Command::new(beside("crash_load"))
            .arg(beside(program))
            .arg(database)
            .args([keys, ledger])
            .arg(seed.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let said = BufReader::new(process.stdout.take().unwrap());
        let (sender, lines) = mpsc::channel();
        std::thread::spawn(move || said.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        Self { worker, process, lines, told: Told::default() }
    }

    pub fn acks(&self) -> usize {
        self.told.acks
    }

    /// Waits until so many commands are acknowledged in all.
    pub fn runs_until(&mut self, acks: usize) {
        self.listen(|told| told.acks >= acks);
    }

    /// As `kill -9` does, and waits until another worker has taken over.
    pub fn kill_the_worker(&mut self) {
        let before = self.told.workers;
        let pid = match self.worker {
            Worker::Bus => self.told.worker,
            Worker::Door => only_child_of(self.told.worker),
        };
        kill(Pid::from_raw(pid), Signal::SIGKILL).unwrap();
        self.listen(|told| told.workers > before);
    }

    /// No new orders; everything unanswered is settled.
    pub fn stops(mut self) -> Told {
        drop(self.process.stdin.take());
        self.listen(|_| false);
        assert!(self.process.wait().unwrap().success(), "the load settled everything");
        std::mem::take(&mut self.told)
    }

    /// Hears the load until something holds, or until it has nothing more to say.
    fn listen(&mut self, holds: impl Fn(&Told) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !holds(&self.told) {
            let left = deadline.saturating_duration_since(Instant::now());
            let line = match self.lines.recv_timeout(left) {
                Ok(line) => line,
                Err(mpsc::RecvTimeoutError::Disconnected) => return,
                Err(mpsc::RecvTimeoutError::Timeout) => panic!("the load hangs: {:?}", self.told),
            };
            let (what, number) = line.split_once(' ').unwrap();
            match what {
                "worker" => {
                    self.told.workers += 1;
                    self.told.worker = number.parse().unwrap();
                }
                "died" => self.told.died_with.push(number.parse().unwrap()),
                "acks" => self.told.acks = number.parse().unwrap(),
                other => panic!("the load says {other}"),
            }
        }
    }
}

/// A program of the suites, which stands beside their own.
fn beside(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.ancestors().nth(2).unwrap().join(name)
}

fn only_child_of(pid: i32) -> i32 {
    let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap();
    let children: Vec<i32> = children.split_whitespace().map(|child| child.parse().unwrap()).collect();
    let [child] = children[..] else { panic!("the worker has children {children:?}") };
    child
}

impl Drop for Load {
    fn drop(&mut self) {
        // A worker whose load is gone sees the end of its input.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
