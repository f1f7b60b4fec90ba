//! Claims recomputed from the demands and the directory, and compared with those of the log (INV-06).

use std::collections::{BTreeMap, BTreeSet};

use access::Directory;
use event_log::{ClaimRow, StreamId};
use uuid::Uuid;

use super::pass::Demands;
use super::{Examiner, Findings, named};
use crate::Error;
use crate::administration::load_agent;
use crate::blind::email_token;
use crate::claim::{CERTIFICATE, DESK, EMAIL, IDENTITY, PERSON, blinded};

const PAGE: u32 = 2_000;

/// A claim that must be there: kind, key, scope, holder.
type Wanted = (i16, Vec<u8>, String, StreamId);

/// What claims must be there, and what is known of their holders.
#[derive(Default)]
struct Expected<'a> {
    wanted: BTreeSet<Wanted>,
    /// Demands whose persons cannot be read: their claims are neither asked for nor doubted.
    sealed: BTreeSet<&'a StreamId>,
    /// Whether there are keys.
    opened: bool,
    /// The reference of the applicant, until a claim of his is seen to carry it.
    references: BTreeMap<&'a StreamId, Uuid>,
}

impl Examiner<'_> {
    /// Both ways; and that all claims of a person carry one reference, the applicant's own, and that of two holders in one
    /// territory one was forced.
    pub async fn examine_claims(&self, findings: &mut Findings, demands: &Demands) -> Result<(), Error> {
        let mut expected = self.expected(demands);
        let directory = self.directory.snapshot().await?;
        for (desk, holder) in directory.desks() {
            let holder = StreamId::parse(holder.to_string())?;
            expected.wanted.insert((DESK, desk.as_str().as_bytes().to_vec(), String::new(), holder));
        }
        self.expect_accounts(&mut expected, &directory).await?;
        let total = expected.wanted.len();
        let mut faults = Vec::new();
        let mut beside = Beside::default();
        let mut after: Option<ClaimRow> = None;
        loop {
            let rows = self.reader.claims_after(after.as_ref(), PAGE).await?;
            for row in &rows {
                faults.extend(expected.meet(row));
                faults.extend(beside.meet(row, demands));
            }
            let complete = rows.len() < PAGE as usize;
            after = rows.into_iter().next_back();
            if complete {
                break;
            }
        }
        let missing = expected.wanted.iter().map(|(_, _, _, stream)| format!("marque d'unicité manquante : {stream}"));
        faults.extend(missing);
        let unmarked: BTreeSet<&StreamId> = expected.wanted.iter().map(|(_, _, _, stream)| stream).collect();
        let strange = expected.references.keys().filter(|stream| !unmarked.contains(*stream));
        faults.extend(strange.map(|stream| format!("aucune marque ne porte la référence du demandeur : {stream}")));
        let sealed = match expected.sealed.len() {
            0 => String::new(),
            count => format!(", {count} demandes scellées non recalculées"),
        };
        findings.note("unicité", format!("{total} marques recalculées (personnes et guichets){sealed}"), named(faults));
        Ok(())
    }

    /// The claims of certificates, and of the agents who have not left: their addresses where there are keys.
    async fn expect_accounts<'a>(&self, expected: &mut Expected<'a>, directory: &Directory) -> Result<(), Error> {
        let everywhere = String::new;
        for (siren, organisation) in directory.organisations() {
            let holder = StreamId::parse(siren.to_string())?;
            let bound = organisation.certificates().map(|(certificate, _)| certificate.fingerprint.bytes().to_vec());
            expected.wanted.extend(bound.map(|key| (CERTIFICATE, key, everywhere(), holder.clone())));
        }
        for (id, agent) in directory.agents().into_iter().filter(|(_, agent)| agent.last_day().is_none()) {
            let holder = StreamId::parse(id.to_string())?;
            let identity =
                agent.identity().map(|token| (IDENTITY, token.bytes().to_vec(), everywhere(), holder.clone()));
            expected.wanted.extend(identity);
            let Ok(vault) = self.keys else { continue };
            if let Ok(opened) = load_agent(self.reader, vault, id).await
                && let Some(person) = opened.agent.person()
            {
                let token = email_token(vault.secrets(), &person.email);
                expected.wanted.insert((EMAIL, token.to_vec(), everywhere(), holder));
            }
        }
        Ok(())
    }

    /// The claims of every demand that can be read.
    fn expected<'a>(&self, demands: &'a Demands) -> Expected<'a> {
        let mut expected = Expected { opened: self.keys.is_ok(), ..Expected::default() };
        for (stream, (demand, _)) in &demands.folded {
            let Some(content) = demand.content() else { continue };
            let tokens = self.keys.ok().and_then(|vault| blinded(vault.secrets(), demand).ok());
            let Some(tokens) = tokens else {
                expected.sealed.insert(stream);
                continue;
            };
            // Who took another identity after the registration may have met a person known under another reference.
            if !tokens.is_empty() && !demands.identity_changed.contains(stream) {
                expected.references.extend(content.person_ref.map(|reference| (stream, reference)));
            }
            let scope = content.territory.to_string();
            let wanted = tokens.into_iter().map(|(token, _)| (PERSON, token.to_vec(), scope.clone(), stream.clone()));
            expected.wanted.extend(wanted);
        }
        expected
    }
}

impl Expected<'_> {
    /// A claim of the log: one that was asked for, or a fault.
    fn meet(&mut self, row: &ClaimRow) -> Option<String> {
        let holder = &row.holder.holder;
        if self.references.get(holder) == Some(&row.holder.tag) {
            self.references.remove(holder);
        }
        let key = (row.kind, row.key.clone(), row.holder.scope.clone(), holder.clone());
        // Without keys the address of an agent is not recomputed.
        let sealed = self.sealed.contains(holder) || row.kind == EMAIL && !self.opened;
        let known = self.wanted.remove(&key) || sealed;
        (!known).then(|| format!("marque d'unicité sans titre : {holder}"))
    }
}

/// The claims of one key, met in order: compared with the one before.
#[derive(Default)]
struct Beside {
    before: Option<ClaimRow>,
    /// Somebody who holds the key in this scope without having been forced.
    unforced: Option<StreamId>,
}

impl Beside {
    fn meet(&mut self, row: &ClaimRow, demands: &Demands) -> Vec<String> {
        let mut faults = Vec::new();
        let before = self.before.replace(row.clone());
        let same_key = before.filter(|before| (before.kind, &before.key) == (row.kind, &row.key));
        if let Some(before) = &same_key
            && before.holder.tag != row.holder.tag
        {
            faults.push(format!(
                "une même personne porte deux références : {} et {}",
                before.holder.holder, row.holder.holder
            ));
        }
        if same_key.is_none_or(|before| before.holder.scope != row.holder.scope) {
            self.unforced = None;
        }
        let forced = demands.folded.get(&row.holder.holder).and_then(|(demand, _)| demand.content()).map(|d| d.forced);
        if forced != Some(true) {
            let other = self.unforced.replace(row.holder.holder.clone());
            faults.extend(other.map(|other| {
                format!("deux titulaires sans doublon forcé dans un territoire : {other} et {}", row.holder.holder)
            }));
        }
        faults
    }
}
