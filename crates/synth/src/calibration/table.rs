//! The published figures, as a table.

use std::fmt;

use nomenclature::Territory;

use super::measure::Measure;
use super::reasons::{FILED_IN_MARCH, FILED_OF_STOCK, Reason};
use crate::territory::TerritoryOptions;
use crate::territory::figures::Figures;

/// The committed table.
pub const TABLE: &str = include_str!("../../data/targets.csv");

const HEADER: &str = "measure|where|published|unit|french|source|why not";

/// Published figures.
#[derive(Clone, Debug)]
pub struct Table(Vec<Row>);

/// A published figure.
#[derive(Clone, Debug)]
pub struct Row {
    /// What is measured.
    pub measure: Measure,
    territory: Option<Territory>,
    value: Value,
    /// The unit.
    pub unit: String,
    /// What it is called, in French.
    pub french: String,
    /// Where it is published.
    pub source: String,
    pub(crate) why_not: Option<Reason>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Value {
    Number(f64),
    Stock,
    Transfers,
    Attributions,
    Filed,
    FiledInMarch,
}

/// A table that cannot be read: the line, and the column that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableFault {
    /// The line, 1 and up.
    pub line: usize,
    /// The column.
    pub column: &'static str,
}

impl fmt::Display for TableFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: no such {}", self.line, self.column)
    }
}

impl std::error::Error for TableFault {}

impl Table {
    /// Reads a table.
    ///
    /// # Errors
    /// [`TableFault`].
    pub fn parse(text: &str) -> Result<Self, TableFault> {
        let mut lines = (1..).zip(text.lines());
        if lines.next().map(|(_, header)| header) != Some(HEADER) {
            return Err(TableFault { line: 1, column: "header" });
        }
        lines
            .map(|(line, text)| Row::parse(text).map_err(|column| TableFault { line, column }))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    pub(crate) fn rows(&self, territory: Territory) -> impl Iterator<Item = &Row> {
        self.0.iter().filter(move |row| row.territory.is_none_or(|only| only == territory))
    }
}

impl Row {
    fn parse(text: &str) -> Result<Self, &'static str> {
        let [measure, place, value, unit, french, source, why_not] =
            text.split('|').collect::<Vec<_>>().try_into().map_err(|_| "row of seven columns")?;
        let territory = match place {
            "*" => None,
            code => Some(Territory::parse(code).map_err(|_| "where")?),
        };
        let value = match value {
            "=stock" => Value::Stock,
            "=transfers" => Value::Transfers,
            "=attributions" => Value::Attributions,
            "=filed" => Value::Filed,
            "=filed_in_march" => Value::FiledInMarch,
            number => {
                Value::Number(number.parse().ok().filter(|n: &f64| *n > 0.0 && n.is_finite()).ok_or("published")?)
            }
        };
        let why_not = match why_not {
            "" => None,
            code => Some(Reason::parse(code).ok_or("why not")?),
        };
        Ok(Self {
            measure: Measure::parse(measure).ok_or("measure")?,
            territory,
            value,
            unit: unit.to_owned(),
            french: french.to_owned(),
            source: source.to_owned(),
            why_not,
        })
    }

    /// The figure at the scale of a territory, and what a unit of it is in demands.
    pub(crate) fn published(&self, figures: &Figures, options: &TerritoryOptions) -> (f64, f64) {
        let stock = f64::from(figures.stock);
        let value = match self.value {
            Value::Number(number) => number,
            Value::Stock => stock,
            Value::Transfers => figures.transfers.into(),
            Value::Attributions => figures.attributions.into(),
            Value::Filed => stock * FILED_OF_STOCK,
            Value::FiledInMarch => FILED_IN_MARCH,
        };
        let is_count = self.is_count();
        let scaled = if is_count { options.scale.exactly(value) } else { value };
        (scaled, self.measure.counted_as(options.scale.exactly(stock), is_count))
    }

    /// Whether it counts demands, and so goes with the scale.
    pub fn is_count(&self) -> bool {
        let per_demand = matches!(self.measure, Measure::Pressure | Measure::PressureMetropolis);
        matches!(self.unit.as_str(), "demands" | "a year" | "a month") && !per_demand
    }
}
