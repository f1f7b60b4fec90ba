use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::folder::{self, Folder};
use crate::lock::Lock;
use crate::postmaster::{self, Found, Postmaster};
use crate::probe::{self, Answer};
use crate::{Binaries, Error, Options, settings, socket, tool, url};

/// The database superuser that `initdb` makes. Only the owner of the socket's folder (and root) reaches the server.
const SUPERUSER: &str = "postgres";

/// A stop waits for the last checkpoint; a starter that meets a stopper waits as long.
const STOP_SECONDS: u64 = 60;

const PAUSE: Duration = Duration::from_millis(50);

/// A log longer than this is set aside at the next start.
const LONGEST_LOG: u64 = 10 * 1024 * 1024;

/// What [`Cluster::start_with`] is doing, for a person who waits.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Step {
    /// First use: the cluster is being made.
    Initialising,
    /// The server is being started, after a crash with recovery.
    Starting,
    /// A server that was already running on the folder is used.
    Adopted {
        /// Process id of the postmaster.
        pid: i32,
    },
}

/// What [`Cluster::stop`] did.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Stopped {
    /// We were the last user: the server is down.
    Server,
    /// Somebody else uses the cluster: the server goes on.
    OthersRemain,
}

/// A running private cluster, and the right to use it. Dropping it is [`Cluster::stop`] without the answer.
#[derive(Debug)]
pub struct Cluster {
    folder: Folder,
    binaries: Binaries,
    postmaster: Postmaster,
    socket: PathBuf,
    users: Option<Lock>,
}

impl Cluster {
    /// Whether a folder holds a whole cluster: for those who want to read one and to make none.
    pub fn exists(data_dir: &Path) -> bool {
        data_dir.join("cluster/PG_VERSION").exists()
    }

    /// Makes, starts or adopts the cluster of a folder and waits until it answers. Blocks.
    pub fn start(options: Options) -> Result<Self, Error> {
        Self::start_with(options, |_| {})
    }

    /// As [`Cluster::start`], telling each step that takes time.
    pub fn start_with(options: Options, mut progress: impl FnMut(Step)) -> Result<Self, Error> {
        // Settings are judged first, so that a bad one leaves nothing behind.
        settings::render(Path::new("/"), socket::PORT, &options.settings)?;
        let folder = Folder::prepare(&options.data_dir)?;
        let patience = options.start_timeout + Duration::from_secs(STOP_SECONDS);
        let starting = starting_or_stopping(&folder, patience)?;
        let users = Lock::shared(&folder.users_lock())?;
        let binaries = match (options.binaries, folder.data_version()?) {
            (Some(binaries), _) => binaries,
            (None, Some(major)) => Binaries::find_major(major, &folder.pgdata())?,
            (None, None) => Binaries::find()?,
        };
        if folder.data_version()?.is_none() {
            progress(Step::Initialising);
            initialise(&folder, &binaries)?;
        }
        let start = Start { folder: &folder, binaries: &binaries, settings: &options.settings };
        let (postmaster, socket) = start.until_it_answers(options.start_timeout, &mut progress)?;
        drop(starting);
        Ok(Self { folder, binaries, postmaster, socket, users: Some(users) })
    }

    /// Folder of the unix socket, absolute.
    pub fn socket_dir(&self) -> &Path {
        &self.socket
    }

    /// Name of the database superuser.
    pub fn superuser(&self) -> &'static str {
        SUPERUSER
    }

    /// Major version of the server.
    pub fn version(&self) -> u32 {
        self.binaries.version()
    }

    /// The programs that run this cluster.
    pub fn binaries(&self) -> &Binaries {
        &self.binaries
    }

    /// Process id of the postmaster at the time it was started or adopted.
    pub fn postmaster_pid(&self) -> i32 {
        self.postmaster.pid
    }

    /// The server's log file.
    pub fn log_file(&self) -> PathBuf {
        self.folder.log()
    }

    /// A connection string for libpq and sqlx, percent-encoded, with nothing left to the environment.
    pub fn url(&self, user: &str, database: &str) -> String {
        url::of(&self.socket, self.postmaster.port, user, database)
    }

    /// Gives up the cluster and, if nobody else uses it, stops the server (open transactions are rolled back).
    pub fn stop(mut self) -> Result<Stopped, Error> {
        self.leave()
    }

    fn leave(&mut self) -> Result<Stopped, Error> {
        let Some(ours) = self.users.take() else { return Ok(Stopped::OthersRemain) };
        let _stopping = starting_or_stopping(&self.folder, Duration::from_secs(STOP_SECONDS))?;
        drop(ours);
        let Some(_alone) = Lock::exclusive(&self.folder.users_lock(), Duration::ZERO)? else {
            return Ok(Stopped::OthersRemain);
        };
        if let Found::Alive(_) = postmaster::find(&self.folder.pgdata())? {
            let mut command = tool::command(&self.binaries.tool("pg_ctl"));
            command.args(["stop", "-s", "-w", "-m", "fast", "-t", &STOP_SECONDS.to_string(), "-D"]);
            command.arg(self.folder.pgdata());
            tool::run(command, Some(&self.folder.account), "pg_ctl stop", None)?;
        }
        socket::clean(&self.folder);
        Ok(Stopped::Server)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // Who wants to know calls `stop`; a server that is left running is adopted by the next start.
        let _ = self.leave();
    }
}

fn starting_or_stopping(folder: &Folder, patience: Duration) -> Result<Lock, Error> {
    Lock::exclusive(&folder.start_lock(), patience)?
        .ok_or_else(|| Error::Busy { path: folder.root.clone(), seconds: patience.as_secs() })
}

/// Runs initdb beside the final place and moves the result there once it is whole and on disk.
fn initialise(folder: &Folder, binaries: &Binaries) -> Result<(), Error> {
    let fresh = folder.unfinished();
    if fresh.exists() {
        std::fs::remove_dir_all(&fresh).map_err(Error::folder("remove", &fresh))?;
    }
    folder.make_private(&fresh)?;
    let mut command = tool::command(&binaries.tool("initdb"));
    // Trust is safe here: the only way in is a socket in a folder that only its owner may enter.
    command.args(["--username", SUPERUSER, "--auth-local=trust", "--auth-host=reject"]);
    command.args(["--data-checksums", "--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions", "-D"]).arg(&fresh);
    tool::run(command, Some(&folder.account), "initdb", None)?;
    let main = fresh.join("postgresql.conf");
    OpenOptions::new()
        .append(true)
        .open(&main)
        .and_then(|mut file| {
            writeln!(file, "\ninclude = '{}'", settings::FILE)?;
            file.sync_all()
        })
        .map_err(Error::folder("write", main))?;
    folder.write(&fresh.join(settings::FILE), "")?;
    folder::sync(&fresh)?;
    std::fs::rename(&fresh, folder.pgdata()).map_err(Error::folder("rename", &fresh))?;
    folder::sync(&folder.root)
}

struct Start<'a> {
    folder: &'a Folder,
    binaries: &'a Binaries,
    settings: &'a [(String, String)],
}

impl Start<'_> {
    fn until_it_answers(
        &self,
        limit: Duration,
        progress: &mut dyn FnMut(Step),
    ) -> Result<(Postmaster, PathBuf), Error> {
        let deadline = Instant::now() + limit;
        let mut started = false;
        loop {
            match self.look()? {
                Found::Alive(postmaster) => {
                    let near = self.folder.root.join("socket");
                    let socket = postmaster.socket.clone().unwrap_or(near);
                    if probe::ask(&socket, postmaster.port, SUPERUSER) == Answer::Serves {
                        if !started {
                            progress(Step::Adopted { pid: postmaster.pid });
                        }
                        return Ok((postmaster, socket));
                    }
                    if Instant::now() > deadline {
                        return Err(Error::NotAnswering { pid: postmaster.pid, socket, seconds: limit.as_secs() });
                    }
                }
                Found::Misleading => {
                    let file = self.folder.pgdata().join("postmaster.pid");
                    std::fs::remove_file(&file).map_err(Error::folder("remove the stale", file))?;
                    continue;
                }
                Found::Nothing | Found::Dead => {
                    if !started {
                        progress(Step::Starting);
                    }
                    match self.launch(limit) {
                        Ok(()) => started = true,
                        // The children of a killed postmaster need a moment to notice; until then the data are theirs.
                        Err(Error::Tool { detail, .. })
                            if detail.contains("still in use") && Instant::now() < deadline => {}
                        Err(error) => return Err(error),
                    }
                }
            }
            std::thread::sleep(PAUSE);
        }
    }

    /// A lock file is only called misleading when it is so twice: it could have been caught half-written.
    fn look(&self) -> Result<Found, Error> {
        let pgdata = self.folder.pgdata();
        match postmaster::find(&pgdata)? {
            Found::Misleading => {
                std::thread::sleep(4 * PAUSE);
                postmaster::find(&pgdata)
            }
            found => Ok(found),
        }
    }

    fn launch(&self, limit: Duration) -> Result<(), Error> {
        let socket = socket::choose(self.folder)?;
        let pgdata = self.folder.pgdata();
        let text = settings::render(&socket, socket::PORT, self.settings)?;
        self.folder.write(&pgdata.join(settings::FILE), &text)?;
        let log = self.folder.log();
        let length = std::fs::metadata(&log).map_or(0, |meta| meta.len());
        let from = if length > LONGEST_LOG && std::fs::rename(&log, log.with_extension("log.old")).is_ok() {
            0
        } else {
            length
        };
        let mut command = tool::command(&self.binaries.tool("pg_ctl"));
        command.args(["start", "-s", "-w", "-t", &limit.as_secs().max(1).to_string(), "-l"]).arg(&log);
        command.arg("-D").arg(pgdata);
        tool::run(command, Some(&self.folder.account), "pg_ctl start", Some((&log, from)))?;
        Ok(())
    }
}
