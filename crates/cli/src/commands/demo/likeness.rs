//! How like a real territory the one that lived is: what it came to, beside what is published.

use synth::TerritoryOptions;
use synth::calibration::{Calibration, Compared, Ledger, Tally, Verdict};

use crate::commands::synth::table;
use crate::failure::Failure;
use crate::output::{self, say};

/// Prints the figures that a territory can meet, and how many published ones it cannot.
pub fn show(options: &TerritoryOptions, ledger: &Ledger) -> Result<(), Failure> {
    let calibration = Calibration::of(options, ledger, &table(None)?);
    let label = options.territory.label();
    say!("\nLe territoire fictif et les chiffres publiés : {label} à l'échelle {}", options.scale);
    let fittable = |line: &&Compared| !matches!(line.verdict, Verdict::NotFittable(_));
    let rows = calibration.lines.iter().filter(fittable).map(|line| {
        let off = line.deviation().map_or_else(String::new, |off| format!("{:+.1} %", off * 100.0));
        let verdict = if line.verdict == Verdict::Met { "" } else { "manqué" };
        let produced = line.produced.map_or_else(String::new, |value| line.told(value));
        vec![line.row.french.clone(), line.told(line.published), produced, off, verdict.to_owned()]
    });
    output::table(&["chiffre", "publié", "produit", "écart", ""], rows);
    let Tally { met, missed, not_fittable } = calibration.tally();
    say!(
        "{met} chiffres atteints sur {} ; {not_fittable} autres chiffres publiés se contredisent : docs/synthetic-territory.md dit pourquoi",
        met + missed
    );
    Ok(())
}
