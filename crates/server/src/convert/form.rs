//! The form as typed: each message is a draft of the domain, field by field. Nothing is judged here.

use demand::FormDraft;
use demand::form::contact::{AddressDraft, ContactDraft};
use demand::form::employment::JobDraft;
use demand::form::family::FamilyDraft;
use demand::form::handicap::{HandicapDraft, PersonHandicapDraft, ReferentDraft};
use demand::form::housing::{HousingDraft, StayDraft};
use demand::form::identity::{AssociationDraft, CoApplicantDraft, DependantDraft, IdentityDraft, PersonDraft};
use demand::form::reasons::ReasonsDraft;
use demand::form::remarks::RemarksDraft;
use demand::form::resources::{AdultResourcesDraft, AmountDraft, ResourcesDraft, TaxIncomeDraft};
use demand::form::sought::SoughtDraft;
use demand::form::workplace::WorkplaceDraft;
use proto::v1;

/// Reads a form; an absent one has no rubric.
pub fn read(form: Option<v1::Form>) -> FormDraft {
    let Some(form) = form else { return FormDraft::default() };
    FormDraft {
        identity: form.identity.map(identity),
        contact: form.contact.map(contact),
        family: form.family.map(family),
        employment: form.employment.map(|employment| employment.jobs.into_iter().map(job).collect()),
        resources: form.resources.map(resources),
        housing: form.housing.map(housing),
        reasons: form.reasons.map(reasons),
        sought: form.sought.map(sought),
        handicap: form.handicap.map(handicap),
        remarks: form.remarks.map(remarks),
    }
}

/// Where a field of the domain's form stands in a request.
pub fn path(field: &str) -> String {
    let rubrics = [
        "identity",
        "contact",
        "family",
        "employment",
        "resources",
        "housing",
        "reasons",
        "sought",
        "handicap",
        "remarks",
    ];
    if let Some(rest) = field.strip_prefix("joint_form.") {
        return format!("joint_{}", path(rest));
    }
    let rubric = field.split(['.', '[']).next().unwrap_or_default();
    match field.strip_prefix("employment[") {
        Some(rest) => format!("form.employment.jobs[{rest}"),
        None if rubrics.contains(&rubric) => format!("form.{field}"),
        None => field.to_owned(),
    }
}

fn co_applicant(message: v1::CoApplicant) -> CoApplicantDraft {
    CoApplicantDraft { link: message.link, person: message.person.map(person).unwrap_or_default() }
}

fn identity(message: v1::Identity) -> IdentityDraft {
    let v1::Identity { applicant, co_applicants, dependants, association } = message;
    IdentityDraft {
        applicant: applicant.map(person),
        co_applicants: co_applicants.into_iter().map(co_applicant).collect(),
        dependants: dependants.into_iter().map(dependant).collect(),
        association: association.map(of_association),
    }
}

fn person(message: v1::Person) -> PersonDraft {
    let v1::Person { civility, surname, birth_name, given_names, birth_date, nationality } = message;
    PersonDraft { civility, surname, birth_name, given_names, birth_date, nationality }
}

fn dependant(message: v1::Dependant) -> DependantDraft {
    let v1::Dependant { surname, given_names, birth_date, sex, kinship, custody } = message;
    DependantDraft { surname, given_names, birth_date, sex, kinship, custody }
}

fn of_association(message: v1::Association) -> AssociationDraft {
    let v1::Association { name } = message;
    AssociationDraft { name }
}

fn contact(message: v1::Contact) -> ContactDraft {
    let v1::Contact {
        postal_address,
        dwelling_address,
        home_phone,
        mobile_phone,
        work_phone,
        email,
        electronic_notices,
        sms_notices,
        event_notices,
        postal_notices,
    } = message;
    ContactDraft {
        postal_address: postal_address.map(address),
        dwelling_address: dwelling_address.map(address),
        home_phone,
        mobile_phone,
        work_phone,
        email,
        electronic_notices,
        postal_notices,
        sms_notices,
        event_notices,
    }
}

pub(super) fn address(message: v1::Address) -> AddressDraft {
    let v1::Address {
        apartment,
        floor,
        staircase,
        building,
        complement,
        number,
        street,
        locality,
        postal_code,
        commune,
        foreign_postal_code,
        foreign_town,
        country,
        host,
    } = message;
    AddressDraft {
        apartment,
        floor,
        staircase,
        building,
        complement,
        number,
        street,
        locality,
        postal_code,
        commune,
        foreign_postal_code,
        foreign_town,
        country,
        host,
    }
}

fn family(message: v1::Family) -> FamilyDraft {
    let v1::Family { situations, expected_children, expected_on } = message;
    FamilyDraft { situations, expected_children, expected_on }
}

fn job(message: v1::Job) -> JobDraft {
    let v1::Job { adult, contract, profession, several_employers, main_employer, collecting_body, workplace } = message;
    let workplace = workplace.map(self::workplace);
    JobDraft { adult, contract, profession, several_employers, main_employer, collecting_body, workplace }
}

fn workplace(message: v1::Workplace) -> WorkplaceDraft {
    let v1::Workplace { postal_code, commune, foreign_postal_code, foreign_town, country } = message;
    WorkplaceDraft { postal_code, commune, foreign_postal_code, foreign_town, country }
}

fn handicap(message: v1::Handicap) -> HandicapDraft {
    HandicapDraft { persons: message.persons.into_iter().map(person_handicap).collect() }
}

fn person_handicap(message: v1::PersonHandicap) -> PersonHandicapDraft {
    let v1::PersonHandicap {
        birth_date,
        recognised,
        state,
        walking,
        accompanied,
        motor,
        sensory,
        other_nature,
        aids,
        equipment,
        particular_need,
        other_need,
        referent,
    } = message;
    PersonHandicapDraft {
        birth_date,
        recognised,
        state,
        walking,
        accompanied,
        motor,
        sensory,
        other_nature,
        aids,
        equipment,
        particular_need,
        other_need,
        referent: referent.map(self::referent),
    }
}

fn referent(message: v1::Referent) -> ReferentDraft {
    let v1::Referent { name, address, phone, email, nearby } = message;
    ReferentDraft { name, address, phone, email, nearby }
}

fn resources(message: v1::Resources) -> ResourcesDraft {
    let v1::Resources { adults, dependants_received, dependants_paid } = message;
    ResourcesDraft {
        adults: adults.into_iter().map(adult).collect(),
        dependants_received: dependants_received.into_iter().map(amount).collect(),
        dependants_paid: dependants_paid.into_iter().map(amount).collect(),
    }
}

fn adult(message: v1::AdultResources) -> AdultResourcesDraft {
    let v1::AdultResources { adult, tax, received, paid } = message;
    AdultResourcesDraft {
        adult,
        tax: tax.into_iter().map(tax_income).collect(),
        received: received.into_iter().map(amount).collect(),
        paid: paid.into_iter().map(amount).collect(),
    }
}

fn tax_income(message: v1::TaxIncome) -> TaxIncomeDraft {
    let v1::TaxIncome { year, amount } = message;
    TaxIncomeDraft { year, amount }
}

fn amount(message: v1::Amount) -> AmountDraft {
    let v1::Amount { kind, amount } = message;
    AmountDraft { kind, amount }
}

fn housing(message: v1::Housing) -> HousingDraft {
    let v1::Housing {
        kinds,
        landlord,
        rent,
        housing_benefit,
        occupants,
        category,
        dwelling_type,
        surface,
        owner,
        owned_commune,
        owned_type,
        stays,
    } = message;
    HousingDraft {
        kinds,
        landlord,
        stays: stays.into_iter().map(stay).collect(),
        rent,
        housing_benefit,
        occupants,
        category,
        dwelling_type,
        surface,
        owner,
        owned_commune,
        owned_type,
    }
}

fn stay(message: v1::Stay) -> StayDraft {
    let v1::Stay { kind, since, name } = message;
    StayDraft { kind, since, name }
}

fn remarks(message: v1::Remarks) -> RemarksDraft {
    let v1::Remarks { precision, internal_reference } = message;
    RemarksDraft { precision, internal_reference }
}

fn reasons(message: v1::Reasons) -> ReasonsDraft {
    let v1::Reasons { reasons, judgment_on, other } = message;
    ReasonsDraft { reasons, judgment_on, other }
}

fn sought(message: v1::Sought) -> SoughtDraft {
    let v1::Sought { category, parking, ground_floor, no_lift, max_rent, dwelling_types, communes, extended } = message;
    SoughtDraft { category, parking, ground_floor, no_lift, max_rent, dwelling_types, communes, extended }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_violation_names_the_field_of_the_request() {
        assert_eq!(path("identity.applicant.surname"), "form.identity.applicant.surname");
        assert_eq!(path("employment[2].contract"), "form.employment.jobs[2].contract");
        assert_eq!(path("employment"), "form.employment");
        assert_eq!(path("identity_piece.sha256"), "identity_piece.sha256");
        assert_eq!(path("filed_on"), "filed_on");
        assert_eq!(path("joint_form.employment[0].adult"), "joint_form.employment.jobs[0].adult");
    }
}
