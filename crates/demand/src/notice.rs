//! The notice that a demand has to be renewed: listed, sent, perhaps returned (R441-2-7, INV-16, INV-17, INV-61).
//!
//! Nobody is radiated for not having renewed unless the sending of his notice is recorded. A notice bears the days on which
//! things really happened: one that is late makes the radiation wait, it is never dated back.

use jiff::civil::Date;
use personal::Pii;
use serde::{Deserialize, Serialize};

use crate::attribution::act_day;
use crate::deadlines;
use crate::demand::ActiveDemand;
use crate::event::{DemandEvent, RenewalNoticeListed, RenewalNoticeReturned, RenewalNoticeSent};
use crate::facts::Facts;
use crate::form::text::Text;
use crate::rejection::{Check, FieldReason, Rejection, RejectionReason};
use crate::settings::Settings;

/// How a notice goes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum NoticeChannel {
    /// By post.
    Post,
    /// By e-mail.
    Electronic,
    /// Both ways.
    Both,
}

impl NoticeChannel {
    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Post => "POST",
            Self::Electronic => "ELECTRONIC",
            Self::Both => "BOTH",
        }
    }

    /// Reads the code.
    pub fn of_code(code: &str) -> Option<Self> {
        [Self::Post, Self::Electronic, Self::Both].into_iter().find(|channel| channel.code() == code)
    }

    /// The table of three cases (R441-2-7, INV-17). Who never filed or renewed online gets a letter, and an e-mail beside it
    /// when an address is known; who did gets an e-mail, and a letter beside it when he wished for one. Without an address
    /// a letter is all there is.
    pub fn due(facts: &Facts) -> Self {
        match (facts.ever_online, facts.email_known, facts.letter_wished) {
            (true, true, false) => Self::Electronic,
            (false, true, _) | (true, true, true) => Self::Both,
            (_, false, _) => Self::Post,
        }
    }

    /// Whether what was sent reaches whom the table says. A letter always does.
    fn serves(self, due: Self) -> bool {
        self != Self::Electronic || due == Self::Electronic
    }
}

/// The notice of the present validity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// The day it was listed.
    pub listed_on: Date,
    /// How it has to go out.
    pub due_by: NoticeChannel,
    /// The first day on which the demand may be radiated, as it announces it.
    pub radiation_from: Option<Date>,
    /// The day it was sent, once that is recorded.
    pub sent_on: Option<Date>,
    /// The day it came back, if it did.
    pub returned_on: Option<Date>,
}

/// What a sender tells of a notice that went out.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NoticeSentDraft {
    /// The day, `AAAA-MM-JJ`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sent_on: Option<String>,
    /// How.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<NoticeChannel>,
    /// Number of the batch or of the letter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

personal::redact!(NoticeSentDraft);

/// Decides that the demand comes onto today's list: once per validity (INV-61), and not for who is known to be housed.
pub(crate) fn list(demand: &ActiveDemand, today: Date, settings: &Settings) -> Result<Vec<DemandEvent>, Rejection> {
    let expires_on = demand.expires_on();
    if demand.notice.is_some() {
        return Err(RejectionReason::AlreadyRecorded.into());
    }
    if demand.has_known_lease() {
        return Err(RejectionReason::LeaseKnown.into());
    }
    if today < deadlines::notice_from(expires_on, settings) {
        return Err(RejectionReason::DelayRunning.into());
    }
    let due_by = NoticeChannel::due(&demand.facts);
    // Who is written to late has what a notice sent that late leaves.
    let radiation_from = Some(deadlines::not_renewed_from(expires_on, Some(today), settings));
    let listed = RenewalNoticeListed { listed_on: today, expires_on, due_by, radiation_from };
    Ok(vec![DemandEvent::RenewalNoticeListed(listed)])
}

/// Decides that the sending is recorded: of a notice that was listed, the first time only.
pub(crate) fn sent(demand: &ActiveDemand, draft: &NoticeSentDraft, today: Date) -> Result<Vec<DemandEvent>, Rejection> {
    let mut found = Vec::new();
    let mut check = Check::new("notice", &mut found);
    let not_before = demand.notice.map_or(demand.filed_on, |notice| notice.listed_on);
    let sent_on = check.required("sent_on", draft.sent_on.as_deref(), |text| act_day(text, not_before, today));
    let reference = check.required("reference", draft.reference.as_deref(), Text::parse);
    match (draft.channel, demand.notice) {
        (None, _) => check.at("channel").violation(FieldReason::Missing),
        (Some(channel), Some(notice)) if !channel.serves(notice.due_by) => {
            check.at("channel").violation(FieldReason::Inconsistent);
        }
        _ => {}
    }
    let (Some(sent_on), Some(channel), Some(reference), true) = (sent_on, draft.channel, reference, found.is_empty())
    else {
        return Err(Rejection::invalid(found));
    };
    let notice = demand.notice.ok_or(RejectionReason::ProofMissing)?;
    if notice.sent_on.is_some() {
        return Err(RejectionReason::AlreadyRecorded.into());
    }
    let reference = Pii::Clear(reference);
    Ok(vec![DemandEvent::RenewalNoticeSent(RenewalNoticeSent { sent_on, channel, reference })])
}

/// Decides that the notice came back: it does not bar the radiation, the address is the applicant's to keep.
pub(crate) fn returned(demand: &ActiveDemand, day: &str, today: Date) -> Result<Vec<DemandEvent>, Rejection> {
    let sent_on = demand.notice.and_then(|notice| notice.sent_on);
    let mut found = Vec::new();
    let returned_on = Check::new("notice", &mut found)
        .required("returned_on", Some(day), |text| act_day(text, sent_on.unwrap_or(demand.filed_on), today));
    let Some(returned_on) = returned_on else {
        return Err(Rejection::invalid(found));
    };
    let notice = demand.notice.filter(|notice| notice.sent_on.is_some()).ok_or(RejectionReason::ProofMissing)?;
    if notice.returned_on.is_some() {
        return Err(RejectionReason::AlreadyRecorded.into());
    }
    Ok(vec![DemandEvent::RenewalNoticeReturned(RenewalNoticeReturned { returned_on })])
}
