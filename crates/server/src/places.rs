//! Places for replays and followers: so many in all, and no more than half of them for one organisation.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::metrics::{Metrics, UnderWay};

/// The places. Cheap to clone.
#[derive(Clone)]
pub struct Places {
    taken: Arc<Mutex<HashMap<String, usize>>>,
    most: usize,
    metrics: Metrics,
}

/// A place that is given back when dropped.
pub struct Place {
    places: Places,
    organisation: String,
    _counted: UnderWay,
}

impl Places {
    pub fn new(most: usize) -> Self {
        Self { taken: Arc::default(), most, metrics: Metrics::default() }
    }

    /// Counts the places taken into these figures.
    pub fn measured_by(self, metrics: Metrics) -> Self {
        Self { metrics, ..self }
    }

    /// A place for an organisation, while there is one.
    pub fn take(&self, organisation: &str) -> Option<Place> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let own = taken.get(organisation).copied().unwrap_or_default();
        if taken.values().sum::<usize>() >= self.most || own >= (self.most / 2).max(1) {
            return None;
        }
        taken.insert(organisation.to_owned(), own + 1);
        Some(Place { places: self.clone(), organisation: organisation.to_owned(), _counted: self.metrics.replay() })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = taken.get_mut(&self.organisation) {
            *own -= 1;
            if *own == 0 {
                taken.remove(&self.organisation);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_organisation_never_has_all_places() {
        let places = Places::new(4);
        let mut held: Vec<Place> = (0..2).map(|_| places.take("a").unwrap()).collect();
        assert!(places.take("a").is_none(), "half of them at most");
        held.extend(["b", "c"].map(|other| places.take(other).unwrap()));
        assert!(places.take("d").is_none(), "no more than there are");
        held.remove(0);
        assert!(places.take("a").is_some());
    }
}
