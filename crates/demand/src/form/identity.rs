//! Rubric a: who asks, with whom, and who lives with them (R441-2-2 a).

use jiff::civil::Date;
use nomenclature::{Civility, CoApplicantLink, Custody, Kinship, Nationality, Sex};
use serde::{Deserialize, Serialize};

use super::text::{Text, birth_date};
use crate::fields::field_table;
use crate::form::code;
use crate::rejection::{Check, FieldReason};
use crate::spelling;

/// Rubric a as typed. There is no field for the social-security number (INV-68).
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct IdentityDraft {
    /// The natural person who asks; absent for an association.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub applicant: Option<PersonDraft>,
    /// Those who will sign the lease with the applicant.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub co_applicants: Vec<CoApplicantDraft>,
    /// Persons to house who are no party to the lease.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dependants: Vec<DependantDraft>,
    /// The association that asks, instead of a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub association: Option<AssociationDraft>,
}

/// An adult as typed.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PersonDraft {
    /// Code of [`Civility`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub civility: Option<String>,
    /// Name in use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub surname: Option<String>,
    /// Name at birth, when it differs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub birth_name: Option<String>,
    /// Given names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub given_names: Option<String>,
    /// `AAAA-MM-JJ`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<String>,
    /// Code of [`Nationality`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nationality: Option<String>,
}

/// A co-applicant as typed.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CoApplicantDraft {
    /// Code of [`CoApplicantLink`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// Who.
    pub person: PersonDraft,
}

/// A dependant as typed.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DependantDraft {
    /// Surname.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub surname: Option<String>,
    /// Given names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub given_names: Option<String>,
    /// `AAAA-MM-JJ`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<String>,
    /// Code of [`Sex`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sex: Option<String>,
    /// Code of [`Kinship`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kinship: Option<String>,
    /// Code of [`Custody`], for a child who does not live here all year.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custody: Option<String>,
}

/// An association as typed.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AssociationDraft {
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

personal::redact!(PersonDraft, CoApplicantDraft, DependantDraft, AssociationDraft);

/// Rubric a: a household, or an association (L442-8-1).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Identity {
    /// Natural persons.
    Household(Household),
    /// A legal person, exempt from uniqueness (INV-07) and from rubrics c to g (INV-62).
    Association(Association),
}

/// The persons of a natural demand.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Household {
    /// Demandeur.
    pub applicant: Person,
    /// Cotitulaires du futur bail.
    pub co_applicants: Vec<CoApplicant>,
    /// Personnes à charge.
    pub dependants: Vec<Dependant>,
}

field_table!(Household in "a" {
    applicant: Personal, "demandeur", "obligatoire, sauf pour une association";
    co_applicants: Personal, "cotitulaires", "9 au plus";
    dependants: Personal, "personnes à charge", "30 au plus";
});

/// An adult party to the future lease.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Form of address, when given.
    pub civility: Option<Civility>,
    /// Name in use.
    pub surname: Text<36>,
    /// Name at birth, when given.
    pub birth_name: Option<Text<36>>,
    /// Given names, the first one first.
    pub given_names: Text<36>,
    /// Day of birth.
    pub birth_date: Date,
    /// Nationality class.
    pub nationality: Nationality,
}

field_table!(Person in "a" {
    civility: Personal, "civilité", "liste Civilité";
    surname: Personal, "nom", "36 caractères, obligatoire";
    birth_name: Personal, "nom patronymique", "36 caractères";
    given_names: Personal, "prénom", "36 caractères, obligatoire";
    birth_date: Personal, "date de naissance", "date, obligatoire";
    nationality: Personal, "nationalité", "liste Nationalité, obligatoire";
});

/// Cotitulaire.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoApplicant {
    /// Link to the applicant.
    pub link: CoApplicantLink,
    /// Who.
    pub person: Person,
}

field_table!(CoApplicant in "a" {
    link: Personal, "lien avec le demandeur", "liste LienDemandeur, obligatoire";
    person: Personal, "cotitulaire", "comme le demandeur";
});

/// Personne à charge.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dependant {
    /// Surname.
    pub surname: Text<24>,
    /// Given names.
    pub given_names: Text<24>,
    /// Day of birth.
    pub birth_date: Date,
    /// Sex.
    pub sex: Sex,
    /// Kinship with the applicant.
    pub kinship: Kinship,
    /// How a child is with the household who does not live here all year.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custody: Option<Custody>,
}

field_table!(Dependant in "a" {
    surname: Personal, "nom de la personne à charge", "24 caractères, obligatoire";
    given_names: Personal, "prénom de la personne à charge", "24 caractères, obligatoire";
    birth_date: Personal, "date de naissance de la personne à charge", "date, obligatoire";
    sex: Personal, "sexe de la personne à charge", "liste Sexe, obligatoire";
    kinship: Personal, "lien de parenté", "liste LienParenté, obligatoire";
    custody: Personal, "garde d'un enfant", "liste Coparentalité, pour un enfant";
});

/// Personne morale (L442-8-1).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Association {
    /// Its name.
    pub name: Text<36>,
}

field_table!(Association in "a" {
    name: Personal, "nom de l'association", "36 caractères, obligatoire pour une personne morale";
});

personal::redact!(Identity, Household, Person, CoApplicant, Dependant, Association);

impl Household {
    /// The applicant, then the co-applicants.
    pub fn adults(&self) -> impl Iterator<Item = &Person> {
        std::iter::once(&self.applicant).chain(self.co_applicants.iter().map(|co| &co.person))
    }

    /// The dependants who live here: a child in alternating custody counts in both households (INV-66), one who only
    /// visits in none but the other.
    pub fn living_here(&self) -> impl Iterator<Item = &Dependant> {
        self.dependants.iter().filter(|dependant| dependant.custody != Some(Custody::Visiting))
    }

    /// How many of its persons were born on a day.
    pub(crate) fn born_on(&self, day: Date) -> usize {
        let adults = self.adults().map(|adult| adult.birth_date);
        adults.chain(self.dependants.iter().map(|dependant| dependant.birth_date)).filter(|born| *born == day).count()
    }
}

/// Who asks, as far as the other rubrics depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asking {
    /// A legal person.
    Association,
    /// Natural persons.
    Household {
        /// The applicant and the co-applicants; unknown when there are more of them than a household has.
        adults: Option<usize>,
    },
}

impl IdentityDraft {
    /// Who asks, also when something is wrong with it.
    pub(crate) fn asking(&self) -> Asking {
        if self.association.is_some() {
            return Asking::Association;
        }
        let adults = (self.co_applicants.len() <= MOST_CO_APPLICANTS).then_some(1 + self.co_applicants.len());
        Asking::Household { adults }
    }
}

impl Identity {
    /// Who asks.
    pub(crate) fn asking(&self) -> Asking {
        match self {
            Self::Association(_) => Asking::Association,
            Self::Household(household) => Asking::Household { adults: Some(household.adults().count()) },
        }
    }

    pub(crate) fn parse(draft: &IdentityDraft, today: Date, mut check: Check<'_>) -> Option<Self> {
        if let Some(association) = &draft.association {
            if draft.applicant.is_some() {
                check.at("applicant").violation(FieldReason::NotForAssociation);
            }
            if !draft.co_applicants.is_empty() {
                check.at("co_applicants").violation(FieldReason::NotForAssociation);
            }
            if !draft.dependants.is_empty() {
                check.at("dependants").violation(FieldReason::NotForAssociation);
            }
            let name = check.at("association").required("name", association.name.as_deref(), Text::name)?;
            return Some(Self::Association(Association { name }));
        }
        let applicant = match &draft.applicant {
            Some(person) => Person::parse(person, today, check.at("applicant")),
            None => {
                check.at("applicant").violation(FieldReason::Missing);
                None
            }
        };
        let co_applicants =
            bounded(&draft.co_applicants, MOST_CO_APPLICANTS, check.at("co_applicants"), |co, mut at| {
                let link = at.required("link", co.link.as_deref(), code(CoApplicantLink::parse));
                let person = Person::parse(&co.person, today, at.at("person"));
                Some(CoApplicant { link: link?, person: person? })
            });
        let dependants = bounded(&draft.dependants, MOST_DEPENDANTS, check.at("dependants"), |dependant, at| {
            Dependant::parse(dependant, today, at)
        });
        let household = Household { applicant: applicant?, co_applicants: co_applicants?, dependants: dependants? };
        household.each_person_once(&mut check).then_some(Self::Household(household))
    }
}

/// Reads the entries of a list and names every wrong one; a list beyond its bound is not looked into.
fn bounded<D, T>(
    drafts: &[D],
    most: usize,
    mut check: Check<'_>,
    parse: impl Fn(&D, Check<'_>) -> Option<T>,
) -> Option<Vec<T>> {
    if drafts.len() > most {
        check.violation(FieldReason::TooMany);
        return None;
    }
    // Collected twice, so that every wrong one is named.
    let parsed: Vec<_> = drafts.iter().enumerate().map(|(index, draft)| parse(draft, check.nth(index))).collect();
    parsed.into_iter().collect()
}

/// Provisional: the form has no bound; beyond these it is an error of typing.
const MOST_CO_APPLICANTS: usize = 9;
pub(crate) const MOST_ADULTS: usize = 1 + MOST_CO_APPLICANTS;
const MOST_DEPENDANTS: usize = 30;

impl Household {
    /// The same person cannot be twice in one household. Twins differ by given name.
    fn each_person_once(&self, check: &mut Check<'_>) -> bool {
        let adults: Vec<_> = self.adults().collect();
        let mut fine = true;
        for (index, adult) in adults.iter().enumerate().skip(1) {
            if adults[..index].iter().any(|other| other.is_same_as(adult)) {
                check.at("co_applicants").nth(index - 1).violation(FieldReason::Duplicate);
                fine = false;
            }
        }
        fine
    }
}

impl Person {
    fn parse(draft: &PersonDraft, today: Date, mut check: Check<'_>) -> Option<Self> {
        let civility = check.optional("civility", draft.civility.as_deref(), code(Civility::parse));
        let surname = check.required("surname", draft.surname.as_deref(), Text::name);
        let birth_name = check.optional("birth_name", draft.birth_name.as_deref(), Text::name);
        let given_names = check.required("given_names", draft.given_names.as_deref(), Text::name);
        let birth_date = check.required("birth_date", draft.birth_date.as_deref(), |text| birth_date(text, today));
        let nationality = check.required("nationality", draft.nationality.as_deref(), code(Nationality::parse));
        Some(Self {
            civility,
            surname: surname?,
            birth_name,
            given_names: given_names?,
            birth_date: birth_date?,
            nationality: nationality?,
        })
    }

    /// The same birth date and the same names, however they are spelled.
    fn is_same_as(&self, other: &Self) -> bool {
        let first = |person: &Self| spelling::fold(spelling::first_given_name(person.given_names.as_str()));
        self.birth_date == other.birth_date && first(self) == first(other) && self.shares_a_surname_with(other)
    }

    fn shares_a_surname_with(&self, other: &Self) -> bool {
        let names = |person: &Self| {
            let birth_name = person.birth_name.as_ref().map(|name| spelling::fold(name.as_str()));
            std::iter::once(spelling::fold(person.surname.as_str())).chain(birth_name).collect::<Vec<_>>()
        };
        names(self).iter().any(|name| names(other).contains(name))
    }
}

impl Dependant {
    fn parse(draft: &DependantDraft, today: Date, mut check: Check<'_>) -> Option<Self> {
        let surname = check.required("surname", draft.surname.as_deref(), Text::name);
        let given_names = check.required("given_names", draft.given_names.as_deref(), Text::name);
        let birth_date = check.required("birth_date", draft.birth_date.as_deref(), |text| birth_date(text, today));
        let sex = check.required("sex", draft.sex.as_deref(), code(Sex::parse));
        let kinship = check.required("kinship", draft.kinship.as_deref(), code(Kinship::parse));
        let custody = check.optional("custody", draft.custody.as_deref(), code(Custody::parse));
        if custody.is_some() && kinship.is_some_and(|kinship| kinship != Kinship::Child) {
            check.at("custody").violation(FieldReason::Inconsistent);
        }
        Some(Self {
            surname: surname?,
            given_names: given_names?,
            birth_date: birth_date?,
            sex: sex?,
            kinship: kinship?,
            custody,
        })
    }
}
