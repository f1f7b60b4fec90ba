//! What `sne` goes by: flags before environment before files before defaults, and every fault told at once.
//!
//! One table ([`keys::KEYS`]) says of each key its name in the file, its variable, its flag and what it may be; reading,
//! showing, `--help` and the committed sample follow it.

mod fault;
mod file;
mod flags;
mod keys;
mod value;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use event_log::Standby;
pub use fault::{Fault, Source};
pub use flags::Flags;
pub use value::{only_this_machine, without_proof};

use crate::args::{Place, Where};
use crate::failure::Failure;
use file::Written;
use keys::{KEYS, Key};

/// Read when no other file is named.
const SYSTEM_FILE: &str = "/etc/sne/sne.toml";
/// Read beside the data, before the system's.
const FILE: &str = "sne.toml";
/// Names the only file to be read.
const FILE_VARIABLE: &str = "SNE_CONFIG";

/// What `sne` goes by, and where each value comes from.
pub struct Config {
    /// Folder of the private cluster and the keys.
    pub data_dir: PathBuf,
    /// Another database than the private one.
    pub database_url: Option<String>,
    /// Connections for commands and their reads.
    pub connections: u32,
    /// Whether a synchronous standby must hold an act before it is confirmed.
    pub standby: Standby,
    /// The server's limits.
    pub server: server::Options,
    /// Whether a server does the daily run of itself.
    pub daily: Daily,
    /// Rows that imports may enter within an hour, for each organisation.
    pub import_rows_per_hour: u64,
    tls_certificate: Option<PathBuf>,
    tls_key: Option<PathBuf>,
    tls_client_authorities: Option<PathBuf>,
    issuer: Option<String>,
    issuer_audience: String,
    issuer_authorities: Option<PathBuf>,
    sign_in: server::SignIn,
    development: Development,
    /// The files that were read.
    pub files: Vec<PathBuf>,
    sources: BTreeMap<&'static str, Source>,
}

/// Who does the daily run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Daily {
    /// The server, of itself.
    Done,
    /// Somebody else, with `sne daily`.
    Left,
}

/// Whether tokens of the issuer for development are taken.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Development {
    /// With the private database.
    WhenPrivate,
    Accepted,
    Refused,
}

impl Default for Config {
    fn default() -> Self {
        // Loopback, like the server itself: figures, no names.
        let metrics = Some(std::net::SocketAddr::from((std::net::Ipv4Addr::LOCALHOST, 9464)));
        Self {
            data_dir: crate::house::default_data_dir(),
            database_url: None,
            connections: 8,
            standby: Standby::NotAsked,
            server: server::Options { metrics, ..server::Options::default() },
            daily: Daily::Done,
            import_rows_per_hour: 10_000_000,
            tls_certificate: None,
            tls_key: None,
            tls_client_authorities: None,
            issuer: None,
            issuer_audience: "sne".to_owned(),
            issuer_authorities: None,
            sign_in: server::SignIn::default(),
            development: Development::WhenPrivate,
            files: Vec::new(),
            sources: BTreeMap::new(),
        }
    }
}

impl Config {
    /// Reads everything that has a say.
    pub fn load(at: &Where, flags: &Flags) -> Result<Self, Failure> {
        let mut reading = Reading::default();
        let named = at.config.clone().or_else(|| variable(FILE_VARIABLE).map(PathBuf::from));
        match named {
            Some(file) => reading.file(&file, Presence::Required),
            None => {
                reading.file(Path::new(SYSTEM_FILE), Presence::Optional);
                let beside = data_dir_of(at).unwrap_or_else(|| reading.config.data_dir.clone()).join(FILE);
                reading.file(&beside, Presence::Optional);
            }
        }
        reading.environment();
        reading.flags(at, flags);
        reading.finish()
    }

    /// What flags and environment alone say of the place, for what must never run on the data of a configured register.
    pub fn place_of_flags(at: &Where) -> Place {
        let database_url = at.database_url.clone().or_else(|| variable(keys::DATABASE_URL.variable));
        let Self { connections, standby, .. } = Self::default();
        Place { data_dir: data_dir_of(at), database_url, connections, standby }
    }

    /// Where the register is.
    pub fn place(&self) -> Place {
        Place {
            data_dir: Some(self.data_dir.clone()),
            database_url: self.database_url.clone(),
            connections: self.connections,
            standby: self.standby,
        }
    }

    /// What the server goes by.
    pub fn server(&self) -> server::Options {
        let daily = (self.daily == Daily::Done).then(|| crate::commands::daily::notices(&self.place()));
        server::Options { daily, tls: self.tls(), provider: self.provider(), ..self.server.clone() }
    }

    fn tls(&self) -> Option<server::Tls> {
        Some(server::Tls {
            certificate: self.tls_certificate.clone()?,
            key: self.tls_key.clone()?,
            client_authorities: self.tls_client_authorities.clone(),
        })
    }

    /// The provider of identities whose tokens are taken.
    pub fn provider(&self) -> Option<server::Provider> {
        Some(server::Provider {
            issuer: self.issuer.clone()?,
            audience: self.issuer_audience.clone(),
            authorities: self.issuer_authorities.clone(),
            sign_in: self.sign_in.clone(),
        })
    }

    /// Whether tokens of the issuer for development are taken: never where others could reach the server.
    pub fn takes_development_tokens(&self) -> bool {
        self.server.listen.ip().is_loopback()
            && match self.development {
                Development::WhenPrivate => self.database_url.is_none(),
                Development::Accepted => true,
                Development::Refused => false,
            }
    }

    /// Every key with its value as it may be shown, and where it comes from.
    pub fn told(&self) -> Vec<(&'static str, String, &Source)> {
        let told = |key: &'static Key| (key.name, (key.show)(self), self.source(key.name));
        KEYS.iter().map(told).collect()
    }

    fn source(&self, name: &str) -> &Source {
        self.sources.get(name).unwrap_or(&Source::Default)
    }
}

/// A variable of the environment; an empty one is none.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn data_dir_of(at: &Where) -> Option<PathBuf> {
    at.data_dir.clone().or_else(|| variable(keys::DATA_DIR.variable).map(PathBuf::from))
}

/// Whether a file may be missing.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Presence {
    Required,
    Optional,
}

/// A configuration that is being read, lowest rank first.
#[derive(Default)]
struct Reading {
    config: Config,
    faults: Vec<Fault>,
}

impl Reading {
    fn fault(&mut self, key: &str, source: Source, message: impl Into<String>) {
        self.faults.push(Fault { key: key.to_owned(), source, message: message.into() });
    }

    /// Takes one value; a later one of higher rank replaces it.
    fn set(&mut self, key: &'static Key, text: &str, source: Source) {
        match (key.set)(&mut self.config, text) {
            Ok(()) => {
                self.config.sources.insert(key.name, source);
            }
            Err(message) => self.fault(key.name, source, message),
        }
    }

    fn file(&mut self, path: &Path, presence: Presence) {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && presence == Presence::Optional => return,
            Err(error) => {
                return self.fault(
                    "",
                    Source::File { path: path.to_owned(), line: None },
                    format!("illisible : {error}"),
                );
            }
        };
        self.config.files.push(path.to_owned());
        let at = |line| Source::File { path: path.to_owned(), line: Some(line) };
        let (entries, malformed) = file::read(&text);
        for line in malformed {
            self.fault("", at(line), "écriture TOML incorrecte");
        }
        for file::Entry { name, written, text, line } in entries {
            let Some(key) = KEYS.iter().find(|key| key.name == name) else {
                self.fault(&name, at(line), "clé inconnue");
                continue;
            };
            match written == key.written {
                true => self.set(key, &text, at(line)),
                false if key.written == Written::Integer => {
                    self.fault(key.name, at(line), "un entier est attendu, sans guillemets")
                }
                false => self.fault(key.name, at(line), "un texte entre guillemets est attendu"),
            }
        }
    }

    fn environment(&mut self) {
        for key in KEYS {
            match std::env::var(key.variable) {
                Ok(text) if !text.is_empty() => self.set(key, &text, Source::Variable(key.variable)),
                Err(std::env::VarError::NotUnicode(_)) => {
                    self.fault(key.name, Source::Variable(key.variable), "n'est pas un texte");
                }
                _ => {}
            }
        }
        let unknown = |name: &String| {
            name.starts_with("SNE_") && name != FILE_VARIABLE && KEYS.iter().all(|key| key.variable != name.as_str())
        };
        for name in std::env::vars_os().filter_map(|(name, _)| name.into_string().ok()).filter(unknown) {
            self.fault(&name, Source::Environment, "variable inconnue");
        }
    }

    fn flags(&mut self, at: &Where, flags: &Flags) {
        if let Some(folder) = &at.data_dir {
            match folder.to_str() {
                Some(folder) => self.set(&keys::DATA_DIR, folder, Source::Flag(keys::DATA_DIR.flag)),
                None => self.fault(keys::DATA_DIR.name, Source::Flag(keys::DATA_DIR.flag), "n'est pas un texte"),
            }
        }
        if let Some(url) = &at.database_url {
            self.set(&keys::DATABASE_URL, url, Source::Flag(keys::DATABASE_URL.flag));
        }
        for (key, text) in flags.given() {
            self.set(key, text, Source::Flag(key.flag));
        }
    }

    /// Refuses what does not go together.
    fn proofs(&mut self) {
        let config = &self.config;
        let mut faults: Vec<(&'static str, String)> = Vec::new();
        for (one, other, key) in [
            (&config.tls_key, &config.tls_certificate, keys::TLS_CERTIFICATE),
            (&config.tls_certificate, &config.tls_key, keys::TLS_KEY),
            (&config.tls_client_authorities, &config.tls_certificate, keys::TLS_CERTIFICATE),
        ] {
            if one.is_some() && other.is_none() && faults.iter().all(|(told, _)| *told != key) {
                faults.push((key, "un fichier est attendu".to_owned()));
            }
        }
        let listen = config.server.listen;
        if !listen.ip().is_loopback() {
            let known = config.tls_client_authorities.is_some() || config.issuer.is_some();
            if config.tls_certificate.is_none() || !known {
                faults.push((keys::LISTEN, without_proof(listen)));
            }
            if config.development == Development::Accepted {
                faults.push((keys::DEVELOPMENT_ISSUER, only_this_machine(listen)));
            }
        }
        for (key, message) in faults {
            let source = self.config.source(key).clone();
            self.fault(key, source, message);
        }
    }

    fn finish(mut self) -> Result<Config, Failure> {
        self.proofs();
        let server = &self.config.server;
        if server.listen.port() != 0 && server.metrics == Some(server.listen) {
            let source = self.config.source(keys::METRICS_LISTEN).clone();
            self.fault(keys::METRICS_LISTEN, source, "cette adresse est déjà celle de server.listen");
        }
        if self.faults.is_empty() { Ok(self.config) } else { Err(Failure::Configuration(self.faults)) }
    }
}
