//! The arguments of `sne projections`.

use clap::Subcommand;
use event_log::Position;
use projection::Reason;

use super::{position, view};

#[derive(Subcommand)]
pub enum ProjectionsCommand {
    /// Décide du sort d'un événement qu'une vue ne peut pas lire ; la décision est signée et gardée pour toujours
    Resolve(Resolve),
}

/// A decision of the operator.
#[derive(clap::Args)]
pub struct Resolve {
    /// La vue
    #[arg(value_parser = view, value_name = "VUE")]
    pub view: (&'static str, server::View),
    /// Position de l'événement, telle que « sne projections » la dit
    #[arg(long, value_parser = position)]
    pub position: Position,
    /// La vue continue sans cet événement, qui reste dans le journal
    #[arg(long, required = true)]
    pub quarantine: bool,
    /// Motif de la décision, sans donnée nominative
    #[arg(long, value_name = "TEXTE", value_parser = reason)]
    pub reason: Reason,
    /// Dit ce qui serait décidé et ne change rien
    #[arg(long)]
    pub dry_run: bool,
}

fn reason(text: &str) -> Result<Reason, String> {
    Reason::parse(text).ok_or_else(|| "un motif a de 1 à 500 caractères, sur une seule ligne".to_owned())
}
