//! Which field of an event of an organisation or an agent is personal and which is open: `docs/fields.md` tells it.
//!
//! The rows name every event and every field by matching on it: an event or a field without a row, or a row without a field,
//! does not compile. What is personal is [`Pii`]; an open field of such a type does not compile either.

use personal::Pii;

use crate::agent::Person;
use crate::agent::event::AgentEvent;
use crate::agent::grant::Grant;
use crate::organisation::alert::Alert;
use crate::organisation::certificate::Certificate;
use crate::organisation::desk::{Desk, DeskContact};
use crate::organisation::event::OrganisationEvent;
use crate::organisation::merger::{AbsorbedDesk, Absorption};

/// One documented field.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Whose stream it stands in, in French.
    pub stream: &'static str,
    /// The event, or the struct in it.
    pub owner: &'static str,
    /// The field.
    pub name: &'static str,
    /// Whether it is sealed under the key of an agent, and gone with it.
    pub class: Class,
    /// What it is, in French.
    pub french: &'static str,
    /// Limits and units.
    pub limits: &'static str,
}

/// Where a field lies in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Sealed under the agent's key, gone when the key is destroyed.
    Personal,
    /// Readable for ever.
    Open,
}

/// A type that may stand in the open: anything but what is sealed.
trait OpenPart {}
macro_rules! open {
    ($($type:ty),+ $(,)?) => { $(impl OpenPart for $type {})+ };
}
open!(
    String,
    u32,
    jiff::Timestamp,
    jiff::civil::Date,
    nomenclature::Actor,
    nomenclature::AgentId,
    nomenclature::CommuneCode,
    nomenclature::DeskCode,
    nomenclature::EntitlementGround,
    nomenclature::OrganisationKind,
    nomenclature::PostalCode,
    nomenclature::Role,
    nomenclature::Siren,
    nomenclature::SuspensionReason,
    nomenclature::Territories,
    nomenclature::Territory,
    crate::Fingerprint,
    crate::IdentityToken,
    Alert,
    AbsorbedDesk,
    Absorption,
    Certificate,
    Desk,
    DeskContact,
    Grant,
);
impl<T: OpenPart> OpenPart for Option<T> {}
impl<T: OpenPart> OpenPart for Vec<T> {}

/// What a row asks of the type of its field; named like the classes.
#[allow(non_snake_case, reason = "a row names its class, and that is the function that checks it")]
mod must_be {
    pub(super) fn Personal<T>(_: &super::Pii<T>) {}
    pub(super) fn Open(_: &impl super::OpenPart) {}
    /// Of a struct that is sealed as a whole.
    pub(super) fn Sealed<T>(_: &T) {}
}

macro_rules! class {
    (Open) => {
        Class::Open
    };
    ($sealed:ident) => {
        Class::Personal
    };
}

macro_rules! rows {
    ($stream:literal, $owner:expr, { $($name:ident: $class:ident, $french:literal, $limits:literal;)* }) => {
        &[$(Field {
            stream: $stream,
            owner: $owner,
            name: stringify!($name),
            class: class!($class),
            french: $french,
            limits: $limits,
        },)*]
    };
}

/// The tables of all events of a stream; those that hold a struct name it.
macro_rules! events {
    ($rows:ident of $event:ident in $stream:literal {
        $($variant:ident { $($name:ident: $class:ident, $french:literal, $limits:literal;)* })+
    } holding { $($holder:ident),+ }) => {
        const _: fn(&$event) = |event| match event {
            $($event::$variant { $($name),* } => { $(must_be::$class($name);)* })+
            $($event::$holder(held) => must_be::Open(held),)+
        };
        const $rows: &[&[Field]] = &[$(rows!($stream, stringify!($variant), {
            $($name: $class, $french, $limits;)*
        }),)+];
    };
}

/// The table of a struct.
macro_rules! held {
    ($rows:ident of $owner:ident in $stream:literal { $($name:ident: $class:ident, $french:literal, $limits:literal;)+ }) => {
        const _: fn(&$owner) = |held| {
            let $owner { $($name),+ } = held;
            $(must_be::$class($name);)+
        };
        const $rows: &[Field] = rows!($stream, stringify!($owner), { $($name: $class, $french, $limits;)+ });
    };
}

events!(ORGANISATION of OrganisationEvent in "organisme" {
    OrganisationRegistered {
        siren: Open, "SIREN", "9 chiffres";
        name: Open, "nom public", "100 caractères";
        kind: Open, "nature", "liste";
        territories: Open, "territoires", "trois caractères chacun";
        since: Open, "premier jour", "date";
    }
    DeskOpened {
        code: Open, "code du guichet", "cinq caractères";
        name: Open, "nom public du guichet", "100 caractères";
        territory: Open, "territoire", "trois caractères";
        opened_on: Open, "premier jour", "date";
    }
    DeskClosed {
        code: Open, "code du guichet", "cinq caractères";
        closed_on: Open, "dernier jour", "date";
    }
    DeskContactSet {
        code: Open, "code du guichet", "cinq caractères";
        contact: Open, "coordonnées du guichet", "voir « DeskContact »";
    }
    EntitlementRecorded {
        ground: Open, "nature du titre", "liste";
        reference: Open, "référence du titre", "100 caractères";
        signed_on: Open, "premier jour", "date";
        ends_on: Open, "dernier jour", "date";
    }
    EntitlementEnded {
        reference: Open, "référence du titre", "100 caractères";
        ends_on: Open, "dernier jour", "date";
    }
    TerritoryAdded {
        territory: Open, "territoire", "trois caractères";
        from: Open, "premier jour", "date";
    }
    TerritoryLeft {
        territory: Open, "territoire", "trois caractères";
        last_day: Open, "dernier jour", "date";
    }
    OrganisationRenamed {
        name: Open, "nouveau nom public", "100 caractères";
        effective_on: Open, "premier jour", "date";
    }
    MergedInto {
        successor: Open, "SIREN de l'organisme qui continue", "9 chiffres";
        effective_on: Open, "premier jour où l'organisme n'est plus", "date";
    }
    MandateGiven {
        to: Open, "SIREN du service mandaté", "9 chiffres";
        territories: Open, "territoires", "trois caractères chacun";
        from: Open, "premier jour", "date";
        until: Open, "dernier jour", "date";
    }
    MandateEnded {
        to: Open, "SIREN du service mandaté", "9 chiffres";
        until: Open, "dernier jour", "date";
    }
    CompetenceSet {
        communes: Open, "communes de compétence", "codes INSEE, 1000 au plus";
    }
    CertificateRevoked {
        fingerprint: Open, "empreinte du certificat", "SHA-256";
    }
    OrganisationSuspended {
        reason: Open, "motif de suspension", "liste";
    }
    OrganisationResumed {}
    SystemUserSuspended {
        user: Open, "utilisateur du logiciel de l'organisme", "jeton opaque";
        reason: Open, "motif de suspension", "liste";
    }
    SystemUserResumed {
        user: Open, "utilisateur du logiciel de l'organisme", "jeton opaque";
    }
} holding { Absorbed, CertificateBound, AlertRaised });

held!(ABSORPTION of Absorption in "organisme" {
    predecessor: Open, "SIREN de l'organisme repris", "9 chiffres";
    effective_on: Open, "premier jour", "date";
    territories: Open, "territoires repris", "trois caractères chacun";
    desks: Open, "guichets repris", "voir « AbsorbedDesk »";
});
held!(ABSORBED_DESK of AbsorbedDesk in "organisme" {
    code: Open, "code du guichet", "cinq caractères";
    desk: Open, "guichet", "voir « Desk »";
});
held!(DESK of Desk in "organisme" {
    name: Open, "nom public du guichet", "100 caractères";
    territory: Open, "territoire", "trois caractères";
    opened_on: Open, "premier jour", "date";
    closed_on: Open, "dernier jour", "date";
    contact: Open, "coordonnées du guichet", "voir « DeskContact »";
});
held!(DESK_CONTACT of DeskContact in "organisme" {
    address: Open, "voie et numéro du guichet", "100 caractères";
    postal_code: Open, "code postal du guichet", "5 chiffres";
    commune: Open, "commune du guichet", "code INSEE";
    phone: Open, "téléphone du guichet", "non d'une personne";
    email: Open, "adresse électronique du guichet", "non d'une personne";
    hours: Open, "heures d'ouverture", "100 caractères";
});
held!(CERTIFICATE of Certificate in "organisme" {
    fingerprint: Open, "empreinte du certificat", "SHA-256";
    label: Open, "logiciel auquel il sert", "100 caractères";
    not_before: Open, "premier instant", "instant";
    not_after: Open, "dernier instant", "instant";
    desk: Open, "seul guichet pour lequel il parle", "cinq caractères";
});
held!(ALERT of Alert in "organisme" {
    agent: Open, "jeton de l'agent qui a beaucoup consulté", "opaque";
    territory: Open, "territoire des dossiers", "trois caractères";
    files: Open, "dossiers consultés", "en une heure";
    threshold: Open, "seuil d'alerte", "en une heure";
    since: Open, "début de l'heure", "instant";
    until: Open, "fin de l'heure", "instant";
});

events!(AGENT of AgentEvent in "agent" {
    AgentEntered {
        organisation: Open, "SIREN de son organisme", "9 chiffres";
        desk: Open, "guichet où il travaille", "cinq caractères";
        person: Personal, "qui il est", "une part scellée";
    }
    AccountAsked {}
    AccountCertified {
        by: Open, "qui a certifié le compte", "jeton ou exploitant";
    }
    RoleRevoked {
        role: Open, "profil retiré", "liste";
        territories: Open, "territoires", "trois caractères chacun";
    }
    RightsReviewed {
        by: Open, "qui a revu les droits", "jeton ou exploitant";
        on: Open, "jour de la revue", "date";
    }
    IdentityBound {
        token: Open, "jeton aveugle de l'identité de connexion", "HMAC, sans clé il ne dit rien";
    }
    IdentityUnbound {
        token: Open, "jeton aveugle de l'identité de connexion", "HMAC, sans clé il ne dit rien";
    }
    AgentMoved {
        desk: Open, "guichet où il travaille", "cinq caractères";
    }
    AgentSuspended {
        reason: Open, "motif de suspension", "liste";
    }
    AgentResumed {}
    AgentLeft {
        last_day: Open, "dernier jour", "date";
    }
    PersonalDataErased {
        erased_on: Open, "jour de l'effacement", "date";
    }
} holding { RoleGranted });

held!(PERSON of Person in "agent" {
    name: Sealed, "nom et prénom de l'agent", "100 caractères";
    email: Sealed, "adresse électronique professionnelle de l'agent", "une par compte";
});
held!(GRANT of Grant in "agent" {
    role: Open, "profil donné", "liste";
    territories: Open, "territoires", "trois caractères chacun";
    from: Open, "premier jour", "date";
    until: Open, "dernier jour", "un an au plus après le premier";
});

/// Every field of the events of organisations and agents.
pub fn fields() -> Vec<Field> {
    let of_organisations = [ABSORPTION, ABSORBED_DESK, DESK, DESK_CONTACT, CERTIFICATE, ALERT];
    let of_agents = [PERSON, GRANT];
    let rows = ORGANISATION.iter().copied().chain(of_organisations).chain(AGENT.iter().copied()).chain(of_agents);
    rows.flatten().copied().collect()
}
