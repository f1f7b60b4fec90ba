//! A demand as its desks read it, names included.

use access::{FieldClass, FieldClasses};
use demand::attribution::OpenAttribution;
use demand::commission::Inadmissibility;
use demand::form::Rubrics;
use demand::form::contact::{Address, Contact, Place};
use demand::form::employment::Job;
use demand::form::family::Family;
use demand::form::handicap::{Handicap, PersonHandicap, Referent};
use demand::form::housing::{Housing, Stay};
use demand::form::identity::{Household, Identity, Person};
use demand::form::reasons::Reasons;
use demand::form::remarks::Remarks;
use demand::form::resources::{AdultResources, Resources};
use demand::form::sought::Sought;
use demand::form::text::Text;
use demand::notice::Notice;
use demand::warning::{OpenWarning, WarningKind};
use demand::{ActiveDemand, Demand, Settings, Status};
use jiff::civil::Date;
use nomenclature::{RadiationMotive, UniqueNumber};
use proto::v1;
use register::Seen;

use super::{etag, follow_up, pieces};

/// Writes a demand as it is seen on a day, under the settings of its territory then; `None` when nothing is registered.
pub fn write(
    number: UniqueNumber,
    Seen { demand, version, fields }: &Seen,
    (today, settings): (Date, &Settings),
) -> Option<v1::Demand> {
    let content = demand.content()?;
    let status = match demand.status_on(today)? {
        Status::Active => v1::Status::Active,
        Status::Expired => v1::Status::Expired,
        Status::Radiated => v1::Status::Radiated,
    };
    let radiation = match demand {
        Demand::Radiated(demand) => Some(v1::Radiation {
            radiated_on: demand.radiated_on.to_string(),
            motive: demand.motive.official().code().to_owned(),
        }),
        _ => None,
    };
    let warnings = content.warnings.iter().map(warning).collect();
    let inadmissibilities = content.inadmissibilities.iter().map(inadmissibility).collect();
    // Both lie in sealed parts: whoever may open this demand may know where it comes from, and where others went.
    let separated_from = content.separated_from.clear().copied().flatten().map(|number| number.to_string());
    let separated_to = content.separated_to.clear().into_iter().flatten().map(ToString::to_string).collect();
    let employer_siret = content.employer.clear().copied().flatten().map(|siret| siret.to_string());
    let ActiveDemand { territory, filed_on, last_renewed_on, forced, rubrics, attributions, notice, .. } = content;
    // Nothing but the claim to housing is waited for once a demand left.
    let running = matches!(demand, Demand::Active(_)).then_some(settings);
    let certificate = follow_up::certificates(&content.certificates, running);
    let (reported_leases, deposits) =
        (follow_up::reported_leases(&content.lease_reports), pieces::deposits(&content.deposits, running, *fields));
    let dalo = content.dalo.map(follow_up::dalo);
    Some(v1::Demand {
        number: number.to_string(),
        etag: etag::write(*version),
        status: status.into(),
        territory: territory.to_string(),
        filed_on: filed_on.to_string(),
        last_renewed_on: last_renewed_on.map(|day| day.to_string()),
        expires_on: content.expires_on().to_string(),
        forced: *forced,
        form: rubrics.clear().map(form),
        pieces: pieces::held(content, *fields),
        attributions: self::attributions(attributions),
        radiation,
        notice: notice.map(self::notice),
        warnings,
        inadmissibilities,
        certificate: Some(certificate),
        reported_leases,
        deposits,
        dalo,
        // Not of the demand alone: the service puts it there.
        abnormal_wait: None,
        separated_from,
        separated_to,
        masked_fields: masked(*fields),
        employer_siret,
    })
}

fn warning(warning: &OpenWarning) -> v1::OpenWarning {
    let motive = match warning.kind {
        WarningKind::NoAnswer => RadiationMotive::NoAnswer,
        WarningKind::Inadmissible => RadiationMotive::Inadmissible,
    };
    v1::OpenWarning {
        organisation: warning.organisation.to_string(),
        motive: motive.code().to_owned(),
        sent_on: warning.sent_on.to_string(),
    }
}

fn inadmissibility(found: &Inadmissibility) -> v1::CommissionInadmissibility {
    v1::CommissionInadmissibility {
        lessor: found.lessor.to_string(),
        decided_on: found.decided_on.to_string(),
        ground: found.ground.code().to_owned(),
    }
}

fn notice(notice: Notice) -> v1::RenewalNotice {
    v1::RenewalNotice {
        listed_on: notice.listed_on.to_string(),
        sent_on: notice.sent_on.and_then(day),
        returned_on: notice.returned_on.and_then(day),
    }
}

/// The fields of which something is kept from a reader, the same whether there is anything to keep.
fn masked(fields: FieldClasses) -> Vec<String> {
    let paths = FieldClass::ALL.iter().filter(|class| !fields.contains(**class)).flat_map(|class| match class {
        FieldClass::SensitivePieces => {
            ["pieces.open_type", "pieces.label", "deposits.open_type", "deposits.label"].as_slice()
        }
        FieldClass::Health => &["form.handicap", "form.reasons"],
        FieldClass::Dalo => &["dalo"],
    });
    paths.map(|path| (*path).to_owned()).collect()
}

/// Writes the attributions in progress.
pub fn attributions(attributions: &[OpenAttribution]) -> Vec<v1::OpenAttribution> {
    let attribution = |open: &OpenAttribution| v1::OpenAttribution {
        lessor: open.lessor.to_string(),
        decided_on: open.decided_on.to_string(),
    };
    attributions.iter().map(attribution).collect()
}

fn form(rubrics: &Rubrics) -> v1::Form {
    v1::Form {
        identity: rubrics.identity.as_ref().map(identity),
        contact: rubrics.contact.as_ref().map(contact),
        family: rubrics.family.as_ref().map(family),
        employment: rubrics
            .employment
            .as_ref()
            .map(|employment| v1::Employment { jobs: employment.0.iter().map(job).collect() }),
        resources: rubrics.resources.as_ref().map(resources),
        housing: rubrics.housing.as_ref().map(housing),
        reasons: rubrics.reasons.as_ref().map(reasons),
        sought: rubrics.sought.as_ref().map(sought),
        handicap: rubrics.sought.as_ref().and_then(|sought| sought.handicap.as_ref()).map(handicap),
        remarks: rubrics.remarks.as_ref().map(remarks),
    }
}

fn text<const MAX: usize>(text: &Text<MAX>) -> Option<String> {
    Some(text.as_str().to_owned())
}

fn maybe<const MAX: usize>(value: &Option<Text<MAX>>) -> Option<String> {
    value.as_ref().and_then(text)
}

fn day(day: Date) -> Option<String> {
    Some(day.to_string())
}

fn code(code: &str) -> Option<String> {
    Some(code.to_owned())
}

fn identity(identity: &Identity) -> v1::Identity {
    match identity {
        Identity::Association(association) => v1::Identity {
            association: Some(v1::Association { name: text(&association.name) }),
            ..v1::Identity::default()
        },
        Identity::Household(household) => of_household(household),
    }
}

fn of_household(household: &Household) -> v1::Identity {
    let co_applicants = household.co_applicants.iter();
    let dependants = household.dependants.iter();
    v1::Identity {
        applicant: Some(person(&household.applicant)),
        co_applicants: co_applicants
            .map(|co| v1::CoApplicant { link: code(co.link.code()), person: Some(person(&co.person)) })
            .collect(),
        dependants: dependants
            .map(|dependant| v1::Dependant {
                surname: text(&dependant.surname),
                given_names: text(&dependant.given_names),
                birth_date: day(dependant.birth_date),
                sex: code(dependant.sex.code()),
                kinship: code(dependant.kinship.code()),
                custody: dependant.custody.and_then(|custody| code(custody.code())),
            })
            .collect(),
        association: None,
    }
}

fn person(person: &Person) -> v1::Person {
    v1::Person {
        civility: person.civility.and_then(|civility| code(civility.code())),
        surname: text(&person.surname),
        birth_name: maybe(&person.birth_name),
        given_names: text(&person.given_names),
        birth_date: day(person.birth_date),
        nationality: code(person.nationality.code()),
    }
}

fn contact(contact: &Contact) -> v1::Contact {
    v1::Contact {
        postal_address: Some(address(&contact.postal_address)),
        dwelling_address: contact.dwelling_address.as_ref().map(address),
        home_phone: maybe(&contact.home_phone),
        mobile_phone: maybe(&contact.mobile_phone),
        work_phone: maybe(&contact.work_phone),
        email: maybe(&contact.email),
        electronic_notices: contact.electronic_notices,
        postal_notices: contact.postal_notices,
        sms_notices: contact.sms_notices,
        event_notices: contact.event_notices,
    }
}

fn address(address: &Address) -> v1::Address {
    let mut message = v1::Address {
        apartment: maybe(&address.apartment),
        floor: maybe(&address.floor),
        staircase: maybe(&address.staircase),
        building: maybe(&address.building),
        complement: maybe(&address.complement),
        number: maybe(&address.number),
        street: text(&address.street),
        locality: maybe(&address.locality),
        host: maybe(&address.host),
        ..v1::Address::default()
    };
    match &address.place {
        Place::France { postal_code, commune } => {
            message.postal_code = code(postal_code.as_str());
            message.commune = code(commune.as_str());
        }
        Place::Abroad { postal_code, town, country } => {
            message.foreign_postal_code = maybe(postal_code);
            message.foreign_town = text(town);
            message.country = text(country);
        }
    }
    message
}

fn family(family: &Family) -> v1::Family {
    v1::Family {
        situations: family.situations.iter().map(|situation| situation.code().to_owned()).collect(),
        expected_children: family.expected.as_ref().map(|expected| expected.count.into()),
        expected_on: family.expected.as_ref().and_then(|expected| expected.expected_on).and_then(day),
    }
}

fn job(job: &Job) -> v1::Job {
    v1::Job {
        adult: job.adult.into(),
        contract: code(job.contract.code()),
        profession: maybe(&job.profession),
        several_employers: job.several_employers,
        main_employer: maybe(&job.main_employer),
        collecting_body: maybe(&job.collecting_body),
        workplace: job.workplace.as_ref().map(workplace),
    }
}

fn workplace(place: &Place) -> v1::Workplace {
    match place {
        Place::France { postal_code, commune } => v1::Workplace {
            postal_code: code(postal_code.as_str()),
            commune: code(commune.as_str()),
            ..v1::Workplace::default()
        },
        Place::Abroad { postal_code, town, country } => v1::Workplace {
            foreign_postal_code: maybe(postal_code),
            foreign_town: text(town),
            country: text(country),
            ..v1::Workplace::default()
        },
    }
}

fn handicap(handicap: &Handicap) -> v1::Handicap {
    v1::Handicap { persons: handicap.persons.iter().map(person_handicap).collect() }
}

fn person_handicap(person: &PersonHandicap) -> v1::PersonHandicap {
    v1::PersonHandicap {
        birth_date: day(person.birth_date),
        recognised: person.recognised,
        state: person.state.and_then(|state| code(state.code())),
        walking: person.walking.and_then(|walking| code(walking.code())),
        accompanied: person.accompanied,
        motor: person.motor.iter().map(|motor| motor.code().to_owned()).collect(),
        sensory: person.sensory.iter().map(|sensory| sensory.code().to_owned()).collect(),
        other_nature: maybe(&person.other_nature),
        aids: person.aids.iter().map(|aid| aid.code().to_owned()).collect(),
        equipment: person.equipment.iter().map(|equipment| equipment.code().to_owned()).collect(),
        particular_need: maybe(&person.particular_need),
        other_need: maybe(&person.other_need),
        referent: person.referent.as_ref().map(referent),
    }
}

fn referent(referent: &Referent) -> v1::Referent {
    v1::Referent {
        name: text(&referent.name),
        address: maybe(&referent.address),
        phone: maybe(&referent.phone),
        email: maybe(&referent.email),
        nearby: referent.nearby,
    }
}

fn amount(kind: &str, amount: i32) -> v1::Amount {
    v1::Amount { kind: code(kind), amount: Some(amount.into()) }
}

fn resources(resources: &Resources) -> v1::Resources {
    v1::Resources {
        adults: resources.adults.iter().map(of_adult).collect(),
        dependants_received: resources.dependants_received.iter().map(|a| amount(a.kind.code(), a.amount)).collect(),
        dependants_paid: resources.dependants_paid.iter().map(|a| amount(a.kind.code(), a.amount)).collect(),
    }
}

fn of_adult(adult: &AdultResources) -> v1::AdultResources {
    let tax = adult.tax.iter();
    v1::AdultResources {
        adult: adult.adult.into(),
        tax: tax.map(|t| v1::TaxIncome { year: Some(t.year.into()), amount: Some(t.amount.into()) }).collect(),
        received: adult.received.iter().map(|a| amount(a.kind.code(), a.amount)).collect(),
        paid: adult.paid.iter().map(|a| amount(a.kind.code(), a.amount)).collect(),
    }
}

fn housing(housing: &Housing) -> v1::Housing {
    v1::Housing {
        kinds: housing.kinds.iter().map(|kind| kind.code().to_owned()).collect(),
        landlord: maybe(&housing.landlord),
        stays: housing.stays.iter().map(stay).collect(),
        rent: housing.rent.map(i64::from),
        housing_benefit: housing.housing_benefit.map(i64::from),
        occupants: housing.occupants.map(i64::from),
        category: housing.category.and_then(|category| code(category.code())),
        dwelling_type: housing.dwelling_type.and_then(|kind| code(kind.code())),
        surface: housing.surface.map(i64::from),
        owner: housing.owner,
        owned_commune: housing.owned_commune.and_then(|commune| code(commune.as_str())),
        owned_type: housing.owned_type.and_then(|kind| code(kind.code())),
    }
}

fn stay(stay: &Stay) -> v1::Stay {
    v1::Stay { kind: code(stay.kind.code()), since: stay.since.and_then(day), name: maybe(&stay.name) }
}

fn remarks(remarks: &Remarks) -> v1::Remarks {
    v1::Remarks { precision: maybe(&remarks.precision), internal_reference: maybe(&remarks.internal_reference) }
}

fn reasons(reasons: &Reasons) -> v1::Reasons {
    v1::Reasons {
        reasons: reasons.reasons.iter().map(|reason| reason.code().to_owned()).collect(),
        judgment_on: reasons.judgment_on.and_then(day),
        other: maybe(&reasons.other),
    }
}

fn sought(sought: &Sought) -> v1::Sought {
    v1::Sought {
        category: sought.category.and_then(|category| code(category.code())),
        parking: sought.parking,
        ground_floor: sought.ground_floor,
        no_lift: sought.no_lift,
        max_rent: sought.max_rent.map(i64::from),
        dwelling_types: sought.dwelling_types.iter().map(|kind| kind.code().to_owned()).collect(),
        communes: sought.communes.iter().map(|commune| commune.as_str().to_owned()).collect(),
        extended: Some(sought.extended),
    }
}
