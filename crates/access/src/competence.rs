//! For which demands of its territories an organisation has access, where the law looks at the communes that are sought.

use nomenclature::{CommuneCode, DeskCode, OrganisationKind, UniqueNumber};

use crate::action::Action;
use crate::denial::Denial;
use crate::directory::Directory;
use crate::profile::Profile;

/// The demands that an organisation has access to within the territories of its rights. Only a [`Directory`] says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Competence(Option<Communes>);

/// Those of a local authority (R441-2-6 c, d and e): demands for dwellings in its communes, and those that its own desks
/// registered, which it has to follow (provisional).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Communes {
    /// Its communes, sorted; there is one at least.
    pub communes: Vec<CommuneCode>,
    /// Every desk that it ever had.
    pub desks: Vec<DeskCode>,
}

impl Competence {
    /// Whether a demand is within it: by the communes that it seeks, and the desk that its number names.
    ///
    /// # Errors
    /// [`Denial::ForeignTerritory`]: it does not exist for the organisation.
    pub fn admits(&self, number: UniqueNumber, sought: &[CommuneCode]) -> Result<(), Denial> {
        let Some(Communes { communes, desks }) = &self.0 else { return Ok(()) };
        let seeks = |commune: &CommuneCode| communes.binary_search(commune).is_ok();
        if desks.contains(&number.desk()) || sought.iter().any(seeks) { Ok(()) } else { Err(Denial::ForeignTerritory) }
    }

    /// As [`Competence::admits`], of an act: what [is done at any desk](Action::is_done_at_any_desk) asks for no access.
    ///
    /// # Errors
    /// As [`Competence::admits`].
    pub fn admits_act(&self, action: Action, number: UniqueNumber, sought: &[CommuneCode]) -> Result<(), Denial> {
        if action.is_done_at_any_desk() { Ok(()) } else { self.admits(number, sought) }
    }

    /// The communes, when not every demand of the territories is within it.
    pub const fn communes(&self) -> Option<&Communes> {
        self.0.as_ref()
    }
}

impl Directory {
    /// The demands that the organisation of somebody has access to. A local authority that nobody told the communes of has
    /// access to all of its territories.
    pub fn competence_of(&self, profile: &Profile) -> Competence {
        let Profile::Member { organisation, kind: OrganisationKind::LocalAuthority, .. } = *profile else {
            return Competence(None);
        };
        let told = self.organisation(organisation).filter(|known| !known.competence().is_empty());
        Competence(told.map(|known| Communes {
            communes: known.competence().to_vec(),
            desks: known.desks().map(|(code, _)| *code).collect(),
        }))
    }
}
