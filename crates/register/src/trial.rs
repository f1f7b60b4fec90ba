//! What would be wrong with an act, without doing it.

use access::{Profile, Purpose, Resource, authorize};
use demand::{By, Declares, Demand, DemandCommand, Violation};
use uuid::Uuid;

use crate::Error;
use crate::register::{Register, Request, action_of, territory_of};
use crate::stream::{self, Opening};

impl Register {
    /// The fields of an act that its decision would refuse today; none when it would be refused for something else, or
    /// not at all. Rights come first, as for the act itself; nothing is written.
    ///
    /// # Errors
    /// [`Error::Denied`], [`Error::NotFound`], or a failure of log or vault.
    pub async fn violations(&self, request: &Request) -> Result<Vec<Violation>, Error> {
        let parts = &self.parts;
        let today = parts.clock.today();
        let territory = territory_of(request)?;
        let (profile, competence) = parts.directory.standing(&request.actor, today).await?;
        let (action, resource) = (action_of(&request.act), Resource::Demand { territory });
        let granted = authorize(profile, action, resource, Purpose::Attribution)?;
        let Profile::Member { organisation, kind, desk, .. } = granted.by() else { return Ok(Vec::new()) };
        let demand = match request.number {
            None => Demand::default(),
            Some(number) => stream::load(&parts.reader, &parts.vault, number, Opening::Opened).await?.demand,
        };
        if let (Some(number), Some(content)) = (request.number, demand.content()) {
            competence.admits_act(action, number, &content.facts.communes)?;
        }
        let (desk, declares) = (desk.map(|(desk, _)| desk), Declares::of(kind));
        let by = By { organisation, desk, channel: request.channel, declares };
        let (person_ref, piece_id) = (Uuid::nil(), Uuid::nil());
        let settings = parts.settings.in_force(territory, today).await?;
        let command = DemandCommand { today, by, person_ref, piece_id, settings, act: request.act.clone() };
        Ok(demand.decide(&command).err().map(|rejection| rejection.violations).unwrap_or_default())
    }
}
