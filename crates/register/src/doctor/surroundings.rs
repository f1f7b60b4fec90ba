//! What the register stands on: the settings of its database, clocks that agree, and the record beside the log.

use event_log::{PgInstant, read_settings};
use jiff::SignedDuration;
use sqlx::PgPool;

use super::{Examiner, Findings};
use crate::clock::{Clock as _, SystemClock};
use crate::{Error, wording};

/// How far the clock of the database may be from this machine's: deadlines are days, but what was recorded must not seem
/// to come from tomorrow.
const APART: SignedDuration = SignedDuration::from_secs(2);

/// The settings a session is given, and everything unsafe about them.
pub async fn settings(findings: &mut Findings, pool: &PgPool) -> Result<(), Error> {
    let (settings, faults) = read_settings(pool).await?;
    let found =
        format!("PostgreSQL {}, synchronous_commit {}", settings.server_version / 10_000, settings.synchronous_commit);
    findings.note("réglages de la base", found, faults.iter().map(wording::database_trouble).collect());
    Ok(())
}

impl Examiner<'_> {
    /// Nothing was recorded in the future, and the database's clock goes with this machine's.
    pub async fn examine_clocks(
        &self,
        findings: &mut Findings,
        last_recorded: Option<jiff::Timestamp>,
    ) -> Result<(), Error> {
        let mut faults = Vec::new();
        if last_recorded.is_some_and(|last| last > self.clock.now()) {
            faults.push("le journal contient un événement enregistré après l'heure de cette machine".to_owned());
        }
        let apart = self.apart().await?;
        if apart.abs() > APART {
            faults.push(format!(
                "l'horloge de la base diffère de celle de cette machine de {:.1} s : réglez-les (NTP)",
                apart.abs().as_secs_f64()
            ));
        }
        let found = format!(
            "jour civil à Paris : {} ; base et machine à {:.1} s près",
            self.clock.today(),
            apart.abs().as_secs_f64()
        );
        findings.note("horloge", found, faults);
        Ok(())
    }

    /// How much the record of who looked holds, and that nothing in it is older than it may be.
    pub async fn examine_consultations(&self, findings: &mut Findings) -> Result<(), Error> {
        let (kept, late) = self.consultations.kept().await?;
        let fault = format!("{late} consultations ont plus de douze mois : « sne serve » les efface");
        let faults = if late > 0 { vec![fault] } else { Vec::new() };
        findings.note("consultations", format!("{kept} consultations enregistrées"), faults);
        Ok(())
    }

    /// How far the database's clock is ahead of this machine's, the time of the question left out.
    async fn apart(&self) -> Result<SignedDuration, Error> {
        // The machine itself, whatever clock the register was given: a demonstration lives through a year in a minute.
        let before = SystemClock.now();
        let PgInstant(theirs) = sqlx::query_scalar("SELECT clock_timestamp()")
            .fetch_one(self.pool)
            .await
            .map_err(|error| Error::Database(format!("asking the database's clock: {error}")))?;
        let after = SystemClock.now();
        Ok(match (theirs < before, theirs > after) {
            (true, _) => theirs.duration_since(before),
            (_, true) => theirs.duration_since(after),
            _ => SignedDuration::ZERO,
        })
    }
}
