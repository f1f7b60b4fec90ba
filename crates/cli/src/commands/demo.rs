//! `sne demo`: 300 invented households live through the command bus, then the register shows what it knows.
//!
//! The sample is a committed file of dated acts; the demonstration's clock follows those dates. Every act has its command
//! id in the file: a second run finds every act done and repeats the first answers.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use ::demand::Act;
use jiff::ToSpan as _;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use nomenclature::UniqueNumber;
use register::{Answer, Depth, Error, Register, Request, SetClock};

use super::{demand, doctor, org};
use crate::args::{Demo, Format, Place};
use crate::failure::Failure;
use crate::house::{House, default_data_dir};
use crate::output::{self, say};
use crate::progress;

/// Marks a data folder as the demonstration's own: nothing else is ever erased.
const MARKER: &str = "demonstration";

/// Runs the demonstration.
pub async fn run(mut place: Place, options: &Demo) -> Result<(), Failure> {
    let started = Instant::now();
    let data_dir = place.data_dir.take().unwrap_or_else(|| default_data_dir().join("demo"));
    if place.database_url.is_some() {
        return Err(Failure::Local(
            "la démonstration n'écrit que dans sa base privée : retirez --database-url ou DATABASE_URL".to_owned(),
        ));
    }
    prepare(&data_dir, options.reset)?;
    place.data_dir = Some(data_dir.clone());
    let lines = sample()?;
    let first_day = lines.first().map_or(Date::ZERO, |line| line.day);
    let clock = Arc::new(SetClock::at(morning(first_day, 0)));
    let house = House::open(place, clock.clone()).await?;
    let again = !house.register.reader().head().await?.eq(&event_log::Position::ZERO);
    if again {
        eprintln!(
            "données d'un passage précédent : la démonstration reprend où elle en était (effacer : sne demo --reset)"
        );
    }

    let imported = org::lines(&house.register, synth::SAMPLE_ORGANISATIONS).await?;
    let (organisations, desks) = house.register.organisation_count().await?;
    say!("{organisations} organismes et {desks} guichets ({} nouveaux)", imported.organisations);

    let lived = live(&house.register, &clock, lines).await?;
    lived.print();
    tell_one_life(&house.register, &lived).await?;

    say!("\nÉtat du registre et accord des deux lecteurs :");
    let findings = doctor::examine(&house.register, &house.stock, Depth::CrossRead).await?;
    doctor::print(Format::Table, &findings);
    if !findings.is_sound() {
        return Err(Failure::Unsound);
    }
    say!("\nTerminé en {:.1} s. Données gardées dans {}.", started.elapsed().as_secs_f32(), data_dir.display());
    hints(&data_dir, &lived);
    Ok(())
}

/// Makes the folder, or erases it when asked; refuses to erase a folder that is not the demonstration's.
fn prepare(data_dir: &Path, reset: bool) -> Result<(), Failure> {
    let marker = data_dir.join(MARKER);
    let unusable = |error: std::io::Error| Failure::Local(format!("dossier {} : {error}", data_dir.display()));
    if reset && data_dir.exists() {
        check_ours(data_dir, &marker)?;
        stop_left_over(data_dir)?;
        std::fs::remove_dir_all(data_dir).map_err(unusable)?;
    }
    std::fs::create_dir_all(data_dir).map_err(unusable)?;
    let mut entries = std::fs::read_dir(data_dir).map_err(unusable)?;
    if entries.next().is_some() {
        // Invented households must never come into a register that is in use: its log forgets nothing.
        check_ours(data_dir, &marker)?;
    }
    std::fs::write(&marker, "Données fictives de « sne demo ».\n").map_err(unusable)
}

/// Refuses a folder that an earlier demonstration did not mark as its own.
fn check_ours(data_dir: &Path, marker: &Path) -> Result<(), Failure> {
    if marker.exists() {
        return Ok(());
    }
    Err(Failure::Local(format!("{} n'est pas un dossier de démonstration : rien n'y est changé", data_dir.display())))
}

/// A cluster left by a killed process is adopted and stopped before its folder goes.
fn stop_left_over(data_dir: &Path) -> Result<(), Failure> {
    let folder: PathBuf = data_dir.join("postgresql");
    if folder.join("postmaster.pid").exists() {
        let cluster = private_postgres::Cluster::start(private_postgres::Options::new(folder))?;
        if cluster.stop()? == private_postgres::Stopped::OthersRemain {
            return Err(Failure::Local("un autre sne utilise ce dossier : arrêtez-le d'abord".to_owned()));
        }
    }
    Ok(())
}

fn sample() -> Result<Vec<synth::Line>, Failure> {
    let parse = |(index, line): (usize, &str)| {
        serde_json::from_str(line).map_err(|error| Failure::Local(format!("exemple, ligne {} : {error}", index + 1)))
    };
    synth::SAMPLE_LIVES.lines().enumerate().map(parse).collect()
}

/// The n-th moment of a working day in Paris.
fn morning(day: Date, nth: u32) -> jiff::Timestamp {
    let paris = TimeZone::get("Europe/Paris").unwrap_or(TimeZone::UTC);
    let instant = paris.to_timestamp(day.at(9, 0, 0, 0)).unwrap_or_default();
    instant.saturating_add((i64::from(nth) * 10).seconds()).unwrap_or(instant)
}

/// What came of the acts of the sample.
#[derive(Default)]
struct Lived {
    numbers: HashMap<u32, UniqueNumber>,
    done: BTreeMap<&'static str, usize>,
    refused_as_expected: BTreeMap<String, usize>,
    versions: HashMap<u32, u32>,
    signed: Vec<u32>,
    desk: Option<nomenclature::Actor>,
    /// The last act of the sample that an earlier run did.
    until: u32,
}

/// How far an earlier run came: the last act whose command the log has a receipt of; 0 when there was none.
async fn lived_until(register: &Register, lines: &[synth::Line]) -> Result<u32, Failure> {
    for line in lines.iter().rev().filter(|line| line.expect.is_none()) {
        let receipt = register.reader().receipt(line.actor.organisation_code(), line.command_id).await?;
        if receipt.is_some() {
            return Ok(line.seq);
        }
    }
    Ok(0)
}

async fn live(register: &Register, clock: &SetClock, lines: Vec<synth::Line>) -> Result<Lived, Failure> {
    let mut lived = Lived { until: lived_until(register, &lines).await?, ..Lived::default() };
    let bar = progress::bar(lines.len() as u64, "vies des ménages");
    let (mut day, mut nth) = (Date::ZERO, 0);
    for line in lines {
        nth = if line.day == day { nth + 1 } else { 0 };
        day = line.day;
        clock.set(morning(day, nth));
        if line.expect.is_some() && line.seq <= lived.until {
            // Refusals leave no receipt: sent again today, this act would be decided on what came after it.
            bar.inc(1);
            continue;
        }
        let kind = kind(&line.act);
        let number = match &line.act {
            Act::Register(_) => None,
            _ => lived.numbers.get(&line.household).copied(),
        };
        let leased = matches!(&line.act, Act::SignLease(_));
        let request = Request {
            command_id: line.command_id,
            actor: line.actor,
            channel: line.channel,
            number,
            expected_version: None,
            act: line.act,
        };
        match (register.execute(request).await, line.expect) {
            (Ok(Answer { number, version, .. }), None) => {
                lived.numbers.insert(line.household, number);
                lived.versions.insert(line.household, version);
                *lived.done.entry(kind).or_default() += 1;
                if leased {
                    lived.signed.push(line.household);
                }
                lived.desk.get_or_insert(line.actor);
            }
            (Err(error), Some(expected)) if error.reason() == expected => {
                *lived.refused_as_expected.entry(expected).or_default() += 1;
            }
            (Err(Error::CommandIdReused), _) => {
                return Err(Failure::Local(
                    "ces données viennent d'une autre version de l'exemple : sne demo --reset".to_owned(),
                ));
            }
            (Err(error), _) => {
                eprintln!("acte {} du ménage {} :", line.seq, line.household);
                return Err(error.into());
            }
            (Ok(_), Some(expected)) => {
                return Err(Failure::Local(format!("l'acte {} devait être refusé ({expected})", line.seq)));
            }
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(lived)
}

fn kind(act: &Act) -> &'static str {
    match act {
        Act::Register(_) => "1. enregistrements",
        Act::AddPiece(_) => "2. pièces versées",
        Act::Modify { .. } => "3. modifications",
        Act::Renew { .. } => "4. renouvellements",
        Act::Attribute(_) => "5. attributions",
        Act::RefuseAttribution { .. } => "6. refus du ménage",
        Act::LapseAttribution { .. } => "7. attributions caduques",
        Act::SignLease(_) => "8. baux signés (et radiations le même jour)",
        Act::Renounce(_) => "9. renonciations (et radiations)",
    }
}

impl Lived {
    fn print(&self) {
        let done = self.done.iter().map(|(kind, count)| vec![(*kind).to_owned(), count.to_string()]);
        let refused = self
            .refused_as_expected
            .iter()
            .map(|(reason, n)| vec![format!("refusés à raison : {reason}"), n.to_string()]);
        output::table(&["actes", "nombre"], done.chain(refused));
    }

    /// A life worth telling: the longest one that ended with a lease.
    fn example(&self) -> Option<UniqueNumber> {
        let longest = |households: &mut dyn Iterator<Item = &u32>| {
            households.max_by_key(|household| (self.versions.get(*household).copied(), u32::MAX - **household)).copied()
        };
        let household = longest(&mut self.signed.iter()).or_else(|| longest(&mut self.numbers.keys()))?;
        self.numbers.get(&household).copied()
    }
}

async fn tell_one_life(register: &Register, lived: &Lived) -> Result<(), Failure> {
    let Some(number) = lived.example() else { return Ok(()) };
    say!("\nUne vie : la demande {number}");
    demand::print_history(Format::Table, &demand::history_lines(register, number).await?);
    Ok(())
}

fn hints(data_dir: &Path, lived: &Lived) {
    let program = std::env::args().next().unwrap_or_else(|| "sne".to_owned());
    let Some(number) = lived.example() else { return };
    say!("\nÀ essayer :");
    say!("  export SNE_DATA_DIR={}", data_dir.display());
    say!("  {program} demand show {number}");
    if let Some(actor) = &lived.desk {
        say!("  {program} demand show {number} --actor {actor}");
    }
    say!("  {program} demand history {number} --reader postgres-es");
    say!("  {program} doctor --cross-read");
}
