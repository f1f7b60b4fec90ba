//! The new demand of a separation: it begins as any other, on the day that the joint one was filed.

use nomenclature::Territory;

use super::{Opening, SeparationDraft, proof};
use crate::command::{By, DemandCommand};
use crate::correction::is_same_person;
use crate::employer::Declares;
use crate::event::DemandEvent;
use crate::form::identity::CoApplicant;
use crate::registration::{self, Registration};
use crate::rejection::{Rejection, RejectionReason};

/// Decides the new demand: its form as at any registration (INV-08), its applicant the co-applicant who leaves.
pub(crate) fn open(opening: &Opening, command: &DemandCommand) -> Result<Vec<DemandEvent>, Rejection> {
    let Opening { said, from, proof_id, territory, filed_on, leaving } = opening;
    let mut events = register(said, Some(leaving), *territory, command)?;
    let mut found = Vec::new();
    let told = (said.ground, Some(leaving));
    let Some(piece) = proof(said, told, command.today, &mut found) else {
        return Err(Rejection::invalid(found));
    };
    if let Some(DemandEvent::Registered(registered)) = events.first_mut() {
        // Inherited, however long ago: the tolerance of a late reception has nothing to do with it (design law 9).
        registered.filed_on = *filed_on;
        // Only the filing date is inherited. The form is presented today, so validity counts from today (INV-15): a demand
        // that counts from years ago would be past its expiry before anybody could renew it.
        registered.presented_on = (*filed_on < command.today).then_some(command.today);
    }
    events.push(DemandEvent::PieceAdded(piece.separated_from(*from).added(*proof_id, command.today)));
    Ok(events)
}

/// A registration of today, not yet the one of the day that is inherited.
pub(super) fn register(
    draft: &SeparationDraft,
    leaving: Option<&CoApplicant>,
    territory: Territory,
    command: &DemandCommand,
) -> Result<Vec<DemandEvent>, Rejection> {
    let registration = Registration {
        territory,
        filed_on: None,
        form: draft.form.clone(),
        identity_piece: draft.identity_piece.clone(),
        forced: draft.forced,
        employer_siret: None,
    };
    // Who parts comes with the demand that the service has already: nobody is asked for whom he works (INV-47).
    let by = By { declares: Declares::Nothing, ..command.by };
    let events = registration::register(&registration, &DemandCommand { by, ..command.clone() })?;
    let applicant = events.iter().find_map(|event| match event {
        DemandEvent::Registered(event) => {
            event.rubrics.clear()?.household().map(|household| household.applicant.clone())
        }
        _ => None,
    });
    match (leaving, applicant) {
        (Some(leaving), Some(applicant)) if is_same_person(&leaving.person, &applicant) => Ok(events),
        (None, _) => Ok(events),
        _ => Err(RejectionReason::NotTheCoApplicant.into()),
    }
}
