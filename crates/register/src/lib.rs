//! The application: what a command goes through, and what can be asked of the register.
//!
//! [`Register::execute`] takes a [`Request`] through the bus, in this order: receipt, rights by the territory that the
//! number names, load, rights by the loaded facts, plan, decide, number, claims, seal, append; [`Register::submit_many`] takes
//! many through each of these steps at once, and [`Register::import`] what organisations did before. [`Register::demand`] and
//! [`Register::history`] read; [`Register::erase`] forgets; [`Register::daily`] does what comes with the days;
//! [`Register::set_territory`] decides the delays that acts go by; [`Register::examine`] doubts; [`forgotten`] tells what a
//! restored database does not know any more. Who only reads opens with
//! [`Register::open_to_read`]. [`StockReader`] reads the same log with stock postgres-es.
//!
//! What breaks if you change the order: a receipt looked up after the decision would refuse the repeat of a command that
//! succeeded; a number allotted before the decision would be lost with each refusal; a right asked after the load would
//! tell a stranger whether a demand exists.
//!
//! Invariant of absence: no view is known here, and no handler of the network.

mod administration;
mod at_desk;
mod audit;
mod blind;
mod bulk;
mod bus;
mod claim;
mod clock;
mod consultation;
mod daily;
mod directory;
mod doctor;
mod erasure;
mod error;
mod export;
mod history;
mod identities;
mod import;
pub mod lines;
#[cfg(feature = "memory")]
pub mod memory;
mod numbers;
mod open;
mod organisations;
mod outcome;
mod permission;
mod register;
mod restore;
mod rotation;
mod schema;
mod seen;
mod settings;
mod sheet;
mod stock;
mod stream;
mod tasks;
mod terms;
mod territory;
mod trial;
mod wording;

pub use administration::{
    Administered, AdministrationAct, AdministrationAnswer, AdministrationRequest, AlertLine, AlertPlace, IdentityDraft,
    RightLine, RightsQuery, Seer, SuspensionLine, SuspensionPlace,
};
pub use audit::{AsOf, Replayed};
pub use clock::{Clock, SetClock, SystemClock};
pub use consultation::{
    Budgets, Consulted, ConsultedBy, ConsultedPage, Look, LookKind, OwnConsultation, OwnPage, Promptness, Question,
    Recording,
};
pub use daily::{
    AbnormalCount, DailyDone, DailyReport, DailyRun, DelayCount, DueList, DueListUnavailable, DuePlace, DueQuery,
    Failed, ListedNotice, NoticeFile, NoticeProof, Phase, Progress, Proofs, TerritoryDay, UnsentList, Waiting,
    last_daily_run,
};
pub use directory::ORGANISATION;
pub use doctor::{Check, Depth, Findings, examine};
pub use erasure::{Erasure, ErasureRun};
pub use error::Error;
pub use history::{HistoryLine, Viewer};
pub use import::{Entered, ImportRow, Rehearsal};
pub use numbers::ForgottenNumbers;
pub use open::Place;
pub use organisations::{DeskLine, Imported, OrganisationLine};
pub use outcome::Outcome;
pub use register::{Answer, NewDemand, Register, Request};
pub use restore::{Forgotten, forgotten};
pub use schema::SchemaState;
pub use seen::Seen;
pub use settings::TERRITORY;
pub use sheet::{AbnormalDelay, SettingLine, TerritoryChange, TerritorySheet};
pub use stock::{StockReader, upcasters};
pub use stream::DEMAND;
pub use terms::Terms;
pub use territory::{TerritoryAnswer, TerritoryRequest};
pub use wording::{database_trouble, schema_trouble, vault_trouble};
