//! Code lists about work and income.

use super::code_list;
use super::list::Edition;

code_list! {
    /// Employment class of an adult (type de contrat de travail).
    Contract, "contract", "situation professionnelle", Edition::FORM_02;
    Permanent "CDI" "CDI (ou fonctionnaire)",
    FixedTerm "CDD" "CDD, stage, intérim",
    SelfEmployed "ART" "Artisan, commerçant, profession libérale",
    Unemployed "CHO" "Chômage",
    Apprentice "APP" "Apprenti",
    Student "ETU" "Étudiant",
    Retired "RET" "Retraité",
    Other "AUT" "Autre",
}

code_list! {
    /// Resource received each month (ressource reçue), housing aids apart.
    ResourceKind, "resource-kind", "ressources mensuelles reçues", Edition::FORM_02;
    Earnings "SAL" "Salaire ou revenu d'activité",
    Pension "RET" "Retraite",
    UnemploymentBenefit "CHO" "Allocation de chômage, indemnités",
    AlimonyReceived "PAR" "Pension alimentaire reçue",
    InvalidityPension "PINV" "Pension d'invalidité",
    FamilyAllowance "AF" "Allocations familiales",
    DisabledAdultAllowance "AAH" "Allocation aux adultes handicapés (AAH)",
    DisabledChildAllowance "AEEH" "Allocation d'éducation de l'enfant handicapé (AEEH)",
    ParentalPresenceAllowance "AJPP" "Allocation journalière de présence parentale (AJPP)",
    ActiveSolidarityIncome "RSA" "Revenu de solidarité active (RSA)",
    OldAgeMinimum "AMV" "Minimum vieillesse",
    YoungChildAllowance "PAJE" "Prestation d'accueil du jeune enfant (PAJE)",
    Scholarship "BE" "Bourse d'étudiant",
    Other "AUT" "Autres (hors APL et AL)",
}

code_list! {
    /// Sum paid each month (ressource versée), which resources are lessened by.
    PaidResourceKind, "paid-resource-kind", "ressources mensuelles versées", Edition::FORM_02;
    AlimonyPaid "PAV" "Pension alimentaire versée",
}
