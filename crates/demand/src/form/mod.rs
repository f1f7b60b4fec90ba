//! The form (Cerfa 14069) as its rubrics a to h (R441-2-2), as typed and as checked.
//!
//! A *draft* is what somebody typed: texts, nothing checked. Parsing turns it into rubrics and collects every
//! violation on the way. A rubric present in a request replaces the old one whole; an absent one leaves it alone.

pub mod contact;
pub mod employment;
pub mod family;
pub mod handicap;
pub mod housing;
pub mod identity;
pub mod reasons;
pub mod remarks;
pub mod resources;
pub mod sought;
pub mod text;
pub mod workplace;

use jiff::civil::Date;
use nomenclature::{Acceptance, FormVersion, Territory};
use serde::{Deserialize, Serialize};

use crate::rejection::{Check, FieldReason, Violation};
use contact::{Contact, ContactDraft};
use employment::{Employment, JobDraft};
use family::{Family, FamilyDraft};
use handicap::{Handicap, HandicapDraft};
use housing::{Housing, HousingDraft};
use identity::{Asking, Household, Identity, IdentityDraft};
use reasons::{Reasons, ReasonsDraft};
use remarks::{Remarks, RemarksDraft};
use resources::{Resources, ResourcesDraft};
use sought::{Sought, SoughtDraft};

/// The rubrics somebody typed; those absent are not touched.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FormDraft {
    /// Rubric a.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity: Option<IdentityDraft>,
    /// Rubric b.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<ContactDraft>,
    /// Rubric c.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub family: Option<FamilyDraft>,
    /// Rubric d.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub employment: Option<Vec<JobDraft>>,
    /// Rubric e.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resources: Option<ResourcesDraft>,
    /// Rubric f.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub housing: Option<HousingDraft>,
    /// Rubric g.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasons: Option<ReasonsDraft>,
    /// Rubric h.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sought: Option<SoughtDraft>,
    /// Rubric i.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handicap: Option<HandicapDraft>,
    /// The head of the form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remarks: Option<RemarksDraft>,
}

impl FormDraft {
    /// Whether not one rubric was typed.
    pub(crate) fn is_empty(&self) -> bool {
        let Self { identity, contact, family, employment, resources, housing, reasons, sought, handicap, remarks } =
            self;
        let persons = identity.is_none() && contact.is_none() && family.is_none();
        let means = employment.is_none() && resources.is_none() && housing.is_none();
        persons && means && reasons.is_none() && sought.is_none() && handicap.is_none() && remarks.is_none()
    }
}

/// The checked rubrics of a demand, all of them readable.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Rubrics {
    /// a.
    pub identity: Option<Identity>,
    /// b.
    pub contact: Option<Contact>,
    /// c.
    pub family: Option<Family>,
    /// d.
    pub employment: Option<Employment>,
    /// e.
    pub resources: Option<Resources>,
    /// f.
    pub housing: Option<Housing>,
    /// g.
    pub reasons: Option<Reasons>,
    /// h.
    pub sought: Option<Sought>,
    /// The head of the form.
    pub remarks: Option<Remarks>,
}

personal::redact!(Rubrics);

impl Rubrics {
    /// Checks the rubrics present in the draft and notes every violation; rubrics that are wrong stay `None`. Rubric i lies
    /// in rubric h: each of them, when given alone, finds the other one among the older rubrics.
    pub(crate) fn parse(
        draft: &FormDraft,
        older: Option<&Self>,
        territory: Territory,
        today: Date,
        found: &mut Vec<Violation>,
    ) -> Self {
        let mut check = Check::new("", found);
        let mut read = Self {
            identity: draft.identity.as_ref().and_then(|d| Identity::parse(d, today, check.at("identity"))),
            contact: draft.contact.as_ref().and_then(|d| Contact::parse(d, check.at("contact"))),
            family: draft.family.as_ref().and_then(|d| Family::parse(d, today, check.at("family"))),
            employment: draft.employment.as_ref().and_then(|d| Employment::parse(d, check.at("employment"))),
            resources: draft.resources.as_ref().and_then(|d| Resources::parse(d, today, check.at("resources"))),
            housing: draft.housing.as_ref().and_then(|d| Housing::parse(d, today, check.at("housing"))),
            reasons: draft.reasons.as_ref().and_then(|d| Reasons::parse(d, today, check.at("reasons"))),
            sought: draft.sought.as_ref().and_then(|d| Sought::parse(d, territory, check.at("sought"))),
            remarks: draft.remarks.as_ref().and_then(|d| Remarks::parse(d, check.at("remarks"))),
        };
        let older = older.and_then(|older| older.sought.as_ref());
        let handicap = match &draft.handicap {
            Some(handicap) => Handicap::parse(handicap, today, check.at("handicap")),
            None => older.and_then(|sought| sought.handicap.clone()),
        };
        if draft.sought.is_none() && draft.handicap.is_some() {
            read.sought = older.cloned();
        }
        if let Some(sought) = &mut read.sought {
            sought.handicap = handicap;
        }
        read
    }

    /// These rubrics over older ones: one that is present replaces its predecessor.
    pub(crate) fn over(self, older: &Self) -> Self {
        Self {
            identity: self.identity.or_else(|| older.identity.clone()),
            contact: self.contact.or_else(|| older.contact.clone()),
            family: self.family.or_else(|| older.family.clone()),
            employment: self.employment.or_else(|| older.employment.clone()),
            resources: self.resources.or_else(|| older.resources.clone()),
            housing: self.housing.or_else(|| older.housing.clone()),
            reasons: self.reasons.or_else(|| older.reasons.clone()),
            sought: self.sought.or_else(|| older.sought.clone()),
            remarks: self.remarks.or_else(|| older.remarks.clone()),
        }
    }

    /// These rubrics over older ones while the draft may still be wrong: a rubric that was given and could not be read
    /// is absent, so that nothing is compared with a predecessor that was to be replaced.
    pub(crate) fn merged(&self, draft: &FormDraft, older: &Self) -> Self {
        let given = |given: bool| given.then_some(());
        fn newest<D, T: Clone>(given: &Option<D>, read: &Option<T>, older: &Option<T>) -> Option<T> {
            if given.is_some() { read.clone() } else { older.clone() }
        }
        Self {
            identity: newest(&draft.identity, &self.identity, &older.identity),
            contact: newest(&draft.contact, &self.contact, &older.contact),
            family: newest(&draft.family, &self.family, &older.family),
            employment: newest(&draft.employment, &self.employment, &older.employment),
            resources: newest(&draft.resources, &self.resources, &older.resources),
            housing: newest(&draft.housing, &self.housing, &older.housing),
            reasons: newest(&draft.reasons, &self.reasons, &older.reasons),
            sought: newest(&given(draft.sought.is_some() || draft.handicap.is_some()), &self.sought, &older.sought),
            remarks: newest(&draft.remarks, &self.remarks, &older.remarks),
        }
    }

    /// Whether not one rubric is there.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The natural persons, unless an association asks.
    pub fn household(&self) -> Option<&Household> {
        match self.identity.as_ref()? {
            Identity::Household(household) => Some(household),
            Identity::Association(_) => None,
        }
    }

    /// What must hold of the whole form once all rubrics are together: mandatory rubrics (INV-08), the short variant of
    /// an association (INV-62), and adults that the other rubrics name.
    ///
    /// `asking` is who asks, known from the draft also when rubric a is wrong. The violations found so far tell which
    /// rubrics are wrong already, so that they are not also called missing.
    pub(crate) fn check_whole(&self, asking: Option<Asking>, found: &mut Vec<Violation>) {
        let rubric_of = |violation: &Violation| violation.field.split(['.', '[']).next().map(str::to_owned);
        let wrong: Vec<String> = found.iter().filter_map(rubric_of).collect();
        let mut check = Check::new("", found);
        let mut demand_presence = |present: bool, rubric: &str| {
            if !present && !wrong.iter().any(|wrong| wrong == rubric) {
                check.at(rubric).violation(FieldReason::Missing);
            }
        };
        demand_presence(self.identity.is_some(), "identity");
        demand_presence(self.contact.is_some(), "contact");
        demand_presence(self.sought.is_some(), "sought");
        match asking {
            Some(Asking::Association) => self.check_association(&wrong, &mut check),
            Some(Asking::Household { adults }) => {
                demand_presence(self.family.is_some(), "family");
                demand_presence(self.housing.is_some(), "housing");
                demand_presence(self.reasons.is_some(), "reasons");
                if let Some(adults) = adults {
                    self.check_adults(adults, &mut check);
                }
                if let (Some(household), Some(sought)) = (self.household(), &self.sought)
                    && let Some(handicap) = &sought.handicap
                {
                    handicap.check_persons(household, &mut check.at("handicap"));
                }
            }
            None => {}
        }
    }

    /// Rubrics c to g have no place in the demand of an association, nor has a second address (INV-62).
    fn check_association(&self, wrong: &[String], check: &mut Check<'_>) {
        for (present, rubric) in [
            (self.family.is_some(), "family"),
            (self.employment.is_some(), "employment"),
            (self.resources.is_some(), "resources"),
            (self.housing.is_some(), "housing"),
            (self.reasons.is_some(), "reasons"),
            (self.sought.as_ref().is_some_and(|sought| sought.handicap.is_some()), "handicap"),
        ] {
            if present || wrong.iter().any(|wrong| wrong == rubric) {
                check.at(rubric).violation(FieldReason::NotForAssociation);
            }
        }
        if self.contact.as_ref().is_some_and(|contact| contact.dwelling_address.is_some()) {
            check.at("contact.dwelling_address").violation(FieldReason::NotForAssociation);
        }
    }

    /// The other rubrics name the adults of rubric a, and no others.
    fn check_adults(&self, adults: usize, check: &mut Check<'_>) {
        if self.family.as_ref().is_some_and(|family| family.situations.len() != adults) {
            check.at("family.situations").violation(FieldReason::Inconsistent);
        }
        let jobs = self.employment.iter().flat_map(|employment| &employment.0).map(|job| job.adult);
        if jobs.max().is_some_and(|adult| usize::from(adult) >= adults) {
            check.at("employment").violation(FieldReason::Inconsistent);
        }
        let earners = self.resources.iter().flat_map(|resources| &resources.adults).map(|adult| adult.adult);
        if earners.max().is_some_and(|adult| usize::from(adult) >= adults) {
            check.at("resources.adults").violation(FieldReason::Inconsistent);
        }
    }
}

/// A text that says something; an empty one counts as absent.
pub(crate) fn said(text: &Option<String>) -> bool {
    text.as_deref().is_some_and(|text| !text.trim().is_empty())
}

/// For drafts: what was not said is not written, so that a field added later does not change what was sent before it.
pub(crate) fn is_false(value: &bool) -> bool {
    !value
}

/// What a code of that version of the form comes to when it is typed on a day.
pub(crate) fn accepted<T>(value: T, version: FormVersion, today: Date) -> Result<T, FieldReason> {
    match version.acceptance(today) {
        Acceptance::Accepted => Ok(value),
        Acceptance::NotYet => Err(FieldReason::UnknownCode),
        Acceptance::Superseded => Err(FieldReason::Superseded),
    }
}

/// Reads the code of a list, in the form that [`Check`] takes.
pub(crate) fn code<T, E>(parse: impl Fn(&str) -> Result<T, E>) -> impl Fn(&str) -> Result<T, FieldReason> {
    move |text| parse(text).map_err(|_| FieldReason::UnknownCode)
}
