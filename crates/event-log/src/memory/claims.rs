//! Claims: who holds a key, and who held it.

use std::collections::BTreeMap;

use crate::{Claim, ClaimHolder, ClaimOp, Position, Refusal};

/// Every claim there ever was, by (kind, key).
#[derive(Debug, Default)]
pub(super) struct Claims(BTreeMap<(i16, Vec<u8>), Vec<Held>>);

/// One claim, from the command that took it to the one that released it.
#[derive(Debug)]
struct Held {
    holder: ClaimHolder,
    taken: Position,
    released: Option<Position>,
}

impl Claims {
    /// All keys that were ever claimed, in order.
    pub(super) fn keys(&self) -> impl Iterator<Item = &(i16, Vec<u8>)> {
        self.0.keys()
    }

    /// Who held a key when the log ended at a position, by scope and ordinal.
    pub(super) fn holders(&self, kind: i16, key: &[u8], as_of: Position) -> Vec<ClaimHolder> {
        let held = self.0.get(&(kind, key.to_vec())).into_iter().flatten();
        let living = held.filter(|held| held.taken <= as_of && held.released.is_none_or(|released| released > as_of));
        let mut holders: Vec<ClaimHolder> = living.map(|held| held.holder.clone()).collect();
        holders.sort_by(|one, other| (&one.scope, one.ordinal).cmp(&(&other.scope, other.ordinal)));
        holders
    }

    fn living(&self, claim: &Claim) -> Vec<ClaimHolder> {
        self.holders(claim.kind, &claim.key, Position::LAST)
    }

    /// Why a command's claims cannot be had: its releases first, then what it takes.
    pub(super) fn refusal(&self, claims: &[Claim]) -> Option<Refusal> {
        let numbered = || claims.iter().enumerate();
        let mut releases = numbered().filter(|(_, claim)| claim.op == ClaimOp::Release);
        let not_held = releases.find_map(|(index, claim)| {
            let held =
                self.living(claim).iter().any(|living| living.scope == claim.scope && living.holder == claim.holder);
            (!held).then_some(Refusal::ClaimNotHeld { index })
        });
        not_held.or_else(|| numbered().find_map(|(index, claim)| self.contested(index, claim, claims)))
    }

    /// What stands against one taking, but for what the same command releases.
    fn contested(&self, index: usize, claim: &Claim, claims: &[Claim]) -> Option<Refusal> {
        let tag = claim.op.tag()?;
        let released = |living: &ClaimHolder| {
            claims.iter().any(|other| {
                other.op == ClaimOp::Release
                    && (other.kind, &other.key) == (claim.kind, &claim.key)
                    && (&other.scope, &other.holder) == (&living.scope, &living.holder)
            })
        };
        let mut against = self.living(claim);
        against.retain(|living| !released(living));
        let alone = matches!(claim.op, ClaimOp::Take { .. });
        let held = |living: &&ClaimHolder| living.scope == claim.scope && (alone || living.holder == claim.holder);
        if let Some(living) = against.iter().find(held) {
            return Some(Refusal::ClaimHeld { index, holder: living.holder.clone() });
        }
        let other = against.iter().find(|living| living.tag != tag)?;
        Some(Refusal::TagConflict { index, actual: other.tag })
    }

    /// Releases, then takes, at the position of the command's last event.
    pub(super) fn change(&mut self, claims: &[Claim], at: Position) {
        for claim in claims.iter().filter(|claim| claim.op == ClaimOp::Release) {
            let held = self.0.entry((claim.kind, claim.key.clone())).or_default();
            let mut living = held.iter_mut().filter(|held| held.released.is_none());
            let its = living.find(|held| held.holder.scope == claim.scope && held.holder.holder == claim.holder);
            if let Some(its) = its {
                its.released = Some(at);
            }
        }
        for claim in claims {
            let Some(tag) = claim.op.tag() else { continue };
            let living = self.living(claim);
            let used = |ordinal: &i16| living.iter().any(|held| held.scope == claim.scope && held.ordinal == *ordinal);
            let ordinal = (0..i16::MAX).find(|ordinal| !used(ordinal)).unwrap_or(i16::MAX);
            let holder = ClaimHolder { scope: claim.scope.clone(), ordinal, holder: claim.holder.clone(), tag };
            let held = self.0.entry((claim.kind, claim.key.clone())).or_default();
            held.push(Held { holder, taken: at, released: None });
        }
    }
}
