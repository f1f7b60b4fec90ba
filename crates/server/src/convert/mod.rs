//! From messages to what the rooms below take, and back. Plain moves: what a form says is judged by the domain alone.

pub mod act;
pub mod administration;
pub mod answer;
pub mod deadlines;
pub mod demand;
mod edge;
pub mod etag;
pub mod event;
pub mod follow_up;
pub mod form;
pub mod infocentre;
pub mod pieces;
pub mod requests;
pub mod separation;
pub mod shared;
pub mod territory;

pub use edge::Edge;
