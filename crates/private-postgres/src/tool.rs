//! Runs PostgreSQL's programs as the right account, in an environment of our own.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::Error;
use crate::account::Account;

/// A command whose environment holds nothing of ours: no `PG*` variable, no locale, no unreadable working folder.
pub(crate) fn command(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.env_clear().env("LC_ALL", "C").env("TZ", "UTC").current_dir("/").stdin(Stdio::null());
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    command
}

pub(crate) fn run(
    mut command: Command,
    account: Option<&Account>,
    name: &'static str,
    log: Option<(&Path, u64)>,
) -> Result<Output, Error> {
    if let Some(account) = account {
        account.apply(&mut command);
    }
    let tool = command.get_program().into();
    let output = command.output().map_err(|source| Error::Run { tool, source })?;
    if output.status.success() {
        return Ok(output);
    }
    let mut said = format!("{}\n{}", String::from_utf8_lossy(&output.stderr), String::from_utf8_lossy(&output.stdout));
    if let Some((log, from)) = log {
        said.push_str(&since(log, from));
    }
    Err(Error::Tool { tool: name, detail: last_lines(&said, 12) })
}

/// What was written to the log after `from` bytes.
fn since(log: &Path, from: u64) -> String {
    let bytes = std::fs::read(log).unwrap_or_default();
    let from = usize::try_from(from).unwrap_or(usize::MAX).min(bytes.len());
    String::from_utf8_lossy(&bytes[from..]).into_owned()
}

fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines[lines.len().saturating_sub(count)..].join(" | ")
}
