//! A load that calls a server, keeps the ledger, and comes to know what became of each order: copies of one go over several
//! connections, some allow less time than it takes, and whoever does not know asks, or gives it up.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use client::{Client, Outcome, Tokens};
use tests::dice::Dice;
use tests::door;
use tests::ledger::{Entry, Ledger};
use tests::load::Generator;
use tests::wire::{Ack, Order, Reply};
use tokio::task::JoinSet;
use tokio::time::timeout;

const CONNECTIONS: usize = 8;
/// Orders unsettled at once.
const WINDOW: usize = 32;
/// How often an order is sent before it is given up.
const TRIES: usize = 4;
/// A call that is not answered by then is lost, as those are that a black hole swallows.
const LONGEST: Duration = Duration::from_millis(1_500);
/// How often a question is asked before the test gives up.
const QUESTIONS: usize = 100;
const FENCED: &str = "COMMAND_FENCED";

/// What becomes of an order that was given up.
fn given_up(order: &Order) -> Reply {
    Reply::Refused { command_id: order.command_id, reason: FENCED.to_owned() }
}

/// Callers over several connections, who do not take an answer that was lost for an answer.
pub struct Crowd {
    doors: Arc<Doors>,
    ledger: Ledger,
    generator: Generator,
    dice: Dice,
    /// Orders that are done or given up, with the answer that they have for ever.
    pub settled: Vec<(Order, Reply)>,
    pub refused: usize,
    /// Settled orders that were sent again, and got their answer again.
    pub replayed: usize,
}

impl Crowd {
    /// Nobody has called yet. `address` may be that of a proxy.
    pub fn at(address: &str, tokens: &Tokens, ledger: &Path, seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        Self {
            doors: Arc::new(Doors::at(address, tokens)),
            ledger: Ledger::create(ledger).unwrap(),
            generator: Generator::new(seed, true),
            dice: dice.others(),
            settled: Vec::new(),
            refused: 0,
            replayed: 0,
        }
    }

    /// What others asked for and were answered.
    pub fn remembers(&mut self, entries: &[Entry]) {
        self.ledger.write(entries).unwrap();
    }

    /// Has so many more orders settled, and some of the settled ones sent again.
    pub async fn runs(&mut self, orders: usize) {
        let (mut asked, mut under_way) = (0, JoinSet::new());
        while asked < orders || !under_way.is_empty() {
            while asked < orders && under_way.len() < WINDOW {
                let (doors, dice) = (Arc::clone(&self.doors), self.dice.others());
                if !self.settled.is_empty() && self.dice.below(4) == 0 {
                    let (order, first) = self.settled[self.dice.below(self.settled.len())].clone();
                    under_way.spawn(async move {
                        let replies = doors.send(1, &order, dice).await;
                        (order, replies, Some(first))
                    });
                } else {
                    let order = self.generator.next().unwrap();
                    self.ledger.write(&[Entry::Intent(Box::new(order.clone()))]).unwrap();
                    asked += 1;
                    under_way.spawn(async move {
                        let replies = doors.settle(&order, dice).await;
                        (order, replies, None)
                    });
                }
            }
            let (order, replies, first) = under_way.join_next().await.unwrap().unwrap();
            let entries: Vec<Entry> = replies.iter().cloned().map(Entry::Answer).collect();
            self.ledger.write(&entries).unwrap();
            match first {
                Some(first) => self.repeats(&first, &replies),
                None => self.learns(order, &replies[0]),
            }
        }
    }

    fn learns(&mut self, order: Order, reply: &Reply) {
        match reply {
            Reply::Ack(ack) => self.generator.learn(&order, ack),
            Reply::Refused { reason, .. } if reason == FENCED => {}
            _ => {
                self.refused += 1;
                return;
            }
        }
        self.settled.push((order, reply.clone()));
    }

    fn repeats(&mut self, first: &Reply, replies: &[Reply]) {
        for reply in replies {
            match (first, reply) {
                (_, Reply::Unknown { .. }) => continue,
                // That it was given up is told last: it may be refused for what the rules say.
                (Reply::Refused { .. }, Reply::Refused { .. }) => {}
                (first, reply) => assert_eq!(reply, first),
            }
            self.replayed += 1;
        }
    }
}

/// Connections; one that swallows calls is given up for another.
struct Doors {
    address: String,
    tokens: Tokens,
    clients: Mutex<Vec<Client>>,
}

impl Doors {
    fn at(address: &str, tokens: &Tokens) -> Self {
        let clients = (0..CONNECTIONS).map(|_| Client::at(address, tokens).unwrap()).collect();
        Self { address: address.to_owned(), tokens: tokens.clone(), clients: Mutex::new(clients) }
    }

    fn client(&self, place: usize) -> Client {
        self.clients.lock().unwrap()[place].clone()
    }

    fn anew(&self, place: usize) {
        self.clients.lock().unwrap()[place] = Client::at(&self.address, &self.tokens).unwrap();
    }

    /// Sends so many copies of an order at once, over different connections.
    async fn send(&self, copies: usize, order: &Order, mut dice: Dice) -> Vec<Reply> {
        let first = dice.below(CONNECTIONS);
        if dice.below(12) == 0 {
            // Another connection has another fate.
            self.anew(first);
        }
        let mut sent = JoinSet::new();
        for copy in 0..copies {
            let place = (first + copy) % CONNECTIONS;
            let patience = if dice.below(4) == 0 { dice.millis(25) } else { LONGEST };
            let (client, order) = (self.client(place).within(patience), order.clone());
            sent.spawn(async move {
                let unknown = Reply::Unknown { command_id: order.command_id };
                let reply = timeout(LONGEST, door::send(&client, &order)).await.unwrap_or(unknown);
                let swallowed = patience == LONGEST && matches!(reply, Reply::Unknown { .. });
                (reply, swallowed.then_some(place))
            });
        }
        let mut replies = Vec::new();
        for (reply, swallowed) in sent.join_all().await {
            replies.push(reply);
            if let Some(place) = swallowed {
                self.anew(place);
            }
        }
        replies
    }

    /// Has an order settled: every acknowledgement that came, or one refusal.
    async fn settle(&self, order: &Order, mut dice: Dice) -> Vec<Reply> {
        let mut sent = 0;
        for _ in 0..TRIES {
            let copies = 1 + dice.below(3);
            sent += copies;
            let mut replies = self.send(copies, order, dice.others()).await;
            if replies.iter().any(|reply| matches!(reply, Reply::Ack(_))) {
                replies.retain(|reply| matches!(reply, Reply::Ack(_)));
                return replies;
            }
            // Of a refusal there is no receipt: a copy that is still on its way would be decided anew.
            if sent == 1 && matches!(replies[0], Reply::Refused { .. }) {
                return replies;
            }
            if dice.below(3) == 0 {
                break;
            }
            if let Outcome::Committed(answer) = self.asked(order, &mut dice, Question::Outcome).await {
                return vec![Reply::Ack(Ack::told(order.command_id, &answer))];
            }
        }
        match self.asked(order, &mut dice, Question::Fence).await {
            Outcome::Committed(answer) => vec![Reply::Ack(Ack::told(order.command_id, &answer))],
            Outcome::Fenced(_) => vec![given_up(order)],
            other => panic!("{other:?} to a fence"),
        }
    }

    /// Asks until there is an answer.
    async fn asked(&self, order: &Order, dice: &mut Dice, question: Question) -> Outcome {
        for _ in 0..QUESTIONS {
            let place = dice.below(CONNECTIONS);
            let client = self.client(place).within(LONGEST);
            let asked = async {
                match question {
                    Question::Outcome => client.outcome(order.actor, order.command_id).await,
                    Question::Fence => client.fence(order.actor, order.command_id).await,
                }
            };
            match timeout(LONGEST, asked).await {
                Ok(Ok(outcome)) => return outcome,
                Ok(Err(_)) | Err(_) => self.anew(place),
            }
        }
        panic!("nobody answers");
    }
}

#[derive(Clone, Copy)]
enum Question {
    Outcome,
    Fence,
}
