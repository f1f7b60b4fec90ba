//! How refusals of acts on organisations and agents are told. Exhaustive: a new one does not compile before it has a code.

use access::{AgentRejection as A, Denial, OrganisationRejection as O};
use tonic::Code;

use crate::reason::{Row, of_denial};

fn row(reason: impl ToString, code: Code, french: &'static str) -> Row {
    Row { reason: reason.to_string(), code, french, retry: None }
}

/// How the refusal of an act on an organisation is told.
pub(crate) fn of_organisation(rejection: O) -> Row {
    let (code, french) = match rejection {
        O::NotARegisteringService => return of_denial(Denial::NotARegisteringService),
        O::NotALessor => return of_denial(Denial::NotALessor),
        // No call can meet these: only a file of organisations contradicts what is there, and no message has an empty list.
        O::Differs => return of_organisation(O::AlreadyRegistered),
        O::NoTerritory => return of_organisation(O::ForeignTerritory),
        O::AlreadyRegistered => (Code::AlreadyExists, "Cet organisme est déjà inscrit."),
        O::NotRegistered => (Code::NotFound, "Cet organisme n'est pas inscrit."),
        O::Merged => (Code::FailedPrecondition, "Cet organisme est fusionné dans un autre."),
        O::MergesIntoItself => (Code::InvalidArgument, "Un organisme ne fusionne pas avec lui-même."),
        O::InvalidName => (Code::InvalidArgument, "Le nom est vide, trop long ou illisible."),
        O::TerritoryKnown => (Code::AlreadyExists, "L'organisme est déjà présent dans ce territoire."),
        O::EntitlementMissing => (
            Code::FailedPrecondition,
            "Aucune convention, délibération ou décision en vigueur ce jour-là n'est enregistrée.",
        ),
        O::EntitlementNotAsked => (Code::FailedPrecondition, "Cet organisme enregistre sans titre particulier."),
        O::EntitlementKnown => (Code::AlreadyExists, "Un titre de cette référence est déjà enregistré."),
        O::UnknownEntitlement => (Code::NotFound, "Aucun titre en cours ne porte cette référence."),
        O::ForeignTerritory => (Code::FailedPrecondition, "Ce territoire n'est pas un territoire de l'organisme."),
        O::DeskExists => (Code::AlreadyExists, "Ce guichet existe déjà."),
        O::UnknownDesk => (Code::NotFound, "Ce guichet n'existe pas ou est fermé."),
        O::DesksOpen => (Code::FailedPrecondition, "Des guichets du territoire sont encore ouverts."),
        O::InvalidContact => (Code::InvalidArgument, "Les coordonnées du guichet n'ont pas la forme attendue."),
        O::TooEarly => (Code::InvalidArgument, "La date précède celle du début."),
        O::DatePassed => (Code::InvalidArgument, "La date est passée : aujourd'hui au plus tôt."),
        O::MandateKnown => (Code::AlreadyExists, "Un mandat couvre déjà ce territoire et cette période."),
        O::UnknownMandate => (Code::NotFound, "Aucun mandat de ce service ne va au-delà de ce jour."),
        O::NotALocalAuthority => (Code::FailedPrecondition, "Seule une collectivité a des communes de compétence."),
        O::InvalidCommunes => (Code::InvalidArgument, "Les communes manquent ou ne sont pas de ses territoires."),
        O::CertificateKnown => (Code::AlreadyExists, "Ce certificat est déjà lié à l'organisme, ou l'a été."),
        O::UnknownCertificate => (Code::NotFound, "Aucun certificat en cours n'a cette empreinte."),
        O::InvalidPeriod => (Code::InvalidArgument, "La période de validité est vide ou passée."),
        O::TooManyCertificates => (Code::FailedPrecondition, "Seize certificats sont liés : révoquez-en un d'abord."),
        O::UserHasAccount => {
            (Code::FailedPrecondition, "Cette personne a un compte : c'est le compte qui se suspend ou se rétablit.")
        }
        O::AlreadySuspended => (Code::FailedPrecondition, "La suspension est déjà prononcée."),
        O::NotSuspended => (Code::FailedPrecondition, "Aucune suspension n'est prononcée."),
    };
    row(rejection, code, french)
}

/// How the refusal of an act on an agent is told.
pub(crate) fn of_agent(rejection: A) -> Row {
    let (code, french) = match rejection {
        A::ForeignTerritory => return of_organisation(O::ForeignTerritory),
        A::InvalidName => return of_organisation(O::InvalidName),
        A::AlreadySuspended => return of_organisation(O::AlreadySuspended),
        A::NotSuspended => return of_organisation(O::NotSuspended),
        A::DatePassed => return of_organisation(O::DatePassed),
        // No call can meet this: the token of who is entered is drawn.
        A::AlreadyEntered => return of_organisation(O::AlreadyRegistered),
        A::NotEntered => (Code::NotFound, "Cet agent n'est pas inscrit."),
        A::Left => (Code::FailedPrecondition, "Cet agent a quitté l'organisme."),
        A::InvalidEmail => (Code::InvalidArgument, "L'adresse électronique n'a pas la forme attendue."),
        A::AlreadyAsked => (Code::FailedPrecondition, "Le compte est déjà demandé."),
        A::NotAsked => (Code::FailedPrecondition, "Le compte n'est pas encore demandé."),
        A::AlreadyCertified => (Code::FailedPrecondition, "Le compte est déjà certifié."),
        A::RoleNotAllowed => (Code::FailedPrecondition, "Aucun agent d'un tel organisme n'a ce profil."),
        A::InvalidPeriod => {
            (Code::InvalidArgument, "Un profil se donne d'aujourd'hui au plus tôt, pour un an au plus.")
        }
        A::NotGranted => (Code::NotFound, "L'agent n'a pas ce profil à cet endroit."),
        A::IdentityBound => (Code::FailedPrecondition, "Une identité est déjà liée au compte."),
        A::IdentityNotBound => (Code::NotFound, "Aucune identité n'est liée au compte."),
        A::DeskUnchanged => (Code::FailedPrecondition, "L'agent travaille déjà à ce guichet."),
        A::ErasureNotDue => (Code::FailedPrecondition, "L'effacement n'est pas encore dû, ou il est fait."),
    };
    row(rejection, code, french)
}

/// Every row, some of them more than once.
pub(crate) fn rows() -> impl Iterator<Item = Row> {
    O::ALL
        .iter()
        .map(|rejection| of_organisation(*rejection))
        .chain(A::ALL.iter().map(|rejection| of_agent(*rejection)))
}
