//! The abnormally long delay (*délai anormalement long*, L441-1-4, INV-54): from when an applicant may seise the commission
//! de médiation for having waited too long.
//!
//! The prefect sets the delays of a territory, perhaps by commune and type of dwelling; there is no national value, so
//! without a row nobody waits abnormally long. The clock runs from the reception (INV-10) and ends with the radiation; neither
//! renewal nor modification nor a reinstatement sets it anew.
//!
//! **Provisional.** No text says which row holds for who seeks several communes and types. Here each pair of a commune and
//! a type sought takes the most specific row in force for it (the commune goes before the type), and of the pairs the
//! shortest delay counts: the one most favourable to the applicant.

use jiff::civil::Date;
use nomenclature::{CommuneCode, DwellingType, add_months};
use serde::{Deserialize, Serialize};

use crate::demand::Demand;

/// The delay of a place from a day on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// For demands of that commune; for every one of the territory when absent.
    pub commune: Option<CommuneCode>,
    /// For that type of dwelling; for every one when absent.
    pub dwelling_type: Option<DwellingType>,
    /// The first day.
    pub valid_from: Date,
    /// Months from the reception; none from a day on which the row ends.
    pub months: Option<i32>,
}

impl Row {
    fn is_for(&self, commune: Option<CommuneCode>, dwelling_type: Option<DwellingType>) -> bool {
        (self.commune, self.dwelling_type) == (commune, dwelling_type)
    }
}

/// The delays of a territory: at most one row for a place and a day.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table(Vec<Row>);

impl Table {
    /// Puts a row, in the place of the one of the same day if there is one.
    pub fn put(&mut self, row: Row) {
        self.0.retain(|old| old.valid_from != row.valid_from || !old.is_for(row.commune, row.dwelling_type));
        self.0.push(row);
    }

    /// Ends the row of a place from a day on. One that begins on that very day is withdrawn: what counted before it goes on.
    pub fn end(&mut self, commune: Option<CommuneCode>, dwelling_type: Option<DwellingType>, valid_from: Date) {
        if self.beginning_on(commune, dwelling_type, valid_from).is_some() {
            self.0.retain(|row| row.valid_from != valid_from || !row.is_for(commune, dwelling_type));
        } else {
            self.put(Row { commune, dwelling_type, valid_from, months: None });
        }
    }

    /// The months of exactly this place on a day.
    pub fn exactly(&self, commune: Option<CommuneCode>, kind: Option<DwellingType>, day: Date) -> Option<i32> {
        let begun = self.0.iter().filter(|row| row.is_for(commune, kind) && row.valid_from <= day);
        begun.max_by_key(|row| row.valid_from)?.months
    }

    /// The months of the row of exactly this place that begins on a day.
    pub(crate) fn beginning_on(
        &self,
        commune: Option<CommuneCode>,
        kind: Option<DwellingType>,
        day: Date,
    ) -> Option<i32> {
        self.0.iter().find(|row| row.is_for(commune, kind) && row.valid_from == day)?.months
    }

    /// The months that count for a commune and a type on a day: those of the most specific row.
    fn most_specific(&self, commune: Option<CommuneCode>, kind: Option<DwellingType>, day: Date) -> Option<i32> {
        let places = [(commune, kind), (commune, None), (None, kind), (None, None)];
        places.into_iter().find_map(|(commune, kind)| self.exactly(commune, kind, day))
    }

    /// The rows in force on a day.
    pub fn in_force(&self, day: Date) -> impl Iterator<Item = &Row> {
        let begun = self.0.iter().filter(move |row| row.valid_from <= day && row.months.is_some());
        begun.filter(move |row| {
            let mut of_the_place = self.0.iter().filter(|other| other.is_for(row.commune, row.dwelling_type));
            !of_the_place.any(|other| other.valid_from > row.valid_from && other.valid_from <= day)
        })
    }

    /// The rows that begin, or end, after a day.
    pub fn planned(&self, day: Date) -> impl Iterator<Item = &Row> {
        self.0.iter().filter(move |row| row.valid_from > day)
    }
}

/// The first day on which a demand of that reception, for those communes and types, waits abnormally long by the rows in
/// force on a day; `None` without a row. From that day on, and not from the day after: INV-54 says reception and delay are
/// not later than today.
pub fn from(
    filed_on: Date,
    communes: &[CommuneCode],
    types: &[DwellingType],
    day: Date,
    table: &Table,
) -> Option<Date> {
    let each_type = || or_none(types);
    let pairs = or_none(communes).flat_map(|commune| each_type().map(move |kind| (commune, kind)));
    let shortest = pairs.filter_map(|(commune, kind)| table.most_specific(commune, kind, day)).min()?;
    Some(add_months(filed_on, shortest))
}

/// Each value, or the absence of one when there is none at all.
fn or_none<T: Copy>(values: &[T]) -> impl Iterator<Item = Option<T>> {
    let none = values.is_empty().then_some(None);
    values.iter().copied().map(Some).chain(none)
}

impl Demand {
    /// From when it waits abnormally long, by the rows in force on a day (INV-54); `None` when it is not in the register, or
    /// no row is for it. A demand past its expiry and not yet radiated is in the register.
    pub fn abnormal_from(&self, day: Date, table: &Table) -> Option<Date> {
        let Self::Active(demand) = self else { return None };
        from(demand.filed_on, &demand.facts.communes, &demand.facts.dwelling_types, day, table)
    }
}
