//! What a call's metadata says of who calls. It proves nothing: see [`super::bearer`].

use http::HeaderMap;
use nomenclature::{AgentId, DeskCode, Siren};

use crate::reason::Reason;
use crate::status::Refusal;

/// What a call says of itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Said {
    pub organisation: Option<Siren>,
    pub desk: Option<DeskCode>,
    pub agent: Option<AgentId>,
}

impl Said {
    pub const ORGANISATION: &str = "sne-organisation";
    pub const DESK: &str = "sne-desk";
    pub const AGENT: &str = "sne-agent";

    /// Reads it. Never the operator: that name is no SIREN, so it cannot be said.
    ///
    /// # Errors
    /// [`Reason::MetadataMalformed`].
    pub fn read(headers: &HeaderMap) -> Result<Self, Refusal> {
        Ok(Self {
            organisation: read(headers, Self::ORGANISATION, |text| Siren::parse(text).ok())?,
            desk: read(headers, Self::DESK, |text| DeskCode::parse(text).ok())?,
            agent: read(headers, Self::AGENT, |text| AgentId::parse(text).ok())?,
        })
    }
}

fn read<T>(
    headers: &HeaderMap,
    key: &'static str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<Option<T>, Refusal> {
    let malformed = || Refusal::new(Reason::MetadataMalformed).with("key", key);
    let text = only(headers, key).map_err(|_| malformed())?;
    text.map(|text| parse(text).ok_or_else(malformed)).transpose()
}

/// A value that stands there twice, or is no text: whoever is named twice is nobody.
pub struct NotOne;

/// The only value of a key.
pub fn only<'a>(headers: &'a HeaderMap, key: &str) -> Result<Option<&'a str>, NotOne> {
    let mut values = headers.get_all(key).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value.to_str().map(Some).map_err(|_| NotOne),
        (Some(_), Some(_)) => Err(NotOne),
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn read(entries: &[(&'static str, &'static str)]) -> Option<Said> {
        let mut headers = HeaderMap::new();
        for (key, value) in entries {
            headers.append(*key, HeaderValue::from_static(value));
        }
        Said::read(&headers).ok()
    }

    #[test]
    fn a_call_may_say_nothing_of_itself_or_all() {
        assert_eq!(read(&[]), Some(Said::default()));
        let all = [(Said::ORGANISATION, "000005017"), (Said::DESK, "006A1"), (Said::AGENT, "agent-01")];
        let said = read(&all).unwrap();
        assert_eq!(said.organisation, Siren::parse("000005017").ok());
        assert_eq!(said.desk, DeskCode::parse("006A1").ok());
        assert_eq!(said.agent, AgentId::parse("agent-01").ok());
    }

    #[test]
    fn what_names_nobody_is_nonsense_and_not_nothing() {
        for entries in [
            &[(Said::ORGANISATION, "operator")][..],
            &[(Said::ORGANISATION, "000005018")],
            &[(Said::AGENT, "a@b.fr")],
            &[(Said::DESK, "")],
            &[(Said::ORGANISATION, "000005017"), (Said::ORGANISATION, "000005025")],
            &[(Said::DESK, "006A1"), (Said::DESK, "006A1")],
        ] {
            assert_eq!(read(entries), None, "{entries:?}");
        }
    }
}
