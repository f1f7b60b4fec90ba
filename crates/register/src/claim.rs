//! From the persons a demand claims to the claims of the log (INV-06).

use std::collections::{HashMap, HashSet};

use demand::Demand;
use demand::claims::{Unreadable, claims_of};
use event_log::{Claim, ClaimOp, StreamId};
use nomenclature::Territory;
use uuid::Uuid;
use vault::Secrets;

use crate::blind::{Token, tokens};

/// Kind of the claims on persons, scoped by territory.
pub(crate) const PERSON: i16 = 1;
/// Kind of the claims on desk codes, unique everywhere.
pub(crate) const DESK: i16 = 2;
/// Kind of the claims on certificates, unique everywhere.
pub(crate) const CERTIFICATE: i16 = 3;
/// Kind of the claims on the addresses of agents, unique everywhere (INV-45).
pub(crate) const EMAIL: i16 = 4;
/// Kind of the claims on the identities that agents sign in with, unique everywhere.
pub(crate) const IDENTITY: i16 = 5;

/// The claims an act takes and releases, and who of them is the applicant.
#[derive(Default)]
pub(crate) struct Claims {
    pub(crate) claims: Vec<Claim>,
    /// Every token of the applicant after the act.
    pub(crate) applicant: Vec<Token>,
}

/// What earlier tries of the same act found out.
pub(crate) struct Known<'a> {
    /// The reference of the applicant.
    pub(crate) applicant_ref: Uuid,
    /// References that live claims carry.
    pub(crate) tags: &'a HashMap<Token, Uuid>,
    /// Persons that somebody holds and over whom the registration is forced, flagged on its event.
    pub(crate) forced: &'a HashSet<Token>,
}

impl Claims {
    /// The difference between the persons claimed before and after an act, blinded. A person who is known nowhere draws
    /// a reference; all tokens of one person share one.
    pub(crate) fn of(
        secrets: &Secrets,
        before: &Demand,
        after: &Demand,
        at: (&StreamId, Territory),
        known: &Known<'_>,
    ) -> Result<Self, Unreadable> {
        let (holder, territory) = at;
        let held = blinded(secrets, before)?;
        let wanted = blinded(secrets, after)?;
        let claim = |token: &Token, op| Claim {
            holder: holder.clone(),
            kind: PERSON,
            key: token.to_vec(),
            scope: territory.to_string(),
            op,
        };
        let released = held.iter().filter(|(token, _)| !wanted.iter().any(|(other, _)| other == token));
        let mut claims: Vec<Claim> = released.map(|(token, _)| claim(token, ClaimOp::Release)).collect();
        let mut own: HashMap<usize, Uuid> = HashMap::from([(0, known.applicant_ref)]);
        for (token, adult) in &wanted {
            if let (Some(tag), true) = (known.tags.get(token), *adult > 0) {
                own.entry(*adult).or_insert(*tag);
            }
        }
        for (token, adult) in wanted.iter().filter(|(token, _)| !held.iter().any(|(other, _)| other == token)) {
            let own = *own.entry(*adult).or_insert_with(Uuid::new_v4);
            let tag = known.tags.get(token).copied().unwrap_or(own);
            let op = if known.forced.contains(token) { ClaimOp::Force { tag } } else { ClaimOp::Take { tag } };
            claims.push(claim(token, op));
        }
        let applicant = wanted.iter().filter(|(_, adult)| *adult == 0).map(|(token, _)| *token).collect();
        Ok(Self { claims, applicant })
    }

    /// With those of another demand of the same act. The applicant is the first one's: a reference is drawn for him.
    pub(crate) fn join(&mut self, other: Self) {
        if self.applicant.is_empty() {
            self.applicant = other.applicant;
        }
        self.claims.extend(other.claims);
    }

    /// The token of the n-th claim.
    pub(crate) fn token(&self, index: usize) -> Option<Token> {
        self.claims.get(index).and_then(|claim| Token::try_from(claim.key.as_slice()).ok())
    }

    /// The tokens of the persons newly claimed.
    pub(crate) fn taken(&self) -> Vec<Token> {
        let taken = self.claims.iter().filter(|claim| claim.op != ClaimOp::Release);
        taken.filter_map(|claim| Token::try_from(claim.key.as_slice()).ok()).collect()
    }
}

/// Every token a demand claims with the place of its adult, each token once.
pub(crate) fn blinded(secrets: &Secrets, demand: &Demand) -> Result<Vec<(Token, usize)>, Unreadable> {
    let mut blinded: Vec<(Token, usize)> = Vec::new();
    for (adult, person) in claims_of(demand)?.iter().enumerate() {
        for token in tokens(secrets, person) {
            if !blinded.iter().any(|(other, _)| *other == token) {
                blinded.push((token, adult));
            }
        }
    }
    Ok(blinded)
}
