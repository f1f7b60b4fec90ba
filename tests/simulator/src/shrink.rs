//! The smallest plan that still fails.

use crate::plan::Plan;
use crate::world::run;

/// Makes a plan that fails smaller, one thing at a time, as long as it fails.
pub fn smallest(plan: Plan) -> Plan {
    let mut smallest = plan;
    while let Some(smaller) = smaller(smallest).into_iter().find(|plan| run(*plan).is_err()) {
        smallest = smaller;
    }
    smallest
}

/// The next smaller ones, the boldest first.
fn smaller(plan: Plan) -> Vec<Plan> {
    let Plan { processes, clients, steps, trouble, .. } = plan;
    let plans = [
        Plan { steps: steps / 2, ..plan },
        Plan { clients: clients / 2, ..plan },
        Plan { trouble: crate::Trouble { crashes: false, ..trouble }, ..plan },
        Plan { trouble: crate::Trouble { days: false, ..trouble }, ..plan },
        Plan { trouble: crate::Trouble { lost: trouble.lost / 2, ..trouble }, ..plan },
        Plan { processes: processes - 1, ..plan },
        Plan { clients: clients.saturating_sub(1), ..plan },
        Plan { steps: steps.saturating_sub(1), ..plan },
    ];
    let lives = |smaller: &Plan| *smaller != plan && smaller.processes > 0 && smaller.clients > 0 && smaller.steps > 0;
    plans.into_iter().filter(lives).collect()
}
