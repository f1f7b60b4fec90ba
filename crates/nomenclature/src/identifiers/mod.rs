//! Codes and numbers as types: read once at the edge, then never doubted again.

pub(crate) mod actor;
pub(crate) mod desk;
pub(crate) mod place;
pub(crate) mod rpls;
pub(crate) mod siren;
pub(crate) mod siret;
pub(crate) mod territories;
pub(crate) mod territory;
pub(crate) mod unique_number;

/// Gives a type with `parse` and `Display` the rest of a text form: `FromStr`, and serde as a string read by `parse`.
macro_rules! text_form {
    ($name:ident) => {
        impl std::str::FromStr for $name {
            type Err = $crate::ParseError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::parse(text)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Text;

                impl serde::de::Visitor<'_> for Text {
                    type Value = $name;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str(concat!("a string that reads as ", stringify!($name)))
                    }

                    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
                        $name::parse(text).map_err(E::custom)
                    }
                }

                deserializer.deserialize_str(Text)
            }
        }
    };
}

/// An identifier of a fixed number of ASCII characters: exact match only, no trimming, no change of case.
macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident, $length:literal, $check:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; $length]);

        impl $name {
            /// Reads the identifier; nothing but its exact form is taken.
            pub fn parse(text: &str) -> Result<Self, $crate::ParseError> {
                match <[u8; $length]>::try_from(text.as_bytes()) {
                    Ok(bytes) if $check(&bytes) => Ok(Self(bytes)),
                    _ => Err($crate::ParseError::$name),
                }
            }

            /// The characters.
            pub fn as_str(&self) -> &str {
                std::str::from_utf8(&self.0).expect("parse lets ASCII in only")
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.as_str())
            }
        }

        $crate::identifiers::text_form!($name);
    };
}

pub(crate) use {identifier, text_form};

/// Every byte is one of `A-Z` and `0-9`.
pub(crate) fn is_upper_alphanumeric(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

/// Every byte is a digit.
pub(crate) fn is_digits(bytes: &[u8]) -> bool {
    bytes.iter().all(u8::is_ascii_digit)
}
