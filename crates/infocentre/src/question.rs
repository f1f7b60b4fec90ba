//! Questions and answers.

use event_log::Position;
use nomenclature::{RadiationMotive, Territory, epci};

use crate::Error;
use crate::figure::{Figure, figures};
use crate::kind::{Kind, Kinds};
use crate::measure::Measure;
use crate::month::Month;
use crate::place::{NO_COMMUNE, Place, epcis_in};
use crate::query::{AsKnown, Infocentre, Wanted};

/// The longest series: ten years.
const LONGEST: i32 = 120;

/// By what a figure is split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dimension {
    /// The communes of a territory or of an EPCI.
    Commune,
    /// The EPCI of a territory: of each its part there.
    Epci,
    /// The territories of the country.
    Territory,
    /// First demands, transfers, associations.
    Kind,
    /// The motives of radiation.
    Motive,
}

impl Dimension {
    /// Every dimension.
    pub const ALL: &'static [Self] = &[Self::Commune, Self::Epci, Self::Territory, Self::Kind, Self::Motive];

    /// Its stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Commune => "COMMUNE",
            Self::Epci => "EPCI",
            Self::Territory => "TERRITORY",
            Self::Kind => "KIND",
            Self::Motive => "MOTIVE",
        }
    }
}

/// A place in a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Where.
    pub place: Place,
    /// When.
    pub month: Month,
}

/// Why there is no such figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unanswerable {
    /// Households are counted once nationwide only, first demands and transfers together.
    #[error("households are counted once nationwide only")]
    NationwideOnly,
    /// The place has no such parts.
    #[error("the place has no parts of this dimension")]
    NotOfThisPlace,
    /// Only radiations have a motive.
    #[error("only radiations have a motive")]
    NoMotive,
    /// The last month lies before the first one.
    #[error("the last month lies before the first one")]
    Inverted,
    /// More months than a series may have.
    #[error("the series is too long")]
    TooLong,
}

/// An answer and the position that it is for: the same question as known at this position has the same answer for ever.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer<T> {
    /// The position.
    pub position: Position,
    /// The answer.
    pub content: T,
}

/// A part of a place, or of what is counted there.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Its code.
    pub code: String,
    /// French name.
    pub label: String,
    /// Its figure.
    pub figure: Figure,
}

/// Two figures beside one another.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// The first one.
    pub first: Figure,
    /// The second one.
    pub second: Figure,
}

impl Comparison {
    /// How much more the second one is.
    pub fn difference(&self) -> Option<f64> {
        Some(self.second.value? - self.first.value?)
    }

    /// How many times the first one the second one is.
    pub fn ratio(&self) -> Option<f64> {
        let first = self.first.value.filter(|first| *first != 0.0)?;
        Some(self.second.value? / first)
    }
}

/// For each measure asked for, a figure of each month.
pub type Series = Vec<(Measure, Vec<(Month, Figure)>)>;

impl Infocentre {
    /// Some measures of a place, month by month, both ends included.
    ///
    /// # Errors
    /// [`Error::Unanswerable`]; [`Error::Query`], also when the view is not as far as asked.
    pub async fn series(
        &self,
        measures: &[Measure],
        (place, kinds): (Place, Kinds),
        (from, to): (Month, Month),
        as_known: AsKnown,
    ) -> Result<Answer<Series>, Error> {
        if to < from {
            return Err(Unanswerable::Inverted.into());
        }
        if to.since(from) >= LONGEST {
            return Err(Unanswerable::TooLong.into());
        }
        for measure in measures {
            households_nationwide(*measure, place, kinds)?;
        }
        let years = measures.iter().any(|measure| measure.needs_values()).then(|| (from.year(), to.year()));
        let (position, rollups) = self.rollups(&Wanted::place(place), years, as_known).await?;
        let rollup = rollups.get(&place.code()).cloned().unwrap_or_default();
        let series = |measure: &Measure| {
            let figures = figures(&rollup, *measure, kinds, (from, to));
            (*measure, from.to(to).zip(figures).collect())
        };
        Ok(Answer { position, content: measures.iter().map(series).collect() })
    }

    /// A measure of a month, split by a dimension. Of places, those where anything was ever counted.
    ///
    /// # Errors
    /// As [`Self::series`].
    pub async fn table(
        &self,
        measure: Measure,
        dimension: Dimension,
        (Cell { place, month }, kinds): (Cell, Kinds),
        as_known: AsKnown,
    ) -> Result<Answer<Vec<Row>>, Error> {
        let by_place = matches!(dimension, Dimension::Commune | Dimension::Epci | Dimension::Territory);
        if measure == Measure::Households && (by_place || dimension == Dimension::Kind) {
            return Err(Unanswerable::NationwideOnly.into());
        }
        if dimension == Dimension::Motive && measure != Measure::Radiated {
            return Err(Unanswerable::NoMotive.into());
        }
        let years = measure.needs_values().then(|| (month.year(), month.year()));
        let wanted = parts(place, dimension)?;
        let (position, rollups) = self.rollups(&wanted, years, as_known).await?;
        let one = |rollup, measure, kinds| figures(rollup, measure, kinds, (month, month)).pop().unwrap_or_default();
        let whole = rollups.get(&place.code()).cloned().unwrap_or_default();
        let rows = match dimension {
            Dimension::Kind => {
                let row = |kind: Kind| {
                    let figure = one(&whole, measure, Kinds::Only(kind));
                    Row { code: kind.code().to_owned(), label: kind.label().to_owned(), figure }
                };
                Kind::ALL.into_iter().map(row).collect()
            }
            Dimension::Motive => {
                let row = |motive: &RadiationMotive| {
                    let figure = one(&whole, Measure::radiated(*motive), kinds);
                    Row { code: motive.code().to_owned(), label: motive.label().to_owned(), figure }
                };
                RadiationMotive::ALL.iter().map(row).collect()
            }
            Dimension::Commune | Dimension::Epci | Dimension::Territory => {
                let rows = rollups.iter().filter(|(code, _)| of_dimension(code, dimension));
                let row = |(code, rollup): (&String, _)| {
                    let label = if code == NO_COMMUNE { "commune non précisée" } else { label(code) };
                    Row { code: code.clone(), label: label.to_owned(), figure: one(rollup, measure, kinds) }
                };
                rows.map(row).collect()
            }
        };
        Ok(Answer { position, content: rows })
    }

    /// A measure in two cells: two months of a place, two places in a month, or both.
    ///
    /// # Errors
    /// As [`Self::series`].
    pub async fn compare(
        &self,
        measure: Measure,
        kinds: Kinds,
        (first, second): (Cell, Cell),
        as_known: AsKnown,
    ) -> Result<Answer<Comparison>, Error> {
        let of = async |Cell { place, month }, as_known| {
            let answer = self.series(&[measure], (place, kinds), (month, month), as_known).await?;
            let figure = answer.content.into_iter().flat_map(|(_, figures)| figures).map(|(_, figure)| figure).next();
            Ok::<_, Error>((answer.position, figure.unwrap_or_default()))
        };
        let (position, first) = of(first, as_known).await?;
        let (_, second) = of(second, AsKnown { position: Some(position), ..as_known }).await?;
        Ok(Answer { position, content: Comparison { first, second } })
    }
}

fn households_nationwide(measure: Measure, place: Place, kinds: Kinds) -> Result<(), Unanswerable> {
    match (measure, place, kinds) {
        (Measure::Households, Place::France, Kinds::Households) => Ok(()),
        (Measure::Households, _, _) => Err(Unanswerable::NationwideOnly),
        _ => Ok(()),
    }
}

/// What must be read for a table.
fn parts(place: Place, dimension: Dimension) -> Result<Wanted, Unanswerable> {
    match (dimension, place) {
        (Dimension::Kind | Dimension::Motive, _) => Ok(Wanted::place(place)),
        (Dimension::Commune, Place::Territory(territory)) => Ok(Wanted::Everywhere(territory.to_string())),
        (Dimension::Commune, Place::Epci(siren)) => {
            let members = epci(siren).into_iter().flat_map(|epci| &epci.members);
            let pair =
                |code: &nomenclature::CommuneCode| Some((Territory::of_commune(*code)?.to_string(), code.to_string()));
            Ok(Wanted::only(members.filter_map(pair)))
        }
        (Dimension::Epci, Place::Territory(territory)) => {
            Ok(Wanted::only(epcis_in(territory).into_iter().map(|siren| (territory.to_string(), siren.to_string()))))
        }
        (Dimension::Territory, Place::France) => {
            Ok(Wanted::only(Territory::all().iter().map(|it| (it.to_string(), it.to_string()))))
        }
        _ => Err(Unanswerable::NotOfThisPlace),
    }
}

fn of_dimension(code: &str, dimension: Dimension) -> bool {
    match dimension {
        Dimension::Commune => code == NO_COMMUNE || code.len() == 5,
        Dimension::Epci => code.len() == 9,
        Dimension::Territory => code.len() == 3,
        Dimension::Kind | Dimension::Motive => false,
    }
}

fn label(code: &str) -> &'static str {
    Place::parse(code).map_or("", Place::label)
}
