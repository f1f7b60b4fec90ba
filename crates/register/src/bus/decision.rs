//! What a command decides: on one demand, or on the two of a separation. Each is decided on its own clone.

use cqrs_es::Aggregate as _;
use cqrs_es::event_sink::EventSink;
use demand::separation::SeparationPlan;
use demand::{Demand, DemandCommand, DemandEvent, Plan, plan};
use jiff::civil::Date;
use nomenclature::UniqueNumber;

use super::run::Run;
use crate::Error;
use crate::stream::Loaded;

/// One demand of a command: as it was loaded, and what was decided on it.
pub(super) struct Decided {
    pub(super) loaded: Loaded,
    pub(super) after: Demand,
    pub(super) events: Vec<DemandEvent>,
}

impl Decided {
    async fn of(loaded: Loaded, command: DemandCommand) -> Result<Self, Error> {
        let mut after = loaded.demand.clone();
        let sink = EventSink::default();
        after.handle(command, &(), &sink).await?;
        Ok(Self { loaded, after, events: sink.collect().await })
    }
}

/// What a command comes to, but for the number of a demand that it opens.
pub(super) enum Decision {
    /// On a demand that is there.
    Known(UniqueNumber, Box<Decided>),
    /// A demand that has no number yet.
    New(Box<Opening>),
}

/// A new demand.
pub(super) struct Opening {
    pub(super) decided: Decided,
    /// The joint demand that its applicant leaves, when it comes from a separation.
    joint: Option<(UniqueNumber, Box<SeparationPlan>, Loaded)>,
}

impl Decision {
    pub(super) async fn of(run: &Run, asked: Loaded) -> Result<Self, Error> {
        let (decided, joint) = match (
            plan(&asked.demand, run.order.request.number, run.command(), run.spare_id)?,
            run.order.request.number,
        ) {
            (Plan::Alone(command), Some(number)) => {
                return Ok(Self::Known(number, Box::new(Decided::of(asked, *command).await?)));
            }
            (Plan::Alone(command), None) => (Decided::of(asked, *command).await?, None),
            (Plan::Separation(plan), Some(joint)) => {
                let opening = plan.opening.clone();
                (Decided::of(Loaded::nothing(), opening).await?, Some((joint, plan, asked)))
            }
            (Plan::Separation(_), None) => return Err(Error::MalformedRequest),
        };
        Ok(Self::New(Box::new(Opening { decided, joint })))
    }
}

impl Opening {
    /// The day that the number counts from.
    pub(super) fn filed_on(&self, today: Date) -> Date {
        self.decided.after.content().map_or(today, |demand| demand.filed_on)
    }

    /// Every demand with its number. The one that was asked for comes last: the answer is about it.
    pub(super) async fn numbered(self, number: UniqueNumber) -> Result<Vec<(UniqueNumber, Decided)>, Error> {
        let mut demands = vec![(number, self.decided)];
        if let Some((joint, plan, asked)) = self.joint {
            demands.push((joint, Decided::of(asked, plan.leaving(number)).await?));
        }
        Ok(demands)
    }
}
