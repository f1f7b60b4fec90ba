//! Where a list goes on, as its caller carries it about: sealed, and good for his organisation and his filters alone.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as TEXT;
use nomenclature::UniqueNumber;
use vault::Secrets;
use views::shared_management::Cursor;

use crate::reason::Reason;
use crate::status::Refusal;

/// Tells page tokens from all other tokens, and versions them.
const DOMAIN: &[u8] = b"sne page token 2";

/// What a token is good for: who asks, and for what.
pub struct Asked(Vec<u8>);

impl Asked {
    /// The parts, told apart.
    pub fn of(parts: &[&[u8]]) -> Self {
        let mut bytes = DOMAIN.to_vec();
        for part in parts {
            bytes.extend(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            bytes.extend(*part);
        }
        Self(bytes)
    }
}

/// Writes a token. The place is sealed: a unique number is nobody's to read out of a web address.
///
/// # Errors
/// [`Reason::Unavailable`] when the machine gives no random bytes.
pub fn write(secrets: &Secrets, cursor: Cursor, asked: &Asked) -> Result<String, Refusal> {
    let place = format!("{}.{}", cursor.filed_on, cursor.number);
    let sealed = secrets.seal_token(&asked.0, place.as_bytes()).map_err(|_| Refusal::new(Reason::Unavailable))?;
    Ok(TEXT.encode(sealed))
}

/// Reads what [`write`] wrote for the same asker and filters, and nothing else.
pub fn read(secrets: &Secrets, token: &str, asked: &Asked) -> Option<Cursor> {
    let place = secrets.open_token(&asked.0, &TEXT.decode(token).ok()?)?;
    let (day, number) = str::from_utf8(&place).ok()?.split_once('.')?;
    Some(Cursor { filed_on: nomenclature::parse_date(day).ok()?, number: UniqueNumber::parse(number).ok()? })
}

#[cfg(test)]
mod tests {
    use jiff::civil::Date;

    use super::*;

    #[test]
    fn a_token_is_good_for_its_asker_and_filters_alone_and_shows_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let secrets = Secrets::open_or_create(folder.path().join("keys")).unwrap();
        let number = UniqueNumber::parse("0061126000001006A1").unwrap();
        let cursor = Cursor { filed_on: Date::constant(2026, 11, 4), number };
        let asked = Asked::of(&[b"000005017", b"06088"]);
        let token = write(&secrets, cursor, &asked).ok().unwrap();
        assert_eq!(read(&secrets, &token, &asked), Some(cursor));
        assert_eq!(read(&secrets, &token, &Asked::of(&[b"000005025", b"06088"])), None);
        assert_eq!(read(&secrets, &token, &Asked::of(&[b"00000501", b"706088"])), None);
        for altered in ["", ".", "a.b", "\u{e9}", &token[1..], &token[..token.len() - 1], &format!("{token}0")] {
            assert_eq!(read(&secrets, altered, &asked), None, "{altered}");
        }
        let bytes = TEXT.decode(&token).unwrap();
        let seen = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
        assert!(!seen("2026-11-04") && !seen("006112600"), "the token can be read");
    }
}
