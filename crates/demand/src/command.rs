//! What can be asked of a demand.

use jiff::civil::Date;
use nomenclature::{Channel, DeskCode, Siren};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::attribution::AttributionDraft;
use crate::certificate::CertificateDraft;
use crate::co_applicant::DropDraft;
use crate::commission::InadmissibilityDraft;
use crate::dalo::{DaloDecisionDraft, DaloSeisinDraft};
use crate::deposit::{DepositDraft, SetAsideReason};
use crate::employer::Declares;
use crate::form::FormDraft;
use crate::lease_report::LeaseReportDraft;
use crate::modification::Origin;
use crate::notice::NoticeSentDraft;
use crate::pieces::PieceDraft;
use crate::radiation::lease::LeaseDraft;
use crate::radiation::renunciation::RenunciationDraft;
use crate::registration::Registration;
use crate::reinstatement::ReinstatementDraft;
use crate::rejection::{FieldReason, Violation};
use crate::separation::{Leaving, Opening, SeparationDraft};
use crate::settings::Settings;
use crate::warning::WarningDraft;

/// An act with what the decision needs from outside: nothing in this crate reads a clock or draws a number.
#[derive(Clone, Debug)]
pub struct DemandCommand {
    /// The civil day in Paris.
    pub today: Date,
    /// Who acts.
    pub by: By,
    /// Fresh random identifier: of the person at a registration or a reinstatement, unless he has one already.
    pub person_ref: Uuid,
    /// Fresh random identifier: of a piece that joins the dossier, or of a deposit.
    pub piece_id: Uuid,
    /// The delays in force in the territory on the day.
    pub settings: Settings,
    /// The act.
    pub act: Act,
}

/// Who acts, as far as the decision depends on it. Whether he may is not asked here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct By {
    /// The organisation.
    pub organisation: Siren,
    /// Its desk; none for who acts at none: a lessor who entrusted registering to another service attributes so
    /// (R441-2-1).
    pub desk: Option<DeskCode>,
    /// Desk or online.
    pub channel: Channel,
    /// What it declares of the applicant's employer with a registration (INV-47).
    pub declares: Declares,
}

impl By {
    /// The desk of an act that only a desk does.
    pub(crate) fn at_a_desk(self, found: &mut Vec<Violation>) -> Option<DeskCode> {
        if self.desk.is_none() {
            found.push(Violation { field: "desk".to_owned(), reason: FieldReason::Missing });
        }
        self.desk
    }
}

/// The acts of a demand.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Act {
    /// Register (INV-08).
    Register(Box<Registration>),
    /// Change information (INV-34).
    Modify {
        /// Where it comes from.
        origin: Origin,
        /// The rubrics that change.
        form: Box<FormDraft>,
    },
    /// Renew for a year (INV-15).
    Renew {
        /// The rubrics that change.
        #[serde(default)]
        form: Box<FormDraft>,
    },
    /// Store a piece.
    AddPiece(PieceDraft),
    /// Record a commission's attribution (INV-48).
    Attribute(AttributionDraft),
    /// The household refused the dwelling.
    RefuseAttribution {
        /// Day of the refusal, `AAAA-MM-JJ`.
        refused_on: String,
    },
    /// The attribution lapsed.
    LapseAttribution {
        /// Day, `AAAA-MM-JJ`.
        lapsed_on: String,
    },
    /// A lease was signed: radiates the same day (INV-25, INV-26).
    SignLease(Box<LeaseDraft>),
    /// The applicant renounces (INV-28).
    Renounce(RenunciationDraft),
    /// Put the demand on today's list of renewal notices (INV-61).
    ListNotice {},
    /// Record that the notice was sent (INV-16).
    RecordNoticeSent(NoticeSentDraft),
    /// Record that the notice came back undelivered.
    RecordNoticeReturned {
        /// The day, `AAAA-MM-JJ`.
        returned_on: String,
    },
    /// Radiate for non-renewal (INV-19).
    RadiateNotRenewed {},
    /// Record a warning that was sent (INV-21, INV-23).
    RecordWarning(WarningDraft),
    /// Record an answer: warnings for no answer are void.
    RecordAnswer {
        /// The day, `AAAA-MM-JJ`.
        received_on: String,
    },
    /// Radiate for no answer (INV-21).
    RadiateNoAnswer {},
    /// Record that the commission found the demand inadmissible (INV-23).
    RecordInadmissibility(InadmissibilityDraft),
    /// Radiate as inadmissible (INV-23, INV-24).
    RadiateInadmissible {},
    /// Bring a radiated demand back (INV-20, INV-22).
    Reinstate(ReinstatementDraft),
    /// Record that a certificate of registration went out (INV-11, INV-14).
    IssueCertificate(CertificateDraft),
    /// Report a lease of another lessor.
    ReportLease(LeaseReportDraft),
    /// Withdraw one's own report of a lease.
    WithdrawLeaseReport {},
    /// Take a piece in at a desk (INV-38).
    DepositPiece(DepositDraft),
    /// Set a deposit aside.
    SetDepositAside {
        /// The deposit.
        deposit_id: Uuid,
        /// Why.
        reason: SetAsideReason,
    },
    /// Record that the commission of mediation was seised (INV-57).
    SeiseDalo(DaloSeisinDraft),
    /// Record its decision (INV-57).
    DecideDalo(DaloDecisionDraft),
    /// Record that the household was rehoused for its favourable decision.
    RehouseDalo {
        /// The day, `AAAA-MM-JJ`.
        rehoused_on: String,
    },
    /// Record that the State ended the favourable decision (INV-56).
    EndDalo {
        /// The day, `AAAA-MM-JJ`.
        ended_on: String,
    },
    /// Drop a co-applicant (INV-37).
    DropCoApplicant(DropDraft),
    /// Give a co-applicant a demand of his own (INV-36). It writes two streams, so a [plan](crate::plan()) splits it;
    /// decided on the joint demand alone it only tells what is wrong.
    Separate(Box<SeparationDraft>),
    /// The new demand's part of a separation. Of a plan, never of a caller.
    #[serde(skip)]
    OpenSeparated(Box<Opening>),
    /// The joint demand's part of a separation. Of a plan, never of a caller.
    #[serde(skip)]
    LeaveJoint(Box<Leaving>),
}
