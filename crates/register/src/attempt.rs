//! One try of a command: load, decide, number and key, claims, seal, append; and what follows from a refusal.

use std::collections::{HashMap, HashSet};

use cqrs_es::Aggregate as _;
use cqrs_es::event_sink::EventSink;
use demand::{Act, By, Demand, DemandCommand, DemandEvent, Rejection, RejectionReason};
use event_log::{Command, KeyRef, Refusal, StreamAppend, StreamSpan, TerritoryCode, Verdict};
use jiff::Timestamp;
use jiff::civil::Date;
use nomenclature::{Territory, UniqueNumber};
use uuid::Uuid;
use vault::{DrawnKey, KeyId};

use crate::Error;
use crate::blind::Token;
use crate::claim::{Claims, Known, PERSON};
use crate::register::{Answer, Parts, Request};
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
    /// References that live claims carry, found by an earlier try.
    pub(crate) tags: HashMap<Token, Uuid>,
    /// Persons held elsewhere in the territory over whom this registration is forced.
    pub(crate) forced: HashSet<Token>,
}

impl Run<'_> {
    /// The act as it is decided: a registration counts as forced only once somebody was found to hold a person of it.
    fn act(&self) -> Act {
        let mut act = self.request.act.clone();
        if let Act::Register(registration) = &mut act
            && self.forced.is_empty()
        {
            registration.forced = None;
        }
        act
    }

    fn may_force(&self) -> bool {
        matches!(&self.request.act, Act::Register(registration) if registration.forced.is_some())
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

impl Parts {
    /// Load, decide, append once.
    pub(crate) async fn attempt(&self, run: &mut Run<'_>, found: &mut u32) -> Result<Try, Error> {
        let loaded = match run.request.number {
            None => Loaded { demand: Demand::default(), version: 0, key: None },
            Some(number) => self.load_for(run, number).await?,
        };
        *found = loaded.version;
        let command = DemandCommand {
            today: run.today,
            by: run.by,
            person_ref: run.person_ref,
            piece_id: run.piece_id,
            settings: self.settings.in_force(run.territory, run.today).await?,
            act: run.act(),
        };
        let mut after = loaded.demand.clone();
        let sink = EventSink::default();
        after.handle(command, &(), &sink).await?;
        let events = sink.collect().await;

        // Key and number come after the decision, so that a refusal costs neither.
        let filed_on = after.content().map_or(run.today, |demand| demand.filed_on);
        let (number, drawn) = match run.request.number {
            Some(number) => (number, None),
            None => {
                let drawn = self.vault.draw().await?;
                match self.numbers.allot(run.territory, filed_on, run.by.desk).await {
                    Ok(number) => (number, Some(drawn)),
                    Err(error) => {
                        self.vault.give_back(drawn);
                        return Err(error);
                    }
                }
            }
        };
        let outcome = self.append(run, number, &loaded, &after, events, drawn.as_ref()).await;
        // Only what is known not to be written gives number and key back; whatever else happened, they are spent.
        if let Some(drawn) = drawn
            && outcome
                .as_ref()
                .map_or_else(surely_not_written, |tried| matches!(tried, Try::Again | Try::NumberTaken(_)))
        {
            self.vault.give_back(drawn);
            if !matches!(outcome, Ok(Try::NumberTaken(_))) {
                self.numbers.give_back(number, filed_on).await;
            }
        }
        outcome
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

    async fn append(
        &self,
        run: &mut Run<'_>,
        number: UniqueNumber,
        loaded: &Loaded,
        after: &Demand,
        events: Vec<DemandEvent>,
        drawn: Option<&DrawnKey>,
    ) -> Result<Try, Error> {
        let stream_id = stream::stream_of(number)?;
        let applicant_ref = after.content().and_then(|demand| demand.person_ref).unwrap_or(run.person_ref);
        let at = (&stream_id, run.territory);
        let known = Known { applicant_ref, tags: &run.tags, forced: &run.forced };
        let claims = Claims::of(self.vault.secrets(), &loaded.demand, after, at, &known)
            .map_err(|_| Rejection::from(RejectionReason::PersonalDataUnreadable))?;
        let (key, data_key) = match (drawn, &loaded.key) {
            (Some(drawn), _) => (KeyRef { id: drawn.id.get(), commitment: drawn.commitment }, &drawn.key),
            (None, Some((key, data_key))) => (*key, data_key),
            (None, None) => {
                return Err(Rejection::from(RejectionReason::PersonalDataUnreadable).into());
            }
        };
        let sealed = stream::seal(events, &stream_id, loaded.version, Some((KeyId::new(key.id), data_key)), run.today)?;
        let count = u32::try_from(sealed.len()).unwrap_or(u32::MAX);
        // A lease counts from its signature, whatever it brings up to date before.
        let effective_on = sealed.iter().map(|event| event.effective_on).min().unwrap_or(run.today);
        let command = Command {
            id: run.request.command_id,
            organisation: run.request.actor.organisation_code().to_owned(),
            actor: run.request.actor.to_string(),
            body_digest: run.digest,
            recorded_at: run.recorded_at,
            streams: vec![StreamAppend {
                stream_type: stream::DEMAND,
                stream: stream_id.clone(),
                territory: Some(TerritoryCode::parse(&run.territory.to_string())?),
                expected_version: loaded.version,
                key: Some(key),
                events: sealed,
            }],
            claims: claims.claims.clone(),
        };
        let verdict = self.log.append(vec![command]).await?.into_iter().next();
        match verdict.ok_or(Error::OutcomeUnknown)? {
            Verdict::Committed(receipt) => Ok(Try::Answered(Answer {
                number,
                version: loaded.version + count,
                position: receipt.last,
                effective_on,
                recorded_at: run.recorded_at,
            })),
            // Sent twice at once, or again after a lost connection: the first answer stands.
            Verdict::Repeated(receipt) => self.answer(receipt).await.map(Try::Answered),
            Verdict::Refused(refusal) => self.refused(run, number, refusal, &claims).await,
        }
    }

    /// What follows from a refusal of the log: decide anew, or tell why not.
    async fn refused(
        &self,
        run: &mut Run<'_>,
        number: UniqueNumber,
        refusal: Refusal,
        claims: &Claims,
    ) -> Result<Try, Error> {
        match refusal {
            Refusal::CommandIdReused => Err(Error::CommandIdReused),
            Refusal::VersionConflict { .. } if run.request.number.is_none() => Ok(Try::NumberTaken(number)),
            Refusal::VersionConflict { expected, actual, .. } => match run.request.expected_version {
                Some(_) => Err(Error::VersionConflict { expected, found: actual }),
                None => Ok(Try::Again),
            },
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
        Error::Rejected(_) | Error::Duplicate { .. } | Error::CommandIdReused | Error::VersionConflict { .. }
    )
}
