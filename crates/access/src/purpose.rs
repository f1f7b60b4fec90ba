//! What something is done for.

/// What for: nominative data serves the attribution of social dwellings and nothing else (R441-2-6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Registering, following and attributing demands.
    Attribution,
    /// Serving an applicant who has come to the desk (R441-2-7).
    Desk,
    /// Keeping the register.
    Administration,
    /// Proving what happened, and that nobody rewrote it.
    Audit,
    /// Knowing how many, not who.
    Statistics,
}
