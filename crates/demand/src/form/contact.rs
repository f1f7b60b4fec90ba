//! Rubric b: where the household lives and how it is reached (R441-2-2 b).

use nomenclature::{Commune, CommuneCode, CommuneStatus, PostalCode, commune, successor};
use serde::{Deserialize, Serialize};

use super::text::Text;
use crate::fields::field_table;
use crate::form::said;
use crate::rejection::{Check, FieldReason};

/// Rubric b as typed.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ContactDraft {
    /// Where letters go.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postal_address: Option<AddressDraft>,
    /// Where the household lives, when elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dwelling_address: Option<AddressDraft>,
    /// Digits only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub home_phone: Option<String>,
    /// Digits only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mobile_phone: Option<String>,
    /// Digits only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub work_phone: Option<String>,
    /// E-mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Wants renewal notices by e-mail.
    #[serde(skip_serializing_if = "crate::form::is_false")]
    pub electronic_notices: bool,
    /// Wants renewal notices by post beside the e-mail (R441-2-7 3°).
    #[serde(skip_serializing_if = "crate::form::is_false")]
    pub postal_notices: bool,
    /// Accepts notices by SMS.
    #[serde(skip_serializing_if = "crate::form::is_false")]
    pub sms_notices: bool,
    /// Wants to be told of events.
    #[serde(skip_serializing_if = "crate::form::is_false")]
    pub event_notices: bool,
}

/// An address as typed.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AddressDraft {
    /// Flat.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub apartment: Option<String>,
    /// Floor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub floor: Option<String>,
    /// Staircase.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub staircase: Option<String>,
    /// Building.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub building: Option<String>,
    /// Second line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub complement: Option<String>,
    /// Number in the street.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Street.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub street: Option<String>,
    /// Named place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locality: Option<String>,
    /// Postal code, France.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    /// INSEE code of the commune, France.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commune: Option<String>,
    /// Postal code abroad.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub foreign_postal_code: Option<String>,
    /// Town abroad.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub foreign_town: Option<String>,
    /// Country, for an address abroad.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// Who hosts the household.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
}

/// Rubric b.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Where letters go.
    pub postal_address: Address,
    /// Where the household lives, when elsewhere.
    pub dwelling_address: Option<Address>,
    /// Home telephone.
    pub home_phone: Option<Text<10>>,
    /// Mobile telephone.
    pub mobile_phone: Option<Text<10>>,
    /// Telephone at work.
    pub work_phone: Option<Text<10>>,
    /// E-mail.
    pub email: Option<Text<255>>,
    /// Wants renewal notices by e-mail.
    pub electronic_notices: bool,
    /// Wants renewal notices by post beside the e-mail (R441-2-7 3°).
    #[serde(default, skip_serializing_if = "crate::form::is_false")]
    pub postal_notices: bool,
    /// Accepts notices by SMS.
    pub sms_notices: bool,
    /// Wants to be told of events.
    pub event_notices: bool,
}

field_table!(Contact in "b" {
    postal_address: Personal, "adresse postale", "obligatoire";
    dwelling_address: Personal, "adresse du logement, si différente", "sans objet pour une association";
    home_phone: Personal, "téléphone domicile", "10 chiffres";
    mobile_phone: Personal, "téléphone portable", "10 chiffres";
    work_phone: Personal, "téléphone travail", "10 chiffres";
    email: Personal, "courriel", "255 caractères";
    electronic_notices: Personal, "préavis de renouvellement électronique", "oui ou non";
    postal_notices: Personal, "préavis de renouvellement aussi par courrier", "oui ou non";
    sms_notices: Personal, "accepte les SMS", "oui ou non";
    event_notices: Personal, "accepte les avis d'événement", "oui ou non";
});

/// A postal address, in France or abroad.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// Flat.
    pub apartment: Option<Text<4>>,
    /// Floor.
    pub floor: Option<Text<2>>,
    /// Staircase.
    pub staircase: Option<Text<4>>,
    /// Building.
    pub building: Option<Text<4>>,
    /// Second line.
    pub complement: Option<Text<33>>,
    /// Number in the street.
    pub number: Option<Text<5>>,
    /// Street.
    pub street: Text<32>,
    /// Named place.
    pub locality: Option<Text<38>>,
    /// Town.
    pub place: Place,
    /// Who hosts the household.
    pub host: Option<Text<38>>,
}

field_table!(Address in "b" {
    apartment: Personal, "appartement", "4 caractères";
    floor: Personal, "étage", "2 caractères";
    staircase: Personal, "escalier", "4 caractères";
    building: Personal, "bâtiment", "4 caractères";
    complement: Personal, "complément d'adresse", "33 caractères";
    number: Personal, "numéro", "5 caractères";
    street: Personal, "voie", "32 caractères, obligatoire";
    locality: Personal, "lieu-dit", "38 caractères";
    place: Personal, "commune, ou ville et pays à l'étranger", "obligatoire";
    host: Personal, "nom de l'hébergeant", "38 caractères";
});

/// The town of an address.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// In France.
    France {
        /// Postal code.
        postal_code: PostalCode,
        /// INSEE code of the commune.
        commune: CommuneCode,
    },
    /// Abroad.
    Abroad {
        /// Postal code, when there is one.
        postal_code: Option<Text<10>>,
        /// Town.
        town: Text<38>,
        /// Country.
        country: Text<38>,
    },
}

field_table!(Place::France = FRANCE in "b" {
    postal_code: Personal, "code postal", "5 chiffres, obligatoire en France";
    commune: Personal, "commune", "code INSEE, obligatoire en France";
});

field_table!(Place::Abroad = ABROAD in "b" {
    postal_code: Personal, "code postal à l'étranger", "10 caractères";
    town: Personal, "ville à l'étranger", "38 caractères, obligatoire à l'étranger";
    country: Personal, "pays", "38 caractères, obligatoire à l'étranger";
});

personal::redact!(ContactDraft, AddressDraft, Contact, Address, Place);

impl Contact {
    pub(crate) fn parse(draft: &ContactDraft, mut check: Check<'_>) -> Option<Self> {
        let postal_address = match &draft.postal_address {
            Some(address) => Address::parse(address, check.at("postal_address")),
            None => {
                check.at("postal_address").violation(FieldReason::Missing);
                None
            }
        };
        let dwelling_address =
            draft.dwelling_address.as_ref().and_then(|address| Address::parse(address, check.at("dwelling_address")));
        Some(Self {
            home_phone: check.optional("home_phone", draft.home_phone.as_deref(), Text::phone),
            mobile_phone: check.optional("mobile_phone", draft.mobile_phone.as_deref(), Text::phone),
            work_phone: check.optional("work_phone", draft.work_phone.as_deref(), Text::phone),
            email: check.optional("email", draft.email.as_deref(), Text::email),
            electronic_notices: draft.electronic_notices,
            postal_notices: draft.postal_notices,
            sms_notices: draft.sms_notices,
            event_notices: draft.event_notices,
            dwelling_address,
            postal_address: postal_address?,
        })
    }
}

impl Address {
    /// The commune, unless the address lies abroad.
    pub(crate) fn commune(&self) -> Option<CommuneCode> {
        match &self.place {
            Place::France { commune, .. } => Some(*commune),
            Place::Abroad { .. } => None,
        }
    }

    pub(crate) fn parse(draft: &AddressDraft, mut check: Check<'_>) -> Option<Self> {
        let street = check.required("street", draft.street.as_deref(), Text::parse);
        let place = Place::parse(draft, &mut check);
        Some(Self {
            apartment: check.optional("apartment", draft.apartment.as_deref(), Text::parse),
            floor: check.optional("floor", draft.floor.as_deref(), Text::parse),
            staircase: check.optional("staircase", draft.staircase.as_deref(), Text::parse),
            building: check.optional("building", draft.building.as_deref(), Text::parse),
            complement: check.optional("complement", draft.complement.as_deref(), Text::parse),
            number: check.optional("number", draft.number.as_deref(), Text::parse),
            locality: check.optional("locality", draft.locality.as_deref(), Text::parse),
            host: check.optional("host", draft.host.as_deref(), Text::name),
            street: street?,
            place: place?,
        })
    }
}

impl Place {
    pub(crate) fn parse(draft: &AddressDraft, check: &mut Check<'_>) -> Option<Self> {
        let french = [("postal_code", &draft.postal_code), ("commune", &draft.commune)];
        let in_france = french.iter().any(|(_, text)| said(text));
        let postal_code_abroad = said(&draft.foreign_postal_code);
        if said(&draft.country) || said(&draft.foreign_town) || postal_code_abroad && !in_france {
            for (field, text) in french {
                if said(text) {
                    check.at(field).violation(FieldReason::Inconsistent);
                }
            }
            let postal_code = check.optional("foreign_postal_code", draft.foreign_postal_code.as_deref(), Text::parse);
            let town = check.required("foreign_town", draft.foreign_town.as_deref(), Text::name);
            let country = check.required("country", draft.country.as_deref(), Text::name);
            return Some(Self::Abroad { postal_code, town: town?, country: country? });
        }
        if postal_code_abroad {
            check.at("foreign_postal_code").violation(FieldReason::Inconsistent);
        }
        let postal_code = check.required("postal_code", draft.postal_code.as_deref(), |text| {
            PostalCode::parse(text).map_err(|_| FieldReason::Malformed)
        });
        let commune = check.required("commune", draft.commune.as_deref(), known_commune);
        Some(Self::France { postal_code: postal_code?, commune: commune? })
    }
}

/// A commune that exists today.
pub(crate) fn known_commune(text: &str) -> Result<CommuneCode, FieldReason> {
    commune_in_force(text).map(|commune| commune.code)
}

/// A commune in force, or why not: superseded codes have a successor, unknown ones never were.
pub(crate) fn commune_in_force(text: &str) -> Result<&'static Commune, FieldReason> {
    let code = CommuneCode::parse(text).map_err(|_| FieldReason::Malformed)?;
    match commune(code) {
        Some(Commune { status: CommuneStatus::Superseded { .. }, .. }) => Err(FieldReason::Superseded),
        Some(commune) => Ok(commune),
        None if successor(code).is_some() => Err(FieldReason::Superseded),
        None => Err(FieldReason::UnknownCode),
    }
}
