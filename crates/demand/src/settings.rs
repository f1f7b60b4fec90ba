//! The delays and tolerances that an act is decided by: values that come with the command, so that a decision can be
//! repeated after they changed.
//!
//! One table holds every default with its source; whoever resolves the settings of a territory on a day starts from it.
//! What the law fixes for everybody and for ever (a year of validity) is no setting: see [`crate::deadlines`].

use jiff::civil::Date;
use nomenclature::Territory;

/// How sure a default is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// A text gives the value.
    Text,
    /// No text does: practice, or this register's own choice until somebody decides.
    Provisional,
}

/// One row of the table of defaults.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// The field of [`Settings`].
    pub name: &'static str,
    /// The value.
    pub default: i32,
    /// Months or days.
    pub unit: &'static str,
    /// From which day on.
    pub since: Date,
    /// Where it comes from.
    pub source: &'static str,
    /// How sure it is.
    pub standing: Standing,
}

macro_rules! settings {
    ($($(#[$doc:meta])* $name:ident: $default:literal $unit:literal since ($y:literal, $m:literal, $d:literal),
        $source:literal, $standing:ident;)+) => {
        /// The delays of a territory on a day.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct Settings {$(
            $(#[$doc])*
            pub $name: i32,
        )+}

        impl Default for Settings {
            fn default() -> Self {
                Self { $($name: $default,)+ }
            }
        }

        impl Settings {
            /// Every default with its source.
            pub const DEFAULTS: &'static [Setting] = &[$(Setting {
                name: stringify!($name),
                default: $default,
                unit: $unit,
                since: Date::constant($y, $m, $d),
                source: $source,
                standing: Standing::$standing,
            },)+];
        }
    };
}

settings! {
    /// Days a reception may lie before the day it is recorded.
    latest_reception_days: 31 "days" since (2015, 5, 14), "R441-2-3 says at once and gives no number", Provisional;
    /// Months the written act of a renunciation is kept (INV-28).
    renunciation_kept_months: 12 "months" since (2015, 3, 23), "practice", Provisional;
    /// Months before the expiry from which a renewal notice may be listed.
    notice_earliest_months: 2 "months" since (2015, 3, 23), "practice: applicants renew from the tenth month on", Provisional;
    /// Months that a notice must leave until the expiry (INV-16).
    notice_months: 1 "months" since (2015, 5, 14), "R441-2-7", Text;
    /// Months of tolerance from the expiry until a radiation for non-renewal (INV-19).
    renewal_tolerance_months: 1 "months" since (2015, 3, 23), "cahier des charges 6.1", Text;
    /// Months that a notice sent too late leaves before the radiation: what one sent in time leaves at least.
    late_notice_months: 2 "months" since (2015, 3, 23), "R441-2-7 with cahier des charges 6.1: a month of notice, a month of tolerance", Provisional;
    /// Months from the expiry in which a demand radiated for non-renewal may be reinstated (INV-20).
    not_renewed_reinstatement_months: 6 "months" since (2015, 3, 23), "cahier des charges 6.1", Text;
    /// Months from the warning until a radiation for no answer; the law asks for one, the system for two (INV-21).
    no_answer_months: 2 "months" since (2015, 3, 23), "cahier des charges 6.5", Text;
    /// Months from a radiation for no answer in which the demand may be reinstated (INV-22).
    no_answer_reinstatement_months: 5 "months" since (2015, 3, 23), "cahier des charges 6.5, which does not say from when", Provisional;
    /// Months from the warning until a radiation as inadmissible (INV-23).
    inadmissible_months: 1 "months" since (2015, 5, 14), "R441-2-8 d", Text;
    /// Months from the filing or a renewal in which the certificate goes out (INV-11).
    certificate_months: 1 "months" since (2009, 3, 28), "L441-2-1", Text;
    /// Days in which a piece handed in at a desk is stored (INV-38).
    piece_storage_days: 15 "days" since (2015, 5, 14), "R441-2-4-1", Text;
    /// Months in which the commission of mediation decides (INV-57). See [`Settings::of`] for overseas.
    dalo_commission_months: 3 "months" since (2008, 1, 1), "R441-15; six where a département has part of an agglomeration of over 300 000, which its territory sets", Provisional;
    /// Months from a favourable decision in which the prefect makes an offer (INV-57). See [`Settings::of`] for overseas.
    dalo_offer_months: 3 "months" since (2008, 1, 1), "R441-16-1; six where a département has part of an agglomeration of over 300 000, which its territory sets", Provisional;
}

/// Months of both DALO delays in the overseas départements (R441-15, R441-16-1).
const DALO_MONTHS_OVERSEAS: i32 = 6;

impl Settings {
    /// The defaults of a territory: the delays of the texts differ overseas (INV-57).
    pub fn of(territory: Territory) -> Self {
        let everywhere = Self::default();
        if territory.as_str().starts_with("97") {
            let (dalo_commission_months, dalo_offer_months) = (DALO_MONTHS_OVERSEAS, DALO_MONTHS_OVERSEAS);
            Self { dalo_commission_months, dalo_offer_months, ..everywhere }
        } else {
            everywhere
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::erasure::RETENTION_MONTHS;

    #[test]
    fn inv_33_a_window_of_reinstatement_ends_before_the_data_is_erased() {
        let settings = Settings::default();
        assert!(settings.no_answer_reinstatement_months < RETENTION_MONTHS);
        assert!(settings.not_renewed_reinstatement_months < RETENTION_MONTHS);
    }

    /// Written by hand from R441-15 and R441-16-1: the five overseas départements, and some that are not.
    #[test]
    fn inv_57_the_dalo_delays_are_six_months_overseas_and_three_elsewhere() {
        for (code, months) in [
            ("971", 6),
            ("972", 6),
            ("973", 6),
            ("974", 6),
            ("976", 6),
            ("006", 3),
            ("02A", 3),
            ("069", 3),
            ("090", 3),
            ("111", 3),
        ] {
            let settings = Settings::of(Territory::parse(code).unwrap());
            assert_eq!((settings.dalo_commission_months, settings.dalo_offer_months), (months, months), "{code}");
            let others = Settings { dalo_commission_months: 3, dalo_offer_months: 3, ..settings };
            assert_eq!(others, Settings::default(), "{code}");
        }
        let six = |territory: &&Territory| Settings::of(**territory).dalo_offer_months == 6;
        assert_eq!(Territory::all().iter().filter(six).count(), 5);
    }

    #[test]
    fn every_default_says_where_it_comes_from() {
        for setting in Settings::DEFAULTS {
            assert!(setting.default > 0 && !setting.source.is_empty(), "{}", setting.name);
            assert!(matches!(setting.unit, "days" | "months"), "{}", setting.name);
        }
    }
}
