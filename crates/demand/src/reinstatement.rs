//! A radiated demand comes back, with its number and its seniority, within the window of its motive (cahier des charges 6.1
//! and 6.5).
//!
//! The person may hold another demand by now: whoever holds the claims of persons refuses then, and names the holder. After
//! an attribution, a renunciation or an inadmissibility no window is provided: a new demand is filed.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::attribution::act_day;
use crate::command::DemandCommand;
use crate::deadlines;
use crate::demand::RadiatedDemand;
use crate::event::{DemandEvent, Reinstated};
use crate::form::FormDraft;
use crate::modification::{self, Origin};
use crate::radiation::Motive;
use crate::rejection::{Check, FieldReason, Rejection, RejectionReason};
use crate::renewal;

/// What a desk sends to have a demand back.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReinstatementDraft {
    /// After a radiation for no answer: the day the answer came in, `AAAA-MM-JJ`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answered_on: Option<String>,
    /// The rubrics that change with it.
    pub form: Box<FormDraft>,
}

personal::redact!(ReinstatementDraft);

/// Decides a reinstatement. After a radiation for non-renewal, and past its expiry, it is a renewal too, in one act
/// (INV-20, INV-31).
pub(crate) fn reinstate(
    radiated: &RadiatedDemand,
    draft: &ReinstatementDraft,
    command: &DemandCommand,
) -> Result<Vec<DemandEvent>, Rejection> {
    let (today, settings) = (command.today, &command.settings);
    let until = match &radiated.motive {
        Motive::NotRenewed { expired_on, .. } => deadlines::not_renewed_until(*expired_on, settings),
        Motive::NoAnswer { .. } => deadlines::no_answer_until(radiated.radiated_on, settings),
        Motive::Attribution { .. } | Motive::Renunciation { .. } | Motive::Inadmissible { .. } => {
            return Err(RejectionReason::NotReinstatable.into());
        }
    };
    if today > until {
        return Err(RejectionReason::WindowClosed.into());
    }
    let answered_on = answer(&radiated.motive, draft, today)?;
    let reinstated = Reinstated {
        reinstated_on: today,
        motive: radiated.motive.official(),
        answered_on,
        person_ref: radiated.before.person_ref.map(|_| command.person_ref),
    };
    let mut events = vec![DemandEvent::Reinstated(reinstated.clone())];
    let back = radiated.reinstated(&reinstated);
    // Its validity may have ended while it was out, when nobody could renew it: it comes back renewed, or the next day would
    // send it out again.
    if answered_on.is_none() || back.expires_on() < today {
        events.extend(renewal::renew(&back, &draft.form, command)?);
    } else {
        match modification::modify(&back, &Origin::Applicant, &draft.form, &command.by, today) {
            Err(rejection) if rejection.reason == RejectionReason::NothingToModify => {}
            modified => events.extend(modified?),
        }
    }
    Ok(events)
}

/// The day of the answer: what lifts a radiation for no answer (INV-22), and has nothing to do with another one.
fn answer(motive: &Motive, draft: &ReinstatementDraft, today: Date) -> Result<Option<Date>, Rejection> {
    let mut found = Vec::new();
    let mut check = Check::new("reinstatement", &mut found);
    let told = draft.answered_on.as_deref();
    let answered_on = match motive {
        Motive::NoAnswer { letter_sent_on, .. } => {
            check.required("answered_on", told, |text| act_day(text, *letter_sent_on, today))
        }
        _ => check.optional("answered_on", told, |_| Err(FieldReason::Inconsistent)),
    };
    if found.is_empty() { Ok(answered_on) } else { Err(Rejection::invalid(found)) }
}
