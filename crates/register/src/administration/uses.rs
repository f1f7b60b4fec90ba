//! When an account was used last: by a look, which the record tells of, or by an act, which the log does. Neither is asked for the
//! last one of an agent without reading on and on, so its day is kept beside them, written once a day and process.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use event_log::PgDate;
use jiff::civil::Date;
use nomenclature::{Actor, AgentId};

use crate::Error;
use crate::register::Parts;

const USE: &str = "INSERT INTO register.account_uses (agent, used_on) VALUES ($1, $2) \
     ON CONFLICT (agent) DO UPDATE SET used_on = greatest(account_uses.used_on, excluded.used_on)";
const LAST: &str = "SELECT agent, used_on FROM register.account_uses";

/// The days that this process wrote.
#[derive(Default)]
pub(crate) struct Uses(Mutex<HashMap<AgentId, Date>>);

impl Uses {
    fn days(&self) -> MutexGuard<'_, HashMap<AgentId, Date>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Parts {
    /// Notes that an account is used today. What cannot be noted is tried again at its next use: nobody is refused for it. Who has no
    /// account of his own has no rights to review.
    pub(crate) async fn note_use(&self, actor: &Actor) {
        let (Actor::Agent { agent, .. }, Some(postgres)) = (actor, &self.postgres) else { return };
        let today = self.clock.today();
        if self.uses.days().get(agent) == Some(&today) {
            return;
        }
        let has_account = self.directory.ask(|directory| Ok(directory.agent(*agent).is_some())).await;
        if !matches!(has_account, Ok(true)) {
            return;
        }
        let noted = sqlx::query(USE).bind(agent.to_string()).bind(PgDate(today)).execute(&postgres.pool).await;
        if noted.is_ok() {
            self.uses.days().insert(*agent, today);
        }
    }

    /// The last day of each account that was ever used; a register in memory keeps none.
    pub(super) async fn last_uses(&self) -> Result<HashMap<AgentId, Date>, Error> {
        let Some(postgres) = &self.postgres else { return Ok(HashMap::new()) };
        let failed = |error: sqlx::Error| Error::Database(format!("reading when accounts were used: {error}"));
        let rows = sqlx::query_as::<_, (String, PgDate)>(LAST).fetch_all(&postgres.pool).await;
        let used = |(agent, PgDate(day)): (String, PgDate)| Some((AgentId::parse(&agent).ok()?, day));
        Ok(rows.map_err(failed)?.into_iter().filter_map(used).collect())
    }
}
