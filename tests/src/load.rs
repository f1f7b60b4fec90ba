//! What the load asks for: acts on demands of its own, the same for the same seed and answers.

use std::collections::VecDeque;

use demand::Act;
use jiff::ToSpan as _;
use jiff::civil::Date;
use nomenclature::{Actor, UniqueNumber};
use register::{Clock as _, SystemClock};
use serde_json::{Value, json};
use uuid::{Builder, Uuid};

use crate::cast::{self, ANTIBES, CANNES, NICE};
use crate::dice::Dice;
use crate::wire::{Ack, Order};

/// Draws the next orders.
pub struct Generator {
    dice: Dice,
    persons: usize,
    today: Date,
    demands: Vec<Known>,
    /// Whether orders name the version they were made for, as callers of the network must.
    versions: bool,
    queue: VecDeque<Order>,
}

/// A demand that was acknowledged to us.
struct Known {
    number: UniqueNumber,
    version: u32,
    leaving: bool,
}

impl Generator {
    /// A generator that has asked for nothing yet.
    pub fn new(seed: u64, versions: bool) -> Self {
        let today = SystemClock.today();
        Self { dice: Dice::new(seed), persons: 0, today, demands: Vec::new(), versions, queue: VecDeque::new() }
    }

    /// Takes note of a demand that may be acted on, and of its version.
    pub fn learn(&mut self, order: &Order, ack: &Ack) {
        if matches!(order.act, Act::Register(_)) {
            self.demands.push(Known { number: ack.number, version: ack.version, leaving: false });
        } else if let Some(known) = self.demands.iter_mut().find(|known| known.number == ack.number) {
            known.version = known.version.max(ack.version);
        }
    }

    fn draw(&mut self, below: usize) -> usize {
        self.dice.below(below)
    }

    fn id(&mut self) -> Uuid {
        let mut bytes = [0; 16];
        for byte in &mut bytes {
            *byte = (self.draw(256)) as u8;
        }
        Builder::from_random_bytes(bytes).into_uuid()
    }

    fn order(&mut self, actor: &str, number: Option<UniqueNumber>, act: Value) -> Order {
        Order {
            command_id: self.id(),
            version: None,
            again: false,
            actor: Actor::parse(actor).expect("the cast is well formed"),
            number,
            act: serde_json::from_value(act).expect("acts of the cast are readable"),
        }
    }

    /// A new person, filed some days ago so that a renewal today is lawful; now and then at two desks at once.
    fn arrival(&mut self) {
        self.persons += 1;
        let surname = format!("Charge {}", cast::letters(self.persons));
        let filed_on = self.today.saturating_sub((1 + self.draw(20) as i64).days());
        let registration = |surname: &str| {
            let mut act = cast::register(cast::form(surname, "Zoé", "1990-02-28"));
            act["register"]["filed_on"] = json!(filed_on.to_string());
            act
        };
        let first = self.order(NICE, None, registration(&surname));
        self.queue.push_back(first);
        if self.draw(5) == 0 {
            let second = self.order(ANTIBES, None, registration(&surname.to_uppercase()));
            self.queue.push_back(second);
        }
    }

    fn act_on_somebody(&mut self) {
        let chosen = self.draw(self.demands.len());
        let number = self.demands[chosen].number;
        let today = self.today.to_string();
        let lessor = [NICE, CANNES][self.draw(2)];
        let desk = [NICE, CANNES, ANTIBES][self.draw(3)];
        let leaving = self.demands[chosen].leaving;
        let (actor, act) = match self.draw(20) {
            // Who leaves is asked for again once in a while: repeated and late acts belong to the load.
            0..=2 if !leaving => {
                self.demands[chosen].leaving = true;
                let mut lease = cast::sign_lease(&today);
                if self.draw(3) == 0 {
                    let sought = json!({"dwelling_types": ["T4"], "communes": ["06088"], "extended": false});
                    lease["sign_lease"]["form"] = json!({ "sought": sought });
                }
                (lessor, lease)
            }
            3 | 4 if !leaving => {
                self.demands[chosen].leaving = true;
                (desk, cast::renounce(&today))
            }
            0..=7 => (desk, cast::renew()),
            8..=12 => (desk, cast::add_piece("TAX")),
            13..=16 => {
                let communes = [json!(["06088"]), json!(["06004", "06088"])][self.draw(2)].clone();
                let sought = json!({"sought": {"dwelling_types": ["T3"], "communes": communes, "extended": true}});
                (desk, cast::modify(sought))
            }
            _ => (lessor, cast::attribute(&today)),
        };
        let version = self.versions.then_some(self.demands[chosen].version);
        let order = Order { version, ..self.order(actor, Some(number), act) };
        self.queue.push_back(order);
    }
}

impl Iterator for Generator {
    type Item = Order;

    fn next(&mut self) -> Option<Order> {
        if self.queue.is_empty() {
            if self.demands.is_empty() || self.draw(100) < 45 {
                self.arrival();
            } else {
                self.act_on_somebody();
            }
        }
        self.queue.pop_front()
    }
}
