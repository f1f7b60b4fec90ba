//! The arguments of `sne restore`.

use clap::Subcommand;

#[derive(Subcommand)]
pub enum RestoreCommand {
    /// Dit ce que la base restaurée a oublié, et ne change rien
    Check,
    /// Refait les effacements oubliés, remonte les compteurs de numéros, reconstruit les vues et examine le registre
    Finish {
        /// Numéros à sauter en plus dans chaque compteur, quand le dossier des clés est lui aussi une copie ancienne
        #[arg(long, value_name = "NUMÉROS", default_value_t = 0, value_parser = clap::value_parser!(i32).range(0..1_000_000))]
        margin: i32,
    },
}
