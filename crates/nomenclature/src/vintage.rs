//! Where a table comes from, and what it is worth.

use jiff::civil::Date;

/// Origin of a table of official data, to be shown beside whatever is made with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vintage {
    /// What the table holds.
    pub name: &'static str,
    /// Who publishes it, and the package that it was taken from.
    pub source: &'static str,
    /// Under which terms it may be used.
    pub licence: &'static str,
    /// The day that the table describes.
    pub as_of: Date,
    /// Not, or not wholly, read in an official source.
    pub provisional: bool,
}

impl Vintage {
    /// Communes, arrondissements, départements and EPCI.
    pub const GEOGRAPHY: Self = Self {
        name: "découpage administratif 2026",
        source: "INSEE (code officiel géographique, populations), DGCL (EPCI), La Poste (codes postaux), by npm \
                 @etalab/decoupage-administratif 6.0.0",
        licence: "data: Licence Ouverte; package: MIT, Copyright (c) 2018-2019 Etalab",
        as_of: Date::constant(2026, 1, 1),
        provisional: false,
    };

    /// Territories of the register.
    pub const TERRITORIES: Self = Self {
        name: "territoires du numéro unique",
        source: "L441-2-1 for what a territory is; Île-de-France's code from published numbers; the others inferred",
        licence: "facts",
        as_of: Date::constant(2026, 1, 1),
        provisional: true,
    };
}
