//! What it runs on. Absolute figures belong to a machine and a moment; this says which.

use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use jiff::civil::Date;
use register::{Clock as _, SystemClock};
use serde::Serialize;
use sqlx::PgConnection;

use crate::failure::Failure;
use crate::house::{self, House};
use crate::stats::percentile_ms;

const BLOCK: usize = 8192;
const FLUSHES: u64 = 400;

/// The machine and the server.
#[derive(Debug, Serialize)]
pub struct Machine {
    /// The day of the run.
    pub day: Date,
    /// Cores that this program may use.
    pub cores: usize,
    /// Model of the processor, as it calls itself.
    pub processor: String,
    /// Memory.
    pub memory_gib: u64,
    /// The server's own words.
    pub postgresql: String,
    /// Settings beyond the server's defaults.
    pub settings: Vec<(&'static str, String)>,
    /// Whether the folder lies in memory: flushes then cost nothing, and no figure here means anything.
    pub in_memory: bool,
    /// One 8 kB write with `fdatasync`, half of them faster, before the passes.
    pub flush_us_before: f64,
    /// The same after the passes.
    pub flush_us_after: f64,
    /// The kernel's load averages when the run began.
    pub load_average: String,
}

impl Machine {
    /// Looks at the machine; the second flush figure is filled in at the end.
    pub async fn look(house: &House, admin: &mut PgConnection) -> Result<Self, Failure> {
        let postgresql: String = sqlx::query_scalar("SHOW server_version").fetch_one(admin).await?;
        let flush = flush_us(house.folder())?;
        Ok(Self {
            day: SystemClock.today(),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            processor: processor().unwrap_or_else(|| "unknown processor".to_owned()),
            memory_gib: memory_mib().unwrap_or(0).div_ceil(1024),
            postgresql,
            settings: house::settings(),
            in_memory: in_memory(house.folder()),
            flush_us_before: flush,
            flush_us_after: flush,
            load_average: fs::read_to_string("/proc/loadavg").unwrap_or_default().trim().to_owned(),
        })
    }
}

/// Memory of the machine, where it can be told.
pub fn memory_mib() -> Option<u64> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? / 1024)
}

fn processor() -> Option<String> {
    let text = fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("model name"))?;
    Some(line.trim_start_matches([' ', '\t', ':']).to_owned())
}

#[cfg(target_os = "linux")]
fn in_memory(folder: &Path) -> bool {
    use nix::sys::statfs::{TMPFS_MAGIC, statfs};
    statfs(folder).is_ok_and(|system| system.filesystem_type() == TMPFS_MAGIC)
}

#[cfg(not(target_os = "linux"))]
fn in_memory(_: &Path) -> bool {
    false
}

/// What one flush of a block costs on this disk: into a file whose blocks are there already, as PostgreSQL's log does.
pub fn flush_us(folder: &Path) -> Result<f64, Failure> {
    let failed = || Failure::io("flushing a file");
    let path = folder.join("flush");
    let mut file = File::create(&path).map_err(failed())?;
    let block = [7_u8; BLOCK];
    for _ in 0..FLUSHES {
        file.write_all(&block).map_err(failed())?;
    }
    file.sync_all().map_err(failed())?;
    let mut latencies = Vec::new();
    for place in 0..FLUSHES {
        let started = Instant::now();
        file.write_all_at(&block, place * BLOCK as u64).map_err(failed())?;
        file.sync_data().map_err(failed())?;
        latencies.push(started.elapsed());
        if latencies.iter().sum::<Duration>() > Duration::from_secs(2) {
            break;
        }
    }
    fs::remove_file(&path).map_err(failed())?;
    Ok(percentile_ms(&mut latencies, 0.5).unwrap_or_default() * 1e3)
}
