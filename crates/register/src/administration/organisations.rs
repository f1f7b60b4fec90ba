//! What an act on an organisation writes.

use access::organisation::merger;
use access::{Organisation, OrganisationAct, OrganisationCommand, OrganisationEvent, OrganisationRejection, codec};
use cqrs_es::Aggregate as _;
use event_log::{Claim, ClaimOp, NewEvent, StreamAppend, StreamId, StreamSpan};
use jiff::civil::Date;
use nomenclature::Siren;
use uuid::Uuid;

use super::{Run, Writing};
use crate::Error;
use crate::claim::{CERTIFICATE, DESK};
use crate::directory::{ORGANISATION, decode};
use crate::register::Parts;

impl Parts {
    pub(super) async fn write_organisation(
        &self,
        run: &Run<'_>,
        siren: Siren,
        act: &OrganisationAct,
    ) -> Result<Writing, Error> {
        let today = run.today;
        match act {
            // The other half of a merger, which only its plan makes.
            OrganisationAct::Absorb(_) => return Err(Error::MalformedRequest),
            OrganisationAct::Register(new) if new.siren != siren => return Err(Error::MalformedRequest),
            // A desk that works already is the import's to take over: here it would open without a title (INV-46).
            OrganisationAct::OpenDesk(desk) if desk.opened_on < today => {
                return Err(OrganisationRejection::DatePassed.into());
            }
            OrganisationAct::MergeInto { successor, effective_on } => {
                return self.merge(siren, *successor, *effective_on, today).await;
            }
            OrganisationAct::GiveMandate { to, .. } => {
                let known = run.directory.organisation(*to).filter(|known| known.takes_part_on(today));
                if *to == siren || !known.and_then(Organisation::kind).is_some_and(|kind| kind.may_register()) {
                    return Err(OrganisationRejection::NotARegisteringService.into());
                }
            }
            OrganisationAct::SuspendUser { user, .. } | OrganisationAct::ResumeUser { user }
                if run.directory.agent(*user).is_some_and(|agent| agent.organisation() == Some(siren)) =>
            {
                return Err(OrganisationRejection::UserHasAccount.into());
            }
            _ => {}
        }
        let (organisation, version) = self.load_organisation(siren).await?;
        let event = organisation.decide(OrganisationCommand { today, act: act.clone() })?;
        let claims = claims_of(siren, &event)?;
        Ok(Writing { streams: vec![append(siren, version, &[event], today)?], claims, ..Writing::default() })
    }

    /// Both streams, all or nothing; the code of every desk that goes on changes hands.
    async fn merge(
        &self,
        predecessor: Siren,
        successor: Siren,
        effective_on: Date,
        today: Date,
    ) -> Result<Writing, Error> {
        let (before, of_before) = self.load_organisation(predecessor).await?;
        let (after, of_after) = self.load_organisation(successor).await?;
        let [(_, ends), (_, goes_on)] = merger::plan((predecessor, &before), (successor, &after), effective_on, today)?;
        let (ended, absorbed) = (before.decide(ends)?, after.decide(goes_on)?);
        let mut claims = Vec::new();
        if let OrganisationEvent::Absorbed(absorption) = &absorbed {
            for desk in &absorption.desks {
                let key = desk.code.as_str().as_bytes();
                claims.push(claim(predecessor, DESK, key, ClaimOp::Release)?);
                claims.push(claim(successor, DESK, key, ClaimOp::Take { tag: Uuid::nil() })?);
            }
        }
        let streams =
            vec![append(successor, of_after, &[absorbed], today)?, append(predecessor, of_before, &[ended], today)?];
        Ok(Writing { streams, claims, ..Writing::default() })
    }

    /// An organisation as its stream tells it, with its version.
    pub(crate) async fn load_organisation(&self, siren: Siren) -> Result<(Organisation, u32), Error> {
        let mut organisation = Organisation::default();
        let mut version = 0;
        for event in self.reader.read_stream(&StreamId::parse(siren.to_string())?, StreamSpan::ALL).await? {
            organisation.apply(decode(&event)?.1);
            version = event.version;
        }
        Ok((organisation, version))
    }
}

/// The events of an organisation, as the log takes them.
pub(crate) fn append(
    siren: Siren,
    version: u32,
    events: &[OrganisationEvent],
    today: Date,
) -> Result<StreamAppend, Error> {
    let new_event = |event: &OrganisationEvent| {
        let payload = codec::encode(event).map_err(|error| Error::Unreadable { position: 0, cause: error.to_string() });
        Ok::<_, Error>(NewEvent {
            event_type: event.name().into(),
            schema_version: codec::SCHEMA_VERSION,
            effective_on: event.effective_on(today),
            payload: payload?,
            sealed: Vec::new(),
        })
    };
    Ok(StreamAppend {
        stream_type: ORGANISATION,
        stream: StreamId::parse(siren.to_string())?,
        territory: None,
        expected_version: version,
        key: None,
        events: events.iter().map(new_event).collect::<Result<_, _>>()?,
    })
}

/// What an event makes unique. A code stays its desk's after the desk closed, because numbers carry it for ever; a certificate
/// that was revoked comes back for nobody.
pub(crate) fn claims_of(siren: Siren, event: &OrganisationEvent) -> Result<Vec<Claim>, Error> {
    let take = ClaimOp::Take { tag: Uuid::nil() };
    match event {
        OrganisationEvent::DeskOpened { code, .. } => Ok(vec![claim(siren, DESK, code.as_str().as_bytes(), take)?]),
        OrganisationEvent::CertificateBound(certificate) => {
            Ok(vec![claim(siren, CERTIFICATE, certificate.fingerprint.bytes(), take)?])
        }
        _ => Ok(Vec::new()),
    }
}

fn claim(siren: Siren, kind: i16, key: &[u8], op: ClaimOp) -> Result<Claim, Error> {
    let holder = StreamId::parse(siren.to_string())?;
    Ok(Claim { holder, kind, key: key.to_vec(), scope: String::new(), op })
}
