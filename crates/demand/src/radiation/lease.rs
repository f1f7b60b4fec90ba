//! Radiation for attribution: the lease and the radiation are one act, dated at the lease (R441-2-8 a, R441-2-9).

use jiff::civil::{Date, date as civil};
use nomenclature::{
    CollectiveAgreement, CommuneCode, KnownAnswer, ReservationHolder, RplsDwellingType, RplsId, Siren, UrbanZone,
};
use personal::Pii;
use serde::{Deserialize, Serialize};

use super::Motive;
use crate::attribution::{act_day, rpls};
use crate::demand::ActiveDemand;
use crate::event::{DemandEvent, LeaseSigned, Radiated};
use crate::fields::field_table;
use crate::form::contact::commune_in_force;
use crate::form::{code, said};
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
}

field_table!(Dwelling in "bail" {
    rpls: Personal, "numéro RPLS", "10 positions, obligatoire depuis le 1er janvier 2016";
    surface: Personal, "surface", "0 à 9 999 m²";
    rent: Personal, "loyer", "0 à 9 999 euros par mois";
});

personal::redact!(LeaseDraft, Dwelling);

/// Last day on which a lease could be told without RPLS number (INV-27).
const LAST_DAY_WITHOUT_RPLS: Date = civil(2015, 12, 31);

/// Decides lease and radiation. A lease needs no attribution recorded before: what matters is that an attributee leaves
/// the register the same day. But then the lease is itself the attribution, so the demand must have been valid on the
/// day of the signature; after an attribution decided in time the lease may come when it comes (INV-48, L441-2-1).
pub(crate) fn sign(
    demand: &ActiveDemand,
    draft: &LeaseDraft,
    lessor: Siren,
    today: Date,
) -> Result<Vec<DemandEvent>, Rejection> {
    let mut found = Vec::new();
    let mut check = Check::new("lease", &mut found);
    let attribution = demand.attribution_of(lessor);
    let not_before = attribution.map_or(demand.filed_on, |open| open.decided_on);
    let signed_on = check.required("signed_on", draft.signed_on.as_deref(), |text| act_day(text, not_before, today));
    let rpls = check.optional("rpls", draft.rpls.as_deref(), rpls);
    let already_housed = check.required("already_housed", draft.already_housed.as_deref(), code(KnownAnswer::parse));
    let collective_agreement =
        check.required("collective_agreement", draft.collective_agreement.as_deref(), code(CollectiveAgreement::parse));
    let reservation_holder =
        check.required("reservation_holder", draft.reservation_holder.as_deref(), code(ReservationHolder::parse));
    let dalo = check.required("dalo", draft.dalo.as_deref(), code(KnownAnswer::parse));
    let urban_zone = check.optional("urban_zone", draft.urban_zone.as_deref(), code(UrbanZone::parse));
    let dwelling_type = check.optional("dwelling_type", draft.dwelling_type.as_deref(), code(RplsDwellingType::parse));
    let commune = check.optional("commune", draft.commune.as_deref(), |text| commune_of_dwelling(text, demand));
    let surface = check.number("surface", draft.surface, 0..=9_999);
    let rent = check.number("rent", draft.rent, 0..=9_999);
    let described = commune.is_some() && dwelling_type.is_some() && surface.is_some() && rent.is_some();
    let may_be_described = signed_on.is_some_and(|day| day <= LAST_DAY_WITHOUT_RPLS);
    if !(said(&draft.rpls) || may_be_described && described) {
        check.at("rpls").violation(FieldReason::Missing);
    }
    let (Some(signed_on), Some(already_housed), Some(collective_agreement), Some(reservation_holder), Some(dalo)) =
        (signed_on, already_housed, collective_agreement, reservation_holder, dalo)
    else {
        return Err(Rejection::invalid(found));
    };
    if !found.is_empty() {
        return Err(Rejection::invalid(found));
    }
    if attribution.is_none() && !demand.was_valid_on(signed_on) {
        return Err(RejectionReason::Expired.into());
    }
    let lease = LeaseSigned {
        lessor,
        signed_on,
        already_housed,
        collective_agreement,
        reservation_holder,
        dalo,
        urban_zone,
        dwelling_type,
        commune,
        dwelling: Pii::Clear(Dwelling { rpls, surface, rent }),
    };
    let motive = Motive::Attribution { lessor, lease_signed_on: signed_on };
    Ok(vec![DemandEvent::LeaseSigned(lease), DemandEvent::Radiated(Radiated { radiated_on: signed_on, motive })])
}

/// The dwelling lies in the territory of the demand that it satisfies.
fn commune_of_dwelling(text: &str, demand: &ActiveDemand) -> Result<CommuneCode, FieldReason> {
    let commune = commune_in_force(text)?;
    if commune.territory == Some(demand.territory) { Ok(commune.code) } else { Err(FieldReason::OutsideTerritory) }
}
