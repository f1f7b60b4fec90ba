//! Which field is personal and which is an open fact: one row beside each struct, `docs/fields.md` is made of the rows.
//!
//! A row names every field of its struct by destructuring it: a field without a row, or a row without a field, does not
//! compile.

/// Where a field lies in the log (design law 8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Sealed under the demand's key, gone when the key is destroyed.
    Personal,
    /// Readable for ever: coarse, fixed when written, does not identify.
    Open,
}

/// One documented field.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Letter of the rubric of the form (R441-2-2), or the name of the act.
    pub rubric: &'static str,
    /// The struct.
    pub owner: &'static str,
    /// The field of the struct.
    pub name: &'static str,
    /// Personal or open.
    pub class: Class,
    /// What the form calls it, in French.
    pub french: &'static str,
    /// Limits and units.
    pub limits: &'static str,
}

macro_rules! field_table {
    ($owner:ident in $rubric:literal { $($name:ident: $class:ident, $french:literal, $limits:literal;)+ }) => {
        const _: fn(&$owner) = |value| {
            let $owner { $($name: _),+ } = value;
        };
        impl $owner {
            pub(crate) const FIELDS: &'static [$crate::fields::Field] = &[$($crate::fields::Field {
                rubric: $rubric,
                owner: stringify!($owner),
                name: stringify!($name),
                class: $crate::fields::Class::$class,
                french: $french,
                limits: $limits,
            },)+];
        }
    };
}
pub(crate) use field_table;

/// Every field of the form, of the facts and of the acts, in the order of the form.
pub fn fields() -> Vec<Field> {
    use crate::{event, facts, form, pieces, radiation};
    [
        form::identity::Household::FIELDS,
        form::identity::Person::FIELDS,
        form::identity::CoApplicant::FIELDS,
        form::identity::Dependant::FIELDS,
        form::identity::Association::FIELDS,
        form::contact::Contact::FIELDS,
        form::contact::Address::FIELDS,
        form::family::Family::FIELDS,
        form::family::ExpectedChildren::FIELDS,
        form::employment::Job::FIELDS,
        form::resources::Resources::FIELDS,
        form::resources::AdultResources::FIELDS,
        form::resources::TaxIncome::FIELDS,
        form::resources::Amount::FIELDS,
        form::housing::Housing::FIELDS,
        form::reasons::Reasons::FIELDS,
        form::sought::Sought::FIELDS,
        facts::Facts::FIELDS,
        event::Registered::FIELDS,
        event::Modified::FIELDS,
        event::Renewed::FIELDS,
        event::PieceAdded::FIELDS,
        pieces::Piece::FIELDS,
        event::Attributed::FIELDS,
        event::AttributionRefused::FIELDS,
        event::AttributionLapsed::FIELDS,
        event::LeaseSigned::FIELDS,
        radiation::lease::Dwelling::FIELDS,
        event::Radiated::FIELDS,
    ]
    .concat()
}
