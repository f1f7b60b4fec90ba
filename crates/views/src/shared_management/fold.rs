//! The fold: what each event does to a row. Pure.

use std::collections::BTreeMap;

use demand::Carry;
use demand::attribution::OpenAttribution;
use demand::deadlines::expires_on;
use demand::event::{DemandEvent, Registered};
use demand::pieces::HeldPiece;
use event_log::RecordedEvent;
use nomenclature::{Siren, UniqueNumber};
use personal::Pii;
use projection::Opened;

use super::row::{Row, SealedIdentity, SharedDemand};
use crate::opening::rubrics_of;
use crate::{Blinder, Reading, SeenEvent, Token};

/// Rows by number: those that a page touches, or all of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows(BTreeMap<UniqueNumber, Row>);

impl Rows {
    /// Folds one event. Events of a stream that is no unique number, or was never registered, mean nothing here.
    pub fn fold(&mut self, opened: &Opened<'_, SeenEvent>, blinder: &dyn Blinder) {
        self.fold_event(opened.recorded, &opened.event, blinder);
    }

    pub(super) fn fold_event(&mut self, recorded: &RecordedEvent, seen: &SeenEvent, blinder: &dyn Blinder) {
        let Ok(number) = UniqueNumber::parse(recorded.stream.as_str()) else { return };
        if let DemandEvent::Registered(event) = &seen.event {
            self.0.insert(number, registered(number, event, recorded));
        }
        let Some(row) = self.0.get_mut(&number) else { return };
        row.demand.version = recorded.version;
        row.demand.position = recorded.position;
        // INV-30: nothing that a row tells happens to a radiated demand, but that it comes back.
        if row.radiated_on.is_none() || matches!(seen.event, DemandEvent::Reinstated(_)) {
            row.apply(seen, recorded, blinder);
        }
        // The event itself erases, whether or not the key is a tombstone yet when it is folded: a rebuild finds it so.
        if seen.reading == Reading::Erased || matches!(seen.event, DemandEvent::PersonalDataErased(_)) {
            row.demand.identity = None;
            row.tokens.clear();
        }
    }

    /// The row of a number.
    pub fn get(&self, number: UniqueNumber) -> Option<&Row> {
        self.0.get(&number)
    }

    /// Puts a row that was kept elsewhere.
    pub fn put(&mut self, row: Row) {
        self.0.insert(row.demand.number, row);
    }

    /// All rows, by number.
    pub fn iter(&self) -> impl Iterator<Item = &Row> {
        self.0.values()
    }
}

fn registered(number: UniqueNumber, event: &Registered, recorded: &RecordedEvent) -> Row {
    let demand = SharedDemand {
        territory: event.territory,
        number,
        version: recorded.version,
        position: recorded.position,
        filed_on: event.filed_on,
        last_renewed_on: None,
        expires_on: expires_on(event.presented_on.unwrap_or(event.filed_on), None),
        desk: event.desk,
        organisation: event.organisation,
        person_ref: event.person_ref,
        forced: event.forced.is_some(),
        facts: event.facts.clone(),
        pieces: Vec::new(),
        attributions: Vec::new(),
        identity: None,
    };
    Row { demand, tokens: Vec::new(), radiated_on: None }
}

impl Row {
    fn apply(&mut self, seen: &SeenEvent, recorded: &RecordedEvent, blinder: &dyn Blinder) {
        self.take_identity(seen, recorded, blinder);
        let demand = &mut self.demand;
        match &seen.event {
            DemandEvent::Registered(_) => {}
            DemandEvent::Modified(event) => demand.facts = event.facts.clone(),
            DemandEvent::CoApplicantDropped(event) => demand.facts = event.facts.clone(),
            DemandEvent::Renewed(event) => {
                demand.facts = event.facts.clone();
                demand.last_renewed_on = Some(event.renewed_on);
                demand.expires_on = expires_on(demand.filed_on, demand.last_renewed_on);
            }
            DemandEvent::PieceAdded(event) => demand.pieces.push(HeldPiece {
                piece_id: event.piece_id,
                open_type: event.open_type,
                received_on: event.received_on,
            }),
            DemandEvent::Attributed(event) => {
                demand.attributions.push(OpenAttribution { lessor: event.lessor, decided_on: event.decided_on });
            }
            DemandEvent::AttributionRefused(event) => demand.close(event.lessor),
            DemandEvent::AttributionLapsed(event) => demand.close(event.lessor),
            DemandEvent::LeaseSigned(_) => demand.attributions.clear(),
            DemandEvent::Radiated(event) => self.radiated_on = Some(event.radiated_on),
            DemandEvent::PersonalDataErased(_) => {}
            DemandEvent::Reinstated(event) => {
                self.radiated_on = None;
                demand.person_ref = event.person_ref;
            }
            DemandEvent::RenewalNoticeListed(_)
            | DemandEvent::RenewalNoticeSent(_)
            | DemandEvent::RenewalNoticeReturned(_)
            | DemandEvent::WarningSent(_)
            | DemandEvent::AnswerReceived(_)
            | DemandEvent::CommissionDecided(_)
            | DemandEvent::CertificateIssued(_)
            | DemandEvent::LeaseReported(_)
            | DemandEvent::LeaseReportWithdrawn(_)
            | DemandEvent::PieceDeposited(_)
            | DemandEvent::DepositSetAside(_)
            | DemandEvent::DaloSeised(_)
            | DemandEvent::DaloDecided(_)
            | DemandEvent::DaloRehoused(_)
            | DemandEvent::DaloEnded(_)
            | DemandEvent::Separated(_) => {}
        }
    }

    fn take_identity(&mut self, seen: &SeenEvent, recorded: &RecordedEvent, blinder: &dyn Blinder) {
        let Some(Carry::Given(Pii::Clear(identity))) = rubrics_of(&seen.event).map(|rubrics| &rubrics.identity) else {
            return;
        };
        self.tokens = Token::all_of(blinder, identity);
        let sealed = recorded.key_id.zip(seen.identity.clone());
        self.demand.identity =
            sealed.map(|(key_id, sealed)| SealedIdentity { version: recorded.version, key_id, sealed });
    }
}

impl SharedDemand {
    fn close(&mut self, lessor: Siren) {
        self.attributions.retain(|open| open.lessor != lessor);
    }
}
