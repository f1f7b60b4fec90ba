//! The demand: its states as types, and the aggregate that decides its acts.

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use jiff::civil::Date;
use nomenclature::{PieceType, Siren, Siret, Territory, UniqueNumber};
use personal::Pii;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::attribution::OpenAttribution;
use crate::certificate::Certificates;
use crate::command::{Act, DemandCommand};
use crate::commission::Inadmissibility;
use crate::dalo::Dalo;
use crate::deposit::OpenDeposit;
use crate::event::DemandEvent;
use crate::facts::Facts;
use crate::form::Rubrics;
use crate::form::text::Text;
use crate::lease_report::LeaseReport;
use crate::notice::Notice;
use crate::pieces::HeldPiece;
use crate::radiation::{Motive, inadmissibility, lease, no_answer, non_renewal, renunciation};
use crate::rejection::{Rejection, RejectionReason};
use crate::warning::{OpenWarning, WarningKind};
use crate::{
    attribution, certificate, co_applicant, commission, dalo, deadlines, deposit, lease_report, modification, notice,
    pieces, registration, reinstatement, renewal, separation, warning,
};

/// A demand for social housing, folded from its events.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Demand {
    /// Nothing stands under the number yet.
    #[default]
    Unregistered,
    /// In the register. Whether it is past its expiry depends on the day asked about.
    Active(Box<ActiveDemand>),
    /// Out of the register.
    Radiated(Box<RadiatedDemand>),
}

/// A demand in the register.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ActiveDemand {
    /// Its territory.
    pub territory: Territory,
    /// Day of reception: never changes (INV-18).
    pub filed_on: Date,
    /// Day its form was first presented: that of the reception, unless that one is inherited (INV-36).
    pub presented_on: Date,
    /// Day of the last renewal.
    pub last_renewed_on: Option<Date>,
    /// Days on which it was past its expiry, before a late renewal: first and last of each time.
    pub gaps: Vec<(Date, Date)>,
    /// Days on which it was out of the register, before a reinstatement: first and last of each time.
    pub absences: Vec<(Date, Date)>,
    /// Reference of the applicant, nationwide.
    pub person_ref: Option<Uuid>,
    /// Registered over somebody's claim.
    pub forced: bool,
    /// Open facts.
    pub facts: Facts,
    /// The form, when readable.
    pub rubrics: Pii<Rubrics>,
    /// The dossier.
    pub pieces: Vec<HeldPiece>,
    /// Attributions in progress, at most one per lessor.
    pub attributions: Vec<OpenAttribution>,
    /// Warnings that stand, at most one per organisation and kind.
    pub warnings: Vec<OpenWarning>,
    /// Commissions that found it inadmissible, at most one per lessor.
    pub inadmissibilities: Vec<Inadmissibility>,
    /// The renewal notice of the present validity.
    pub notice: Option<Notice>,
    /// Its certificates of registration.
    pub certificates: Certificates,
    /// Leases that others than the lessor reported, at most one per organisation.
    pub lease_reports: Vec<LeaseReport>,
    /// Pieces handed in that wait to be stored.
    pub deposits: Vec<OpenDeposit>,
    /// Where the claim to housing of L441-2-3 stands, radiated or not.
    pub dalo: Option<Dalo>,
    /// The types of the pieces, sensitive ones too, when readable: what an act that rests on a piece asks for.
    pub piece_types: Vec<(Uuid, Pii<PieceType>)>,
    /// The titles of those pieces that have one, when readable: in no state that is written down.
    #[serde(skip)]
    pub piece_titles: Vec<(Uuid, Pii<Text<100>>)>,
    /// The joint demand that it comes from (INV-36), when readable.
    pub separated_from: Pii<Option<UniqueNumber>>,
    /// The demands of those who left it, when readable; never of one who fled.
    pub separated_to: Pii<Vec<UniqueNumber>>,
    /// The establishment that the applicant works for, as the desk that registered it declared it (INV-47), when readable. What is
    /// written of a demand elsewhere leaves it out: there it is never readable.
    #[serde(skip, default = "sealed")]
    pub employer: Pii<Option<Siret>>,
}

const fn sealed<T>() -> Pii<T> {
    Pii::Sealed
}

/// A demand out of the register, as it was when it left.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RadiatedDemand {
    /// What it was.
    pub before: ActiveDemand,
    /// The day.
    pub radiated_on: Date,
    /// Why.
    pub motive: Motive,
    /// The day its personal data was erased (INV-32).
    pub erased_on: Option<Date>,
}

impl ActiveDemand {
    /// The day the present validity counts from.
    pub fn valid_from(&self) -> Date {
        self.last_renewed_on.map_or(self.presented_on, |renewed| renewed.max(self.presented_on))
    }

    /// The last day of validity (INV-15).
    pub fn expires_on(&self) -> Date {
        deadlines::expires_on(self.presented_on, self.last_renewed_on)
    }

    /// The type of a piece of the dossier, sealed when it cannot be read; none when it has no such piece.
    pub fn type_of(&self, piece_id: Uuid) -> Option<&Pii<PieceType>> {
        self.piece_types.iter().find(|(held, _)| *held == piece_id).map(|(_, piece_type)| piece_type)
    }

    /// The title of a piece of the dossier; none when it has none, or it cannot be read.
    pub fn title_of(&self, piece_id: Uuid) -> Option<&Text<100>> {
        self.piece_titles.iter().find(|(held, _)| *held == piece_id).and_then(|(_, title)| title.clear())
    }

    /// The attribution this lessor has in progress.
    pub fn attribution_of(&self, lessor: Siren) -> Option<&OpenAttribution> {
        self.attributions.iter().find(|open| open.lessor == lessor)
    }

    /// The warning of this kind that an organisation sent.
    pub fn warning_of(&self, organisation: Siren, kind: WarningKind) -> Option<OpenWarning> {
        self.warnings.iter().find(|warning| (warning.organisation, warning.kind) == (organisation, kind)).copied()
    }

    /// What this lessor's commission found.
    pub fn inadmissibility_of(&self, lessor: Siren) -> Option<Inadmissibility> {
        self.inadmissibilities.iter().find(|found| found.lessor == lessor).copied()
    }

    fn decide(&self, command: &DemandCommand) -> Result<Vec<DemandEvent>, Rejection> {
        let DemandCommand { today, by, piece_id, .. } = command;
        let (today, lessor) = (*today, by.organisation);
        match &command.act {
            Act::Register(_) => Err(RejectionReason::AlreadyRegistered.into()),
            Act::Modify { origin, form } => modification::modify(self, origin, form, by, today),
            Act::Renew { form } => renewal::renew(self, form, command),
            Act::AddPiece(draft) => pieces::add(self, draft, *piece_id, today),
            Act::Attribute(draft) => attribution::attribute(self, draft, lessor, today),
            Act::RefuseAttribution { refused_on } => attribution::refuse(self, refused_on, lessor, today),
            Act::LapseAttribution { lapsed_on } => attribution::lapse(self, lapsed_on, lessor, today),
            Act::SignLease(draft) => lease::sign(self, draft, by, today),
            Act::Renounce(draft) => renunciation::renounce(self, draft, command),
            Act::ListNotice {} => notice::list(self, today, &command.settings),
            Act::RecordNoticeSent(draft) => notice::sent(self, draft, today),
            Act::RecordNoticeReturned { returned_on } => notice::returned(self, returned_on, today),
            Act::RadiateNotRenewed {} => non_renewal::radiate(self, today, &command.settings),
            Act::RecordWarning(draft) => warning::send(self, draft, lessor, today),
            Act::RecordAnswer { received_on } => warning::answer(self, received_on, lessor, today),
            Act::RadiateNoAnswer {} => no_answer::radiate(self, command),
            Act::RecordInadmissibility(draft) => commission::inadmissible(self, draft, lessor, today),
            Act::RadiateInadmissible {} => inadmissibility::radiate(self, command),
            Act::Reinstate(_) => Err(RejectionReason::NotRadiated.into()),
            Act::IssueCertificate(draft) => certificate::issue(self, draft, today),
            Act::ReportLease(draft) => lease_report::report(self, draft, by, today),
            Act::WithdrawLeaseReport {} => lease_report::withdraw(self, by.organisation, today),
            Act::DepositPiece(draft) => deposit::deposit(self, draft, command),
            Act::SetDepositAside { deposit_id, reason } => deposit::set_aside(self, *deposit_id, *reason, today),
            Act::SeiseDalo(draft) => dalo::seise(self, draft, command),
            Act::DecideDalo(draft) => dalo::decide(self, draft, command),
            Act::RehouseDalo { rehoused_on } => dalo::rehouse(self, rehoused_on, today),
            Act::EndDalo { ended_on } => dalo::end(self, ended_on, today),
            Act::DropCoApplicant(draft) => co_applicant::drop(self, draft, today),
            Act::Separate(draft) => separation::check(self, draft, command).map(|()| Vec::new()),
            Act::OpenSeparated(_) => Err(RejectionReason::AlreadyRegistered.into()),
            Act::LeaveJoint(leaving) => separation::leave(self, leaving, command),
        }
    }
}

impl Demand {
    /// The demand's content, radiated or not.
    pub fn content(&self) -> Option<&ActiveDemand> {
        match self {
            Self::Unregistered => None,
            Self::Active(demand) => Some(demand),
            Self::Radiated(demand) => Some(&demand.before),
        }
    }

    /// Decides an act: the events it causes, or why it is refused. Pure.
    pub fn decide(&self, command: &DemandCommand) -> Result<Vec<DemandEvent>, Rejection> {
        match (self, &command.act) {
            (Self::Unregistered, Act::Register(form)) => registration::register(form, command),
            (Self::Unregistered, Act::OpenSeparated(opening)) => separation::open(opening, command),
            (Self::Unregistered, _) => Err(RejectionReason::NotRegistered.into()),
            (Self::Active(demand), _) => demand.decide(command),
            (Self::Radiated(_), Act::Register(_)) => Err(RejectionReason::AlreadyRegistered.into()),
            // INV-33: nothing brings an erased demand back.
            (Self::Radiated(demand), _) if demand.erased_on.is_some() => Err(RejectionReason::Erased.into()),
            (Self::Radiated(demand), Act::Reinstate(draft)) => reinstatement::reinstate(demand, draft, command),
            // INV-56: the claim to housing does not end with the demand, and INV-30 does not bar it.
            (
                Self::Radiated(demand),
                Act::SeiseDalo(_) | Act::DecideDalo(_) | Act::RehouseDalo { .. } | Act::EndDalo { .. },
            ) => demand.before.decide(command),
            // INV-30: a radiated demand can be neither renewed, modified, designated nor examined.
            (Self::Radiated(_), _) => Err(RejectionReason::Radiated.into()),
        }
    }
}

impl Aggregate for Demand {
    const TYPE: &'static str = "demand";

    type Command = DemandCommand;
    type Event = DemandEvent;
    type Error = Rejection;
    type Services = ();

    async fn handle(&mut self, command: DemandCommand, (): &(), sink: &EventSink<Self>) -> Result<(), Rejection> {
        for event in self.decide(&command)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: DemandEvent) {
        match (&mut *self, event) {
            (Self::Unregistered, DemandEvent::Registered(event)) => {
                *self = Self::Active(Box::new(ActiveDemand::registered(*event)));
            }
            (Self::Active(demand), DemandEvent::Radiated(event)) => {
                *self = Self::Radiated(Box::new(RadiatedDemand {
                    before: (**demand).clone(),
                    radiated_on: event.radiated_on,
                    motive: event.motive,
                    erased_on: None,
                }));
            }
            (Self::Radiated(demand), DemandEvent::PersonalDataErased(event)) => demand.take_erasure(&event),
            (Self::Radiated(demand), DemandEvent::Reinstated(event)) => {
                *self = Self::Active(Box::new(demand.reinstated(&event)));
            }
            (Self::Active(demand), event) => demand.apply(event),
            (Self::Radiated(demand), event) => demand.before.take_dalo(&event),
            // An event that its own decisions never cause here: the log holds it, the fold has nothing to do with it.
            (Self::Unregistered, _) => {}
        }
    }
}
