//! The events of a demand: past-tense facts of the law. Open fields beside, personal content inside [`Pii`].

mod certificate;
mod dalo;
mod deposit;
mod lease_report;
mod notice;
mod separation;
mod warning;

use jiff::civil::Date;
use nomenclature::{
    Channel, CollectiveAgreement, CommuneCode, DeskCode, KnownAnswer, PieceType, ReservationHolder, RplsDwellingType,
    RplsId, Siren, Siret, StateConvention, Territory, UrbanZone,
};
use personal::Pii;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use certificate::CertificateIssued;
pub use dalo::{DaloDecided, DaloEnded, DaloRehoused, DaloSeised};
pub use deposit::{DepositSetAside, PieceDeposited};
pub use lease_report::{LeaseReportWithdrawn, LeaseReported};
pub use notice::{Reinstated, RenewalNoticeListed, RenewalNoticeReturned, RenewalNoticeSent};
pub use separation::{CoApplicantDropped, DropBasis, Separated, SeparationLink};
pub use warning::{AnswerReceived, CommissionDecided, WarningSent};

use crate::carried::{Carried, Carry};
use crate::erasure::PersonalDataErased;
use crate::facts::Facts;
use crate::fields::event_table;
use crate::modification::Origin;
use crate::pieces::Piece;
use crate::radiation::Motive;
use crate::radiation::lease::Dwelling;
use crate::registration::ForceReason;

/// What happened to a demand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum DemandEvent {
    /// The demand was registered under its number (R441-2-3).
    Registered(Box<Registered>),
    /// The applicant's information changed (cahier des charges §4).
    Modified(Box<Modified>),
    /// The demand was renewed for a year (R441-2-7).
    Renewed(Box<Renewed>),
    /// A supporting piece was stored (R441-2-4-1).
    PieceAdded(PieceAdded),
    /// A commission attributed a dwelling: the decision, not yet a lease (R441-3).
    Attributed(Attributed),
    /// The household refused the dwelling (R441-10).
    AttributionRefused(AttributionRefused),
    /// The attribution came to nothing otherwise.
    AttributionLapsed(AttributionLapsed),
    /// A lease was signed (R441-2-9).
    LeaseSigned(LeaseSigned),
    /// The demand left the register, for its motive (R441-2-8).
    Radiated(Radiated),
    /// The personal data was erased, a year after the radiation (INV-32).
    PersonalDataErased(PersonalDataErased),
    /// The demand came onto a list of renewal notices (R441-2-7).
    RenewalNoticeListed(RenewalNoticeListed),
    /// The renewal notice was sent.
    RenewalNoticeSent(RenewalNoticeSent),
    /// The renewal notice came back undelivered.
    RenewalNoticeReturned(RenewalNoticeReturned),
    /// The demand came back, with number and seniority (cahier des charges 6).
    Reinstated(Reinstated),
    /// The applicant was warned of a radiation (R441-2-8 c and d).
    WarningSent(WarningSent),
    /// The applicant answered.
    AnswerReceived(AnswerReceived),
    /// A lessor's commission decided otherwise than by attributing (R441-3).
    CommissionDecided(CommissionDecided),
    /// A certificate of registration went out (R441-2-4).
    CertificateIssued(CertificateIssued),
    /// Somebody else than the lessor reported a lease.
    LeaseReported(LeaseReported),
    /// The report of a lease was withdrawn.
    LeaseReportWithdrawn(LeaseReportWithdrawn),
    /// A piece was handed in at a desk (R441-2-4-1).
    PieceDeposited(PieceDeposited),
    /// A piece that was handed in will not be stored.
    DepositSetAside(DepositSetAside),
    /// The commission of mediation was seised (L441-2-3).
    DaloSeised(DaloSeised),
    /// The commission of mediation decided.
    DaloDecided(DaloDecided),
    /// The household was rehoused for its favourable decision.
    DaloRehoused(DaloRehoused),
    /// The State ended the favourable decision.
    DaloEnded(DaloEnded),
    /// A co-applicant left (INV-37).
    CoApplicantDropped(Box<CoApplicantDropped>),
    /// The co-applicant who left has a demand of his own (INV-36).
    Separated(Separated),
}

/// A demand was registered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Registered {
    /// Its territory, for ever (INV-01).
    pub territory: Territory,
    /// Day of reception: seniority and the number's month count from it (INV-05, INV-10).
    pub filed_on: Date,
    /// The desk that registered it.
    pub desk: DeskCode,
    /// The organisation of that desk.
    pub organisation: Siren,
    /// How it came in.
    pub channel: Channel,
    /// Random reference of the applicant, shared by his demands while one of them is active.
    pub person_ref: Option<Uuid>,
    /// Registered although the person holds another demand here (INV-06).
    pub forced: Option<ForceReason>,
    /// The form.
    pub rubrics: Carried,
    /// Open facts.
    pub facts: Facts,
    /// The day the form was presented, when the filing date is inherited: validity and certificate count from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub presented_on: Option<Date>,
    /// The establishment that the applicant works for, as the desk declared it (INV-47).
    #[serde(default, skip_serializing_if = "Carry::is_absent")]
    pub employer: Carry<Siret>,
}

event_table!(Registered in "enregistrement" {
    territory: Open, "territoire", "3 caractères";
    filed_on: Open, "date de réception", "date";
    desk: Open, "guichet enregistreur", "5 caractères";
    organisation: Open, "organisme du guichet", "SIREN";
    channel: Open, "canal", "guichet ou en ligne";
    person_ref: Open, "référence aléatoire du demandeur", "UUID, détruite avec la dernière demande active";
    forced: Open, "motif du doublon forcé", "";
    rubrics: Personal, "formulaire", "une part scellée par rubrique";
    facts: Open, "faits ouverts", "voir « faits »";
    presented_on: Open, "date de présentation, quand la date de dépôt est héritée", "date";
    employer: Personal, "employeur déclaré par un guichet d'Action Logement ou d'un employeur", "SIRET";
});

/// Information changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Modified {
    /// Where the information comes from (INV-34).
    pub origin: Origin,
    /// How it came in.
    pub channel: Channel,
    /// The rubrics that changed, whole.
    pub rubrics: Carried,
    /// Open facts after the change.
    pub facts: Facts,
}

event_table!(Modified in "modification" {
    origin: Open, "origine de l'information", "demandeur, pièce, ou tiers validé par le demandeur";
    channel: Open, "canal", "guichet ou en ligne";
    rubrics: Personal, "rubriques modifiées", "une part scellée par rubrique";
    facts: Open, "faits ouverts après la modification", "voir « faits »";
});

/// A demand was renewed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Renewed {
    /// The day: validity counts from it (INV-15).
    pub renewed_on: Date,
    /// How it came in.
    pub channel: Channel,
    /// The rubrics that changed, whole.
    pub rubrics: Carried,
    /// Open facts after the renewal.
    pub facts: Facts,
}

event_table!(Renewed in "renouvellement" {
    renewed_on: Open, "date de renouvellement", "date";
    channel: Open, "canal", "guichet ou en ligne";
    rubrics: Personal, "rubriques mises à jour", "une part scellée par rubrique";
    facts: Open, "faits ouverts après le renouvellement", "voir « faits »";
});

/// A piece was stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PieceAdded {
    /// Identifier of the piece in the dossier.
    pub piece_id: Uuid,
    /// Its type, unless the type itself is sensitive or the piece proves a separation.
    pub open_type: Option<PieceType>,
    /// The day somebody handed it in.
    pub received_on: Date,
    /// The day it was stored (INV-38 counts from one to the other).
    pub stored_on: Date,
    /// The deposit at a desk that it comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deposit_id: Option<Uuid>,
    /// What it is.
    pub piece: Pii<Piece>,
}

event_table!(PieceAdded in "pièce" {
    piece_id: Open, "identifiant de la pièce", "UUID";
    open_type: Open, "type de pièce, sauf type sensible ou preuve d'une séparation", "liste PieceType";
    received_on: Open, "date de remise", "date";
    stored_on: Open, "date de versement au dossier", "date";
    deposit_id: Open, "dépôt au guichet dont elle vient", "UUID";
    piece: Personal, "pièce", "une part scellée";
});

/// A dwelling was attributed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Attributed {
    /// The lessor whose commission decided.
    pub lessor: Siren,
    /// Day of the decision.
    pub decided_on: Date,
    /// The dwelling in the RPLS directory, when known already.
    pub rpls: Pii<Option<RplsId>>,
}

event_table!(Attributed in "attribution" {
    lessor: Open, "bailleur", "SIREN";
    decided_on: Open, "date de la décision", "date";
    rpls: Personal, "numéro RPLS du logement", "10 positions";
});

/// An attribution was refused by the household.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AttributionRefused {
    /// The lessor whose offer was refused.
    pub lessor: Siren,
    /// Day of the refusal.
    pub refused_on: Date,
}

event_table!(AttributionRefused in "attribution" {
    lessor: Open, "bailleur", "SIREN";
    refused_on: Open, "date du refus", "date";
});

/// An attribution lapsed: silence, dwelling withdrawn, condition not met.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AttributionLapsed {
    /// The lessor whose attribution lapsed.
    pub lessor: Siren,
    /// Day it lapsed.
    pub lapsed_on: Date,
}

event_table!(AttributionLapsed in "attribution" {
    lessor: Open, "bailleur", "SIREN";
    lapsed_on: Open, "date de la caducité", "date";
});

/// A lease was signed: what the lessor must tell (R441-2-9).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LeaseSigned {
    /// The lessor.
    pub lessor: Siren,
    /// Day of the signature.
    pub signed_on: Date,
    /// Whether the household was already housed in this lessor's stock.
    pub already_housed: KnownAnswer,
    /// Collective agreement the attribution counts for.
    pub collective_agreement: CollectiveAgreement,
    /// On whose reservation quota.
    pub reservation_holder: ReservationHolder,
    /// Whether it counts for a favourable DALO decision.
    pub dalo: KnownAnswer,
    /// Whether the dwelling lies in a priority urban zone.
    pub urban_zone: Option<UrbanZone>,
    /// Type of the dwelling.
    pub dwelling_type: Option<RplsDwellingType>,
    /// Commune of the dwelling.
    pub commune: Option<CommuneCode>,
    /// Convention under which the State reserved the dwelling. Provisional list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub convention: Option<StateConvention>,
    /// Whether the household has priority (L441-1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<KnownAnswer>,
    /// Whether the household is of the public of an intercommunal convention (L441-1-6).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intercommunal_public: Option<KnownAnswer>,
    /// Which dwelling, how large, how dear.
    pub dwelling: Pii<Dwelling>,
}

event_table!(LeaseSigned in "bail" {
    lessor: Open, "bailleur", "SIREN";
    signed_on: Open, "date de signature du bail", "date";
    already_housed: Open, "déjà logé dans le parc du bailleur", "OUI, NON, NONDOC";
    collective_agreement: Open, "accord collectif", "liste AccordCollectif";
    reservation_holder: Open, "type de réservataire", "liste TypeRéservataire";
    dalo: Open, "attribué au titre du DALO", "OUI, NON, NONDOC";
    urban_zone: Open, "zone urbaine sensible", "liste ZUS";
    dwelling_type: Open, "type du logement attribué", "liste TypeLogementRPLS";
    commune: Open, "commune du logement attribué", "code INSEE";
    convention: Open, "convention de réservation de l'État", "liste provisoire : articles R314-4, R314-16, R314-21";
    priority: Open, "public prioritaire (L441-1)", "OUI, NON, NONDOC";
    intercommunal_public: Open, "public d'une convention intercommunale (L441-1-6)", "OUI, NON, NONDOC";
    dwelling: Personal, "logement attribué", "une part scellée";
});

/// A demand was radiated.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Radiated {
    /// The day: the lease's for an attribution (INV-26).
    pub radiated_on: Date,
    /// Why, with the proof that motive needs (INV-29).
    pub motive: Motive,
}

event_table!(Radiated in "radiation" {
    radiated_on: Open, "date de radiation", "date";
    motive: Open, "motif et preuve", "liste MotifRadiation";
});

impl DemandEvent {
    /// The day the act counts from. Only reception and lease may lie before the day of record (design law 9).
    pub fn effective_on(&self, recorded_on: Date) -> Date {
        match self {
            Self::Registered(event) => event.filed_on,
            Self::LeaseSigned(event) => event.signed_on,
            Self::Radiated(event) => event.radiated_on,
            _ => recorded_on,
        }
    }

    /// The name of the event in the log.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Registered(_) => "Registered",
            Self::Modified(_) => "Modified",
            Self::Renewed(_) => "Renewed",
            Self::PieceAdded(_) => "PieceAdded",
            Self::Attributed(_) => "Attributed",
            Self::AttributionRefused(_) => "AttributionRefused",
            Self::AttributionLapsed(_) => "AttributionLapsed",
            Self::LeaseSigned(_) => "LeaseSigned",
            Self::Radiated(_) => "Radiated",
            Self::PersonalDataErased(_) => "PersonalDataErased",
            Self::RenewalNoticeListed(_) => "RenewalNoticeListed",
            Self::RenewalNoticeSent(_) => "RenewalNoticeSent",
            Self::RenewalNoticeReturned(_) => "RenewalNoticeReturned",
            Self::Reinstated(_) => "Reinstated",
            Self::WarningSent(_) => "WarningSent",
            Self::AnswerReceived(_) => "AnswerReceived",
            Self::CommissionDecided(_) => "CommissionDecided",
            Self::CertificateIssued(_) => "CertificateIssued",
            Self::LeaseReported(_) => "LeaseReported",
            Self::LeaseReportWithdrawn(_) => "LeaseReportWithdrawn",
            Self::PieceDeposited(_) => "PieceDeposited",
            Self::DepositSetAside(_) => "DepositSetAside",
            Self::DaloSeised(_) => "DaloSeised",
            Self::DaloDecided(_) => "DaloDecided",
            Self::DaloRehoused(_) => "DaloRehoused",
            Self::DaloEnded(_) => "DaloEnded",
            Self::CoApplicantDropped(_) => "CoApplicantDropped",
            Self::Separated(_) => "Separated",
        }
    }
}

impl cqrs_es::DomainEvent for DemandEvent {
    fn event_type(&self) -> String {
        self.name().to_owned()
    }

    fn event_version(&self) -> String {
        crate::upcast::version_of(self.name()).to_string()
    }
}
