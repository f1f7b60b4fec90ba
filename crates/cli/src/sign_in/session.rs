//! What somebody signed in with, in a file that he alone can read.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::error::Error;
use super::provider::{Given, Meant, Provider};

/// A token is renewed so many seconds before it is over: the call that shows it takes its time.
const BEFORE: i64 = 30;
/// More than a session takes, in bytes.
const LONGEST: u64 = 256 * 1024;

/// What somebody signed in with.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Session {
    issuer: String,
    authorities: Option<PathBuf>,
    client_id: String,
    meant: Meant,
    access_token: String,
    refresh_token: Option<String>,
    /// In seconds; none when the provider does not say it.
    expires_at: Option<i64>,
}

impl Session {
    pub(super) fn new(
        (issuer, authorities): (String, Option<PathBuf>),
        client_id: String,
        meant: Meant,
        given: Given,
        now: Timestamp,
    ) -> Self {
        let (access_token, refresh_token) = (given.access, given.renews);
        let expires_at = expires_at(given.lives, now);
        Self { issuer, authorities, client_id, meant, access_token, refresh_token, expires_at }
    }

    /// Until when its token counts, as far as the provider said, and whether it can be renewed.
    pub fn lasts(&self) -> (Option<Timestamp>, bool) {
        let until = self.expires_at.and_then(|seconds| Timestamp::from_second(seconds).ok());
        (until, self.refresh_token.is_some())
    }

    fn is_over(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|expires_at| expires_at.saturating_sub(BEFORE) <= now.as_second())
    }

    async fn renewed(mut self, now: Timestamp) -> Result<Self, Error> {
        let renews = self.refresh_token.clone().ok_or(Error::Over)?;
        let provider =
            Provider::of(&self.issuer, self.authorities.as_deref(), &self.client_id, self.meant.clone()).await?;
        let given = provider.renew(renews).await?;
        self.access_token = given.access;
        // One that is not replaced goes on.
        self.refresh_token = given.renews.or(self.refresh_token);
        self.expires_at = expires_at(given.lives, now);
        Ok(self)
    }
}

fn expires_at(lives: Option<u64>, now: Timestamp) -> Option<i64> {
    lives.map(|lives| now.as_second().saturating_add(i64::try_from(lives).unwrap_or(i64::MAX)))
}

/// Where a session is kept.
pub struct Keep {
    path: PathBuf,
}

impl Keep {
    /// In this file, or in the user's own folder.
    pub fn at(path: Option<PathBuf>) -> Self {
        Self { path: path.unwrap_or_else(default_path) }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Keeps a session in the place of any other.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn keep(&self, session: &Session) -> Result<(), Error> {
        let _held = self.held().await?;
        self.write(session)
    }

    /// The token to call with, renewed when it is over.
    ///
    /// # Errors
    /// [`Error::SignedOut`], [`Error::Over`]; what is wrong with the file or the provider.
    pub async fn token(&self, now: Timestamp) -> Result<String, Error> {
        let session = self.read()?;
        if !session.is_over(now) {
            return Ok(session.access_token);
        }
        // A token that renews may count once: of several programs one renews, the others find what it got.
        let _held = self.held().await?;
        let session = self.read()?;
        if !session.is_over(now) {
            return Ok(session.access_token);
        }
        let session = session.renewed(now).await?;
        self.write(&session)?;
        Ok(session.access_token)
    }

    /// Forgets the session, and says whether there was one.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn forget(&self) -> Result<bool, Error> {
        if !self.path.exists() {
            return Ok(false);
        }
        let _held = self.held().await?;
        match std::fs::remove_file(&self.path) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
            Err(cause) => Err(self.failed()(cause)),
        }
    }

    fn read(&self) -> Result<Session, Error> {
        let file = File::open(&self.path).map_err(|cause| match cause.kind() {
            std::io::ErrorKind::NotFound => Error::SignedOut(self.path.clone()),
            _ => Error::File { path: self.path.clone(), cause },
        })?;
        if file.metadata().map_err(self.failed())?.mode() & 0o077 != 0 {
            return Err(Error::Exposed(self.path.clone()));
        }
        let mut text = String::new();
        let damaged = || Error::Damaged(self.path.clone());
        file.take(LONGEST).read_to_string(&mut text).map_err(|_| damaged())?;
        serde_json::from_str(&text).map_err(|_| damaged())
    }

    /// Writes it beside, and puts it into its place whole.
    fn write(&self, session: &Session) -> Result<(), Error> {
        let text = serde_json::to_vec(session).map_err(|_| Error::Damaged(self.path.clone()))?;
        let new = self.beside("new");
        let _ = std::fs::remove_file(&new);
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&new).map_err(self.failed())?;
        file.write_all(&text).and_then(|()| file.sync_all()).map_err(self.failed())?;
        std::fs::rename(&new, &self.path).map_err(self.failed())
    }

    /// Until it is dropped, no other program changes the session.
    async fn held(&self) -> Result<File, Error> {
        if let Some(folder) = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(self.failed())?;
        }
        let lock = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(self.beside("lock"));
        let lock = lock.map_err(self.failed())?;
        let locked = tokio::task::spawn_blocking(move || lock.lock().map(|()| lock)).await;
        locked.map_err(std::io::Error::other).flatten().map_err(self.failed())
    }

    fn beside(&self, what: &str) -> PathBuf {
        let mut name = self.path.file_name().unwrap_or_default().to_owned();
        name.push(".");
        name.push(what);
        self.path.with_file_name(name)
    }

    fn failed(&self) -> impl Fn(std::io::Error) -> Error + '_ {
        |cause| Error::File { path: self.path.clone(), cause }
    }
}

fn default_path() -> PathBuf {
    let home = || std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default().join(".config");
    std::env::var_os("XDG_CONFIG_HOME").map_or_else(home, PathBuf::from).join("sne").join("session.json")
}
