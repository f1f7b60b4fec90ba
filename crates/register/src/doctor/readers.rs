//! Every demand through the stock store, compared with our own fold.

use demand::Demand;
use nomenclature::UniqueNumber;

use super::pass::Demands;
use super::{Findings, named};
use crate::stock::StockReader;

/// Compares facts, state and version; personal parts are sealed for the second reader.
pub async fn compare(findings: &mut Findings, demands: &Demands, stock: &StockReader) {
    let mut faults = Vec::new();
    for (stream, (ours, version)) in &demands.folded {
        let Ok(number) = UniqueNumber::parse(stream.as_str()) else { continue };
        match stock.demand(number).await {
            Ok((theirs, their_version)) if agree(ours, &theirs) && their_version == *version => {}
            Ok(_) => faults.push(format!("les deux lecteurs diffèrent sur la demande {number}")),
            Err(_) => faults.push(format!("le second lecteur ne peut pas lire la demande {number}")),
        }
    }
    findings.note("double lecture", format!("{} demandes comparées", demands.folded.len()), named(faults));
}

/// Whether two readers agree on everything that is open. Serialising drops what is personal, on both sides.
fn agree(ours: &Demand, theirs: &Demand) -> bool {
    match (serde_json::to_string(ours), serde_json::to_string(theirs)) {
        (Ok(ours), Ok(theirs)) => ours == theirs,
        _ => false,
    }
}
