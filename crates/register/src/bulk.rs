//! Many acts of the register's own in a few round trips: one look at their streams, one at their keys, one append.
//!
//! Streams are loaded and written as the [bus](crate::bus) does; only what stands around is another: these acts come from
//! no caller, so there is no receipt to look up and nobody's etag. Whoever loses a race against a desk is decided anew on
//! what the desk did.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use access::{Action, Profile, Purpose, Resource, authorize};
use cqrs_es::Aggregate as _;
use demand::{DailyAct, Demand, DemandEvent, Rejection, RejectionReason, Settings};
use event_log::{Command, KeyRef, Position, Refusal, StreamId, Verdict};
use jiff::Timestamp;
use jiff::civil::Date;
use nomenclature::{Actor, Territory, UniqueNumber, paris_day};
use uuid::Uuid;

use crate::Error;
use crate::claim::{Claims, Known};
use crate::register::Parts;
use crate::stream::{self, Loaded, Opening, Writing};

/// Acts of one append: what one round of the log takes.
pub(crate) const PAGE: usize = 250;
/// How often an act is decided anew because its demand moved on meanwhile.
const MOST_TRIES: usize = 8;

/// An act of the register's own.
pub(crate) enum OwnAct {
    /// One of those that come with the days.
    Daily(DailyAct),
    /// The erasure of the personal data, a year after the radiation (INV-32).
    Erase,
}

/// What was done to one demand.
pub(crate) struct Done {
    pub(crate) number: UniqueNumber,
    /// The key of its stream.
    pub(crate) key: KeyRef,
    /// The demand after the act.
    pub(crate) after: Demand,
    /// The day of the act.
    pub(crate) on: Date,
}

/// What became of some acts.
#[derive(Default)]
pub(crate) struct Acted {
    pub(crate) done: Vec<Done>,
    /// Refused by the demand itself: whoever asked did not know, or it was done meanwhile.
    pub(crate) left: Vec<(UniqueNumber, Rejection)>,
    /// Not decided, because of a failure.
    pub(crate) failed: Vec<(UniqueNumber, Error)>,
    /// The last event written; zero when none was.
    pub(crate) last: Position,
}

impl OwnAct {
    fn action(&self) -> Action {
        match self {
            Self::Daily(_) => Action::KeepRenewals,
            Self::Erase => Action::Erase,
        }
    }

    /// Claims and personal parts need the demand in clear; facts and dates do not.
    fn opening(&self) -> Opening {
        match self {
            Self::Daily(DailyAct::RadiateNotRenewed | DailyAct::RecordNoticeSent(_)) => Opening::Opened,
            Self::Daily(DailyAct::ListNotice | DailyAct::RecordNoticeReturned(_)) | Self::Erase => Opening::Sealed,
        }
    }

    fn decide(&self, demand: &Demand, today: Date, settings: &Settings) -> Result<Vec<DemandEvent>, Rejection> {
        match self {
            Self::Daily(act) => demand.decide_daily(act, today, settings),
            Self::Erase => demand.erase(today).map(|event| vec![event]),
        }
    }
}

/// A decided act on its way into the log.
struct Decided {
    command: Command,
    done: Done,
}

impl Parts {
    /// Does what the demands themselves admit of these acts, each demand at most once. Nothing here waits for a view.
    ///
    /// # Errors
    /// A failure of log, vault or database, after which some acts may be done: asked for again, they are found so.
    pub(crate) async fn act_on_many(&self, acts: &[(UniqueNumber, OwnAct)]) -> Result<Acted, Error> {
        let mut acted = Acted::default();
        for page in acts.chunks(PAGE) {
            let mut pending: Vec<&(UniqueNumber, OwnAct)> = page.iter().collect();
            for _ in 0..MOST_TRIES {
                if pending.is_empty() {
                    break;
                }
                pending = self.act_on_page(&pending, &mut acted).await?;
            }
            acted.failed.extend(pending.iter().map(|(number, _)| (*number, Error::Contended { version: 0 })));
        }
        Ok(acted)
    }

    /// Returns those that have to be decided anew.
    async fn act_on_page<'a>(
        &self,
        page: &[&'a (UniqueNumber, OwnAct)],
        acted: &mut Acted,
    ) -> Result<Vec<&'a (UniqueNumber, OwnAct)>, Error> {
        // Before anything of a demand is read.
        for (number, act) in page {
            let resource = Resource::Demand { territory: number.territory() };
            let _granted = authorize(Profile::Operator, act.action(), resource, Purpose::Administration)?;
        }
        let recorded_at = self.clock.now();
        let asked: Vec<_> = page.iter().map(|(number, act)| (*number, act.opening())).collect();
        let loaded = stream::load_many(&self.reader, &self.vault, &asked).await?;
        let mut settings: HashMap<Territory, Settings> = HashMap::new();
        for (number, _) in page {
            if let Entry::Vacant(unknown) = settings.entry(number.territory()) {
                let territory = *unknown.key();
                unknown.insert(self.settings.in_force(territory, paris_day(recorded_at)).await?);
            }
        }
        let (mut decided, mut asked) = (Vec::new(), Vec::new());
        for (entry, loaded) in page.iter().zip(loaded) {
            let (number, act) = *entry;
            match loaded.and_then(|loaded| self.decide_one(*number, act, loaded, recorded_at, &settings)) {
                Ok(one) => {
                    decided.push(one);
                    asked.push(*entry);
                }
                Err(Error::Rejected(rejection)) => acted.left.push((*number, rejection)),
                Err(error) => acted.failed.push((*number, error)),
            }
        }
        let (commands, dones): (Vec<_>, Vec<_>) = decided.into_iter().map(|one| (one.command, one.done)).unzip();
        let mut again = Vec::new();
        for ((verdict, done), entry) in self.log.append(commands).await?.into_iter().zip(dones).zip(asked) {
            match verdict {
                Verdict::Committed(receipt) | Verdict::Repeated(receipt) => {
                    acted.last = acted.last.max(receipt.last);
                    acted.done.push(done);
                }
                Verdict::Refused(Refusal::VersionConflict { .. } | Refusal::ClaimNotHeld { .. }) => again.push(entry),
                Verdict::Refused(_) => {
                    let error = Error::Database("the log refused an act of the register's own".to_owned());
                    acted.failed.push((done.number, error));
                }
            }
        }
        Ok(again)
    }

    fn decide_one(
        &self,
        number: UniqueNumber,
        act: &OwnAct,
        loaded: Loaded,
        recorded_at: Timestamp,
        settings: &HashMap<Territory, Settings>,
    ) -> Result<Decided, Error> {
        let (territory, today) = (number.territory(), paris_day(recorded_at));
        let settings = settings.get(&territory).ok_or(Error::NotFound)?;
        let Loaded { demand: before, version, key, data_key, .. } = loaded;
        let key = key.ok_or(Error::NotFound)?;
        let events = act.decide(&before, today, settings)?;
        let mut after = before.clone();
        for event in &events {
            after.apply(event.clone());
        }
        let stream = &stream::stream_of(number)?;
        let claims = match (&before, &after) {
            // Persons are let go by a radiation; none of these acts takes or exchanges one.
            (Demand::Active(_), Demand::Radiated(_)) => self.released(stream, &before, &after)?,
            _ => Vec::new(),
        };
        let writing = Writing { stream, territory, version, key, data_key: data_key.as_ref(), on: today };
        let command = Command {
            id: Uuid::new_v4(),
            organisation: Actor::Operator.organisation_code().to_owned(),
            actor: Actor::Operator.to_string(),
            body_digest: [0; 32],
            recorded_at,
            streams: vec![writing.seal(events)?],
            claims,
        };
        Ok(Decided { command, done: Done { number, key, after, on: today } })
    }

    fn released(&self, stream_id: &StreamId, before: &Demand, after: &Demand) -> Result<Vec<event_log::Claim>, Error> {
        let territory = before.content().map(|demand| demand.territory).ok_or(Error::NotFound)?;
        let applicant_ref = before.content().and_then(|demand| demand.person_ref).unwrap_or_default();
        let known = Known { applicant_ref, tags: &HashMap::new(), forced: &HashSet::new() };
        let claims = Claims::of(self.vault.secrets(), before, after, (stream_id, territory), &known)
            .map_err(|_| Rejection::from(RejectionReason::PersonalDataUnreadable))?;
        Ok(claims.claims)
    }
}
