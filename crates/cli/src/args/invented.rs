//! The command line of invented data.

use std::path::PathBuf;

use clap::Subcommand;
use jiff::civil::Date;
use nomenclature::Territory;

use super::{date, territory};

#[derive(clap::Args)]
pub struct Demo {
    /// Efface d'abord le dossier de la démonstration
    #[arg(long)]
    pub reset: bool,
    /// S'arrête à la fin au lieu de rester à l'écoute
    #[arg(long)]
    pub exit: bool,
    /// Adresse d'écoute ; port 0 : libre
    #[arg(long, env = "SNE_LISTEN", default_value = "127.0.0.1:50051")]
    pub listen: std::net::SocketAddr,
    /// 300 ménages au lieu d'un territoire : moins d'une minute
    #[arg(long)]
    pub short: bool,
    /// Échelle du territoire fictif
    #[arg(long, default_value_t = synth::Scale::TENTH, value_parser = scale)]
    pub scale: synth::Scale,
    /// Mois qu'il vit
    #[arg(long, default_value_t = synth::TerritoryOptions::default().months, value_parser = clap::value_parser!(u16).range(1..=120))]
    pub months: u16,
}

#[derive(Subcommand)]
pub enum SynthCommand {
    /// Écrit sur la sortie standard la vie de ménages fictifs (ndjson, un acte par ligne)
    Lives(Lives),
    /// Écrit sur la sortie standard des organismes fictifs (ndjson)
    Organisations {
        /// Graine
        #[arg(long, default_value_t = synth::Options::default().seed)]
        seed: u64,
    },
    /// Écrit sur la sortie standard les actes d'un territoire fictif entier, jour après jour (ndjson)
    Territory(Invented),
    /// Compare un territoire fictif aux chiffres publiés (Markdown) ; code 6 si l'un d'eux n'est pas atteint à 5 % près
    Calibrate {
        #[command(flatten)]
        invented: Invented,
        /// Chiffres publiés, au lieu de ceux du programme
        #[arg(long)]
        targets: Option<PathBuf>,
        /// Fichier à écrire, au lieu de la sortie standard
        #[arg(long)]
        page: Option<PathBuf>,
    },
    /// Fait vivre un territoire fictif dans un registre vide, jour après jour, traitement du jour compris
    Live(Invented),
}

#[derive(clap::Args)]
pub struct Invented {
    /// Graine : la même donne les mêmes octets
    #[arg(long, default_value_t = synth::TerritoryOptions::default().seed)]
    pub seed: u64,
    /// Territoire
    #[arg(long, default_value = "006", value_parser = territory)]
    pub territory: Territory,
    /// Échelle : 1:10 invente une demande pour dix réelles
    #[arg(long, default_value_t = synth::Scale::TENTH, value_parser = scale)]
    pub scale: synth::Scale,
    /// Dernier jour
    #[arg(long, default_value = "2026-10-31", value_parser = date)]
    pub until: Date,
    /// Mois qui passent jusqu'au dernier jour, après le stock d'ouverture
    #[arg(long, default_value_t = synth::TerritoryOptions::default().months, value_parser = clap::value_parser!(u16).range(1..=120))]
    pub months: u16,
}

impl Invented {
    /// What the command line says.
    pub fn options(&self) -> synth::TerritoryOptions {
        let Self { seed, territory, scale, until, months } = *self;
        synth::TerritoryOptions { seed, territory, scale, last: until, months }
    }
}

#[derive(clap::Args)]
pub struct Lives {
    /// Graine : la même donne les mêmes octets
    #[arg(long, default_value_t = synth::Options::default().seed)]
    pub seed: u64,
    /// Nombre de ménages
    #[arg(long, default_value_t = 300)]
    pub households: u32,
    /// Territoire
    #[arg(long, default_value = "006", value_parser = territory)]
    pub territory: Territory,
    /// Premier jour
    #[arg(long, default_value = "2025-08-01", value_parser = date)]
    pub from: Date,
    /// Dernier jour
    #[arg(long, default_value = "2026-10-31", value_parser = date)]
    pub until: Date,
}

fn scale(text: &str) -> Result<synth::Scale, String> {
    text.parse().map_err(|_| "une échelle s'écrit avec deux nombres, par exemple 1:10".to_owned())
}
