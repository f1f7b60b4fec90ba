//! Rubric e: taxable income and monthly resources (R441-2-2 e).

use jiff::civil::Date;
use nomenclature::{PaidResourceKind, ResourceKind};
use serde::{Deserialize, Serialize};

use super::employment::adult_index;
use super::identity::MOST_ADULTS;
use crate::fields::field_table;
use crate::form::code;
use crate::rejection::{Check, FieldReason};

/// Rubric e as typed.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ResourcesDraft {
    /// At most one entry per adult.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub adults: Vec<AdultResourcesDraft>,
    /// Received each month by dependants.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dependants_received: Vec<AmountDraft>,
    /// Paid each month by dependants.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dependants_paid: Vec<AmountDraft>,
}

/// One adult's resources as typed.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AdultResourcesDraft {
    /// 0 for the applicant, then the co-applicants in the order of rubric a.
    pub adult: i64,
    /// Revenu fiscal de référence of the last two years known.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tax: Vec<TaxIncomeDraft>,
    /// Received each month.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub received: Vec<AmountDraft>,
    /// Paid each month.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub paid: Vec<AmountDraft>,
}

/// A yearly taxable income as typed.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TaxIncomeDraft {
    /// Year of the income.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub year: Option<i64>,
    /// Euros.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<i64>,
}

/// A monthly amount as typed.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AmountDraft {
    /// Code of the kind of resource.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Euros a month.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<i64>,
}

/// Rubric e.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resources {
    /// At most one entry per adult.
    pub adults: Vec<AdultResources>,
    /// Received each month by dependants.
    pub dependants_received: Vec<Amount<ResourceKind>>,
    /// Paid each month by dependants.
    pub dependants_paid: Vec<Amount<PaidResourceKind>>,
}

field_table!(Resources in "e" {
    adults: Personal, "ressources de chaque adulte", "au plus une entrée par adulte";
    dependants_received: Personal, "ressources perçues par les personnes à charge", "liste RessourcesReçues";
    dependants_paid: Personal, "ressources versées par les personnes à charge", "liste RessourcesVersées";
});

/// One adult's resources.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdultResources {
    /// 0 for the applicant, then the co-applicants in the order of rubric a.
    pub adult: u8,
    /// Revenu fiscal de référence, at most two years (N-1 and N-2).
    pub tax: Vec<TaxIncome>,
    /// Received each month.
    pub received: Vec<Amount<ResourceKind>>,
    /// Paid each month.
    pub paid: Vec<Amount<PaidResourceKind>>,
}

field_table!(AdultResources in "e" {
    adult: Personal, "adulte concerné", "0 : demandeur, 1 et suivants : cotitulaires";
    tax: Personal, "revenu fiscal de référence", "deux années au plus";
    received: Personal, "ressources perçues", "liste RessourcesReçues";
    paid: Personal, "ressources versées", "liste RessourcesVersées";
});

/// A yearly taxable income (revenu fiscal de référence).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxIncome {
    /// Year of the income.
    pub year: i16,
    /// Euros, -999 999 to 999 999.
    pub amount: i32,
}

field_table!(TaxIncome in "e" {
    year: Personal, "année du revenu", "l'une des trois années précédentes";
    amount: Personal, "montant", "-999 999 à 999 999 euros";
});

/// A monthly amount of one kind.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amount<K> {
    /// Kind of resource.
    pub kind: K,
    /// Euros a month, 0 to 999 999.
    pub amount: i32,
}

/// A line of what is received.
pub(crate) type ReceivedAmount = Amount<ResourceKind>;
/// A line of what is paid.
pub(crate) type PaidAmount = Amount<PaidResourceKind>;

field_table!(ReceivedAmount in "e" {
    kind: Personal, "type de ressource perçue", "liste RessourcesReçues, obligatoire";
    amount: Personal, "montant mensuel", "0 à 999 999 euros, obligatoire";
});

field_table!(PaidAmount in "e" {
    kind: Personal, "type de ressource versée", "liste RessourcesVersées, obligatoire";
    amount: Personal, "montant mensuel", "0 à 999 999 euros, obligatoire";
});

personal::redact!(
    ResourcesDraft,
    AdultResourcesDraft,
    TaxIncomeDraft,
    AmountDraft,
    Resources,
    AdultResources,
    TaxIncome
);

impl<K> std::fmt::Debug for Amount<K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Amount(..)")
    }
}

/// Provisional: the official lists have fourteen kinds; a person has no more than that many lines.
const MOST_AMOUNTS: usize = 20;

impl Resources {
    pub(crate) fn parse(draft: &ResourcesDraft, today: Date, mut check: Check<'_>) -> Option<Self> {
        let mut seen = Vec::new();
        let mut at = check.at("adults");
        if draft.adults.len() > MOST_ADULTS {
            at.violation(FieldReason::TooMany);
            return None;
        }
        let adults: Vec<_> = draft
            .adults
            .iter()
            .enumerate()
            .map(|(index, adult)| {
                let mut at = at.nth(index);
                let place = adult_index(adult.adult, &mut seen, &mut at);
                let tax = TaxIncome::parse_all(&adult.tax, today, at.at("tax"));
                let received = amounts(&adult.received, ResourceKind::parse, at.at("received"));
                let paid = amounts(&adult.paid, PaidResourceKind::parse, at.at("paid"));
                Some(AdultResources { adult: place?, tax: tax?, received: received?, paid: paid? })
            })
            .collect();
        let dependants_received =
            amounts(&draft.dependants_received, ResourceKind::parse, check.at("dependants_received"));
        let dependants_paid = amounts(&draft.dependants_paid, PaidResourceKind::parse, check.at("dependants_paid"));
        Some(Self {
            adults: adults.into_iter().collect::<Option<_>>()?,
            dependants_received: dependants_received?,
            dependants_paid: dependants_paid?,
        })
    }

    /// Everything the household declares to receive in a month, in euros; `None` when nothing was declared.
    pub fn monthly_received(&self) -> Option<i64> {
        let declared = self.adults.iter().flat_map(|adult| &adult.received).chain(&self.dependants_received);
        let mut total = None;
        for line in declared {
            *total.get_or_insert(0) += i64::from(line.amount);
        }
        total
    }

    /// The latest yearly taxable income known for every adult, summed, in euros; `None` when one is unknown.
    pub fn tax_income(&self, adults: usize) -> Option<i64> {
        let known: Vec<_> =
            self.adults.iter().filter_map(|adult| adult.tax.iter().max_by_key(|tax| tax.year)).collect();
        (known.len() == adults && adults > 0).then(|| known.iter().map(|tax| i64::from(tax.amount)).sum())
    }
}

impl TaxIncome {
    fn parse_all(draft: &[TaxIncomeDraft], today: Date, mut check: Check<'_>) -> Option<Vec<Self>> {
        if draft.len() > 2 {
            check.violation(FieldReason::TooMany);
            return None;
        }
        let this_year = i32::from(today.year());
        let mut seen: Vec<i16> = Vec::new();
        let parsed: Vec<_> = draft
            .iter()
            .enumerate()
            .map(|(index, tax)| {
                let mut at = check.nth(index);
                for (field, value) in [("year", tax.year), ("amount", tax.amount)] {
                    if value.is_none() {
                        at.at(field).violation(FieldReason::Missing);
                    }
                }
                let year = at.number("year", tax.year, this_year - 3..=this_year - 1);
                let amount = at.number("amount", tax.amount, -999_999..=999_999);
                let year = i16::try_from(year?).ok()?;
                if seen.contains(&year) {
                    at.at("year").violation(FieldReason::Duplicate);
                    return None;
                }
                seen.push(year);
                Some(Self { year, amount: amount? })
            })
            .collect();
        parsed.into_iter().collect()
    }
}

fn amounts<K, E>(
    draft: &[AmountDraft],
    parse: fn(&str) -> Result<K, E>,
    mut check: Check<'_>,
) -> Option<Vec<Amount<K>>> {
    if draft.len() > MOST_AMOUNTS {
        check.violation(FieldReason::TooMany);
        return None;
    }
    let parsed: Vec<_> = draft
        .iter()
        .enumerate()
        .map(|(index, line)| {
            let mut at = check.nth(index);
            let kind = at.required("kind", line.kind.as_deref(), code(parse));
            if line.amount.is_none() {
                at.at("amount").violation(FieldReason::Missing);
            }
            let amount = at.number("amount", line.amount, 0..=999_999);
            Some(Amount { kind: kind?, amount: amount? })
        })
        .collect();
    parsed.into_iter().collect()
}
