//! Why a published figure cannot be met beside the others: the arithmetic, told with the figures of the territory.

use crate::territory::figures::Figures;

/// Filings of a year for each demand of the stock: 1.4 M for 2.6 M (ANCOLS, 2024).
pub(crate) const FILED_OF_STOCK: f64 = 1.4 / 2.6;
/// Filings of March 2020 in Provence-Alpes-Côte d'Azur, and the share of Alpes-Maritimes (DREAL PACA).
pub(crate) const FILED_IN_MARCH: f64 = 5_953.0 * 0.218;
/// Of the stock, those older than a year (INDECOSA, 2019).
const OLDER_THAN_A_YEAR: f64 = 0.47;

/// A contradiction between published figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// Attributions and inflow leave no choice.
    RadiationMix,
    /// A month of the first lockdown, and of a region.
    March,
    /// The stock of transfers is another one.
    Transfers,
}

impl Reason {
    pub(crate) fn parse(code: &str) -> Option<Self> {
        match code {
            "radiation_mix" => Some(Self::RadiationMix),
            "march" => Some(Self::March),
            "transfers" => Some(Self::Transfers),
            _ => None,
        }
    }

    pub(crate) fn told(self, figures: &Figures) -> String {
        let stock = f64::from(figures.stock);
        let attributions = f64::from(figures.attributions);
        let filed = stock * FILED_OF_STOCK;
        match self {
            Self::RadiationMix => format!(
                "A stock that does not grow loses in a year what is filed in it: {FILED_OF_STOCK:.2} x {stock:.0} = {filed:.0}. \
                 {attributions:.0} attributions are {share:.1} % of that, whatever the others leave for. For 29 % of the \
                 radiations, {less:.0} demands a year would have to be filed: fewer than the {young:.0} of the stock that are \
                 younger than a year.",
                share = attributions / filed * 100.0,
                less = attributions / 0.29,
                young = stock * (1.0 - OLDER_THAN_A_YEAR),
            ),
            Self::March => format!(
                "53 % of {stock:.0} demands are younger than a year, so at least {young:.0} were filed in it: {month:.0} a month. \
                 {FILED_IN_MARCH:.0} a month is less; March 2020 had two weeks of lockdown, and no other year is published.",
                young = stock * (1.0 - OLDER_THAN_A_YEAR),
                month = stock * (1.0 - OLDER_THAN_A_YEAR) / 12.0,
            ),
            Self::Transfers => format!(
                "France has 32 to 34 % of transfers in its stock, this territory {share:.1} %. Who files and who is housed here \
                 follows the stock that is published here.",
                share = f64::from(figures.transfers) / stock * 100.0,
            ),
        }
    }
}
