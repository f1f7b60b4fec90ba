//! Acts on the parameters of a territory.

use jiff::Timestamp;
use jiff::civil::Date;
use nomenclature::{Actor, Territory};
use proto::v1;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::client::Client;
use crate::refused::Refused;

/// The answer to an act on the parameters of a territory: only what will never change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TerritoryAnswer {
    /// The territory.
    pub territory: Territory,
    /// The version of its parameters after the act, opaque.
    pub etag: String,
    /// The position of the event.
    pub position: i64,
    /// The day from which it counts.
    pub effective_on: Date,
    /// When it was recorded, to the microsecond.
    pub recorded_at: Timestamp,
}

impl TerritoryAnswer {
    pub(crate) fn read(answer: Option<v1::TerritoryAnswer>) -> Result<Self, Refused> {
        let lost = || Refused::Lost("an answer that cannot be read".to_owned());
        let answer = answer.ok_or_else(lost)?;
        let instant = answer.recorded_at.ok_or_else(lost)?;
        Ok(Self {
            territory: Territory::parse(&answer.territory).map_err(|_| lost())?,
            etag: answer.etag,
            position: answer.position,
            effective_on: nomenclature::parse_date(&answer.effective_on).map_err(|_| lost())?,
            recorded_at: Timestamp::new(instant.seconds, instant.nanos).map_err(|_| lost())?,
        })
    }
}

impl Client {
    /// Sends an act on the parameters of the territory of the actor's desk, written as JSON:
    /// `{"change_setting": {"name": ..., "value": ..., "valid_from": ...}}`, and so `withdraw_setting`, `set_abnormal_delay`
    /// and `end_abnormal_delay`.
    ///
    /// # Errors
    /// See [`Refused`].
    pub async fn set_territory(&self, actor: Actor, id: Uuid, act: &Value) -> Result<TerritoryAnswer, Refused> {
        let (method, mut message) = message_of(act).ok_or(Refused::Unreadable)?;
        message.insert("request_id".to_owned(), json!(id));
        // Every answer to such an act is one field, the first: any of their messages reads it.
        let answered: v1::ChangeSettingResponse = self.call(actor, method, &Value::Object(message)).await?;
        TerritoryAnswer::read(answered.answer)
    }
}

fn message_of(act: &Value) -> Option<(&'static str, Map<String, Value>)> {
    let (kind, content) = act.as_object()?.iter().next()?;
    let method = match kind.as_str() {
        "change_setting" => "TerritoryService/ChangeSetting",
        "withdraw_setting" => "TerritoryService/WithdrawSetting",
        "set_abnormal_delay" => "TerritoryService/SetAbnormalDelay",
        "end_abnormal_delay" => "TerritoryService/EndAbnormalDelay",
        _ => return None,
    };
    Some((method, content.as_object()?.clone()))
}
