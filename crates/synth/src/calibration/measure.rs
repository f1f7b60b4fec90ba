//! What is measured of a territory, each by its formula.

use demand::facts::{ApplicantKind, Composition};
use jiff::civil::Date;
use nomenclature::{Channel, Commune, CommuneCode, RadiationMotive, add_months, commune};

use super::ledger::{Exit, Ledger};
use crate::day::{after, between};
use crate::territory::TerritoryOptions;

macro_rules! measures {
    ($($(#[$doc:meta])* $name:ident $code:literal;)+) => {
        /// Something measured. *The year* is the twelve months up to the last day.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Measure {$(
            $(#[$doc])*
            $name,
        )+}

        impl Measure {
            /// Reads the code of the table.
            pub fn parse(code: &str) -> Option<Self> {
                match code {
                    $($code => Some(Self::$name),)+
                    _ => None,
                }
            }

            /// The code of the table.
            pub fn code(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)+
                }
            }
        }
    };
}

measures! {
    /// Demands in the register at the end of the last day.
    Stock "stock";
    /// Those of tenants of social housing.
    Transfers "transfers";
    /// Those of associations, in hundredths of the stock.
    Associations "associations";
    /// Those that seek in Nice first.
    FirstChoiceNice "first_choice_nice";
    /// Those that seek in the metropolis of Nice first.
    FirstChoiceMetropolis "first_choice_metropolis";
    /// Of the households, those of one person.
    Single "single";
    /// Of the households, those of a parent with children.
    SingleParent "single_parent";
    /// Mean time from the filing to the last day.
    Seniority "seniority";
    /// Of the stock, those filed a year before the last day or earlier.
    OlderThanAYear "older_than_a_year";
    /// Demands recorded as filed in the year.
    Filed "filed";
    /// Of these, those filed online.
    Online "online";
    /// Of the demands whose first year ended in the twelve months that ended a month before the last day, and that had not
    /// left before: those renewed, late or after a radiation included.
    RenewedOnce "renewed_once";
    /// Radiations for an attribution that count from a day of the year.
    Attributions "attributions";
    /// Those of dwellings in Nice.
    AttributionsNice "attributions_nice";
    /// Those of dwellings in its metropolis.
    AttributionsMetropolis "attributions_metropolis";
    /// Stock for each attribution of the year.
    Pressure "pressure";
    /// The same in the metropolis, by first choice.
    PressureMetropolis "pressure_metropolis";
    /// Mean time from filing to lease, of the attributions of the year.
    WaitOfTheHoused "wait_of_the_housed";
    /// Radiations for non-renewal among those of the year that are not for an attribution.
    NotRenewedOfOthers "not_renewed_of_others";
    /// Attributions among the radiations of the year.
    HousedOfRadiated "housed_of_radiated";
    /// Radiations for non-renewal among those of the year.
    NotRenewedOfRadiated "not_renewed_of_radiated";
    /// Demands recorded as filed in the last March.
    FiledInMarch "filed_in_march";
    /// Transfers among the demands filed in the year.
    TransfersOfFiled "transfers_of_filed";
    /// Transfers among the attributions of the year.
    TransfersOfHoused "transfers_of_housed";
}

const DAYS_OF_A_MONTH: f64 = 365.25 / 12.0;

impl Measure {
    /// Measures; none where there is nothing to be counted.
    pub(crate) fn of(self, ledger: &Ledger, options: &TerritoryOptions) -> Option<f64> {
        let last = options.last;
        let from = after(add_months(last, -12), 1);
        let in_year = |day: Date| (from..=last).contains(&day);
        let stock = || ledger.active().count();
        let first_in = |holds: fn(&Commune) -> bool| {
            ledger.active().filter(|(_, facts)| facts.communes.first().is_some_and(|code| lies(*code, holds))).count()
        };
        let households =
            || ledger.active().filter(|(_, facts)| facts.applicant_kind == ApplicantKind::Household).count();
        let composed = |composition| {
            let count = ledger.active().filter(|(_, facts)| facts.composition == Some(composition)).count();
            percent(count, households())
        };
        let exits = || ledger.exits.iter().filter(|exit| in_year(exit.on));
        let of = |motive| exits().filter(|exit| exit.motive == motive).count();
        let housed = || exits().filter(|exit| exit.motive == RadiationMotive::Attribution);
        let housed_in = |holds: fn(&Commune) -> bool| housed().filter(|exit| lies_in(exit, holds)).count();
        let filed = || ledger.filings.iter().filter(|filing| in_year(filing.on));
        match self {
            Self::Stock => counted(stock()),
            Self::Transfers => {
                let transfers = ledger.active().filter(|(_, facts)| is_transfer(&facts.present_dwelling));
                counted(transfers.count())
            }
            Self::Associations => percent(
                ledger.active().filter(|(_, f)| f.applicant_kind == ApplicantKind::Association).count(),
                stock(),
            ),
            Self::FirstChoiceNice => counted(first_in(nice)),
            Self::FirstChoiceMetropolis => counted(first_in(metropolis)),
            Self::Single => composed(Composition::Single),
            Self::SingleParent => composed(Composition::SingleParent),
            Self::Seniority => {
                mean(ledger.active().map(|(filed_on, _)| between(filed_on, last))).map(|days| days / DAYS_OF_A_MONTH)
            }
            Self::OlderThanAYear => {
                let a_year_ago = add_months(last, -12);
                percent(ledger.active().filter(|(filed_on, _)| *filed_on <= a_year_ago).count(), stock())
            }
            Self::Filed => counted(filed().count()),
            Self::Online => percent(filed().filter(|f| f.channel == Channel::Online).count(), filed().count()),
            Self::RenewedOnce => {
                let until = after(add_months(last, -1), -1);
                let since = after(add_months(until, -12), 1);
                let due = || ledger.anniversaries.values().filter(|a| !a.left && (since..=until).contains(&a.on));
                percent(due().filter(|anniversary| anniversary.renewed).count(), due().count())
            }
            Self::Attributions => counted(housed().count()),
            Self::AttributionsNice => counted(housed_in(nice)),
            Self::AttributionsMetropolis => counted(housed_in(metropolis)),
            Self::Pressure => ratio(stock(), housed().count()),
            Self::PressureMetropolis => ratio(first_in(metropolis), housed_in(metropolis)),
            Self::WaitOfTheHoused => mean(housed().map(|exit| between(exit.filed_on, exit.on))),
            Self::NotRenewedOfOthers => percent(of(RadiationMotive::NotRenewed), exits().count() - housed().count()),
            Self::HousedOfRadiated => percent(housed().count(), exits().count()),
            Self::NotRenewedOfRadiated => percent(of(RadiationMotive::NotRenewed), exits().count()),
            Self::FiledInMarch => counted(filed().filter(|filing| filing.on.month() == 3).count()),
            Self::TransfersOfFiled => percent(filed().filter(|filing| filing.transfer).count(), filed().count()),
            Self::TransfersOfHoused => percent(housed().filter(|exit| exit.transfer).count(), housed().count()),
        }
    }

    /// The formula, for readers.
    pub fn formula(self) -> &'static str {
        match self {
            Self::Stock => "active at the end of the last day",
            Self::Transfers => "active, present dwelling social",
            Self::Associations => "active, of an association / active",
            Self::FirstChoiceNice => "active, first commune sought Nice",
            Self::FirstChoiceMetropolis => "active, first commune sought in the metropolis",
            Self::Single => "active households of one person / active households",
            Self::SingleParent => "active households of one parent with children / active households",
            Self::Seniority => "mean of (last day - filing), active",
            Self::OlderThanAYear => "active filed a year ago or before / active",
            Self::Filed => "registered in the year",
            Self::Online => "registered online in the year / registered in the year",
            Self::RenewedOnce => {
                "renewed / first validity ended in the twelve months up to a month before the last day, not left before"
            }
            Self::Attributions => "radiated for attribution, lease signed in the year",
            Self::AttributionsNice => "the same, dwelling in Nice",
            Self::AttributionsMetropolis => "the same, dwelling in the metropolis",
            Self::Pressure => "active / attributions of the year",
            Self::PressureMetropolis => "first choice in the metropolis / attributions there",
            Self::WaitOfTheHoused => "mean of (lease - filing), attributions of the year",
            Self::NotRenewedOfOthers => "radiated for non-renewal / radiated in the year, attributions left out",
            Self::HousedOfRadiated => "attributions / radiated in the year",
            Self::NotRenewedOfRadiated => "radiated for non-renewal / radiated in the year",
            Self::FiledInMarch => "registered in March of the year",
            Self::TransfersOfFiled => "registered in the year, present dwelling social / registered in the year",
            Self::TransfersOfHoused => "attributions to tenants of social housing / attributions of the year",
        }
    }

    /// Demands that a percentage or a count of this measure is told of: 1 for a count, the hundredth of the whole for a
    /// percentage. A difference of one demand is none.
    pub(crate) fn counted_as(self, ledger_stock: f64, is_count: bool) -> f64 {
        match self {
            _ if is_count => 1.0,
            Self::Associations => ledger_stock / 100.0,
            _ => f64::INFINITY,
        }
    }
}

fn counted(count: usize) -> Option<f64> {
    u32::try_from(count).ok().map(f64::from)
}

fn ratio(count: usize, of: usize) -> Option<f64> {
    Some(counted(count)? / counted(of).filter(|of| *of > 0.0)?)
}

fn percent(count: usize, of: usize) -> Option<f64> {
    ratio(count, of).map(|share| share * 100.0)
}

fn mean(days: impl Iterator<Item = i32>) -> Option<f64> {
    let (sum, count) = days.fold((0_i64, 0), |(sum, count), days| (sum + i64::from(days), count + 1));
    (count > 0).then(|| sum as f64 / f64::from(count))
}

fn is_transfer(kinds: &[nomenclature::PresentDwelling]) -> bool {
    kinds.iter().any(|kind| kind.is_social_housing())
}

fn lies(code: CommuneCode, holds: fn(&Commune) -> bool) -> bool {
    commune(code).is_some_and(holds)
}

fn lies_in(exit: &Exit, holds: fn(&Commune) -> bool) -> bool {
    exit.commune.is_some_and(|code| lies(code, holds))
}

fn nice(commune: &Commune) -> bool {
    commune.code.as_str() == "06088"
}

fn metropolis(commune: &Commune) -> bool {
    commune.epci.is_some_and(|siren| siren.as_str() == "200030195")
}
