//! The page that sets what is produced beside what is published.

use std::io;

use super::{Calibration, Compared, TOLERANCE, Tally, Verdict};
use crate::territory::figures::{Figures, Standing};

/// Writes the page, in Markdown.
///
/// # Errors
/// Those of the writer.
pub fn write_page(calibration: &Calibration, mut out: impl io::Write) -> io::Result<()> {
    let Calibration { options, lines } = calibration;
    let label = options.territory.label();
    writeln!(out, "# The synthetic territory beside published figures\n")?;
    writeln!(
        out,
        "Made by `make docs` (as `sne synth calibrate` does) from `crates/synth/data/targets.csv` and a territory that was invented \
         and played through the demand's own decisions. Do not edit.\n"
    )?;
    writeln!(
        out,
        "{label} at {}, seed {}, {} months up to {}. *The year* is the last twelve of them. Counts are published counts at that \
         scale. A figure is met within {:.0} %, or within one demand.\n",
        options.scale,
        options.seed,
        options.months,
        options.last,
        TOLERANCE * 100.0
    )?;
    writeln!(out, "{}\n", standing(Figures::of(options.territory).standing))?;
    let Tally { met, missed, not_fittable } = calibration.tally();
    writeln!(out, "Of {} figures that can be met, {met} are; {not_fittable} others are not fittable.\n", met + missed)?;
    writeln!(out, "## Met\n")?;
    writeln!(out, "| figure | published | produced | off | unit | source | formula |")?;
    writeln!(out, "| --- | ---: | ---: | ---: | --- | --- | --- |")?;
    let met = |line: &&Compared| !matches!(line.verdict, Verdict::NotFittable(_));
    for line in lines.iter().filter(met) {
        row(line, &mut out)?;
        writeln!(out, " {} |", line.row.measure.formula())?;
    }
    writeln!(out, "\n## Not fittable\n")?;
    writeln!(out, "Published for France or another region, and contradicted by figures above.\n")?;
    writeln!(out, "| figure | published | produced | off | unit | source | why not |")?;
    writeln!(out, "| --- | ---: | ---: | ---: | --- | --- | --- |")?;
    for line in lines {
        if let Verdict::NotFittable(why) = &line.verdict {
            row(line, &mut out)?;
            writeln!(out, " {why} |")?;
        }
    }
    out.write_all(NOT_MEASURED.as_bytes())
}

fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Published => "Stock, transfers and attributions of this territory are published.",
        Standing::Region => {
            "Stock and transfers of this territory are published, its attributions are told by the ratio of its region."
        }
        Standing::France => {
            "Nothing is published of this territory: stock, transfers and attributions are told by the ratios of France."
        }
    }
}

const NOT_MEASURED: &str = "
## Not measured

| figure | published | why |
| --- | --- | --- |
| below the PLAI ceiling | 73 % of demands (Cour des comptes, RPA 2020) | no table of ceilings is in the register: a position against them is no fact of a demand |
| claims to housing (DALO) | about 3 000 recourses in Alpes-Maritimes, 2020 (press) | no act of the invented days is one; the guided tour of `sne demo` shows them |
| refused and lapsed attributions, late leases, returns after a radiation | nothing | their shares are invented, and say so in `territory/chances.rs` |
| the season of filings | spring 2020 only | the shares of months are invented |
";

fn row(line: &Compared, out: &mut impl io::Write) -> io::Result<()> {
    let missed = if line.verdict == Verdict::Missed { " **missed**" } else { "" };
    let off = line.deviation().map_or_else(|| "-".to_owned(), |off| format!("{:+.1} %{missed}", off * 100.0));
    let produced = line.produced.map_or_else(|| "nothing".to_owned(), |value| line.told(value));
    let (french, published) = (&line.row.french, line.told(line.published));
    write!(out, "| {french} | {published} | {produced} | {off} | {} | {} |", line.row.unit, line.row.source)
}

impl Compared {
    /// A value of this figure, with the digits that mean something.
    pub fn told(&self, value: f64) -> String {
        match value {
            _ if self.row.is_count() || value >= 200.0 => format!("{value:.0}"),
            2.0.. => format!("{value:.1}"),
            _ => format!("{value:.3}"),
        }
    }
}
