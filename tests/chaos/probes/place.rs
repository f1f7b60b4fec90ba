//! A territory, and what belongs to it.

use nomenclature::{Actor, AgentId, OrganisationKind, Siren, Territory, UniqueNumber};
use serde_json::{Value, json};
use tests::cast;
use uuid::Uuid;

/// What is known of a place ahead: its code, a commune, a postal code of it and its word; then the outlying commune and its word.
pub type Site = (&'static str, &'static str, &'static str, &'static str, (&'static str, &'static str));

/// Whoever has a demand.
pub struct Household {
    pub number: UniqueNumber,
    pub surname: String,
    /// It seeks the outlying commune.
    pub outlying: bool,
    /// Demands of the same person in other territories.
    pub elsewhere: Vec<UniqueNumber>,
}

/// A service with a desk.
pub struct Service {
    pub siren: Siren,
    pub desk: String,
    pub kind: OrganisationKind,
}

impl Service {
    /// A user of its own system.
    pub fn user(&self) -> Actor {
        Actor::parse(&format!("{}/{}/agent-01", self.siren, self.desk)).unwrap()
    }
}

/// A territory and what belongs to it.
pub struct Place {
    pub territory: Territory,
    pub commune: &'static str,
    pub postal_code: &'static str,
    pub word: &'static str,
    /// The outlying commune, and the word of those who seek it.
    pub outlying: (&'static str, &'static str),
    pub households: Vec<Household>,
    pub services: Vec<Service>,
    pub agents: Vec<AgentId>,
    /// What its services did, and which of them.
    pub commands: Vec<(Uuid, Siren)>,
}

impl Place {
    /// One that nobody lives in yet.
    pub fn empty((territory, commune, postal_code, word, outlying): Site) -> Self {
        Self {
            territory: Territory::parse(territory).unwrap(),
            commune,
            postal_code,
            word,
            outlying,
            households: Vec::new(),
            services: Vec::new(),
            agents: Vec::new(),
            commands: Vec::new(),
        }
    }

    /// The form of somebody who asks for a dwelling in one of its communes.
    pub fn form(&self, surname: &str, outlying: bool) -> Value {
        let mut form = cast::form(surname, "Zoé", "1990-02-28");
        form["contact"]["postal_address"]["postal_code"] = json!(self.postal_code);
        form["contact"]["postal_address"]["commune"] = json!(self.commune);
        form["sought"]["communes"] = json!([self.sought(outlying)]);
        form
    }

    /// The outlying commune, or the other one.
    pub fn sought(&self, outlying: bool) -> &'static str {
        if outlying { self.outlying.0 } else { self.commune }
    }

    /// A user of a service of a kind.
    pub fn service(&self, kind: OrganisationKind) -> Actor {
        self.services.iter().find(|service| service.kind == kind).unwrap().user()
    }
}
