//! What is open about a demand: coarse facts, fixed when written, that do not identify (design law 8).
//!
//! Statistics read facts only, and survive the erasure of the rest unchanged. Reasons that tell of violence, handicap or
//! health are written as *other*; amounts are written as bands.

use jiff::civil::Date;
use nomenclature::{
    CoApplicantLink, CommuneCode, Contract, DwellingType, FamilySituation, FormVersion, Kinship, Nationality,
    PresentDwelling, Reason,
};
use serde::{Deserialize, Serialize};

use crate::fields::event_table;
use crate::form::Rubrics;
use crate::form::identity::{Household, Identity};

/// The open facts of a demand after an act.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Household or association.
    pub applicant_kind: ApplicantKind,
    /// Year of birth of the applicant.
    pub birth_year: Option<i16>,
    /// Nationality class of the applicant.
    pub nationality: Option<Nationality>,
    /// Family situation of the applicant.
    pub family_situation: Option<FamilySituation>,
    /// Employment class of the applicant.
    pub employment: Option<Contract>,
    /// Monthly resources of the household.
    pub monthly_resources: Band,
    /// Yearly taxable income of the adults.
    pub tax_income: Band,
    /// Consumption units, in tenths: 10 for the first adult, 5 from 14 years on, 3 below.
    pub consumption_units: Option<u16>,
    /// Composition class.
    pub composition: Option<Composition>,
    /// Applicant, co-applicants and dependants.
    pub household_size: Option<u8>,
    /// How the household is housed.
    pub present_dwelling: Vec<PresentDwelling>,
    /// Why it asks; sensitive reasons as *other*.
    pub reasons: Vec<Reason>,
    /// Types sought.
    pub dwelling_types: Vec<DwellingType>,
    /// Communes sought, the first choice first.
    pub communes: Vec<CommuneCode>,
    /// An e-mail address is known.
    pub email_known: bool,
    /// The applicant wants renewal notices by post, too (INV-17).
    #[serde(default, skip_serializing_if = "crate::form::is_false")]
    pub letter_wished: bool,
    /// The applicant registered or renewed online at least once.
    pub ever_online: bool,
    /// Generation of the form and its code lists.
    pub form_version: FormVersion,
}

event_table!(Facts in "faits" {
    applicant_kind: Open, "ménage ou association", "";
    birth_year: Open, "année de naissance du demandeur", "année";
    nationality: Open, "classe de nationalité du demandeur", "liste Nationalité";
    family_situation: Open, "situation familiale du demandeur", "liste SituationFamiliale";
    employment: Open, "situation professionnelle du demandeur", "liste TypeContratTravail";
    monthly_resources: Open, "ressources mensuelles du ménage", "tranche de 250 euros, ou inconnu";
    tax_income: Open, "revenu fiscal de référence des adultes", "tranche de 250 euros, ou inconnu";
    consumption_units: Open, "unités de consommation", "dixièmes";
    composition: Open, "composition du ménage", "cinq classes";
    household_size: Open, "taille du ménage", "personnes";
    present_dwelling: Open, "logement actuel", "liste ModèleLogement";
    reasons: Open, "motifs (violence, handicap et santé écrits « autre »)", "liste MotifDemande";
    dwelling_types: Open, "types recherchés", "liste TypeLogement";
    communes: Open, "communes souhaitées", "codes INSEE";
    email_known: Open, "un courriel est connu", "oui ou non";
    letter_wished: Open, "souhaite le préavis aussi par courrier", "oui ou non";
    ever_online: Open, "déposée ou renouvelée au moins une fois en ligne", "oui ou non";
    form_version: Open, "génération du formulaire", "";
});

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApplicantKind {
    /// Natural persons.
    Household,
    /// A legal person (L442-8-1).
    Association,
}

/// An amount as a band of 250 euros, or unknown: the lower bound in euros.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Band(Option<i64>);

impl Band {
    /// Width of a band, in euros.
    pub const WIDTH: i64 = 250;

    /// The band that holds the amount.
    pub fn of(amount: Option<i64>) -> Self {
        Self(amount.map(|euros| euros.div_euclid(Self::WIDTH) * Self::WIDTH))
    }

    /// Lower bound in euros, included; `None` when the amount is unknown.
    pub fn lower(self) -> Option<i64> {
        self.0
    }
}

/// Composition of a household, five classes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Composition {
    /// Personne seule.
    Single,
    /// Couple sans enfant.
    Couple,
    /// Famille monoparentale.
    SingleParent,
    /// Couple avec enfant(s).
    CoupleWithChildren,
    /// Everything else: flat-sharers, parents housed with their children ...
    Other,
}

impl Composition {
    fn of(household: &Household) -> Self {
        let couple = matches!(household.co_applicants.as_slice(),
            [partner] if partner.link != CoApplicantLink::FlatSharer);
        let alone = household.co_applicants.is_empty();
        let children = household.living_here().filter(|d| d.kinship == Kinship::Child).count();
        match (alone, couple, children, household.living_here().count()) {
            (true, _, 0, 0) => Self::Single,
            (true, _, 1.., all) if all == children => Self::SingleParent,
            (_, true, 0, 0) => Self::Couple,
            (_, true, 1.., all) if all == children => Self::CoupleWithChildren,
            _ => Self::Other,
        }
    }
}

/// The facts of a whole form on a day. Pure: called by the decisions of this crate only, so that a replay never computes
/// them anew. Whether the applicant was ever online is the history's to say: the caller fills it in.
pub(crate) fn of(form: &Rubrics, day: Date) -> Facts {
    let household = form.household();
    let adults = household.map_or(0, |household| household.adults().count());
    Facts {
        applicant_kind: match form.identity {
            Some(Identity::Association(_)) => ApplicantKind::Association,
            _ => ApplicantKind::Household,
        },
        birth_year: household.map(|household| household.applicant.birth_date.year()),
        nationality: household.map(|household| household.applicant.nationality),
        family_situation: form.family.as_ref().and_then(|family| family.situations.first().copied()),
        employment: form
            .employment
            .as_ref()
            .and_then(|employment| employment.0.iter().find(|job| job.adult == 0))
            .map(|job| job.contract),
        monthly_resources: Band::of(form.resources.as_ref().and_then(|resources| resources.monthly_received())),
        tax_income: Band::of(form.resources.as_ref().and_then(|resources| resources.tax_income(adults))),
        consumption_units: household.map(|household| consumption_units(household, day)),
        composition: household.map(Composition::of),
        household_size: household
            .map(|household| u8::try_from(adults + household.living_here().count()).unwrap_or(u8::MAX)),
        present_dwelling: form.housing.as_ref().map(|housing| housing.kinds.clone()).unwrap_or_default(),
        reasons: open_reasons(form),
        dwelling_types: form.sought.as_ref().map(|sought| sought.dwelling_types.clone()).unwrap_or_default(),
        communes: form.sought.as_ref().map(|sought| sought.communes.clone()).unwrap_or_default(),
        email_known: form.contact.as_ref().is_some_and(|contact| contact.email.is_some()),
        letter_wished: form.contact.as_ref().is_some_and(|contact| contact.postal_notices),
        ever_online: false,
        form_version: form_version(form, day),
    }
}

/// The latest form that a code of these rubrics comes from, at least the one that the register writes on the day.
fn form_version(form: &Rubrics, day: Date) -> FormVersion {
    let kinds = form.housing.iter().flat_map(|housing| &housing.kinds).map(|kind| kind.form_version());
    let reasons = form.reasons.iter().flat_map(|reasons| &reasons.reasons).map(|reason| reason.form_version());
    kinds.chain(reasons).fold(FormVersion::in_force(day), FormVersion::max)
}

/// The reasons that may be open, each once.
fn open_reasons(form: &Rubrics) -> Vec<Reason> {
    let mut open = Vec::new();
    for reason in form.reasons.iter().flat_map(|reasons| &reasons.reasons) {
        let reason = reason.open_form();
        if !open.contains(&reason) {
            open.push(reason);
        }
    }
    open
}

/// 1 for the first adult, 0.5 for each other person of 14 or more, 0.3 below (modified OECD scale), in tenths.
fn consumption_units(household: &Household, day: Date) -> u16 {
    let born = household.adults().map(|p| p.birth_date).chain(household.living_here().map(|d| d.birth_date));
    let others = born.skip(1).map(|born| if nomenclature::add_months(born, 14 * 12) <= day { 5 } else { 3 });
    10 + others.sum::<u16>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_band_holds_its_lower_bound_and_not_the_next() {
        assert_eq!(Band::of(Some(0)).lower(), Some(0));
        assert_eq!(Band::of(Some(249)).lower(), Some(0));
        assert_eq!(Band::of(Some(250)).lower(), Some(250));
        assert_eq!(Band::of(Some(-1)).lower(), Some(-250));
        assert_eq!(Band::of(None).lower(), None);
    }
}
