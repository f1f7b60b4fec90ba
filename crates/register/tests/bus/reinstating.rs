//! A demand that comes back takes its claims again, or the holder is named (INV-06, INV-20).

use demand::notice::{NoticeChannel, NoticeSentDraft};
use demand::reinstatement::ReinstatementDraft;
use demand::{Act, Status};
use jiff::civil::Date;
use nomenclature::UniqueNumber;
use register::{Check, Depth, Error, Seen, Viewer};

use crate::world::*;

/// The prefect's service, which keeps the renewals of the territory.
const STATE: &str = "000005165/G06P1/agent-09";
const STATE_LINE: &str = r#"{"siren":"000005165","name":"Service fictif de l'État","kind":"ETAT","territories":["006"],"since":"2020-01-01","desks":[{"code":"G06P1","name":"Nice","territory":"006","opened_on":"2020-01-01"}]}"#;

/// A demand that was registered on [`TODAY`], not renewed, and radiated; and the day of that.
async fn not_renewed(world: &World) -> (UniqueNumber, Date) {
    world.register.import_organisation(serde_json::from_str(STATE_LINE).unwrap()).await.unwrap();
    let number = world.register(NICE, form(person("Lune", "Zoé", "1990-02-28"))).await.unwrap().number;
    let expires = nomenclature::add_months(TODAY, 12);
    let listed = nomenclature::add_months(expires, -2);
    world.clock.set(noon(listed));
    world.act(STATE, Some(number), Act::ListNotice {}).await.unwrap();
    let sent = NoticeSentDraft {
        sent_on: Some(listed.to_string()),
        channel: Some(NoticeChannel::Post),
        reference: some("LOT 1"),
    };
    world.act(STATE, Some(number), Act::RecordNoticeSent(sent)).await.unwrap();
    let radiated = nomenclature::add_months(expires, 2);
    world.clock.set(noon(radiated));
    world.act(STATE, Some(number), Act::RadiateNotRenewed {}).await.unwrap();
    (number, radiated)
}

fn reinstate() -> Act {
    Act::Reinstate(ReinstatementDraft::default())
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_20_a_reinstated_demand_holds_its_person_again() {
    let world = World::new().await;
    let (number, today) = not_renewed(&world).await;
    world.act(ANTIBES, Some(number), reinstate()).await.unwrap();
    let Seen { demand, .. } = world.register.demand(number, Viewer::Operator).await.unwrap();
    assert_eq!(demand.status_on(today), Some(Status::Active));
    let again = world.register(NICE, form(person("Lune", "Zoé", "1990-02-28"))).await;
    assert!(matches!(again, Err(Error::Duplicate { held_by }) if held_by == number));
    let findings = world.register.examine(Depth::CrossRead, &world.stock().await, |_, _| ()).await.unwrap();
    // Months went by in an instant, without the rotation of wrapping keys that a server does meanwhile.
    let faulty = |check: &&Check| check.name != "clés de chiffrement" && !check.faults.is_empty();
    assert!(findings.checks.iter().find(faulty).is_none(), "{findings:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_06_a_person_who_filed_anew_is_not_reinstated_beside_it() {
    let world = World::new().await;
    let (number, _) = not_renewed(&world).await;
    let newer = world.register(NICE, form(person("LUNE", "zoe", "1990-02-28"))).await.unwrap().number;
    let refused = world.act(ANTIBES, Some(number), reinstate()).await;
    assert!(matches!(refused, Err(Error::Duplicate { held_by }) if held_by == newer));
    world.act(NICE, Some(newer), renounce_on(&world)).await.unwrap();
    world.act(ANTIBES, Some(number), reinstate()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_known_in_another_territory_comes_back_under_the_reference_of_there() {
    let world = World::new().await;
    let (number, _) = not_renewed(&world).await;
    let elsewhere = registration("083", form_in("83137", "83000", person("LUNE", "zoe", "1990-02-28")));
    let toulon = world.act(TOULON, None, Act::Register(Box::new(elsewhere))).await.unwrap().number;
    world.act(ANTIBES, Some(number), reinstate()).await.unwrap();
    let reference = async |number| {
        world.register.demand(number, Viewer::Operator).await.unwrap().demand.content().unwrap().person_ref.unwrap()
    };
    assert_eq!(reference(number).await, reference(toulon).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_19_a_desk_does_not_keep_renewals() {
    let world = World::new().await;
    let number = world.register(NICE, form(person("Lune", "Zoé", "1990-02-28"))).await.unwrap().number;
    let denied = world.act(NICE, Some(number), Act::RadiateNotRenewed {}).await;
    assert!(matches!(denied, Err(Error::Denied(access::Denial::NotTheManager))));
}

fn renounce_on(world: &World) -> Act {
    use demand::radiation::renunciation::{RenunciationDraft, WrittenAct};
    use register::Clock as _;
    Act::Renounce(RenunciationDraft {
        written_on: Some(world.clock.today().to_string()),
        written_act: Some(WrittenAct::Letter),
    })
}
