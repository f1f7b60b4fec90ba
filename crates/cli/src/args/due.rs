//! What `sne deadlines` is asked.

use demand::DeadlineKind;
use jiff::civil::Date;
use nomenclature::{DeskCode, Territory};

use super::{date, territory};

#[derive(clap::Args)]
pub struct Deadlines {
    /// Le territoire (trois caractères)
    #[arg(value_parser = territory)]
    pub territory: Territory,
    /// Nature de l'échéance ; toutes si elle n'est pas dite, plusieurs fois pour plusieurs
    #[arg(long = "kind", value_name = "NATURE", value_parser = kind)]
    pub kinds: Vec<DeadlineKind>,
    /// Premier jour d'échéance
    #[arg(long, value_name = "AAAA-MM-JJ", value_parser = date)]
    pub from: Option<Date>,
    /// Dernier jour d'échéance
    #[arg(long, value_name = "AAAA-MM-JJ", value_parser = date)]
    pub until: Option<Date>,
    /// Seulement ce qui peut être fait aujourd'hui ou qui est en retard
    #[arg(long)]
    pub due: bool,
    /// Seulement ce que ce guichet doit faire (code)
    #[arg(long, value_parser = desk)]
    pub desk: Option<DeskCode>,
}

fn desk(text: &str) -> Result<DeskCode, String> {
    DeskCode::parse(text).map_err(|_| "un guichet a cinq caractères, par exemple 006G1".to_owned())
}

fn kind(text: &str) -> Result<DeadlineKind, String> {
    DeadlineKind::of_code(&text.to_uppercase().replace('-', "_")).ok_or_else(|| {
        let known: Vec<&str> = DeadlineKind::all().map(DeadlineKind::code).collect();
        format!("les natures sont : {}", known.join(", "))
    })
}
