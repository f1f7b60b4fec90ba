//! What the door itself reads of a request: identifiers and enums. Every fault is noted, then told at once.

use demand::spelling::fold;
use demand::{FieldReason, Violation};
use event_log::Position;
use jiff::civil::Date;
use nomenclature::{Channel, ParseError, Territory, UniqueNumber};
use proto::v1;
use uuid::Uuid;

use super::etag;
use crate::status::Refusal;

/// The longest name that is looked for, in bytes: longer than any the form takes.
const LONGEST_NAME: usize = 600;

/// Rows of a page, when nothing is asked for and at most.
const PAGE: u16 = 50;
const LARGEST_PAGE: u16 = 200;

/// The faults found so far.
#[derive(Default)]
pub struct Edge {
    /// In the order of the request.
    pub found: Vec<Violation>,
}

impl Edge {
    /// Notes a fault.
    pub fn fault(&mut self, field: &str, reason: FieldReason) {
        self.found.push(Violation { field: field.to_owned(), reason });
    }

    fn text<T>(&mut self, field: &str, text: &str, parse: impl FnOnce(&str) -> Result<T, FieldReason>) -> Option<T> {
        let read = if text.is_empty() { Err(FieldReason::Missing) } else { parse(text) };
        read.map_err(|reason| self.fault(field, reason)).ok()
    }

    /// A UUID in its usual form; the nil one says nothing.
    pub fn uuid(&mut self, field: &str, text: &str) -> Option<Uuid> {
        self.text(field, text, |text| match Uuid::try_parse(text) {
            Ok(id) if text.len() == 36 && !id.is_nil() => Ok(id),
            _ => Err(FieldReason::Malformed),
        })
    }

    /// The id of the command.
    pub fn request_id(&mut self, text: &str) -> Option<Uuid> {
        self.uuid("request_id", text)
    }

    /// A unique number.
    pub fn number(&mut self, text: &str) -> Option<UniqueNumber> {
        self.text("number", text, |text| UniqueNumber::parse(text).map_err(|_| FieldReason::Malformed))
    }

    /// A territory.
    pub fn territory(&mut self, text: &str) -> Option<Territory> {
        self.text("territory", text, |text| Territory::parse(text).map_err(|_| FieldReason::UnknownCode))
    }

    /// A name to look for: without a letter it would mean everybody else without.
    pub fn name(&mut self, field: &str, name: &str) {
        if name.trim().is_empty() {
            self.fault(field, FieldReason::Missing);
        } else if name.len() > LONGEST_NAME {
            self.fault(field, FieldReason::TooLong);
        } else if fold(name).is_empty() {
            self.fault(field, FieldReason::NotAName);
        }
    }

    /// A code of a list.
    pub fn code<T>(&mut self, field: &str, text: &str, parse: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        self.text(field, text, |text| parse(text).ok_or(FieldReason::UnknownCode))
    }

    /// The version that an act was decided on.
    pub fn etag(&mut self, text: &str) -> Option<u32> {
        self.text("etag", text, |text| etag::read(text).ok_or(FieldReason::Malformed))
    }

    /// A day.
    pub fn date(&mut self, field: &str, text: &str) -> Option<Date> {
        self.text(field, text, |text| {
            nomenclature::parse_date(text).map_err(|error| match error {
                ParseError::ImpossibleDate => FieldReason::ImpossibleDate,
                _ => FieldReason::Malformed,
            })
        })
    }

    /// A position of the log.
    pub fn position(&mut self, field: &str, value: i64) -> Option<Position> {
        Position::try_new(value).map_err(|_| self.fault(field, FieldReason::OutOfRange)).ok()
    }

    /// A window of days: its first and last, each open when not given.
    pub fn window(
        &mut self,
        (from_field, from): (&str, Option<&str>),
        (until_field, until): (&str, Option<&str>),
    ) -> (Option<Date>, Option<Date>) {
        let from = from.and_then(|text| self.date(from_field, text));
        let until = until.and_then(|text| self.date(until_field, text));
        if from.is_some() && until.is_some() && until < from {
            self.fault(until_field, FieldReason::Inconsistent);
        }
        (from, until)
    }

    /// How many rows a page has: 50 unless asked for, 200 at most.
    pub fn page_size(&mut self, asked: i32) -> u16 {
        match u16::try_from(asked) {
            Ok(0) => PAGE,
            Ok(size) => size.min(LARGEST_PAGE),
            Err(_) if asked > 0 => LARGEST_PAGE,
            Err(_) => {
                self.fault("page_size", FieldReason::OutOfRange);
                PAGE
            }
        }
    }

    /// A value of an enum; one that this server does not know is a fault.
    pub fn known<E: TryFrom<i32>>(&mut self, field: &str, value: i32) -> Option<E> {
        E::try_from(value).map_err(|_| self.fault(field, FieldReason::UnknownCode)).ok()
    }

    /// How an act comes in.
    pub fn channel(&mut self, value: i32) -> Option<Channel> {
        Some(match self.known("channel", value)? {
            v1::Channel::Unspecified | v1::Channel::Desk => Channel::Desk,
            v1::Channel::Online => Channel::Online,
        })
    }

    /// What was read, unless there were faults.
    ///
    /// # Errors
    /// All faults.
    pub fn finish<T>(self, read: Option<T>) -> Result<T, Refusal> {
        match read {
            Some(read) if self.found.is_empty() => Ok(read),
            _ => Err(Refusal::invalid(self.found)),
        }
    }
}
