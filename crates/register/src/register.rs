//! The application, what is asked of it, and what it answers.

use std::sync::Arc;

use access::Action;
use demand::Act;
use event_log::{EventLog, Position, Reader, Receipt, RecordedEvent};
use jiff::Timestamp;
use jiff::civil::Date;
use nomenclature::{Actor, Channel, Territory, UniqueNumber};
use serde::Serialize;
use sqlx::PgPool;
use sqlx::postgres::PgConnectOptions;
use uuid::Uuid;
use vault::Vault;

use crate::Error;
use crate::administration::Uses;
use crate::clock::Clock;
use crate::consultation::{Brakes, Consultations, Promptness, Recorder};
use crate::daily::Days;
use crate::directory::LiveDirectory;
use crate::erasure::Erased;
use crate::numbers::Numbers;
use crate::settings::LiveSettings;
use crate::stream;
use crate::tasks::Tasks;

/// The application. Cheap to clone; every clone is the same register.
#[derive(Clone)]
pub struct Register {
    pub(crate) parts: Arc<Parts>,
    /// How soon it is durable who looked.
    pub(crate) promptness: Promptness,
    /// How much may be looked at; without them whatever is asked.
    pub(crate) brakes: Option<Arc<Brakes>>,
    /// How many rows may be imported within an hour; without it however many there are.
    pub(crate) rows_per_hour: Option<u64>,
}

pub(crate) struct Parts {
    pub(crate) log: EventLog,
    pub(crate) reader: Reader,
    /// Sessions of their own: however much is audited, commands have theirs.
    pub(crate) audit: Reader,
    pub(crate) vault: Vault,
    pub(crate) erased: Arc<dyn Erased>,
    pub(crate) numbers: Numbers,
    pub(crate) directory: LiveDirectory,
    pub(crate) settings: LiveSettings,
    pub(crate) clock: Arc<dyn Clock>,
    /// The record of who looked, and what waits to be entered.
    pub(crate) consultations: Arc<dyn Consultations>,
    pub(crate) recorder: Recorder,
    pub(crate) uses: Uses,
    pub(crate) days: Box<dyn Days>,
    pub(crate) tasks: Tasks,
    /// For maintenance; none of a register in memory.
    pub(crate) postgres: Option<Postgres>,
}

/// The database itself, for what is asked of it alone.
pub(crate) struct Postgres {
    pub(crate) pool: PgPool,
    /// Where the owner is asked for what only he may do.
    pub(crate) database: PgConnectOptions,
}

/// What somebody asks of the register.
#[derive(Clone, Debug)]
pub struct Request {
    /// The sender's id for this command; the same id and content give the first answer again, for ever.
    pub command_id: Uuid,
    /// Who asks.
    pub actor: Actor,
    /// Desk or online.
    pub channel: Channel,
    /// The demand; `None` for a registration, which has no number yet.
    pub number: Option<UniqueNumber>,
    /// The version the sender has read, when the act must not apply to a newer one.
    pub expected_version: Option<u32>,
    /// The act.
    pub act: Act,
}

/// The answer to a command: only what will never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// The number of the demand.
    pub number: UniqueNumber,
    /// The version of the demand after the act.
    pub version: u32,
    /// The position of the act's last event: what a reader waits for who wants to see it.
    #[serde(serialize_with = "position_as_number")]
    pub position: Position,
    /// The day the act counts from.
    pub effective_on: Date,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// The demand that the act opened beside this one: of a separation only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opened: Option<NewDemand>,
}

/// A demand that an act on another one opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct NewDemand {
    /// Its number.
    pub number: UniqueNumber,
    /// Its version after the act.
    pub version: u32,
}

pub(crate) fn position_as_number<S: serde::Serializer>(position: &Position, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_i64(position.get())
}

impl Register {
    /// For a process that may end at any moment.
    pub(crate) fn of(parts: Parts) -> Self {
        Self { parts: Arc::new(parts), promptness: Promptness::Durable, brakes: None, rows_per_hour: None }
    }

    /// Whether commands can be expected to succeed now.
    ///
    /// # Errors
    /// The failure of the log.
    pub async fn ready(&self) -> Result<(), Error> {
        Ok(self.parts.log.ready().await?)
    }

    /// The log's reader.
    pub fn reader(&self) -> &Reader {
        &self.parts.reader
    }

    /// The sessions that commands and their reads go through; none of a register in memory.
    pub fn sessions(&self) -> Option<&PgPool> {
        self.parts.postgres.as_ref().map(|postgres| &postgres.pool)
    }

    /// The clock everything here goes by.
    pub fn clock(&self) -> &dyn Clock {
        &*self.parts.clock
    }
}

impl Parts {
    /// The database, for maintenance.
    pub(crate) fn postgres(&self) -> Result<&Postgres, Error> {
        self.postgres.as_ref().ok_or_else(|| Error::Database("this register is kept in memory".to_owned()))
    }

    /// The answer to a committed command, from its events alone: so a repeat gets the very same.
    pub(crate) async fn answer(&self, receipt: Receipt) -> Result<Answer, Error> {
        self.answers(&[receipt]).await.pop().unwrap_or(Err(Error::OutcomeUnknown))
    }

    /// The answers to committed commands, in the order asked for.
    pub(crate) async fn answers(&self, receipts: &[Receipt]) -> Vec<Result<Answer, Error>> {
        if receipts.is_empty() {
            return Vec::new();
        }
        let answer = |events: Result<Vec<RecordedEvent>, event_log::Error>| {
            let events = events.map_err(|_| Error::OutcomeUnknown)?;
            let last = events.last().ok_or(Error::OutcomeUnknown)?;
            answer_of(&events, last)
        };
        match self.reader.read_commands(receipts).await {
            Ok(commands) => commands.into_iter().map(answer).collect(),
            // They are committed whatever becomes of this reading.
            Err(_) => receipts.iter().map(|_| Err(Error::OutcomeUnknown)).collect(),
        }
    }
}

/// The bytes that a command's digest is taken of. What was not said is not written, so that a field which a later form
/// adds does not make an old command look like another one.
pub(crate) fn body(request: &Request) -> Result<Vec<u8>, Error> {
    let said = ("command/1", request.number, request.expected_version, request.channel, &request.act);
    serde_json::to_vec(&said).map_err(|_| Error::MalformedRequest)
}

/// The precision the log keeps, so that a repeat answers the very same instant.
pub(crate) fn to_the_microsecond(instant: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(instant.as_microsecond()).unwrap_or(instant)
}

/// The demand that was asked for comes last; one that was opened with it, before.
fn answer_of(events: &[RecordedEvent], last: &RecordedEvent) -> Result<Answer, Error> {
    let number_of = |event: &RecordedEvent| {
        UniqueNumber::parse(event.stream.as_str())
            .map_err(|_| stream::unreadable(event, &"its stream is no unique number"))
    };
    let days = events.iter().filter(|event| event.stream == last.stream).map(|event| event.effective_on);
    let opened = events.iter().rev().find(|event| event.stream != last.stream);
    let opened = opened.map(|event| Ok::<_, Error>(NewDemand { number: number_of(event)?, version: event.version }));
    Ok(Answer {
        number: number_of(last)?,
        version: last.version,
        position: last.position,
        effective_on: days.min().unwrap_or(last.effective_on),
        recorded_at: last.recorded_at,
        opened: opened.transpose()?,
    })
}

/// The territory an act concerns, told without reading anything: a registration says it, a number names it.
pub(crate) fn territory_of(request: &Request) -> Result<Territory, Error> {
    match (&request.act, request.number) {
        (Act::Register(registration), None) => Ok(registration.territory),
        (Act::Register(_), Some(_)) | (_, None) => Err(Error::MalformedRequest),
        // Parts that only a plan makes.
        (Act::OpenSeparated(_) | Act::LeaveJoint(_), _) => Err(Error::MalformedRequest),
        (_, Some(number)) => Ok(number.territory()),
    }
}

pub(crate) fn action_of(act: &Act) -> Action {
    match act {
        Act::Register(_) => Action::Register,
        Act::Modify { .. } => Action::Modify,
        Act::Renew { .. } => Action::Renew,
        Act::AddPiece(_) | Act::DepositPiece(_) | Act::SetDepositAside { .. } => Action::AddPiece,
        Act::Attribute(_) | Act::RefuseAttribution { .. } | Act::LapseAttribution { .. } => Action::Attribute,
        Act::SignLease(_) => Action::SignLease,
        Act::Renounce(_) => Action::Renounce,
        Act::ListNotice {}
        | Act::RecordNoticeSent(_)
        | Act::RecordNoticeReturned { .. }
        | Act::RadiateNotRenewed {} => Action::KeepRenewals,
        Act::RecordWarning(_) | Act::RecordAnswer { .. } | Act::RadiateNoAnswer {} => Action::Chase,
        Act::RecordInadmissibility(_) | Act::RadiateInadmissible {} => Action::FindInadmissible,
        Act::Reinstate(_) => Action::Reinstate,
        Act::IssueCertificate(_) => Action::IssueCertificate,
        Act::ReportLease(_) | Act::WithdrawLeaseReport {} => Action::ReportLease,
        Act::SeiseDalo(_) | Act::DecideDalo(_) | Act::RehouseDalo { .. } | Act::EndDalo { .. } => Action::RecordDalo,
        Act::DropCoApplicant(_) | Act::Separate(_) | Act::OpenSeparated(_) | Act::LeaveJoint(_) => Action::Separate,
    }
}

#[cfg(test)]
mod tests {
    use demand::FormDraft;
    use demand::modification::Origin;

    use super::*;

    /// Golden: a repeat must be known as such for ever, so these bytes never change for what could be said so far.
    #[test]
    fn the_bytes_of_a_command_do_not_change_with_the_form() {
        let form = r#"{"identity":{"applicant":{"surname":"Lune"}},"sought":{"communes":["06088"],"parking":false}}"#;
        let form: FormDraft = serde_json::from_str(form).unwrap();
        let request = Request {
            command_id: Uuid::nil(),
            actor: Actor::Operator,
            channel: Channel::Desk,
            number: Some(UniqueNumber::parse("1110318016982G1104").unwrap()),
            expected_version: None,
            act: Act::Modify { origin: Origin::Applicant, form: Box::new(form) },
        };
        let expected = concat!(
            r#"["command/1","1110318016982G1104",null,"GUICHET",{"modify":{"origin":"applicant","form":"#,
            r#"{"identity":{"applicant":{"surname":"Lune"}},"sought":{"communes":["06088"]}}}}]"#
        );
        assert_eq!(String::from_utf8(body(&request).unwrap()).unwrap(), expected);
    }

    /// A piece that no deposit is named for is the piece it was before deposits could be named.
    #[test]
    fn the_bytes_of_a_piece_do_not_change_with_deposits() {
        let piece = r#"{"piece_type":"TAX","sha256":"0a"}"#;
        let request = Request {
            command_id: Uuid::nil(),
            actor: Actor::Operator,
            channel: Channel::Desk,
            number: Some(UniqueNumber::parse("1110318016982G1104").unwrap()),
            expected_version: None,
            act: Act::AddPiece(serde_json::from_str(piece).unwrap()),
        };
        let expected = format!(r#"["command/1","1110318016982G1104",null,"GUICHET",{{"add_piece":{piece}}}]"#);
        assert_eq!(String::from_utf8(body(&request).unwrap()).unwrap(), expected);
    }
}
