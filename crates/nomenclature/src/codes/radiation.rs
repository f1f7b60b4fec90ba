//! Why a demand is removed.

use super::code_list;
use super::list::Edition;

code_list! {
    /// Motive of a radiation (motif de radiation, R441-2-8 a to e). No other is allowed (INV-29).
    ///
    /// The interface writes the undoing of a radiation as one without motive; it is an act of its own here, not a value.
    RadiationMotive, "radiation-motive", "motif de radiation", Edition::INTERFACE;
    Attribution "RADATT" "Attribution d'un logement",
    Renunciation "RADABA" "Abandon de la demande",
    Inadmissible "RADIRR" "Irrecevabilité de la demande",
    NoAnswer "RADCON" "Impossibilité de contacter le demandeur",
    NotRenewed "RADREN" "Non-renouvellement de la demande",
}

code_list! {
    /// Ground of inadmissibility (sous-motif d'irrecevabilité): the two that a commission may give (INV-23).
    InadmissibilityGround, "inadmissibility-ground", "sous-motif d'irrecevabilité", Edition::INTERFACE;
    IrregularStay "IRRSEJ" "Irrégularité de séjour",
    ResourcesAboveCeiling "IRRRES" "Ressources supérieures au plafond",
}
