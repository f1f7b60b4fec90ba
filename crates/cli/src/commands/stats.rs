//! `sne stats`: monthly statistics.

use std::sync::Arc;

use event_log::Position;
use infocentre::{Answer, AsKnown, Cell, Dimension, Figure, Infocentre, Kinds, Measure, Month, Place as Where};
use register::{SystemClock, Viewer};
use serde::Serialize;
use server::FiguresNow;

use crate::args::{CompareArgs, Format, Place, SeriesArgs, StatsCommand, TableArgs};
use crate::commands::serve::explain;
use crate::failure::Failure;
use crate::house::House;
use crate::output::{self, say};

mod chart;

/// What a sheet of a place shows when nothing else is asked for.
const SHEET: [Measure; 9] = [
    Measure::Stock,
    Measure::Registered,
    Measure::Renewed,
    Measure::Housed,
    Measure::Radiated,
    Measure::Reinstated,
    Measure::SeniorityMedian,
    Measure::WaitingMedian,
    Measure::Pressure,
];

/// One figure, with everything that says what it is.
#[derive(Serialize)]
struct Line {
    position: i64,
    place: String,
    kinds: &'static str,
    measure: &'static str,
    month: String,
    /// Part of the place, of a table.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    #[serde(flatten)]
    figure: Figure,
}

const COLUMNS: [&str; 10] =
    ["position", "lieu", "demandes", "mesure", "mois", "code", "libellé", "valeur", "observations", "déciles"];

/// Answers one question.
pub async fn run(place: Place, format: Format, question: StatsCommand) -> Result<(), Failure> {
    if let StatsCommand::Measures = question {
        measures(format);
        return Ok(());
    }
    answer(&House::open(place, Arc::new(SystemClock)).await?, format, vec![question]).await
}

/// Answers questions about a register that is open, one after the other.
pub async fn answer(house: &House, format: Format, questions: Vec<StatsCommand>) -> Result<(), Failure> {
    let now = FiguresNow::keep(&house.register, &house.place).await.map_err(explain)?;
    let mut answered = Ok(());
    for question in &questions {
        if answered.is_ok() {
            answered = one(house, &now, format, question).await;
        }
    }
    now.end().await;
    answered
}

async fn one(house: &House, now: &FiguresNow, format: Format, question: &StatsCommand) -> Result<(), Failure> {
    let infocentre = now.read(&house.register, Viewer::Operator).await?;
    let today = Month::of(house.register.clock().today());
    let as_known = |position: Option<i64>| Ok::<AsKnown, Failure>(now.as_known(position.map(at).transpose()?));
    match question {
        StatsCommand::Measures => {
            measures(format);
            Ok(())
        }
        StatsCommand::Series(asked) => series(infocentre, format, asked, as_known(asked.known.position)?, today).await,
        StatsCommand::Table(asked) => table(infocentre, format, asked, as_known(asked.known.position)?, today).await,
        StatsCommand::Compare(asked) => {
            compare(infocentre, format, asked, as_known(asked.known.position)?, today).await
        }
    }
}

fn at(position: i64) -> Result<Position, Failure> {
    Position::try_new(position).map_err(Failure::from)
}

/// A month that has begun.
fn begun(month: Month, today: Month) -> Result<Month, Failure> {
    if month > today {
        return Err(Failure::Local(format!("le mois {month} n'a pas commencé")));
    }
    Ok(month)
}

async fn series(
    infocentre: &Infocentre,
    format: Format,
    asked: &SeriesArgs,
    as_known: AsKnown,
    today: Month,
) -> Result<(), Failure> {
    let to = begun(asked.to.unwrap_or(today), today)?;
    let from = begun(asked.from.unwrap_or(to.plus(-11)), today)?;
    let measures = if asked.measures.is_empty() { SHEET.to_vec() } else { asked.measures.clone() };
    let what = (asked.place, asked.known.kinds);
    let answer = infocentre.series(&measures, what, (from, to), as_known).await?;
    if format == Format::Table {
        heading(asked.place, asked.known.kinds, answer.position);
        chart::series(&answer.content);
        return Ok(());
    }
    let Answer { position, content } = answer;
    let lines = content.into_iter().flat_map(|(measure, figures)| {
        let line = move |(month, figure)| line(position, (asked.place, month), (measure, asked.known.kinds), figure);
        figures.into_iter().map(line)
    });
    print(format, &lines.collect::<Vec<_>>());
    Ok(())
}

async fn table(
    infocentre: &Infocentre,
    format: Format,
    asked: &TableArgs,
    as_known: AsKnown,
    today: Month,
) -> Result<(), Failure> {
    let month = begun(asked.month.unwrap_or(today), today)?;
    let cell = Cell { place: asked.place, month };
    let kinds = asked.known.kinds;
    let answer = infocentre.table(asked.measure, asked.by, (cell, kinds), as_known).await?;
    if format == Format::Table {
        heading(asked.place, if asked.by == Dimension::Kind { Kinds::Households } else { kinds }, answer.position);
        say!("{} en {month} ({})", asked.measure.label(), asked.measure.unit().label());
        chart::table(&answer.content);
        return Ok(());
    }
    let lines = answer.content.into_iter().map(|row| Line {
        code: Some(row.code),
        label: Some(row.label),
        ..line(answer.position, (asked.place, month), (asked.measure, kinds), row.figure)
    });
    print(format, &lines.collect::<Vec<_>>());
    Ok(())
}

async fn compare(
    infocentre: &Infocentre,
    format: Format,
    asked: &CompareArgs,
    as_known: AsKnown,
    today: Month,
) -> Result<(), Failure> {
    let month = begun(asked.month.unwrap_or(today), today)?;
    let with_month = begun(asked.with_month.unwrap_or(month), today)?;
    let first = Cell { place: asked.place, month };
    let second = Cell { place: asked.with_place.unwrap_or(asked.place), month: with_month };
    let kinds = asked.known.kinds;
    let answer = infocentre.compare(asked.measure, kinds, (first, second), as_known).await?;
    let comparison = answer.content;
    let (difference, ratio) = (comparison.difference(), comparison.ratio());
    let of = |cell: Cell, figure| line(answer.position, (cell.place, cell.month), (asked.measure, kinds), figure);
    let lines = [of(first, comparison.first), of(second, comparison.second)];
    match format {
        Format::Table => {
            say!("{} ({}), position {}", asked.measure.label(), asked.measure.unit().label(), answer.position);
            let cells = |(cell, line): (&Cell, &Line)| {
                vec![cell.place.label().to_owned(), line.month.clone(), chart::number(line.figure.value)]
            };
            output::table(&["lieu", "mois", "valeur"], [first, second].iter().zip(&lines).map(cells));
            say!("écart : {} ; rapport : {}", chart::number(difference), chart::number(ratio));
        }
        Format::Json | Format::Ndjson | Format::Csv => print(format, &lines),
    }
    Ok(())
}

fn measures(format: Format) {
    #[derive(Serialize)]
    struct Named {
        measure: &'static str,
        label: &'static str,
        unit: &'static str,
    }
    let named = Measure::ALL.iter().map(|it| Named { measure: it.code(), label: it.label(), unit: it.unit().label() });
    output::rows(format, &["mesure", "libellé", "unité"], &named.collect::<Vec<_>>(), |it| {
        vec![it.measure.to_owned(), it.label.to_owned(), it.unit.to_owned()]
    });
}

fn heading(place: Where, kinds: Kinds, position: Position) {
    say!("{} ({}), position {position}", place.label(), kinds.label());
}

fn line(
    position: Position,
    (place, month): (Where, Month),
    (measure, kinds): (Measure, Kinds),
    figure: Figure,
) -> Line {
    Line {
        position: position.get(),
        place: place.code(),
        kinds: kinds.label(),
        measure: measure.code(),
        month: month.to_string(),
        code: None,
        label: None,
        figure,
    }
}

fn print(format: Format, lines: &[Line]) {
    output::rows(format, &COLUMNS, lines, |line| {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let deciles: Vec<String> = line.figure.deciles.iter().map(i32::to_string).collect();
        vec![
            line.position.to_string(),
            line.place.clone(),
            line.kinds.to_owned(),
            line.measure.to_owned(),
            line.month.clone(),
            text(&line.code),
            text(&line.label),
            line.figure.value.map_or_else(String::new, |value| value.to_string()),
            line.figure.observations.to_string(),
            deciles.join(" "),
        ]
    });
}
