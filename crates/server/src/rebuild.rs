//! Building views anew while servers go on answering from the old one.

use event_log::Position;
use projection::Rebuilding;
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

/// Builds views anew from the log, together; returns the positions they stand at then. Whatever was wrong with their rows
/// is gone. `told` hears how far it is.
///
/// # Errors
/// [`Error::View`], the live rows untouched; [`Error::Keys`] and [`Error::Log`] when they cannot be opened.
pub async fn rebuild(
    register: &Register,
    place: &Place,
    which: &[View],
    told: &(dyn Fn(Rebuilding) + Send + Sync),
) -> Result<Vec<Position>, Error> {
    let views = Views::open(register, place).await?;
    let rebuilt = which.iter().map(|view| match view {
        View::SharedManagement => views.shared.rebuilt(),
        View::Deadlines => views.deadlines.rebuilt(),
        View::Infocentre => views.statistics.rebuilt(),
    });
    Ok(projection::rebuild_all(&rebuilt.collect::<Vec<_>>(), told).await?)
}
