//! Who calls: what the call's metadata says, until certificates and tokens say it (design 10.19).

use nomenclature::{Actor, AgentId, DeskCode, Siren};
use tonic::metadata::MetadataMap;

use crate::reason::Reason;
use crate::status::Refusal;

const ORGANISATION: &str = "sne-organisation";
const DESK: &str = "sne-desk";
const AGENT: &str = "sne-agent";

/// The agent who calls. Never the operator: that name is no SIREN, so it cannot be said.
pub fn of(metadata: &MetadataMap) -> Result<Actor, Refusal> {
    let organisation = required(metadata, ORGANISATION, |text| Siren::parse(text).ok())?;
    let agent = required(metadata, AGENT, |text| AgentId::parse(text).ok())?;
    let desk = match one(metadata, DESK)? {
        None => None,
        Some(text) => Some(DeskCode::parse(text).map_err(|_| malformed(DESK))?),
    };
    Ok(Actor::Agent { organisation, desk, agent })
}

fn required<T>(metadata: &MetadataMap, key: &'static str, parse: impl FnOnce(&str) -> Option<T>) -> Result<T, Refusal> {
    let text = one(metadata, key)?.ok_or_else(|| Refusal::new(Reason::MetadataMissing).with("key", key))?;
    parse(text).ok_or_else(|| malformed(key))
}

/// The only value of a key: who is named twice is nobody.
fn one<'a>(metadata: &'a MetadataMap, key: &'static str) -> Result<Option<&'a str>, Refusal> {
    let mut values = metadata.get_all(key).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value.to_str().map(Some).map_err(|_| malformed(key)),
        (Some(_), Some(_)) => Err(malformed(key)),
    }
}

fn malformed(key: &'static str) -> Refusal {
    Refusal::new(Reason::MetadataMalformed).with("key", key)
}

#[cfg(test)]
mod tests {
    use tonic::Status;
    use tonic_types::StatusExt as _;

    use super::*;

    fn reason_of(entries: &[(&'static str, &'static str)]) -> Option<String> {
        let mut metadata = MetadataMap::new();
        for (key, value) in entries {
            metadata.append(*key, value.parse().unwrap());
        }
        let status = Status::from(of(&metadata).err()?);
        Some(status.get_details_error_info().unwrap().reason)
    }

    #[test]
    fn a_caller_is_an_agent_of_an_organisation() {
        assert_eq!(reason_of(&[(ORGANISATION, "000005017"), (DESK, "006A1"), (AGENT, "agent-01")]), None);
        assert_eq!(reason_of(&[(ORGANISATION, "000005017"), (AGENT, "agent-01")]), None);
    }

    #[test]
    fn who_says_nothing_of_himself_or_nonsense_is_nobody() {
        assert_eq!(reason_of(&[]).unwrap(), "METADATA_MISSING");
        assert_eq!(reason_of(&[(ORGANISATION, "000005017")]).unwrap(), "METADATA_MISSING");
        for entries in [
            &[(ORGANISATION, "operator"), (AGENT, "a")][..],
            &[(ORGANISATION, "000005018"), (AGENT, "a")],
            &[(ORGANISATION, "000005017"), (AGENT, "a@b.fr")],
            &[(ORGANISATION, "000005017"), (DESK, ""), (AGENT, "a")],
            &[(ORGANISATION, "000005017"), (ORGANISATION, "000005025"), (AGENT, "a")],
        ] {
            assert_eq!(reason_of(entries).unwrap(), "METADATA_MALFORMED", "{entries:?}");
        }
    }
}
