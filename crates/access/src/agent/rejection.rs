//! Why an act on an agent is refused.

/// Why an act on an agent is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AgentRejection {
    /// He is there already.
    #[error("AGENT_ALREADY_ENTERED")]
    AlreadyEntered,
    /// He is not there.
    #[error("AGENT_NOT_FOUND")]
    NotEntered,
    /// He left, or his last day is known.
    #[error("AGENT_LEFT")]
    Left,
    /// The name is empty, too long (100 characters) or holds control characters.
    #[error("NAME_INVALID")]
    InvalidName,
    /// The e-mail address has not the form of one.
    #[error("EMAIL_INVALID")]
    InvalidEmail,
    /// His account was asked for before.
    #[error("ACCOUNT_ALREADY_ASKED")]
    AlreadyAsked,
    /// His account was not asked for.
    #[error("ACCOUNT_NOT_ASKED")]
    NotAsked,
    /// His account is certified.
    #[error("ACCOUNT_ALREADY_CERTIFIED")]
    AlreadyCertified,
    /// No agent of such an organisation has this role.
    #[error("ROLE_NOT_OF_THE_ORGANISATION")]
    RoleNotAllowed,
    /// No territory is named, or one that is not his organisation's.
    #[error("FOREIGN_TERRITORY")]
    ForeignTerritory,
    /// A role is given from today at the earliest, for a year at most (provisional).
    #[error("ROLE_PERIOD_INVALID")]
    InvalidPeriod,
    /// He does not have this role there.
    #[error("ROLE_NOT_GRANTED")]
    NotGranted,
    /// This identity is bound to his account already.
    #[error("IDENTITY_ALREADY_BOUND")]
    IdentityBound,
    /// No identity is bound to his account.
    #[error("IDENTITY_NOT_BOUND")]
    IdentityNotBound,
    /// He works there already.
    #[error("DESK_UNCHANGED")]
    DeskUnchanged,
    /// He is suspended.
    #[error("ALREADY_SUSPENDED")]
    AlreadySuspended,
    /// He is not.
    #[error("NOT_SUSPENDED")]
    NotSuspended,
    /// A last day is today at the earliest.
    #[error("DATE_PASSED")]
    DatePassed,
    /// What is known of his person is erased a year after he left (provisional), and once.
    #[error("ERASURE_NOT_DUE")]
    ErasureNotDue,
}

impl AgentRejection {
    /// Every rejection.
    pub const ALL: &'static [Self] = &[
        Self::AlreadyEntered,
        Self::NotEntered,
        Self::Left,
        Self::InvalidName,
        Self::InvalidEmail,
        Self::AlreadyAsked,
        Self::NotAsked,
        Self::AlreadyCertified,
        Self::RoleNotAllowed,
        Self::ForeignTerritory,
        Self::InvalidPeriod,
        Self::NotGranted,
        Self::IdentityBound,
        Self::IdentityNotBound,
        Self::DeskUnchanged,
        Self::AlreadySuspended,
        Self::NotSuspended,
        Self::DatePassed,
        Self::ErasureNotDue,
    ];
}
