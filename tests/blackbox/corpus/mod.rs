//! Bad input: a hand-written table says what each input must come to, sent through the bus and (compiled a second time as
//! `corpus_over_tcp`) through the network door of a real server.
//!
//! Whatever is sent is either accepted and given back unchanged, or refused with a stable reason and every violation; a
//! refusal moves nothing in the log, and nothing ever panics (a panic in the bus would answer `OUTCOME_UNKNOWN`, which no
//! line of the tables allows).

mod acts;
mod calendar;
mod contact;
mod door;
mod following;
mod foreign;
mod identity;
mod json_text;
mod names;
mod naughty;
mod parting;
mod pieces;
mod rubrics;
mod sequences;
pub mod stage;
