//! Importing demands with their past: what organisations did before, row by row, on the days they did it.
//!
//! A row is decided as it would have been on its day, by the same rules, and counts from it; it is recorded on the day of
//! the import. It says which organisation and desk acted: that is who may do it and who stands on the event, as
//! `import/SIREN/DESK`, so that everybody can tell what was imported. The operator answers for it.
//!
//! The id of a row's command is derived from its source and key. So a row is entered once, however often it is sent, by
//! whatever process, whole or in parts; and a row can name the demand by the key of the row that registers it, and the row
//! that has to be entered before it: parts of one file that are imported at once never overtake each other then.

mod budget;

use std::sync::Arc;

use demand::{Act, FieldReason, Rejection, Violation};
use nomenclature::{Actor, Channel, DeskCode, Siren, UniqueNumber, parse_date};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Error;
use crate::bus::{Fate, Order, Past};
use crate::register::{Answer, Register, Request, to_the_microsecond};

/// Of all ids derived here; drawn once, never changed.
const ROWS: Uuid = Uuid::from_u128(0x6f1c_7c0e_2a44_4d0b_9c5e_7d4b_15d0_a3e1);
/// The longest source or key, in bytes.
const LONGEST_KEY: usize = 128;

/// One row of an import: one act on one demand.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImportRow {
    /// Where the rows come from: keys are unique within it, for ever. Never a name.
    pub source: String,
    /// What tells the row from all others of the source. Never a name.
    pub key: String,
    /// The key of the row that registers the demand; absent in that row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub demand: Option<String>,
    /// In the row that registers the demand, the number it has already. In another one, the demand, in place of a key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<UniqueNumber>,
    /// The key of the row that has to be entered before this one: the one just before it for its demand. Until then it is
    /// refused with [`Error::PredecessorMissing`]. It is about the order alone: a row is the same one with and without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// The day the act was done, `AAAA-MM-JJ`.
    pub on: String,
    /// The organisation that did it.
    pub organisation: Siren,
    /// Its desk.
    pub desk: DeskCode,
    /// Desk or online.
    pub channel: Channel,
    /// The act.
    pub act: Act,
}

/// What became of a row that is in the register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entered {
    /// It was entered.
    Now(Answer),
    /// It was there already, as it is here.
    Before(Answer),
}

impl Entered {
    /// The answer to its command.
    pub fn answer(&self) -> Answer {
        match self {
            Self::Now(answer) | Self::Before(answer) => *answer,
        }
    }
}

/// An import that writes nothing: it keeps in memory what it decided, some kilobytes for each demand.
#[derive(Default)]
pub struct Rehearsal(crate::bus::Rehearsal);

impl Register {
    /// The same register for a process that imports: within an hour no more rows than so many for each organisation, whatever
    /// process enters them.
    #[must_use]
    pub fn importing_at_most(self, rows_per_hour: u64) -> Self {
        Self { rows_per_hour: Some(rows_per_hour), ..self }
    }

    /// Enters rows, in the order given, each for itself: what is refused refuses only itself. Costs what
    /// [`Register::submit_many`] does. Rows may name a demand that an earlier row registers.
    ///
    /// The outcome of a row is an error with the reason of its act; [`Error::NumberTaken`]; [`Error::NotFound`] while the
    /// row that registers the demand is not entered; [`Error::PredecessorMissing`] while the row is not that it comes
    /// after; [`Error::CommandIdReused`] for a key that had another content;
    /// [`Error::NotImported`].
    ///
    /// # Errors
    /// [`Error::TooManyRows`], and nothing is entered; a failure of log, vault or database, after which any of the rows may have been entered: send all of them again.
    pub async fn import(&self, rows: Vec<ImportRow>) -> Result<Vec<Result<Entered, Error>>, Error> {
        let parts = Arc::clone(&self.parts);
        let recorded_at = to_the_microsecond(parts.clock.now());
        let (orders, wrong) = ordered(rows);
        // A task of its own: a dropped caller never leaves a row between two awaits.
        let budget = self.rows_per_hour;
        let submitted = async move {
            let Some(most) = budget else { return parts.submit(orders, recorded_at, Fate::Written).await };
            let (pool, organisations) = (parts.postgres()?.pool.clone(), budget::organisations(&orders));
            budget::reserve(&pool, &organisations, most).await?;
            let outcomes = parts.submit(orders, recorded_at, Fate::Written).await?;
            budget::give_back(&pool, &organisations, &outcomes).await?;
            Ok(outcomes)
        };
        Ok(told(wrong, self.parts.tasks.run(submitted).await.unwrap_or(Err(Error::OutcomeUnknown))?))
    }

    /// What [`Register::import`] would do with these rows, after those that were rehearsed before; changes nothing.
    ///
    /// # Errors
    /// A failure of log, vault or database.
    pub async fn rehearse_import(
        &self,
        rehearsal: &mut Rehearsal,
        rows: Vec<ImportRow>,
    ) -> Result<Vec<Result<Entered, Error>>, Error> {
        let recorded_at = to_the_microsecond(self.parts.clock.now());
        let (orders, wrong) = ordered(rows);
        Ok(told(wrong, self.parts.submit(orders, recorded_at, Fate::Rehearsed(&mut rehearsal.0)).await?))
    }
}

/// The commands of rows, and for each row none, or why it has no command.
fn ordered(rows: Vec<ImportRow>) -> (Vec<Order>, Vec<Option<Error>>) {
    let mut orders = Vec::with_capacity(rows.len());
    let wrong = rows.into_iter().map(|row| row.order().map(|order| orders.push(order)).err()).collect();
    (orders, wrong)
}

/// The outcome of every row: that of its command, or why it has none.
fn told(wrong: Vec<Option<Error>>, submitted: Vec<Result<Entered, Error>>) -> Vec<Result<Entered, Error>> {
    let mut submitted = submitted.into_iter();
    let of_row = |wrong| match wrong {
        Some(error) => Err(error),
        None => submitted.next().unwrap_or(Err(Error::OutcomeUnknown)),
    };
    wrong.into_iter().map(of_row).collect()
}

impl ImportRow {
    fn order(self) -> Result<Order, Error> {
        let mut found = Vec::new();
        let mut wrong = |field: &str, reason| found.push(Violation { field: field.to_owned(), reason });
        for (field, text) in [
            ("source", Some(&self.source)),
            ("key", Some(&self.key)),
            ("demand", self.demand.as_ref()),
            ("after", self.after.as_ref()),
        ] {
            match text
                .map(|text| (text.trim().is_empty(), text.len() > LONGEST_KEY, text.chars().any(char::is_control)))
            {
                Some((true, ..)) => wrong(field, FieldReason::Missing),
                Some((_, true, _)) => wrong(field, FieldReason::TooLong),
                Some((.., true)) => wrong(field, FieldReason::ForbiddenCharacter),
                _ => {}
            }
        }
        // No row comes after itself.
        if self.after.as_ref() == Some(&self.key) {
            wrong("after", FieldReason::Inconsistent);
        }
        match (&self.act, &self.demand, self.number) {
            (Act::Separate(_), ..) => return Err(Error::NotImported),
            // Who registers is the demand.
            (Act::Register(_), Some(_), _) => wrong("demand", FieldReason::Inconsistent),
            (Act::Register(_), None, _) | (_, Some(_), None) | (_, None, Some(_)) => {}
            (_, Some(_), Some(_)) => wrong("number", FieldReason::Inconsistent),
            (_, None, None) => wrong("demand", FieldReason::Missing),
        }
        let on = parse_date(&self.on).map_err(|_| wrong("on", FieldReason::Malformed)).ok();
        let Some(on) = on.filter(|_| found.is_empty()) else { return Err(Rejection::invalid(found).into()) };
        let registers = matches!(self.act, Act::Register(_));
        let past = Past {
            on,
            number: self.number.filter(|_| registers),
            demand: self.demand.as_deref().map(|demand| command_id(&self.source, demand)),
            after: self.after.as_deref().map(|after| command_id(&self.source, after)),
        };
        let request = Request {
            command_id: command_id(&self.source, &self.key),
            actor: Actor::Import { organisation: self.organisation, desk: self.desk },
            channel: self.channel,
            number: self.number.filter(|_| !registers),
            expected_version: None,
            act: self.act,
        };
        Ok(Order { request, past: Some(past) })
    }
}

/// The id of a row's command.
fn command_id(source: &str, key: &str) -> Uuid {
    // No text has a zero in it: no two pairs give one name.
    Uuid::new_v5(&ROWS, format!("{source}\0{key}").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Golden: an import that is resumed, or sent again in years, must find what it entered.
    #[test]
    fn the_id_of_a_row_never_changes() {
        assert_eq!(command_id("essai", "D-1").to_string(), "644f8c23-a8a1-560b-a168-b5e3f4c6875f");
        assert_ne!(command_id("essai", "D-1"), command_id("essaiD", "-1"));
    }
}
