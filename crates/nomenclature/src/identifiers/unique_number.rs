//! The unique number of a demand (numéro unique).

use jiff::civil::Date;

use super::{identifier, is_digits, is_upper_alphanumeric, text_form};
use crate::{DeskCode, ParseError, Territory};

identifier! {
    /// Unique number of a demand (numéro unique): what its household quotes all its life.
    ///
    /// 18 characters: territory (3), month and year of the first filing (2 + 2), sequence (6), desk that registered (5),
    /// in that order (arrêté of 7 November 2000, article 1; widths from published samples). There is no check digit: a
    /// well formed number exists or not, which only the register can tell. It never changes and is never given twice
    /// (INV-03, INV-04).
    UniqueNumber, 18, is_well_formed
}

fn is_well_formed(bytes: &[u8; 18]) -> bool {
    let territory = std::str::from_utf8(&bytes[..3]).is_ok_and(|text| Territory::parse(text).is_ok());
    let month = matches!(&bytes[3..5], [b'0', b'1'..=b'9'] | [b'1', b'0'..=b'2']);
    territory && month && is_digits(&bytes[5..13]) && is_upper_alphanumeric(&bytes[13..])
}

impl UniqueNumber {
    /// Writes the number of a demand first filed on `filed_on` (its reception date: INV-05) at a desk of a territory.
    pub fn compose(territory: Territory, filed_on: Date, sequence: Sequence, desk: DeskCode) -> Self {
        let year = filed_on.year().rem_euclid(100);
        let text = format!("{territory}{:02}{year:02}{sequence}{desk}", filed_on.month());
        Self::parse(&text).expect("each segment is a valid value of its own type")
    }

    /// The territory that the demand is valid in.
    pub fn territory(&self) -> Territory {
        Territory::parse(self.segment(0..3)).expect("parse checked the territory")
    }

    /// Month of the first filing, 1 to 12.
    pub fn month(&self) -> u8 {
        self.number(3..5)
    }

    /// Last two digits of the year of the first filing. The century is not in the number.
    pub fn year_of_century(&self) -> u8 {
        self.number(5..7)
    }

    /// The running number, per territory and month of filing.
    pub fn sequence(&self) -> Sequence {
        Sequence::parse(self.segment(7..13)).expect("parse checked the sequence")
    }

    /// The desk that made the record; later desks do not change it.
    pub fn desk(&self) -> DeskCode {
        DeskCode::parse(self.segment(13..18)).expect("parse checked the desk")
    }

    fn segment(&self, range: std::ops::Range<usize>) -> &str {
        &self.as_str()[range]
    }

    fn number(&self, range: std::ops::Range<usize>) -> u8 {
        self.segment(range).parse().expect("parse checked that these are two digits")
    }
}

/// Running number inside a [`UniqueNumber`]: 0 to 999 999, written with six digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sequence(u32);

impl Sequence {
    /// The greatest sequence: the register refuses to number a million and first demand of a territory and month.
    pub const MAX: Self = Self(999_999);

    /// The sequence of that value, unless it needs more than six digits.
    pub fn try_new(value: u32) -> Result<Self, ParseError> {
        if value <= Self::MAX.0 { Ok(Self(value)) } else { Err(ParseError::Sequence) }
    }

    /// Reads exactly six digits.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        if text.len() == 6 && is_digits(text.as_bytes()) {
            text.parse().map(Self).map_err(|_| ParseError::Sequence)
        } else {
            Err(ParseError::Sequence)
        }
    }

    /// The value.
    pub fn value(self) -> u32 {
        self.0
    }
}

impl std::fmt::Display for Sequence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:06}", self.0)
    }
}

text_form!(Sequence);

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    /// Published with the sample file of an open-source project of the ministry: filed on 15 March 2018.
    const SAMPLE: &str = "1110318016982G1104";

    #[test]
    fn inv_03_the_published_sample_reads_as_its_five_segments() {
        let number = UniqueNumber::parse(SAMPLE).unwrap();
        assert_eq!(number.territory(), Territory::ILE_DE_FRANCE);
        assert_eq!((number.month(), number.year_of_century()), (3, 18));
        assert_eq!(number.sequence().value(), 16_982);
        assert_eq!(number.desk().as_str(), "G1104");
        assert_eq!(number.to_string(), SAMPLE);
    }

    #[test]
    fn inv_03_month_segment_is_01_to_12() {
        for month in 0..=99 {
            let text = format!("006{month:02}24000001G0601");
            assert_eq!(UniqueNumber::parse(&text).is_ok(), (1..=12).contains(&month), "{month}");
        }
    }

    #[test]
    fn inv_03_every_position_is_checked() {
        let refused = [
            "",
            "1110318016982G110",
            "1110318016982G11040",
            " 110318016982G1104",
            "1110318016982g1104",
            "9990318016982G1104",
            "0200318016982G1104",
            "9750318016982G1104",
            "02C0318016982G1104",
            "111O318016982G1104",
            "11103I8016982G1104",
            "1110318O16982G1104",
            "1110318016982G11-4",
            "1110318016982G110\0",
            "1110318016982\u{ff27}04",
            "\u{ff11}\u{ff11}\u{ff11}031801G1104",
            "1110318 16982G1104",
            "1110318+16982G1104",
        ];
        for text in refused {
            assert_eq!(UniqueNumber::parse(text), Err(ParseError::UniqueNumber), "{text:?}");
        }
    }

    #[test]
    fn inv_05_month_and_year_are_those_of_the_filing() {
        let desk = DeskCode::parse("GDPUB").unwrap();
        let composed =
            |on| UniqueNumber::compose(Territory::parse("02A").unwrap(), on, Sequence::try_new(7).unwrap(), desk);
        assert_eq!(composed(date(2016, 11, 24)).as_str(), "02A1116000007GDPUB");
        assert_eq!(composed(date(2000, 1, 1)).as_str(), "02A0100000007GDPUB");
        assert_eq!(composed(Date::MIN).year_of_century(), 1);
    }

    #[test]
    fn a_sequence_is_six_digits() {
        assert_eq!(Sequence::try_new(1_000_000), Err(ParseError::Sequence));
        assert_eq!(Sequence::try_new(999_999), Ok(Sequence::MAX));
        for text in ["", "1", "16982", "0016982", "+16982", "-00001", "01698\u{ff12}", "01698O"] {
            assert_eq!(Sequence::parse(text), Err(ParseError::Sequence), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn inv_03_what_is_composed_reads_back(
            territory in prop::sample::select(Territory::all()),
            (year, month, day) in (1i16..=9999, 1i8..=12, 1i8..=28),
            sequence in 0u32..=999_999,
            desk in "[A-Z0-9]{5}",
        ) {
            let (sequence, desk) = (Sequence::try_new(sequence).unwrap(), DeskCode::parse(&desk).unwrap());
            let number = UniqueNumber::compose(territory, date(year, month, day), sequence, desk);
            prop_assert_eq!(UniqueNumber::parse(number.as_str()), Ok(number));
            prop_assert_eq!((number.territory(), number.sequence(), number.desk()), (territory, sequence, desk));
            prop_assert_eq!(i16::from(number.month()), i16::from(month));
            prop_assert_eq!(i16::from(number.year_of_century()), year % 100);
        }

        #[test]
        fn any_text_is_read_or_refused_without_panic(text in "\\PC{0,24}") {
            if let Ok(number) = UniqueNumber::parse(&text) {
                prop_assert_eq!(number.as_str(), text);
            }
        }
    }
}
