//! `sne erase`: the personal data of a demand whose time is over, by the operator.

use std::sync::Arc;

use nomenclature::UniqueNumber;
use register::SystemClock;

use crate::args::{Format, Place};
use crate::commands::org::Change;
use crate::failure::Failure;
use crate::house::House;
use crate::output;

/// Erases, or says that it would.
pub async fn run(place: Place, format: Format, number: UniqueNumber, change: Change) -> Result<(), Failure> {
    let clock = Arc::new(SystemClock);
    let erasure = match change {
        Change::Made => House::open(place, clock).await?.register.erase(number).await?,
        Change::None => House::open_to_read(place, clock).await?.register.erasure(number).await?,
    };
    output::rows(
        format,
        &["numéro unique", "radiée le", "à effacer dès le", "effacée le"],
        &[erasure],
        |erasure| {
            vec![
                erasure.number.to_string(),
                erasure.radiated_on.to_string(),
                erasure.due_on.to_string(),
                erasure.erased_on.map_or_else(|| "pas encore".to_owned(), |day| day.to_string()),
            ]
        },
    );
    Ok(())
}
