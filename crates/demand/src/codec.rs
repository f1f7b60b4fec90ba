//! Events to bytes and back: the open part as JSON, the personal parts apart, one per rubric.
//!
//! [`encode`] is the only place where clear content leaves an event, [`decode`] the only one where it comes back. The
//! parts are given to whoever seals them under a one-byte tag: the rubric's letter, or the ones below.

use personal::Pii;
use serde::de::DeserializeOwned;

use crate::carried::Carry;
use crate::event::DemandEvent;
use crate::upcast;

const PIECE: u8 = b'p';
const DWELLING: u8 = b'l';
const RPLS: u8 = b'r';
const REFERENCE: u8 = b's';
const ROUTE: u8 = b'v';
const BASIS: u8 = b'w';
const LINK: u8 = b'x';
const EMPLOYER: u8 = b'y';

/// Length of what a drop rests on and of what leads to a separated demand, in bytes.
const LINK_LENGTH: usize = 128;
/// Length of the proof of a separation, in bytes: more than with the longest label.
const PROOF_LENGTH: usize = 2_048;

/// An event ready for the log, its personal parts not yet sealed.
pub struct Encoded {
    /// Name of the event.
    pub event_type: &'static str,
    /// Version of its layout.
    pub schema_version: u16,
    /// Open part, JSON.
    pub payload: String,
    /// Personal parts: tag and content as JSON.
    pub parts: Vec<(u8, Vec<u8>)>,
}

personal::redact!(Encoded);

/// An event of the log cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum CodecError {
    /// No such event type in this build.
    #[error("unknown event type {0:?}")]
    UnknownType(String),
    /// A layout newer than this build.
    #[error("unknown schema version {version} of event type {event_type:?}")]
    UnknownVersion {
        /// The event type.
        event_type: String,
        /// The version found.
        version: u16,
    },
    /// The bytes are not what the type says. The cause names a place, never a value.
    #[error("malformed event at line {line} column {column}")]
    Malformed {
        /// Line of the JSON text.
        line: usize,
        /// Column of the JSON text.
        column: usize,
    },
    /// A personal part for which the event has no place.
    #[error("personal part {0} does not belong to the event")]
    StrayPart(u8),
}

impl From<serde_json::Error> for CodecError {
    fn from(error: serde_json::Error) -> Self {
        Self::Malformed { line: error.line(), column: error.column() }
    }
}

/// Separates an event into its open and its personal parts.
pub fn encode(mut event: DemandEvent) -> Result<Encoded, CodecError> {
    let mut parts = Vec::new();
    let payload = match &mut event {
        DemandEvent::Registered(e) => {
            e.rubrics.split(&mut parts)?;
            if let Some(employer) = e.employer.take() {
                parts.push((EMPLOYER, serde_json::to_vec(&employer)?));
            }
            serde_json::to_string(e)
        }
        DemandEvent::Modified(e) => {
            e.rubrics.split(&mut parts)?;
            serde_json::to_string(e)
        }
        DemandEvent::Renewed(e) => {
            e.rubrics.split(&mut parts)?;
            serde_json::to_string(e)
        }
        DemandEvent::PieceAdded(e) => {
            let separates = e.piece.clear().is_some_and(|piece| piece.separated_from.is_some());
            split_to(&mut e.piece, PIECE, if separates { PROOF_LENGTH } else { 0 }, &mut parts)?;
            serde_json::to_string(e)
        }
        DemandEvent::Attributed(e) => {
            split(&mut e.rpls, RPLS, &mut parts)?;
            serde_json::to_string(e)
        }
        DemandEvent::AttributionRefused(e) => serde_json::to_string(e),
        DemandEvent::AttributionLapsed(e) => serde_json::to_string(e),
        DemandEvent::LeaseSigned(e) => {
            split(&mut e.dwelling, DWELLING, &mut parts)?;
            serde_json::to_string(e)
        }
        DemandEvent::Radiated(e) => serde_json::to_string(e),
        DemandEvent::PersonalDataErased(e) => serde_json::to_string(e),
        DemandEvent::RenewalNoticeListed(e) => serde_json::to_string(e),
        DemandEvent::RenewalNoticeSent(e) => {
            split(&mut e.reference, REFERENCE, &mut parts)?;
            serde_json::to_string(e)
        }
        DemandEvent::RenewalNoticeReturned(e) => serde_json::to_string(e),
        DemandEvent::Reinstated(e) => serde_json::to_string(e),
        DemandEvent::WarningSent(e) => {
            split(&mut e.reference, REFERENCE, &mut parts)?;
            serde_json::to_string(e)
        }
        DemandEvent::AnswerReceived(e) => serde_json::to_string(e),
        DemandEvent::CommissionDecided(e) => serde_json::to_string(e),
        DemandEvent::CertificateIssued(e) => serde_json::to_string(e),
        DemandEvent::LeaseReported(e) => {
            split(&mut e.reference, REFERENCE, &mut parts)?;
            serde_json::to_string(e)
        }
        DemandEvent::LeaseReportWithdrawn(e) => serde_json::to_string(e),
        DemandEvent::PieceDeposited(e) => {
            split(&mut e.piece, PIECE, &mut parts)?;
            serde_json::to_string(e)
        }
        DemandEvent::DepositSetAside(e) => serde_json::to_string(e),
        DemandEvent::DaloSeised(e) => {
            split(&mut e.route, ROUTE, &mut parts)?;
            serde_json::to_string(e)
        }
        DemandEvent::DaloDecided(e) => serde_json::to_string(e),
        DemandEvent::DaloRehoused(e) => serde_json::to_string(e),
        DemandEvent::DaloEnded(e) => serde_json::to_string(e),
        DemandEvent::CoApplicantDropped(e) => {
            e.rubrics.split(&mut parts)?;
            split_to(&mut e.basis, BASIS, LINK_LENGTH, &mut parts)?;
            serde_json::to_string(e)
        }
        DemandEvent::Separated(e) => {
            split_to(&mut e.link, LINK, LINK_LENGTH, &mut parts)?;
            serde_json::to_string(e)
        }
    }?;
    let event_type = event.name();
    Ok(Encoded { event_type, schema_version: upcast::version_of(event_type), payload, parts })
}

/// Reads an event back, in whatever layout it was written. Without its parts it is the same event, its personal content
/// sealed.
pub fn decode(
    event_type: &str,
    schema_version: u16,
    payload: &str,
    parts: &[(u8, Vec<u8>)],
) -> Result<DemandEvent, CodecError> {
    let present = upcast::version_of(event_type);
    if !(1..=present).contains(&schema_version) {
        return Err(CodecError::UnknownVersion { event_type: event_type.to_owned(), version: schema_version });
    }
    let mut event = match event_type {
        "Registered" => DemandEvent::Registered(serde_json::from_str(payload)?),
        "Modified" => DemandEvent::Modified(serde_json::from_str(payload)?),
        "Renewed" => DemandEvent::Renewed(serde_json::from_str(payload)?),
        "PieceAdded" => DemandEvent::PieceAdded(serde_json::from_str(payload)?),
        "Attributed" => DemandEvent::Attributed(serde_json::from_str(payload)?),
        "AttributionRefused" => DemandEvent::AttributionRefused(serde_json::from_str(payload)?),
        "AttributionLapsed" => DemandEvent::AttributionLapsed(serde_json::from_str(payload)?),
        "LeaseSigned" => DemandEvent::LeaseSigned(serde_json::from_str(payload)?),
        "Radiated" => DemandEvent::Radiated(serde_json::from_str(payload)?),
        "PersonalDataErased" => DemandEvent::PersonalDataErased(serde_json::from_str(payload)?),
        "RenewalNoticeListed" => DemandEvent::RenewalNoticeListed(serde_json::from_str(payload)?),
        "RenewalNoticeSent" => DemandEvent::RenewalNoticeSent(serde_json::from_str(payload)?),
        "RenewalNoticeReturned" => DemandEvent::RenewalNoticeReturned(serde_json::from_str(payload)?),
        "Reinstated" => DemandEvent::Reinstated(serde_json::from_str(payload)?),
        "WarningSent" => DemandEvent::WarningSent(serde_json::from_str(payload)?),
        "AnswerReceived" => DemandEvent::AnswerReceived(serde_json::from_str(payload)?),
        "CommissionDecided" => DemandEvent::CommissionDecided(serde_json::from_str(payload)?),
        "CertificateIssued" => DemandEvent::CertificateIssued(serde_json::from_str(payload)?),
        "LeaseReported" => DemandEvent::LeaseReported(serde_json::from_str(payload)?),
        "LeaseReportWithdrawn" => DemandEvent::LeaseReportWithdrawn(serde_json::from_str(payload)?),
        "PieceDeposited" => DemandEvent::PieceDeposited(serde_json::from_str(payload)?),
        "DepositSetAside" => DemandEvent::DepositSetAside(serde_json::from_str(payload)?),
        "DaloSeised" => DemandEvent::DaloSeised(serde_json::from_str(payload)?),
        "DaloDecided" => DemandEvent::DaloDecided(serde_json::from_str(payload)?),
        "DaloRehoused" => DemandEvent::DaloRehoused(serde_json::from_str(payload)?),
        "DaloEnded" => DemandEvent::DaloEnded(serde_json::from_str(payload)?),
        "CoApplicantDropped" => DemandEvent::CoApplicantDropped(serde_json::from_str(payload)?),
        "Separated" => DemandEvent::Separated(serde_json::from_str(payload)?),
        other => return Err(CodecError::UnknownType(other.to_owned())),
    };
    for (tag, content) in parts {
        let older =
            (schema_version < present).then(|| upcast::part(event_type, schema_version, (*tag, content.clone())));
        let older = older.transpose()?;
        let content = older.as_deref().unwrap_or(content);
        let placed = match &mut event {
            DemandEvent::Registered(e) if *tag == EMPLOYER && !e.employer.is_absent() => {
                e.employer = Carry::Given(Pii::Clear(serde_json::from_slice(content)?));
                true
            }
            DemandEvent::Registered(e) => e.rubrics.join(*tag, content)?,
            DemandEvent::Modified(e) => e.rubrics.join(*tag, content)?,
            DemandEvent::Renewed(e) => e.rubrics.join(*tag, content)?,
            DemandEvent::PieceAdded(e) => *tag == PIECE && join(&mut e.piece, content)?,
            DemandEvent::Attributed(e) => *tag == RPLS && join(&mut e.rpls, content)?,
            DemandEvent::LeaseSigned(e) => *tag == DWELLING && join(&mut e.dwelling, content)?,
            DemandEvent::WarningSent(e) => *tag == REFERENCE && join(&mut e.reference, content)?,
            DemandEvent::RenewalNoticeSent(e) => *tag == REFERENCE && join(&mut e.reference, content)?,
            DemandEvent::LeaseReported(e) => *tag == REFERENCE && join(&mut e.reference, content)?,
            DemandEvent::PieceDeposited(e) => *tag == PIECE && join(&mut e.piece, content)?,
            DemandEvent::DaloSeised(e) => *tag == ROUTE && join(&mut e.route, content)?,
            DemandEvent::CoApplicantDropped(e) if *tag == BASIS => join(&mut e.basis, content)?,
            DemandEvent::CoApplicantDropped(e) => e.rubrics.join(*tag, content)?,
            DemandEvent::Separated(e) => *tag == LINK && join(&mut e.link, content)?,
            _ => false,
        };
        if !placed {
            return Err(CodecError::StrayPart(*tag));
        }
    }
    Ok(event)
}

fn split<T: serde::Serialize>(
    pii: &mut Pii<T>,
    tag: u8,
    parts: &mut Vec<(u8, Vec<u8>)>,
) -> Result<(), serde_json::Error> {
    split_to(pii, tag, 0, parts)
}

/// Separates a part whose length must not tell what it says: spaces follow up to that length, which JSON does not mind.
fn split_to<T: serde::Serialize>(
    pii: &mut Pii<T>,
    tag: u8,
    length: usize,
    parts: &mut Vec<(u8, Vec<u8>)>,
) -> Result<(), serde_json::Error> {
    if let Some(content) = pii.take() {
        let mut content = serde_json::to_vec(&content)?;
        content.resize(content.len().max(length), b' ');
        parts.push((tag, content));
    }
    Ok(())
}

fn join<T: DeserializeOwned>(pii: &mut Pii<T>, content: &[u8]) -> Result<bool, serde_json::Error> {
    *pii = Pii::Clear(serde_json::from_slice(content)?);
    Ok(true)
}
