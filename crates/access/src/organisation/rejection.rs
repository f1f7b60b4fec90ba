//! Why an act on an organisation is refused.

/// Why an act on an organisation is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OrganisationRejection {
    /// It is there already.
    #[error("ORGANISATION_ALREADY_REGISTERED")]
    AlreadyRegistered,
    /// It is there under another name, kind, territory or first day, or one of its desks is.
    #[error("ORGANISATION_DIFFERS")]
    Differs,
    /// It is not there.
    #[error("ORGANISATION_NOT_FOUND")]
    NotRegistered,
    /// It is merged into another one, or will be.
    #[error("ORGANISATION_MERGED")]
    Merged,
    /// An organisation does not merge into itself.
    #[error("MERGES_INTO_ITSELF")]
    MergesIntoItself,
    /// The name, label or reference is empty, too long (100 characters) or holds control characters.
    #[error("NAME_INVALID")]
    InvalidName,
    /// It has no territory, or none was named.
    #[error("TERRITORY_MISSING")]
    NoTerritory,
    /// It is in the territory already.
    #[error("TERRITORY_ALREADY_ITS_OWN")]
    TerritoryKnown,
    /// Only services that may register demands have desks, and mandates (R441-2-1).
    #[error("NOT_A_REGISTERING_SERVICE")]
    NotARegisteringService,
    /// Such a service opens a desk only with a convention, délibération or decision on record on that day (INV-46).
    #[error("ENTITLEMENT_MISSING")]
    EntitlementMissing,
    /// Such an organisation registers without one.
    #[error("ENTITLEMENT_NOT_ASKED")]
    EntitlementNotAsked,
    /// One with this reference is on record.
    #[error("ENTITLEMENT_ALREADY_RECORDED")]
    EntitlementKnown,
    /// None with this reference is on record, or it has ended.
    #[error("ENTITLEMENT_NOT_FOUND")]
    UnknownEntitlement,
    /// The territory is not one of the organisation's.
    #[error("FOREIGN_TERRITORY")]
    ForeignTerritory,
    /// The desk exists.
    #[error("DESK_ALREADY_OPEN")]
    DeskExists,
    /// The desk does not exist, or closed before.
    #[error("DESK_NOT_FOUND")]
    UnknownDesk,
    /// Desks of the territory are open after that day.
    #[error("DESKS_STILL_OPEN")]
    DesksOpen,
    /// What the public is told of a desk has not the form of it, or lies in another territory.
    #[error("CONTACT_INVALID")]
    InvalidContact,
    /// A desk closes on or after its first day, and opens on or after its organisation's; nothing ends before it began.
    #[error("DATE_TOO_EARLY")]
    TooEarly,
    /// It counts from today at the earliest.
    #[error("DATE_PASSED")]
    DatePassed,
    /// Only a lessor entrusts registering to another service here.
    #[error("NOT_A_LESSOR")]
    NotALessor,
    /// The service has a mandate for one of these territories and days already.
    #[error("MANDATE_ALREADY_GIVEN")]
    MandateKnown,
    /// The service has no mandate that goes on after that day.
    #[error("MANDATE_NOT_FOUND")]
    UnknownMandate,
    /// Only a local authority is competent for communes.
    #[error("NOT_A_LOCAL_AUTHORITY")]
    NotALocalAuthority,
    /// No commune is named, one that does not exist, or one outside of its territories.
    #[error("COMMUNES_INVALID")]
    InvalidCommunes,
    /// The certificate speaks for it already, or did: what was revoked does not come back.
    #[error("CERTIFICATE_ALREADY_BOUND")]
    CertificateKnown,
    /// No such certificate speaks for it.
    #[error("CERTIFICATE_NOT_FOUND")]
    UnknownCertificate,
    /// The certificate ends before it begins, or is over.
    #[error("CERTIFICATE_PERIOD_INVALID")]
    InvalidPeriod,
    /// Sixteen certificates speak for it: revoke one first.
    #[error("TOO_MANY_CERTIFICATES")]
    TooManyCertificates,
    /// He has an account of his own: that is what is suspended, or resumed.
    #[error("USER_HAS_AN_ACCOUNT")]
    UserHasAccount,
    /// It is suspended, or he is.
    #[error("ALREADY_SUSPENDED")]
    AlreadySuspended,
    /// It is not, or he is not.
    #[error("NOT_SUSPENDED")]
    NotSuspended,
}

impl OrganisationRejection {
    /// Every rejection.
    pub const ALL: &'static [Self] = &[
        Self::AlreadyRegistered,
        Self::Differs,
        Self::NotRegistered,
        Self::Merged,
        Self::MergesIntoItself,
        Self::InvalidName,
        Self::NoTerritory,
        Self::TerritoryKnown,
        Self::NotARegisteringService,
        Self::EntitlementMissing,
        Self::EntitlementNotAsked,
        Self::EntitlementKnown,
        Self::UnknownEntitlement,
        Self::ForeignTerritory,
        Self::DeskExists,
        Self::UnknownDesk,
        Self::DesksOpen,
        Self::InvalidContact,
        Self::TooEarly,
        Self::DatePassed,
        Self::NotALessor,
        Self::MandateKnown,
        Self::UnknownMandate,
        Self::NotALocalAuthority,
        Self::InvalidCommunes,
        Self::CertificateKnown,
        Self::UnknownCertificate,
        Self::InvalidPeriod,
        Self::TooManyCertificates,
        Self::UserHasAccount,
        Self::AlreadySuspended,
        Self::NotSuspended,
    ];
}
