//! `sne admin`.

use std::path::PathBuf;

use access::{Fingerprint, Role};
use clap::Subcommand;
use jiff::Timestamp;
use jiff::civil::Date;
use nomenclature::{
    AgentId, CommuneCode, DeskCode, EntitlementGround, OrganisationKind, PostalCode, Siren, SuspensionReason,
    Territory, UniqueNumber,
};

use super::{Remote, date, number, territory};

/// Who administers, and what.
#[derive(clap::Args)]
pub struct Admin {
    #[command(flatten)]
    pub remote: Remote,
    #[command(subcommand)]
    pub command: AdminCommand,
}

#[derive(Subcommand)]
pub enum AdminCommand {
    #[command(flatten)]
    Act(AdminAct),
    /// Tous les droits, ou ceux qui finissent bientôt (--format csv pour un tableur)
    Rights {
        /// Seulement ceux qui finissent dans tant de jours
        #[arg(long, value_name = "JOURS")]
        within: Option<u16>,
        /// Seulement ceux d'agents qui n'en ont rien fait depuis tant de jours
        #[arg(long, value_name = "JOURS")]
        unused: Option<u16>,
    },
    /// Qui a consulté beaucoup de dossiers en une heure, dans les trois derniers mois
    Alerts,
    /// Qui est suspendu : organismes, agents, utilisateurs de leurs logiciels
    Suspensions,
    /// Qui peut lire une demande, et par quels profils
    Readers {
        /// Numéro unique (18 caractères)
        #[arg(value_parser = number)]
        number: UniqueNumber,
    },
}

/// What changes something.
#[derive(Subcommand)]
pub enum AdminAct {
    /// Inscrit un organisme
    Org {
        /// Son SIREN
        #[arg(value_parser = siren)]
        siren: Siren,
        /// Son nom public
        #[arg(long, value_name = "NOM")]
        name: String,
        /// Sa nature : HLM, SEM, COLLECTIVITE, ETAT, GESTIONNAIRE...
        #[arg(long, value_name = "CODE", value_parser = kind)]
        kind: OrganisationKind,
        /// Un de ses territoires (trois caractères) ; à répéter
        #[arg(long, required = true, value_parser = territory)]
        territory: Vec<Territory>,
        /// Son premier jour ; par défaut aujourd'hui
        #[arg(long, value_parser = date)]
        since: Option<Date>,
    },
    /// Enregistre ce qui autorise un organisme à enregistrer des demandes
    Entitlement {
        /// SIREN de l'organisme
        #[arg(value_parser = siren)]
        siren: Siren,
        /// CONVENTION, DELIBERATION ou DECISION
        #[arg(long, value_name = "CODE", value_parser = ground)]
        ground: EntitlementGround,
        /// Numéro ou date qui le désigne
        #[arg(long)]
        reference: String,
        /// Premier jour
        #[arg(long, value_parser = date)]
        signed_on: Date,
        /// Dernier jour
        #[arg(long, value_parser = date)]
        ends_on: Option<Date>,
    },
    /// Ouvre un guichet
    Desk {
        /// Son code (cinq caractères)
        #[arg(value_parser = desk)]
        code: DeskCode,
        /// SIREN de son organisme
        #[arg(long, value_parser = siren)]
        org: Siren,
        /// Son nom public
        #[arg(long, value_name = "NOM")]
        name: String,
        /// Son territoire
        #[arg(long, value_parser = territory)]
        territory: Territory,
        /// Son premier jour ; par défaut aujourd'hui
        #[arg(long, value_parser = date)]
        from: Option<Date>,
    },
    /// Dit comment le public joint un guichet
    Contact {
        /// Son code
        #[arg(value_parser = desk)]
        code: DeskCode,
        /// SIREN de son organisme
        #[arg(long, value_parser = siren)]
        org: Siren,
        /// Voie et numéro, ou bâtiment
        #[arg(long)]
        address: String,
        /// Code postal
        #[arg(long, value_name = "CODE", value_parser = postal_code)]
        postal_code: PostalCode,
        /// Code INSEE de la commune, dans le territoire du guichet
        #[arg(long, value_name = "INSEE", value_parser = commune)]
        commune: CommuneCode,
        /// Téléphone du guichet
        #[arg(long)]
        phone: Option<String>,
        /// Adresse électronique du guichet, non d'une personne
        #[arg(long)]
        email: Option<String>,
        /// Heures d'ouverture
        #[arg(long)]
        hours: Option<String>,
    },
    /// Donne un autre nom à un organisme
    Rename {
        /// Son SIREN
        #[arg(value_parser = siren)]
        siren: Siren,
        /// Son nouveau nom public
        #[arg(long, value_name = "NOM")]
        name: String,
        /// Premier jour du nouveau nom ; par défaut aujourd'hui
        #[arg(long, value_parser = date)]
        on: Option<Date>,
    },
    /// Fusionne un organisme dans un autre, qui reprend ses guichets
    Merge {
        /// SIREN de celui qui cesse
        #[arg(value_parser = siren)]
        siren: Siren,
        /// SIREN de celui qui continue
        #[arg(long, value_parser = siren)]
        into: Siren,
        /// Premier jour où le premier n'est plus ; par défaut aujourd'hui
        #[arg(long, value_parser = date)]
        on: Option<Date>,
    },
    /// Note qu'un bailleur confie l'enregistrement à un autre service
    Mandate {
        /// SIREN du bailleur
        #[arg(value_parser = siren)]
        siren: Siren,
        /// SIREN du service
        #[arg(long, value_parser = siren)]
        to: Siren,
        /// Un territoire ; à répéter
        #[arg(long, required = true, value_parser = territory)]
        territory: Vec<Territory>,
        /// Premier jour ; par défaut aujourd'hui
        #[arg(long, value_parser = date)]
        from: Option<Date>,
        /// Dernier jour, s'il est connu
        #[arg(long, value_parser = date)]
        until: Option<Date>,
    },
    /// Met fin à un mandat
    EndMandate {
        /// SIREN du bailleur
        #[arg(value_parser = siren)]
        siren: Siren,
        /// SIREN du service
        #[arg(long, value_parser = siren)]
        to: Siren,
        /// Dernier jour ; par défaut aujourd'hui
        #[arg(long, value_parser = date)]
        until: Option<Date>,
    },
    /// Lie un certificat à un organisme
    Certificate {
        /// SIREN de l'organisme
        #[arg(value_parser = siren)]
        siren: Siren,
        /// SHA-256 de sa forme DER, 64 chiffres hexadécimaux
        #[arg(long, value_parser = fingerprint)]
        fingerprint: Fingerprint,
        /// Le logiciel auquel il sert
        #[arg(long)]
        label: String,
        /// Premier instant de validité, AAAA-MM-JJThh:mm:ssZ
        #[arg(long, value_parser = instant)]
        not_before: Timestamp,
        /// Dernier instant de validité
        #[arg(long, value_parser = instant)]
        not_after: Timestamp,
        /// Le seul guichet pour lequel il parle
        #[arg(long, value_parser = desk)]
        desk: Option<DeskCode>,
    },
    /// Révoque un certificat, tout de suite
    RevokeCertificate {
        /// SIREN de l'organisme
        #[arg(value_parser = siren)]
        siren: Siren,
        /// SHA-256 de sa forme DER
        #[arg(long, value_parser = fingerprint)]
        fingerprint: Fingerprint,
    },
    /// Inscrit un agent et demande son compte ; dit le jeton qui le désigne
    Agent {
        /// SIREN de son organisme
        #[arg(long, value_parser = siren)]
        org: Siren,
        /// Le guichet où il travaille
        #[arg(long, value_parser = desk)]
        desk: Option<DeskCode>,
        /// Qui il est : un fichier {"name": "Nom Prénom", "email": "adresse"}, ou - pour l'entrée standard
        #[arg(long, value_name = "FICHIER|-", default_value = "-")]
        person: PathBuf,
    },
    /// Certifie le compte d'un agent
    Certify {
        /// Son jeton
        #[arg(value_parser = agent)]
        agent: AgentId,
    },
    /// Donne un profil à un agent, pour un an au plus
    Grant {
        /// Son jeton
        #[arg(value_parser = agent)]
        agent: AgentId,
        /// GUICHET, ATTRIBUTION, CONSULTANT_SIMPLE, GESTIONNAIRE...
        #[arg(value_parser = role)]
        role: Role,
        /// Un territoire ; à répéter
        #[arg(long, required = true, value_parser = territory)]
        territory: Vec<Territory>,
        /// Premier jour ; par défaut aujourd'hui
        #[arg(long, value_parser = date)]
        from: Option<Date>,
        /// Dernier jour
        #[arg(long, value_parser = date)]
        until: Date,
    },
    /// Retire un profil à un agent, tout de suite
    Revoke {
        /// Son jeton
        #[arg(value_parser = agent)]
        agent: AgentId,
        /// Le profil
        #[arg(value_parser = role)]
        role: Role,
        /// Un territoire ; à répéter
        #[arg(long, required = true, value_parser = territory)]
        territory: Vec<Territory>,
    },
    /// Note que les droits d'un agent ont été revus
    Review {
        /// Son jeton
        #[arg(value_parser = agent)]
        agent: AgentId,
    },
    /// Lie l'identité avec laquelle un agent se connecte à son compte
    Identity {
        /// Son jeton
        #[arg(value_parser = agent)]
        agent: AgentId,
        /// L'émetteur, comme ses jetons le nomment
        #[arg(long)]
        issuer: String,
        /// Le sujet, comme les jetons de l'émetteur le nomment
        #[arg(long)]
        subject: String,
    },
    /// Suspend un organisme, tout de suite
    SuspendOrg {
        /// Son SIREN
        #[arg(value_parser = siren)]
        siren: Siren,
        /// COMPROMIS, MESUSAGE, DEMANDE, INACTIF ou VOLUME
        #[arg(long, value_name = "CODE", value_parser = reason)]
        reason: SuspensionReason,
    },
    /// Lève la suspension d'un organisme
    ResumeOrg {
        /// Son SIREN
        #[arg(value_parser = siren)]
        siren: Siren,
    },
    /// Suspend un agent, ou un utilisateur du logiciel d'un organisme, tout de suite
    Suspend {
        /// Son jeton
        #[arg(value_parser = agent)]
        agent: AgentId,
        /// SIREN de l'organisme dont il utilise le logiciel sans compte ici ; le jeton est alors son nom dans ce logiciel (sne-agent)
        #[arg(long, value_parser = siren)]
        org: Option<Siren>,
        /// COMPROMIS, MESUSAGE, DEMANDE, INACTIF ou VOLUME
        #[arg(long, value_name = "CODE", value_parser = reason)]
        reason: SuspensionReason,
    },
    /// Lève la suspension d'un agent, ou d'un utilisateur du logiciel d'un organisme
    Resume {
        /// Son jeton
        #[arg(value_parser = agent)]
        agent: AgentId,
        /// SIREN de l'organisme dont il utilise le logiciel sans compte ici
        #[arg(long, value_parser = siren)]
        org: Option<Siren>,
    },
    /// Note le dernier jour d'un agent
    Leave {
        /// Son jeton
        #[arg(value_parser = agent)]
        agent: AgentId,
        /// Dernier jour ; par défaut aujourd'hui
        #[arg(long, value_parser = date)]
        on: Option<Date>,
    },
    /// Efface ce qui est connu de la personne d'un agent, un an après son dernier jour : détruit sa clé, sans retour
    Erase {
        /// Son jeton
        #[arg(value_parser = agent)]
        agent: AgentId,
    },
}

fn siren(text: &str) -> Result<Siren, String> {
    Siren::parse(text).map_err(|_| "un SIREN a neuf chiffres, le dernier vérifie les autres".to_owned())
}

fn desk(text: &str) -> Result<DeskCode, String> {
    DeskCode::parse(text).map_err(|_| "un code de guichet a cinq caractères, A-Z et 0-9".to_owned())
}

fn postal_code(text: &str) -> Result<PostalCode, String> {
    PostalCode::parse(text).map_err(|_| "un code postal a cinq chiffres".to_owned())
}

fn commune(text: &str) -> Result<CommuneCode, String> {
    CommuneCode::parse(text).map_err(|_| "un code INSEE de commune a cinq caractères".to_owned())
}

fn agent(text: &str) -> Result<AgentId, String> {
    AgentId::parse(text).map_err(|_| "ce n'est pas le jeton d'un agent".to_owned())
}

fn kind(text: &str) -> Result<OrganisationKind, String> {
    OrganisationKind::parse(text).map_err(|_| codes(OrganisationKind::ALL.iter().map(|kind| kind.code())))
}

fn ground(text: &str) -> Result<EntitlementGround, String> {
    EntitlementGround::parse(text).map_err(|_| codes(EntitlementGround::ALL.iter().map(|ground| ground.code())))
}

fn role(text: &str) -> Result<Role, String> {
    Role::parse(text).map_err(|_| codes(Role::ALL.iter().map(|role| role.code())))
}

fn reason(text: &str) -> Result<SuspensionReason, String> {
    SuspensionReason::parse(text).map_err(|_| codes(SuspensionReason::ALL.iter().map(|reason| reason.code())))
}

fn codes(codes: impl Iterator<Item = &'static str>) -> String {
    format!("un de ces codes : {}", codes.collect::<Vec<_>>().join(", "))
}

fn fingerprint(text: &str) -> Result<Fingerprint, String> {
    Fingerprint::parse(text).map_err(|_| "une empreinte a 64 chiffres, 0-9 et a-f".to_owned())
}

fn instant(text: &str) -> Result<Timestamp, String> {
    text.parse().map_err(|_| "un instant s'écrit AAAA-MM-JJThh:mm:ssZ".to_owned())
}
