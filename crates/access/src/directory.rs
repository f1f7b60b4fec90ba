//! All organisations and desks in one look-up, folded from their events.

use std::collections::HashMap;

use cqrs_es::Aggregate as _;
use jiff::civil::Date;
use nomenclature::{Actor, DeskCode, OrganisationKind, Siren};

use crate::denial::Denial;
use crate::organisation::{Organisation, OrganisationEvent};
use crate::profile::Profile;
use crate::roles::Roles;
use crate::scopes::Scopes;

/// Every organisation that takes part. A pure fold: two directories that saw the same events are equal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Directory {
    organisations: HashMap<Siren, Organisation>,
    desks: HashMap<DeskCode, Siren>,
}

impl Directory {
    /// Folds one event of the stream of an organisation.
    pub fn apply(&mut self, organisation: Siren, event: OrganisationEvent) {
        if let OrganisationEvent::DeskOpened { code, .. } = &event {
            self.desks.insert(*code, organisation);
        }
        self.organisations.entry(organisation).or_default().apply(event);
    }

    /// The organisation.
    pub fn organisation(&self, siren: Siren) -> Option<&Organisation> {
        self.organisations.get(&siren)
    }

    /// Every desk that ever was, and the organisation that holds its code.
    pub fn desks(&self) -> impl Iterator<Item = (DeskCode, Siren)> {
        self.desks.iter().map(|(desk, siren)| (*desk, *siren))
    }

    /// How many organisations and desks there are.
    pub fn len(&self) -> (usize, usize) {
        (self.organisations.len(), self.desks.len())
    }

    /// Whether nobody takes part yet.
    pub fn is_empty(&self) -> bool {
        self.organisations.is_empty()
    }

    /// Who an actor is on a day, or why he is nobody.
    pub fn profile(&self, actor: &Actor, day: Date) -> Result<Profile, Denial> {
        let (siren, desk) = match actor {
            Actor::Operator => return Ok(Profile::Operator),
            Actor::Agent { organisation, desk, .. } => (organisation, *desk),
            // What is imported is bound by what the organisation it comes from may do.
            Actor::Import { organisation, desk } => (organisation, Some(*desk)),
        };
        let organisation =
            self.organisations.get(siren).filter(|o| o.takes_part_on(day)).ok_or(Denial::UnknownOrganisation)?;
        let kind = organisation.kind().ok_or(Denial::UnknownOrganisation)?;
        let roles = Roles::by_default(kind);
        let member = |desk, territories| Profile::Member {
            organisation: *siren,
            kind,
            desk,
            scopes: Scopes::uniform(roles, territories),
        };
        // Who audits or reads statistics has no desk.
        if desk.is_none() && matches!(kind, OrganisationKind::Auditor | OrganisationKind::StatisticsReader) {
            return Ok(member(None, organisation.territories()));
        }
        let code = desk.ok_or(Denial::UnknownDesk)?;
        let (_, desk) = organisation.desks().find(|(other, _)| **other == code).ok_or(Denial::UnknownDesk)?;
        if !desk.is_open_on(day) {
            return Err(Denial::DeskClosed);
        }
        Ok(member(Some((code, desk.territory)), desk.territory.into()))
    }
}
