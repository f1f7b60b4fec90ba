//! Registrations without end, for whoever loads the register.

use demand::Registration;
use jiff::civil::{Date, date};

use crate::cast::Cast;
use crate::dice::{Dice, Purpose};
use crate::file::{File, Scene};
use crate::options::home;
use crate::people::People;
use crate::piece;
use crate::places::Places;
use crate::work::TaxKnown;

/// The day that ages are drawn for: every birth lies before it, so that the registrations are accepted on any later one.
const DAY: Date = date(2025, 8, 1);

/// Registrations of households in Alpes-Maritimes, of realistic size, received on the day they are recorded.
///
/// Never twice the same person: surnames are coined from a running number, which begins elsewhere for another seed and
/// comes back after 2^30 adults. Without tax notices and expected births, whose dates would depend on the day of record.
///
/// ```
/// let first = synth::registrations(1).next().expect("there is always one more");
/// assert_eq!(first.territory.as_str(), "006");
/// assert!(first.identity_piece.is_some());
/// ```
pub fn registrations(seed: u64) -> impl Iterator<Item = Registration> {
    let scene = Scene { places: Places::of(home()), cast: Cast::of(seed, home()) };
    let mut people = People::coined(seed);
    (0..).map(move |index| {
        let mut dice = Dice::new(seed, Purpose::Registration, index);
        let mut file = File::household(&mut dice, &mut people, &scene, TaxKnown::No, DAY);
        if let Some(family) = &mut file.form.family {
            (family.expected_children, family.expected_on) = (None, None);
        }
        let nationality = file.applicant().map(|applicant| applicant.nationality);
        Registration {
            territory: home(),
            filed_on: None,
            identity_piece: nationality.map(|nationality| piece::identity(&mut dice, nationality, None)),
            form: file.form,
            forced: None,
            employer_siret: None,
        }
    })
}
