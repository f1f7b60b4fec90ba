//! Whom a token is for.

use nomenclature::{Actor, AgentId, DeskCode, Siren, UniqueNumber};

use super::number;

/// Whom a token is for: an agent, or the applicant of a demand.
#[derive(clap::Args)]
pub struct TokenFor {
    /// SIREN de l'organisme
    #[arg(long, value_name = "SIREN", value_parser = organisation, required_unless_present = "applicant")]
    organisation: Option<Siren>,
    /// Code du guichet ; aucun pour un auditeur ou un lecteur de statistiques
    #[arg(long, value_name = "GUICHET", value_parser = desk)]
    desk: Option<DeskCode>,
    /// Identifiant opaque de l'agent : ni nom, ni adresse électronique
    #[arg(long, value_parser = agent, required_unless_present = "applicant")]
    agent: Option<AgentId>,
    /// Numéro unique d'une demande : le jeton est celui de son demandeur
    #[arg(long, value_name = "NUMÉRO", value_parser = number, conflicts_with_all = ["organisation", "desk", "agent"])]
    applicant: Option<UniqueNumber>,
}

impl TokenFor {
    /// Who calls with it; the command line is not read without one or the other.
    pub fn actor(self) -> Option<Actor> {
        let Self { organisation, desk, agent, applicant } = self;
        match applicant {
            Some(number) => Some(Actor::Applicant { number }),
            None => Some(Actor::Agent { organisation: organisation?, desk, agent: agent? }),
        }
    }
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
