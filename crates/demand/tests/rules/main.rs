//! The rules of a demand, given/when/then. Each test is named after the invariant that it holds.

mod acts;
mod form;
mod given;
mod golden;
mod lives;
mod open_facts;
