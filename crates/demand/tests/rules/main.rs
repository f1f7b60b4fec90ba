//! The rules of a demand, given/when/then. Each test is named after the invariant that it holds.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod acts;
mod awaited;
mod by_hand;
mod certificates;
mod couple;
mod couples;
mod dalo;
mod deposits;
mod dropped;
mod employers;
mod erasure;
mod form;
mod full;
mod full_followed;
mod full_parted;
mod given;
mod golden;
mod lease_reports;
mod lives;
mod needs;
mod notices;
mod open_facts;
mod oracle;
mod persons;
mod renewing;
mod settled;
mod table;
mod territory_events;
mod waiting;
mod warned;
