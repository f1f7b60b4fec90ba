//! On what an organisation registers, and why it may be stopped.

use jiff::civil::Date;

use super::code_list;
use super::list::Edition;

const PARTICIPATION: Edition = Edition {
    form_version: None,
    valid_from: Date::constant(2011, 3, 28),
    valid_until: None,
    source: "R441-2-1 and R441-2-5 III for what there is; the codes are the register's own",
    provisional: true,
};

code_list! {
    /// What entitles a service that is not bound by the law itself to register demands (INV-46).
    EntitlementGround, "entitlement-ground", "titre à enregistrer", PARTICIPATION;
    Convention "CONVENTION" "Convention avec l'État",
    Deliberation "DELIBERATION" "Délibération de l'organe délibérant",
    Decision "DECISION" "Décision de la personne morale gestionnaire",
}

code_list! {
    /// Why an organisation or an agent is suspended.
    SuspensionReason, "suspension-reason", "motif de suspension", PARTICIPATION;
    Compromised "COMPROMIS" "Compte ou certificat compromis",
    Misuse "MESUSAGE" "Usage contraire aux règles d'accès",
    Requested "DEMANDE" "À la demande de l'organisme",
    Dormant "INACTIF" "Droits inutilisés",
    Volume "VOLUME" "Trop de dossiers consultés en une heure",
}
