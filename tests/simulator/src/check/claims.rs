//! Nobody holds two active demands of a territory, unless one was forced; and claims are those of the active demands.
//!
//! Keys of claims are blinded, so they are compared by who holds them: the claims of each key in a territory must be held by
//! exactly the active demands of one person there.

use std::collections::{BTreeMap, BTreeSet};

use demand::Demand;
use event_log::{ClaimRow, Reader};

use super::Found;
use crate::ledger::Ledger;
use crate::workload::plain;

/// Surname, first given name and day of birth, as they are compared.
type Person = (String, String, String);
type Holders = BTreeSet<String>;

pub(super) async fn held(reader: &Reader, found: &[Found], ledger: &mut Ledger) -> Result<(), event_log::Error> {
    let rows = reader.claims_after(None, 100_000).await?;
    let mut faults = Vec::new();
    // Kind 1 are persons; desks hold their codes, too.
    let rows: Vec<ClaimRow> = rows.into_iter().filter(|row| row.kind == 1).collect();
    let mut stored: BTreeMap<(Vec<u8>, String), Holders> = BTreeMap::new();
    for row in &rows {
        let holders = stored.entry((row.key.clone(), row.holder.scope.clone())).or_default();
        if !holders.insert(row.holder.holder.to_string()) {
            faults.push(format!("{} holds one claim twice", row.holder.holder));
        }
    }
    let mut due: BTreeMap<(Person, String), Holders> = BTreeMap::new();
    let mut unforced: BTreeMap<(Person, String), Holders> = BTreeMap::new();
    for Found { number, demand, .. } in found {
        let Demand::Active(demand) = demand else { continue };
        for person in
            demand.rubrics.clear().and_then(|rubrics| rubrics.household()).into_iter().flat_map(|h| h.adults())
        {
            let first_given = person.given_names.as_str().split([' ', '-']).next().unwrap_or_default();
            let name = (plain(person.surname.as_str()), plain(first_given), person.birth_date.to_string());
            let at = (name, demand.territory.to_string());
            if !demand.forced {
                unforced.entry(at.clone()).or_default().insert(number.to_string());
            }
            due.entry(at).or_default().insert(number.to_string());
        }
    }
    for holders in unforced.values().filter(|holders| holders.len() > 1) {
        faults.push(format!("one person holds {holders:?}, none of them forced"));
    }
    let told = |scope: &str, holders: &Holders| (scope.to_owned(), holders.clone());
    let mut stored: Vec<_> = stored.iter().map(|((_, scope), holders)| told(scope, holders)).collect();
    let mut due: Vec<_> = due.iter().map(|((_, scope), holders)| told(scope, holders)).collect();
    stored.sort();
    due.sort();
    if stored != due {
        faults.push(format!("claims are held by {stored:?}, due are {due:?}"));
    }
    faults.extend(references(&rows, found));
    ledger.faults.extend(faults);
    Ok(())
}

/// The claims of one key have one tag, everywhere; an applicant's is the reference that his demands bear, as long as he is the one
/// who was registered.
fn references(rows: &[ClaimRow], found: &[Found]) -> Vec<String> {
    let mut faults = Vec::new();
    let mut tags = BTreeMap::new();
    let mut held: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for row in rows {
        if *tags.entry(&row.key).or_insert(row.holder.tag) != row.holder.tag {
            faults.push(format!("{} holds a claim with a tag of its own", row.holder.holder));
        }
        held.entry(row.holder.holder.as_str()).or_default().push(row.holder.tag);
    }
    for Found { number, demand, .. } in found.iter().filter(|found| !found.rectified) {
        let Demand::Active(demand) = demand else { continue };
        let tags = held.get(number.as_str()).map_or(&[][..], Vec::as_slice);
        if demand.person_ref.is_none_or(|reference| !tags.contains(&reference)) {
            faults.push(format!("{number} bears another reference than its claims"));
        }
    }
    faults
}
