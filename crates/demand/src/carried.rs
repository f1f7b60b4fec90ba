//! The rubrics an event carries: which ones is open, what they say is personal.

use personal::Pii;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::form::Rubrics;
use crate::form::contact::Contact;
use crate::form::employment::Employment;
use crate::form::family::Family;
use crate::form::housing::Housing;
use crate::form::identity::Identity;
use crate::form::reasons::Reasons;
use crate::form::remarks::Remarks;
use crate::form::resources::Resources;
use crate::form::sought::Sought;

/// A rubric in an event: not part of it, or part of it with personal content.
///
/// Written as an absent key or as `null`, so that the open part always tells which rubrics an act touched. (An
/// `Option<Pii<T>>` could not: both its states read back from `null`.)
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Carry<T> {
    /// The act did not touch the rubric.
    #[default]
    Absent,
    /// The act replaced the rubric.
    Given(Pii<T>),
}

impl<T> Carry<T> {
    pub(crate) fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// Moves clear content out, leaving the rubric sealed.
    pub(crate) fn take(&mut self) -> Option<T> {
        match self {
            Self::Absent => None,
            Self::Given(content) => content.take(),
        }
    }

    fn is_sealed(&self) -> bool {
        matches!(self, Self::Given(Pii::Sealed))
    }
}

impl<T> Serialize for Carry<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

impl<'de, T> Deserialize<'de> for Carry<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Pii::deserialize(deserializer).map(Self::Given)
    }
}

macro_rules! carried {
    ($($(#[$doc:meta])* $name:ident: $content:ty = $tag:literal,)+) => {
        /// The rubrics a to h of an event, and the head of the form.
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct Carried {$(
            $(#[$doc])*
            #[serde(default, skip_serializing_if = "Carry::is_absent")]
            pub $name: Carry<$content>,
        )+}

        impl Carried {
            /// Separates the clear content of each rubric from the event: `(letter of the rubric, content as JSON)`.
            pub(crate) fn split(&mut self, parts: &mut Vec<(u8, Vec<u8>)>) -> Result<(), serde_json::Error> {
                $(if let Some(content) = self.$name.take() {
                    parts.push(($tag, serde_json::to_vec(&content)?));
                })+
                Ok(())
            }

            /// Puts content back where the event has a place for it; `false` when it has none.
            pub(crate) fn join(&mut self, tag: u8, content: &[u8]) -> Result<bool, serde_json::Error> {
                match tag {
                    $($tag if !self.$name.is_absent() => {
                        self.$name = Carry::Given(Pii::Clear(serde_json::from_slice(content)?));
                    })+
                    _ => return Ok(false),
                }
                Ok(true)
            }

            /// The rubrics, unless one of them is sealed.
            pub fn clear(&self) -> Option<Rubrics> {
                if $(self.$name.is_sealed())||+ {
                    return None;
                }
                Some(Rubrics {$(
                    $name: match &self.$name {
                        Carry::Given(Pii::Clear(content)) => Some(content.clone()),
                        _ => None,
                    },
                )+})
            }

            /// The letters of the rubrics that are there, sealed or clear.
            pub fn letters(&self) -> String {
                let mut letters = String::new();
                $(if !self.$name.is_absent() {
                    letters.push(char::from($tag));
                })+
                letters
            }
        }

        impl From<Rubrics> for Carried {
            fn from(rubrics: Rubrics) -> Self {
                Self {$(
                    $name: rubrics.$name.map_or(Carry::Absent, |content| Carry::Given(Pii::Clear(content))),
                )+}
            }
        }
    };
}

carried! {
    /// a.
    identity: Identity = b'a',
    /// b.
    contact: Contact = b'b',
    /// c.
    family: Family = b'c',
    /// d.
    employment: Employment = b'd',
    /// e.
    resources: Resources = b'e',
    /// f.
    housing: Housing = b'f',
    /// g.
    reasons: Reasons = b'g',
    /// h.
    sought: Sought = b'h',
    /// The head of the form, no rubric of R441-2-2.
    remarks: Remarks = b'n',
}
