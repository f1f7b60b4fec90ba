//! The code lists of the form, of the interface between systems, and of the register itself.
//!
//! A list is an enum: its values are known to the compiler, its codes and labels are those of the source that the list
//! names. Code lists change with the form, so each says the version of the form it belongs to and the day it is valid
//! from; a later version will be an enum value or a list of its own beside the old ones, never a change of what an old
//! code means.

pub(crate) mod attribution;
pub(crate) mod dalo;
pub(crate) mod dwelling;
pub(crate) mod employment;
pub(crate) mod epci;
pub(crate) mod form_version;
pub(crate) mod handicap;
pub(crate) mod interface;
pub(crate) mod list;
pub(crate) mod organisation;
pub(crate) mod participation;
pub(crate) mod person;
pub(crate) mod piece;
pub(crate) mod radiation;
pub(crate) mod reason;
pub(crate) mod role;

use list::CodeList;

/// Makes a code list: an enum, its texts, and its [`CodeList`].
macro_rules! code_list {
    (
        $(#[$doc:meta])*
        $name:ident, $id:literal, $french:literal, $edition:expr;
        $($variant:ident $code:literal $label:literal,)+
        $(@later $later:literal, $later_edition:expr; $($new:ident $new_code:literal $new_label:literal,)+)?
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $(#[doc = concat!($label, " (`", $code, "`).")] $variant,)+
            $($(#[doc = concat!($new_label, " (`", $new_code, "`).")] $new,)+)?
        }

        impl $name {
            /// Every value, in the order of the source.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+ $($(Self::$new,)+)?];

            $(
                /// What a later form added, with its source and validity.
                pub const LATER: $crate::CodeList = $crate::codes::list::list($later, $french, &$later_edition, &[
                    $($crate::CodeEntry { code: $new_code, label: $new_label },)+
                ]);
            )?

            /// The list, with its source and validity.
            pub const LIST: $crate::CodeList = $crate::codes::list::list($id, $french, &$edition, &[
                $($crate::CodeEntry { code: $code, label: $label },)+
            ]);

            /// The code, as it is written in files, events and interfaces.
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$variant => $code,)+
                    $($(Self::$new => $new_code,)+)?
                }
            }

            /// The French text for people.
            pub const fn label(self) -> &'static str {
                match self {
                    $(Self::$variant => $label,)+
                    $($(Self::$new => $new_label,)+)?
                }
            }

            /// Reads a code; nothing but its exact form is taken.
            pub fn parse(code: &str) -> Result<Self, $crate::ParseError> {
                match code {
                    $($code => Ok(Self::$variant),)+
                    $($($new_code => Ok(Self::$new),)+)?
                    _ => Err($crate::ParseError::Code { list: $id }),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.code())
            }
        }

        $crate::identifiers::text_form!($name);
    };
}

pub(crate) use code_list;

/// Every code list, for documents, filters and forms.
pub fn code_lists() -> &'static [CodeList] {
    const {
        &[
            attribution::CollectiveAgreement::LIST,
            attribution::KnownAnswer::LIST,
            attribution::ReservationHolder::LIST,
            attribution::RplsDwellingType::LIST,
            attribution::StateConvention::LIST,
            attribution::UrbanZone::LIST,
            dalo::DaloRoute::LIST,
            dalo::DaloStatus::LIST,
            dalo::DaloTypology::LIST,
            dwelling::DwellingCategory::LIST,
            dwelling::DwellingType::LIST,
            dwelling::PresentDwelling::LIST,
            dwelling::PresentDwelling::LATER,
            dwelling::SoughtCategory::LIST,
            employment::Contract::LIST,
            employment::PaidResourceKind::LIST,
            employment::ResourceKind::LIST,
            epci::EpciKind::LIST,
            handicap::HandicapAid::LIST,
            handicap::HandicapEquipment::LIST,
            handicap::HandicapMotor::LIST,
            handicap::HandicapSensory::LIST,
            handicap::HandicapState::LIST,
            handicap::HandicapWalking::LIST,
            interface::FileType::LIST,
            organisation::Channel::LIST,
            organisation::OrganisationKind::LIST,
            participation::EntitlementGround::LIST,
            participation::SuspensionReason::LIST,
            person::Civility::LIST,
            person::CoApplicantLink::LIST,
            person::Custody::LIST,
            person::FamilySituation::LIST,
            person::Kinship::LIST,
            person::Nationality::LIST,
            person::Sex::LIST,
            piece::PieceType::LIST,
            radiation::InadmissibilityGround::LIST,
            radiation::RadiationMotive::LIST,
            reason::Reason::LIST,
            reason::Reason::LATER,
            role::Role::LIST,
        ]
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Counted by hand in the sources, not by the code.
    const COUNTS: &[(&str, usize)] = &[
        ("channel", 2),
        ("civility", 3),
        ("co-applicant-link", 4),
        ("collective-agreement", 4),
        ("contract", 8),
        ("custody", 2),
        ("dalo-route", 7),
        ("dalo-status", 4),
        ("dalo-typology", 29),
        ("dwelling-category", 2),
        ("dwelling-type", 7),
        ("entitlement-ground", 3),
        ("epci-kind", 5),
        ("family-situation", 7),
        ("file-type", 9),
        ("handicap-aid", 7),
        ("handicap-equipment", 6),
        ("handicap-motor", 2),
        ("handicap-sensory", 2),
        ("handicap-state", 2),
        ("handicap-walking", 4),
        ("inadmissibility-ground", 2),
        ("kinship", 3),
        ("known-answer", 3),
        ("nationality", 3),
        ("organisation-kind", 14),
        ("paid-resource-kind", 1),
        ("piece-type", 37),
        ("present-dwelling", 17),
        ("present-dwelling-03", 2),
        ("radiation-motive", 5),
        ("reason", 23),
        ("reason-03", 3),
        ("reservation-holder", 6),
        ("resource-kind", 14),
        ("role", 11),
        ("rpls-dwelling-type", 9),
        ("sex", 2),
        ("sought-category", 3),
        ("state-convention", 3),
        ("suspension-reason", 5),
        ("urban-zone", 3),
    ];

    #[test]
    fn every_list_has_the_number_of_codes_of_its_source() {
        let mut found: Vec<_> = code_lists().iter().map(|list| (list.name, list.entries.len())).collect();
        found.sort();
        assert_eq!(found, COUNTS);
    }

    #[test]
    fn codes_and_labels_are_unique_in_their_list() {
        for list in code_lists() {
            let codes: BTreeSet<_> = list.entries.iter().map(|entry| entry.code).collect();
            let labels: BTreeSet<_> = list.entries.iter().map(|entry| entry.label).collect();
            assert_eq!(codes.len(), list.entries.len(), "{}", list.name);
            assert_eq!(labels.len(), list.entries.len(), "{}", list.name);
            assert!(codes.iter().all(|code| !code.is_empty() && code.is_ascii()), "{}", list.name);
            assert!(!list.source.is_empty() && !list.french.is_empty());
        }
    }

    #[test]
    fn lists_of_the_form_are_official_and_dated() {
        for list in code_lists() {
            if let Some(version) = list.form_version {
                assert_eq!(list.provisional, version != crate::FormVersion::V02, "{}", list.name);
                assert_eq!(list.valid_from, version.in_force_from(), "{}", list.name);
            }
            assert!(list.is_valid_on(list.valid_from));
            assert!(!list.is_valid_on(list.valid_from.yesterday().unwrap()));
        }
    }

    macro_rules! round_trip {
        ($($list:ty),+ $(,)?) => {{
            $(
                for value in <$list>::ALL {
                    assert_eq!(<$list>::parse(value.code()), Ok(*value));
                    let json = serde_json::to_string(value).unwrap();
                    assert_eq!(json, format!("\"{}\"", value.code()));
                    assert_eq!(serde_json::from_str::<$list>(&json).unwrap(), *value);
                }
                for text in ["", " ", "?", "\0", "ZZZZ", "\u{ff11}", "0", "100"] {
                    assert!(<$list>::parse(text).is_err(), "{text:?}");
                }
                let listed: Vec<_> = <$list>::LIST.entries.iter().map(|entry| (entry.code, entry.label)).collect();
                let values: Vec<_> = <$list>::ALL.iter().map(|value| (value.code(), value.label())).collect();
                assert!(values.starts_with(&listed), "what a later form added comes after");
            )+
            [$(<$list>::LIST.name),+]
        }};
    }

    #[test]
    fn every_code_reads_back_and_no_other_text_is_one() {
        use crate::*;
        let tried = round_trip![
            CollectiveAgreement,
            KnownAnswer,
            ReservationHolder,
            RplsDwellingType,
            StateConvention,
            UrbanZone,
            DaloRoute,
            DaloStatus,
            DaloTypology,
            DwellingCategory,
            DwellingType,
            PresentDwelling,
            SoughtCategory,
            Contract,
            PaidResourceKind,
            ResourceKind,
            EpciKind,
            HandicapAid,
            HandicapEquipment,
            HandicapMotor,
            HandicapSensory,
            HandicapState,
            HandicapWalking,
            FileType,
            Channel,
            OrganisationKind,
            EntitlementGround,
            SuspensionReason,
            Civility,
            CoApplicantLink,
            Custody,
            FamilySituation,
            Kinship,
            Nationality,
            Sex,
            PieceType,
            InadmissibilityGround,
            RadiationMotive,
            Reason,
            Role,
        ];
        let later = code_lists().iter().filter(|list| list.form_version == Some(FormVersion::V03)).count();
        assert_eq!(tried.len() + later, code_lists().len());
    }

    #[test]
    fn a_code_in_another_case_is_refused() {
        assert!(crate::Contract::parse("cdi").is_err());
        assert!(crate::DwellingType::parse("t2").is_err());
        assert!(crate::Reason::parse("1").is_err(), "the leading zero belongs to the code");
        assert_eq!(crate::Reason::parse("x").unwrap_err().to_string(), "not a code of the list reason");
    }
}
