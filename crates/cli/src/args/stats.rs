//! The arguments of `sne stats`.

use clap::Subcommand;
use infocentre::{Dimension, Kind, Kinds, Measure, Month, Place};

#[derive(Subcommand)]
pub enum StatsCommand {
    /// Mesures d'un lieu, mois par mois
    Series(SeriesArgs),
    /// Une mesure d'un mois, ventilée
    Table(TableArgs),
    /// Une mesure dans deux mois, deux lieux, ou les deux
    Compare(CompareArgs),
    /// Les mesures qui existent
    Measures,
}

/// Which demands, and as known when.
#[derive(clap::Args)]
pub struct Known {
    /// Demandes comptées : menages, hors-mutation, mutation ou association
    #[arg(long = "kind", value_name = "NATURE", default_value = "menages", value_parser = kinds)]
    pub kinds: Kinds,
    /// Chiffres tels qu'ils étaient connus à cette position du journal
    #[arg(long)]
    pub position: Option<i64>,
}

#[derive(clap::Args)]
pub struct SeriesArgs {
    /// Lieu : FRA, un territoire (006), une commune (06088) ou un EPCI (200030195)
    #[arg(value_name = "LIEU", default_value = "FRA", value_parser = place)]
    pub place: Place,
    /// Mesure, plusieurs fois s'il le faut ; un tableau d'ensemble si aucune n'est dite
    #[arg(long = "measure", value_name = "MESURE", value_parser = measure)]
    pub measures: Vec<Measure>,
    /// Premier mois ; onze mois avant le dernier s'il n'est pas dit
    #[arg(long, value_name = "AAAA-MM", value_parser = month)]
    pub from: Option<Month>,
    /// Dernier mois ; le mois en cours s'il n'est pas dit
    #[arg(long, value_name = "AAAA-MM", value_parser = month)]
    pub to: Option<Month>,
    #[command(flatten)]
    pub known: Known,
}

impl SeriesArgs {
    /// Twelve months of a place up to one, as they are known now; the measures of a sheet when none is said.
    pub fn year(place: Place, measures: Vec<Measure>, to: Month) -> Self {
        let known = Known { kinds: Kinds::Households, position: None };
        Self { place, measures, from: None, to: Some(to), known }
    }
}

#[derive(clap::Args)]
pub struct TableArgs {
    /// Mesure
    #[arg(value_name = "MESURE", value_parser = measure)]
    pub measure: Measure,
    /// Ventilation : commune, epci, territory, kind ou motive
    #[arg(long, value_name = "VENTILATION", value_parser = dimension)]
    pub by: Dimension,
    /// Lieu
    #[arg(value_name = "LIEU", default_value = "FRA", value_parser = place)]
    pub place: Place,
    /// Le mois ; le mois en cours s'il n'est pas dit
    #[arg(long, value_name = "AAAA-MM", value_parser = month)]
    pub month: Option<Month>,
    #[command(flatten)]
    pub known: Known,
}

#[derive(clap::Args)]
pub struct CompareArgs {
    /// Mesure
    #[arg(value_name = "MESURE", value_parser = measure)]
    pub measure: Measure,
    /// Lieu
    #[arg(value_name = "LIEU", default_value = "FRA", value_parser = place)]
    pub place: Place,
    /// Le mois ; le mois en cours s'il n'est pas dit
    #[arg(long, value_name = "AAAA-MM", value_parser = month)]
    pub month: Option<Month>,
    /// L'autre lieu ; le même s'il n'est pas dit
    #[arg(long, value_name = "LIEU", value_parser = place)]
    pub with_place: Option<Place>,
    /// L'autre mois ; le même s'il n'est pas dit
    #[arg(long, value_name = "AAAA-MM", value_parser = month)]
    pub with_month: Option<Month>,
    #[command(flatten)]
    pub known: Known,
}

fn place(text: &str) -> Result<Place, String> {
    Place::parse(text)
        .ok_or_else(|| "un lieu est FRA, un territoire, une commune (INSEE) ou un EPCI (SIREN)".to_owned())
}

fn measure(text: &str) -> Result<Measure, String> {
    Measure::parse(&text.replace('-', "_")).ok_or_else(|| {
        let codes: Vec<String> = Measure::ALL.iter().map(|it| it.code().to_lowercase()).collect();
        format!("les mesures sont : {}", codes.join(", "))
    })
}

fn month(text: &str) -> Result<Month, String> {
    Month::parse(text).ok_or_else(|| "un mois s'écrit AAAA-MM".to_owned())
}

fn dimension(text: &str) -> Result<Dimension, String> {
    let known = Dimension::ALL.iter().copied().find(|known| known.code().eq_ignore_ascii_case(text));
    known.ok_or_else(|| "les ventilations sont : commune, epci, territory, kind, motive".to_owned())
}

fn kinds(text: &str) -> Result<Kinds, String> {
    Ok(match text {
        "menages" => Kinds::Households,
        "hors-mutation" => Kinds::Only(Kind::FirstDemand),
        "mutation" => Kinds::Only(Kind::Transfer),
        "association" => Kinds::Only(Kind::Association),
        _ => return Err("les natures sont : menages, hors-mutation, mutation, association".to_owned()),
    })
}
