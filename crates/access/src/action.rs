//! What can be done.

/// What somebody wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Register a demand.
    Register,
    /// Read a demand, names included.
    Read,
    /// Read a demand whose applicant has come to the desk with its number, wherever in the territory he seeks (R441-2-7).
    ReadAtDesk,
    /// Read what falls due when, and whose radiation is late: numbers and days, nobody's name.
    ReadDeadlines,
    /// Change information.
    Modify,
    /// Renew.
    Renew,
    /// Take a piece in, store it, or set it aside.
    AddPiece,
    /// Record a commission's attribution, its refusal or its lapse.
    Attribute,
    /// Record a signed lease, which radiates.
    SignLease,
    /// Record a renunciation, which radiates.
    Renounce,
    /// Erase the personal data of a demand whose time is over (INV-32).
    Erase,
    /// Enter from a file what an organisation did before, on the days it did it. What it may not do is not imported either.
    Import,
    /// Have renewal notices sent, and radiate for non-renewal.
    KeepRenewals,
    /// Warn an applicant who does not answer, record his answer, radiate for no answer.
    Chase,
    /// Record that a commission found the demand inadmissible, and radiate for it.
    FindInadmissible,
    /// Bring a radiated demand back.
    Reinstate,
    /// Record that a certificate of registration went out.
    IssueCertificate,
    /// Report a lease of another lessor, and withdraw the report.
    ReportLease,
    /// Record what becomes of a claim to housing (DALO).
    RecordDalo,
    /// Read the delays and parameters of a territory.
    ReadTerritory,
    /// Decide them.
    SetTerritory,
    /// Read the record of who looked at nominative data of a territory (INV-43).
    ReadConsultations,
    /// Read who looked at one's own demand: organisations and days, and no agent (R441-2-6).
    ReadOwnConsultations,
    /// Drop a co-applicant, or give him a demand of his own.
    Separate,
    /// Enter organisations and desks.
    AdministerOrganisations,
    /// Administer the organisations, desks and agents of one's own territories.
    AdministerRights,
    /// Check the register as a whole; sees no name.
    Inspect,
    /// Replay demands and the log, personal parts sealed.
    Audit,
    /// Ask what became of a command of one's own organisation, or give it up for good.
    AskOutcome,
    /// Read statistics: counts of any place, and nobody's demand.
    ReadStatistics,
}

impl Action {
    /// Every action.
    pub const ALL: &'static [Self] = &[
        Self::Register,
        Self::Read,
        Self::ReadAtDesk,
        Self::ReadDeadlines,
        Self::Modify,
        Self::Renew,
        Self::AddPiece,
        Self::Attribute,
        Self::SignLease,
        Self::Renounce,
        Self::Erase,
        Self::Import,
        Self::KeepRenewals,
        Self::Chase,
        Self::FindInadmissible,
        Self::Reinstate,
        Self::IssueCertificate,
        Self::ReportLease,
        Self::RecordDalo,
        Self::ReadTerritory,
        Self::SetTerritory,
        Self::ReadConsultations,
        Self::ReadOwnConsultations,
        Self::Separate,
        Self::AdministerOrganisations,
        Self::AdministerRights,
        Self::Inspect,
        Self::Audit,
        Self::AskOutcome,
        Self::ReadStatistics,
    ];

    /// Whether it is what an applicant comes to a desk for, or sends a desk in writing: that is done at any desk of the
    /// territory (R441-2-1, R441-2-7), whatever he seeks. What a service does of its own accord it does to demands that it
    /// has access to (R441-2-6).
    pub const fn is_done_at_any_desk(self) -> bool {
        matches!(
            self,
            Self::Register
                | Self::ReadAtDesk
                | Self::Modify
                | Self::Renew
                | Self::AddPiece
                | Self::Renounce
                | Self::Reinstate
                | Self::IssueCertificate
                | Self::Separate
        )
    }
}
