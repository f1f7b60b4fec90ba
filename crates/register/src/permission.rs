//! Who asks, and the proof that he may read what he asks for.

use access::{Authorized, Competence, Profile, Read, ReadDemand, ReadDemands, permit, permit_wherever};
use nomenclature::{Actor, UniqueNumber};

use crate::Error;
use crate::history::Viewer;
use crate::register::{Parts, Register};

impl Register {
    /// Asks the right to read something today. What answers from a view takes the proof.
    ///
    /// # Errors
    /// [`Error::Denied`], [`Error::NotFound`] for what is of a foreign territory, or a failure of the log.
    pub async fn permit<R: Read>(&self, viewer: Viewer<'_>, read: R) -> Result<Authorized<R>, Error> {
        self.parts.permit(viewer, read).await
    }

    /// Asks the right to read a demand today, names included.
    ///
    /// # Errors
    /// As [`Register::permit`].
    pub async fn permit_demand(&self, actor: &Actor, number: UniqueNumber) -> Result<Authorized<ReadDemand>, Error> {
        let (profile, competence) = self.parts.directory.standing(actor, self.parts.clock.today()).await?;
        Ok(permit(profile, ReadDemand::of(number, competence))?)
    }

    /// Asks the right to read demands wherever an actor has a role today (R441-2-6): that of his desk's territory, or of
    /// each of his.
    ///
    /// # Errors
    /// [`Error::Denied`], or a failure of the log.
    pub async fn permit_wherever(&self, actor: &Actor) -> Result<Authorized<ReadDemands>, Error> {
        let (profile, competence) = self.parts.directory.standing(actor, self.parts.clock.today()).await?;
        Ok(permit_wherever(profile, competence)?)
    }
}

impl Parts {
    pub(crate) async fn permit<R: Read>(&self, viewer: Viewer<'_>, read: R) -> Result<Authorized<R>, Error> {
        Ok(permit(self.profile(viewer).await?, read)?)
    }

    /// Who somebody is today, and which demands his organisation has access to.
    pub(crate) async fn standing(&self, viewer: Viewer<'_>) -> Result<(Profile, Competence), Error> {
        let actor = match viewer {
            Viewer::Operator => &Actor::Operator,
            Viewer::Agent(actor) => actor,
        };
        self.directory.standing(actor, self.clock.today()).await
    }

    /// Who somebody is today.
    pub(crate) async fn profile(&self, viewer: Viewer<'_>) -> Result<Profile, Error> {
        match viewer {
            Viewer::Operator => Ok(Profile::Operator),
            Viewer::Agent(actor) => self.directory.profile(actor, self.clock.today()).await,
        }
    }
}
