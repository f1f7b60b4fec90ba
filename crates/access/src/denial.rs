//! Why an actor may not do what he wants to.

/// Why not. A denial that names a territory is told to the caller as "not found": a foreign object does not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denial {
    /// No such certificate speaks for an organisation.
    #[error("UNKNOWN_CERTIFICATE")]
    UnknownCertificate,
    /// The certificate was revoked.
    #[error("CERTIFICATE_REVOKED")]
    CertificateRevoked,
    /// The certificate is not valid now.
    #[error("CERTIFICATE_EXPIRED")]
    CertificateExpired,
    /// No account has this identity.
    #[error("UNKNOWN_IDENTITY")]
    UnknownIdentity,
    /// The agent is none of the organisation's, or left it.
    #[error("UNKNOWN_AGENT")]
    UnknownAgent,
    /// The agent's account was not certified by the manager.
    #[error("ACCOUNT_NOT_CERTIFIED")]
    AccountNotCertified,
    /// The organisation, the agent, or the user of its system is suspended.
    #[error("SUSPENDED")]
    Suspended,
    /// The organisation does not take part on that day.
    #[error("UNKNOWN_ORGANISATION")]
    UnknownOrganisation,
    /// The desk is none of the organisation's, or none was named.
    #[error("UNKNOWN_DESK")]
    UnknownDesk,
    /// The desk is not open on that day.
    #[error("DESK_CLOSED")]
    DeskClosed,
    /// The demand belongs to another territory than the desk.
    #[error("FOREIGN_TERRITORY")]
    ForeignTerritory,
    /// The organisation is no registering service (R441-2-1).
    #[error("NOT_A_REGISTERING_SERVICE")]
    NotARegisteringService,
    /// Only a lessor's commission attributes, only a lessor signs a lease (R441-2-8 a, INV-25).
    #[error("NOT_A_LESSOR")]
    NotALessor,
    /// Only who keeps the renewals of the territory has notices sent and radiates for non-renewal (R441-2-8 e).
    #[error("NOT_THE_MANAGER")]
    NotTheManager,
    /// Only the State's service of the territory records what becomes of a claim to housing (DALO).
    #[error("NOT_THE_STATE")]
    NotTheState,
    /// The system actor does not act on demands, nor sees names.
    #[error("NOT_FOR_THE_OPERATOR")]
    NotForTheOperator,
    /// Only the system actor does this.
    #[error("OPERATOR_ONLY")]
    OperatorOnly,
    /// Another agent of the organisation might: this one was not given the role.
    #[error("ROLE_MISSING")]
    RoleMissing,
    /// Only who has an account of his own administers rights.
    #[error("ACCOUNT_NEEDED")]
    AccountNeeded,
    /// Nobody administers his own rights.
    #[error("OWN_RIGHTS")]
    OwnRights,
    /// Only an auditor replays the log.
    #[error("AUDITOR_ONLY")]
    AuditorOnly,
    /// An applicant asks who looked at his demand, and nothing else here.
    #[error("NOT_FOR_APPLICANTS")]
    NotForApplicants,
    /// Only the applicant of a demand asks this about it.
    #[error("APPLICANT_ONLY")]
    ApplicantOnly,
    /// The action does not serve the purpose, or does not fit the resource.
    #[error("PURPOSE_NOT_ALLOWED")]
    Purpose,
}

impl Denial {
    /// Every denial.
    pub const ALL: &'static [Self] = &[
        Self::UnknownCertificate,
        Self::CertificateRevoked,
        Self::CertificateExpired,
        Self::UnknownIdentity,
        Self::UnknownAgent,
        Self::AccountNotCertified,
        Self::Suspended,
        Self::UnknownOrganisation,
        Self::UnknownDesk,
        Self::DeskClosed,
        Self::ForeignTerritory,
        Self::NotARegisteringService,
        Self::NotALessor,
        Self::NotTheManager,
        Self::NotTheState,
        Self::NotForTheOperator,
        Self::OperatorOnly,
        Self::RoleMissing,
        Self::AccountNeeded,
        Self::OwnRights,
        Self::AuditorOnly,
        Self::NotForApplicants,
        Self::ApplicantOnly,
        Self::Purpose,
    ];
}
