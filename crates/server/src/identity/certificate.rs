//! A certificate, as far as the register goes by it: its fingerprint and its dates.
//!
//! Whether it is genuine was found out before, by the handshake; here its bytes are only walked to the dates.

use access::Fingerprint;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use ring::digest;

/// SHA-256 of a certificate as it is sent (DER): what binds it to an organisation.
pub fn fingerprint(der: &[u8]) -> Fingerprint {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(digest::digest(&digest::SHA256, der).as_ref());
    Fingerprint::new(bytes)
}

/// What is known of the certificate that a caller proved to be his.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// What it is bound by.
    pub fingerprint: Fingerprint,
    /// It counts from then on.
    pub not_before: Timestamp,
    /// It counts until then, that second included.
    pub not_after: Timestamp,
}

impl Certificate {
    /// Reads a certificate (DER), or nothing when it is none.
    pub fn read(der: &[u8]) -> Option<Self> {
        let (certificate, _) = contents(der, SEQUENCE)?;
        let (mut fields, _) = contents(certificate, SEQUENCE)?;
        if fields.first() == Some(&VERSION) {
            fields = contents(fields, VERSION)?.1;
        }
        // Serial number, algorithm of the signature, issuer.
        for tag in [INTEGER, SEQUENCE, SEQUENCE] {
            fields = contents(fields, tag)?.1;
        }
        let (validity, _) = contents(fields, SEQUENCE)?;
        let (not_before, rest) = time(validity)?;
        let (not_after, _) = time(rest)?;
        Some(Self { fingerprint: fingerprint(der), not_before, not_after })
    }

    /// Whether it counts at an instant.
    pub fn is_valid_at(&self, now: Timestamp) -> bool {
        self.not_before.as_second() <= now.as_second() && now.as_second() <= self.not_after.as_second()
    }
}

const INTEGER: u8 = 0x02;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;

/// The contents of the first element, which must have this tag, and what follows it.
fn contents(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&[found, first], rest) = bytes.split_first_chunk()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        0x81..=0x83 => {
            let (length, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            (length.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), rest)
        }
        _ => return None,
    };
    (found == tag).then_some(())?;
    rest.split_at_checked(length)
}

/// An instant, as RFC 5280 4.1.2.5 has it, and what follows it.
fn time(bytes: &[u8]) -> Option<(Timestamp, &[u8])> {
    let tag = *bytes.first()?;
    let (text, rest) = contents(bytes, tag)?;
    let text = str::from_utf8(text).ok()?.strip_suffix('Z')?;
    let (year, text) = match tag {
        UTC_TIME => {
            let (year, text) = text.split_at_checked(2)?;
            let year: i16 = year.parse().ok()?;
            (if year < 50 { 2000 + year } else { 1900 + year }, text)
        }
        GENERALIZED_TIME => {
            let (year, text) = text.split_at_checked(4)?;
            (year.parse().ok()?, text)
        }
        _ => return None,
    };
    let two = |at: usize| text.get(at..at + 2)?.parse::<i8>().ok();
    let (month, day, hour, minute, second) = (two(0)?, two(2)?, two(4)?, two(6)?, two(8)?);
    let at = DateTime::new(year, month, day, hour, minute, second, 0).ok()?;
    Some((TimeZone::UTC.to_timestamp(at).ok()?, rest))
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair, date_time_ymd};

    use super::*;

    fn made(from: (i32, u8, u8), until: (i32, u8, u8)) -> Vec<u8> {
        let mut params = CertificateParams::new(vec!["lessor.example".to_owned()]).unwrap();
        params.not_before = date_time_ymd(from.0, from.1, from.2);
        params.not_after = date_time_ymd(until.0, until.1, until.2);
        params.self_signed(&KeyPair::generate().unwrap()).unwrap().der().to_vec()
    }

    #[test]
    fn the_dates_of_a_certificate_are_read_in_both_spellings() {
        // From 2050 on, a year has four digits.
        let der = made((1999, 12, 31), (2050, 1, 2));
        let certificate = Certificate::read(&der).unwrap();
        assert_eq!(certificate.not_before, "1999-12-31T00:00:00Z".parse().unwrap());
        assert_eq!(certificate.not_after, "2050-01-02T00:00:00Z".parse().unwrap());
        assert!(certificate.is_valid_at("2050-01-02T00:00:00.9Z".parse().unwrap()));
        assert!(!certificate.is_valid_at("2050-01-02T00:00:01Z".parse().unwrap()));
        assert!(!certificate.is_valid_at("1999-12-30T23:59:59Z".parse().unwrap()));
    }

    #[test]
    fn a_fingerprint_is_that_of_the_whole_and_is_written_in_hexadecimal() {
        let (one, other) = (made((2026, 1, 1), (2027, 1, 1)), made((2026, 1, 1), (2027, 1, 1)));
        assert_ne!(fingerprint(&one), fingerprint(&other));
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(fingerprint(&[]).to_string(), empty);
    }

    #[test]
    fn a_certificate_cut_anywhere_is_none_or_has_its_dates_and_nothing_fails() {
        let der = made((2026, 1, 1), (2027, 1, 1));
        assert!((0..der.len()).filter_map(|length| Certificate::read(&der[..length])).next().is_none());
        for at in 0..der.len() {
            let mut altered = der.clone();
            altered[at] ^= 0x80;
            let _ = Certificate::read(&altered);
        }
    }
}
