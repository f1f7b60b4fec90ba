//! What each event does to a demand: the fold of [`Demand`](crate::Demand), for those that are in the register.

use jiff::ToSpan as _;
use nomenclature::Siren;
use personal::Pii;

use crate::attribution::OpenAttribution;
use crate::carried::Carry;
use crate::certificate::Certificates;
use crate::commission::Inadmissibility;
use crate::demand::{ActiveDemand, RadiatedDemand};
use crate::deposit::OpenDeposit;
use crate::event::{DemandEvent, Registered, Reinstated, Separated};
use crate::lease_report::LeaseReport;
use crate::notice::Notice;
use crate::pieces::HeldPiece;
use crate::warning::{OpenWarning, WarningKind};

impl ActiveDemand {
    pub(crate) fn registered(event: Registered) -> Self {
        Self {
            territory: event.territory,
            filed_on: event.filed_on,
            presented_on: event.presented_on.unwrap_or(event.filed_on),
            last_renewed_on: None,
            gaps: Vec::new(),
            absences: Vec::new(),
            person_ref: event.person_ref,
            forced: event.forced.is_some(),
            rubrics: event.rubrics.clear().map_or(Pii::Sealed, Pii::Clear),
            facts: event.facts,
            pieces: Vec::new(),
            attributions: Vec::new(),
            warnings: Vec::new(),
            inadmissibilities: Vec::new(),
            notice: None,
            certificates: Certificates::of_filing(event.presented_on.unwrap_or(event.filed_on)),
            lease_reports: Vec::new(),
            deposits: Vec::new(),
            dalo: None,
            piece_types: Vec::new(),
            piece_titles: Vec::new(),
            separated_from: Pii::Clear(None),
            separated_to: Pii::Clear(Vec::new()),
            employer: match event.employer {
                Carry::Absent => Pii::Clear(None),
                Carry::Given(Pii::Clear(siret)) => Pii::Clear(Some(siret)),
                Carry::Given(Pii::Sealed) => Pii::Sealed,
            },
        }
    }

    fn take_rubrics(&mut self, carried: &crate::carried::Carried) {
        let merged = match (self.rubrics.take(), carried.clear()) {
            (Some(older), Some(newer)) => Pii::Clear(newer.over(&older)),
            _ => Pii::Sealed,
        };
        self.rubrics = merged;
    }

    /// Whoever was waited for has answered.
    fn answered(&mut self) {
        self.warnings.retain(|warning| warning.kind != WarningKind::NoAnswer);
    }

    fn close_attribution(&mut self, lessor: Siren) {
        self.attributions.retain(|open| open.lessor != lessor);
    }

    pub(crate) fn apply(&mut self, event: DemandEvent) {
        match event {
            DemandEvent::Registered(event) => *self = Self::registered(*event),
            DemandEvent::Modified(event) => {
                self.take_rubrics(&event.rubrics);
                self.facts = event.facts;
            }
            DemandEvent::Renewed(event) => {
                self.take_rubrics(&event.rubrics);
                self.facts = event.facts;
                let expired = (self.expires_on().saturating_add(1.day()), event.renewed_on.saturating_sub(1.day()));
                if expired.0 <= expired.1 {
                    self.gaps.push(expired);
                }
                self.last_renewed_on = Some(event.renewed_on);
                self.notice = None;
                self.certificates.renewed(event.renewed_on);
            }
            DemandEvent::PieceAdded(event) => {
                if let Some(deposit_id) = event.deposit_id {
                    self.close_deposit(deposit_id);
                }
                match event.piece.clear().map(|piece| piece.separated_from) {
                    Some(Some(number)) => self.separated_from = Pii::Clear(Some(number)),
                    Some(None) => {}
                    // Any piece may be the proof: without its content nobody knows whether there is an origin.
                    None => self.separated_from = Pii::Sealed,
                }
                let sealed = event.piece.clear().map_or(Pii::Sealed, |piece| Pii::Clear(piece.piece_type));
                let title = event.piece.clear().and_then(|piece| piece.label.clone());
                self.piece_titles.extend(title.map(|title| (event.piece_id, Pii::Clear(title))));
                self.piece_types.push((event.piece_id, event.open_type.map_or(sealed, Pii::Clear)));
                self.pieces.push(HeldPiece {
                    piece_id: event.piece_id,
                    open_type: event.open_type,
                    received_on: event.received_on,
                });
            }
            DemandEvent::Attributed(event) => {
                self.attributions.push(OpenAttribution { lessor: event.lessor, decided_on: event.decided_on });
            }
            DemandEvent::AttributionRefused(event) => self.close_attribution(event.lessor),
            DemandEvent::AttributionLapsed(event) => self.close_attribution(event.lessor),
            DemandEvent::LeaseSigned(_) => {
                self.attributions.clear();
                self.lease_reports.clear();
            }
            DemandEvent::RenewalNoticeListed(event) => {
                self.notice = Some(Notice {
                    listed_on: event.listed_on,
                    due_by: event.due_by,
                    radiation_from: event.radiation_from,
                    sent_on: None,
                    returned_on: None,
                });
            }
            DemandEvent::RenewalNoticeSent(event) => {
                self.notice = self.notice.map(|notice| Notice { sent_on: Some(event.sent_on), ..notice });
            }
            DemandEvent::RenewalNoticeReturned(event) => {
                self.notice = self.notice.map(|notice| Notice { returned_on: Some(event.returned_on), ..notice });
            }
            DemandEvent::WarningSent(event) => self.warnings.push(OpenWarning {
                organisation: event.organisation,
                kind: event.kind,
                letter_sent_on: event.letter_sent_on,
                sent_on: event.sent_on,
                proof: event.proof,
            }),
            DemandEvent::AnswerReceived(_) => self.answered(),
            DemandEvent::CommissionDecided(event) => self.inadmissibilities.push(Inadmissibility {
                lessor: event.lessor,
                decided_on: event.decided_on,
                ground: event.ground(),
            }),
            DemandEvent::CertificateIssued(event) => self.certificates.issued(&event),
            DemandEvent::LeaseReported(event) => self.lease_reports.push(LeaseReport::of(&event)),
            DemandEvent::LeaseReportWithdrawn(event) => self.close_lease_report(event.organisation),
            DemandEvent::PieceDeposited(event) => self.deposits.push(OpenDeposit::of(&event)),
            DemandEvent::DepositSetAside(event) => self.close_deposit(event.deposit_id),
            DemandEvent::DaloSeised(_)
            | DemandEvent::DaloDecided(_)
            | DemandEvent::DaloRehoused(_)
            | DemandEvent::DaloEnded(_) => self.take_dalo(&event),
            DemandEvent::CoApplicantDropped(event) => {
                self.take_rubrics(&event.rubrics);
                self.facts = event.facts;
            }
            DemandEvent::Separated(event) => self.take_separation(&event),
            // Leaving and coming back are told of the demand as a whole.
            DemandEvent::Radiated(_) | DemandEvent::Reinstated(_) | DemandEvent::PersonalDataErased(_) => {}
        }
    }

    fn take_separation(&mut self, event: &Separated) {
        self.separated_to = match (self.separated_to.take(), event.link.clear()) {
            (Some(mut numbers), Some(link)) => {
                numbers.extend(link.as_ref().map(|link| link.separated_to));
                Pii::Clear(numbers)
            }
            _ => Pii::Sealed,
        };
    }
}

impl RadiatedDemand {
    /// The demand as it is once it is back.
    pub(crate) fn reinstated(&self, event: &Reinstated) -> ActiveDemand {
        let mut demand = self.before.clone();
        let away = (self.radiated_on, event.reinstated_on.saturating_sub(1.day()));
        if away.0 <= away.1 {
            demand.absences.push(away);
        }
        if event.answered_on.is_some() {
            demand.answered();
        }
        demand.person_ref = event.person_ref;
        demand
    }
}
