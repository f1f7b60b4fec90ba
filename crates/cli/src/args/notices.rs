//! What whoever sends the notices of renewal tells.

use std::path::PathBuf;

use clap::Subcommand;
use jiff::civil::Date;
use nomenclature::Territory;

use super::{date, territory};

/// What was sent, and what came back.
#[derive(Subcommand)]
pub enum NoticesCommand {
    /// Enregistre les envois : d'un fichier CSV (numero_unique;envoye_le;voie;reference), ou de toute une liste
    Sent {
        /// Le fichier
        #[arg(required_unless_present = "list", conflicts_with_all = ["list", "territory", "sent_on", "reference"])]
        file: Option<PathBuf>,
        /// Tous les préavis de la liste de ce jour, par la voie prévue pour chacun
        #[arg(long, value_name = "JOUR", value_parser = date, requires_all = ["territory", "sent_on", "reference"])]
        list: Option<Date>,
        /// Territoire de la liste
        #[arg(long, value_parser = territory)]
        territory: Option<Territory>,
        /// Jour de l'envoi
        #[arg(long, value_name = "JOUR", value_parser = date)]
        sent_on: Option<Date>,
        /// Référence de l'envoi chez l'expéditeur
        #[arg(long)]
        reference: Option<String>,
    },
    /// Enregistre les courriers revenus : un fichier CSV (numero_unique;revenu_le)
    Returned {
        /// Le fichier
        file: PathBuf,
    },
}
