//! `sne token`: a token of the issuer for development, for whoever calls the server on this machine.

use std::path::Path;

use nomenclature::Actor;
use register::{Clock as _, SystemClock};
use server::{DevelopmentIssuer, IssuerError};

use crate::args::TokenFor;
use crate::failure::Failure;
use crate::output::say;

/// Prints a token for an agent or an applicant.
pub fn run(data_dir: &Path, whom: TokenFor) -> Result<(), Failure> {
    let nobody = || Failure::CommandLine("un jeton est celui d'un agent ou d'un demandeur".to_owned());
    let actor = whom.actor().ok_or_else(nobody)?;
    let issuer = DevelopmentIssuer::open(data_dir).map_err(explain)?;
    let token = issuer.token(&actor, SystemClock.now()).map_err(explain)?;
    say!("{}", token.unwrap_or_default());
    Ok(())
}

/// What the command is asked with for somebody.
pub fn arguments(actor: &Actor) -> String {
    let Actor::Agent { organisation, desk, agent } = actor else { return String::new() };
    let desk = desk.map(|desk| format!(" --desk {desk}")).unwrap_or_default();
    format!("--organisation {organisation}{desk} --agent {agent}")
}

/// What is wrong with the issuer.
pub fn explain(error: IssuerError) -> Failure {
    Failure::Local(match error {
        IssuerError::Missing { path } => format!(
            "{} n'existe pas : un serveur qui accepte les jetons de développement la crée à son démarrage",
            path.display()
        ),
        IssuerError::Exposed { path } => format!("{} : d'autres peuvent lire cette clé", path.display()),
        IssuerError::Damaged { path } => format!("{} : ce n'est pas une clé", path.display()),
        other => format!("l'émetteur de jetons ne s'ouvre pas : {other}"),
    })
}
