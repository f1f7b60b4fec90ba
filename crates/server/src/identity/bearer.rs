//! Whom a credential stands for, and what a call may say beside it.

use nomenclature::{Actor, AgentId, DeskCode, Siren};

use super::metadata::Said;
use crate::reason::Reason;
use crate::status::Refusal;

/// Whom a certificate or a token stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bearer {
    /// The organisation.
    pub organisation: Siren,
    /// The desk; when it is left out, the call says which of the organisation's.
    pub desk: Option<DeskCode>,
    /// The agent; when he is left out, the organisation's own system says which of its users.
    pub agent: Option<AgentId>,
}

impl Bearer {
    /// The agent who calls. The call may say what the credential leaves open, and nothing else than the credential says.
    ///
    /// # Errors
    /// [`Reason::MetadataContradicted`]; [`Reason::MetadataMissing`] when nobody says which agent it is.
    pub fn who_says(self, said: &Said) -> Result<Actor, Refusal> {
        let Self { organisation, desk, agent } = self;
        let contradicts = |key: &str| Refusal::new(Reason::MetadataContradicted).with("key", key);
        if said.organisation.is_some_and(|said| said != organisation) {
            return Err(contradicts(Said::ORGANISATION));
        }
        let desk = agreed(desk, said.desk).ok_or_else(|| contradicts(Said::DESK))?;
        let agent = agreed(agent, said.agent).ok_or_else(|| contradicts(Said::AGENT))?;
        let agent = agent.ok_or_else(|| Refusal::new(Reason::MetadataMissing).with("key", Said::AGENT))?;
        Ok(Actor::Agent { organisation, desk, agent })
    }

    /// What two credentials of one call say together: they must not contradict each other.
    pub fn and(self, other: Self) -> Option<Self> {
        (self.organisation == other.organisation).then_some(())?;
        let (desk, agent) = (agreed(self.desk, other.desk)?, agreed(self.agent, other.agent)?);
        Some(Self { organisation: self.organisation, desk, agent })
    }
}

/// What either says; nothing when they say different things.
fn agreed<T: Copy + PartialEq>(one: Option<T>, other: Option<T>) -> Option<Option<T>> {
    match (one, other) {
        (Some(one), Some(other)) => (one == other).then_some(Some(one)),
        (one, other) => Some(one.or(other)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn siren(text: &str) -> Siren {
        Siren::parse(text).unwrap()
    }

    fn bearer(desk: Option<&str>, agent: Option<&str>) -> Bearer {
        Bearer {
            organisation: siren("000005017"),
            desk: desk.map(|desk| DeskCode::parse(desk).unwrap()),
            agent: agent.map(|agent| AgentId::parse(agent).unwrap()),
        }
    }

    fn said(organisation: Option<&str>, desk: Option<&str>, agent: Option<&str>) -> Said {
        let Bearer { desk, agent, .. } = bearer(desk, agent);
        Said { organisation: organisation.map(siren), desk, agent }
    }

    fn who(bearer: Bearer, said: &Said) -> Option<String> {
        bearer.who_says(said).ok().map(|actor| actor.to_string())
    }

    #[test]
    fn a_call_says_what_its_credential_leaves_open() {
        let open = bearer(None, None);
        assert_eq!(who(open, &said(None, Some("006A1"), Some("a-1"))).unwrap(), "000005017/006A1/a-1");
        assert_eq!(who(open, &said(Some("000005017"), None, Some("a-1"))).unwrap(), "000005017/-/a-1");
        assert_eq!(who(open, &said(Some("000005017"), Some("006A1"), None)), None);
    }

    #[test]
    fn a_call_says_nothing_else_than_its_credential() {
        let whole = bearer(Some("006A1"), Some("a-1"));
        assert_eq!(who(whole, &Said::default()).unwrap(), "000005017/006A1/a-1");
        assert_eq!(who(whole, &said(Some("000005025"), None, None)), None);
        assert_eq!(who(whole, &said(None, Some("006A2"), None)), None);
        assert_eq!(who(whole, &said(None, None, Some("a-2"))), None);
    }

    #[test]
    fn two_credentials_of_one_call_must_agree() {
        let (certificate, token) = (bearer(Some("006A1"), None), bearer(None, Some("a-1")));
        assert_eq!(certificate.and(token), Some(bearer(Some("006A1"), Some("a-1"))));
        assert_eq!(certificate.and(bearer(Some("006A2"), Some("a-1"))), None);
        assert_eq!(certificate.and(Bearer { organisation: siren("000005025"), ..token }), None);
    }
}
