//! Personal data as a type.
//!
//! [`Pii<T>`] holds a value that identifies or describes a person. It is either *clear* (somebody was allowed to see it
//! and the key is alive) or *sealed* (the value lies encrypted beside the event, or its key is gone). Serialising it
//! always writes `null`, printing it always writes a placeholder: a leak into a log, an error or the open part of an
//! event is not something a reviewer has to look for. The value travels only by [`Pii::take`] and [`Pii::clear`], called
//! by the codec of the crate that owns the event.
//!
//! Invariant of absence: no cryptography, no IO.
//!
//! ```
//! use personal::Pii;
//! let name = Pii::Clear(String::from("Zoé"));
//! assert_eq!(serde_json::to_string(&name).unwrap(), "null");
//! assert_eq!(format!("{name:?}"), "Pii(clear)");
//! let back: Pii<String> = serde_json::from_str("null").unwrap();
//! assert_eq!(back.clear(), None);
//! ```

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A personal value, clear or sealed. Two sealed values are equal: nothing is known of either.
#[derive(Clone, PartialEq, Eq)]
pub enum Pii<T> {
    /// The value is readable here and now.
    Clear(T),
    /// The value is not readable here: still encrypted, or erased.
    Sealed,
}

impl<T> Pii<T> {
    /// The value, when it is clear.
    pub fn clear(&self) -> Option<&T> {
        match self {
            Self::Clear(value) => Some(value),
            Self::Sealed => None,
        }
    }

    /// Moves the value out and leaves the placeholder: how a codec separates the personal part of an event.
    pub fn take(&mut self) -> Option<T> {
        match std::mem::replace(self, Self::Sealed) {
            Self::Clear(value) => Some(value),
            Self::Sealed => None,
        }
    }
}

impl<T> fmt::Debug for Pii<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Clear(_) => "Pii(clear)",
            Self::Sealed => "Pii(sealed)",
        })
    }
}

impl<T> Serialize for Pii<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

impl<'de, T> Deserialize<'de> for Pii<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <()>::deserialize(deserializer).map(|()| Self::Sealed)
    }
}

/// Gives types a [`fmt::Debug`] that prints their name and nothing of their content.
///
/// ```
/// struct Address { street: String }
/// personal::redact!(Address);
/// assert_eq!(format!("{:?}", Address { street: "12 rue des Lilas".into() }), "Address(..)");
/// ```
#[macro_export]
macro_rules! redact {
    ($($type:ident $(<const $n:ident: $t:ty>)?),+ $(,)?) => {$(
        impl $(<const $n: $t>)? ::std::fmt::Debug for $type $(<$n>)? {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(concat!(stringify!($type), "(..)"))
            }
        }
    )+};
}

#[cfg(test)]
mod tests {
    use super::Pii;

    #[test]
    fn a_clear_value_is_never_serialised_nor_printed() {
        let value = Pii::Clear("Nguyễn".to_string());
        assert_eq!(serde_json::to_string(&value).unwrap(), "null");
        assert!(!format!("{value:?}").contains("Nguy"));
    }

    #[test]
    fn a_value_in_the_open_part_of_an_event_is_refused() {
        assert!(serde_json::from_str::<Pii<String>>("\"Nguyễn\"").is_err());
    }

    #[test]
    fn taking_leaves_the_placeholder() {
        let mut value = Pii::Clear(3);
        assert_eq!(value.take(), Some(3));
        assert_eq!(value, Pii::Sealed);
        assert_eq!(value.take(), None);
    }
}
