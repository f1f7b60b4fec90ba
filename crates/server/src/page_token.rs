//! Where a list goes on, as its caller carries it about: bound to his organisation and his filters by a keyed digest.

use nomenclature::UniqueNumber;
use vault::Secrets;
use views::shared_management::Cursor;

/// Tells the digests of tokens from all others under the same key, and versions them.
const DOMAIN: &[u8] = b"sne page token 1";

/// What a token is good for: who asks, and for what.
pub struct Asked(Vec<u8>);

impl Asked {
    /// The parts, told apart.
    pub fn of(parts: &[&[u8]]) -> Self {
        let mut bytes = Vec::new();
        for part in parts {
            bytes.extend(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            bytes.extend(*part);
        }
        Self(bytes)
    }

    fn digest(&self, secrets: &Secrets, place: &str) -> String {
        let digest = secrets.digest(&[DOMAIN, place.as_bytes(), &[0], &self.0].concat());
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Writes a token.
pub fn write(secrets: &Secrets, cursor: Cursor, asked: &Asked) -> String {
    let place = format!("{}.{}", cursor.filed_on, cursor.number);
    let digest = asked.digest(secrets, &place);
    format!("{place}.{digest}")
}

/// Reads what [`write`] wrote for the same asker and filters, and nothing else.
pub fn read(secrets: &Secrets, token: &str, asked: &Asked) -> Option<Cursor> {
    let (place, digest) = token.rsplit_once('.')?;
    let (day, number) = place.split_once('.')?;
    let cursor = Cursor { filed_on: nomenclature::parse_date(day).ok()?, number: UniqueNumber::parse(number).ok()? };
    let expected = asked.digest(secrets, place);
    // Compared in a time that tells nothing of where they differ.
    let differs = expected.bytes().zip(digest.bytes()).fold(0, |differs, (a, b)| differs | (a ^ b));
    (expected.len() == digest.len() && differs == 0).then_some(cursor)
}

#[cfg(test)]
mod tests {
    use jiff::civil::Date;

    use super::*;

    #[test]
    fn a_token_is_good_for_its_asker_and_filters_alone() {
        let folder = std::env::temp_dir().join(format!("sne-page-token-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir(&folder).unwrap();
        let secrets = Secrets::open_or_create(&folder).unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
        let number = UniqueNumber::parse("0061126000001006A1").unwrap();
        let cursor = Cursor { filed_on: Date::constant(2026, 11, 4), number };
        let asked = Asked::of(&[b"000005017", b"06088"]);
        let token = write(&secrets, cursor, &asked);
        assert_eq!(read(&secrets, &token, &asked), Some(cursor));
        assert_eq!(read(&secrets, &token, &Asked::of(&[b"000005025", b"06088"])), None);
        assert_eq!(read(&secrets, &token, &Asked::of(&[b"00000501", b"706088"])), None);
        let moved = token.replace("2026-11-04", "2026-11-05");
        for altered in ["", ".", "a.b", &moved, &token[1..], &token[..token.len() - 1], &format!("{token}0")] {
            assert_eq!(read(&secrets, altered, &asked), None, "{altered}");
        }
    }
}
