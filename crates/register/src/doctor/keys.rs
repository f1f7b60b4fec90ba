//! The keys as a whole: the age of what wraps them, and whether erasures were finished.

use jiff::ToSpan as _;
use vault::Vault;

use super::{Examiner, Findings};
use crate::Error;
use crate::erasure;
use crate::numbers::{self, ForgottenNumbers};

impl Examiner<'_> {
    /// Live keys are moved within a day of the week's beginning, and wrapping keys whose days are over are gone.
    pub async fn examine_wrapping(&self, findings: &mut Findings, vault: &Vault) -> Result<(), Error> {
        let today = self.clock.today();
        let wrapping = vault.wrapping(today).await?;
        let told = wrapping.live.iter().map(|(kek, count)| format!("{kek} : {count}"));
        let found = match wrapping.live.is_empty() {
            true => "aucune clé vivante".to_owned(),
            false => told.collect::<Vec<_>>().join(", "),
        };
        let mut faults = Vec::new();
        let late = wrapping.older_than(today.saturating_sub(1.day()));
        if late > 0 {
            faults.push(format!(
                "{late} clé(s) vivante(s) sous une clé de chiffrement d'une semaine passée : lancez « sne keys rotate »"
            ));
        }
        let overdue =
            wrapping.due.iter().map(|kek| format!("{kek} aurait dû être détruite : lancez « sne keys rotate »"));
        faults.extend(overdue);
        findings.note("clés de chiffrement", found, faults);
        Ok(())
    }

    /// Every erased demand has lost its key, and stands in the list that a restore applies.
    pub async fn examine_erasures(&self, findings: &mut Findings) -> Result<(), Error> {
        let Some(erased) = self.erased else { return Ok(()) };
        let state = match erasure::unfinished(erased).await {
            Err(Error::Vault(error)) => {
                findings.note("effacements", String::new(), vec![crate::wording::vault_trouble(&error)]);
                return Ok(());
            }
            state => state?,
        };
        let mut faults = Vec::new();
        if state.live > 0 {
            faults
                .push(format!("{} demande(s) effacée(s) dont la clé vit encore : lancez « sne migrate »", state.live));
        }
        if state.unlisted > 0 {
            faults.push(format!(
                "{} effacement(s) absent(s) de la liste des clés effacées : lancez « sne migrate »",
                state.unlisted
            ));
        }
        findings.note("effacements", format!("{} demande(s) effacée(s)", state.erased), faults);
        Ok(())
    }

    /// No counter stands below what was given out: a restored one would give it again.
    pub async fn examine_numbers(&self, findings: &mut Findings) -> Result<(), Error> {
        let Some(counters) = self.counters else { return Ok(()) };
        let forgotten = match numbers::forgotten(counters).await {
            Err(Error::Vault(error)) => {
                findings.note("numéros", String::new(), vec![crate::wording::vault_trouble(&error)]);
                return Ok(());
            }
            forgotten => forgotten?,
        };
        let fault = |counter: ForgottenNumbers| {
            let ForgottenNumbers { territory, month, next, free_from } = counter;
            format!(
                "le compteur {territory} {month} en est à {next}, des numéros furent donnés jusqu'à {} : lancez \
                 « sne restore finish »",
                free_from - 1
            )
        };
        let faults = super::named(forgotten.into_iter().map(fault).collect());
        findings.note("numéros", "compteurs comparés à ce qui fut donné".to_owned(), faults);
        Ok(())
    }
}
