//! What a demand waits for: every delay that runs on it, and when it falls due.
//!
//! Pure, and read from the state alone: whoever keeps a list of deadlines folds the events and asks here, so that no
//! second piece of code knows which act starts or stops which delay.

use jiff::civil::Date;
use nomenclature::{DeskCode, Siren};
use serde::{Deserialize, Serialize};

use crate::dalo::Dalo;
use crate::deadlines;
use crate::demand::{ActiveDemand, Demand};
use crate::erasure;
use crate::notice::Notice;
use crate::settings::Settings;
use crate::warning::WarningKind;

/// A delay that runs on a demand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Delay {
    /// A renewal notice is to be listed (R441-2-7, INV-61). Counts from the expiry that it announces.
    Notice,
    /// The notice is listed, and its sending is not recorded: it bars the radiation (INV-16, INV-19). Counts from the
    /// expiry that it announces.
    Sending,
    /// The notice was sent: radiation for non-renewal follows expiry and tolerance (INV-19). Counts from the expiry.
    NonRenewal,
    /// A warning for no answer runs (INV-21). Counts from the warning.
    NoAnswer,
    /// A warning of inadmissibility runs (INV-23). Counts from the warning.
    Inadmissible,
    /// A certificate of registration is due (INV-11, INV-14). Counts from the filing or the renewal.
    Certificate,
    /// A piece handed in waits to be stored (INV-38). Counts from the deposit.
    Storage,
    /// A lease is known and the demand still in the register (INV-26). Counts from the lease, or from the day it was
    /// reported when its own is not known.
    LateRadiation,
    /// The commission of mediation has to decide (INV-57). Told by its last day, which the seisin fixed.
    DaloDecision,
    /// The prefect has to make an offer (INV-57). Told by its last day, which the decision fixed.
    DaloOffer,
    /// Nominative data is kept for a year after the radiation (INV-32). Counts from the radiation.
    Erasure,
}

/// Who acts when a delay is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Falls {
    /// The register acts, or a service may, from that day on.
    From(Date),
    /// Somebody has until the end of that day.
    By(Date),
}

impl Falls {
    /// The day told.
    pub fn day(self) -> Date {
        match self {
            Self::From(day) | Self::By(day) => day,
        }
    }

    /// Whether something is to be done about it on a day: it may be done now, or its time is over.
    pub fn is_due_on(self, day: Date) -> bool {
        match self {
            Self::From(first) => first <= day,
            Self::By(last) => last < day,
        }
    }
}

/// One delay of one demand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Pending {
    /// Which delay.
    pub delay: Delay,
    /// The day it counts from; for both of DALO, its last day.
    pub since: Date,
    /// The day of the act that may prolong it: the sending of a notice.
    pub prolonged_by: Option<Date>,
    /// Not before that day, whatever the settings say: what a notice announced.
    pub not_before: Option<Date>,
    /// The desk that has to act, where it is another than the one that registered the demand: it took a piece in.
    pub desk: Option<DeskCode>,
    /// The organisation that alone may act: who removes is who warned (INV-72).
    pub organisation: Option<Siren>,
}

impl Delay {
    /// Every delay.
    pub const ALL: &'static [Self] = &[
        Self::Notice,
        Self::Sending,
        Self::NonRenewal,
        Self::NoAnswer,
        Self::Inadmissible,
        Self::Certificate,
        Self::Storage,
        Self::LateRadiation,
        Self::DaloDecision,
        Self::DaloOffer,
        Self::Erasure,
    ];

    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Notice => "NOTICE",
            Self::Sending => "SENDING",
            Self::NonRenewal => "NON_RENEWAL",
            Self::NoAnswer => "NO_ANSWER",
            Self::Inadmissible => "INADMISSIBLE",
            Self::Certificate => "CERTIFICATE",
            Self::Storage => "STORAGE",
            Self::LateRadiation => "LATE_RADIATION",
            Self::DaloDecision => "DALO_DECISION",
            Self::DaloOffer => "DALO_OFFER",
            Self::Erasure => "ERASURE",
        }
    }

    /// Reads the code.
    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|delay| delay.code() == code)
    }

    /// Whether an act can make it fall due later than the day that it counts from says.
    pub fn may_be_prolonged(self) -> bool {
        self == Self::NonRenewal
    }

    /// What is to be done about one of them, in French.
    pub fn name(self) -> &'static str {
        match self {
            Self::Notice => "préavis à inscrire",
            Self::Sending => "préavis à envoyer",
            Self::NonRenewal => "radiation pour non-renouvellement",
            Self::NoAnswer => "radiation pour absence de réponse",
            Self::Inadmissible => "radiation pour irrecevabilité",
            Self::Certificate => "attestation à délivrer",
            Self::Storage => "pièce à verser au dossier",
            Self::LateRadiation => "radiation, bail connu",
            Self::DaloDecision => "DALO : décision de la commission",
            Self::DaloOffer => "DALO : offre du préfet",
            Self::Erasure => "données nominatives à effacer",
        }
    }

    /// All of them that are due, for people, in French.
    pub fn label(self) -> &'static str {
        match self {
            Self::Notice => "préavis à inscrire",
            Self::Sending => "préavis inscrits, envoi non enregistré",
            Self::NonRenewal => "radiations pour non-renouvellement",
            Self::NoAnswer => "radiations possibles pour absence de réponse",
            Self::Inadmissible => "radiations possibles pour irrecevabilité",
            Self::Certificate => "attestations en retard",
            Self::Storage => "pièces déposées, à verser au dossier, en retard",
            Self::LateRadiation => "bail connu, radiation en retard",
            Self::DaloDecision => "DALO : décision de la commission en retard",
            Self::DaloOffer => "DALO : offre du préfet en retard",
            Self::Erasure => "données nominatives à effacer",
        }
    }
}

impl Pending {
    /// A delay that counts from a day, and nothing more.
    pub fn new(delay: Delay, since: Date) -> Self {
        Self { delay, since, prolonged_by: None, not_before: None, desk: None, organisation: None }
    }

    /// When the delay falls due under some settings.
    pub fn falls(&self, settings: &Settings) -> Falls {
        match self.delay {
            Delay::Notice => Falls::From(deadlines::notice_from(self.since, settings)),
            Delay::Sending => Falls::By(deadlines::notice_by(self.since, settings)),
            Delay::NonRenewal => {
                let due = deadlines::not_renewed_from(self.since, self.prolonged_by, settings);
                Falls::From(self.not_before.map_or(due, |announced| due.max(announced)))
            }
            Delay::NoAnswer => Falls::From(deadlines::no_answer_from(self.since, settings)),
            Delay::Inadmissible => Falls::From(deadlines::inadmissible_from(self.since, settings)),
            Delay::Certificate => Falls::By(deadlines::certificate_by(self.since, settings)),
            Delay::Storage => Falls::By(deadlines::storage_by(self.since, settings)),
            // The same day: it is late from the next on.
            Delay::LateRadiation | Delay::DaloDecision | Delay::DaloOffer => Falls::By(self.since),
            Delay::Erasure => Falls::From(erasure::due_on(self.since)),
        }
    }

    /// The earliest it can fall due, whatever prolongs it: never decreases with [`Self::since`].
    pub fn falls_at_the_earliest(&self, settings: &Settings) -> Falls {
        Self::new(self.delay, self.since).falls(settings)
    }
}

impl Demand {
    /// Every delay that runs on the demand, in the order of [`Delay`].
    pub fn pending(&self) -> Vec<Pending> {
        match self {
            Self::Unregistered => Vec::new(),
            Self::Active(demand) => demand.pending(),
            Self::Radiated(demand) if demand.erased_on.is_some() => Vec::new(),
            // INV-56: a claim to housing goes on.
            Self::Radiated(demand) => {
                demand.before.claim().into_iter().chain([Pending::new(Delay::Erasure, demand.radiated_on)]).collect()
            }
        }
    }
}

impl ActiveDemand {
    fn pending(&self) -> Vec<Pending> {
        let expires_on = self.expires_on();
        let renewal = match self.notice {
            // Whoever is housed is not asked to renew.
            _ if self.has_known_lease() => None,
            None => Some(Pending::new(Delay::Notice, expires_on)),
            Some(Notice { sent_on: None, .. }) => Some(Pending::new(Delay::Sending, expires_on)),
            Some(Notice { sent_on, radiation_from, .. }) => Some(Pending {
                prolonged_by: sent_on,
                not_before: radiation_from,
                ..Pending::new(Delay::NonRenewal, expires_on)
            }),
        };
        let warnings = self.warnings.iter().map(|warning| {
            let delay = match warning.kind {
                WarningKind::NoAnswer => Delay::NoAnswer,
                WarningKind::Inadmissible => Delay::Inadmissible,
            };
            Pending { organisation: Some(warning.organisation), ..Pending::new(delay, warning.sent_on) }
        });
        let certificates = self.certificates.pending.iter().map(|since| Pending::new(Delay::Certificate, *since));
        let deposits = self
            .deposits
            .iter()
            .map(|deposit| Pending { desk: Some(deposit.desk), ..Pending::new(Delay::Storage, deposit.deposited_on) });
        let leases = self.lease_reports.iter().map(|report| report.signed_on.unwrap_or(report.reported_on));
        let late = leases.min().map(|since| Pending::new(Delay::LateRadiation, since));
        let mut pending: Vec<Pending> = renewal.into_iter().chain(warnings).chain(certificates).collect();
        pending.extend(deposits.chain(late).chain(self.claim()));
        pending.sort_unstable();
        pending
    }

    /// What a claim to housing waits for.
    fn claim(&self) -> Option<Pending> {
        match self.dalo? {
            Dalo::Seised { decision_due_on, .. } => Some(Pending::new(Delay::DaloDecision, decision_due_on)),
            Dalo::Priority { offer_due_on, .. } => Some(Pending::new(Delay::DaloOffer, offer_due_on)),
            Dalo::Refused { .. } | Dalo::Rehoused { .. } | Dalo::Ended { .. } => None,
        }
    }
}
