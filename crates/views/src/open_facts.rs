//! Events of demands as everybody may read them: no key is asked for, and everything personal stays sealed.

use async_trait::async_trait;
use demand::{DemandEvent, codec};
use event_log::RecordedEvent;
use projection::{OpenError, Opened, Opener};

use crate::opening::DEMAND;

/// The opener of the demands' open parts, for views that hold nothing personal.
#[derive(Clone, Copy, Debug, Default)]
pub struct OpenFacts;

#[async_trait]
impl Opener for OpenFacts {
    type Event = DemandEvent;

    async fn open<'a>(&self, page: &'a [RecordedEvent]) -> Result<Vec<Opened<'a, DemandEvent>>, OpenError> {
        let ours = page.iter().filter(|event| event.stream_type == DEMAND);
        ours.map(|recorded| {
            let event = codec::decode(&recorded.event_type, recorded.schema_version, &recorded.payload, &[])
                .map_err(|error| OpenError::Unreadable { position: recorded.position, cause: error.to_string() })?;
            Ok(Opened { recorded, event })
        })
        .collect()
    }
}
