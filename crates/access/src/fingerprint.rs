//! Thirty-two bytes that stand for something else.

use serde::{Deserialize, Serialize};

/// The SHA-256 of a certificate in DER form: 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Fingerprint([u8; 32]);

/// The blind token of an account at an issuer of identities: 64 lower-case hexadecimal digits. It tells nobody which.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct IdentityToken([u8; 32]);

/// Not 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("64 digits out of 0-9 and a-f are expected")]
pub struct NotHexadecimal;

macro_rules! hexadecimal {
    ($name:ident) => {
        impl $name {
            /// From the bytes.
            pub const fn new(bytes: [u8; 32]) -> Self {
                Self(bytes)
            }

            /// The bytes.
            pub const fn bytes(&self) -> &[u8; 32] {
                &self.0
            }

            /// Reads the digits; nothing but their exact form is taken.
            pub fn parse(text: &str) -> Result<Self, NotHexadecimal> {
                let digits: [u8; 64] = text.as_bytes().try_into().map_err(|_| NotHexadecimal)?;
                let mut bytes = [0; 32];
                for (byte, [high, low]) in bytes.iter_mut().zip(digits.as_chunks::<2>().0) {
                    *byte = digit(*high)? << 4 | digit(*low)?;
                }
                Ok(Self(bytes))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl TryFrom<String> for $name {
            type Error = NotHexadecimal;

            fn try_from(text: String) -> Result<Self, NotHexadecimal> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.to_string()
            }
        }
    };
}

hexadecimal!(Fingerprint);
hexadecimal!(IdentityToken);

fn digit(byte: u8) -> Result<u8, NotHexadecimal> {
    match byte {
        b'0'..=b'9' => Ok(byte - b'0'),
        b'a'..=b'f' => Ok(byte - b'a' + 10),
        _ => Err(NotHexadecimal),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_reads_back_and_no_other_form_is_one() {
        let text = "00ff0102".repeat(8);
        let fingerprint = Fingerprint::parse(&text).unwrap();
        assert_eq!((fingerprint.to_string(), fingerprint.bytes()[1]), (text.clone(), 255));
        assert_eq!(serde_json::to_string(&fingerprint).unwrap(), format!("\"{text}\""));
        for other in ["", "00", &text[1..], &text.to_uppercase(), &text.replace('f', "g"), &format!("{text}0")] {
            assert_eq!(Fingerprint::parse(other), Err(NotHexadecimal), "{other}");
        }
    }
}
