//! Building a view anew while servers go on answering from the old one.

use event_log::Position;
use register::{Place, Register};

use crate::error::Error;
use crate::shared_view::SharedView;

/// A view that can be built anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// Every active demand as those who share it need it.
    SharedManagement,
}

impl View {
    /// Every one of them, by the name of its projection.
    pub const ALL: &'static [(&'static str, Self)] = &[("shared_management", Self::SharedManagement)];
}

/// Builds a view anew from the log; returns the position it stands at then. Whatever was wrong with its rows is gone.
///
/// # Errors
/// [`Error::View`], the live rows untouched; [`Error::Keys`] and [`Error::Log`] when it cannot be opened.
pub async fn rebuild(register: &Register, place: &Place, view: View) -> Result<Position, Error> {
    match view {
        View::SharedManagement => SharedView::open(register, place).await?.rebuild().await,
    }
}
