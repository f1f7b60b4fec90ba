//! Code lists of the complement on handicap (R441-2-2 i). All of it is personal.

use super::code_list;
use super::list::Edition;

code_list! {
    /// How a handicap develops (état du handicap).
    HandicapState, "handicap-state", "état du handicap", Edition::FORM_02;
    Stable "STA" "Stabilisé",
    Evolving "EVO" "Évolutif",
}

code_list! {
    /// How far a person can climb stairs (capacité de marche).
    HandicapWalking, "handicap-walking", "capacité à monter des marches", Edition::FORM_02;
    Impossible "1" "Impossible",
    ThreeSteps "2" "1 à 3 marches",
    FirstFloor "3" "1er étage",
    MoreThanOneFloor "4" "Plus d'un étage",
}

code_list! {
    /// Which limbs a motor handicap touches (nature du handicap moteur).
    HandicapMotor, "handicap-motor", "nature du handicap moteur", Edition::FORM_02;
    UpperLimbs "MS" "Membre(s) supérieur(s)",
    LowerLimbs "MI" "Membre(s) inférieur(s)",
}

code_list! {
    /// Which sense a sensory handicap touches (nature du handicap sensoriel).
    HandicapSensory, "handicap-sensory", "nature du handicap sensoriel", Edition::FORM_02;
    Hearing "DA" "Déficience auditive",
    Sight "DV" "Déficience visuelle",
}

code_list! {
    /// Technical aid in use (aide technique).
    HandicapAid, "handicap-aid", "aide technique utilisée", Edition::FORM_02;
    Nothing "1" "Aucune",
    Cane "2" "Canne, béquille",
    Walker "3" "Déambulateur",
    ManualWheelchair "4" "Fauteuil roulant manuel",
    ElectricWheelchair "5" "Fauteuil roulant électrique",
    PatientLift "6" "Lève-personne",
    MedicalBed "7" "Lit médicalisé",
}

code_list! {
    /// Equipment that the dwelling needs (équipement nécessaire).
    HandicapEquipment, "handicap-equipment", "équipement nécessaire", Edition::FORM_02;
    AdaptedBath "1" "Baignoire adaptée",
    ToiletWithTransferSpace "2" "WC avec espace de transfert",
    LevelShower "3" "Douche sans seuil",
    Lift "4" "Ascenseur",
    RoomForCarer "5" "Chambre pour une tierce personne",
    AccessibleParking "6" "Place de stationnement accessible de 3,30 m de large",
}
