//! Where a list goes on, as its caller carries it about: sealed, and good for his organisation and his filters alone.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as TEXT;
use demand::DeadlineKind;
use jiff::Timestamp;
use nomenclature::{AgentId, Siren, Territory, UniqueNumber};
use register::{AlertPlace, SuspensionPlace};
use vault::Secrets;
use views::deadlines::{CalendarPlace, LatePlace};
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

/// A place in a list, as text.
pub trait Place: Sized {
    /// Writes it.
    fn written(&self) -> String;
    /// Reads what [`Self::written`] wrote.
    fn read(text: &str) -> Option<Self>;
}

impl Place for Cursor {
    fn written(&self) -> String {
        format!("{}.{}", self.filed_on, self.number)
    }

    fn read(text: &str) -> Option<Self> {
        let (day, number) = text.split_once('.')?;
        Some(Self { filed_on: nomenclature::parse_date(day).ok()?, number: UniqueNumber::parse(number).ok()? })
    }
}

impl Place for LatePlace {
    fn written(&self) -> String {
        format!("{}.{}", self.since, self.number)
    }

    fn read(text: &str) -> Option<Self> {
        let (day, number) = text.split_once('.')?;
        Some(Self { since: nomenclature::parse_date(day).ok()?, number: UniqueNumber::parse(number).ok()? })
    }
}

impl Place for CalendarPlace {
    fn written(&self) -> String {
        let Self { due_on, number, kind, since, ordinal } = self;
        format!("{due_on}.{number}.{}.{since}.{ordinal}", kind.code())
    }

    fn read(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let mut part = || parts.next();
        let place = Self {
            due_on: nomenclature::parse_date(part()?).ok()?,
            number: UniqueNumber::parse(part()?).ok()?,
            kind: DeadlineKind::of_code(part()?)?,
            since: nomenclature::parse_date(part()?).ok()?,
            ordinal: part()?.parse().ok()?,
        };
        // An ordinal can be written in several ways, of which one was.
        (part().is_none() && place.written() == text).then_some(place)
    }
}

impl Place for AgentId {
    fn written(&self) -> String {
        self.to_string()
    }

    fn read(text: &str) -> Option<Self> {
        Self::parse(text).ok()
    }
}

impl Place for AlertPlace {
    fn written(&self) -> String {
        let Self { until, agent, organisation, territory } = self;
        // The agent comes last: there may be points in a token.
        format!("{}.{organisation}.{territory}.{agent}", until.as_microsecond())
    }

    fn read(text: &str) -> Option<Self> {
        let mut parts = text.splitn(4, '.');
        let mut part = || parts.next();
        Some(Self {
            until: Timestamp::from_microsecond(part()?.parse().ok()?).ok()?,
            organisation: Siren::parse(part()?).ok()?,
            territory: Territory::parse(part()?).ok()?,
            agent: AgentId::parse(part()?).ok()?,
        })
    }
}

impl Place for SuspensionPlace {
    fn written(&self) -> String {
        format!("{}.{}", self.organisation, self.agent.map(|agent| agent.to_string()).unwrap_or_default())
    }

    fn read(text: &str) -> Option<Self> {
        let (organisation, agent) = text.split_once('.')?;
        let agent = if agent.is_empty() { None } else { Some(AgentId::parse(agent).ok()?) };
        Some(Self { organisation: Siren::parse(organisation).ok()?, agent })
    }
}

/// Writes a token. The place is sealed: a unique number is nobody's to read out of a web address.
///
/// # Errors
/// [`Reason::Unavailable`] when the machine gives no random bytes.
pub fn write<P: Place>(secrets: &Secrets, place: &P, asked: &Asked) -> Result<String, Refusal> {
    let sealed = secrets.seal_token(&asked.0, place.written().as_bytes());
    Ok(TEXT.encode(sealed.map_err(|_| Refusal::new(Reason::Unavailable))?))
}

/// The token of where the next page begins; empty where none does, as an answer tells it.
///
/// # Errors
/// As [`write`].
pub fn next<P: Place>(secrets: &Secrets, place: Option<P>, asked: &Asked) -> Result<String, Refusal> {
    place.map_or_else(|| Ok(String::new()), |place| write(secrets, &place, asked))
}

/// Reads what [`write`] wrote for the same asker and filters, and nothing else. No token is no place.
///
/// # Errors
/// [`Reason::InvalidPageToken`].
pub fn read<P: Place>(secrets: &Secrets, token: &str, asked: &Asked) -> Result<Option<P>, Refusal> {
    if token.is_empty() {
        return Ok(None);
    }
    let place = || {
        let place = secrets.open_token(&asked.0, &TEXT.decode(token).ok()?)?;
        P::read(str::from_utf8(&place).ok()?)
    };
    place().map(Some).ok_or(Refusal::new(Reason::InvalidPageToken))
}

#[cfg(test)]
mod tests {
    use jiff::civil::Date;

    use super::*;

    #[test]
    fn a_place_among_alerts_is_read_as_it_was_written_whoever_the_agent_is() {
        let place = AlertPlace {
            until: Timestamp::from_microsecond(1_795_000_000_123_456).unwrap(),
            agent: AgentId::parse("user.of.a.system-1").unwrap(),
            organisation: Siren::parse("732829320").unwrap(),
            territory: Territory::parse("006").unwrap(),
        };
        assert_eq!(AlertPlace::read(&place.written()), Some(place));
        for wrong in
            ["", "1.732829320.006", "x.732829320.006.agent-1", "1.732829321.006.agent-1", "1.732829320.6.agent-1"]
        {
            assert_eq!(AlertPlace::read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_place_among_suspensions_is_of_an_organisation_or_of_somebody_of_it() {
        let organisation = Siren::parse("732829320").unwrap();
        for agent in [None, AgentId::parse("user.of.a.system-1").ok()] {
            let place = SuspensionPlace { organisation, agent };
            assert_eq!(SuspensionPlace::read(&place.written()), Some(place));
        }
        for wrong in ["", "732829320", "732829321.", "732829320.a b"] {
            assert_eq!(SuspensionPlace::read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_token_is_good_for_its_asker_and_filters_alone_and_shows_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let secrets = Secrets::open_or_create(folder.path().join("keys")).unwrap();
        let number = UniqueNumber::parse("0061126000001006A1").unwrap();
        let cursor = Cursor { filed_on: Date::constant(2026, 11, 4), number };
        let asked = Asked::of(&[b"000005017", b"06088"]);
        let token = write(&secrets, &cursor, &asked).ok().unwrap();
        let read = |token: &str, asked: &Asked| read::<Cursor>(&secrets, token, asked).ok();
        assert_eq!(read(&token, &asked), Some(Some(cursor)));
        assert_eq!(read("", &asked), Some(None), "no token is the beginning");
        assert_eq!(read(&token, &Asked::of(&[b"000005025", b"06088"])), None);
        assert_eq!(read(&token, &Asked::of(&[b"00000501", b"706088"])), None);
        for altered in [".", "a.b", "\u{e9}", &token[1..], &token[..token.len() - 1], &format!("{token}0")] {
            assert_eq!(read(altered, &asked), None, "{altered}");
        }
        let bytes = TEXT.decode(&token).unwrap();
        let seen = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
        assert!(!seen("2026-11-04") && !seen("006112600"), "the token can be read");
    }

    #[test]
    fn every_place_is_read_as_it_was_written_and_no_other_text_is_one() {
        let number = UniqueNumber::parse("0061126000001006A1").unwrap();
        let (due_on, since) = (Date::constant(2026, 11, 4), Date::constant(2025, 11, 4));
        for kind in DeadlineKind::all() {
            let place = CalendarPlace { due_on, number, kind, since, ordinal: 3 };
            assert_eq!(CalendarPlace::read(&place.written()), Some(place));
            assert_eq!(CalendarPlace::read(&format!("{}.1", place.written())), None);
            assert_eq!(LatePlace::read(&place.written()), None);
            for ordinal in ["03", "+3", "00003", "-0"] {
                let text = place.written();
                let other = format!("{}{ordinal}", &text[..text.len() - 1]);
                assert_eq!(CalendarPlace::read(&other), None, "{other}");
            }
        }
        let place = LatePlace { since, number };
        assert_eq!(LatePlace::read(&place.written()), Some(place));
        assert_eq!(CalendarPlace::read(&place.written()), None);
    }
}
