//! Events that a view cannot read: what the operator decides of them (`sne projections resolve`), and what was decided.

use std::sync::Arc;

use event_log::{Position, Reader};
use projection::{Decision, Signature};
use register::{Check, SystemClock};
use serde::Serialize;
use server::Signatures;
use sqlx::PgPool;

use crate::args::{Format, Place, Resolve};
use crate::commands::org::Change;
use crate::failure::Failure;
use crate::house::House;
use crate::output::{self, say};

/// A decision, for people and programs.
#[derive(Serialize)]
pub struct Told {
    projection: String,
    position: i64,
    /// The leaf hash stored with the event, in hexadecimal.
    leaf: String,
    /// What was wrong with the event.
    cause: String,
    reason: String,
    author: String,
    decided_at: String,
    /// Whose it is: `authentic`, `forged` or `unchecked`.
    signature: &'static str,
}

impl Told {
    fn of(decision: Decision, signature: Signature) -> Self {
        let Decision { view, position, leaf, cause, reason, author, decided_at } = decision;
        Self {
            projection: view,
            position: position.get(),
            leaf: hex::encode(leaf),
            cause,
            reason,
            author,
            decided_at: decided_at.to_string(),
            signature: match signature {
                Signature::Authentic => "authentic",
                Signature::Forged => "forged",
                Signature::Unchecked => "unchecked",
            },
        }
    }

    fn cells(&self) -> Vec<String> {
        let signature = match self.signature {
            "authentic" => "authentique",
            "forged" => "fausse : la vue refuse d'avancer",
            _ => "non vérifiée",
        };
        vec![
            self.projection.clone(),
            self.position.to_string(),
            self.leaf.clone(),
            self.cause.clone(),
            self.reason.clone(),
            format!("{}, {}", self.author, self.decided_at),
            signature.to_owned(),
        ]
    }
}

const HEADER: [&str; 7] = ["vue", "événement écarté", "empreinte", "anomalie", "motif", "décidé par", "signature"];

/// Decides that a view goes on without an event, or says what would be decided.
pub async fn resolve(place: Place, format: Format, asked: Resolve) -> Result<(), Failure> {
    // The command line takes no other decision.
    let Resolve { view: (_, view), position, quarantine: _, reason, dry_run } = asked;
    let clock = Arc::new(SystemClock);
    let change = if dry_run { Change::None } else { Change::Made };
    let decided = match change {
        Change::Made => {
            let house = House::open(place, clock).await?;
            server::set_aside(&house.register, &house.place, (view, position), reason).await
        }
        Change::None => {
            let house = House::open_to_read(place, clock).await?;
            server::consider_setting_aside(&house.register, &house.place, (view, position), reason).await
        }
    };
    let signature = if dry_run { Signature::Unchecked } else { Signature::Authentic };
    let told = Told::of(decided.map_err(refused)?, signature);
    output::rows(format, &HEADER, &[told], Told::cells);
    if format == Format::Table {
        match change {
            Change::Made => say!("Décision enregistrée : la vue continue sans cet événement."),
            Change::None => say!("Rien n'a été changé."),
        }
    }
    Ok(())
}

fn refused(error: server::Error) -> Failure {
    use projection::Error as P;
    let server::Error::View(error) = error else { return Failure::Local(error.to_string()) };
    Failure::NotDecided(match error {
        P::Readable { position } => {
            format!("la vue peut lire l'événement {position} : seul un événement illisible peut être écarté")
        }
        P::NotThere { position } => format!(
            "aucun événement ne peut être désigné à la position {position} : une position manquante ou une ligne détruite \
             se répare à partir d'une sauvegarde"
        ),
        P::OutOfStream { position } => format!(
            "l'événement {position} n'a plus sa place dans son dossier : le journal se répare à partir d'une sauvegarde"
        ),
        P::Decided { position } => format!("l'événement {position} est déjà écarté de cette vue"),
        P::Forged { position } => forged(position),
        error => return error.into(),
    })
}

fn forged(position: Position) -> String {
    format!("la décision enregistrée sur l'événement {position} n'est pas signée par ce registre")
}

/// Every decision, with its signature checked where the keys are there.
pub async fn decisions(pool: &PgPool, place: &register::Place) -> Result<Vec<Told>, Failure> {
    Ok(checked(pool, place).await?.into_iter().map(|(decision, signature)| Told::of(decision, signature)).collect())
}

async fn checked(pool: &PgPool, place: &register::Place) -> Result<Vec<(Decision, Signature)>, projection::Error> {
    let signatures = Signatures::open(&place.keys).ok();
    let signer = signatures.as_ref().map(|signatures| signatures as &dyn projection::Signer);
    projection::decisions(pool, signer).await
}

/// Prints decisions, if there are any.
pub fn print(format: Format, decisions: &[Told]) {
    match format {
        Format::Table if !decisions.is_empty() => output::table(&HEADER, decisions.iter().map(Told::cells)),
        Format::Ndjson => {
            decisions.iter().for_each(|decision| output::record(format, &serde_json::json!({ "decision": decision })))
        }
        _ => {}
    }
}

/// What an examination says of the decisions: each must be the register's own, and about an event that is still there.
pub async fn examine(pool: &PgPool, place: &register::Place) -> Result<Check, Failure> {
    const NAME: &str = "quarantaine";
    let decisions = match checked(pool, place).await {
        Ok(decisions) => decisions,
        // Told with everything else.
        Err(error) => {
            let fault = format!("les décisions ne peuvent pas être lues : {error}");
            return Ok(Check { name: NAME, found: String::new(), faults: vec![fault] });
        }
    };
    let (reader, mut found, mut faults) = (Reader::new(pool.clone()), Vec::new(), Vec::new());
    for (decision, signature) in decisions {
        let position = decision.position;
        let there = reader.read_range(position..=position).await;
        let there = there.is_ok_and(|events| events.iter().any(|event| event.leaf == decision.leaf));
        if signature == Signature::Forged {
            faults.push(format!("{} : {}", decision.view, forged(position)));
        } else if !there {
            faults.push(format!("{} : la décision ne désigne plus l'événement {position}", decision.view));
        }
        let unchecked = if signature == Signature::Unchecked { " (signature non vérifiée)" } else { "" };
        found.push(format!("{} continue sans l'événement {position}{unchecked} : {}", decision.view, decision.reason));
    }
    let found = if found.is_empty() { "aucun événement écarté".to_owned() } else { found.join("\n") };
    Ok(Check { name: NAME, found, faults })
}
