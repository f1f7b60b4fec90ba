//! Which field is personal and which is an open fact: one row beside each struct, `docs/fields.md` is made of the rows.
//!
//! A table names every field of its struct by destructuring it: a field without a row, or a row without a field, does not
//! compile. Nor does a row of an event that calls open what is sealed, or personal what is not.

use jiff::civil::Date;
use personal::Pii;
use uuid::Uuid;

use crate::carried::{Carried, Carry};

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

/// The rows of a type, from the places named in them.
macro_rules! rows {
    ($rubric:literal, $owner:expr, $($name:ident: $class:ident, $french:literal, $limits:literal;)+) => {
        &[$($crate::fields::Field {
            rubric: $rubric,
            owner: $owner,
            name: stringify!($name),
            class: $crate::fields::Class::$class,
            french: $french,
            limits: $limits,
        },)+]
    };
}
pub(crate) use rows;

/// The table of a struct, or of a variant, that lies inside a sealed part: every row is personal.
macro_rules! field_table {
    ($owner:ident in $rubric:literal { $($name:ident: Personal, $french:literal, $limits:literal;)+ }) => {
        const _: fn(&$owner) = |value| {
            let $owner { $($name: _),+ } = value;
        };
        impl $owner {
            pub(crate) const FIELDS: &'static [$crate::fields::Field] =
                $crate::fields::rows!($rubric, stringify!($owner), $($name: Personal, $french, $limits;)+);
        }
    };
    ($owner:ident::$variant:ident = $table:ident in $rubric:literal {
        $($name:ident: Personal, $french:literal, $limits:literal;)+
    }) => {
        const _: fn(&$owner) = |value| {
            if let $owner::$variant { $($name: _),+ } = value {}
        };
        impl $owner {
            pub(crate) const $table: &'static [$crate::fields::Field] = $crate::fields::rows!(
                $rubric,
                concat!(stringify!($owner), "::", stringify!($variant)),
                $($name: Personal, $french, $limits;)+
            );
        }
    };
}
pub(crate) use field_table;

/// The table of a struct, or of a variant, that lies in the open payload of an event. What a row says is held by the
/// type of its field: personal is what is [`Pii`] or carried as such, open is what is known to be.
macro_rules! event_table {
    ($owner:ident in $rubric:literal { $($name:ident: $class:ident, $french:literal, $limits:literal;)+ }) => {
        const _: fn(&$owner) = |value| {
            let $owner { $($name),+ } = value;
            $($crate::fields::must_be::$class($name);)+
        };
        impl $owner {
            pub(crate) const FIELDS: &'static [$crate::fields::Field] =
                $crate::fields::rows!($rubric, stringify!($owner), $($name: $class, $french, $limits;)+);
        }
    };
    ($owner:ident::$variant:ident = $table:ident in $rubric:literal {
        $($name:ident: $class:ident, $french:literal, $limits:literal;)+
    }) => {
        const _: fn(&$owner) = |value| {
            match value {
                $owner::$variant { $($name),+ } => {
                    $($crate::fields::must_be::$class($name);)+
                }
                #[allow(unreachable_patterns, reason = "a type may have one variant so far")]
                _ => {}
            }
        };
        impl $owner {
            pub(crate) const $table: &'static [$crate::fields::Field] = $crate::fields::rows!(
                $rubric,
                concat!(stringify!($owner), "::", stringify!($variant)),
                $($name: $class, $french, $limits;)+
            );
        }
    };
}
pub(crate) use event_table;

/// A type whose serialised form tells nothing.
pub(crate) trait PersonalPart {}
impl<T> PersonalPart for Pii<T> {}
impl PersonalPart for Carried {}
impl<T> PersonalPart for Carry<T> {}

/// A type that may stand in the open. Texts that people type are none.
pub(crate) trait OpenPart {}
impl<T: OpenPart> OpenPart for Option<T> {}
impl<T: OpenPart> OpenPart for Vec<T> {}

macro_rules! open {
    ($($type:ty),+ $(,)?) => { $(impl OpenPart for $type {})+ };
}

open!(bool, i16, u8, u16, Date, Uuid);
open!(
    nomenclature::Channel,
    nomenclature::CollectiveAgreement,
    nomenclature::CommuneCode,
    nomenclature::Contract,
    nomenclature::DeskCode,
    nomenclature::DwellingType,
    nomenclature::FamilySituation,
    nomenclature::FormVersion,
    nomenclature::InadmissibilityGround,
    nomenclature::KnownAnswer,
    nomenclature::Nationality,
    nomenclature::PieceType,
    nomenclature::PresentDwelling,
    nomenclature::RadiationMotive,
    nomenclature::Reason,
    nomenclature::ReservationHolder,
    nomenclature::RplsDwellingType,
    nomenclature::Siren,
    nomenclature::StateConvention,
    nomenclature::Territory,
    nomenclature::UrbanZone,
);
open!(
    crate::certificate::CertificateChannel,
    crate::commission::Decision,
    crate::dalo::DaloDecision,
    crate::deposit::SetAsideReason,
    crate::facts::ApplicantKind,
    crate::facts::Band,
    crate::facts::Composition,
    crate::facts::Facts,
    crate::modification::Origin,
    crate::notice::NoticeChannel,
    crate::radiation::Motive,
    crate::radiation::renunciation::WrittenAct,
    crate::registration::ForceReason,
    crate::warning::DeliveryProof,
    crate::warning::WarningKind,
);

// Of the settings of a territory: nothing of them is anybody's.
open!(i32, crate::territory::Reference, crate::territory::SettingName);

/// What a row of an event's table asks of the type of its field; named like the classes.
#[allow(non_snake_case, reason = "a row names its class, and that is the function that checks it")]
pub(crate) mod must_be {
    use super::{OpenPart, PersonalPart};

    pub(crate) fn Personal(_: &impl PersonalPart) {}
    pub(crate) fn Open(_: &impl OpenPart) {}
}

/// Every field of the form, of the facts and of the acts, in the order of the form.
pub fn fields() -> Vec<Field> {
    use crate::{commission, deposit, erasure, event, facts, form, modification, pieces, radiation, territory};
    [
        form::identity::Household::FIELDS,
        form::identity::Person::FIELDS,
        form::identity::CoApplicant::FIELDS,
        form::identity::Dependant::FIELDS,
        form::identity::Association::FIELDS,
        form::contact::Contact::FIELDS,
        form::contact::Address::FIELDS,
        form::contact::Place::FRANCE,
        form::contact::Place::ABROAD,
        form::family::Family::FIELDS,
        form::family::ExpectedChildren::FIELDS,
        form::employment::Job::FIELDS,
        form::resources::Resources::FIELDS,
        form::resources::AdultResources::FIELDS,
        form::resources::TaxIncome::FIELDS,
        form::resources::ReceivedAmount::FIELDS,
        form::resources::PaidAmount::FIELDS,
        form::housing::Housing::FIELDS,
        form::housing::Stay::FIELDS,
        form::reasons::Reasons::FIELDS,
        form::sought::Sought::FIELDS,
        form::handicap::Handicap::FIELDS,
        form::handicap::PersonHandicap::FIELDS,
        form::handicap::Referent::FIELDS,
        form::remarks::Remarks::FIELDS,
        facts::Facts::FIELDS,
        event::Registered::FIELDS,
        event::Modified::FIELDS,
        modification::Origin::PIECE,
        event::Renewed::FIELDS,
        event::PieceAdded::FIELDS,
        pieces::Piece::FIELDS,
        event::Attributed::FIELDS,
        event::AttributionRefused::FIELDS,
        event::AttributionLapsed::FIELDS,
        event::LeaseSigned::FIELDS,
        radiation::lease::Dwelling::FIELDS,
        event::Radiated::FIELDS,
        radiation::Motive::ATTRIBUTION,
        radiation::Motive::RENUNCIATION,
        erasure::PersonalDataErased::FIELDS,
        radiation::Motive::NO_ANSWER,
        radiation::Motive::INADMISSIBLE,
        radiation::Motive::NOT_RENEWED,
        event::RenewalNoticeListed::FIELDS,
        event::RenewalNoticeSent::FIELDS,
        event::RenewalNoticeReturned::FIELDS,
        event::Reinstated::FIELDS,
        event::WarningSent::FIELDS,
        event::AnswerReceived::FIELDS,
        event::CommissionDecided::FIELDS,
        commission::Decision::INADMISSIBLE,
        event::CertificateIssued::FIELDS,
        event::LeaseReported::FIELDS,
        event::LeaseReportWithdrawn::FIELDS,
        event::PieceDeposited::FIELDS,
        deposit::DepositedPiece::FIELDS,
        event::DepositSetAside::FIELDS,
        event::DaloSeised::FIELDS,
        event::DaloDecided::FIELDS,
        event::DaloRehoused::FIELDS,
        event::DaloEnded::FIELDS,
        territory::SettingChanged::FIELDS,
        territory::SettingWithdrawn::FIELDS,
        territory::AbnormalDelaySet::FIELDS,
        territory::AbnormalDelayEnded::FIELDS,
        event::CoApplicantDropped::FIELDS,
        event::DropBasis::FIELDS,
        event::Separated::FIELDS,
        event::SeparationLink::FIELDS,
    ]
    .concat()
}
