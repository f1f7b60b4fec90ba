use std::path::PathBuf;
use std::time::Duration;

use crate::Binaries;

/// Where and how a private cluster runs.
#[derive(Clone, Debug)]
pub struct Options {
    pub(crate) data_dir: PathBuf,
    pub(crate) settings: Vec<(String, String)>,
    pub(crate) start_timeout: Duration,
    pub(crate) binaries: Option<Binaries>,
}

impl Options {
    /// A cluster in `data_dir`, which may not exist yet. The folder belongs to this crate alone: the data, the socket
    /// (unless the path is too long for one), the locks and the server log live in it.
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        Self { data_dir: data_dir.into(), settings: Vec::new(), start_timeout: Duration::from_secs(60), binaries: None }
    }

    /// Adds a server setting, such as `("max_connections", "50")`. The settings of durability, place and log privacy
    /// cannot be given: [`Error::Setting`](crate::Error::Setting). A cluster that is adopted keeps the settings it was
    /// started with.
    #[must_use]
    pub fn setting(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.settings.push((name.into(), value.into()));
        self
    }

    /// How long to wait for the server to answer, crash recovery included; 60 seconds unless given.
    #[must_use]
    pub fn start_timeout(mut self, timeout: Duration) -> Self {
        self.start_timeout = timeout;
        self
    }

    /// Uses these binaries instead of looking for some.
    #[must_use]
    pub fn binaries(mut self, binaries: Binaries) -> Self {
        self.binaries = Some(binaries);
        self
    }
}
