//! Requests that change something, as acts of the domain.

use demand::attribution::AttributionDraft;
use demand::commission::InadmissibilityDraft;
use demand::modification::Origin;
use demand::notice::{NoticeChannel, NoticeSentDraft};
use demand::pieces::PieceDraft;
use demand::radiation::lease::LeaseDraft;
use demand::radiation::renunciation::{RenunciationDraft, WrittenAct};
use demand::registration::ForceReason;
use demand::warning::{DeliveryProof, WarningDraft, WarningKind};
use demand::{Act, FieldReason, Registration, Violation};
use nomenclature::{Actor, Channel, Territory};
use proto::v1;
use register::Request;

use super::{Edge, form};

/// A request as it was read: ready, or with the faults that the door found.
pub enum Read {
    /// Nothing is wrong at the door.
    Sound(Request),
    /// Something is; what could be read, for the domain to find the rest.
    Faulty {
        /// What the door found.
        found: Vec<Violation>,
        /// The request with something else in the place of what is wrong; none when too little is known of it.
        guess: Option<Request>,
    },
}

impl Read {
    fn of(edge: Edge, guess: Option<Request>) -> Self {
        match guess {
            Some(request) if edge.found.is_empty() => Self::Sound(request),
            guess => Self::Faulty { found: edge.found, guess },
        }
    }
}

/// Reads a registration.
pub fn register(message: v1::RegisterDemandRequest, actor: Actor) -> Read {
    let mut edge = Edge::default();
    let command_id = edge.request_id(&message.request_id);
    let territory = edge.territory(&message.territory);
    let forced = forced(&mut edge, message.forced);
    let channel = edge.channel(message.channel);
    let registration = Registration {
        territory: territory.unwrap_or(Territory::ILE_DE_FRANCE),
        filed_on: message.filed_on,
        form: form::read(message.form),
        identity_piece: message.identity_piece.map(piece),
        forced,
        employer_siret: message.employer_siret,
    };
    let guess = Request {
        command_id: command_id.unwrap_or_default(),
        actor,
        channel: channel.unwrap_or(Channel::Desk),
        number: None,
        expected_version: None,
        act: Act::Register(Box::new(registration)),
    };
    Read::of(edge, Some(guess))
}

/// What every act on an existing demand says beside the act.
pub struct Head<'a> {
    /// UUID.
    pub request_id: &'a str,
    /// Unique number.
    pub number: &'a str,
    /// Version read.
    pub etag: &'a str,
    /// Enum of the channel; the desk where an act has none.
    pub channel: i32,
}

/// Puts an act and its head together.
pub fn on_demand(head: &Head<'_>, actor: Actor, act: impl FnOnce(&mut Edge) -> Act) -> Read {
    let mut edge = Edge::default();
    let command_id = edge.request_id(head.request_id);
    let number = edge.number(head.number);
    let version = edge.etag(head.etag);
    let channel = edge.channel(head.channel);
    let act = act(&mut edge);
    let guess = number.map(|number| Request {
        command_id: command_id.unwrap_or_default(),
        actor,
        channel: channel.unwrap_or(Channel::Desk),
        number: Some(number),
        expected_version: version,
        act,
    });
    Read::of(edge, guess)
}

/// The channel of acts that only a desk does.
pub const AT_A_DESK: i32 = v1::Channel::Desk as i32;

/// Reads where changed information comes from; a fault is noted, and the applicant stands in its place.
pub fn origin(edge: &mut Edge, origin: i32, piece_id: Option<String>) -> Origin {
    match edge.known("origin", origin) {
        None | Some(v1::Origin::Applicant) => Origin::Applicant,
        Some(v1::Origin::Unspecified) => {
            edge.fault("origin", FieldReason::Missing);
            Origin::Applicant
        }
        Some(v1::Origin::ThirdPartyValidated) => Origin::ThirdPartyValidated,
        Some(v1::Origin::Piece) => match edge.uuid("piece_id", &piece_id.unwrap_or_default()) {
            Some(piece_id) => Origin::Piece { piece_id },
            None => Origin::Applicant,
        },
    }
}

/// Reads why a registration goes over somebody's claim, if it does.
pub fn forced(edge: &mut Edge, forced: i32) -> Option<ForceReason> {
    match edge.known("forced", forced)? {
        v1::ForceReason::Unspecified => None,
        v1::ForceReason::Homonym => Some(ForceReason::Homonym),
    }
}

/// Reads a piece.
pub fn piece(message: v1::Piece) -> PieceDraft {
    let v1::Piece { piece_type, label, sha256, received_on } = message;
    PieceDraft { piece_type, label, sha256, received_on, deposit_id: None }
}

/// Reads a piece that may come from a deposit at a desk.
pub fn stored_piece(edge: &mut Edge, message: v1::Piece, deposit_id: Option<String>) -> PieceDraft {
    PieceDraft { deposit_id: deposit_id.and_then(|id| edge.uuid("deposit_id", &id)), ..piece(message) }
}

/// Reads an attribution.
pub fn attribution(message: v1::Attribution) -> AttributionDraft {
    let v1::Attribution { decided_on, rpls } = message;
    AttributionDraft { decided_on, rpls }
}

/// Reads a lease, and the form that comes with it.
pub fn lease(message: v1::Lease, form: Option<v1::Form>) -> Box<LeaseDraft> {
    let v1::Lease {
        signed_on,
        rpls,
        already_housed,
        collective_agreement,
        reservation_holder,
        dalo,
        urban_zone,
        dwelling_type,
        commune,
        surface,
        rent,
        address,
        convention,
        priority,
        intercommunal_public,
    } = message;
    Box::new(LeaseDraft {
        signed_on,
        rpls,
        already_housed,
        collective_agreement,
        reservation_holder,
        dalo,
        urban_zone,
        dwelling_type,
        commune,
        surface,
        rent,
        address: address.map(form::address),
        convention,
        priority,
        intercommunal_public,
        form: form.map(|form| Box::new(form::read(Some(form)))),
    })
}

/// Reads what is told of a notice that was sent; a way that was not told is the domain's to miss.
pub fn notice_sent(edge: &mut Edge, message: v1::NoticeSent) -> NoticeSentDraft {
    let v1::NoticeSent { sent_on, channel, reference } = message;
    let channel = match edge.known("notice.channel", channel) {
        None | Some(v1::NoticeChannel::Unspecified) => None,
        Some(v1::NoticeChannel::Post) => Some(NoticeChannel::Post),
        Some(v1::NoticeChannel::Electronic) => Some(NoticeChannel::Electronic),
        Some(v1::NoticeChannel::Both) => Some(NoticeChannel::Both),
    };
    NoticeSentDraft { sent_on, channel, reference }
}

/// Reads a warning; what was not told is the domain's to miss.
pub fn warning(edge: &mut Edge, message: v1::Warning) -> WarningDraft {
    let v1::Warning { kind, letter_sent_on, sent_on, proof, reference } = message;
    let kind = match edge.known("warning.kind", kind) {
        None | Some(v1::WarningKind::Unspecified) => None,
        Some(v1::WarningKind::NoAnswer) => Some(WarningKind::NoAnswer),
        Some(v1::WarningKind::Inadmissible) => Some(WarningKind::Inadmissible),
    };
    let proof = match edge.known("warning.proof", proof) {
        None | Some(v1::DeliveryProof::Unspecified) => None,
        Some(v1::DeliveryProof::RegisteredLetter) => Some(DeliveryProof::RegisteredLetter),
        Some(v1::DeliveryProof::OtherMeans) => Some(DeliveryProof::OtherMeans),
    };
    WarningDraft { kind, letter_sent_on, sent_on, proof, reference }
}

/// Reads a commission's finding.
pub fn inadmissibility(message: v1::Inadmissibility) -> InadmissibilityDraft {
    let v1::Inadmissibility { decided_on, ground } = message;
    InadmissibilityDraft { decided_on, ground }
}

/// Reads a renunciation; a form of it that was not told is the domain's to miss.
pub fn renunciation(edge: &mut Edge, message: v1::Renunciation) -> RenunciationDraft {
    let written_act = match edge.known("renunciation.written_act", message.written_act) {
        None | Some(v1::WrittenAct::Unspecified) => None,
        Some(v1::WrittenAct::Letter) => Some(WrittenAct::Letter),
        Some(v1::WrittenAct::Portal) => Some(WrittenAct::Portal),
    };
    RenunciationDraft { written_on: message.written_on, written_act }
}
