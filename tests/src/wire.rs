//! Lines between the load and its workers: one JSON object each.

use demand::Act;
use jiff::Timestamp;
use jiff::civil::Date;
use nomenclature::{Actor, Channel, UniqueNumber};
use register::{Answer, Error, Request};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use uuid::Uuid;

/// What the load asks a worker to execute.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Order {
    /// Id of the command, the same however often it is sent.
    pub command_id: Uuid,
    /// Who acts.
    pub actor: Actor,
    /// The demand; none for a registration.
    pub number: Option<UniqueNumber>,
    /// The version that the sender knows; none when he does not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    /// Whether it was sent before: a caller of the network then asks for the outcome first.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub again: bool,
    /// The act.
    pub act: Act,
}

/// Reads orders from standard input, ahead and in a thread, so that whoever writes to us is never kept waiting.
pub fn orders() -> mpsc::UnboundedReceiver<Order> {
    let (sender, orders) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lines().map_while(Result::ok) {
            let order = serde_json::from_str(&line).expect("the load writes orders");
            if sender.send(order).is_err() {
                return;
            }
        }
    });
    orders
}

impl Order {
    /// The request of the bus.
    pub fn request(&self) -> Request {
        Request {
            command_id: self.command_id,
            actor: self.actor,
            channel: Channel::Desk,
            number: self.number,
            expected_version: self.version,
            act: self.act.clone(),
        }
    }
}

/// What the register acknowledged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ack {
    /// Of this command.
    pub command_id: Uuid,
    /// Number of the demand.
    pub number: UniqueNumber,
    /// Version after the act.
    pub version: u32,
    /// Position of the last event of the act.
    pub position: i64,
    /// The day the act counts from.
    pub effective_on: Date,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

impl Ack {
    /// The answer of a server to a command.
    pub fn told(command_id: Uuid, answer: &client::Answer) -> Self {
        let client::Answer { number, ref etag, position, effective_on, recorded_at, .. } = *answer;
        let version = etag.strip_prefix('v').and_then(|version| version.parse().ok()).expect("an etag is a version");
        Self { command_id, number, version, position, effective_on, recorded_at }
    }

    /// The answer of the register to a command.
    pub fn of(command_id: Uuid, answer: &Answer) -> Self {
        let Answer { number, version, position, effective_on, recorded_at, .. } = *answer;
        Self { command_id, number, version, position: position.get(), effective_on, recorded_at }
    }
}

/// How a worker answers an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// Done, durably.
    Ack(Ack),
    /// Refused by the rules: final, nothing was written.
    Refused {
        /// Of this command.
        command_id: Uuid,
        /// The stable reason.
        reason: String,
    },
    /// Perhaps done: the same command is to be sent again.
    Unknown {
        /// Of this command.
        command_id: Uuid,
    },
    /// The database could not be asked: the same command is to be sent again.
    Failed {
        /// Of this command.
        command_id: Uuid,
        /// What the register says.
        reason: String,
    },
}

impl Reply {
    /// The reply to what the register answered.
    pub fn of(command_id: Uuid, answer: &Result<Answer, Error>) -> Self {
        match answer {
            Ok(answer) => Self::Ack(Ack::of(command_id, answer)),
            Err(Error::OutcomeUnknown) => Self::Unknown { command_id },
            // A duplicate of which it cannot be recorded that somebody learned of it is no refusal of the rules yet.
            Err(error @ (Error::Log(_) | Error::Vault(_) | Error::Database(_) | Error::NotRecorded)) => {
                Self::Failed { command_id, reason: error.to_string() }
            }
            Err(error) => Self::Refused { command_id, reason: error.reason() },
        }
    }

    /// The command that is answered.
    pub fn command_id(&self) -> Uuid {
        match self {
            Self::Ack(ack) => ack.command_id,
            Self::Refused { command_id, .. } | Self::Unknown { command_id } | Self::Failed { command_id, .. } => {
                *command_id
            }
        }
    }
}
