//! What the bus takes: what a caller asks today, or what an organisation did before and the operator imports.

use std::collections::HashMap;

use jiff::civil::Date;
use nomenclature::UniqueNumber;
use uuid::Uuid;

use crate::Error;
use crate::register::{Parts, Request, body};

/// A command with the past it may have.
#[derive(Clone)]
pub(crate) struct Order {
    pub(crate) request: Request,
    /// None for what is asked today.
    pub(crate) past: Option<Past>,
}

/// What an imported act says that no caller can.
#[derive(Clone, Copy)]
pub(crate) struct Past {
    /// The day of the act: it is decided as on that day, and counts from it.
    pub(crate) on: Date,
    /// The number that the demand has already.
    pub(crate) number: Option<UniqueNumber>,
    /// The import's command that registers the demand, in place of a number.
    pub(crate) demand: Option<Uuid>,
    /// The import's command that has to be entered before this one, while nobody knows that it is.
    pub(crate) after: Option<Uuid>,
}

impl Order {
    /// The command that has to be known before this one is about any demand.
    pub(super) fn unresolved(&self) -> Option<Uuid> {
        self.past.and_then(|past| past.demand).filter(|_| self.request.number.is_none())
    }

    /// The command that has to be entered before this one, while nobody knows that it is.
    pub(super) fn after(&self) -> Option<Uuid> {
        self.past.and_then(|past| past.after)
    }

    /// The command that is known to be entered no longer holds this one back.
    pub(super) fn follows(&mut self) {
        if let Some(past) = &mut self.past {
            past.after = None;
        }
    }

    /// The id under which others may name this one: only what is imported is named.
    pub(super) fn name(&self) -> Option<Uuid> {
        self.past.map(|_| self.request.command_id)
    }
}

impl From<Request> for Order {
    fn from(request: Request) -> Self {
        Self { request, past: None }
    }
}

/// What the imported commands of a call were entered for, as far as they have an answer; no demand where one was refused.
pub(super) type Named = HashMap<Uuid, Option<UniqueNumber>>;

impl Parts {
    /// A keyed digest of everything the sender said.
    pub(super) fn digest(&self, order: &Order) -> Result<[u8; 32], Error> {
        let Order { request, past } = order;
        let said = match past {
            None => body(request)?,
            // What has to come before is about the order of an import alone: it may be added to a row that was entered.
            Some(Past { on, number, demand, after: _ }) => {
                // What names the demand stands for its number, which is another one until it is found.
                let of_demand = request.number.filter(|_| demand.is_none());
                let said = ("import/1", on, number, demand, of_demand, &request.actor, request.channel, &request.act);
                serde_json::to_vec(&said).map_err(|_| Error::MalformedRequest)?
            }
        };
        Ok(self.vault.secrets().digest(&said))
    }
}
