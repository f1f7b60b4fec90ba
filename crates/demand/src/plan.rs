//! Which streams an act writes, and the command for each (design law 4).
//!
//! Pure. Whoever runs a plan decides every command on its own demand and appends all or nothing: one rejection refuses all.

use nomenclature::UniqueNumber;
use uuid::Uuid;

use crate::command::{Act, DemandCommand};
use crate::demand::Demand;
use crate::rejection::Rejection;
use crate::separation::SeparationPlan;

/// The streams of an act.
#[derive(Debug)]
pub enum Plan {
    /// One: that of the demand which the command is for.
    Alone(Box<DemandCommand>),
    /// A new demand, and the joint one that its applicant leaves.
    Separation(Box<SeparationPlan>),
}

/// Plans an act on a demand. `number` is the demand's own, none when it has none yet; `spare` a fresh random identifier.
///
/// # Errors
/// What is wrong with an act on several streams, all of it: no number is spent on what is refused here.
pub fn plan(
    demand: &Demand,
    number: Option<UniqueNumber>,
    command: DemandCommand,
    spare: Uuid,
) -> Result<Plan, Rejection> {
    match (demand, number, &command.act) {
        (Demand::Active(joint), Some(number), Act::Separate(_)) => {
            demand.decide(&command)?;
            Ok(Plan::Separation(Box::new(SeparationPlan::of(joint, number, command, spare)?)))
        }
        _ => Ok(Plan::Alone(Box::new(command))),
    }
}
