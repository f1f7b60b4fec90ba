//! Reads `postmaster.pid` and judges whether its process is really the postmaster of this folder.

use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::sys::signal::kill;
use nix::unistd::Pid;

use crate::Error;

/// A live postmaster, as its lock file describes it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Postmaster {
    pub pid: i32,
    pub port: u16,
    pub socket: Option<PathBuf>,
}

/// What stands behind a lock file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Found {
    Nothing,
    Alive(Postmaster),
    /// The process is gone; PostgreSQL takes such a file over by itself.
    Dead,
    /// The number now belongs to another program (or to a zombie), so PostgreSQL would refuse to start.
    Misleading,
}

pub(crate) fn find(pgdata: &Path) -> Result<Found, Error> {
    let file = pgdata.join("postmaster.pid");
    let text = match std::fs::read_to_string(&file) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Found::Nothing),
        Err(error) => return Err(Error::folder("read", file)(error)),
    };
    // An empty or torn file is what a crash of the machine leaves; PostgreSQL names it in its own error if it minds.
    let Some(postmaster) = parse(&text) else { return Ok(Found::Misleading) };
    Ok(judge(postmaster, pgdata))
}

/// Lines: process id, data folder, start time, port, socket folder, listen address, shared memory, status.
fn parse(text: &str) -> Option<Postmaster> {
    let mut lines = text.lines();
    let pid: i32 = lines.next()?.trim().parse().ok().filter(|pid| *pid > 1)?;
    let port = lines.nth(2).and_then(|line| line.trim().parse().ok()).unwrap_or(0);
    let socket = lines.next().map(str::trim).filter(|line| !line.is_empty()).map(PathBuf::from);
    Some(Postmaster { pid, port, socket })
}

fn judge(postmaster: Postmaster, pgdata: &Path) -> Found {
    let proc = PathBuf::from(format!("/proc/{}", postmaster.pid));
    // The postmaster is of our own account (or we are root): a process that we may not signal is another's.
    if let Err(Errno::ESRCH | Errno::EPERM) = kill(Pid::from_raw(postmaster.pid), None) {
        return Found::Dead;
    }
    if zombie(&proc) {
        return Found::Misleading;
    }
    // A postmaster's working folder is its data folder. Where /proc cannot say, the process id is believed.
    match (std::fs::read_link(proc.join("cwd")), pgdata.canonicalize()) {
        (Ok(cwd), Ok(pgdata)) if cwd != pgdata => Found::Misleading,
        _ => Found::Alive(postmaster),
    }
}

fn zombie(proc: &Path) -> bool {
    let Ok(stat) = std::fs::read_to_string(proc.join("stat")) else { return false };
    // The program's name stands in parentheses and may hold any character, even a parenthesis.
    stat.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with(['Z', 'X']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder_with(pid_file: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("postmaster.pid"), pid_file).unwrap();
        folder
    }

    #[test]
    fn no_file_means_no_postmaster() {
        assert_eq!(find(tempfile::tempdir().unwrap().path()).unwrap(), Found::Nothing);
    }

    #[test]
    fn a_live_process_of_another_program_is_not_taken_for_the_postmaster() {
        let folder = folder_with(&format!("{}\n/x\n1\n5432\n/tmp\n", std::process::id()));
        assert_eq!(find(folder.path()).unwrap(), Found::Misleading);
    }

    #[test]
    fn a_torn_file_is_misleading_and_no_panic() {
        for text in ["", "\n", "abc", "-1", "0", "1", "99999999999999999999", "12x\n"] {
            assert_eq!(find(folder_with(text).path()).unwrap(), Found::Misleading, "{text:?}");
        }
    }

    #[test]
    fn a_process_that_ended_is_dead() {
        let mut child = std::process::Command::new("true").spawn().unwrap();
        child.wait().unwrap();
        assert_eq!(find(folder_with(&format!("{}\n", child.id())).path()).unwrap(), Found::Dead);
    }

    #[test]
    fn port_and_socket_are_read_from_the_file() {
        let read = parse("77\n/data\n1700000000\n5432\n/run/sne\n\n  123 456\nready\n").unwrap();
        assert_eq!(read, Postmaster { pid: 77, port: 5432, socket: Some(PathBuf::from("/run/sne")) });
    }
}
