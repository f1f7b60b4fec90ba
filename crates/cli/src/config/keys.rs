//! Every key: its name in the file, its variable, its flag, what it may be.

use std::path::{Path, PathBuf};
use std::time::Duration;

use event_log::Standby;

use super::file::Written;
use super::value::{
    address, age, classes, count, database, duration, issuer, loopback, show_classes, show_database, show_duration,
};
use super::{Config, Daily, Development};

/// One key.
pub struct Key {
    /// Table and key in the file.
    pub name: &'static str,
    pub variable: &'static str,
    /// Without its hyphens.
    pub flag: &'static str,
    /// What stands for the value in `--help`.
    pub metavar: &'static str,
    pub help: &'static str,
    /// How the file writes it.
    pub written: Written,
    /// Takes a value, or says in French what is expected.
    pub set: fn(&mut Config, &str) -> Result<(), String>,
    /// The value as anybody may see it.
    pub show: fn(&Config) -> String,
}

/// Keys whose values must go together.
pub const LISTEN: &str = "server.listen";
pub const TLS_CERTIFICATE: &str = "tls.certificate";
pub const TLS_KEY: &str = "tls.key";
pub const DEVELOPMENT_ISSUER: &str = "issuer.development";
/// The key of the metrics' address.
pub const METRICS_LISTEN: &str = "metrics.listen";

const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub const DATA_DIR: Key = Key {
    name: "data_dir",
    variable: "SNE_DATA_DIR",
    flag: "data-dir",
    metavar: "DOSSIER",
    help: "Dossier des données",
    written: Written::Text,
    set: |config, text| {
        if text.is_empty() {
            return Err("un dossier est attendu".to_owned());
        }
        config.data_dir = text.into();
        Ok(())
    },
    show: |config| config.data_dir.display().to_string(),
};

pub const DATABASE_URL: Key = Key {
    name: "database.url",
    variable: "DATABASE_URL",
    flag: "database-url",
    metavar: "ADRESSE",
    help: "Base PostgreSQL",
    written: Written::Text,
    set: |config, text| database(text).map(|url| config.database_url = Some(url)),
    show: |config| config.database_url.as_deref().map_or_else(|| "base privée".to_owned(), show_database),
};

/// All keys, in the order in which they are shown.
pub static KEYS: &[Key] = &[
    DATA_DIR,
    DATABASE_URL,
    Key {
        name: "database.connections",
        variable: "SNE_DATABASE_CONNECTIONS",
        flag: "database-connections",
        metavar: "NOMBRE",
        help: "Connexions à la base pour les actes et leurs lectures",
        written: Written::Integer,
        set: |config, text| count(text, 2..=200).map(|n| config.connections = n),
        show: |config| config.connections.to_string(),
    },
    Key {
        name: "database.synchronous_standby",
        variable: "SNE_SYNCHRONOUS_STANDBY",
        flag: "synchronous-standby",
        metavar: "on|off",
        help: "Un acte n'est confirmé qu'une fois gardé aussi par un serveur de secours synchrone",
        written: Written::Text,
        set: |config, text| {
            config.standby = match text {
                "on" => Standby::Synchronous,
                "off" => Standby::NotAsked,
                _ => return Err("« on » ou « off » est attendu".to_owned()),
            };
            Ok(())
        },
        show: |config| if config.standby == Standby::Synchronous { "on".to_owned() } else { "off".to_owned() },
    },
    Key {
        name: LISTEN,
        variable: "SNE_LISTEN",
        flag: "listen",
        metavar: "ADRESSE",
        help: "Adresse d'écoute : de cette machine seulement, à moins de TLS et d'appelants qui prouvent leur identité ; port 0 : libre",
        written: Written::Text,
        set: |config, text| address(text).map(|address| config.server.listen = address),
        show: |config| config.server.listen.to_string(),
    },
    Key {
        name: TLS_CERTIFICATE,
        variable: "SNE_TLS_CERTIFICATE",
        flag: "tls-certificate",
        metavar: "FICHIER",
        help: "Certificat du serveur, suivi de ceux qui mènent à son autorité (PEM) ; relu quand il change",
        written: Written::Text,
        set: |config, text| file(text).map(|path| config.tls_certificate = path),
        show: |config| shown(config.tls_certificate.as_deref()),
    },
    Key {
        name: TLS_KEY,
        variable: "SNE_TLS_KEY",
        flag: "tls-key",
        metavar: "FICHIER",
        help: "Clé de ce certificat (PEM), que seuls son propriétaire et son groupe peuvent lire",
        written: Written::Text,
        set: |config, text| file(text).map(|path| config.tls_key = path),
        show: |config| shown(config.tls_key.as_deref()),
    },
    Key {
        name: "tls.client_authorities",
        variable: "SNE_TLS_CLIENT_AUTHORITIES",
        flag: "tls-client-authorities",
        metavar: "FICHIER",
        help: "Autorités des certificats que les appelants peuvent présenter (PEM)",
        written: Written::Text,
        set: |config, text| file(text).map(|path| config.tls_client_authorities = path),
        show: |config| shown(config.tls_client_authorities.as_deref()),
    },
    Key {
        name: "issuer.url",
        variable: "SNE_ISSUER",
        flag: "issuer",
        metavar: "ADRESSE",
        help: "Fournisseur d'identités (OpenID Connect) dont les jetons sont acceptés ; off : aucun",
        written: Written::Text,
        set: |config, text| {
            config.issuer = if text == "off" { None } else { Some(issuer(text)?) };
            Ok(())
        },
        show: |config| config.issuer.clone().unwrap_or_else(|| "off".to_owned()),
    },
    Key {
        name: "issuer.audience",
        variable: "SNE_ISSUER_AUDIENCE",
        flag: "issuer-audience",
        metavar: "NOM",
        help: "Nom du registre chez ce fournisseur : le destinataire des jetons",
        written: Written::Text,
        set: |config, text| {
            if text.is_empty() {
                return Err("un nom est attendu".to_owned());
            }
            config.issuer_audience = text.to_owned();
            Ok(())
        },
        show: |config| config.issuer_audience.clone(),
    },
    Key {
        name: "issuer.authorities",
        variable: "SNE_ISSUER_AUTHORITIES",
        flag: "issuer-authorities",
        metavar: "FICHIER",
        help: "Autorités du serveur de ce fournisseur (PEM), en plus de celles de la machine",
        written: Written::Text,
        set: |config, text| file(text).map(|path| config.issuer_authorities = path),
        show: |config| shown(config.issuer_authorities.as_deref()),
    },
    Key {
        name: "issuer.acr",
        variable: "SNE_ISSUER_ACR",
        flag: "issuer-acr",
        metavar: "CLASSES",
        help: "Classes d'authentification acceptées (acr), séparées par des espaces ; « any » : toutes",
        written: Written::Text,
        set: |config, text| classes(text).map(|classes| config.sign_in.classes = classes),
        show: |config| show_classes(&config.sign_in.classes),
    },
    Key {
        name: "issuer.sign_in_age",
        variable: "SNE_ISSUER_SIGN_IN_AGE",
        flag: "issuer-sign-in-age",
        metavar: "DURÉE",
        help: "Âge maximal de l'authentification chez le fournisseur (auth_time) ; « off » : sans limite",
        written: Written::Text,
        set: |config, text| age(text).map(|age| config.sign_in.longest_ago = age),
        show: |config| config.sign_in.longest_ago.map_or_else(|| "off".to_owned(), show_duration),
    },
    Key {
        name: DEVELOPMENT_ISSUER,
        variable: "SNE_DEVELOPMENT_ISSUER",
        flag: "development-issuer",
        metavar: "private|on|off",
        help: "Jetons de « sne token » acceptés, sur cette machine seulement : avec la base privée, toujours, jamais",
        written: Written::Text,
        set: |config, text| {
            config.development = match text {
                "private" => Development::WhenPrivate,
                "on" => Development::Accepted,
                "off" => Development::Refused,
                _ => return Err("« private », « on » ou « off » est attendu".to_owned()),
            };
            Ok(())
        },
        show: |config| match config.development {
            Development::WhenPrivate => "private".to_owned(),
            Development::Accepted => "on".to_owned(),
            Development::Refused => "off".to_owned(),
        },
    },
    Key {
        name: "server.connections",
        variable: "SNE_CONNECTIONS",
        flag: "connections",
        metavar: "NOMBRE",
        help: "Connexions d'appelants ouvertes à la fois",
        written: Written::Integer,
        set: |config, text| count(text, 1..=10_000).map(|n| config.server.connections = n),
        show: |config| config.server.connections.to_string(),
    },
    Key {
        name: "server.streams_per_connection",
        variable: "SNE_STREAMS_PER_CONNECTION",
        flag: "streams-per-connection",
        metavar: "NOMBRE",
        help: "Appels à la fois sur une connexion",
        written: Written::Integer,
        set: |config, text| count(text, 1..=10_000).map(|n| config.server.streams_per_connection = n),
        show: |config| config.server.streams_per_connection.to_string(),
    },
    Key {
        name: "server.calls",
        variable: "SNE_CALLS",
        flag: "calls",
        metavar: "NOMBRE",
        help: "Appels à la fois en tout",
        written: Written::Integer,
        set: |config, text| count(text, 1..=10_000).map(|n| config.server.calls = n),
        show: |config| config.server.calls.to_string(),
    },
    Key {
        name: "server.replays",
        variable: "SNE_REPLAYS",
        flag: "replays",
        metavar: "NOMBRE",
        help: "Relectures d'auditeurs à la fois",
        written: Written::Integer,
        set: |config, text| count(text, 1..=1_000).map(|n| config.server.replays = n),
        show: |config| config.server.replays.to_string(),
    },
    Key {
        name: "server.request_bytes",
        variable: "SNE_REQUEST_BYTES",
        flag: "request-bytes",
        metavar: "OCTETS",
        help: "Taille maximale d'une requête, en octets",
        written: Written::Integer,
        set: |config, text| count(text, 16 * 1024..=16 * 1024 * 1024).map(|n| config.server.request_bytes = n),
        show: |config| config.server.request_bytes.to_string(),
    },
    Key {
        name: "server.longest_call",
        variable: "SNE_LONGEST_CALL",
        flag: "longest-call",
        metavar: "DURÉE",
        help: "Durée maximale d'un appel jusqu'à sa réponse",
        written: Written::Text,
        set: |config, text| duration(text, secs(1)..=secs(30)).map(|d| config.server.longest_call = d),
        show: |config| show_duration(config.server.longest_call),
    },
    Key {
        name: "server.sign_of_life",
        variable: "SNE_SIGN_OF_LIFE",
        flag: "sign-of-life",
        metavar: "DURÉE",
        help: "Intervalle des signes de vie envoyés à qui suit un journal silencieux",
        written: Written::Text,
        set: |config, text| duration(text, secs(1)..=secs(600)).map(|d| config.server.sign_of_life = d),
        show: |config| show_duration(config.server.sign_of_life),
    },
    Key {
        name: "server.reader_patience",
        variable: "SNE_READER_PATIENCE",
        flag: "reader-patience",
        metavar: "DURÉE",
        help: "Délai au bout duquel une relecture dont rien n'est lu cède sa place",
        written: Written::Text,
        set: |config, text| duration(text, secs(1)..=secs(600)).map(|d| config.server.reader_patience = d),
        show: |config| show_duration(config.server.reader_patience),
    },
    Key {
        name: "server.lame_duck",
        variable: "SNE_LAME_DUCK",
        flag: "lame-duck",
        metavar: "DURÉE",
        help: "Délai entre l'annonce de l'arrêt et le refus de nouveaux appels",
        written: Written::Text,
        set: |config, text| duration(text, Duration::ZERO..=secs(30)).map(|d| config.server.lame_duck = d),
        show: |config| show_duration(config.server.lame_duck),
    },
    Key {
        name: "server.drain",
        variable: "SNE_DRAIN",
        flag: "drain",
        metavar: "DURÉE",
        help: "Délai laissé à l'arrêt aux appels en cours",
        written: Written::Text,
        set: |config, text| duration(text, secs(1)..=secs(60)).map(|d| config.server.drain = d),
        show: |config| show_duration(config.server.drain),
    },
    Key {
        name: "server.files_per_account",
        variable: "SNE_FILES_PER_ACCOUNT",
        flag: "files-per-account",
        metavar: "NOMBRE",
        help: "Dossiers qu'un compte peut consulter en une heure",
        written: Written::Integer,
        set: |config, text| count(text, 10..=1_000_000).map(|n| config.server.budgets.account = n),
        show: |config| config.server.budgets.account.to_string(),
    },
    Key {
        name: "server.files_per_organisation",
        variable: "SNE_FILES_PER_ORGANISATION",
        flag: "files-per-organisation",
        metavar: "NOMBRE",
        help: "Dossiers que tous les comptes d'un organisme peuvent consulter en une heure",
        written: Written::Integer,
        set: |config, text| count(text, 10..=10_000_000).map(|n| config.server.budgets.organisation = n),
        show: |config| config.server.budgets.organisation.to_string(),
    },
    Key {
        name: "server.daily",
        variable: "SNE_DAILY",
        flag: "daily",
        metavar: "on|off",
        help: "Le serveur fait de lui-même le traitement du jour (off : « sne daily » le fait)",
        written: Written::Text,
        set: |config, text| {
            config.daily = match text {
                "on" => Daily::Done,
                "off" => Daily::Left,
                _ => return Err("« on » ou « off » est attendu".to_owned()),
            };
            Ok(())
        },
        show: |config| if config.daily == Daily::Done { "on".to_owned() } else { "off".to_owned() },
    },
    Key {
        name: "import.rows_per_hour",
        variable: "SNE_IMPORT_ROWS_PER_HOUR",
        flag: "import-rows-per-hour",
        metavar: "NOMBRE",
        help: "Lignes que les imports peuvent inscrire en une heure pour un organisme",
        written: Written::Integer,
        set: |config, text| count(text, 1_000..=1_000_000_000).map(|n| config.import_rows_per_hour = n),
        show: |config| config.import_rows_per_hour.to_string(),
    },
    Key {
        name: METRICS_LISTEN,
        variable: "SNE_METRICS_LISTEN",
        flag: "metrics-listen",
        metavar: "ADRESSE",
        help: "Adresse des mesures Prometheus, de cette machine seulement ; port 0 : libre ; off : aucune",
        written: Written::Text,
        set: |config, text| {
            let address = if text == "off" { None } else { Some(loopback(text)?) };
            config.server.metrics = address;
            Ok(())
        },
        show: |config| config.server.metrics.map_or_else(|| "off".to_owned(), |address| address.to_string()),
    },
];

fn file(text: &str) -> Result<Option<PathBuf>, String> {
    match text {
        "" => Err("un fichier est attendu, ou « off »".to_owned()),
        "off" => Ok(None),
        text => Ok(Some(text.into())),
    }
}

fn shown(path: Option<&Path>) -> String {
    path.map_or_else(|| "off".to_owned(), |path| path.display().to_string())
}
