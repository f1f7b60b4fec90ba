//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use event_log::{Position, Standby};
use jiff::civil::Date;
use nomenclature::{Actor, Territory, UniqueNumber};

use crate::config::Flags;

mod admin;
mod due;
mod invented;
mod notices;
mod org;
mod projections;
mod restore;
mod sign_in;
mod stats;
mod token;

pub use admin::{Admin, AdminAct, AdminCommand};
pub use due::Deadlines;
pub use invented::{Demo, Invented, Lives, SynthCommand};
pub use notices::NoticesCommand;
pub use org::OrgCommand;
pub use projections::{ProjectionsCommand, Resolve};
pub use restore::RestoreCommand;
pub use sign_in::{Login, Remote, SessionFile};
pub use stats::{CompareArgs, SeriesArgs, StatsCommand, TableArgs};
pub use token::TokenFor;

/// Registre des demandes de logement social
#[derive(Parser)]
#[command(
    version,
    after_help = crate::failure::EXIT_CODES,
    disable_help_subcommand = true,
    subcommand_help_heading = "Commandes",
    subcommand_value_name = "COMMANDE",
    help_template = "{about}\n\nUtilisation : {usage}\n\n{all-args}{after-help}"
)]
pub struct Args {
    #[command(flatten)]
    pub at: Where,
    /// Présentation des résultats
    #[arg(long, global = true, value_enum, default_value_t = Format::Table)]
    pub format: Format,
    #[command(subcommand)]
    pub command: Command,
}

/// Où se trouve le registre, et ce qui règle le programme.
#[derive(clap::Args, Clone)]
pub struct Where {
    /// Fichier de configuration (TOML) (SNE_CONFIG) ; par défaut /etc/sne/sne.toml puis sne.toml du dossier des données
    #[arg(long, global = true, value_name = "FICHIER")]
    pub config: Option<PathBuf>,
    /// Dossier des données (base privée et clés) (SNE_DATA_DIR) ; par défaut /var/lib/sne pour root, sinon ~/.local/share/sne
    #[arg(long, global = true, value_name = "DOSSIER")]
    pub data_dir: Option<PathBuf>,
    /// Base PostgreSQL à utiliser au lieu de la base privée (DATABASE_URL)
    #[arg(long, global = true, value_name = "ADRESSE")]
    pub database_url: Option<String>,
}

/// Where the register is, after everything that has a say.
#[derive(Clone)]
pub struct Place {
    /// Folder of the private cluster and the keys; the default one when not said.
    pub data_dir: Option<PathBuf>,
    /// Another database than the private one.
    pub database_url: Option<String>,
    /// Connections for commands and their reads.
    pub connections: u32,
    /// Whether a synchronous standby must hold an act before it is confirmed.
    pub standby: Standby,
}

/// How results are presented.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Tableau lisible
    Table,
    /// Un document JSON
    Json,
    /// Un objet JSON par ligne
    Ndjson,
    /// Le tableau en CSV, séparé par des points-virgules
    Csv,
}

#[derive(Subcommand)]
pub enum Command {
    /// Fait vivre 300 ménages fictifs dans une base privée et montre le résultat
    Demo(Demo),
    /// Organismes et guichets
    #[command(subcommand)]
    Org(OrgCommand),
    /// Organismes, guichets, agents et droits
    Admin(Admin),
    /// Connecte une personne auprès du fournisseur d'identités (OpenID Connect), pour « sne admin --server »
    Login(Login),
    /// Oublie la session de « sne login »
    Logout(SessionFile),
    /// Importe des demandes avec leur passé (ndjson, un acte par ligne ; le format est dans docs/import.md)
    Import {
        /// Le fichier
        file: PathBuf,
        /// Décide tout et n'écrit rien dans le registre
        #[arg(long)]
        dry_run: bool,
        /// Où dire les lignes écartées ; par défaut à côté du fichier
        #[arg(long, value_name = "FICHIER")]
        errors: Option<PathBuf>,
    },
    /// Demandes
    #[command(subcommand)]
    Demand(DemandCommand),
    /// Efface les données nominatives d'une demande radiée depuis plus d'un an, pour toujours
    Erase {
        /// Numéro unique (18 caractères)
        #[arg(value_parser = number)]
        number: UniqueNumber,
        /// Dit ce qui serait effacé et n'efface rien
        #[arg(long)]
        dry_run: bool,
    },
    /// Traitement du jour : inscrit les préavis, radie pour non-renouvellement, efface ce qui doit l'être, écrit les listes
    Daily {
        /// Le jour, AAAA-MM-JJ ; un autre qu'aujourd'hui n'est accepté qu'avec --dry-run, jusqu'à un an d'avance
        #[arg(long, value_parser = date)]
        date: Option<Date>,
        /// Dit ce qui est dû et ne fait rien
        #[arg(long)]
        dry_run: bool,
    },
    /// Échéances d'un territoire, par jour : attestations, pièces à verser, préavis, avertissements, radiations, délais DALO
    Deadlines(Deadlines),
    /// Radiations en retard : logement attribué ou bail connu, demande encore inscrite
    Late {
        /// Le territoire (trois caractères)
        #[arg(value_parser = territory)]
        territory: Territory,
        /// Seulement depuis au moins tant de jours
        #[arg(long, value_name = "JOURS", default_value_t = 0)]
        min_days: u32,
    },
    /// Préavis de renouvellement : ce que dit qui les expédie
    #[command(subcommand)]
    Notices(NoticesCommand),
    /// Délais et paramètres d'un territoire
    #[command(subcommand)]
    Territory(TerritoryCommand),
    /// Clés de chiffrement
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Examine la base, les clés, le journal et l'unicité des personnes
    Doctor {
        /// Compare aussi chaque demande avec le second lecteur (postgres-es)
        #[arg(long)]
        cross_read: bool,
    },
    /// Ouvre le registre aux systèmes des bailleurs et guichets (gRPC), jusqu'à SIGTERM ou Ctrl-C
    Serve(Flags),
    /// Écrit un jeton de développement, valable un quart d'heure sur le serveur de cette machine
    Token(TokenFor),
    /// Reconstruit des vues à partir du journal, sans interrompre les serveurs
    Rebuild {
        /// Les vues ; toutes avec --all
        #[arg(value_parser = view, value_name = "VUE", required_unless_present = "all", conflicts_with = "all")]
        views: Vec<(&'static str, server::View)>,
        /// Toutes les vues, en une seule lecture du journal
        #[arg(long)]
        all: bool,
    },
    /// Dit où en est chaque vue : position, retard, débit, état, arrêts, dernier traitement du jour
    Projections {
        #[command(subcommand)]
        command: Option<ProjectionsCommand>,
    },
    /// Statistiques mensuelles, telles qu'elles sont connues ou l'étaient à une position du journal
    #[command(subcommand)]
    Stats(StatsCommand),
    /// Écrit sur la sortie standard les faits ouverts du journal (ndjson, un événement par ligne), sans rien de nominatif
    Export {
        /// Après cette position
        #[arg(long, value_name = "POSITION", default_value = "0", value_parser = position)]
        after: Position,
        /// Jusqu'à cette position ; la fin du journal si elle n'est pas dite
        #[arg(long, value_name = "POSITION", value_parser = position)]
        up_to: Option<Position>,
    },
    /// Après la restauration de la base depuis une sauvegarde (la procédure est dans docs/operations.md)
    #[command(subcommand)]
    Restore(RestoreCommand),
    /// Met les schémas de la base à la version de ce programme
    Migrate,
    /// Configuration
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Données fictives, reproductibles à partir d'une graine
    #[command(subcommand)]
    Synth(SynthCommand),
}

#[derive(Subcommand)]
pub enum ConfigCommand {
    /// Vérifie la configuration et dit ce qui serait utilisé
    Check(Flags),
    /// Montre chaque valeur et d'où elle vient, sans mot de passe
    Show(Flags),
}

#[derive(Subcommand)]
pub enum KeysCommand {
    /// Crée la clé de la semaine, réemballe les clés vivantes, détruit les clés de chiffrement dont le délai est passé
    Rotate {
        /// Dit ce qui serait fait et ne fait rien
        #[arg(long)]
        dry_run: bool,
    },
}

#[derive(Subcommand)]
pub enum TerritoryCommand {
    /// Montre ce qui est en vigueur un jour donné, d'où vient chaque valeur, et ce qui est prévu
    Settings {
        /// Le territoire (trois caractères)
        #[arg(value_parser = territory)]
        territory: Territory,
        /// Le jour ; aujourd'hui s'il n'est pas dit
        #[arg(long, value_name = "AAAA-MM-JJ", value_parser = date)]
        on: Option<Date>,
        /// Montre aussi tout ce qui a été décidé, avec son auteur
        #[arg(long)]
        history: bool,
    },
    /// Donne une autre valeur à un paramètre, à compter d'un jour
    Set {
        /// Nom du paramètre
        name: String,
        /// Valeur, dans l'unité et les bornes du paramètre
        #[arg(allow_negative_numbers = true)]
        value: i64,
        /// Premier jour : aujourd'hui au plus tôt
        #[arg(long, value_name = "AAAA-MM-JJ")]
        from: String,
        /// Référence de la décision, sans donnée nominative
        #[arg(long)]
        note: Option<String>,
        #[command(flatten)]
        author: Author,
    },
    /// Retire un changement prévu qui n'est pas encore en vigueur
    Withdraw {
        /// Nom du paramètre
        name: String,
        /// Jour à compter duquel il aurait compté
        #[arg(long, value_name = "AAAA-MM-JJ")]
        from: String,
        #[command(flatten)]
        author: Author,
    },
    /// Fixe le délai anormalement long, ou le supprime, à compter d'un jour
    AbnormalDelay {
        /// Mois à compter de la réception de la demande
        #[arg(required_unless_present = "end", conflicts_with = "end", allow_negative_numbers = true)]
        months: Option<i64>,
        /// Supprime le délai ; au premier jour d'un délai prévu, le retire
        #[arg(long)]
        end: bool,
        /// Commune (code INSEE) ; tout le territoire si elle n'est pas dite
        #[arg(long)]
        commune: Option<String>,
        /// Type de logement (code) ; tous s'il n'est pas dit
        #[arg(long = "type", value_name = "TYPE")]
        dwelling_type: Option<String>,
        /// Premier jour : aujourd'hui au plus tôt
        #[arg(long, value_name = "AAAA-MM-JJ")]
        from: String,
        /// Arrêté du préfet, sans donnée nominative
        #[arg(long)]
        reference: String,
        #[command(flatten)]
        author: Author,
    },
}

/// Who decides for the territory of his desk.
#[derive(clap::Args)]
pub struct Author {
    /// Agit pour SIREN/GUICHET/agent : le gestionnaire du territoire, ou le service de l'État
    #[arg(long, value_parser = actor)]
    pub actor: Actor,
    /// Dit ce qui serait décidé et ne change rien
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Subcommand)]
pub enum DemandCommand {
    /// Montre l'état d'une demande
    Show {
        /// Numéro unique (18 caractères)
        #[arg(value_parser = number)]
        number: UniqueNumber,
        /// Agit pour SIREN/GUICHET/agent : les noms sont lisibles si cet agent y a droit
        #[arg(long, value_parser = actor)]
        actor: Option<Actor>,
    },
    /// Montre tout ce qui est arrivé à une demande
    History {
        /// Numéro unique (18 caractères)
        #[arg(value_parser = number)]
        number: UniqueNumber,
        /// Lecteur utilisé
        #[arg(long, value_enum, default_value_t = Reader::Sne)]
        reader: Reader,
    },
}

/// Which code reads the log.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Reader {
    /// Le lecteur du registre
    Sne,
    /// Le lecteur indépendant postgres-es, sans les données nominatives
    PostgresEs,
}

fn view(text: &str) -> Result<(&'static str, server::View), String> {
    let known = server::View::ALL;
    known.iter().copied().find(|(name, _)| *name == text).ok_or_else(|| {
        let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
        format!("les vues sont : {}", names.join(", "))
    })
}

fn position(text: &str) -> Result<Position, String> {
    let value = text.parse().map_err(|_| "une position est un nombre".to_owned())?;
    Position::try_new(value).map_err(|_| "une position n'est pas négative".to_owned())
}

fn number(text: &str) -> Result<UniqueNumber, String> {
    UniqueNumber::parse(text)
        .map_err(|_| "un numéro unique a 18 caractères : territoire, mois et année, séquence, guichet".to_owned())
}

fn actor(text: &str) -> Result<Actor, String> {
    match Actor::parse(text) {
        Ok(actor @ Actor::Agent { .. }) => Ok(actor),
        _ => Err("un acteur s'écrit SIREN/GUICHET/agent".to_owned()),
    }
}

fn territory(text: &str) -> Result<Territory, String> {
    Territory::parse(text).map_err(|_| "un territoire a trois caractères, par exemple 006 ou 111".to_owned())
}

fn date(text: &str) -> Result<Date, String> {
    nomenclature::parse_date(text).map_err(|_| "une date s'écrit AAAA-MM-JJ".to_owned())
}

/// The arguments are built once, so that a clash of names fails in a test and not at a user's.
#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        super::Args::command().debug_assert();
    }
}
