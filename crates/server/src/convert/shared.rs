//! A demand of the shared view, with who asks.

use demand::facts::{Composition, Facts};
use demand::form::identity::{Identity, Person};
use jiff::civil::Date;
use proto::v1;
use views::shared_management::SharedDemand;

use super::{etag, pieces};

/// Writes a demand as it is on a day.
pub fn write(demand: SharedDemand, identity: Option<&Identity>, today: Date) -> v1::SharedDemand {
    // INV-15: the last day of validity is a day of validity.
    let status = if today > demand.expires_on { v1::Status::Expired } else { v1::Status::Active };
    v1::SharedDemand {
        number: demand.number.to_string(),
        etag: etag::write(demand.version),
        status: status.into(),
        territory: demand.territory.to_string(),
        filed_on: demand.filed_on.to_string(),
        last_renewed_on: demand.last_renewed_on.map(|day| day.to_string()),
        expires_on: demand.expires_on.to_string(),
        desk: demand.desk.to_string(),
        organisation: demand.organisation.to_string(),
        forced: demand.forced,
        identity: identity.map(who),
        facts: Some(facts(&demand.facts)),
        // No type that is not open lies in the view, so none is told by it.
        pieces: demand.pieces.iter().map(pieces::open).collect(),
        attributions: super::demand::attributions(&demand.attributions),
    }
}

fn who(identity: &Identity) -> v1::SharedIdentity {
    match identity {
        Identity::Association(association) => {
            v1::SharedIdentity { adults: Vec::new(), association: Some(association.name.as_str().to_owned()) }
        }
        Identity::Household(household) => {
            v1::SharedIdentity { adults: household.adults().map(adult).collect(), association: None }
        }
    }
}

fn adult(person: &Person) -> v1::SharedAdult {
    v1::SharedAdult {
        surname: person.surname.as_str().to_owned(),
        birth_name: person.birth_name.as_ref().map(|name| name.as_str().to_owned()),
        given_names: person.given_names.as_str().to_owned(),
        birth_date: person.birth_date.to_string(),
    }
}

fn facts(facts: &Facts) -> v1::SharedFacts {
    let composition = match facts.composition {
        None => v1::Composition::Unspecified,
        Some(Composition::Single) => v1::Composition::Single,
        Some(Composition::Couple) => v1::Composition::Couple,
        Some(Composition::SingleParent) => v1::Composition::SingleParent,
        Some(Composition::CoupleWithChildren) => v1::Composition::CoupleWithChildren,
        Some(Composition::Other) => v1::Composition::Other,
    };
    v1::SharedFacts {
        birth_year: facts.birth_year.map(i32::from),
        nationality: facts.nationality.map(|class| class.code().to_owned()),
        family_situation: facts.family_situation.map(|situation| situation.code().to_owned()),
        employment: facts.employment.map(|contract| contract.code().to_owned()),
        monthly_resources_from: facts.monthly_resources.lower(),
        tax_income_from: facts.tax_income.lower(),
        consumption_units_tenths: facts.consumption_units.map(u32::from),
        composition: composition.into(),
        household_size: facts.household_size.map(u32::from),
        present_dwelling: facts.present_dwelling.iter().map(|kind| kind.code().to_owned()).collect(),
        reasons: facts.reasons.iter().map(|reason| reason.code().to_owned()).collect(),
        dwelling_types: facts.dwelling_types.iter().map(|kind| kind.code().to_owned()).collect(),
        communes: facts.communes.iter().map(|commune| commune.as_str().to_owned()).collect(),
    }
}
