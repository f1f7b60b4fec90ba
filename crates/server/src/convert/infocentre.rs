//! Questions about figures, and their answers.

use demand::FieldReason;
use event_log::Position;
use infocentre::{Answer, Cell, Comparison, Dimension, Figure, Kind, Kinds, Measure, Month, Place, Row, Series};
use jiff::civil::Date;
use proto::v1;

use super::Edge;
use crate::status::Refusal;

/// As known when.
type At = (Position, Option<Position>);

/// What a series is asked of.
pub struct AskedSeries {
    pub measures: Vec<Measure>,
    pub place: Place,
    pub kinds: Kinds,
    pub months: (Month, Month),
    pub at: At,
}

/// What a table is asked of.
pub struct AskedTable {
    pub measure: Measure,
    pub dimension: Dimension,
    pub cell: Cell,
    pub kinds: Kinds,
    pub at: At,
}

/// What is compared.
pub struct AskedComparison {
    pub measure: Measure,
    pub kinds: Kinds,
    pub cells: (Cell, Cell),
    pub at: At,
}

/// Reads a question; every fault at once.
pub fn series(request: v1::GetSeriesRequest, today: Date) -> Result<AskedSeries, Refusal> {
    let mut edge = Edge::default();
    let mut measures = Vec::new();
    if request.measures.is_empty() {
        edge.fault("measures", FieldReason::Missing);
    }
    for (index, code) in request.measures.into_iter().enumerate() {
        measures.extend(measure(&mut edge, &format!("measures[{index}]"), code));
    }
    let place = place(&mut edge, "place", &request.place);
    let kinds = kinds(&mut edge, request.kind);
    let from = month(&mut edge, "from_month", &request.from_month, today);
    let to = month(&mut edge, "to_month", &request.to_month, today);
    let at = at(&mut edge, request.position, request.at_least_position);
    let read = (|| Some(AskedSeries { measures, place: place?, kinds: kinds?, months: (from?, to?), at: at? }))();
    edge.finish(read)
}

/// Reads a question; every fault at once.
pub fn table(request: v1::GetTableRequest, today: Date) -> Result<AskedTable, Refusal> {
    let mut edge = Edge::default();
    let measure = measure(&mut edge, "measure", request.measure);
    let dimension = dimension(&mut edge, request.dimension);
    let cell = cell(&mut edge, "cell", request.cell, today);
    let kinds = kinds(&mut edge, request.kind);
    let at = at(&mut edge, request.position, request.at_least_position);
    let read =
        (|| Some(AskedTable { measure: measure?, dimension: dimension?, cell: cell?, kinds: kinds?, at: at? }))();
    edge.finish(read)
}

/// Reads a question; every fault at once.
pub fn comparison(request: v1::CompareFiguresRequest, today: Date) -> Result<AskedComparison, Refusal> {
    let mut edge = Edge::default();
    let measure = measure(&mut edge, "measure", request.measure);
    let kinds = kinds(&mut edge, request.kind);
    let first = cell(&mut edge, "first", request.first, today);
    let second = cell(&mut edge, "second", request.second, today);
    let at = at(&mut edge, request.position, request.at_least_position);
    let read = (|| Some(AskedComparison { measure: measure?, kinds: kinds?, cells: (first?, second?), at: at? }))();
    edge.finish(read)
}

fn measure(edge: &mut Edge, field: &str, code: i32) -> Option<Measure> {
    // The names of the interface are the codes of the table, with a prefix.
    let name = named(edge, field, code, |code: v1::Measure| code.as_str_name())?;
    Measure::parse(name.trim_start_matches("MEASURE_")).or_else(|| unknown(edge, field))
}

fn dimension(edge: &mut Edge, code: i32) -> Option<Dimension> {
    let name = named(edge, "dimension", code, |code: v1::Dimension| code.as_str_name())?;
    let code = name.trim_start_matches("DIMENSION_");
    Dimension::ALL.iter().copied().find(|known| known.code() == code).or_else(|| unknown(edge, "dimension"))
}

/// The name of a value that was said.
fn named<E: TryFrom<i32>>(
    edge: &mut Edge,
    field: &str,
    code: i32,
    name: impl FnOnce(E) -> &'static str,
) -> Option<&'static str> {
    if code == 0 {
        edge.fault(field, FieldReason::Missing);
        return None;
    }
    edge.known(field, code).map(name)
}

fn unknown<T>(edge: &mut Edge, field: &str) -> Option<T> {
    edge.fault(field, FieldReason::UnknownCode);
    None
}

fn kinds(edge: &mut Edge, kind: i32) -> Option<Kinds> {
    Some(match edge.known("kind", kind)? {
        v1::DemandKind::Unspecified => Kinds::Households,
        v1::DemandKind::FirstDemand => Kinds::Only(Kind::FirstDemand),
        v1::DemandKind::Transfer => Kinds::Only(Kind::Transfer),
        v1::DemandKind::Association => Kinds::Only(Kind::Association),
    })
}

fn place(edge: &mut Edge, field: &str, code: &str) -> Option<Place> {
    edge.code(field, code, Place::parse)
}

/// A month that has begun.
fn month(edge: &mut Edge, field: &str, text: &str, today: Date) -> Option<Month> {
    if text.is_empty() {
        edge.fault(field, FieldReason::Missing);
        return None;
    }
    match Month::parse(text) {
        Some(month) if month > Month::of(today) => edge.fault(field, FieldReason::InTheFuture),
        Some(month) => return Some(month),
        None => edge.fault(field, FieldReason::Malformed),
    }
    None
}

fn cell(edge: &mut Edge, field: &str, cell: Option<v1::Cell>, today: Date) -> Option<Cell> {
    let v1::Cell { place: code, month: text } = cell.unwrap_or_default();
    let place = place(edge, &format!("{field}.place"), &code);
    let month = month(edge, &format!("{field}.month"), &text, today);
    Some(Cell { place: place?, month: month? })
}

fn at(edge: &mut Edge, position: Option<i64>, at_least: i64) -> Option<At> {
    let at_least = edge.position("at_least_position", at_least);
    let position = match position {
        None => Some(None),
        Some(position) => edge.position("position", position).map(Some),
    };
    Some((at_least?, position?))
}

/// Writes an answer.
pub fn write_series(answer: Answer<Series>) -> v1::GetSeriesResponse {
    let of = |(measure, figures): (Measure, Vec<(Month, Figure)>)| v1::Series {
        measure: v1::Measure::from_str_name(&format!("MEASURE_{}", measure.code())).unwrap_or_default().into(),
        figures: figures
            .into_iter()
            .map(|(month, it)| v1::MonthlyFigure { month: month.to_string(), figure: Some(figure(it)) })
            .collect(),
    };
    let series = answer.content.into_iter().map(of).collect();
    v1::GetSeriesResponse { series, position: answer.position.get() }
}

/// Writes an answer.
pub fn write_table(answer: Answer<Vec<Row>>) -> v1::GetTableResponse {
    let row = |Row { code, label, figure: it }| v1::TableRow { code, label, figure: Some(figure(it)) };
    v1::GetTableResponse { rows: answer.content.into_iter().map(row).collect(), position: answer.position.get() }
}

/// Writes an answer.
pub fn write_comparison(answer: Answer<Comparison>) -> v1::CompareFiguresResponse {
    let (difference, ratio) = (answer.content.difference(), answer.content.ratio());
    let Comparison { first, second } = answer.content;
    v1::CompareFiguresResponse {
        first: Some(figure(first)),
        second: Some(figure(second)),
        difference,
        ratio,
        position: answer.position.get(),
    }
}

fn figure(Figure { value, observations, deciles }: Figure) -> v1::Figure {
    v1::Figure { value, observations, deciles }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_measure_and_dimension_has_its_name_in_the_interface() {
        let mut edge = Edge::default();
        for known in Measure::ALL {
            let code = v1::Measure::from_str_name(&format!("MEASURE_{}", known.code())).unwrap();
            assert_eq!(measure(&mut edge, "measure", code.into()), Some(*known));
        }
        for known in Dimension::ALL {
            let code = v1::Dimension::from_str_name(&format!("DIMENSION_{}", known.code())).unwrap();
            assert_eq!(dimension(&mut edge, code.into()), Some(*known));
        }
        let last = i32::try_from(Measure::ALL.len()).unwrap();
        assert!(v1::Measure::try_from(last).is_ok() && v1::Measure::try_from(last + 1).is_err());
    }
}
