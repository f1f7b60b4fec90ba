//! Building a view anew while servers go on answering from the old one.

use event_log::Position;
use register::{Place, Register};

use crate::error::Error;
use crate::views::Views;

/// A view that can be built anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// Every active demand as those who share it need it.
    SharedManagement,
    /// What every demand waits for, and the lists of renewal notices.
    Deadlines,
    /// Monthly statistics.
    Infocentre,
}

impl View {
    /// Every one of them, by the name of its projection.
    pub const ALL: &'static [(&'static str, Self)] = &[
        ("shared_management", Self::SharedManagement),
        ("deadlines", Self::Deadlines),
        ("infocentre", Self::Infocentre),
    ];
}

/// Builds a view anew from the log; returns the position it stands at then. Whatever was wrong with its rows is gone.
///
/// # Errors
/// [`Error::View`], the live rows untouched; [`Error::Keys`] and [`Error::Log`] when it cannot be opened.
pub async fn rebuild(register: &Register, place: &Place, view: View) -> Result<Position, Error> {
    let views = Views::open(register, place).await?;
    match view {
        View::SharedManagement => views.shared.rebuild().await,
        View::Deadlines => views.deadlines.rebuild().await,
        View::Infocentre => views.statistics.rebuild().await,
    }
}
