//! Certificates, reported leases, deposits and claims to housing through the bus: who may, what is sealed, what a second
//! reader sees.

use access::Denial;
use demand::certificate::{CertificateChannel, CertificateDraft};
use demand::dalo::{DaloDecision, DaloDecisionDraft, DaloSeisinDraft};
use demand::deposit::DepositDraft;
use demand::lease_report::LeaseReportDraft;
use demand::pieces::PieceDraft;
use demand::{Act, ActiveDemand, RejectionReason};
use nomenclature::{DaloStatus, UniqueNumber};
use register::{Check, Depth, Error, Viewer};

use crate::world::*;

/// The prefect's service, and the manager of the territory.
const STATE: &str = "000005165/G06P1/agent-09";
const MANAGER: &str = "000005173/G06M1/agent-10";
const LINES: [&str; 2] = [
    r#"{"siren":"000005165","name":"Service fictif de l'État","kind":"ETAT","territories":["006"],"since":"2020-01-01","desks":[{"code":"G06P1","name":"Nice","territory":"006","opened_on":"2020-01-01"}]}"#,
    r#"{"siren":"000005173","name":"Gestionnaire fictif","kind":"GESTIONNAIRE","territories":["006"],"since":"2020-01-01","desks":[{"code":"G06M1","name":"Nice","territory":"006","opened_on":"2020-01-01"}]}"#,
];

async fn world() -> (World, UniqueNumber) {
    let world = World::new().await;
    for line in LINES {
        world.register.import_organisation(serde_json::from_str(line).unwrap()).await.unwrap();
    }
    let number = world.register(NICE, form(person("Lune", "Zoé", "1990-02-28"))).await.unwrap().number;
    (world, number)
}

fn today() -> Option<String> {
    Some(TODAY.to_string())
}

fn certificate() -> Act {
    Act::IssueCertificate(CertificateDraft { issued_on: today(), channel: Some(CertificateChannel::Post) })
}

fn report() -> Act {
    Act::ReportLease(LeaseReportDraft { reference: some("courriel du 20"), ..LeaseReportDraft::default() })
}

fn deposit() -> Act {
    Act::DepositPiece(DepositDraft { piece_type: some("MOT-08"), ..DepositDraft::default() })
}

fn seise() -> Act {
    Act::SeiseDalo(DaloSeisinDraft { seised_on: today(), route: some("HAN") })
}

fn decide() -> Act {
    Act::DecideDalo(DaloDecisionDraft { decided_on: today(), decision: Some(DaloDecision::Priority) })
}

async fn content(world: &World, number: UniqueNumber) -> ActiveDemand {
    world.register.demand(number, Viewer::Operator).await.unwrap().demand.content().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_11_inv_26_inv_38_any_registering_service_follows_a_demand_up_and_the_manager_reports_leases() {
    let (world, number) = world().await;
    for (actor, act) in [(ANTIBES, certificate()), (OTHER_LESSOR, report()), (ANTIBES, deposit())] {
        assert!(matches!(world.act(TOULON, Some(number), act.clone()).await, Err(Error::NotFound)));
        world.act(actor, Some(number), act).await.unwrap();
    }
    world.act(MANAGER, Some(number), report()).await.unwrap();
    for act in [certificate(), deposit()] {
        let denied = world.act(MANAGER, Some(number), act).await;
        assert!(matches!(denied, Err(Error::Denied(Denial::NotARegisteringService))), "{denied:?}");
    }
    let listed = world.act(STATE, Some(number), Act::ListNotice {}).await;
    assert!(matches!(listed, Err(Error::Rejected(no)) if no.reason == RejectionReason::LeaseKnown));
    let demand = content(&world, number).await;
    assert_eq!((demand.certificates.due_since(), demand.lease_reports.len()), (None, 2));

    // The sensitive type is sealed in the log, and still known to the decision.
    let deposit_id = Some(demand.deposits[0].deposit_id);
    let store = |piece_type| {
        let sha256 = some(&"b".repeat(64));
        Act::AddPiece(PieceDraft { piece_type: some(piece_type), sha256, deposit_id, ..PieceDraft::default() })
    };
    let other = world.act(NICE, Some(number), store("TAX")).await;
    assert!(matches!(other, Err(Error::Rejected(no)) if no.reason == RejectionReason::InvalidForm));
    world.act(NICE, Some(number), store("MOT-08")).await.unwrap();
    assert!(content(&world, number).await.deposits.is_empty());
    well(&world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_56_the_state_alone_follows_a_claim_and_goes_on_after_the_radiation() {
    let (world, number) = world().await;
    for actor in [NICE, ANTIBES, MANAGER] {
        let denied = world.act(actor, Some(number), seise()).await;
        assert!(matches!(denied, Err(Error::Denied(Denial::NotTheState))), "{actor}: {denied:?}");
    }
    world.act(STATE, Some(number), seise()).await.unwrap();
    world.act(NICE, Some(number), sign_lease()).await.unwrap();
    let decided = request(STATE, Some(number), decide());
    let answer = world.register.execute(decided.clone()).await.unwrap();
    assert_eq!(world.register.execute(decided).await.unwrap(), answer);
    let demand = content(&world, number).await;
    assert_eq!(demand.dalo_status(), DaloStatus::Active);
    let again = world.register(NICE, form(person("Lune", "Zoé", "1990-02-28"))).await;
    assert!(again.is_ok(), "a claim holds no person: {again:?}");
    well(&world).await;
}

/// A year after the radiation the claim is closed to every act, and its route to every reader (INV-32, INV-33).
#[tokio::test(flavor = "multi_thread")]
async fn inv_32_inv_33_an_erased_demand_takes_no_act_on_its_claim() {
    let (world, number) = world().await;
    world.act(STATE, Some(number), seise()).await.unwrap();
    world.act(NICE, Some(number), deposit()).await.unwrap();
    world.act(NICE, Some(number), renounce()).await.unwrap();
    world.clock.set(noon(demand::erasure::due_on(TODAY)));
    world.register.erase(number).await.unwrap();
    let refused = world.act(STATE, Some(number), decide()).await;
    assert!(matches!(refused, Err(Error::Rejected(no)) if no.reason == RejectionReason::Erased));
    assert!(content(&world, number).await.dalo.is_some(), "that there was a claim stays");
}

async fn well(world: &World) {
    let findings = world.register.examine(Depth::CrossRead, &world.stock().await, |_, _| ()).await.unwrap();
    let faulty = |check: &&Check| !check.faults.is_empty();
    assert!(findings.checks.iter().find(faulty).is_none(), "{findings:?}");
}
