//! Code lists of the files that systems exchange.

use super::code_list;
use super::list::Edition;

code_list! {
    /// The act that a file carries (type de fichier).
    FileType, "file-type", "type de fichier", Edition::INTERFACE;
    Creation "CRE" "Création",
    CreationBySeparation "CRS" "Création à la suite de la séparation du couple",
    Modification "MOD" "Modification",
    Radiation "RAD" "Radiation",
    Renewal "REN" "Renouvellement",
    Deletion "SUP" "Suppression",
    Dispatch "DIS" "Diffusion aux services interfacés",
    Return "RET" "Retour",
    DigitalCopy "COP" "Copie numérique",
}
