//! The vault behind the ports of the views.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use demand::form::identity::Identity;
use event_log::RecordedEvent;
use vault::envelope::{self, Place};
use vault::{DataKey, KeyId, KeyState, Vault};
use views::shared_management::SharedDemand;
use views::{Blinder, IDENTITY, OpenPart, Unsealed, Unsealer, UnsealerUnavailable, identity_in};

use crate::reason::Reason;
use crate::status::Refusal;

/// The keys of the register, with the rights of the projector.
#[derive(Clone)]
pub struct Keys(pub Arc<Vault>);

impl Blinder for Keys {
    fn blind(&self, parts: &[&[u8]]) -> [u8; 32] {
        self.0.secrets().blind(parts)
    }
}

#[async_trait]
impl Unsealer for Keys {
    async fn unseal(&self, events: &[&RecordedEvent], tag: u8) -> Result<Vec<Unsealed>, UnsealerUnavailable> {
        let states = self.states(events.iter().filter_map(|event| event.key_id)).await;
        let states = states.map_err(|error| UnsealerUnavailable(error.to_string()))?;
        let unsealed = events.iter().map(|event| match event.key_id {
            None => Unsealed::Clear(None),
            Some(key) => unsealed(&states, key, (event.stream.as_str(), event.version), &event.sealed, tag),
        });
        Ok(unsealed.collect())
    }
}

impl Keys {
    /// The states of some keys, one query for all of them.
    async fn states(&self, keys: impl Iterator<Item = i64>) -> Result<HashMap<KeyId, KeyState>, vault::Error> {
        let mut ids: Vec<KeyId> = keys.map(KeyId::new).collect();
        ids.sort_unstable();
        ids.dedup();
        self.0.states(&ids).await
    }

    /// Who asks, for each demand of an answer; none once erased, whether or not the view knows it yet.
    pub async fn identities(&self, demands: &[SharedDemand]) -> Result<Vec<Option<Identity>>, Refusal> {
        let sealed = demands.iter().filter_map(|demand| demand.identity.as_ref());
        let states = self.states(sealed.map(|identity| identity.key_id)).await;
        let states = states.map_err(|error| Refusal::from(register::Error::from(error)))?;
        let identities = demands.iter().map(|demand| {
            let Some(identity) = &demand.identity else { return Ok(None) };
            let number = demand.number.to_string();
            let place = (number.as_str(), identity.version);
            let damage = match unsealed(&states, identity.key_id, place, &identity.sealed, IDENTITY) {
                Unsealed::Erased => return Ok(None),
                Unsealed::Clear(None) => "it is not there".to_owned(),
                Unsealed::Clear(Some(part)) => match identity_in(&part.content) {
                    Ok(identity) => return Ok(Some(identity)),
                    Err(cause) => cause,
                },
                Unsealed::Missing => "its key is missing".to_owned(),
                Unsealed::Damaged(cause) => cause,
            };
            let position = demand.position;
            tracing::error!(%position, cause = damage, "an identity of the shared view cannot be read");
            Err(Refusal::new(Reason::UnreadableEvent).with("position", position))
        });
        identities.collect()
    }
}

fn unsealed(
    states: &HashMap<KeyId, KeyState>,
    key: i64,
    (stream, version): (&str, u32),
    sealed: &[u8],
    tag: u8,
) -> Unsealed {
    let key_id = KeyId::new(key);
    match states.get(&key_id) {
        Some(KeyState::Live(key)) => {
            let place = Place { stream, version: u64::from(version), key_id };
            opened(key, &place, sealed, tag).map_or_else(|error| Unsealed::Damaged(error.to_string()), Unsealed::Clear)
        }
        Some(KeyState::Erased) => Unsealed::Erased,
        Some(KeyState::Missing) | None => Unsealed::Missing,
    }
}

/// The one part asked for; the others stay sealed.
fn opened(key: &DataKey, place: &Place<'_>, sealed: &[u8], tag: u8) -> Result<Option<OpenPart>, vault::Error> {
    let Some(sealed) = envelope::cut(sealed, tag)? else { return Ok(None) };
    let content = envelope::open(key, place, &sealed)?.pop();
    Ok(content.map(|(_, content)| OpenPart { content, sealed }))
}
