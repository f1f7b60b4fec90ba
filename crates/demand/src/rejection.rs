//! Why an act is refused: a stable reason, and for a form every field that is wrong.

use std::fmt;

use serde::Serialize;

/// An act is refused; nothing was decided, nothing is written.
///
/// `Display` names reasons and field paths only, never a value somebody typed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Rejection {
    /// The stable reason.
    pub reason: RejectionReason,
    /// Every field that is wrong, in the order of the form. Empty unless the reason is [`RejectionReason::InvalidForm`].
    pub violations: Vec<Violation>,
}

impl Rejection {
    /// Refuses a form with all its violations.
    pub fn invalid(violations: Vec<Violation>) -> Self {
        Self { reason: RejectionReason::InvalidForm, violations }
    }
}

impl From<RejectionReason> for Rejection {
    fn from(reason: RejectionReason) -> Self {
        Self { reason, violations: Vec::new() }
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.reason.code())?;
        for (index, violation) in self.violations.iter().enumerate() {
            write!(f, "{} {violation}", if index == 0 { ":" } else { "," })?;
        }
        Ok(())
    }
}

/// One wrong field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// The path of the field in the request, such as `identity.co_applicants[0].birth_date`.
    pub field: String,
    /// What is wrong with it.
    pub reason: FieldReason,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.field, self.reason.code())
    }
}

macro_rules! reasons {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $code:literal, $french:literal;)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$doc])* $variant,)+ }

        impl $name {
            /// Every reason, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The stable code, UPPER_SNAKE. Once published it never changes its meaning.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// What to tell the person at the desk, in French.
            pub fn message(self) -> &'static str {
                match self { $(Self::$variant => $french,)+ }
            }
        }

        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.code())
            }
        }
    };
}

reasons! {
    /// Why an act on a demand is refused.
    RejectionReason {
        /// The form has violations (INV-02, INV-08, INV-62, INV-71).
        InvalidForm = "INVALID_FORM", "Le formulaire comporte des erreurs : corrigez chaque champ signalé.";
        /// The stream of the number already holds a demand (INV-04).
        AlreadyRegistered = "ALREADY_REGISTERED", "Ce numéro unique porte déjà une demande.";
        /// No demand stands under the number.
        NotRegistered = "DEMAND_NOT_FOUND", "Aucune demande ne porte ce numéro unique.";
        /// The demand is radiated: it can be neither renewed, modified, completed nor attributed until it is reinstated
        /// (INV-30).
        Radiated = "DEMAND_RADIATED", "Cette demande est radiée : elle ne peut plus être modifiée, renouvelée ni attribuée.";
        /// The year that nominative data is kept after the radiation is not over (INV-32).
        ErasureNotDue = "ERASURE_NOT_DUE", "Les données nominatives sont conservées un an après la radiation : il est trop tôt pour les effacer.";
        /// The personal data of the demand was erased: nothing is done to it any more (INV-32, INV-33).
        Erased = "DEMAND_ERASED", "Les données nominatives de cette demande ont été effacées, un an après sa radiation : elle ne peut plus faire l'objet d'aucun acte.";
        /// The demand is past its expiry: it must be renewed before a dwelling is attributed (INV-15, INV-48).
        Expired = "DEMAND_EXPIRED", "Cette demande n'est plus valide : elle doit d'abord être renouvelée.";
        /// The validity already counts from today: the demand was filed or renewed this very day.
        AlreadyRenewedToday = "ALREADY_RENEWED_TODAY", "La validité de cette demande court déjà à compter d'aujourd'hui : il n'y a pas lieu de la renouveler.";
        /// The window in which the territory admits renewals is not open yet (`renewal_window_months`).
        RenewalTooEarly = "RENEWAL_TOO_EARLY", "Il est trop tôt pour renouveler cette demande : dans ce territoire, le renouvellement s'ouvre quelques mois avant la fin de validité.";
        /// A natural person cannot become an association, nor the reverse.
        KindChanged = "APPLICANT_KIND_CHANGED", "Une demande ne peut pas passer d'une personne physique à une association, ni l'inverse.";
        /// The applicant of a demand cannot be replaced by somebody else; only a piece of identity or of civil status
        /// corrects who he is (ADR 6).
        ApplicantReplaced = "APPLICANT_REPLACED", "Le demandeur ne peut pas être remplacé par une autre personne ; une correction de son identité se fonde sur une pièce d'identité ou d'état civil du dossier.";
        /// A co-applicant is neither dropped nor exchanged by a modification: dropping is an act of its own, with consent
        /// or proof (INV-37).
        CoApplicantDropped = "CO_APPLICANT_DROPPED", "Un cotitulaire ne peut être ni retiré ni remplacé par une simple modification ; une correction de son identité se fonde sur une pièce d'identité ou d'état civil du dossier.";
        /// The applicant of the new demand is not the co-applicant who leaves the joint one (INV-36).
        NotTheCoApplicant = "NOT_THE_CO_APPLICANT", "Le demandeur de la nouvelle demande n'est pas le cotitulaire qui quitte la demande commune.";
        /// Nothing to modify: the request carries no rubric.
        NothingToModify = "NOTHING_TO_MODIFY", "La modification ne porte sur aucune rubrique.";
        /// An act founded on a piece names a piece that the demand does not hold (INV-34, INV-37).
        UnknownPiece = "UNKNOWN_PIECE", "La pièce citée à l'appui de l'acte n'existe pas dans le dossier.";
        /// The piece identifier is already in use in this demand.
        PieceAlreadyAdded = "PIECE_ALREADY_ADDED", "Cette pièce figure déjà dans le dossier.";
        /// The same lessor already has an attribution in progress on this demand.
        AttributionInProgress = "ATTRIBUTION_IN_PROGRESS", "Une attribution de ce bailleur est déjà en cours sur cette demande.";
        /// The lessor has no attribution in progress on this demand.
        NoAttribution = "NO_ATTRIBUTION_IN_PROGRESS", "Ce bailleur n'a aucune attribution en cours sur cette demande.";
        /// It is recorded already: a notice is listed, sent and returned once per validity (INV-61), a warning stands once, a
        /// certificate answers once to what made it due (INV-14).
        AlreadyRecorded = "ALREADY_RECORDED", "Ce fait est déjà enregistré pour cette demande.";
        /// A delay of the law is not over yet (INV-19, INV-21, INV-23).
        DelayRunning = "DELAY_RUNNING", "Le délai prévu n'est pas encore écoulé.";
        /// What the act rests on is not recorded: a notice that was never sent (INV-19), another service's warning
        /// (INV-72) prove nothing.
        ProofMissing = "PROOF_MISSING", "L'acte qui doit précéder celui-ci n'est pas enregistré : préavis envoyé, ou avertissement avec preuve.";
        /// Only a radiated demand is reinstated, or erased (INV-32).
        NotRadiated = "NOT_RADIATED", "Cette demande n'est pas radiée.";
        /// After this motive of radiation no reinstatement is provided.
        NotReinstatable = "NOT_REINSTATABLE", "Après une radiation pour ce motif, la demande ne peut pas être rétablie : une nouvelle demande est nécessaire.";
        /// The window of reinstatement is over (INV-20, INV-22).
        WindowClosed = "WINDOW_CLOSED", "Le délai pour rétablir cette demande est passé : une nouvelle demande est nécessaire.";
        /// A lessor reports its own lease: it has to sign it, which radiates (INV-25, INV-26).
        LessorMustSign = "LESSOR_MUST_SIGN", "Le bailleur d'un bail ne le signale pas : il l'enregistre lui-même, ce qui radie la demande.";
        /// The organisation reported no lease that it could withdraw.
        NoLeaseReport = "NO_LEASE_REPORT", "Votre organisme n'a signalé aucun bail pour cette demande.";
        /// The household is known to be housed: it is not asked to renew (INV-61).
        LeaseKnown = "LEASE_KNOWN", "Un bail est signalé pour cette demande : aucun préavis de renouvellement n'est envoyé.";
        /// No such deposit waits to be stored: there never was, or it was stored or set aside (INV-38).
        UnknownDeposit = "UNKNOWN_DEPOSIT", "Aucune pièce déposée en attente ne porte cet identifiant.";
        /// No seisin of the commission of mediation waits for its decision.
        DaloNotSeised = "DALO_NOT_SEISED", "Aucun recours devant la commission de médiation n'attend de décision pour cette demande.";
        /// There is no favourable DALO decision in force (INV-56).
        DaloNotActive = "DALO_NOT_ACTIVE", "Aucune décision DALO favorable n'est en cours pour cette demande.";
        /// A setting of a territory, or an abnormal delay, has that value on that day already.
        SettingUnchanged = "SETTING_UNCHANGED", "Cette valeur est déjà celle de ce jour-là : il n'y a rien à changer.";
        /// Nothing is set or planned there that could be withdrawn or ended.
        NothingSet = "NOTHING_SET", "Rien n'est fixé ni prévu à cette date : il n'y a rien à retirer.";
        /// The personal part of the demand cannot be opened, so the act cannot be decided.
        PersonalDataUnreadable = "PERSONAL_DATA_UNREADABLE", "Les données nominatives de cette demande ne sont plus lisibles.";
    }
}

reasons! {
    /// What is wrong with one field.
    FieldReason {
        /// A mandatory field is absent or empty.
        Missing = "MISSING", "champ obligatoire";
        /// The text does not have the expected form.
        Malformed = "MALFORMED", "format invalide";
        /// The code is not in the list in force.
        UnknownCode = "UNKNOWN_CODE", "code inconnu";
        /// The code was valid once and has a successor.
        Superseded = "SUPERSEDED", "code remplacé par un autre";
        /// More characters than the form allows.
        TooLong = "TOO_LONG", "texte trop long";
        /// Control characters, text-direction overrides or characters that are none.
        ForbiddenCharacter = "FORBIDDEN_CHARACTER", "caractère interdit";
        /// A name without a single letter.
        NotAName = "NOT_A_NAME", "ce n'est pas un nom";
        /// A number outside the range of the form.
        OutOfRange = "OUT_OF_RANGE", "valeur hors limites";
        /// A date that does not exist, or cannot be that of a living person.
        ImpossibleDate = "IMPOSSIBLE_DATE", "date impossible";
        /// A date after the day of record.
        InTheFuture = "IN_THE_FUTURE", "date dans le futur";
        /// The day of an act before the filing of the demand, or before the act that it answers; the first day of a setting
        /// before today.
        TooEarly = "TOO_EARLY", "date antérieure au dépôt de la demande, à l'acte précédent ou, pour un paramètre, à aujourd'hui";
        /// A commune outside the territory of the demand (INV-02).
        OutsideTerritory = "OUTSIDE_TERRITORY", "commune hors du territoire de la demande";
        /// A date too long before the day of record: a reception over 31 days ago (provisional).
        TooLongAgo = "TOO_LONG_AGO", "date trop ancienne";
        /// Too many entries.
        TooMany = "TOO_MANY", "trop de valeurs";
        /// The same value, or the same person, twice.
        Duplicate = "DUPLICATE", "valeur en double";
        /// The rubric or field has no place in the demand of an association (INV-62).
        NotForAssociation = "NOT_FOR_ASSOCIATION", "rubrique sans objet pour une association";
        /// The service that registers declares no employer: Action Logement does, and who registers its own employees (INV-47).
        NotForThisService = "NOT_FOR_THIS_SERVICE", "déclaration sans objet pour ce service enregistreur";
        /// The field contradicts another one.
        Inconsistent = "INCONSISTENT", "valeur incohérente avec un autre champ";
        /// The piece does not prove the identity of the applicant (INV-08).
        NotAnIdentityPiece = "NOT_AN_IDENTITY_PIECE", "cette pièce ne justifie pas l'identité";
        /// The piece does not prove what the act rests on, for those who are tied so (INV-36, INV-37).
        NotAProof = "NOT_A_PROOF", "cette pièce ne justifie pas l'acte pour ce lien entre les personnes";
    }
}

/// A place in the request, and the list of what is wrong so far: parsing goes on after the first violation.
pub(crate) struct Check<'a> {
    path: String,
    found: &'a mut Vec<Violation>,
}

impl<'a> Check<'a> {
    pub(crate) fn new(path: &str, found: &'a mut Vec<Violation>) -> Self {
        Self { path: path.to_owned(), found }
    }

    /// The place of a field below this one.
    pub(crate) fn at(&mut self, field: &str) -> Check<'_> {
        let path = if self.path.is_empty() { field.to_owned() } else { format!("{}.{field}", self.path) };
        Check { path, found: self.found }
    }

    /// The place of the n-th entry of this list.
    pub(crate) fn nth(&mut self, index: usize) -> Check<'_> {
        Check { path: format!("{}[{index}]", self.path), found: self.found }
    }

    pub(crate) fn violation(&mut self, reason: FieldReason) {
        self.found.push(Violation { field: self.path.clone(), reason });
    }

    /// Notes the violation when there is one, and hands the value on.
    pub(crate) fn take<T>(&mut self, result: Result<T, FieldReason>) -> Option<T> {
        result.map_err(|reason| self.violation(reason)).ok()
    }

    /// A mandatory field; an empty text counts as absent.
    pub(crate) fn required<T>(
        &mut self,
        field: &str,
        text: Option<&str>,
        parse: impl FnOnce(&str) -> Result<T, FieldReason>,
    ) -> Option<T> {
        let mut at = self.at(field);
        match text.filter(|text| !text.trim().is_empty()) {
            Some(text) => at.take(parse(text)),
            None => {
                at.violation(FieldReason::Missing);
                None
            }
        }
    }

    /// An optional field; an empty text counts as absent. `None` both when absent and when wrong.
    pub(crate) fn optional<T>(
        &mut self,
        field: &str,
        text: Option<&str>,
        parse: impl FnOnce(&str) -> Result<T, FieldReason>,
    ) -> Option<T> {
        text.filter(|text| !text.trim().is_empty()).and_then(|text| self.at(field).take(parse(text)))
    }

    /// An optional whole number within bounds, both included.
    pub(crate) fn number(
        &mut self,
        field: &str,
        value: Option<i64>,
        range: std::ops::RangeInclusive<i32>,
    ) -> Option<i32> {
        let value = value?;
        match i32::try_from(value).ok().filter(|value| range.contains(value)) {
            Some(value) => Some(value),
            None => {
                self.at(field).violation(FieldReason::OutOfRange);
                None
            }
        }
    }
}
