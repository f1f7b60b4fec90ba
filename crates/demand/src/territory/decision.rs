//! What a territory may decide, and why not.

use cqrs_es::Aggregate as _;
use jiff::civil::Date;
use nomenclature::{CommuneCode, DwellingType, Territory, add_months};

use super::command::{AbnormalDelayDraft, Act, Command, SettingDraft, WithdrawalDraft};
use super::event::{AbnormalDelayEnded, AbnormalDelaySet, Event, SettingChanged, SettingName, SettingWithdrawn};
use super::{Parameters, Reference};
use crate::form::code;
use crate::form::contact::commune_in_force;
use crate::form::text::date;
use crate::rejection::{Check, FieldReason, Rejection, RejectionReason};
use crate::settings::Setting;

/// How far ahead a change may be planned, in months: further is a typing error.
const FURTHEST_MONTHS: i32 = 120;
/// The longest abnormally long delay, in months: a longer one is a typing error. Provisional.
const LONGEST_DELAY_MONTHS: i32 = 240;

impl Parameters {
    /// Decides an act: the event it causes, or why it is refused. Pure; whether the author may is not asked here.
    pub fn decide(&self, command: &Command) -> Result<Event, Rejection> {
        let Command { today, territory, ref act } = *command;
        match act {
            Act::ChangeSetting(draft) => self.change(draft, territory, today),
            Act::WithdrawSetting(draft) => self.withdraw(draft, territory, today),
            Act::SetAbnormalDelay(draft) => self.set_abnormal(draft, territory, today),
            Act::EndAbnormalDelay(draft) => self.end_abnormal(draft, territory, today),
        }
    }

    fn change(&self, draft: &SettingDraft, territory: Territory, today: Date) -> Result<Event, Rejection> {
        let mut found = Vec::new();
        let mut check = Check::new("", &mut found);
        let setting = check.required("name", draft.name.as_deref(), setting);
        let bounds = setting.map_or(i32::MIN..=i32::MAX, |setting| setting.lowest..=setting.highest);
        let value = whole(&mut check, "value", draft.value, bounds);
        let valid_from = check.required("valid_from", draft.valid_from.as_deref(), |text| first_day(text, today));
        let note = check.optional("note", draft.note.as_deref(), Reference::parse);
        let (Some(setting), Some(value), Some(valid_from), true) = (setting, value, valid_from, found.is_empty())
        else {
            return Err(Rejection::invalid(found));
        };
        if self.settings_on(territory, valid_from).get(setting.name) == Some(value) {
            return Err(RejectionReason::SettingUnchanged.into());
        }
        let replaced = self.values(setting.name).and_then(|values| values.get(&valid_from)).copied();
        let name = SettingName::new(setting.name);
        let event = Event::SettingChanged(SettingChanged { name, value, valid_from, note, replaced });
        self.agreeing(event, territory, valid_from, "value")
    }

    fn withdraw(&self, draft: &WithdrawalDraft, territory: Territory, today: Date) -> Result<Event, Rejection> {
        let mut found = Vec::new();
        let mut check = Check::new("", &mut found);
        let setting = check.required("name", draft.name.as_deref(), setting);
        // What is in force already is changed, never undone.
        let valid_from = check.required("valid_from", draft.valid_from.as_deref(), |text| {
            first_day(text, today).and_then(|day| if day > today { Ok(day) } else { Err(FieldReason::TooEarly) })
        });
        let (Some(setting), Some(valid_from), true) = (setting, valid_from, found.is_empty()) else {
            return Err(Rejection::invalid(found));
        };
        if self.values(setting.name).is_none_or(|values| !values.contains_key(&valid_from)) {
            return Err(RejectionReason::NothingSet.into());
        }
        let event = Event::SettingWithdrawn(SettingWithdrawn { name: SettingName::new(setting.name), valid_from });
        self.agreeing(event, territory, valid_from, "valid_from")
    }

    /// Lets an event pass that leaves the settings in agreement with one another.
    fn agreeing(&self, event: Event, territory: Territory, from: Date, field: &str) -> Result<Event, Rejection> {
        let mut after = self.clone();
        after.apply(event.clone());
        if after.agree_from(territory, from) {
            return Ok(event);
        }
        let mut found = Vec::new();
        Check::new(field, &mut found).violation(FieldReason::Inconsistent);
        Err(Rejection::invalid(found))
    }

    fn set_abnormal(&self, draft: &AbnormalDelayDraft, territory: Territory, today: Date) -> Result<Event, Rejection> {
        let mut found = Vec::new();
        let mut check = Check::new("", &mut found);
        let place = Place::parse(draft, territory, today, &mut check);
        let months = whole(&mut check, "months", draft.months, 1..=LONGEST_DELAY_MONTHS);
        let (Some(place), Some(months), true) = (place, months, found.is_empty()) else {
            return Err(Rejection::invalid(found));
        };
        let Place { commune, dwelling_type, valid_from, reference } = place;
        if self.abnormal.exactly(commune, dwelling_type, valid_from) == Some(months) {
            return Err(RejectionReason::SettingUnchanged.into());
        }
        let replaced = self.abnormal.beginning_on(commune, dwelling_type, valid_from);
        let set = AbnormalDelaySet { commune, dwelling_type, months, valid_from, reference, replaced };
        Ok(Event::AbnormalDelaySet(set))
    }

    fn end_abnormal(&self, draft: &AbnormalDelayDraft, territory: Territory, today: Date) -> Result<Event, Rejection> {
        let mut found = Vec::new();
        let mut check = Check::new("", &mut found);
        let place = Place::parse(draft, territory, today, &mut check);
        if draft.months.is_some() {
            check.at("months").violation(FieldReason::Inconsistent);
        }
        let (Some(place), true) = (place, found.is_empty()) else {
            return Err(Rejection::invalid(found));
        };
        let Place { commune, dwelling_type, valid_from, reference } = place;
        if self.abnormal.exactly(commune, dwelling_type, valid_from).is_none() {
            return Err(RejectionReason::NothingSet.into());
        }
        Ok(Event::AbnormalDelayEnded(AbnormalDelayEnded { commune, dwelling_type, valid_from, reference }))
    }
}

/// Where and from when an abnormally long delay is set or ends, and by which arrêté.
struct Place {
    commune: Option<CommuneCode>,
    dwelling_type: Option<DwellingType>,
    valid_from: Date,
    reference: Reference,
}

impl Place {
    fn parse(draft: &AbnormalDelayDraft, territory: Territory, today: Date, check: &mut Check<'_>) -> Option<Self> {
        let commune = check.optional("commune", draft.commune.as_deref(), |text| {
            let commune = commune_in_force(text)?;
            if commune.territory == Some(territory) { Ok(commune.code) } else { Err(FieldReason::OutsideTerritory) }
        });
        let dwelling_type = check.optional("dwelling_type", draft.dwelling_type.as_deref(), code(DwellingType::parse));
        let valid_from = check.required("valid_from", draft.valid_from.as_deref(), |text| first_day(text, today));
        let reference = check.required("reference", draft.reference.as_deref(), Reference::parse);
        Some(Self { commune, dwelling_type, valid_from: valid_from?, reference: reference? })
    }
}

fn setting(name: &str) -> Result<&'static Setting, FieldReason> {
    Setting::named(name).ok_or(FieldReason::UnknownCode)
}

/// From today on: what was decided by another value stays as it was (design law 9).
fn first_day(text: &str, today: Date) -> Result<Date, FieldReason> {
    match date(text)? {
        day if day < today => Err(FieldReason::TooEarly),
        day if day > add_months(today, FURTHEST_MONTHS) => Err(FieldReason::ImpossibleDate),
        day => Ok(day),
    }
}

/// A whole number that must be told.
fn whole(check: &mut Check<'_>, field: &str, value: Option<i64>, bounds: std::ops::RangeInclusive<i32>) -> Option<i32> {
    if value.is_none() {
        check.at(field).violation(FieldReason::Missing);
    }
    check.number(field, value, bounds)
}
