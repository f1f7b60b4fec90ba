//! A PostgreSQL cluster of our own, with no configuration.
//!
//! [`Binaries`] finds an installed PostgreSQL, [`Cluster`] runs it in one folder: made at first use, reachable through a
//! unix socket only, checksums on, every durability setting on. It is the same engine and the same SQL as a managed
//! server; the rest of the program only sees the connection string that [`Cluster::url`] gives.
//!
//! Doctrine:
//! - **A half-made cluster is never taken for one.** `initdb` works in a sibling folder that is renamed when it is whole.
//! - **The cluster survives its owner.** A killed process leaves a running postmaster; the next [`Cluster::start`] on the
//!   folder adopts it. Two processes may share a folder: a shared file lock counts the users and only the last one stops
//!   the postmaster. A second, exclusive lock keeps two starters (or a starter and a stopper) apart.
//! - **Root drops its rights.** PostgreSQL refuses to run as root, so root runs it as `postgres`, or else as `nobody`.
//! - **The server log tells no stories.** Statements and row values are kept out of it: they hold personal data.
//!
//! This crate knows no domain and no SQL client; all calls block.
//!
//! ```no_run
//! use private_postgres::{Cluster, Options};
//!
//! let cluster = Cluster::start(Options::new("/var/lib/sne/postgresql"))?;
//! let url = cluster.url(cluster.superuser(), "postgres");
//! assert!(url.starts_with("postgresql:///postgres?host="));
//! cluster.stop()?;
//! # Ok::<(), private_postgres::Error>(())
//! ```

mod account;
mod binaries;
mod cluster;
mod error;
mod folder;
mod lock;
mod options;
mod postmaster;
mod probe;
mod settings;
mod socket;
#[cfg(feature = "test-util")]
pub mod test_util;
mod tool;
mod url;

pub use binaries::{Binaries, MINIMUM_MAJOR};
pub use cluster::{Cluster, Step, Stopped};
pub use error::Error;
pub use options::Options;
