//! Erasure: the event, then the tombstone, then the list beside the key-encryption keys (INV-32, design 10.12, 10.17).
//!
//! The order is what makes it safe to be killed: an event whose key still lives is finished by the next opening or erasure;
//! a key is never destroyed without its reason in the log; what the list names was destroyed. A restored database has
//! forgotten the latest erasures: the list destroys their keys again, before anything is served.

mod standing;

use std::collections::HashSet;

use access::{Action, Profile, Purpose, Resource, authorize};
use demand::Demand;
use jiff::civil::Date;
use nomenclature::UniqueNumber;
use serde::Serialize;
use sqlx::PgPool;
use vault::{ErasedKey, KeyId, Vault};

pub(crate) use standing::{Erased, PgErased};

use crate::Error;
use crate::bulk::OwnAct;
use crate::register::Register;
use crate::stream::{self, Opening};

/// Demands whose keys go together.
const BATCH: usize = 100;

/// A demand whose personal data is erased, or could be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Erasure {
    /// The demand.
    pub number: UniqueNumber,
    /// The day it left the register.
    pub radiated_on: Date,
    /// The first day on which it is to be erased.
    pub due_on: Date,
    /// The day it was erased, unless this only says what would be done.
    pub erased_on: Option<Date>,
}

/// What became of a run over many demands.
#[derive(Debug, Default)]
pub struct ErasureRun {
    /// Erased now.
    pub erased: Vec<Erasure>,
    /// Not due yet, erased before, or in the register again: what the list of the due ones did not know.
    pub left: usize,
    /// Not erased because of a failure, which the next run may not meet.
    pub failed: Vec<(UniqueNumber, Error)>,
}

/// What is not as the log says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Unfinished {
    /// Erased demands.
    pub erased: usize,
    /// Those whose key still lives.
    pub live: usize,
    /// Those that the list does not name.
    pub unlisted: usize,
}

impl Register {
    /// Erases the personal data of a demand: for ever, and for everybody. Only facts, states and dates stay.
    ///
    /// # Errors
    /// [`Error::Rejected`] before the day it is due, for a demand that is not radiated, and for one that is erased already
    /// (what an interrupted erasure left undone is done then); [`Error::NotFound`]; [`Error::OutcomeUnknown`] and the
    /// failures of log and vault, after which it can be asked for again.
    pub async fn erase(&self, number: UniqueNumber) -> Result<Erasure, Error> {
        let mut run = self.erase_due([number]).await?;
        match (run.erased.pop(), run.failed.pop()) {
            (Some(erasure), _) => Ok(erasure),
            (None, Some((_, error))) => Err(error),
            // The plan says why not.
            (None, None) => self.erasure(number).await.and(Err(Error::OutcomeUnknown)),
        }
    }

    /// Erases those of these demands that are due today. What asks is a hint, the demand decides: a number that is not due is
    /// left, one that fails does not keep the others.
    ///
    /// # Errors
    /// A failure of vault or list after demands were erased: the next run, or the next opening, finishes.
    pub async fn erase_due(&self, numbers: impl IntoIterator<Item = UniqueNumber>) -> Result<ErasureRun, Error> {
        self.finish_erasures().await?;
        self.erase_each(numbers).await
    }

    /// What interrupted erasures left undone.
    pub(crate) async fn finish_erasures(&self) -> Result<(), Error> {
        let parts = &*self.parts;
        finish(&parts.vault, &*parts.erased).await
    }

    /// [`Self::erase_due`], by who has finished what was left undone.
    pub(crate) async fn erase_each(
        &self,
        numbers: impl IntoIterator<Item = UniqueNumber>,
    ) -> Result<ErasureRun, Error> {
        let parts = &*self.parts;
        let mut run = ErasureRun::default();
        let mut numbers = numbers.into_iter().peekable();
        while numbers.peek().is_some() {
            let acts: Vec<_> = numbers.by_ref().take(BATCH).map(|number| (number, OwnAct::Erase)).collect();
            let acted = parts.act_on_many(&acts).await?;
            run.left += acted.left.len();
            run.failed.extend(acted.failed);
            let mut keys = Vec::with_capacity(acted.done.len());
            for done in acted.done {
                let (key, commitment, erased_on) = (KeyId::new(done.key.id), done.key.commitment, done.on);
                keys.push(ErasedKey { key, commitment, stream: done.number.to_string(), erased_on });
                run.erased.push(plan(done.number, &done.after)?);
            }
            destroy(&parts.vault, &*parts.erased, keys).await?;
        }
        Ok(run)
    }

    /// What [`Register::erase`] would do today, and changes nothing.
    ///
    /// # Errors
    /// As [`Register::erase`].
    pub async fn erasure(&self, number: UniqueNumber) -> Result<Erasure, Error> {
        let parts = &self.parts;
        may_erase(number)?;
        let loaded = stream::load(&parts.reader, &parts.vault, number, Opening::Sealed).await?;
        loaded.demand.erase(parts.clock.today()).map_err(told)?;
        plan(number, &loaded.demand)
    }
}

/// The tombstones, then the list.
pub(crate) async fn destroy(vault: &Vault, erased: &dyn Erased, keys: Vec<ErasedKey>) -> Result<(), Error> {
    if keys.is_empty() {
        return Ok(());
    }
    let ids: Vec<KeyId> = keys.iter().map(|erased| erased.key).collect();
    vault.destroy(&ids).await?;
    erased.list(keys).await
}

/// Finishes erasures that were interrupted after their event.
pub(crate) async fn finish(vault: &Vault, erased: &dyn Erased) -> Result<(), Error> {
    let (undone, _) = undone(erased).await?;
    destroy(vault, erased, undone).await
}

/// How the keys of erased demands stand.
pub(crate) async fn unfinished(erased: &dyn Erased) -> Result<Unfinished, Error> {
    Ok(undone(erased).await?.1)
}

async fn undone(erased: &dyn Erased) -> Result<(Vec<ErasedKey>, Unfinished), Error> {
    let by_log = erased.by_log().await?;
    let mut state = Unfinished { erased: by_log.len(), ..Unfinished::default() };
    if by_log.is_empty() {
        return Ok((Vec::new(), state));
    }
    let listed = erased.listed().await?;
    let listed: HashSet<(KeyId, [u8; 32])> = listed.into_iter().map(|key| (key.key, key.commitment)).collect();
    let mut undone = Vec::new();
    for (key, live) in by_log {
        let unlisted = !listed.contains(&(key.key, key.commitment));
        state.live += usize::from(live);
        state.unlisted += usize::from(unlisted);
        if live || unlisted {
            undone.push(key);
        }
    }
    Ok((undone, state))
}

/// Destroys the keys of the list that are live again, because the database was restored.
pub(crate) async fn apply_list(owner: &PgPool, vault: &Vault, erased: &dyn Erased) -> Result<u64, Error> {
    let live = vault.live_again(&erased.listed().await?).await?;
    if live.is_empty() { Ok(0) } else { Ok(vault.destroy_again(owner, &live).await?) }
}

/// Refuses to read where erased keys are live again: nobody who may destroy them has been here since the restore.
pub(crate) async fn check_list(vault: &Vault, erased: &dyn Erased) -> Result<(), Error> {
    match vault.live_again(&erased.listed().await?).await?.len() {
        0 => Ok(()),
        count => Err(vault::Error::ErasedKeysLive { count }.into()),
    }
}

fn may_erase(number: UniqueNumber) -> Result<(), Error> {
    let resource = Resource::Demand { territory: number.territory() };
    let _granted = authorize(Profile::Operator, Action::Erase, resource, Purpose::Administration)?;
    Ok(())
}

fn told(rejection: demand::Rejection) -> Error {
    match rejection.reason {
        demand::RejectionReason::NotRegistered => Error::NotFound,
        _ => rejection.into(),
    }
}

fn plan(number: UniqueNumber, demand: &Demand) -> Result<Erasure, Error> {
    let Demand::Radiated(radiated) = demand else { return Err(Error::NotFound) };
    let (radiated_on, due_on) = (radiated.radiated_on, radiated.erasure_due_on());
    Ok(Erasure { number, radiated_on, due_on, erased_on: radiated.erased_on })
}
