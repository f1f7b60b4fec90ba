//! The one table of reasons: which gRPC code each has, whether it is worth trying again, and its French message.
//!
//! The domain's own reasons ([`RejectionReason`], [`Denial`]) get their code here by exhaustive matches, so that a new
//! one does not compile before it has one; the reasons of the door and of the machinery behind it are [`Reason`].

use std::time::Duration;

use access::Denial;
use demand::RejectionReason;
use tonic::Code;

use crate::rights_reason;

/// How a reason is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The stable reason, UPPER_SNAKE.
    pub reason: String,
    /// The gRPC code.
    pub code: Code,
    /// What to tell the person at the desk.
    pub french: &'static str,
    /// When trying the same call again makes sense.
    pub retry: Option<Duration>,
}

macro_rules! reasons {
    ($($(#[$doc:meta])* $variant:ident = $reason:literal, $code:ident, $retry:expr, $french:literal;)+) => {
        /// The reasons that are no rule of the demand and no question of rights.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Reason { $($(#[$doc])* $variant,)+ }

        impl Reason {
            /// Every one of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// How it is told.
            pub fn row(self) -> Row {
                match self {
                    $(Self::$variant => Row {
                        reason: $reason.to_owned(),
                        code: Code::$code,
                        french: $french,
                        retry: $retry,
                    },)+
                }
            }
        }
    };
}

const SOON: Option<Duration> = Some(Duration::from_millis(200));
const LATER: Option<Duration> = Some(Duration::from_secs(2));

reasons! {
    /// A call that shows neither a certificate nor a token.
    CredentialMissing = "CREDENTIAL_MISSING", Unauthenticated, None,
        "L'appel ne présente ni certificat ni jeton.";
    /// A token that is none, or not of an issuer that is trusted, not meant for the register, or not to be trusted so long.
    CredentialInvalid = "CREDENTIAL_INVALID", Unauthenticated, None, "Le jeton présenté n'est pas valable.";
    /// A certificate or a token whose time is over.
    CredentialExpired = "CREDENTIAL_EXPIRED", Unauthenticated, None, "Le certificat ou le jeton présenté est périmé.";
    /// A certificate and a token that stand for different organisations, desks or agents.
    CredentialsContradict = "CREDENTIALS_CONTRADICT", Unauthenticated, None,
        "Le certificat et le jeton présentés ne désignent pas le même appelant.";
    /// The keys of the issuer of tokens cannot be had, and none are known.
    IssuerUnreachable = "ISSUER_UNREACHABLE", Unavailable, LATER,
        "L'émetteur des jetons ne répond pas en ce moment : réessayez plus tard.";
    /// Metadata that says something else than the certificate or the token.
    MetadataContradicted = "METADATA_CONTRADICTED", Unauthenticated, None,
        "L'organisme, le guichet ou l'agent indiqué n'est pas celui du certificat ou du jeton.";
    /// An organisation's certificate without `sne-agent`.
    MetadataMissing = "METADATA_MISSING", Unauthenticated, None, "L'appel ne dit pas quel agent l'envoie.";
    /// Metadata that names nobody: no SIREN, no desk code, an agent that is no token, a key given twice.
    MetadataMalformed = "METADATA_MALFORMED", Unauthenticated, None,
        "L'organisme, le guichet ou l'agent indiqué n'a pas la forme attendue.";
    /// A desk code that another organisation has.
    DeskCodeTaken = "DESK_CODE_TAKEN", AlreadyExists, None,
        "Ce code de guichet est celui d'un autre organisme.";
    /// A certificate that another organisation has, or that was revoked.
    CertificateTaken = "CERTIFICATE_TAKEN", AlreadyExists, None,
        "Ce certificat est celui d'un autre organisme, ou a été révoqué.";
    /// An address that another account has.
    EmailTaken = "EMAIL_TAKEN", AlreadyExists, None,
        "Cette adresse électronique est celle d'un autre compte.";
    /// An identity that another account has.
    IdentityTaken = "IDENTITY_TAKEN", AlreadyExists, None,
        "Cette identité est liée à un autre compte.";
    /// Bytes that are no message of the interface.
    MalformedMessage = "MALFORMED_MESSAGE", InvalidArgument, None, "Le message reçu n'est pas lisible.";
    /// A message over the limit of the server.
    MessageTooLarge = "MESSAGE_TOO_LARGE", ResourceExhausted, None, "Le message reçu est trop volumineux.";
    /// A compressed message.
    CompressionUnsupported = "COMPRESSION_UNSUPPORTED", Unimplemented, None,
        "Les messages compressés ne sont pas acceptés.";
    /// No such service or method.
    UnknownMethod = "UNKNOWN_METHOD", Unimplemented, None, "Cette opération n'existe pas.";
    /// The time allowed by the caller, or by the server, is over. A command may be committed or not: ask its outcome.
    DeadlineExceeded = "DEADLINE_EXCEEDED", DeadlineExceeded, None,
        "Le délai accordé est écoulé. S'il s'agissait d'un acte, il a pu être enregistré : demandez son issue.";
    /// More calls at once than the server takes.
    TooManyCalls = "TOO_MANY_CALLS", ResourceExhausted, SOON, "Trop d'appels en même temps : réessayez dans un instant.";
    /// The account, or its organisation, has looked at as many files as it may within an hour.
    TooManyFiles = "TOO_MANY_FILES", ResourceExhausted, LATER,
        "Trop de dossiers consultés en une heure : réessayez plus tard. Le gestionnaire peut voir qui a consulté quoi.";
    /// More replays and followers at once than the server takes.
    TooManyReplays = "TOO_MANY_REPLAYS", ResourceExhausted, LATER,
        "Trop de relectures du journal en même temps : réessayez plus tard.";
    /// The reader of a replay took nothing for as long as he may.
    ReaderTooSlow = "READER_TOO_SLOW", Aborted, None,
        "La relecture a été interrompue : rien n'a été lu depuis trop longtemps. Reprenez après la dernière position reçue.";
    /// The server stops.
    ShuttingDown = "SHUTTING_DOWN", Unavailable, LATER, "Le service s'arrête : réessayez dans un instant.";
    /// No such demand, or none that the caller may know of.
    DemandNotFound = "DEMAND_NOT_FOUND", NotFound, None,
        "Aucune demande ne porte ce numéro unique, ou elle n'est pas de votre territoire.";
    /// One of the adults holds an active demand in the territory (INV-06).
    DuplicateDemand = "DUPLICATE_DEMAND", AlreadyExists, None,
        "Cette personne a déjà une demande active dans le territoire.";
    /// The same request id was used before with another content.
    CommandIdReused = "COMMAND_ID_REUSED", FailedPrecondition, None,
        "Cet identifiant de requête a déjà servi pour un autre contenu.";
    /// The caller's organisation gave this request id up for good.
    CommandFenced = "COMMAND_FENCED", FailedPrecondition, None,
        "Cet identifiant de requête a été abandonné définitivement : tirez-en un nouveau.";
    /// The demand changed since the caller read it.
    VersionConflict = "VERSION_CONFLICT", Aborted, None,
        "La demande, ou le paramétrage du territoire, a changé depuis votre lecture : relisez, puis recommencez.";
    /// The sequence of the territory and month is used up.
    NumbersExhausted = "NUMBERS_EXHAUSTED", ResourceExhausted, None,
        "Il n'y a plus de numéro unique pour ce territoire et ce mois.";
    /// A position beyond the last one of the log.
    PositionBeyondHead = "POSITION_BEYOND_HEAD", OutOfRange, None, "Cette position est au-delà de la fin du journal.";
    /// A page token that is not one of the caller's organisation for these filters.
    InvalidPageToken = "INVALID_PAGE_TOKEN", InvalidArgument, None,
        "Cette suite de liste n'est pas valable pour cette recherche : reprenez la recherche au début.";
    /// The view did not reach the position asked for in time, or is not built yet.
    ViewBehind = "VIEW_BEHIND", Unavailable, SOON,
        "La vue partagée est en retard sur le registre : réessayez dans un instant.";
    /// The outcome is not known: send the same request again, or ask its outcome.
    OutcomeUnknown = "OUTCOME_UNKNOWN", Unavailable, SOON,
        "L'issue est inconnue : renvoyez le même acte, il ne sera appliqué qu'une fois.";
    /// An event that was read cannot be what was written.
    UnreadableEvent = "UNREADABLE_EVENT", DataLoss, None,
        "Un événement du journal est illisible : prévenez l'exploitant du registre.";
    /// A row of the shared view cannot be read.
    ViewDamaged = "VIEW_DAMAGED", DataLoss, None,
        "La vue partagée est endommagée : prévenez l'exploitant du registre, qui peut la reconstruire.";
    /// A position or a version is missing from the log.
    LogDamaged = "LOG_DAMAGED", DataLoss, None, "Le journal est endommagé : prévenez l'exploitant du registre.";
    /// The database, the keys or the machine do not answer.
    Unavailable = "UNAVAILABLE", Unavailable, LATER, "Le registre ne répond pas en ce moment : réessayez plus tard.";
}

/// How a refusal of the domain is told.
pub(crate) fn of_rejection(reason: RejectionReason) -> Row {
    use RejectionReason as R;
    let code = match reason {
        R::InvalidForm | R::NothingToModify => Code::InvalidArgument,
        // No call can meet these: a registration brings no number, and the register draws the id of a piece.
        R::AlreadyRegistered | R::PieceAlreadyAdded => return Reason::DuplicateDemand.row(),
        // No call can meet these, either: erasure is no call.
        R::ErasureNotDue => return of_rejection(R::Erased),
        R::NotRegistered => return Reason::DemandNotFound.row(),
        R::Radiated
        | R::Erased
        | R::AlreadyRecorded
        | R::DelayRunning
        | R::ProofMissing
        | R::NotRadiated
        | R::NotReinstatable
        | R::WindowClosed
        | R::Expired
        | R::AlreadyRenewedToday
        | R::RenewalTooEarly
        | R::SettingUnchanged
        | R::NothingSet
        | R::KindChanged
        | R::ApplicantReplaced
        | R::CoApplicantDropped
        | R::NotTheCoApplicant
        | R::UnknownPiece
        | R::LessorMustSign
        | R::NoLeaseReport
        | R::LeaseKnown
        | R::UnknownDeposit
        | R::DaloNotSeised
        | R::DaloNotActive
        | R::AttributionInProgress
        | R::NoAttribution
        | R::PersonalDataUnreadable => Code::FailedPrecondition,
    };
    Row { reason: reason.code().to_owned(), code, french: reason.message(), retry: None }
}

/// How a denial is told. A foreign territory is told as "not found".
pub(crate) fn of_denial(denial: Denial) -> Row {
    let french = match denial {
        Denial::ForeignTerritory => return Reason::DemandNotFound.row(),
        // No call can meet these: the operator cannot call, and the purpose is the server's own word.
        Denial::NotForTheOperator | Denial::Purpose => {
            return of_denial(Denial::NotARegisteringService);
        }
        Denial::UnknownCertificate => "Aucun organisme ne répond de ce certificat.",
        Denial::CertificateRevoked => "Ce certificat est révoqué.",
        Denial::CertificateExpired => "Ce certificat n'est pas valable aujourd'hui.",
        Denial::UnknownIdentity => "Aucun compte n'est lié à cette identité.",
        Denial::UnknownAgent => "Cet agent n'est pas un agent de l'organisme.",
        Denial::AccountNotCertified => "Votre compte doit être certifié.",
        Denial::Suspended => "L'organisme ou le compte de l'agent est suspendu.",
        Denial::UnknownOrganisation => "Cet organisme ne participe pas au registre.",
        Denial::UnknownDesk => "Ce guichet n'est pas un guichet de l'organisme, ou aucun guichet n'est indiqué.",
        Denial::DeskClosed => "Ce guichet n'est pas ouvert aujourd'hui.",
        Denial::NotARegisteringService => "Cet organisme n'est pas un service enregistreur.",
        Denial::NotALessor => "Seul un bailleur peut faire cet acte.",
        Denial::NotTheManager => "Seul le service chargé des renouvellements du territoire peut faire cet acte.",
        Denial::NotTheState => "Seul le service de l'État du territoire peut faire cet acte.",
        Denial::OperatorOnly => "Seul l'exploitant du registre peut faire cet acte.",
        Denial::AccountNeeded => "Les droits s'administrent depuis un compte personnel certifié.",
        Denial::OwnRights => "Nul n'administre ses propres droits.",
        Denial::RoleMissing => "Le profil de l'agent ne permet pas cet acte.",
        Denial::NotForApplicants => "Un demandeur ne consulte ici que la liste de ceux qui ont vu sa demande.",
        Denial::ApplicantOnly => "Seul le demandeur peut poser cette question sur sa demande.",
        Denial::AuditorOnly => "Seul un auditeur peut relire le journal.",
    };
    let code = match denial {
        Denial::UnknownCertificate
        | Denial::CertificateRevoked
        | Denial::CertificateExpired
        | Denial::UnknownIdentity => Code::Unauthenticated,
        _ => Code::PermissionDenied,
    };
    Row { reason: denial.to_string(), code, french, retry: None }
}

/// Every row that a caller can meet, each reason once.
pub fn rows() -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let all = (RejectionReason::ALL.iter().map(|reason| of_rejection(*reason)))
        .chain(Denial::ALL.iter().map(|denial| of_denial(*denial)))
        .chain(rights_reason::rows())
        .chain(Reason::ALL.iter().map(|reason| reason.row()));
    for row in all {
        if !rows.iter().any(|other| other.reason == row.reason) {
            rows.push(row);
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Written by hand: what a client's retry logic depends on.
    #[test]
    fn each_reason_has_the_code_that_clients_expect() {
        let of = |reason: &str| rows().into_iter().find(|row| row.reason == reason).unwrap().code;
        for (reason, code) in [
            ("INVALID_FORM", Code::InvalidArgument),
            ("DEMAND_NOT_FOUND", Code::NotFound),
            ("DUPLICATE_DEMAND", Code::AlreadyExists),
            ("DEMAND_RADIATED", Code::FailedPrecondition),
            ("COMMAND_ID_REUSED", Code::FailedPrecondition),
            ("COMMAND_FENCED", Code::FailedPrecondition),
            ("VERSION_CONFLICT", Code::Aborted),
            ("NOT_A_LESSOR", Code::PermissionDenied),
            ("METADATA_MISSING", Code::Unauthenticated),
            ("CREDENTIAL_EXPIRED", Code::Unauthenticated),
            ("DEADLINE_EXCEEDED", Code::DeadlineExceeded),
            ("UNAVAILABLE", Code::Unavailable),
            ("OUTCOME_UNKNOWN", Code::Unavailable),
        ] {
            assert_eq!(of(reason), code, "{reason}");
        }
    }

    #[test]
    fn no_reason_is_an_internal_error_and_only_passing_ones_are_tried_again() {
        for row in rows() {
            assert!(!matches!(row.code, Code::Internal | Code::Unknown | Code::Ok), "{}", row.reason);
            let passing = matches!(row.code, Code::Unavailable | Code::ResourceExhausted);
            assert!(row.retry.is_none() || passing, "{}", row.reason);
            assert!(row.code != Code::Unavailable || row.retry.is_some(), "{}", row.reason);
        }
    }

    #[test]
    fn a_reason_is_short_upper_snake_and_has_a_french_sentence() {
        for row in rows() {
            let snake = row.reason.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
            assert!(snake && row.reason.len() <= 63, "{}", row.reason);
            assert!(row.french.ends_with('.'), "{}", row.reason);
        }
    }
}
