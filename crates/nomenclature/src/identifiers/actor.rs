//! Who did an act: it stands on every event, for ever.

use super::text_form;
use crate::{DeskCode, ParseError, Siren, UniqueNumber};

/// An agent of an organisation, as an opaque token: 1 to 64 characters of `A-Z`, `a-z`, `0-9`, `.`, `_` and `-`.
///
/// It stays in the log for ever, so it must never be a name nor an e-mail address. An `@` is refused; that it is no name
/// is the duty of who draws it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct AgentId {
    length: u8,
    bytes: [u8; Self::MOST],
}

impl AgentId {
    const MOST: usize = 64;

    /// Reads a token.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        let allowed = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
        let length = u8::try_from(text.len()).map_err(|_| ParseError::AgentId)?;
        if text.is_empty() || text.len() > Self::MOST || !text.as_bytes().iter().all(allowed) {
            return Err(ParseError::AgentId);
        }
        let mut bytes = [0; Self::MOST];
        bytes[..text.len()].copy_from_slice(text.as_bytes());
        Ok(Self { length, bytes })
    }

    /// The characters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..usize::from(self.length)]).expect("parse lets ASCII in only")
    }
}

impl PartialOrd for AgentId {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for AgentId {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl std::fmt::Display for AgentId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

impl std::fmt::Debug for AgentId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "AgentId({})", self.as_str())
    }
}

text_form!(AgentId);

/// The author of an act.
///
/// Written `operator`, `SIREN/DESK/agent` with `-` in place of no desk, `import/SIREN/DESK`, or `applicant/NUMBER`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Actor {
    /// Who runs the system, on the machine itself: a system actor that no network call can be.
    Operator,
    /// An agent of an organisation.
    Agent {
        /// The organisation.
        organisation: Siren,
        /// The desk that the agent acts for; none for acts that are not a desk's.
        desk: Option<DeskCode>,
        /// The agent.
        agent: AgentId,
    },
    /// The operator, who enters from a file what an organisation did before: as little a network call's as he is.
    Import {
        /// The organisation whose act it was.
        organisation: Siren,
        /// Its desk.
        desk: DeskCode,
    },
    /// The applicant of a demand, who asks about it. He changes nothing here, so no event is his.
    Applicant {
        /// His demand.
        number: UniqueNumber,
    },
}

impl Actor {
    const OPERATOR: &'static str = "operator";
    const IMPORT: &'static str = "import";
    const APPLICANT: &'static str = "applicant";
    const NO_DESK: &'static str = "-";

    /// Reads the form that `Display` writes.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        if text == Self::OPERATOR {
            return Ok(Self::Operator);
        }
        if let Some((Self::APPLICANT, number)) = text.split_once('/') {
            let number = UniqueNumber::parse(number).map_err(|_| ParseError::Actor)?;
            return Ok(Self::Applicant { number });
        }
        let mut parts = text.splitn(3, '/');
        let (Some(organisation), Some(desk), Some(agent)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(ParseError::Actor);
        };
        if organisation == Self::IMPORT {
            let organisation = Siren::parse(desk).map_err(|_| ParseError::Actor)?;
            let desk = DeskCode::parse(agent).map_err(|_| ParseError::Actor)?;
            return Ok(Self::Import { organisation, desk });
        }
        let desk = match desk {
            Self::NO_DESK => None,
            desk => Some(DeskCode::parse(desk).map_err(|_| ParseError::Actor)?),
        };
        let organisation = Siren::parse(organisation).map_err(|_| ParseError::Actor)?;
        let agent = AgentId::parse(agent).map_err(|_| ParseError::Actor)?;
        Ok(Self::Agent { organisation, desk, agent })
    }

    /// The organisation that answers for the act, as receipts and leaf headers write it: the SIREN, or `operator`, who answers
    /// for what he imports. An applicant answers for nothing.
    pub fn organisation_code(&self) -> &str {
        match self {
            Self::Operator | Self::Import { .. } => Self::OPERATOR,
            Self::Applicant { .. } => Self::APPLICANT,
            Self::Agent { organisation, .. } => organisation.as_str(),
        }
    }

    /// The organisation whose act it is; none for the operator's own, and for an applicant.
    pub fn organisation(&self) -> Option<Siren> {
        match self {
            Self::Operator | Self::Applicant { .. } => None,
            Self::Agent { organisation, .. } | Self::Import { organisation, .. } => Some(*organisation),
        }
    }

    /// The desk that the act was done at.
    pub fn desk(&self) -> Option<DeskCode> {
        match self {
            Self::Operator | Self::Applicant { .. } => None,
            Self::Agent { desk, .. } => *desk,
            Self::Import { desk, .. } => Some(*desk),
        }
    }
}

impl std::fmt::Display for Actor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Operator => f.write_str(Self::OPERATOR),
            Self::Agent { organisation, desk, agent } => {
                let desk = desk.as_ref().map_or(Self::NO_DESK, DeskCode::as_str);
                write!(f, "{organisation}/{desk}/{agent}")
            }
            Self::Import { organisation, desk } => write!(f, "{}/{organisation}/{desk}", Self::IMPORT),
            Self::Applicant { number } => write!(f, "{}/{number}", Self::APPLICANT),
        }
    }
}

text_form!(Actor);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_actor_reads_back_as_written() {
        for text in [
            "operator",
            "200030195/G1104/a.b_c-9",
            "200030195/-/x",
            "import/200030195/G1104",
            "applicant/0061126000001G0601",
        ] {
            assert_eq!(Actor::parse(text).unwrap().to_string(), text);
            let json = format!("\"{text}\"");
            assert_eq!(serde_json::to_string(&Actor::parse(text).unwrap()).unwrap(), json);
            assert_eq!(serde_json::from_str::<Actor>(&json).unwrap().to_string(), text);
        }
        assert_eq!(Actor::Operator.organisation_code(), "operator");
        assert_eq!(Actor::parse("200030195/-/x").unwrap().organisation_code(), "200030195");
        let import = Actor::parse("import/200030195/G1104").unwrap();
        assert_eq!((import.organisation_code(), import.organisation().unwrap().as_str()), ("operator", "200030195"));
        assert_eq!(Actor::parse("200030195/G1104/x").unwrap().desk().unwrap().as_str(), "G1104");
    }

    #[test]
    fn no_actor_hides_behind_another_form() {
        let refused = [
            "",
            "Operator",
            "operator ",
            "operator/-/x",
            "200030195",
            "200030195/G1104",
            "200030195/G1104/",
            "200030195//x",
            "200030195/g1104/x",
            "200030194/G1104/x",
            "200030195/G1104/x/y",
            "/-/x",
            "import/200030195",
            "import/200030195/-",
            "import/200030195/G1104/x",
            "Import/200030195/G1104",
            "200030195/-/x\0",
        ];
        for text in refused {
            assert_eq!(Actor::parse(text), Err(ParseError::Actor), "{text:?}");
        }
    }

    #[test]
    fn an_agent_is_never_an_email_address() {
        assert!(AgentId::parse(&"x".repeat(64)).is_ok());
        for text in ["", "a@b.fr", "a b", "é", "a/b", "a\0", "\u{ff41}"] {
            assert_eq!(AgentId::parse(text), Err(ParseError::AgentId), "{text:?}");
        }
        assert_eq!(AgentId::parse(&"x".repeat(65)), Err(ParseError::AgentId));
        assert_eq!(AgentId::parse(&"x".repeat(1_000_000)), Err(ParseError::AgentId));
    }

    #[test]
    fn agents_sort_as_their_text() {
        let mut agents = ["b", "a.z", "a", "ab"].map(|text| AgentId::parse(text).unwrap());
        agents.sort();
        assert_eq!(agents.map(|agent| agent.to_string()), ["a", "a.z", "ab", "b"]);
    }
}
