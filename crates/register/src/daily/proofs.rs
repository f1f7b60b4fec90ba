//! What whoever mails the notices tells: what went out, and what came back (INV-16).

use std::path::Path;

use demand::notice::NoticeSentDraft;
use demand::{DailyAct, Rejection};
use jiff::civil::Date;
use nomenclature::{Territory, UniqueNumber};

use super::file;
use super::report::Failed;
use crate::Error;
use crate::bulk::{self, OwnAct};
use crate::register::Register;

/// Something told about one notice.
#[derive(Clone)]
pub enum NoticeProof {
    /// It went out.
    Sent(NoticeSentDraft),
    /// It came back undelivered: the day, `AAAA-MM-JJ`.
    Returned(String),
}

/// What became of some proofs.
#[derive(Debug, Default)]
pub struct Proofs {
    /// Recorded now.
    pub recorded: u64,
    /// Refused, and why; what is recorded already is among them.
    pub refused: Vec<(UniqueNumber, Rejection)>,
    /// Not decided, because of a failure.
    pub failed: Vec<Failed>,
}

impl NoticeProof {
    fn act(self) -> OwnAct {
        OwnAct::Daily(match self {
            Self::Sent(draft) => DailyAct::RecordNoticeSent(draft),
            Self::Returned(day) => DailyAct::RecordNoticeReturned(day),
        })
    }
}

impl Register {
    /// Records what is told of some notices, each for itself.
    ///
    /// # Errors
    /// The failures of log, vault and database. What was recorded stays so; told again, it is refused as recorded already.
    pub async fn record_notices(
        &self,
        proofs: impl IntoIterator<Item = (UniqueNumber, NoticeProof)>,
    ) -> Result<Proofs, Error> {
        let mut told = proofs.into_iter().peekable();
        let mut result = Proofs::default();
        while told.peek().is_some() {
            let acts: Vec<_> = told.by_ref().take(bulk::PAGE).map(|(number, proof)| (number, proof.act())).collect();
            let acted = self.parts.act_on_many(&acts).await?;
            result.recorded += u64::try_from(acted.done.len()).unwrap_or(u64::MAX);
            result.refused.extend(acted.left);
            result.failed.extend(acted.failed.iter().map(|(number, error)| Failed::of(*number, error)));
        }
        Ok(result)
    }

    /// Records that every notice in the file of a list went out, each the way it had to. Those that are not in the file were not
    /// mailed, whatever came onto the list since it was written. What is recorded already, or no longer waited for, is among the
    /// refused.
    ///
    /// # Errors
    /// As [`Self::record_notices`]; [`Error::NoticeFile`] when there is no such file.
    pub async fn record_list_sent(
        &self,
        notices: &Path,
        list: (Territory, Date),
        sent_on: Date,
        reference: &str,
    ) -> Result<Proofs, Error> {
        let proofs = file::addressees(notices, list)?.into_iter().map(|(number, channel)| {
            let draft = NoticeSentDraft {
                sent_on: Some(sent_on.to_string()),
                channel: Some(channel),
                reference: Some(reference.to_owned()),
            };
            (number, NoticeProof::Sent(draft))
        });
        self.record_notices(proofs).await
    }
}
