//! Shares that are kept without remembering what was drawn.
//!
//! A household's kind could be drawn each for itself; a small territory would then stray from the published shares by
//! chance alone. Here the cards of a deck of a thousand are dealt one after the other: of any thousand households, exactly as
//! many as the share says. Which card comes when is a permutation told by a pure function of the index, so that a household can
//! be drawn again from its number alone.

use nomenclature::Territory;

use crate::dice::{Dice, Purpose};

/// Cards in a deck.
pub(crate) const CARDS: u32 = 1_000;

/// What the cards are dealt for: two subjects never share a deck.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    Kind = 1,
    Transfer = 2,
    Channel = 3,
    FirstRenewal = 4,
    Mover = 5,
    Stayer = 6,
    Temper = 7,
    Outcome = 8,
    Delay = 9,
    Removal = 10,
    Return = 11,
    Elsewhere = 12,
    Part = 13,
    Age = 14,
    Association = 15,
}

impl Subject {
    /// The step from one card to the next. What is dealt one after the other, as things happen, goes by steps that spread any few
    /// cards in a row evenly, each subject by another square root: two that are dealt at once have nothing to do with each other.
    /// What is dealt by the number of a household goes by steps drawn for each deck, or two subjects would meet in every deck in
    /// the same way.
    fn step(self, dice: &mut Dice) -> u32 {
        match self {
            Self::Kind | Self::Transfer | Self::Channel | Self::Elsewhere => scattered(dice),
            Self::FirstRenewal | Self::Outcome | Self::Association => 619,
            Self::Mover | Self::Part => 413,
            Self::Stayer | Self::Age => 733,
            Self::Temper => 237,
            Self::Delay => 449,
            Self::Removal => 647,
            Self::Return => 317,
        }
    }
}

/// Odd and no multiple of five: it permutes the numbers below a thousand.
fn scattered(dice: &mut Dice) -> u32 {
    loop {
        let factor = 2 * dice.below(CARDS / 2) + 1;
        if !factor.is_multiple_of(5) && factor > 1 {
            return factor;
        }
    }
}

/// Deals the cards of a territory.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dealer {
    pub(crate) seed: u64,
    pub(crate) territory: Territory,
}

impl Dealer {
    /// The card of the `index`-th deal: 0 to 999, each once in a deck.
    pub(crate) fn card(self, subject: Subject, index: u32) -> u32 {
        let (deck, place) = (index / CARDS, index % CARDS);
        let deck = u64::from(deck) << 8 | subject as u64;
        let mut dice = Dice::within(self.territory, self.seed, Purpose::Territory, deck);
        let factor = subject.step(&mut dice);
        (factor * place + dice.below(CARDS)) % CARDS
    }

    /// One of a list, each as often as its share of a thousand says; the last one takes what is left.
    pub(crate) fn deal<T: Copy>(self, subject: Subject, index: u32, shares: &[(T, u32)]) -> T {
        let mut card = self.card(subject, index);
        for (value, share) in shares {
            if card < *share {
                return *value;
            }
            card -= share;
        }
        shares[shares.len() - 1].0
    }

    /// True that many times of a thousand.
    pub(crate) fn hits(self, subject: Subject, index: u32, share: u32) -> bool {
        self.card(subject, index) < share
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_card_is_dealt_once_in_a_deck_and_decks_differ() {
        let dealer = Dealer { seed: 6, territory: Territory::parse("006").unwrap() };
        let deck = |from: u32| (from..from + CARDS).map(|n| dealer.card(Subject::Kind, n)).collect::<Vec<_>>();
        for from in [0, 5_000] {
            assert_eq!(deck(from).iter().collect::<BTreeSet<_>>().len(), 1_000);
        }
        assert_ne!(deck(0), deck(1_000));
        let hits = (0..10_000).filter(|n| dealer.hits(Subject::Transfer, *n, 205)).count();
        assert_eq!(hits, 2_050);
        let dealt = (0..1_000).filter(|n| dealer.deal(Subject::Kind, *n, &[('a', 430), ('b', 270), ('c', 0)]) == 'c');
        assert_eq!(dealt.count(), 300);
    }
}
