//! The log: streams of events with versions, one gapless position over all of them, claims and receipts, in PostgreSQL.
//!
//! The log is the only truth of the register, and this crate is its only door. It knows bytes and no domain: what an
//! event means, who may write it and how it is sealed is decided elsewhere. What it decides alone, on rows that it has
//! locked, is *order*: expected versions, command ids and claims (design laws 2 to 6).
//!
//! - A [`Command`] appends events to one or several streams and takes or releases claims, all or nothing.
//! - [`EventLog::append`] answers each command with a [`Verdict`]: committed, repeated (the first answer again), or
//!   refused. A refusal leaves nothing behind: no event, no position, no receipt.
//! - [`Reader`] reads pages by [`Position`]. Positions are gapless and visible in order: whoever sees *n* sees every
//!   lower one, so a missing number is a fault that reading reports ([`Error::Gap`]), never a thing to skip.
//! - [`Subscription`] follows the log: woken by appends of this process, and by a slow poll for those of others.
//!
//! Four database roles stand between the rooms ([`Role`]): the owner migrates, the writer may only call the append
//! function, the projector reads, the reader sees almost nothing of this schema. Nobody may insert, update, delete or
//! truncate.
//!
//! ```no_run
//! use event_log::{Command, EventLog, NewEvent, Options, Role, StreamAppend, StreamId, StreamType, Verdict};
//!
//! # async fn example(url: &str, now: jiff::Timestamp) -> Result<(), event_log::Error> {
//! const NOTE: StreamType = StreamType::from_static("note");
//! let options: sqlx::postgres::PgConnectOptions = url.parse().expect("a PostgreSQL URL");
//! event_log::migrate(&options).await?;
//! let log = EventLog::new(options.clone(), event_log::connect(options, Role::Writer, 4).await?, Options::default());
//!
//! let verdicts = log
//!     .append(vec![Command {
//!         id: uuid::Uuid::new_v4(),
//!         organisation: "org-1".into(),
//!         actor: "agent-7".into(),
//!         body_digest: [0; 32],
//!         recorded_at: now,
//!         streams: vec![StreamAppend {
//!             stream_type: NOTE,
//!             stream: StreamId::parse("note-1")?,
//!             territory: None,
//!             expected_version: 0,
//!             key: None,
//!             events: vec![NewEvent {
//!                 event_type: "Written".into(),
//!                 schema_version: 1,
//!                 effective_on: jiff::civil::date(2026, 1, 31),
//!                 payload: r#"{"text":"bonjour"}"#.into(),
//!                 sealed: Vec::new(),
//!             }],
//!         }],
//!         claims: Vec::new(),
//!     }])
//!     .await?;
//! if let Verdict::Committed(receipt) = &verdicts[0] {
//!     let page = log.reader().read_after(receipt.first.before(), 100).await?;
//!     assert!(page.events[0].leaf_matches());
//! }
//! # Ok(())
//! # }
//! ```

mod append;
mod command;
#[cfg(feature = "cqrs")]
pub mod cqrs;
mod error;
mod identifiers;
mod leaf;
#[cfg(feature = "memory")]
pub mod memory;
mod postgres;
mod read;
mod role;
mod schema;
mod settings;
mod store;
mod subscribe;
mod verdict;
mod wire;

pub use append::{EventLog, MAX_ROUND_BYTES, MAX_ROUND_COMMANDS, Options};
pub use command::{
    Claim, ClaimOp, Command, KeyRef, MAX_CLAIM_KEY_BYTES, MAX_COMMAND_BYTES, MAX_COMMAND_EVENTS, MAX_PART_BYTES,
    NewEvent, StreamAppend,
};
pub use error::Error;
pub use identifiers::{Position, StreamId, StreamType, TerritoryCode};
pub use leaf::{LEAF_FORMAT, LeafHeader, leaf};
pub use postgres::{Standby, read_until};
pub use read::{
    BULK_STREAM_TYPE, ClaimHolder, ClaimRow, Page, Reader, RecordedEvent, StreamRange, StreamSpan, StreamWalk,
};
pub use role::{ROLES_SQL, Role, connect, create_roles};
pub use schema::{migrate, migrations};
pub use settings::{OLDEST_SERVER, Settings, check_settings, read_settings};
pub use subscribe::Subscription;
pub use verdict::{Receipt, Refusal, Verdict};
pub use wire::{PgDate, PgInstant};
