//! What a command failed with, told in French, and its exit code.

use std::process::ExitCode;

/// The exit codes, for `--help` and the documentation.
pub const EXIT_CODES: &str = "\
Codes de sortie :
  0  tout s'est bien passé
  1  panne : base injoignable, réglage dangereux, clé fausse, fichier illisible
  2  ligne de commande incorrecte
  3  demande introuvable
  4  acte refusé par les règles du registre
  5  acteur non autorisé
  6  l'examen a trouvé des anomalies";

/// Why a command did not do what it was asked.
pub enum Failure {
    /// Something of this machine or of the database.
    Local(String),
    /// The register answered an error.
    Register(register::Error),
    /// An examination found faults; they were printed.
    Unsound,
}

impl Failure {
    /// Tells the user, and gives the exit code.
    pub fn tell(self) -> ExitCode {
        let (message, code) = match self {
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

impl From<event_log::Error> for Failure {
    fn from(error: event_log::Error) -> Self {
        Self::Register(error.into())
    }
}

fn explain(error: &register::Error) -> (String, u8) {
    use register::Error;
    match error {
        Error::NotFound => ("aucune demande ne porte ce numéro, ou elle n'est pas de votre territoire".into(), 3),
        Error::Rejected(rejection) => (crate::wording::rejection(rejection), 4),
        Error::Duplicate { held_by } => (format!("cette personne a déjà une demande active : {held_by}"), 4),
        Error::Denied(denial) => (format!("non autorisé ({denial})"), 5),
        Error::OrganisationRejected(_)
        | Error::DeskCodeTaken
        | Error::CommandIdReused
        | Error::VersionConflict { .. }
        | Error::NumbersExhausted
        | Error::MalformedRequest => (format!("acte refusé ({error})"), 4),
        Error::OutcomeUnknown => ("issue inconnue : renvoyez le même acte, il ne sera appliqué qu'une fois".into(), 1),
        Error::Log(error) => {
            let hint = error.hint().map(|hint| format!("\n  {hint}")).unwrap_or_default();
            (format!("{} : {}{hint}", trouble(error), with_causes(error)), 1)
        }
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
        Error::UnsafeSetting { .. } | Error::ServerTooOld { .. } => "la base n'est pas sûre",
        Error::MissingRole { .. } | Error::RoleNotGranted { .. } => "la base n'est pas préparée",
        Error::Gap { .. } | Error::VersionGap { .. } | Error::Unreadable { .. } => "le journal est abîmé",
        _ => "le journal a refusé",
    }
}
