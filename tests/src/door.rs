//! Orders over the network.

use client::{Client, On, Refused};

use crate::wire::{Ack, Order, Reply};

/// Refusals that say nothing of the command: it is sent again.
pub const PASSING: [&str; 5] =
    ["UNAVAILABLE", "OUTCOME_UNKNOWN", "DEADLINE_EXCEEDED", "TOO_MANY_CALLS", "SHUTTING_DOWN"];

/// Sends an order once.
///
/// # Panics
/// When an act is no JSON, which would be a fault of the suites.
pub async fn send(client: &Client, order: &Order) -> Reply {
    let command_id = order.command_id;
    let on = order.number.map(|number| (number.to_string(), format!("v{}", order.version.unwrap_or_default())));
    let on = on.as_ref().map(|(number, etag)| On { number, etag });
    let act = serde_json::to_value(&order.act).expect("an act is JSON");
    match client.act(order.actor, command_id, on, &act).await {
        Ok(answer) => Reply::Ack(Ack::told(command_id, &answer)),
        Err(Refused::Told(told)) if !PASSING.contains(&told.reason.as_str()) => {
            Reply::Refused { command_id, reason: told.reason }
        }
        Err(Refused::Unreadable) => Reply::Refused { command_id, reason: "UNREADABLE".to_owned() },
        Err(Refused::Told(_) | Refused::Lost(_)) => Reply::Unknown { command_id },
    }
}
