//! Many acts of the register's own in a few round trips: one look at their streams, one at their keys, one append.
//!
//! `handle` is what decides here too; only the bus around it is another: these acts come from no caller, so there is no
//! receipt to look up and nobody's etag. Whoever loses a race against a desk is decided anew on what the desk did.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use access::{Action, Profile, Purpose, Resource, may};
use cqrs_es::Aggregate as _;
use demand::{DailyAct, Demand, DemandEvent, Rejection, RejectionReason, Settings};
use event_log::{Command, KeyRef, Position, RecordedEvent, Refusal, StreamAppend, StreamId, TerritoryCode, Verdict};
use jiff::Timestamp;
use jiff::civil::Date;
use nomenclature::{Actor, Territory, UniqueNumber, paris_day};
use uuid::Uuid;
use vault::{KeyId, KeyState};

use crate::Error;
use crate::claim::{Claims, Known};
use crate::register::Parts;
use crate::stream::{self, DEMAND, Opening};

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

/// What the acts of a page are decided with.
struct At {
    recorded_at: Timestamp,
    keys: HashMap<KeyId, KeyState>,
    settings: HashMap<Territory, Settings>,
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
            may(Profile::Operator, act.action(), resource, Purpose::Administration)?;
        }
        let recorded_at = self.clock.now();
        let streams = page.iter().map(|(number, _)| stream::stream_of(*number)).collect::<Result<Vec<_>, _>>()?;
        let histories = self.reader.read_streams(&streams).await?;
        let opened = page.iter().zip(&histories).filter(|((_, act), _)| act.opening() == Opening::Opened);
        let of_opened = opened.flat_map(|(_, history)| history.iter().flatten());
        let keys = stream::keys_of(&self.vault, of_opened).await?;

        let mut settings: HashMap<Territory, Settings> = HashMap::new();
        for (number, _) in page {
            if let Entry::Vacant(unknown) = settings.entry(number.territory()) {
                let territory = *unknown.key();
                unknown.insert(self.settings.in_force(territory, paris_day(recorded_at)).await?);
            }
        }
        let at = At { recorded_at, keys, settings };
        let (mut decided, mut asked) = (Vec::new(), Vec::new());
        for ((entry, stream_id), history) in page.iter().zip(streams).zip(histories) {
            let (number, act) = *entry;
            let decided_one = match history {
                Ok(history) => self.decide_one(*number, act, stream_id, &history, &at),
                Err(error) => Err(error.into()),
            };
            match decided_one {
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
        stream_id: StreamId,
        history: &[RecordedEvent],
        at: &At,
    ) -> Result<Decided, Error> {
        let At { recorded_at, keys, settings } = at;
        let (recorded_at, today) = (*recorded_at, paris_day(*recorded_at));
        let territory = number.territory();
        let settings = settings.get(&territory).ok_or(Error::NotFound)?;
        let first = history.first().ok_or(Error::NotFound)?;
        let (id, commitment) =
            first.key_id.zip(first.commitment).ok_or_else(|| stream::unreadable(first, &"it names no key"))?;
        let mut before = Demand::default();
        for event in history {
            before.apply(stream::decode(event, keys, act.opening())?);
        }
        let version = history.last().map_or(0, |last| last.version);
        let events = act.decide(&before, today, settings)?;
        let mut after = before.clone();
        for event in &events {
            after.apply(event.clone());
        }
        let claims = match (&before, &after) {
            // Persons are let go by a radiation; none of these acts takes or exchanges one.
            (Demand::Active(_), Demand::Radiated(_)) => self.released(&stream_id, &before, &after)?,
            _ => Vec::new(),
        };
        let key = match keys.get(&KeyId::new(id)) {
            Some(KeyState::Live(key)) => Some(key),
            _ => None,
        };
        let sealed = stream::seal(events, &stream_id, version, key.map(|key| (KeyId::new(id), key)), today)?;
        let key = KeyRef { id, commitment };
        let command = Command {
            id: Uuid::new_v4(),
            organisation: Actor::Operator.organisation_code().to_owned(),
            actor: Actor::Operator.to_string(),
            body_digest: [0; 32],
            recorded_at,
            streams: vec![StreamAppend {
                stream_type: DEMAND,
                stream: stream_id,
                territory: Some(TerritoryCode::parse(&territory.to_string())?),
                expected_version: version,
                key: Some(key),
                events: sealed,
            }],
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
