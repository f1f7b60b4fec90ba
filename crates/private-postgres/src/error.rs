use std::path::PathBuf;

/// Why a private cluster cannot be found, started or stopped.
///
/// Messages name folders, tools and settings of the machine; they never hold data of the register.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No PostgreSQL server that is new enough is installed.
    #[error(
        "no PostgreSQL {needed} or newer found (looked in {searched}); install it with `make deps` or, on Debian, \
         `apt-get install --no-install-recommends postgresql-{needed}`"
    )]
    BinariesNotFound {
        /// The folders that were looked at.
        searched: String,
        /// The lowest major version that will do.
        needed: u32,
    },
    /// The data were written by a major version that is not installed here.
    #[error("the data in {path} belong to PostgreSQL {data}, but installed is {installed}; install PostgreSQL {data}")]
    VersionMismatch {
        /// The data folder.
        path: PathBuf,
        /// Major version of the data.
        data: u32,
        /// Major versions found, or "none".
        installed: String,
    },
    /// A folder or file could not be made, read or written.
    #[error("cannot {action} {path}")]
    Folder {
        /// What was tried, as a verb.
        action: &'static str,
        /// Where.
        path: PathBuf,
        /// What the system answered.
        #[source]
        source: std::io::Error,
    },
    /// The folder holds something else than a private cluster, so it is left alone.
    #[error("{path} is not empty and holds no private cluster; give another data folder")]
    ForeignFolder {
        /// The folder.
        path: PathBuf,
    },
    /// The cluster belongs to another account of this machine.
    #[error("the cluster in {path} belongs to user id {owner}; run as that user, or as root")]
    ForeignOwner {
        /// The cluster's folder.
        path: PathBuf,
        /// Numeric id of its owner.
        owner: u32,
    },
    /// Run by root, the server's unprivileged account cannot reach the folder.
    #[error(
        "PostgreSQL runs as user {account} (it refuses root), who may not enter {folder}; give a data folder elsewhere \
         (such as one under /var/lib), run as an ordinary user, or allow it with `chmod o+x {folder}`"
    )]
    NotTraversable {
        /// The first folder on the way that is closed.
        folder: PathBuf,
        /// The account the server would run as.
        account: String,
    },
    /// Run by root, and the machine has neither a `postgres` nor a `nobody` account.
    #[error("run by root, and there is neither a user postgres nor a user nobody to run PostgreSQL as")]
    NoUnprivilegedAccount,
    /// A setting given in the options is malformed, or one that the crate answers for.
    #[error("setting {name}: {reason}")]
    Setting {
        /// Name of the setting.
        name: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A PostgreSQL tool could not be run at all.
    #[error("cannot run {tool}")]
    Run {
        /// Path of the tool.
        tool: PathBuf,
        /// What the system answered.
        #[source]
        source: std::io::Error,
    },
    /// A PostgreSQL tool ran and failed.
    #[error("{tool} failed: {detail}")]
    Tool {
        /// Name of the tool.
        tool: &'static str,
        /// Last lines of what it and the server log said.
        detail: String,
    },
    /// A postmaster runs on the folder and does not answer.
    #[error("the postmaster with process id {pid} does not answer on {socket} after {seconds} s")]
    NotAnswering {
        /// Its process id.
        pid: i32,
        /// Folder of its socket.
        socket: PathBuf,
        /// How long it was waited for.
        seconds: u64,
    },
    /// Another process holds the start lock of the folder for too long.
    #[error("another process has been starting or stopping the cluster in {path} for more than {seconds} s")]
    Busy {
        /// The data folder.
        path: PathBuf,
        /// How long it was waited for.
        seconds: u64,
    },
}

impl Error {
    pub(crate) fn folder(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Folder { action, path, source }
    }
}
