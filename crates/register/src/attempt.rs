//! One try of a command: load, plan, decide, number and key, claims, seal, append; and what follows from a refusal.
//!
//! A plan has one demand, or the two of a separation; there is one way for both. Each demand is decided on its own clone, its
//! claims are its own, and one append writes all of them or none.

use std::collections::{HashMap, HashSet};

use cqrs_es::Aggregate as _;
use cqrs_es::event_sink::EventSink;
use demand::{Act, By, Demand, DemandCommand, DemandEvent, Plan, Rejection, RejectionReason, Settings, plan};
use event_log::{Command, KeyRef, Refusal, StreamAppend, StreamSpan, TerritoryCode, Verdict};
use jiff::Timestamp;
use jiff::civil::Date;
use nomenclature::{Territory, UniqueNumber};
use uuid::Uuid;
use vault::{DrawnKey, KeyId};

use crate::Error;
use crate::blind::Token;
use crate::claim::{Claims, Known, PERSON};
use crate::register::{Answer, NewDemand, Parts, Request};
use crate::stream::{self, Loaded, Opening};

/// A command on its way through the bus.
pub(crate) struct Run<'a> {
    pub(crate) request: &'a Request,
    pub(crate) digest: [u8; 32],
    pub(crate) recorded_at: Timestamp,
    pub(crate) today: Date,
    pub(crate) by: By,
    pub(crate) territory: Territory,
    pub(crate) person_ref: Uuid,
    pub(crate) piece_id: Uuid,
    /// The delays in force in the territory on the day.
    pub(crate) settings: Settings,
    /// For an act that draws one identifier more.
    pub(crate) spare_id: Uuid,
    /// References that live claims carry, found by an earlier try.
    pub(crate) tags: HashMap<Token, Uuid>,
    /// Persons held elsewhere in the territory over whom this registration is forced.
    pub(crate) forced: HashSet<Token>,
}

impl Run<'_> {
    /// The command as it is decided: a new demand counts as forced only once somebody was found to hold a person of it.
    fn command(&self) -> DemandCommand {
        let mut act = self.request.act.clone();
        match &mut act {
            Act::Register(registration) if self.forced.is_empty() => registration.forced = None,
            Act::Separate(separation) if self.forced.is_empty() => separation.forced = None,
            _ => {}
        }
        DemandCommand {
            today: self.today,
            by: self.by,
            person_ref: self.person_ref,
            piece_id: self.piece_id,
            settings: self.settings,
            act,
        }
    }

    fn may_force(&self) -> bool {
        match &self.request.act {
            Act::Register(registration) => registration.forced.is_some(),
            Act::Separate(separation) => separation.forced.is_some(),
            _ => false,
        }
    }
}

/// What one try came to.
pub(crate) enum Try {
    Answered(Answer),
    /// Something moved meanwhile: decide anew.
    Again,
    /// The number already has a stream, which a restored database can cause: it is never offered again.
    NumberTaken(UniqueNumber),
}

/// One demand of a command: as it was loaded, and what was decided on it.
struct Decided {
    loaded: Loaded,
    after: Demand,
    events: Vec<DemandEvent>,
}

impl Decided {
    async fn of(loaded: Loaded, command: DemandCommand) -> Result<Self, Error> {
        let mut after = loaded.demand.clone();
        let sink = EventSink::default();
        after.handle(command, &(), &sink).await?;
        Ok(Self { loaded, after, events: sink.collect().await })
    }
}

/// What a new demand costs.
struct Opened {
    number: UniqueNumber,
    filed_on: Date,
    drawn: DrawnKey,
}

impl Parts {
    /// Load, decide, append once: one demand, or the two of a separation.
    pub(crate) async fn attempt(&self, run: &mut Run<'_>, found: &mut u32) -> Result<Try, Error> {
        let asked = match run.request.number {
            None => Loaded::nothing(),
            Some(number) => self.load_for(run, number).await?,
        };
        *found = asked.version;
        let (decided, joint) = match plan(&asked.demand, run.request.number, run.command(), run.spare_id)? {
            Plan::Alone(command) => (Decided::of(asked, *command).await?, None),
            Plan::Separation(plan) => {
                let opening = plan.opening.clone();
                (Decided::of(Loaded::nothing(), opening).await?, Some((plan, asked)))
            }
        };
        let number = match (run.request.number, &joint) {
            (Some(number), None) => return self.append(run, vec![(number, decided)], None).await,
            (number, _) => number,
        };
        // Key and number come after the decision, so that a refusal costs neither.
        let opened = self.open_demand(run, &decided).await?;
        let outcome = match joint.zip(number) {
            None => self.append(run, vec![(opened.number, decided)], Some(&opened)).await,
            Some(((plan, asked), number)) => match Decided::of(asked, plan.leaving(opened.number)).await {
                // The demand that was asked for comes last: the answer is about it.
                Ok(left) => self.append(run, vec![(opened.number, decided), (number, left)], Some(&opened)).await,
                Err(refusal) => Err(refusal),
            },
        };
        self.settle(opened, &outcome).await;
        outcome
    }

    /// A key and a number for a demand that was decided.
    async fn open_demand(&self, run: &Run<'_>, decided: &Decided) -> Result<Opened, Error> {
        let filed_on = decided.after.content().map_or(run.today, |demand| demand.filed_on);
        let drawn = self.vault.draw().await?;
        match self.numbers.allot(run.territory, filed_on, run.by.desk).await {
            Ok(number) => Ok(Opened { number, filed_on, drawn }),
            Err(error) => {
                self.vault.give_back(drawn);
                Err(error)
            }
        }
    }

    /// Only what is known not to be written gives number and key back; whatever else happened, they are spent.
    async fn settle(&self, opened: Opened, outcome: &Result<Try, Error>) {
        let not_written =
            outcome.as_ref().map_or_else(surely_not_written, |tried| matches!(tried, Try::Again | Try::NumberTaken(_)));
        if not_written {
            self.vault.give_back(opened.drawn);
            if !matches!(outcome, Ok(Try::NumberTaken(_))) {
                self.numbers.give_back(opened.number, opened.filed_on).await;
            }
        }
    }

    async fn load_for(&self, run: &Run<'_>, number: UniqueNumber) -> Result<Loaded, Error> {
        let loaded = stream::load(&self.reader, &self.vault, number, Opening::Opened, StreamSpan::ALL).await?;
        // Rights by the loaded facts: the number said the territory, the stream must say the same.
        if loaded.demand.content().is_none_or(|demand| demand.territory != run.territory) {
            return Err(Error::NotFound);
        }
        match run.request.expected_version {
            Some(expected) if expected != loaded.version => {
                Err(Error::VersionConflict { expected, found: loaded.version })
            }
            _ => Ok(loaded),
        }
    }

    /// Appends what was decided on every demand, all or nothing; the answer is about the last one.
    async fn append(
        &self,
        run: &mut Run<'_>,
        demands: Vec<(UniqueNumber, Decided)>,
        opened: Option<&Opened>,
    ) -> Result<Try, Error> {
        let mut claims = Claims::default();
        let mut streams = Vec::with_capacity(demands.len());
        let mut versions = Vec::with_capacity(demands.len());
        for (number, decided) in demands {
            let (append, of_demand) = self.sealed(run, number, decided, opened)?;
            versions.push((number, append.expected_version + u32::try_from(append.events.len()).unwrap_or(u32::MAX)));
            claims.join(of_demand);
            streams.push(append);
        }
        // A lease counts from its signature, whatever it brings up to date before.
        let days = streams.last().map(|append| append.events.iter().map(|event| event.effective_on));
        let effective_on = days.and_then(Iterator::min).unwrap_or(run.today);
        let command = Command {
            id: run.request.command_id,
            organisation: run.request.actor.organisation_code().to_owned(),
            actor: run.request.actor.to_string(),
            body_digest: run.digest,
            recorded_at: run.recorded_at,
            streams,
            claims: claims.claims.clone(),
        };
        let verdict = self.log.append(vec![command]).await?.into_iter().next();
        match (verdict.ok_or(Error::OutcomeUnknown)?, versions.pop()) {
            (Verdict::Committed(receipt), Some((number, version))) => Ok(Try::Answered(Answer {
                number,
                version,
                position: receipt.last,
                effective_on,
                recorded_at: run.recorded_at,
                opened: versions.pop().map(|(number, version)| NewDemand { number, version }),
            })),
            // Sent twice at once, or again after a lost connection: the first answer stands.
            (Verdict::Committed(receipt) | Verdict::Repeated(receipt), _) => {
                self.answer(receipt).await.map(Try::Answered)
            }
            (Verdict::Refused(refusal), _) => self.refused(run, opened, refusal, &claims).await,
        }
    }

    /// One demand's events, sealed for its stream, and the claims that go with them. A demand without a version is the
    /// one opened.
    fn sealed(
        &self,
        run: &Run<'_>,
        number: UniqueNumber,
        decided: Decided,
        opened: Option<&Opened>,
    ) -> Result<(StreamAppend, Claims), Error> {
        let Decided { loaded, after, events } = decided;
        let stream_id = stream::stream_of(number)?;
        let applicant_ref = after.content().and_then(|demand| demand.person_ref).unwrap_or(run.person_ref);
        let at = (&stream_id, run.territory);
        let known = Known { applicant_ref, tags: &run.tags, forced: &run.forced };
        let claims = Claims::of(self.vault.secrets(), &loaded.demand, &after, at, &known)
            .map_err(|_| Rejection::from(RejectionReason::PersonalDataUnreadable))?;
        let new = opened.filter(|_| loaded.version == 0).map(|opened| &opened.drawn);
        let (key, data_key) = match (new, &loaded.key) {
            (Some(drawn), _) => (KeyRef { id: drawn.id.get(), commitment: drawn.commitment }, &drawn.key),
            (None, Some((key, data_key))) => (*key, data_key),
            (None, None) => {
                return Err(Rejection::from(RejectionReason::PersonalDataUnreadable).into());
            }
        };
        let sealed = stream::seal(events, &stream_id, loaded.version, Some((KeyId::new(key.id), data_key)), run.today)?;
        let append = StreamAppend {
            stream_type: stream::DEMAND,
            stream: stream_id,
            territory: Some(TerritoryCode::parse(&run.territory.to_string())?),
            expected_version: loaded.version,
            key: Some(key),
            events: sealed,
        };
        Ok((append, claims))
    }

    /// What follows from a refusal of the log: decide anew, or tell why not.
    async fn refused(
        &self,
        run: &mut Run<'_>,
        opened: Option<&Opened>,
        refusal: Refusal,
        claims: &Claims,
    ) -> Result<Try, Error> {
        match refusal {
            Refusal::CommandIdReused => Err(Error::CommandIdReused),
            Refusal::Fenced => Err(Error::CommandFenced),
            Refusal::VersionConflict { stream, expected, actual } => {
                let taken = opened.map(|opened| opened.number).filter(|number| number.as_str() == stream.as_str());
                match (taken, run.request.expected_version) {
                    (Some(number), _) => Ok(Try::NumberTaken(number)),
                    (None, Some(_)) => Err(Error::VersionConflict { expected, found: actual }),
                    (None, None) => Ok(Try::Again),
                }
            }
            Refusal::ClaimHeld { index, holder } => match (run.may_force(), claims.token(index)) {
                (true, Some(token)) if run.forced.insert(token) => Ok(Try::Again),
                _ => UniqueNumber::parse(holder.as_str())
                    .map_err(|_| Error::Database("a person's claim is held by a stream that is no demand".to_owned()))
                    .and_then(|held_by| Err(Error::Duplicate { held_by })),
            },
            Refusal::TagConflict { .. } => {
                // Somebody is known elsewhere under another reference: learn all of them, then decide anew.
                for token in claims.taken() {
                    if let Some(tag) = self.reader.claim_tag(PERSON, &token).await? {
                        run.tags.insert(token, tag);
                    }
                }
                if let Some(known) = claims.applicant.iter().find_map(|token| run.tags.get(token)) {
                    run.person_ref = *known;
                }
                Ok(Try::Again)
            }
            // The claims moved with the stream: a concurrent act on the same demand came first.
            Refusal::ClaimNotHeld { .. } => Ok(Try::Again),
            // Which stream it was about is nobody's to read in a log of the server.
            Refusal::StreamMismatch { .. } => Err(Error::Database("the stream has another type or key".to_owned())),
            Refusal::Rejected { code } => Err(Error::Database(format!("the log refused the command: SQLSTATE {code}"))),
            _ => Err(Error::Database("the log refused the command".to_owned())),
        }
    }
}

/// Whether an error of the append tells that nothing was written: what the log or the decision refused.
fn surely_not_written(error: &Error) -> bool {
    matches!(
        error,
        Error::Rejected(_)
            | Error::Duplicate { .. }
            | Error::CommandIdReused
            | Error::CommandFenced
            | Error::VersionConflict { .. }
    )
}
