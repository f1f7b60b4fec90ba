//! The delays and tolerances that an act is decided by: values that come with the command, so that a decision can be
//! repeated after they changed.
//!
//! One table holds every default with its source; whoever resolves the settings of a territory on a day starts from it.
//! What the law fixes for everybody and for ever (a year of validity) is no setting: see [`crate::deadlines`].

use jiff::civil::Date;
use nomenclature::{Territory, has_large_agglomeration};

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
    /// Months, days or files.
    pub unit: &'static str,
    /// From which day on.
    pub since: Date,
    /// Where it comes from, in French: it is shown.
    pub source: &'static str,
    /// How sure it is.
    pub standing: Standing,
    /// The least that a territory may decide: the law's own minimum where it has one.
    pub lowest: i32,
    /// The most that a territory may decide. A row without bounds in the table is fixed at its default.
    pub highest: i32,
}

impl Setting {
    /// The row of a name.
    pub fn named(name: &str) -> Option<&'static Self> {
        Settings::DEFAULTS.iter().find(|setting| setting.name == name)
    }
}

macro_rules! settings {
    ($($(#[$doc:meta])* $name:ident: $default:literal $unit:literal since ($y:literal, $m:literal, $d:literal),
        $source:literal, $standing:ident $(, $lowest:literal to $highest:literal)?;)+) => {
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
            pub const DEFAULTS: &'static [Setting] = &[$({
                #[allow(unused_mut, unused_assignments, reason = "a row without bounds is fixed at its default")]
                let (mut lowest, mut highest) = ($default, $default);
                $((lowest, highest) = ($lowest, $highest);)?
                Setting {
                    name: stringify!($name),
                    default: $default,
                    unit: $unit,
                    since: Date::constant($y, $m, $d),
                    source: $source,
                    standing: Standing::$standing,
                    lowest,
                    highest,
                }
            },)+];

            /// The value of a name of the table.
            pub fn get(&self, name: &str) -> Option<i32> {
                match name {
                    $(stringify!($name) => Some(self.$name),)+
                    _ => None,
                }
            }

            /// Puts the value of a name of the table; a name that is none changes nothing.
            pub(crate) fn put(&mut self, name: &str, value: i32) {
                match name {
                    $(stringify!($name) => self.$name = value,)+
                    _ => {}
                }
            }
        }
    };
}

settings! {
    /// Days a reception may lie before the day it is recorded.
    latest_reception_days: 31 "days" since (2015, 5, 14), "R441-2-3 : dès réception, sans durée chiffrée", Provisional, 1 to 92;
    /// Months the written act of a renunciation is kept (INV-28).
    renunciation_kept_months: 12 "months" since (2015, 3, 23), "pratique", Provisional, 12 to 24;
    /// Months before the expiry from which a renewal notice may be listed.
    notice_earliest_months: 2 "months" since (2015, 3, 23), "pratique : on renouvelle dès le dixième mois", Provisional, 1 to 6;
    /// Months that a notice must leave until the expiry (INV-16).
    notice_months: 1 "months" since (2015, 5, 14), "R441-2-7", Text, 1 to 3;
    /// Months of tolerance from the expiry until a radiation for non-renewal (INV-19).
    renewal_tolerance_months: 1 "months" since (2015, 3, 23), "cahier des charges 6.1", Text, 1 to 5;
    /// Months that a notice sent too late leaves before the radiation: what one sent in time leaves at least.
    late_notice_months: 2 "months" since (2015, 3, 23), "R441-2-7 et cahier des charges 6.1 : un mois de préavis, un mois de tolérance", Provisional, 2 to 6;
    /// Months from the expiry in which a demand radiated for non-renewal may be reinstated (INV-20).
    not_renewed_reinstatement_months: 6 "months" since (2015, 3, 23), "cahier des charges 6.1", Text, 6 to 11;
    /// Months from the warning until a radiation for no answer; the law asks for one, the system for two (INV-21).
    no_answer_months: 2 "months" since (2015, 3, 23), "cahier des charges 6.5", Text, 1 to 6;
    /// Months from a radiation for no answer in which the demand may be reinstated (INV-22).
    no_answer_reinstatement_months: 5 "months" since (2015, 3, 23), "cahier des charges 6.5, qui ne dit pas depuis quand", Provisional, 5 to 11;
    /// Months from the warning until a radiation as inadmissible (INV-23).
    inadmissible_months: 1 "months" since (2015, 5, 14), "R441-2-8 d", Text, 1 to 6;
    /// Months before the expiry from which a renewal is admitted. Twelve never closes it: no text does, practice renews from the
    /// tenth month on.
    renewal_window_months: 12 "months" since (2015, 3, 23), "aucun texte ne ferme la période ; la pratique renouvelle dès le dixième mois", Provisional, 2 to 12;
    /// Months from the filing or a renewal in which the certificate goes out (INV-11).
    certificate_months: 1 "months" since (2009, 3, 28), "L441-2-1", Text, 1 to 1;
    /// Days in which a piece handed in at a desk is stored (INV-38).
    piece_storage_days: 15 "days" since (2015, 5, 14), "R441-2-4-1", Text, 1 to 15;
    /// Months in which the commission of mediation decides (INV-57). See [`Settings::of`] for where it is six.
    dalo_commission_months: 3 "months" since (2008, 1, 1), "R441-15 ; six outre-mer et où le département a une partie d'une agglomération de plus de 300 000 habitants (table provisoire)", Provisional, 3 to 6;
    /// Months from a favourable decision in which the prefect makes an offer (INV-57). See [`Settings::of`] for where it is six.
    dalo_offer_months: 3 "months" since (2008, 1, 1), "R441-16-1 ; six outre-mer et où le département a une partie d'une agglomération de plus de 300 000 habitants (table provisoire)", Provisional, 3 to 6;
    /// Files of the territory that one account may look at within an hour. Undecided: what the configuration allows, which is
    /// the most in any case.
    files_per_account: 10_000 "files" since (2026, 11, 26), "choix du registre ; au plus le plafond de la configuration", Provisional, 10 to 1_000_000;
    /// Files of the territory that all accounts of an organisation together may look at within an hour, as above.
    files_per_organisation: 100_000 "files" since (2026, 11, 26), "choix du registre ; au plus le plafond de la configuration", Provisional, 10 to 10_000_000;
    /// Files of the territory within an hour from which the manager is told of an account. Undecided: four fifths of what one
    /// may look at.
    alert_files: 8_000 "files" since (2026, 11, 26), "choix du registre : quatre cinquièmes du plafond d'un compte", Provisional, 1 to 1_000_000;
    /// Files of the territory within an hour from which an account is suspended; 0 suspends nobody.
    suspension_files: 0 "files" since (2026, 11, 26), "choix du registre : 0, aucun compte n'est suspendu", Provisional, 0 to 1_000_000;
}

/// Further back than any reception lies.
const DAYS_OF_TWO_CENTURIES: i32 = 73_050;

/// Months of both DALO delays overseas and where a large agglomeration is (R441-15, R441-16-1).
const LONG_DALO_MONTHS: i32 = 6;

impl Settings {
    /// The defaults of a territory on a day, before anything it decided itself: the DALO delays are longer overseas and
    /// where all or part of an agglomeration of over 300 000 inhabitants lies (INV-57).
    pub fn of(territory: Territory, day: Date) -> Self {
        let everywhere = Self::default();
        if territory.as_str().starts_with("97") || has_large_agglomeration(territory, day) {
            let (dalo_commission_months, dalo_offer_months) = (LONG_DALO_MONTHS, LONG_DALO_MONTHS);
            Self { dalo_commission_months, dalo_offer_months, ..everywhere }
        } else {
            everywhere
        }
    }

    /// The same, for what is imported with its past: a reception counts however long before its recording it lies.
    #[must_use]
    pub fn of_the_past(self) -> Self {
        Self { latest_reception_days: DAYS_OF_TWO_CENTURIES, ..self }
    }

    /// Whether the delays agree with one another: a notice can be listed in time (INV-16) and can be answered when it comes,
    /// a late one leaves no less than one in time, and who was radiated for non-renewal has days left to come back (INV-20).
    pub fn agree(&self) -> bool {
        self.notice_earliest_months >= self.notice_months
            && self.renewal_window_months >= self.notice_earliest_months
            && self.late_notice_months >= self.notice_months
            && self.not_renewed_reinstatement_months > self.renewal_tolerance_months
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::erasure::RETENTION_MONTHS;

    #[test]
    fn inv_33_a_window_of_reinstatement_ends_before_the_data_is_erased() {
        let settings = Settings::default();
        assert!(settings.no_answer_reinstatement_months < RETENTION_MONTHS);
        assert!(settings.not_renewed_reinstatement_months < RETENTION_MONTHS);
    }

    /// Written by hand from R441-15 and R441-16-1: the five overseas départements, some with a large agglomeration, and some
    /// with neither.
    #[test]
    fn inv_57_the_dalo_delays_are_six_months_overseas_and_at_large_agglomerations_and_three_elsewhere() {
        let day = date(2026, 3, 2);
        for (code, months) in [
            ("971", 6),
            ("972", 6),
            ("973", 6),
            ("974", 6),
            ("976", 6),
            ("006", 6),
            ("013", 6),
            ("069", 6),
            ("111", 6),
            ("004", 3),
            ("02A", 3),
            ("087", 3),
            ("090", 3),
        ] {
            let settings = Settings::of(Territory::parse(code).unwrap(), day);
            assert_eq!((settings.dalo_commission_months, settings.dalo_offer_months), (months, months), "{code}");
            let others = Settings { dalo_commission_months: 3, dalo_offer_months: 3, ..settings };
            assert_eq!(others, Settings::default(), "{code}");
        }
        let six = |territory: &&Territory| Settings::of(**territory, day).dalo_offer_months == 6;
        assert_eq!(Territory::all().iter().filter(six).count(), 5 + 20);
        assert_eq!(Settings::of(Territory::parse("035").unwrap(), date(2020, 12, 31)).dalo_offer_months, 3);
    }

    #[test]
    fn every_default_says_where_it_comes_from() {
        for setting in Settings::DEFAULTS {
            assert!(!setting.source.is_empty(), "{}", setting.name);
            assert!(setting.default > 0 || setting.name == "suspension_files", "{}", setting.name);
            assert!(matches!(setting.unit, "days" | "months" | "files"), "{}", setting.name);
            assert!((setting.lowest..=setting.highest).contains(&setting.default), "{}", setting.name);
            assert_eq!(Settings::default().get(setting.name), Some(setting.default));
        }
        assert!(Territory::all().iter().all(|territory| Settings::of(*territory, date(2026, 3, 2)).agree()));
    }

    /// Written by hand from the law: what no territory may undercut, and what must stay below the retention.
    #[test]
    fn inv_16_inv_19_inv_21_inv_23_inv_33_no_territory_goes_below_the_law_or_past_the_erasure() {
        let bounds = |name| Setting::named(name).map(|setting| (setting.lowest, setting.highest)).unwrap();
        for name in ["notice_months", "renewal_tolerance_months", "no_answer_months", "inadmissible_months"] {
            assert_eq!(bounds(name).0, 1, "{name}");
        }
        // What the system itself provides is the least (cahier des charges 6.1 and 6.5).
        for (name, least) in [("not_renewed_reinstatement_months", 6), ("no_answer_reinstatement_months", 5)] {
            assert_eq!(bounds(name).0, least, "{name}");
            assert!(bounds(name).1 < RETENTION_MONTHS, "{name}");
        }
        assert_eq!(bounds("renewal_window_months").1, 12, "a validity is no longer than that");
        assert!(Setting::named("validity_months").is_none(), "a year is the law's own");
    }

    #[test]
    fn delays_that_contradict_one_another_do_not_agree() {
        assert!(Settings::default().agree());
        for (name, value) in [("notice_months", 3), ("renewal_window_months", 1), ("late_notice_months", 0)] {
            let mut settings = Settings::default();
            settings.put(name, value);
            assert!(!settings.agree(), "{name}");
        }
        let mut settings = Settings { renewal_tolerance_months: 6, ..Settings::default() };
        assert!(!settings.agree(), "nobody would have a day left to come back");
        settings.put("not_renewed_reinstatement_months", 7);
        assert!(settings.agree());
        settings.put("unheard_of", 7);
        assert_eq!(settings.get("unheard_of"), None);
    }
}
