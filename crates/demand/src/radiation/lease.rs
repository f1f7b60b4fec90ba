//! Radiation for attribution: the lease and the radiation are one act, dated at the lease (R441-2-8 a, R441-2-9).

use jiff::civil::{Date, date as civil};
use nomenclature::{
    CollectiveAgreement, CommuneCode, KnownAnswer, ReservationHolder, RplsDwellingType, RplsId, Siren, StateConvention,
    UrbanZone,
};
use personal::Pii;
use serde::{Deserialize, Serialize};

use super::Motive;
use crate::attribution::{act_day, rpls};
use crate::command::By;
use crate::correction::Proof;
use crate::demand::ActiveDemand;
use crate::event::{DemandEvent, LeaseSigned, Modified, Radiated};
use crate::fields::field_table;
use crate::form::contact::{Address, AddressDraft, commune_in_force};
use crate::form::{FormDraft, code, said};
use crate::modification::{Origin, Update};
use crate::rejection::{Check, FieldReason, Rejection, RejectionReason};

/// What a lessor sends when a lease was signed (R441-2-9).
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LeaseDraft {
    /// Day of the signature, `AAAA-MM-JJ`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed_on: Option<String>,
    /// RPLS number of the dwelling.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rpls: Option<String>,
    /// Code of [`KnownAnswer`]: already housed in the lessor's stock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub already_housed: Option<String>,
    /// Code of [`CollectiveAgreement`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collective_agreement: Option<String>,
    /// Code of [`ReservationHolder`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reservation_holder: Option<String>,
    /// Code of [`KnownAnswer`]: counts for a DALO decision.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dalo: Option<String>,
    /// Code of [`UrbanZone`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub urban_zone: Option<String>,
    /// Code of [`RplsDwellingType`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dwelling_type: Option<String>,
    /// INSEE code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commune: Option<String>,
    /// Square metres.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub surface: Option<i64>,
    /// Euros a month.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rent: Option<i64>,
    /// Where the dwelling lies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<AddressDraft>,
    /// Code of [`StateConvention`], for a dwelling reserved by the State.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub convention: Option<String>,
    /// Code of [`KnownAnswer`]: the household has priority (L441-1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<String>,
    /// Code of [`KnownAnswer`]: the household is of the public of an intercommunal convention (L441-1-6).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub intercommunal_public: Option<String>,
    /// The rubrics of the form that are no longer what they were: the demand is brought up to the day of the lease.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub form: Option<Box<FormDraft>>,
}

/// The dwelling let: personal, because it is the household's new address.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dwelling {
    /// RPLS number.
    pub rpls: Option<RplsId>,
    /// Square metres.
    pub surface: Option<i32>,
    /// Euros a month.
    pub rent: Option<i32>,
    /// Where it lies, when told beside the number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Box<Address>>,
}

field_table!(Dwelling in "bail" {
    rpls: Personal, "numéro RPLS", "10 positions, obligatoire depuis le 1er janvier 2016";
    surface: Personal, "surface", "0 à 9 999 m²";
    rent: Personal, "loyer", "0 à 9 999 euros par mois";
    address: Personal, "adresse", "comme une adresse du formulaire";
});

personal::redact!(LeaseDraft, Dwelling);

/// Last day on which a lease could be told without RPLS number (INV-27).
const LAST_DAY_WITHOUT_RPLS: Date = civil(2015, 12, 31);

/// Decides lease and radiation. A lease needs no attribution recorded before: what matters is that an attributee leaves
/// the register the same day. But then the lease is itself the attribution, so the demand must have been valid on the
/// day of the signature; after an attribution decided in time the lease may come when it comes (INV-48, L441-2-1).
///
/// A form that comes with the lease brings the demand up to date first, on the word of the applicant (R441-2-9): the
/// figures of attributions then tell the household that moves in.
pub(crate) fn sign(
    demand: &ActiveDemand,
    draft: &LeaseDraft,
    by: &By,
    today: Date,
) -> Result<Vec<DemandEvent>, Rejection> {
    let mut found = Vec::new();
    let lease = parse(demand, draft, by.organisation, today, Check::new("lease", &mut found));
    let update = draft.form.as_ref().map(|form| Update::decide(demand, form, Proof::Word, today)).transpose();
    if let Err(refused) = &update {
        found.extend(refused.violations.iter().cloned());
    }
    let Some(lease) = lease.filter(|_| found.is_empty()) else {
        return Err(Rejection::invalid(found));
    };
    let update = update?.filter(|update| !update.rubrics.is_empty());
    if demand.attribution_of(lease.lessor).is_none() && !demand.was_valid_on(lease.signed_on) {
        return Err(RejectionReason::Expired.into());
    }
    let mut events = Vec::with_capacity(3);
    if let Some(Update { rubrics, facts }) = update {
        let (origin, channel) = (Origin::Applicant, by.channel);
        events.push(DemandEvent::Modified(Box::new(Modified { origin, channel, rubrics: rubrics.into(), facts })));
    }
    let motive = Motive::Attribution { lessor: lease.lessor, lease_signed_on: lease.signed_on };
    let radiated = Radiated { radiated_on: lease.signed_on, motive };
    events.extend([DemandEvent::LeaseSigned(lease), DemandEvent::Radiated(radiated)]);
    Ok(events)
}

fn parse(
    demand: &ActiveDemand,
    draft: &LeaseDraft,
    lessor: Siren,
    today: Date,
    mut check: Check<'_>,
) -> Option<LeaseSigned> {
    let not_before = demand.attribution_of(lessor).map_or(demand.filed_on, |open| open.decided_on);
    let signed_on = check.required("signed_on", draft.signed_on.as_deref(), |text| act_day(text, not_before, today));
    let rpls = check.optional("rpls", draft.rpls.as_deref(), rpls);
    let known = code(KnownAnswer::parse);
    let already_housed = check.required("already_housed", draft.already_housed.as_deref(), &known);
    let collective_agreement =
        check.required("collective_agreement", draft.collective_agreement.as_deref(), code(CollectiveAgreement::parse));
    let reservation_holder =
        check.required("reservation_holder", draft.reservation_holder.as_deref(), code(ReservationHolder::parse));
    let dalo = check.required("dalo", draft.dalo.as_deref(), &known);
    let urban_zone = check.optional("urban_zone", draft.urban_zone.as_deref(), code(UrbanZone::parse));
    let dwelling_type = check.optional("dwelling_type", draft.dwelling_type.as_deref(), code(RplsDwellingType::parse));
    let commune = check.optional("commune", draft.commune.as_deref(), |text| commune_of_dwelling(text, demand));
    let surface = check.number("surface", draft.surface, 0..=9_999);
    let rent = check.number("rent", draft.rent, 0..=9_999);
    let address = draft.address.as_ref().and_then(|address| Address::parse(address, check.at("address")));
    if let (Some(commune), Some(address)) = (commune, &address)
        && address.commune() != Some(commune)
    {
        check.at("address.commune").violation(FieldReason::Inconsistent);
    }
    let convention = check.optional("convention", draft.convention.as_deref(), code(StateConvention::parse));
    if convention.is_some() && reservation_holder.is_some_and(|holder| !holder.is_the_state()) {
        check.at("convention").violation(FieldReason::Inconsistent);
    }
    let priority = check.optional("priority", draft.priority.as_deref(), &known);
    let intercommunal_public = check.optional("intercommunal_public", draft.intercommunal_public.as_deref(), &known);
    let described = commune.is_some() && dwelling_type.is_some() && surface.is_some() && rent.is_some();
    let may_be_described = signed_on.is_some_and(|day| day <= LAST_DAY_WITHOUT_RPLS);
    if !(said(&draft.rpls) || may_be_described && described) {
        check.at("rpls").violation(FieldReason::Missing);
    }
    Some(LeaseSigned {
        lessor,
        signed_on: signed_on?,
        already_housed: already_housed?,
        collective_agreement: collective_agreement?,
        reservation_holder: reservation_holder?,
        dalo: dalo?,
        urban_zone,
        dwelling_type,
        commune,
        convention,
        priority,
        intercommunal_public,
        dwelling: Pii::Clear(Dwelling { rpls, surface, rent, address: address.map(Box::new) }),
    })
}

/// The dwelling lies in the territory of the demand that it satisfies.
fn commune_of_dwelling(text: &str, demand: &ActiveDemand) -> Result<CommuneCode, FieldReason> {
    let commune = commune_in_force(text)?;
    if commune.territory == Some(demand.territory) { Ok(commune.code) } else { Err(FieldReason::OutsideTerritory) }
}
