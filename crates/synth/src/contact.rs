//! Rubric b: how a household is reached.

use demand::form::contact::{AddressDraft, ContactDraft};
use nomenclature::Commune;

use crate::dice::Dice;
use crate::names::{first, fold};
use crate::people::Adult;
use crate::places::{address, address_abroad};

/// Draws rubric b for an adult who lives in a commune.
pub(crate) fn contact(dice: &mut Dice, adult: &Adult, home: &Commune, host: Option<String>) -> ContactDraft {
    let postal_address =
        if dice.below(100) == 0 { address_abroad(dice) } else { AddressDraft { host, ..address(dice, home) } };
    let dwelling_address = dice.percent(7).then(|| address(dice, home));
    let email = dice.percent(84).then(|| email(dice, adult));
    ContactDraft {
        postal_address: Some(postal_address),
        dwelling_address,
        home_phone: dice.percent(20).then(|| landline(dice)),
        mobile_phone: dice.percent(92).then(|| mobile(dice)),
        work_phone: dice.percent(6).then(|| landline(dice)),
        postal_notices: false,
        electronic_notices: email.is_some() && dice.percent(70),
        sms_notices: dice.percent(60),
        event_notices: dice.percent(55),
        email,
    }
}

/// Draws rubric b for an association.
pub(crate) fn of_association(dice: &mut Dice, home: &Commune, number: u32) -> ContactDraft {
    ContactDraft {
        postal_address: Some(address(dice, home)),
        home_phone: Some(landline(dice)),
        email: Some(format!("contact{number}@association.example.org")),
        electronic_notices: true,
        event_notices: true,
        ..ContactDraft::default()
    }
}

/// An address at a domain that is reserved for examples (RFC 2606).
fn email(dice: &mut Dice, adult: &Adult) -> String {
    let ascii = |name: &str| fold(name).chars().filter(char::is_ascii).collect::<String>().to_ascii_lowercase();
    let (given, surname) = (ascii(first(&adult.given_names)), ascii(&adult.surname));
    let local =
        if given.is_empty() || surname.is_empty() { "demandeur".to_owned() } else { format!("{given}.{surname}") };
    let domain = dice.pick(&["example.org", "example.net", "courriel.example.org"]);
    format!("{local}{}@{domain}", dice.between(1, 99))
}

/// A number that the French regulator keeps for fiction: 04 65 71 xx xx, in the south-east.
fn landline(dice: &mut Dice) -> String {
    format!("046571{:04}", dice.between(0, 9_999))
}

/// A number that the French regulator keeps for fiction: 06 39 98 xx xx.
fn mobile(dice: &mut Dice) -> String {
    format!("063998{:04}", dice.between(0, 9_999))
}
