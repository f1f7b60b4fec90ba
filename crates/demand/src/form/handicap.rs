//! Rubric i: what a handicapped person of the household needs of the dwelling (R441-2-2 i).
//!
//! All of it is personal, and so is that there is any: in the log it lies inside the sealed part of rubric h, the dwelling
//! sought, because which rubrics an event carries can be seen. The open facts say nothing of it; the reason *handicap* is
//! written as *other*.

use jiff::civil::Date;
use nomenclature::{HandicapAid, HandicapEquipment, HandicapMotor, HandicapSensory, HandicapState, HandicapWalking};
use serde::{Deserialize, Serialize};

use super::housing::list;
use super::text::{Text, birth_date};
use crate::fields::field_table;
use crate::form::code;
use crate::form::identity::Household;
use crate::rejection::{Check, FieldReason};

/// Rubric i as typed.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HandicapDraft {
    /// At most one entry per person of the household.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub persons: Vec<PersonHandicapDraft>,
}

/// One person's complement as typed.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PersonHandicapDraft {
    /// Day of birth of the person meant, `AAAA-MM-JJ`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<String>,
    /// The handicap is recognised.
    #[serde(skip_serializing_if = "crate::form::is_false")]
    pub recognised: bool,
    /// Code of [`HandicapState`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Code of [`HandicapWalking`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub walking: Option<String>,
    /// Needs somebody beside.
    #[serde(skip_serializing_if = "crate::form::is_false")]
    pub accompanied: bool,
    /// Codes of [`HandicapMotor`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub motor: Vec<String>,
    /// Codes of [`HandicapSensory`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sensory: Vec<String>,
    /// Another nature.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other_nature: Option<String>,
    /// Codes of [`HandicapAid`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub aids: Vec<String>,
    /// Codes of [`HandicapEquipment`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub equipment: Vec<String>,
    /// A particular need.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub particular_need: Option<String>,
    /// Another need.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other_need: Option<String>,
    /// Whom to ask.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub referent: Option<ReferentDraft>,
}

/// Whom to ask, as typed.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReferentDraft {
    /// Name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Digits only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// E-mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Lives close by.
    #[serde(skip_serializing_if = "crate::form::is_false")]
    pub nearby: bool,
}

/// Rubric i.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handicap {
    /// At most one entry per person of the household.
    pub persons: Vec<PersonHandicap>,
}

field_table!(Handicap in "i" {
    persons: Personal, "compléments liés au handicap", "au plus un par personne du ménage";
});

/// One person's complement.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonHandicap {
    /// Day of birth of the person meant.
    pub birth_date: Date,
    /// The handicap is recognised.
    pub recognised: bool,
    /// How it develops.
    pub state: Option<HandicapState>,
    /// How far the person can climb stairs.
    pub walking: Option<HandicapWalking>,
    /// Needs somebody beside.
    pub accompanied: bool,
    /// Limbs touched.
    pub motor: Vec<HandicapMotor>,
    /// Senses touched.
    pub sensory: Vec<HandicapSensory>,
    /// Another nature.
    pub other_nature: Option<Text<21>>,
    /// Technical aids in use.
    pub aids: Vec<HandicapAid>,
    /// Equipment that the dwelling needs.
    pub equipment: Vec<HandicapEquipment>,
    /// A particular need.
    pub particular_need: Option<Text<132>>,
    /// Another need.
    pub other_need: Option<Text<36>>,
    /// Whom to ask.
    pub referent: Option<Referent>,
}

field_table!(PersonHandicap in "i" {
    birth_date: Personal, "date de naissance de la personne", "celle d'une personne du ménage, obligatoire";
    recognised: Personal, "handicap reconnu", "oui ou non";
    state: Personal, "état du handicap", "liste ÉtatHandicap";
    walking: Personal, "capacité de marche", "liste CapacitéMarche";
    accompanied: Personal, "personne accompagnée", "oui ou non";
    motor: Personal, "nature du handicap moteur", "liste NatureMoteur";
    sensory: Personal, "nature du handicap sensoriel", "liste NatureSensoriel";
    other_nature: Personal, "autre nature", "21 caractères";
    aids: Personal, "aides techniques", "liste AideTechnique";
    equipment: Personal, "équipements nécessaires", "liste Équipement";
    particular_need: Personal, "besoin particulier", "132 caractères";
    other_need: Personal, "autre besoin", "36 caractères";
    referent: Personal, "référent", "facultatif";
});

/// Whom to ask about the needs.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Referent {
    /// Name.
    pub name: Text<40>,
    /// Address.
    pub address: Option<Text<40>>,
    /// Telephone.
    pub phone: Option<Text<10>>,
    /// E-mail.
    pub email: Option<Text<255>>,
    /// Lives close by.
    pub nearby: bool,
}

field_table!(Referent in "i" {
    name: Personal, "nom du référent", "40 caractères, obligatoire pour un référent";
    address: Personal, "adresse du référent", "40 caractères";
    phone: Personal, "téléphone du référent", "10 chiffres";
    email: Personal, "courriel du référent", "255 caractères";
    nearby: Personal, "référent proche du domicile", "oui ou non";
});

personal::redact!(HandicapDraft, PersonHandicapDraft, ReferentDraft, Handicap, PersonHandicap, Referent);

/// Provisional: as many as a household has persons; beyond it is an error of typing.
const MOST_PERSONS: usize = 40;

impl Handicap {
    pub(crate) fn parse(draft: &HandicapDraft, today: Date, mut check: Check<'_>) -> Option<Self> {
        let mut at = check.at("persons");
        if draft.persons.len() > MOST_PERSONS {
            at.violation(FieldReason::TooMany);
            return None;
        }
        let persons = draft.persons.iter().enumerate();
        // Collected twice, so that every wrong one is named.
        let persons: Vec<_> = persons.map(|(index, one)| PersonHandicap::parse(one, today, at.nth(index))).collect();
        Some(Self { persons: persons.into_iter().collect::<Option<_>>()? })
    }

    /// Each entry is about a person of the household, and no person has two.
    pub(crate) fn check_persons(&self, household: &Household, check: &mut Check<'_>) {
        for (index, one) in self.persons.iter().enumerate() {
            let born = household.born_on(one.birth_date);
            let before = self.persons[..index].iter().filter(|other| other.birth_date == one.birth_date).count();
            let reason = match (born, before) {
                (0, _) => FieldReason::Inconsistent,
                (born, before) if before >= born => FieldReason::Duplicate,
                _ => continue,
            };
            check.at("persons").nth(index).at("birth_date").violation(reason);
        }
    }

    /// Without those whom the household does not know any more.
    pub(crate) fn of(self, household: &Household) -> Self {
        let known = |one: &PersonHandicap| household.born_on(one.birth_date) > 0;
        Self { persons: self.persons.into_iter().filter(known).collect() }
    }
}

impl PersonHandicap {
    fn parse(draft: &PersonHandicapDraft, today: Date, mut check: Check<'_>) -> Option<Self> {
        let birth_date = check.required("birth_date", draft.birth_date.as_deref(), |text| birth_date(text, today));
        let state = check.optional("state", draft.state.as_deref(), code(HandicapState::parse));
        let walking = check.optional("walking", draft.walking.as_deref(), code(HandicapWalking::parse));
        let motor = codes(&draft.motor, code(HandicapMotor::parse), check.at("motor"));
        let sensory = codes(&draft.sensory, code(HandicapSensory::parse), check.at("sensory"));
        let other_nature = check.optional("other_nature", draft.other_nature.as_deref(), Text::parse);
        let aids = codes(&draft.aids, code(HandicapAid::parse), check.at("aids"));
        let equipment = codes(&draft.equipment, code(HandicapEquipment::parse), check.at("equipment"));
        let particular_need = check.optional("particular_need", draft.particular_need.as_deref(), Text::parse);
        let other_need = check.optional("other_need", draft.other_need.as_deref(), Text::parse);
        let referent = match &draft.referent {
            Some(referent) => Some(Referent::parse(referent, check.at("referent"))?),
            None => None,
        };
        Some(Self {
            birth_date: birth_date?,
            recognised: draft.recognised,
            state,
            walking,
            accompanied: draft.accompanied,
            motor: motor?,
            sensory: sensory?,
            other_nature,
            aids: aids?,
            equipment: equipment?,
            particular_need,
            other_need,
            referent,
        })
    }
}

/// A list that may be empty; each list of the complement has at most seven values.
fn codes<T: PartialEq>(
    draft: &[String],
    parse: impl Fn(&str) -> Result<T, FieldReason>,
    check: Check<'_>,
) -> Option<Vec<T>> {
    if draft.is_empty() { Some(Vec::new()) } else { list(draft, HandicapAid::ALL.len(), parse, check) }
}

impl Referent {
    fn parse(draft: &ReferentDraft, mut check: Check<'_>) -> Option<Self> {
        let name = check.required("name", draft.name.as_deref(), Text::name);
        let address = check.optional("address", draft.address.as_deref(), Text::parse);
        let phone = check.optional("phone", draft.phone.as_deref(), Text::phone);
        let email = check.optional("email", draft.email.as_deref(), Text::email);
        Some(Self { name: name?, address, phone, email, nearby: draft.nearby })
    }
}
