//! The arguments of `sne org`.

use std::path::PathBuf;

use clap::Subcommand;

#[derive(Subcommand)]
pub enum OrgCommand {
    /// Inscrit les organismes et guichets d'un fichier (ndjson, un organisme par ligne)
    Import {
        /// Le fichier
        file: PathBuf,
        /// Dit ce qui changerait et ne change rien
        #[arg(long)]
        dry_run: bool,
    },
}
