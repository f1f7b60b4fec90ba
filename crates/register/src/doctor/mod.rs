//! The register examines itself: settings, schemas, gaps, leaf hashes, keys, clocks, claims, and the agreement of two
//! readers. Nothing is written.

mod claims;
mod keys;
mod pass;
mod readers;
mod surroundings;

use access::{Inspect, Profile, permit};
use event_log::{Position, Reader, Role, connect};
use serde::Serialize;
use sqlx::PgPool;
use vault::Vault;

use crate::clock::Clock;
use crate::consultation::{Consultations, PgConsultations};
use crate::directory::LiveDirectory;
use crate::erasure::Erased;
use crate::numbers::Counters;
use crate::open::{Place, counters_of, erased_of};
use crate::register::Register;
use crate::stock::StockReader;
use crate::{Error, erasure, schema, wording};

/// How many faults of one kind are named; the rest is counted.
const NAMED: usize = 20;
/// How often a register in use is looked at before its faults are believed.
const MOST_LOOKS: usize = 3;

/// What an examination found.
#[derive(Debug, Default, Serialize)]
pub struct Findings {
    /// Checks made, in order.
    pub checks: Vec<Check>,
}

/// One check.
#[derive(Debug, Serialize)]
pub struct Check {
    /// What was looked at, in French.
    pub name: &'static str,
    /// What was found, in French: figures, never a name.
    pub found: String,
    /// What is wrong: empty when all is well.
    pub faults: Vec<String>,
}

impl Findings {
    /// Whether nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.checks.iter().all(|check| check.faults.is_empty())
    }

    fn note(&mut self, name: &'static str, found: String, faults: Vec<String>) {
        self.checks.push(Check { name, found, faults });
    }
}

/// Which checks are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// Everything but the comparison of two readers.
    Usual,
    /// Also every demand through the stock reader.
    CrossRead,
}

/// Examines the register at a place, whether or not it could be opened there: unsafe settings, schemas of another version
/// and keys that do not fit are findings, and what can be examined in spite of them is.
///
/// # Errors
/// When the database cannot be reached, has not its roles, or cannot be read at all.
pub async fn examine(place: &Place, depth: Depth, progress: impl Fn(Position, Position)) -> Result<Findings, Error> {
    let _granted = permit(Profile::Operator, Inspect)?;
    let place = place.clone().to_read();
    let owner = schema::owner(&place).await?;
    let differing = schema::differing(&owner).await?;
    if !differing.is_empty() {
        let mut findings = Findings::default();
        surroundings::settings(&mut findings, &owner).await?;
        let fault = |(schema, state)| wording::schema_trouble(schema, state);
        let unseen = "le registre n'est pas examiné".to_owned();
        findings.note("schémas", unseen, differing.into_iter().map(fault).collect());
        return Ok(findings);
    }
    owner.close().await;
    let projector = connect(place.database.clone(), Role::Projector, place.connections).await?;
    let keys = match Vault::open_folder_to_read(projector.clone(), &place.keys, place.clock.today()).await {
        Err(error @ vault::Error::Database(_)) => return Err(error.into()),
        Err(error) => Err(wording::vault_trouble(&error)),
        Ok(vault) => match erasure::check_list(&vault, &erased_of(&place, &projector, &vault)).await {
            Ok(()) => Ok(vault),
            Err(Error::Vault(error)) => Err(wording::vault_trouble(&error)),
            Err(error) => return Err(error),
        },
    };
    let erased = keys.as_ref().ok().map(|vault| erased_of(&place, &projector, vault));
    let counters = keys.as_ref().ok().map(|vault| counters_of(&place, &projector, vault));
    let (reader, pool) = (Reader::new(projector.clone()), &projector);
    let directory = LiveDirectory::new(reader.clone());
    directory.catch_up().await?;
    let keys = keys.as_ref().map_err(String::as_str);
    let erased = erased.as_ref().map(|erased| erased as &dyn Erased);
    let counters = counters.as_ref().map(|counters| counters as &dyn Counters);
    let consultations = PgConsultations::new(&place.database, projector.clone());
    let (directory, clock) = (&directory, &*place.clock);
    let consultations = &consultations;
    let examiner = Examiner { reader: &reader, pool, keys, erased, counters, directory, clock, consultations };
    examiner.examine(depth, &StockReader::new(projector.clone()), &progress).await
}

impl Register {
    /// Examines the whole register; writes nothing. Faults found while others write are looked at again.
    ///
    /// `progress` is called with the position reached and the head. Holds one folded demand for each of the register.
    ///
    /// # Errors
    /// When log or vault cannot be read at all; what is merely wrong is a fault of the findings.
    pub async fn examine(
        &self,
        depth: Depth,
        stock: &StockReader,
        progress: impl Fn(Position, Position),
    ) -> Result<Findings, Error> {
        let _granted = permit(Profile::Operator, Inspect)?;
        let parts = &*self.parts;
        let (reader, directory, clock) = (&parts.reader, &parts.directory, &*parts.clock);
        let (erased, counters) = (Some(&*parts.erased), Some(parts.numbers.counters()));
        let pool = &parts.postgres()?.pool;
        let (keys, consultations) = (Ok(&parts.vault), &*parts.consultations);
        let examiner = Examiner { reader, pool, keys, erased, counters, directory, clock, consultations };
        examiner.examine(depth, stock, &progress).await
    }
}

/// What an examination reads with.
struct Examiner<'a> {
    reader: &'a Reader,
    /// Settings, clock, keys and counters of the database.
    pool: &'a PgPool,
    /// The keys, or in French why there are none: then personal parts stay sealed and persons are not recomputed.
    keys: Result<&'a Vault, &'a str>,
    /// How erasures stand, where there are keys.
    erased: Option<&'a dyn Erased>,
    /// How far counters had gone, where there are keys.
    counters: Option<&'a dyn Counters>,
    directory: &'a LiveDirectory,
    clock: &'a dyn Clock,
    /// Who looked.
    consultations: &'a dyn Consultations,
}

impl Examiner<'_> {
    async fn examine(
        &self,
        depth: Depth,
        stock: &StockReader,
        progress: &impl Fn(Position, Position),
    ) -> Result<Findings, Error> {
        let mut looks = 0;
        loop {
            let head = self.reader.head().await?;
            let findings = self.look(head, depth, stock, progress).await?;
            looks += 1;
            // Claims and the second reader are asked after the pass: on a register in use they may be ahead of it.
            if findings.is_sound() || looks == MOST_LOOKS || self.reader.head().await? == head {
                return Ok(findings);
            }
        }
    }

    async fn look(
        &self,
        head: Position,
        depth: Depth,
        stock: &StockReader,
        progress: &impl Fn(Position, Position),
    ) -> Result<Findings, Error> {
        let mut findings = Findings::default();
        surroundings::settings(&mut findings, self.pool).await?;
        let pass = self.pass(head, progress).await?;
        let last_recorded = pass.last_recorded;
        let demands = pass.told(&mut findings, head, self.keys.err());
        if let Ok(vault) = self.keys {
            self.examine_wrapping(&mut findings, vault).await?;
            self.examine_erasures(&mut findings).await?;
            self.examine_numbers(&mut findings).await?;
        }
        self.examine_clocks(&mut findings, last_recorded).await?;
        self.examine_consultations(&mut findings).await?;
        self.examine_claims(&mut findings, &demands).await?;
        if depth == Depth::CrossRead {
            readers::compare(&mut findings, &demands, stock).await;
        }
        Ok(findings)
    }
}

fn named(mut faults: Vec<String>) -> Vec<String> {
    let more = faults.len().saturating_sub(NAMED);
    faults.truncate(NAMED);
    if more > 0 {
        faults.push(format!("... et {more} autres"));
    }
    faults
}
