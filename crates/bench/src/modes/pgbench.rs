//! The base line: pgbench, a single-row INSERT of the log's columns, prepared, every value a parameter, nothing guarded.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use sqlx::{ConnectOptions as _, Connection as _, Executor as _};
use tokio::process::Command;

use super::{Mode, Pass};
use crate::failure::Failure;
use crate::house::{BASELINE, House};
use crate::meter::Meter;
use crate::sample;

const TABLE: &str = include_str!("raw_events.sql");
const INSERT: &str = include_str!("raw_insert.sql");

/// pgbench, of the PostgreSQL that is measured.
pub struct Pgbench {
    program: PathBuf,
    script: PathBuf,
    url: String,
    seconds: u64,
    runs: u64,
}

impl Pgbench {
    /// Makes the table.
    pub async fn new(house: &House, scripts: &Path, seconds: u64) -> Result<Self, Failure> {
        let program = house.cluster().binaries().tool("pgbench");
        let script = scripts.join("raw_insert.sql");
        std::fs::write(&script, INSERT).map_err(Failure::io("writing pgbench's script"))?;
        let mut connection = house.superuser(BASELINE)?.connect().await?;
        connection.execute(TABLE).await?;
        connection.close().await?;
        Ok(Self { program, script, url: house.superuser_url(BASELINE), seconds, runs: 0 })
    }

    /// One pass with so many clients.
    pub async fn pass(&mut self, meter: &mut Meter, clients: u32) -> Result<Pass, Failure> {
        self.runs += 1;
        let mut command = Command::new(&self.program);
        command.args(["-n", "-M", "prepared", "-j", "2", "-c", &clients.to_string()]);
        command.args(["-T", &self.seconds.to_string(), "-f"]).arg(&self.script);
        for (name, value) in self.values() {
            command.args(["-D", &format!("{name}={value}")]);
        }
        command.arg(&self.url).stdin(Stdio::null()).kill_on_drop(true);

        let mark = meter.mark().await?;
        let output = command.output().await.map_err(Failure::io("running pgbench"))?;
        let used = meter.since(mark).await?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(Failure::Pgbench(said.lines().last().unwrap_or("failed without a word").to_owned()));
        }
        let said = Said::read(&String::from_utf8_lossy(&output.stdout))?;
        Ok(Pass {
            commands: said.transactions,
            events: said.transactions,
            per_second: said.per_second,
            mean_ms: Some(said.mean_ms),
            ..Pass::of(Mode::Pgbench, clients, used)
        })
    }

    /// The parameters. Numbers of streams go on from pass to pass.
    fn values(&self) -> [(&'static str, String); 13] {
        let hex = |bytes: &[u8]| bytes.iter().fold("\\x".to_owned(), |text, byte| text + &format!("{byte:02x}"));
        [
            ("n", "0".to_owned()),
            ("base", (100_000_000_000_000_000 + self.runs * 1_000_000_000_000).to_string()),
            ("recorded_at", "2026-02-02 10:00:00.123456+00".to_owned()),
            ("command_id", "5b1e0a52-6f1c-4d7e-9a3b-0c8d2f7e4a11".to_owned()),
            ("effective_on", "2026-02-02".to_owned()),
            ("stream_type", "demand".to_owned()),
            ("territory", "006".to_owned()),
            ("event_type", "Registered".to_owned()),
            ("organisation", "000000018".to_owned()),
            ("actor", "000000018/G0601/agent-01".to_owned()),
            ("payload", sample::payload()),
            ("sealed", hex(&sample::sealed())),
            ("digest", hex(&[0xAB; 32])),
        ]
    }
}

/// What pgbench says at its end.
#[derive(Debug, PartialEq)]
struct Said {
    transactions: u64,
    per_second: f64,
    mean_ms: f64,
}

impl Said {
    fn read(text: &str) -> Result<Self, Failure> {
        let number = |label: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(label));
            line.and_then(|rest| rest.split([' ', '/']).find_map(|word| word.parse::<f64>().ok()))
        };
        let missing = || Failure::Pgbench("its report is not understood".to_owned());
        if number("number of failed transactions:").is_some_and(|failed| failed > 0.0) {
            return Err(Failure::Pgbench("transactions failed".to_owned()));
        }
        Ok(Self {
            transactions: number("number of transactions actually processed:").ok_or_else(missing)? as u64,
            per_second: number("tps =").ok_or_else(missing)?,
            mean_ms: number("latency average =").ok_or_else(missing)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORT: &str = "\
scaling factor: 1
number of transactions actually processed: 19372
number of failed transactions: 0 (0.000%)
latency average = 0.825 ms
initial connection time = 7.271 ms
tps = 9692.718 (without initial connection time)
";

    #[test]
    fn the_report_of_pgbench_is_read() {
        let said = Said::read(REPORT).unwrap();
        assert_eq!(said, Said { transactions: 19_372, per_second: 9_692.718, mean_ms: 0.825 });
    }

    #[test]
    fn a_report_with_failures_or_without_figures_is_an_error() {
        assert!(Said::read(&REPORT.replace("transactions: 0", "transactions: 3")).is_err());
        assert!(Said::read("").is_err());
    }
}
