//! What an agent may be to the register.

use jiff::civil::Date;

use super::code_list;
use super::list::Edition;

const ROLES: Edition = Edition {
    form_version: None,
    valid_from: Date::constant(2011, 3, 28),
    valid_until: None,
    source: "guichet and consultants: FAQ of the ministry, June 2016; the others: R441-2-5, R441-2-6, for what there is; the \
             codes are the register's own",
    provisional: true,
};

code_list! {
    /// Role of an agent (profil): what he does with the register on behalf of his organisation.
    Role, "role", "rôle", ROLES;
    DataProtectionOfficer "DPO" "Délégué à la protection des données",
    DeskAgent "GUICHET" "Agent de guichet",
    AllocationAgent "ATTRIBUTION" "Agent d'attribution du bailleur",
    ConsultantSimple "CONSULTANT_SIMPLE" "Consultant : liste des pièces non sensibles",
    ConsultantDemande "CONSULTANT_DEMANDE" "Consultant : contenu des pièces non sensibles",
    ConsultantSensible "CONSULTANT_SENSIBLE" "Consultant : contenu de toutes les pièces",
    TerritoryManager "GESTIONNAIRE" "Gestionnaire du territoire",
    StateService "ETAT_DALO" "Service de l'État chargé du DALO",
    InfocentreReader "INFOCENTRE" "Lecteur de statistiques",
    Auditor "AUDIT" "Auditeur",
    NationalSupport "ASSISTANCE" "Assistance nationale",
}
