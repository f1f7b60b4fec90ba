//! The tokens that a caller shows.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use nomenclature::Actor;
use tonic::metadata::{Ascii, MetadataValue};

/// A token is used for so long, well within its life; then another one is asked for.
const USED_FOR: Duration = Duration::from_secs(300);

type Mint = dyn Fn(&Actor) -> Option<String> + Send + Sync;
type Known = HashMap<Actor, (MetadataValue<Ascii>, Instant)>;

/// Tokens for agents, from whoever makes them. Cheap to clone; every clone uses the same.
#[derive(Clone)]
pub struct Tokens {
    mint: Arc<Mint>,
    known: Arc<Mutex<Known>>,
}

impl Tokens {
    /// From this maker of tokens, who makes none for somebody who cannot call.
    pub fn from(mint: impl Fn(&Actor) -> Option<String> + Send + Sync + 'static) -> Self {
        Self { mint: Arc::new(mint), known: Arc::default() }
    }

    /// None for anybody.
    pub fn none() -> Self {
        Self::from(|_| None)
    }

    /// What an agent's call says under `authorization`.
    pub fn authorization(&self, actor: &Actor) -> Option<MetadataValue<Ascii>> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((value, since)) = known.get(actor)
            && since.elapsed() < USED_FOR
        {
            return Some(value.clone());
        }
        let mut value: MetadataValue<Ascii> = format!("Bearer {}", (self.mint)(actor)?).parse().ok()?;
        value.set_sensitive(true);
        known.insert(*actor, (value.clone(), Instant::now()));
        Some(value)
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens").finish_non_exhaustive()
    }
}
