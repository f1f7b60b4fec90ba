//! What two users of the interface see: a desk its commune, an auditor one life.

use client::{Client, Refused};
use event_log::{LeafHeader, leaf};
use jiff::Timestamp;
use nomenclature::{Actor, UniqueNumber};
use proto::v1::{ListSharedDemandsResponse, RecordedEvent, ReplayDemandResponse, SharedDemand};
use serde_json::json;

use crate::failure::Failure;
use crate::output::{self, say};

/// The commune whose view is shown: Nice, where most of the sample wishes to live.
pub const COMMUNE: &str = "06088";
const SHOWN: u32 = 12;

fn failed(refused: Refused) -> Failure {
    Failure::Local(match refused {
        Refused::Told(told) => format!("{} ({})", told.french, told.reason),
        other => other.to_string(),
    })
}

/// The auditor of the sample, who has no desk.
pub fn auditor() -> Actor {
    Actor::parse(&format!("{}/-/auditeur-01", synth::AUDITOR)).expect("the sample's auditor is an agent")
}

/// The shared view of one commune, as a desk lists it, complete up to what the log holds.
pub async fn commune(client: &Client, desk: Actor, position: i64) -> Result<(), Failure> {
    let asked = json!({"commune": COMMUNE, "page_size": SHOWN, "at_least_position": position});
    let listed = client.call(desk, "SharedManagementService/ListSharedDemands", &asked).await;
    let listed: ListSharedDemandsResponse = listed.map_err(failed)?;
    say!("\nGestion partagée : qui souhaite la commune {COMMUNE}, par ancienneté (vu par {desk})");
    let header =
        ["numéro unique", "ménage", "déposée le", "valable jusqu'au", "pers.", "types", "pièces", "attribution"];
    output::table(&header, listed.demands.iter().map(line));
    let more = if listed.next_page_token.is_empty() { "" } else { "et d'autres, par la suite de liste ; " };
    say!("{more}vue à la position {}", listed.position);
    Ok(())
}

fn line(demand: &SharedDemand) -> Vec<String> {
    let identity = demand.identity.as_ref();
    let adults = identity.into_iter().flat_map(|identity| &identity.adults);
    let names = adults.map(|adult| format!("{} {}", adult.given_names, adult.surname)).collect::<Vec<_>>().join(", ");
    let association = identity.and_then(|identity| identity.association.clone());
    let facts = demand.facts.as_ref();
    let attribution = demand.attributions.iter().map(|open| format!("{} le {}", open.lessor, open.decided_on));
    vec![
        demand.number.clone(),
        association.unwrap_or(names),
        demand.filed_on.clone(),
        demand.expires_on.clone(),
        facts.and_then(|facts| facts.household_size).map_or_else(String::new, |size| size.to_string()),
        facts.map(|facts| facts.dwelling_types.join(" ")).unwrap_or_default(),
        demand.pieces.len().to_string(),
        attribution.collect::<Vec<_>>().join(", "),
    ]
}

/// One demand as an auditor replays it: nothing opened, every leaf hash computed anew from what was received.
pub async fn replay(client: &Client, number: UniqueNumber) -> Result<(), Failure> {
    let replayed = client.stream(auditor(), "AuditService/ReplayDemand", &json!({"number": number.to_string()})).await;
    let replayed: Vec<ReplayDemandResponse> = replayed.map_err(failed)?;
    say!("\nRelecture par un auditeur : la demande {number}");
    let mut altered = 0;
    let events: Vec<Vec<String>> = replayed
        .iter()
        .filter_map(|message| message.event.as_ref())
        .map(|event| {
            let sound = computed(event).as_deref() == Some(event.leaf.as_slice());
            altered += usize::from(!sound);
            let leaf: String = event.leaf.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
            vec![
                event.position.to_string(),
                event.version.to_string(),
                event.event_type.clone(),
                event.effective_on.clone(),
                event.actor.clone(),
                format!("{} o", event.sealed.len()),
                format!("{leaf}… {}", if sound { "recalculée" } else { "DIFFÉRENTE" }),
            ]
        })
        .collect();
    output::table(&["position", "version", "événement", "compte du", "par", "scellé", "empreinte"], events.into_iter());
    let Some(last) = replayed.last() else { return Ok(()) };
    say!("{} événements sur {}, à la position {}", replayed.len(), last.versions, last.as_of_position);
    if altered > 0 { Err(Failure::Unsound) } else { Ok(()) }
}

/// The leaf hash of what was received, as docs/architecture.md says it is made.
fn computed(event: &RecordedEvent) -> Option<Vec<u8>> {
    let instant = event.recorded_at?;
    let header = LeafHeader {
        stream_type: &event.stream_type,
        stream: &event.stream,
        version: event.version,
        territory: event.territory.as_deref(),
        event_type: &event.event_type,
        schema_version: u16::try_from(event.schema_version).ok()?,
        effective_on: nomenclature::parse_date(&event.effective_on).ok()?,
        recorded_at: Timestamp::new(instant.seconds, instant.nanos).ok()?,
        actor: &event.actor,
        organisation: &event.organisation,
        command_id: event.command_id.parse().ok()?,
        key_id: event.key_id,
        commitment: match &event.commitment {
            Some(bytes) => Some(bytes.as_slice().try_into().ok()?),
            None => None,
        },
    };
    Some(leaf(&header, event.payload.as_bytes(), &event.sealed).to_vec())
}
