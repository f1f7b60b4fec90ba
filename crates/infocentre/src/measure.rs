//! What can be asked, each with its formula: the one table that answers and documentation come from.

use nomenclature::RadiationMotive;

use crate::counted::Counted;

/// What a figure counts in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Demands, or acts on demands.
    Demands,
    /// Households.
    Households,
    /// Days.
    Days,
    /// Demands in stock for one attribution of a year.
    Ratio,
}

impl Unit {
    /// French name.
    pub fn label(self) -> &'static str {
        match self {
            Self::Demands => "demandes",
            Self::Households => "ménages",
            Self::Days => "jours",
            Self::Ratio => "demandes par attribution",
        }
    }
}

macro_rules! measures {
    ($($variant:ident = $code:literal, $unit:ident, $label:literal, $formula:literal;)+) => {
        /// What can be asked of a place and a month.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Measure { $(#[doc = $formula] $variant,)+ }

        impl Measure {
            /// Every measure, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// Its stable code.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// What it counts in.
            pub fn unit(self) -> Unit {
                match self { $(Self::$variant => Unit::$unit,)+ }
            }

            /// French name.
            pub fn label(self) -> &'static str {
                match self { $(Self::$variant => $label,)+ }
            }

            /// How it is computed, with *M* the month, *k* its last day.
            pub fn formula(self) -> &'static str {
                match self { $(Self::$variant => $formula,)+ }
            }
        }
    };
}

measures! {
    Stock = "STOCK", Demands, "demandes en stock en fin de mois",
        "Demands that are in the register on day k: registered, and not radiated or back since.";
    Registered = "REGISTERED", Demands, "demandes enregistrées",
        "Registrations whose day of reception lies in M.";
    Renewed = "RENEWED", Demands, "demandes renouvelées",
        "Renewals in M.";
    Attributed = "ATTRIBUTED", Demands, "attributions décidées en commission",
        "Decisions of commissions in M that attribute a dwelling, whatever becomes of them.";
    Housed = "HOUSED", Demands, "attributions suivies d'un bail",
        "Leases signed in M. Published figures of attributions are these: a demand is satisfied when it leaves for a lease.";
    Radiated = "RADIATED", Demands, "demandes radiées",
        "Radiations that take effect in M, whatever the motive; for a lease on its day. One that is undone later stays counted.";
    RadiatedAttribution = "RADIATED_ATTRIBUTION", Demands, "radiées pour attribution",
        "Those for the attribution of a dwelling (motive a).";
    RadiatedRenunciation = "RADIATED_RENUNCIATION", Demands, "radiées pour abandon",
        "Those for renunciation (motive b).";
    RadiatedNoAnswer = "RADIATED_NO_ANSWER", Demands, "radiées faute de réponse",
        "Those for no answer (motive c).";
    RadiatedInadmissible = "RADIATED_INADMISSIBLE", Demands, "radiées pour irrecevabilité",
        "Those for inadmissibility (motive d).";
    RadiatedNotRenewed = "RADIATED_NOT_RENEWED", Demands, "radiées pour non-renouvellement",
        "Those for non-renewal (motive e).";
    Reinstated = "REINSTATED", Demands, "demandes rétablies",
        "Demands that came back in M.";
    SeniorityMean = "SENIORITY_MEAN", Days, "ancienneté moyenne du stock",
        "Sum of the days from reception to k over the stock, divided by the stock. None of no stock.";
    SeniorityMedian = "SENIORITY_MEDIAN", Days, "ancienneté médiane du stock",
        "Of the n demands in stock in order of the days from reception to k, those of the one of rank ⌈n/2⌉ from the most senior.";
    WaitingMean = "WAITING_MEAN", Days, "attente moyenne des ménages logés",
        "Sum of the days from reception to the lease over the leases of M, divided by their number. None without a lease.";
    WaitingMedian = "WAITING_MEDIAN", Days, "attente médiane des ménages logés",
        "Of the n leases of M in order of the days from reception to the lease, those of the one of rank ⌈n/2⌉. Only who was housed \
         is counted, so that it says nothing of those who still wait.";
    WaitingDeciles = "WAITING_DECILES", Days, "déciles de l'attente des ménages logés",
        "Likewise those of rank ⌈n·d/10⌉, for d from 1 to 9; the value is the fifth.";
    Pressure = "PRESSURE", Ratio, "tension",
        "Stock on day k divided by the leases of the twelve months that end with M. None without a lease.";
    Households = "HOUSEHOLDS", Households, "ménages en attente, chacun compté une fois",
        "Nationwide: persons (`person_ref`) with at least one demand in the register on day k, in whatever territory; \
         a demand without a reference counts by itself, associations do not count.";
}

impl Measure {
    /// Reads a code; upper or lower case.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|measure| measure.code().eq_ignore_ascii_case(text))
    }

    /// Radiations for a motive.
    pub fn radiated(motive: RadiationMotive) -> Self {
        match motive {
            RadiationMotive::Attribution => Self::RadiatedAttribution,
            RadiationMotive::Renunciation => Self::RadiatedRenunciation,
            RadiationMotive::NoAnswer => Self::RadiatedNoAnswer,
            RadiationMotive::Inadmissible => Self::RadiatedInadmissible,
            RadiationMotive::NotRenewed => Self::RadiatedNotRenewed,
        }
    }

    /// What it is the plain number of, when it is one.
    pub(crate) fn counted(self) -> &'static [Counted] {
        match self {
            Self::Stock => &[Counted::Stock],
            Self::Registered => &[Counted::Registered],
            Self::Renewed => &[Counted::Renewed],
            Self::Attributed => &[Counted::Attributed],
            Self::Housed => &[Counted::Housed],
            Self::Radiated => &[
                Counted::RadiatedAttribution,
                Counted::RadiatedRenunciation,
                Counted::RadiatedInadmissible,
                Counted::RadiatedNoAnswer,
                Counted::RadiatedNotRenewed,
            ],
            Self::RadiatedAttribution => &[Counted::RadiatedAttribution],
            Self::RadiatedRenunciation => &[Counted::RadiatedRenunciation],
            Self::RadiatedNoAnswer => &[Counted::RadiatedNoAnswer],
            Self::RadiatedInadmissible => &[Counted::RadiatedInadmissible],
            Self::RadiatedNotRenewed => &[Counted::RadiatedNotRenewed],
            Self::Reinstated => &[Counted::Reinstated],
            Self::Households => &[Counted::Household],
            Self::SeniorityMean
            | Self::SeniorityMedian
            | Self::WaitingMean
            | Self::WaitingMedian
            | Self::WaitingDeciles
            | Self::Pressure => &[],
        }
    }

    /// Whether single values are needed, not their sums alone.
    pub(crate) fn needs_values(self) -> bool {
        matches!(self, Self::SeniorityMedian | Self::WaitingMedian | Self::WaitingDeciles)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_names_one_measure() {
        for measure in Measure::ALL {
            assert_eq!(Measure::parse(&measure.code().to_lowercase()), Some(*measure));
        }
        assert_eq!(Measure::parse("stocks"), None);
    }
}
