//! Whom a token is for.

use nomenclature::{AgentId, DeskCode, Siren};

/// Whom a token is for.
#[derive(clap::Args)]
pub struct TokenFor {
    /// SIREN de l'organisme
    #[arg(long, value_name = "SIREN", value_parser = organisation)]
    pub organisation: Siren,
    /// Code du guichet ; aucun pour un auditeur ou un lecteur de statistiques
    #[arg(long, value_name = "GUICHET", value_parser = desk)]
    pub desk: Option<DeskCode>,
    /// Identifiant opaque de l'agent : ni nom, ni adresse électronique
    #[arg(long, value_parser = agent)]
    pub agent: AgentId,
}

fn organisation(text: &str) -> Result<Siren, String> {
    Siren::parse(text).map_err(|_| "un SIREN a neuf chiffres, dont le dernier est une clé".to_owned())
}

fn desk(text: &str) -> Result<DeskCode, String> {
    DeskCode::parse(text).map_err(|_| "un guichet a cinq caractères, par exemple 006A1".to_owned())
}

fn agent(text: &str) -> Result<AgentId, String> {
    AgentId::parse(text).map_err(|_| "un agent a 1 à 64 caractères parmi A-Z a-z 0-9 . _ -".to_owned())
}
