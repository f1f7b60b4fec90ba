//! The folder of the demonstration: its own, and nobody else's.

use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// Marks a data folder as the demonstration's own: nothing else is ever erased.
const MARKER: &str = "demonstration";

/// Makes the folder, or erases it when asked; refuses to erase a folder that is not the demonstration's.
pub fn prepare(data_dir: &Path, reset: bool) -> Result<(), Failure> {
    let marker = data_dir.join(MARKER);
    let unusable = |error: std::io::Error| Failure::Local(format!("dossier {} : {error}", data_dir.display()));
    if reset && data_dir.exists() {
        check_ours(data_dir, &marker)?;
        stop_left_over(data_dir)?;
        std::fs::remove_dir_all(data_dir).map_err(unusable)?;
    }
    std::fs::create_dir_all(data_dir).map_err(unusable)?;
    let mut entries = std::fs::read_dir(data_dir).map_err(unusable)?;
    if entries.next().is_some() {
        // Invented households must never come into a register that is in use: its log forgets nothing.
        check_ours(data_dir, &marker)?;
    }
    std::fs::write(&marker, "Données fictives de « sne demo ».\n").map_err(unusable)
}

/// Refuses a folder that an earlier demonstration did not mark as its own.
fn check_ours(data_dir: &Path, marker: &Path) -> Result<(), Failure> {
    if marker.exists() {
        return Ok(());
    }
    Err(Failure::Local(format!("{} n'est pas un dossier de démonstration : rien n'y est changé", data_dir.display())))
}

/// A cluster left by a killed process is adopted and stopped before its folder goes.
fn stop_left_over(data_dir: &Path) -> Result<(), Failure> {
    let folder: PathBuf = data_dir.join("postgresql");
    if folder.join("postmaster.pid").exists() {
        let cluster = private_postgres::Cluster::start(private_postgres::Options::new(folder))?;
        if cluster.stop()? == private_postgres::Stopped::OthersRemain {
            return Err(Failure::Local("un autre sne utilise ce dossier : arrêtez-le d'abord".to_owned()));
        }
    }
    Ok(())
}
