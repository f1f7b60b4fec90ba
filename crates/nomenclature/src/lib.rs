//! The words of the register: identifiers, official code lists, places, and civil dates.
//!
//! Everything here is a value. A text becomes one of these types once, at the edge, by an exact `parse` that never repeats
//! what it refuses; from then on nobody doubts it. Tables and lists say where they come from and what day they hold for
//! ([`Vintage`], [`CodeList`]); what is not known officially says that it is provisional. There is no clock here, no file
//! and no network: the tables of `data/` are part of the program.
//!
//! A [`UniqueNumber`] names a demand and holds its [`Territory`]; a [`Commune`] lies in one territory; an [`Actor`] did
//! something, for an organisation and maybe at a desk ([`DeskCode`]).
//!
//! ```
//! use nomenclature::{CommuneCode, Reason, Territory, UniqueNumber};
//!
//! # fn main() -> Result<(), nomenclature::ParseError> {
//! let number = UniqueNumber::parse("1110318016982G1104")?;
//! assert_eq!(number.territory(), Territory::ILE_DE_FRANCE);
//! assert_eq!(number.territory().label(), "Île-de-France");
//!
//! let montreuil = nomenclature::commune(CommuneCode::parse("93048")?).expect("Montreuil exists");
//! assert!(montreuil.wishable());
//! assert_eq!(montreuil.territory, Some(number.territory()));
//!
//! assert_eq!(Reason::parse("08")?.open_form(), Reason::Other);
//! # Ok(())
//! # }
//! ```

mod calendar;
mod codes;
mod error;
mod geography;
mod identifiers;
mod vintage;

pub use calendar::{add_months, paris_day, parse_date};
pub use codes::attribution::{
    CollectiveAgreement, KnownAnswer, ReservationHolder, RplsDwellingType, StateConvention, UrbanZone,
};
pub use codes::code_lists;
pub use codes::dalo::{DaloRoute, DaloStatus, DaloTypology};
pub use codes::dwelling::{DwellingCategory, DwellingType, PresentDwelling, SoughtCategory};
pub use codes::employment::{Contract, PaidResourceKind, ResourceKind};
pub use codes::epci::EpciKind;
pub use codes::form_version::{Acceptance, FormVersion};
pub use codes::handicap::{
    HandicapAid, HandicapEquipment, HandicapMotor, HandicapSensory, HandicapState, HandicapWalking,
};
pub use codes::interface::FileType;
pub use codes::list::{CodeEntry, CodeList};
pub use codes::organisation::{Channel, OrganisationKind};
pub use codes::participation::{EntitlementGround, SuspensionReason};
pub use codes::person::{Civility, CoApplicantLink, Custody, FamilySituation, Kinship, Nationality, Sex};
pub use codes::piece::PieceType;
pub use codes::radiation::{InadmissibilityGround, RadiationMotive};
pub use codes::reason::Reason;
pub use codes::role::Role;
pub use error::ParseError;
pub use geography::agglomerations::{LargeAgglomeration, has_large_agglomeration, large_agglomerations};
pub use geography::communes::{Commune, CommuneStatus, commune, communes, communes_of, successor};
pub use geography::departements::{Departement, departement, departements};
pub use geography::epcis::{Epci, epci, epcis};
pub use identifiers::actor::{Actor, AgentId};
pub use identifiers::desk::DeskCode;
pub use identifiers::place::{CommuneCode, DepartementCode, PostalCode};
pub use identifiers::rpls::RplsId;
pub use identifiers::siren::Siren;
pub use identifiers::siret::Siret;
pub use identifiers::territories::Territories;
pub use identifiers::territory::Territory;
pub use identifiers::unique_number::{Sequence, UniqueNumber};
pub use vintage::Vintage;
