//! Code lists about persons and their ties.

use super::code_list;
use super::list::Edition;

code_list! {
    /// Civility (civilité).
    Civility, "civility", "civilité", Edition::FORM_02;
    Mister "1" "Monsieur",
    Madam "2" "Madame",
    Miss "3" "Mademoiselle",
}

code_list! {
    /// Nationality class (nationalité): the form asks no more than this.
    Nationality, "nationality", "nationalité", Edition::FORM_02;
    French "1" "Française",
    EuropeanUnion "2" "Union européenne",
    OutsideEuropeanUnion "3" "Hors Union européenne",
}

code_list! {
    /// Family situation of an adult (situation familiale).
    FamilySituation, "family-situation", "situation familiale", Edition::FORM_02;
    Single "C" "Célibataire",
    Married "M" "Marié(e)",
    Divorced "D" "Divorcé(e)",
    Separated "S" "Séparé(e)",
    CivilUnion "P" "Pacsé(e)",
    Cohabiting "U" "Concubin(e)",
    Widowed "V" "Veuf(ve)",
}

code_list! {
    /// What ties a co-applicant to the applicant (lien avec le demandeur).
    CoApplicantLink, "co-applicant-link", "lien du cotitulaire avec le demandeur", Edition::FORM_02;
    Spouse "M" "Conjoint",
    CivilPartner "P" "Pacsé(e)",
    Cohabitant "C" "Concubin(e)",
    FlatSharer "L" "Colocataire",
}

code_list! {
    /// What ties a dependant to the applicant (lien de parenté).
    Kinship, "kinship", "lien de parenté", Edition::FORM_02;
    Parent "P" "Parent",
    Child "E" "Enfant",
    Other "A" "Autre",
}

code_list! {
    /// Sex of a dependant (sexe).
    Sex, "sex", "sexe", Edition::FORM_02;
    Male "M" "Masculin",
    Female "F" "Féminin",
}

code_list! {
    /// How a child who does not live here all year is with the household (coparentalité).
    Custody, "custody", "coparentalité", Edition::FORM_02;
    Alternating "G" "Garde alternée",
    Visiting "D" "Droit de visite",
}
