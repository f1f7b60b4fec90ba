//! Why there are no figures.

use std::process::ExitCode;

/// A run ends at the first of these: a figure that hides errors is worth nothing.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The private cluster.
    #[error(transparent)]
    Cluster(#[from] private_postgres::Error),
    /// The log.
    #[error(transparent)]
    Log(#[from] event_log::Error),
    /// The keys.
    #[error(transparent)]
    Vault(#[from] vault::Error),
    /// The bus.
    #[error("the register answered {0}")]
    Register(#[from] register::Error),
    /// A statement of the bench's own.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    /// The server, when it starts or ends.
    #[error(transparent)]
    Server(#[from] server::Error),
    /// A call through gRPC was refused, or did not come through.
    #[error("the server answered {code}: {message}")]
    Call {
        /// What kind of refusal.
        code: tonic::Code,
        /// In the server's words.
        message: String,
    },
    /// No connection to a server on this machine.
    #[error("connecting to the server: {0}")]
    Connect(#[from] tonic::transport::Error),
    /// A certificate that cannot be drawn.
    #[error("a certificate: {0}")]
    Certificate(#[from] rcgen::Error),
    /// An event that does not read back.
    #[error(transparent)]
    Codec(#[from] demand::codec::CodecError),
    /// A file or a program.
    #[error("{what}: {error}")]
    Io {
        /// What was tried.
        what: &'static str,
        /// Why not.
        error: std::io::Error,
    },
    /// The base line did not run.
    #[error("pgbench: {0}")]
    Pgbench(String),
    /// The stock framework gave an error.
    #[error("stock cqrs-es answered {0}")]
    Stock(String),
    /// A command was answered, but not as it should be.
    #[error("{0}")]
    Answer(String),
    /// Somebody stopped the run.
    #[error("interrupted")]
    Interrupted,
    /// `--check` found figures outside of their bounds.
    #[error("{0} of the bounds not held")]
    Bounds(usize),
}

/// What the exit codes mean, for `--help`.
pub const EXIT_CODES: &str = "Exit codes: 0 figures were taken; 1 a command was answered with an error, or the run \
    failed otherwise; 2 wrong arguments; 3 a bound of --check is not held; 130 interrupted";

impl From<tonic::Status> for Failure {
    fn from(status: tonic::Status) -> Self {
        Self::Call { code: status.code(), message: status.message().to_owned() }
    }
}

impl Failure {
    /// For `map_err`: an operating system error with what was tried.
    pub fn io(what: &'static str) -> impl FnOnce(std::io::Error) -> Self {
        move |error| Self::Io { what, error }
    }

    /// The exit code, as [`EXIT_CODES`] says.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Bounds(_) => 3,
            Self::Interrupted => 130,
            _ => 1,
        })
    }
}
