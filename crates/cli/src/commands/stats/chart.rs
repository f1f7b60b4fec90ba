//! Figures for people: a table, and bars of block characters.

use infocentre::{Figure, Measure, Month, Row};

use crate::output;

/// The longest bar, in characters.
const WIDTH: usize = 24;
/// A character filled by eighths.
const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/// A series: one line a month, one column a measure; with one measure alone, a bar for each month.
pub fn series(series: &[(Measure, Vec<(Month, Figure)>)]) {
    let mut header = vec!["mois".to_owned()];
    header.extend(series.iter().map(|(measure, _)| measure.label().to_owned()));
    let months: Vec<Month> = series.iter().take(1).flat_map(|(_, figures)| figures).map(|(month, _)| *month).collect();
    let charted = series.first().filter(|_| series.len() == 1).map(|(_, figures)| figures);
    let highest = charted.into_iter().flatten().filter_map(|(_, figure)| figure.value).fold(0.0, f64::max);
    if charted.is_some() {
        header.push(String::new());
    }
    let lines = months.iter().enumerate().map(|(index, month)| {
        let mut cells = vec![month.to_string()];
        cells.extend(series.iter().map(|(_, figures)| figures.get(index).map_or_else(String::new, |it| cell(&it.1))));
        cells.extend(charted.and_then(|figures| figures.get(index)).map(|(_, figure)| bar(figure.value, highest)));
        cells
    });
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    output::table(&header, lines);
}

/// A table: one line a part, with a bar.
pub fn table(rows: &[Row]) {
    let highest = rows.iter().filter_map(|row| row.figure.value).fold(0.0, f64::max);
    let lines = rows
        .iter()
        .map(|row| vec![row.code.clone(), row.label.clone(), cell(&row.figure), bar(row.figure.value, highest)]);
    output::table(&["code", "libellé", "valeur", ""], lines);
}

fn cell(figure: &Figure) -> String {
    if figure.deciles.is_empty() {
        return number(figure.value);
    }
    figure.deciles.iter().map(i32::to_string).collect::<Vec<_>>().join(" · ")
}

/// A value as people read it: whole, or to one decimal; a dash for none.
pub fn number(value: Option<f64>) -> String {
    match value {
        None => "-".to_owned(),
        Some(value) if value.fract() == 0.0 => format!("{value:.0}"),
        Some(value) => format!("{value:.1}").replace('.', ","),
    }
}

fn bar(value: Option<f64>, highest: f64) -> String {
    let share = value.filter(|_| highest > 0.0).map_or(0.0, |value| (value / highest).clamp(0.0, 1.0));
    let eighths = (share * 8.0 * WIDTH as f64).round() as usize;
    format!("{}{}", "█".repeat(eighths / 8), EIGHTHS[eighths % 8])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_as_long_as_its_share() {
        assert_eq!(bar(Some(10.0), 10.0), "█".repeat(WIDTH));
        assert_eq!(bar(Some(5.0), 10.0), "█".repeat(WIDTH / 2));
        assert_eq!(bar(Some(0.0), 10.0), "");
        assert_eq!(bar(None, 10.0), "");
        assert_eq!(bar(Some(0.0), 0.0), "");
        assert_eq!(bar(Some(1.0), 192.0), "▏");
    }

    #[test]
    fn a_number_is_written_as_in_french() {
        assert_eq!((number(Some(12.0)), number(Some(11.26)), number(None)), ("12".into(), "11,3".into(), "-".into()));
    }
}
