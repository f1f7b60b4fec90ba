//! What a command failed with, told in French, and its exit code.

use std::path::PathBuf;
use std::process::ExitCode;

use crate::config::Fault;

/// The exit codes, for `--help` and the documentation.
pub const EXIT_CODES: &str = "\
Codes de sortie :
  0  tout s'est bien passé
  1  panne : configuration incorrecte, base injoignable, réglage dangereux, clé fausse, fichier illisible
  2  ligne de commande incorrecte
  3  demande introuvable
  4  acte refusé par les règles du registre
  5  acteur non autorisé
  6  l'examen a trouvé des anomalies";

/// Why a command did not do what it was asked.
pub enum Failure {
    /// The configuration; every fault of it.
    Configuration(Vec<Fault>),
    /// What the command line says contradicts itself.
    CommandLine(String),
    /// Lines of a file that cannot be read; nothing was entered.
    Unreadable(Vec<LineFault>),
    /// Lines of a file that the register refuses; nothing was entered.
    Refused(Vec<LineFault>),
    /// Lines of a file were set aside; the others were entered.
    SetAside {
        /// How many.
        lines: u64,
        /// Where they are told.
        errors: PathBuf,
    },
    /// The operator's decision is refused.
    NotDecided(String),
    /// Nobody is signed in, or who is may not.
    NotAuthorized(String),
    /// A server refused, or did not answer.
    Server(client::Refused),
    /// Something of this machine or of the database.
    Local(String),
    /// The register answered an error.
    Register(register::Error),
    /// An examination found faults; they were printed.
    Unsound,
}

/// One wrong line of a file.
pub struct LineFault {
    /// Its number, counted from 1.
    pub line: usize,
    /// What is wrong, in French.
    pub message: String,
}

fn lines(faults: &[LineFault]) -> String {
    let told: String =
        faults.iter().map(|LineFault { line, message }| format!("\n  ligne {line} : {message}")).collect();
    format!("rien n'a été changé, des lignes sont incorrectes :{told}")
}

impl Failure {
    /// Tells the user, and gives the exit code.
    pub fn tell(self) -> ExitCode {
        let (message, code) = match self {
            Self::Configuration(faults) => {
                let faults: String = faults.iter().map(|fault| format!("\n  {fault}")).collect();
                (format!("la configuration est incorrecte :{faults}"), 1)
            }
            Self::CommandLine(message) => (message, 2),
            Self::Unreadable(faults) => (lines(&faults), 1),
            Self::Refused(faults) => (lines(&faults), 4),
            Self::SetAside { lines, errors } => {
                (format!("{lines} ligne(s) écartée(s), dites dans {}", errors.display()), 4)
            }
            Self::NotDecided(message) => (format!("décision refusée : {message}"), 4),
            Self::NotAuthorized(message) => (message, 5),
            Self::Server(refused) => told(refused),
            Self::Local(message) => (message, 1),
            Self::Register(error) => explain(&error),
            Self::Unsound => ("l'examen a trouvé des anomalies".to_owned(), 6),
        };
        eprintln!("sne : {message}");
        ExitCode::from(code)
    }
}

impl From<register::Error> for Failure {
    fn from(error: register::Error) -> Self {
        Self::Register(error)
    }
}

impl From<crate::sign_in::Error> for Failure {
    fn from(error: crate::sign_in::Error) -> Self {
        if error.is_about_rights() { Self::NotAuthorized(error.to_string()) } else { Self::Local(error.to_string()) }
    }
}

impl From<client::Refused> for Failure {
    fn from(refused: client::Refused) -> Self {
        Self::Server(refused)
    }
}

impl From<private_postgres::Error> for Failure {
    fn from(error: private_postgres::Error) -> Self {
        Self::Local(format!("la base privée ne démarre pas : {}", with_causes(&error)))
    }
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        Self::Local(format!("la base ne répond pas : {error}"))
    }
}

impl From<projection::Error> for Failure {
    fn from(error: projection::Error) -> Self {
        Self::Local(format!("les projections ne peuvent pas être lues : {}", with_causes(&error)))
    }
}

impl From<infocentre::Error> for Failure {
    fn from(error: infocentre::Error) -> Self {
        use infocentre::{Error, Unanswerable as U};
        use projection::{Error as P, QueryError as Q};
        Self::Local(match error {
            Error::Unanswerable(U::NationwideOnly) => {
                "les ménages ne se comptent une fois que pour la France entière, toutes natures ensemble".to_owned()
            }
            Error::Unanswerable(U::NotOfThisPlace) => "ce lieu ne se ventile pas ainsi".to_owned(),
            Error::Unanswerable(U::NoMotive) => "seules les radiations (radiated) ont un motif".to_owned(),
            Error::Unanswerable(U::Inverted) => "le dernier mois précède le premier".to_owned(),
            Error::Unanswerable(U::TooLong) => "une série a 120 mois au plus".to_owned(),
            Error::Query(Q::Projection(P::BeyondHead { head, .. })) => {
                format!("cette position est au-delà de la fin du journal ({head})")
            }
            other => format!("les statistiques ne peuvent pas être lues : {}", with_causes(&other)),
        })
    }
}

impl From<event_log::Error> for Failure {
    fn from(error: event_log::Error) -> Self {
        Self::Register(error.into())
    }
}

/// What a server said, and the exit code of the same refusal on the machine itself.
fn told(refused: client::Refused) -> (String, u8) {
    use client::{Code, Refused};
    match refused {
        Refused::Told(told) => {
            let fields: String =
                told.violations.iter().map(|(field, reason)| format!("\n  {field} : {reason}")).collect();
            let code = match told.code {
                Code::NotFound if told.reason == "DEMAND_NOT_FOUND" => 3,
                Code::PermissionDenied | Code::Unauthenticated => 5,
                Code::Unavailable | Code::DeadlineExceeded | Code::Internal | Code::Unknown => 1,
                _ => 4,
            };
            (format!("{} ({}){fields}", told.french, told.reason), code)
        }
        Refused::Unreadable => {
            ("le serveur n'entend pas cette demande : les deux programmes ont-ils la même version ?".into(), 1)
        }
        Refused::Lost(why) => (format!("le serveur ne répond pas ({why}) : rien ne dit si l'acte est inscrit"), 1),
    }
}

/// An error of the register, for people.
pub fn message(error: &register::Error) -> String {
    explain(error).0
}

fn explain(error: &register::Error) -> (String, u8) {
    use register::Error;
    match error {
        Error::NotFound => ("aucune demande ne porte ce numéro, ou elle n'est pas de votre territoire".into(), 3),
        Error::Rejected(rejection) => (crate::wording::rejection(rejection), 4),
        Error::Duplicate { held_by } => (format!("cette personne a déjà une demande active : {held_by}"), 4),
        Error::Denied(denial) => (format!("non autorisé ({denial})"), 5),
        Error::DayPassed { today } => (
            format!(
                "ce jour est passé (nous sommes le {today}) : le traitement d'aujourd'hui rattrape ce qui n'a pas été fait"
            ),
            4,
        ),
        Error::DayAhead { today } => (
            format!("nous sommes le {today} : rien ne se fait d'avance ; --dry-run dit ce qui sera dû, jusqu'à un an"),
            4,
        ),
        Error::DailyRunning => ("un autre traitement du jour est en cours ; il fait le même travail".into(), 1),
        Error::DueList(cause) => (
            format!(
                "la vue des échéances ne répond pas ({cause}) : lancez « sne serve », ou « sne rebuild deadlines »"
            ),
            1,
        ),
        Error::NotRecorded => {
            ("la consultation n'a pas pu être enregistrée : aucune donnée nominative n'est montrée".into(), 1)
        }
        Error::TooManyRows { organisation, retry_after } => (
            format!(
                "trop de lignes de {organisation} importées en une heure : rien de plus n'a été inscrit ; relancez la même \
                 commande dans {} minutes",
                retry_after.as_secs().div_ceil(60)
            ),
            4,
        ),
        Error::NoticeFile(cause) => (format!("les listes de préavis ne peuvent pas être écrites : {cause}"), 1),
        Error::OrganisationRejected(_)
        | Error::DeskCodeTaken
        | Error::AgentRejected(_)
        | Error::CertificateTaken
        | Error::EmailTaken
        | Error::IdentityTaken
        | Error::CommandIdReused
        | Error::CommandFenced
        | Error::VersionConflict { .. }
        | Error::NumbersExhausted
        | Error::NumberTaken { .. }
        | Error::NotImported
        | Error::PredecessorMissing
        | Error::MalformedRequest => (format!("acte refusé ({error})"), 4),
        Error::OutcomeUnknown => ("issue inconnue : renvoyez le même acte, il ne sera appliqué qu'une fois".into(), 1),
        Error::Log(
            error @ (event_log::Error::UnsafeSetting { .. }
            | event_log::Error::StandbyHidden
            | event_log::Error::ServerTooOld { .. }),
        ) => (register::database_trouble(error), 1),
        Error::Log(error) => {
            let hint = error.hint().map(|hint| format!("\n  {hint}")).unwrap_or_default();
            (format!("{} : {}{hint}", trouble(error), with_causes(error)), 1)
        }
        Error::Vault(error) => (register::vault_trouble(error), 1),
        Error::Schema { schema, state } => (register::schema_trouble(schema, *state), 1),
        Error::Unreadable { position, .. } => (format!("l'événement {position} du journal ne peut pas être lu"), 1),
        Error::Database(message) => (format!("la base ne répond pas comme elle devrait : {message}"), 1),
        other => (with_causes(other), 1),
    }
}

/// An error with what caused it, down to the first cause.
fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let told = error.to_string();
        if !text.contains(&told) {
            text.push_str(&format!(" : {told}"));
        }
        cause = error.source();
    }
    text
}

/// What is the matter with the log, in a few words.
fn trouble(error: &event_log::Error) -> &'static str {
    use event_log::Error;
    match error {
        Error::Connection { .. } | Error::Unreachable { .. } => "la base ne répond pas",
        Error::MissingRole { .. } | Error::RoleNotGranted { .. } => "la base n'est pas préparée",
        Error::Gap { .. } | Error::VersionGap { .. } | Error::Unreadable { .. } => "le journal est abîmé",
        _ => "le journal a refusé",
    }
}
