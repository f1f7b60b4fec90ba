//! What is known about a code list besides its values.

use jiff::civil::Date;

use crate::FormVersion;

/// A code list as data: for documents, filters and forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodeList {
    /// English name, lower case with hyphens.
    pub name: &'static str,
    /// French name.
    pub french: &'static str,
    /// The version of the form that the list belongs to; none when it is not of the form.
    pub form_version: Option<FormVersion>,
    /// First day that a code of it may be written.
    pub valid_from: Date,
    /// Last day that a code of it may be written; none while the register takes it without end. The State has newer forms
    /// whose codes are not published: until they are, [`FormVersion::V02`] stays in use.
    pub valid_until: Option<Date>,
    /// Where the codes come from.
    pub source: &'static str,
    /// Codes chosen here, or rebuilt from summaries: never to be shown as official.
    pub provisional: bool,
    /// The values, in the order of the source.
    pub entries: &'static [CodeEntry],
}

/// One value of a code list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodeEntry {
    /// Code.
    pub code: &'static str,
    /// French text for people.
    pub label: &'static str,
}

impl CodeList {
    /// Codes of the list may be written on that day.
    pub fn is_valid_on(&self, day: Date) -> bool {
        self.valid_from <= day && self.valid_until.is_none_or(|last| day <= last)
    }
}

/// What several lists have in common.
pub(crate) struct Edition {
    pub(crate) form_version: Option<FormVersion>,
    pub(crate) valid_from: Date,
    pub(crate) valid_until: Option<Date>,
    pub(crate) source: &'static str,
    pub(crate) provisional: bool,
}

impl Edition {
    /// Lists of the form Cerfa 14069*02.
    pub(crate) const FORM_02: Self = Self {
        form_version: Some(FormVersion::V02),
        valid_from: FormVersion::V02.in_force_from(),
        valid_until: FormVersion::V02.accepted_until(),
        source: "Cerfa 14069*02; code values of the interface between systems, versions 02.00 and 02.01",
        provisional: false,
    };

    /// What the form Cerfa 14069*03 added, as far as a summary names it. The codes are the register's own.
    pub(crate) const FORM_03: Self = Self {
        form_version: Some(FormVersion::V03),
        valid_from: FormVersion::V03.in_force_from(),
        valid_until: FormVersion::V03.accepted_until(),
        source: "a published summary of the changes of Cerfa 14069*03; labels from there, codes of the register",
        provisional: true,
    };

    /// Lists of the interface between systems that are not on the form.
    pub(crate) const INTERFACE: Self = Self {
        form_version: None,
        valid_from: FormVersion::V02.in_force_from(),
        valid_until: None,
        source: "interface between systems, versions 02.00 and 02.01",
        provisional: false,
    };
}

/// Joins a list and its edition.
pub(crate) const fn list(
    name: &'static str,
    french: &'static str,
    edition: &Edition,
    entries: &'static [CodeEntry],
) -> CodeList {
    CodeList {
        name,
        french,
        form_version: edition.form_version,
        valid_from: edition.valid_from,
        valid_until: edition.valid_until,
        source: edition.source,
        provisional: edition.provisional,
        entries,
    }
}
