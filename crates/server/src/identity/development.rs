//! The issuer of tokens that comes with a private register: for development and demonstrations, on one machine.
//!
//! Its key lies in the data folder, readable by its owner only: whoever may read it may call as anybody. A server takes
//! its tokens only where it listens on loopback.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use nomenclature::{Actor, AgentId, DeskCode, Siren, UniqueNumber};
use register::{Clock as _, SystemClock};
use ring::digest;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::json;

use super::bearer::Bearer;
use super::token::{Claims, Fault, Key};
use super::tokens::Subject;

/// What it calls itself.
pub const ISSUER: &str = "urn:sne:development";
/// Whom its tokens are meant for.
pub const AUDIENCE: &str = "sne";
/// How long a token lives, in seconds.
const LIFE: i64 = 900;
/// The subject of a token for an applicant: his demand is a claim of its own.
const APPLICANT: &str = "applicant";
/// Its key in the data folder.
const FILE: &str = "development-issuer.key";
/// No key is longer, in bytes.
const LONGEST: u64 = 1_024;

/// Makes tokens for agents, and knows its own.
pub struct DevelopmentIssuer {
    key: EcdsaKeyPair,
    name: String,
    public: Key,
    random: SystemRandom,
}

impl fmt::Debug for DevelopmentIssuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DevelopmentIssuer").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Why there is no issuer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IssuerError {
    /// No key was made yet.
    #[error("{}: no such key", path.display())]
    Missing {
        /// Where it would be.
        path: PathBuf,
    },
    /// The key's file cannot be read or made.
    #[error("{}: {cause}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the machine says.
        cause: std::io::Error,
    },
    /// Others than its owner may read the key.
    #[error("{}: others may read this key", path.display())]
    Exposed {
        /// The file.
        path: PathBuf,
    },
    /// The file holds no key.
    #[error("{}: no key", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// The machine gives no random bytes.
    #[error("no random bytes")]
    Random,
}

impl DevelopmentIssuer {
    /// The issuer of a data folder, whose key is made at first use. Of two processes that make it at once, both get the one
    /// that was there first.
    ///
    /// # Errors
    /// See [`IssuerError`].
    pub fn open_or_create(data_dir: &Path) -> Result<Self, IssuerError> {
        match Self::open(data_dir) {
            Err(IssuerError::Missing { path }) => {
                make(&path, &SystemRandom::new())?;
                Self::open(data_dir)
            }
            opened => opened,
        }
    }

    /// The issuer of a data folder whose key was made.
    ///
    /// # Errors
    /// See [`IssuerError`].
    pub fn open(data_dir: &Path) -> Result<Self, IssuerError> {
        let path = data_dir.join(FILE);
        let stored = read(&path)?;
        Self::of(&stored).ok_or(IssuerError::Damaged { path })
    }

    /// An issuer whose key nobody keeps.
    ///
    /// # Errors
    /// [`IssuerError::Random`].
    pub fn in_memory() -> Result<Self, IssuerError> {
        let key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
        key.ok().and_then(|key| Self::of(key.as_ref())).ok_or(IssuerError::Random)
    }

    fn of(stored: &[u8]) -> Option<Self> {
        let random = SystemRandom::new();
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, stored, &random).ok()?;
        let point = key.public_key().as_ref().to_vec();
        let name = URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, &point));
        Some(Self { key, name, public: Key::Es256(point), random })
    }

    /// A token for an agent or an applicant, good for a quarter of an hour; none for somebody who is no network caller.
    ///
    /// # Errors
    /// [`IssuerError::Random`].
    pub fn token(&self, actor: &Actor, now: Timestamp) -> Result<Option<String>, IssuerError> {
        let (iat, exp) = (now.as_second(), now.as_second() + LIFE);
        let header = json!({"alg": "ES256", "typ": "JWT", "kid": self.name});
        let mut claims = json!({"iss": ISSUER, "aud": AUDIENCE, "iat": iat, "exp": exp});
        match actor {
            Actor::Agent { organisation, desk, agent } => {
                claims["sub"] = json!(agent.to_string());
                claims["organisation"] = json!(organisation.to_string());
                if let Some(desk) = desk {
                    claims["desk"] = json!(desk.to_string());
                }
            }
            Actor::Applicant { number } => {
                claims["sub"] = json!(APPLICANT);
                claims["demand"] = json!(number.to_string());
            }
            Actor::Operator | Actor::Import { .. } => return Ok(None),
        }
        let part = |json: serde_json::Value| URL_SAFE_NO_PAD.encode(json.to_string());
        let message = format!("{}.{}", part(header), part(claims));
        let signature = self.key.sign(&self.random, message.as_bytes()).map_err(|_| IssuerError::Random)?;
        Ok(Some(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))))
    }

    /// Makes a token for whoever asks, now.
    pub fn mint(self: Arc<Self>) -> impl Fn(&Actor) -> Option<String> + Send + Sync + 'static {
        move |actor| self.token(actor, SystemClock.now()).ok().flatten()
    }

    /// The key of a name, if it is this issuer's.
    pub(super) fn key(&self, name: &str) -> Option<&Key> {
        (name == self.name).then_some(&self.public)
    }
}

/// Whom a token of this issuer stands for: an applicant, or an agent.
pub(super) fn subject(claims: &Claims) -> Result<Subject, Fault> {
    match (&claims.demand, &claims.organisation, &claims.desk) {
        (Some(number), None, None) if claims.sub == APPLICANT => {
            UniqueNumber::parse(number).map(Subject::Applicant).map_err(|_| Fault::Malformed)
        }
        (Some(_), ..) => Err(Fault::Malformed),
        (None, ..) => bearer(claims).map(Subject::Bearer),
    }
}

fn bearer(claims: &Claims) -> Result<Bearer, Fault> {
    let organisation = claims.organisation.as_deref().and_then(|text| Siren::parse(text).ok());
    let desk = claims.desk.as_deref().map(|text| DeskCode::parse(text).map_err(|_| Fault::Malformed)).transpose()?;
    let agent = AgentId::parse(&claims.sub).map_err(|_| Fault::Malformed)?;
    Ok(Bearer { organisation: organisation.ok_or(Fault::Malformed)?, desk, agent: Some(agent) })
}

fn read(path: &Path) -> Result<Vec<u8>, IssuerError> {
    let failed = |cause: std::io::Error| match cause.kind() {
        ErrorKind::NotFound => IssuerError::Missing { path: path.to_owned() },
        _ => IssuerError::File { path: path.to_owned(), cause },
    };
    let file = File::open(path).map_err(failed)?;
    if file.metadata().map_err(failed)?.permissions().mode() & 0o077 != 0 {
        return Err(IssuerError::Exposed { path: path.to_owned() });
    }
    let mut bytes = Vec::new();
    file.take(LONGEST).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

/// Makes the key, whole or not at all.
fn make(path: &Path, random: &SystemRandom) -> Result<(), IssuerError> {
    let key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, random);
    let key = key.map_err(|_| IssuerError::Random)?;
    let failed = |cause| IssuerError::File { path: path.to_owned(), cause };
    let fresh = path.with_extension(format!("{}.new", uuid::Uuid::new_v4()));
    let written = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&fresh).and_then(|mut file| {
        file.write_all(key.as_ref())?;
        file.sync_all()
    });
    let made = written.and_then(|()| match std::fs::hard_link(&fresh, path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    });
    let _ = std::fs::remove_file(&fresh);
    made.map_err(failed)
}

#[cfg(test)]
mod tests {
    use std::fs::{Permissions, set_permissions, write};

    use super::*;
    use crate::identity::token::Token;

    #[test]
    fn a_key_is_made_once_and_is_its_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(DevelopmentIssuer::open(folder.path()), Err(IssuerError::Missing { .. })));
        let made = DevelopmentIssuer::open_or_create(folder.path()).unwrap();
        let again = DevelopmentIssuer::open_or_create(folder.path()).unwrap();
        assert_eq!(made.public, again.public);
        let files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().path()).collect();
        let [file] = files.as_slice() else { panic!("{files:?}") };
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        set_permissions(file, Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(DevelopmentIssuer::open(folder.path()), Err(IssuerError::Exposed { .. })));
        set_permissions(file, Permissions::from_mode(0o600)).unwrap();
        write(file, b"no key").unwrap();
        assert!(matches!(DevelopmentIssuer::open_or_create(folder.path()), Err(IssuerError::Damaged { .. })));
    }

    #[test]
    fn a_token_says_whom_it_is_for_and_lives_a_quarter_of_an_hour() {
        let issuer = DevelopmentIssuer::in_memory().unwrap();
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        for text in ["000005017/006A1/agent-01", "000090001/-/auditeur-01"] {
            let token = issuer.token(&Actor::parse(text).unwrap(), now).unwrap().unwrap();
            let read = Token::read(&token).unwrap();
            let key = issuer.key(read.key()).unwrap();
            let claims = read.believed(key, AUDIENCE, now).ok().unwrap();
            assert_eq!(claims.exp - now.as_second(), 900);
            let said = bearer(&claims).unwrap().who_says(&Default::default()).ok().unwrap();
            assert_eq!(said.to_string(), text);
            // Clocks may differ by a minute.
            let later = |seconds| Timestamp::from_second(now.as_second() + seconds).unwrap();
            assert!(Token::read(&token).unwrap().believed(key, AUDIENCE, later(959)).is_ok());
            assert_eq!(Token::read(&token).unwrap().believed(key, AUDIENCE, later(960)).err(), Some(Fault::Expired));
        }
        assert_eq!(issuer.token(&Actor::Operator, now).unwrap(), None);
        let import = Actor::parse("import/000005017/006A1").unwrap();
        assert_eq!(issuer.token(&import, now).unwrap(), None);
    }

    #[test]
    fn a_token_of_an_applicant_stands_for_his_demand_and_for_no_organisation() {
        let issuer = DevelopmentIssuer::in_memory().unwrap();
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let applicant = Actor::parse("applicant/0061126000001006A1").unwrap();
        let token = issuer.token(&applicant, now).unwrap().unwrap();
        let read = Token::read(&token).unwrap();
        let key = issuer.key(read.key()).unwrap();
        let claims = read.believed(key, AUDIENCE, now).ok().unwrap();
        assert_eq!(subject(&claims).ok(), Some(Subject::Applicant(UniqueNumber::parse("0061126000001006A1").unwrap())));
        let with = |change: fn(&mut Claims)| {
            let mut claims = claims.clone();
            change(&mut claims);
            subject(&claims).err()
        };
        assert_eq!(with(|claims| claims.organisation = Some("000005017".to_owned())), Some(Fault::Malformed));
        assert_eq!(with(|claims| claims.desk = Some("006A1".to_owned())), Some(Fault::Malformed));
        assert_eq!(with(|claims| claims.sub = "agent-01".to_owned()), Some(Fault::Malformed));
        assert_eq!(with(|claims| claims.demand = Some("0061126000001".to_owned())), Some(Fault::Malformed));
        assert_eq!(with(|claims| claims.demand = None), Some(Fault::Malformed), "nobody answers for an agent of none");
    }
}
