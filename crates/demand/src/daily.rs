//! What the register does of itself as days pass: notices, their sending as told by whoever mails them, radiation for
//! non-renewal (R441-2-7, R441-2-8 e, INV-16, INV-19, INV-61).
//!
//! No desk acts here, so nobody's organisation is asked for. The same decisions serve a manager who acts by hand
//! ([`Act::ListNotice`](crate::Act::ListNotice) and its neighbours).

use jiff::civil::Date;

use crate::demand::{ActiveDemand, Demand};
use crate::event::DemandEvent;
use crate::notice::{self, NoticeSentDraft};
use crate::radiation::non_renewal;
use crate::rejection::{Rejection, RejectionReason};
use crate::settings::Settings;

/// An act of the register's own.
#[derive(Clone)]
pub enum DailyAct {
    /// Put the demand on the list of notices of the day.
    ListNotice,
    /// Record that its notice was sent.
    RecordNoticeSent(NoticeSentDraft),
    /// Record that its notice came back undelivered: the day, `AAAA-MM-JJ`.
    RecordNoticeReturned(String),
    /// Radiate it for non-renewal.
    RadiateNotRenewed,
}

personal::redact!(DailyAct);

impl Demand {
    /// Decides an act of the register's own on a day. Pure.
    ///
    /// # Errors
    /// Those of the act; [`RejectionReason::NotRegistered`], [`RejectionReason::Radiated`] (INV-30) and
    /// [`RejectionReason::Erased`] by the state.
    pub fn decide_daily(
        &self,
        act: &DailyAct,
        today: Date,
        settings: &Settings,
    ) -> Result<Vec<DemandEvent>, Rejection> {
        match self {
            Self::Unregistered => Err(RejectionReason::NotRegistered.into()),
            Self::Radiated(demand) if demand.erased_on.is_some() => Err(RejectionReason::Erased.into()),
            Self::Radiated(_) => Err(RejectionReason::Radiated.into()),
            Self::Active(demand) => demand.decide_daily(act, today, settings),
        }
    }
}

impl ActiveDemand {
    pub(crate) fn decide_daily(
        &self,
        act: &DailyAct,
        today: Date,
        settings: &Settings,
    ) -> Result<Vec<DemandEvent>, Rejection> {
        match act {
            DailyAct::ListNotice => notice::list(self, today, settings),
            DailyAct::RecordNoticeSent(draft) => notice::sent(self, draft, today),
            DailyAct::RecordNoticeReturned(day) => notice::returned(self, day, today),
            DailyAct::RadiateNotRenewed => non_renewal::radiate(self, today, settings),
        }
    }
}
