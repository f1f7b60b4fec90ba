//! The right to housing that can be claimed in court.

use jiff::civil::Date;
use nomenclature::DaloRoute;
use personal::Pii;
use serde::{Deserialize, Serialize};

use crate::dalo::DaloDecision;
use crate::fields::event_table;

/// The commission of mediation was seised (L441-2-3).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DaloSeised {
    /// The day.
    pub seised_on: Date,
    /// The last day of the commission's delay (R441-15).
    pub decision_due_on: Date,
    /// On which ground: personal, because it may tell of an eviction or of a handicap.
    pub route: Pii<DaloRoute>,
}

event_table!(DaloSeised in "DALO" {
    seised_on: Open, "date de saisine", "date";
    decision_due_on: Open, "décision attendue au plus tard le", "date";
    route: Personal, "motif de saisine", "liste DaloRoute";
});

/// The commission decided.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DaloDecided {
    /// The day.
    pub decided_on: Date,
    /// What.
    pub decision: DaloDecision,
    /// The last day of the prefect's delay, after a favourable decision (R441-16-1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer_due_on: Option<Date>,
}

event_table!(DaloDecided in "DALO" {
    decided_on: Open, "date de la décision", "date";
    decision: Open, "décision", "prioritaire, ou rejet";
    offer_due_on: Open, "offre du préfet attendue au plus tard le", "date, après une décision favorable";
});

/// The household was rehoused for its favourable decision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DaloRehoused {
    /// The day.
    pub rehoused_on: Date,
}

event_table!(DaloRehoused in "DALO" {
    rehoused_on: Open, "date du relogement", "date";
});

/// The State ended the favourable decision (caduc). A radiation never does (INV-56).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DaloEnded {
    /// The day.
    pub ended_on: Date,
}

event_table!(DaloEnded in "DALO" {
    ended_on: Open, "date de la caducité", "date";
});
