//! From the persons a demand claims to the claims of the log (INV-06).

use std::collections::HashMap;

use demand::Demand;
use demand::claims::claims_of;
use event_log::{Claim, ClaimOp, StreamId};
use nomenclature::Territory;
use uuid::Uuid;
use vault::Secrets;

use crate::blind::{Token, tokens};

/// Kind of the claims on persons, scoped by territory.
pub(crate) const PERSON: i16 = 1;
/// Kind of the claims on desk codes, unique everywhere.
pub(crate) const DESK: i16 = 2;

/// The claims an act takes and releases, with the references of the persons they stand for.
pub(crate) struct Claims {
    pub(crate) claims: Vec<Claim>,
}

/// What may be taken although somebody holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Over {
    /// Nothing: a held claim refuses the act.
    Nobody,
    /// A registration forced over a claim, flagged on its event.
    Holders,
}

impl Claims {
    /// The difference between the persons claimed before and after an act, blinded.
    ///
    /// `tags` are references found on live claims (by an earlier try of the same act); `applicant_ref` is that of the
    /// applicant; other persons draw one of their own.
    pub(crate) fn of(
        secrets: &Secrets,
        before: &Demand,
        after: &Demand,
        at: (&StreamId, Territory),
        over: Over,
        applicant_ref: Uuid,
        tags: &HashMap<Token, Uuid>,
    ) -> Result<Self, demand::claims::Unreadable> {
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
        let mut drawn: HashMap<usize, Uuid> = HashMap::from([(0, applicant_ref)]);
        for (token, adult) in wanted.iter().filter(|(token, _)| !held.iter().any(|(other, _)| other == token)) {
            let own = *drawn.entry(*adult).or_insert_with(Uuid::new_v4);
            let tag = tags.get(token).copied().unwrap_or(own);
            let op = match over {
                Over::Nobody => ClaimOp::Take { tag },
                Over::Holders => ClaimOp::Force { tag },
            };
            claims.push(claim(token, op));
        }
        Ok(Self { claims })
    }
}

/// Every token a demand claims with the place of its adult, each token once.
pub(crate) fn blinded(secrets: &Secrets, demand: &Demand) -> Result<Vec<(Token, usize)>, demand::claims::Unreadable> {
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
