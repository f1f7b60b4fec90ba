//! Demands with their past: entered once, on their days, by the same rules as all others.

use demand::registration::ForceReason;
use demand::{Act, Demand, FormDraft};
use event_log::Standby;
use jiff::civil::date;
use nomenclature::UniqueNumber;
use register::{Depth, Entered, Error, ImportRow, Register, Rehearsal, Seen, Viewer};
use serde_json::{Value, json};

use crate::world::*;

fn row(key: &str, demand: Option<&str>, on: &str, actor: &str, act: Value) -> ImportRow {
    let mut parts = actor.split('/');
    let mut row = json!({
        "source": "essai", "key": key, "on": on, "organisation": parts.next(), "desk": parts.next(),
        "channel": "GUICHET", "act": act,
    });
    if let Some(demand) = demand {
        row["demand"] = demand.into();
    }
    serde_json::from_value(row).unwrap()
}

fn act(act: &Act) -> Value {
    serde_json::to_value(act).unwrap()
}

fn filed(key: &str, on: &str, form: FormDraft) -> ImportRow {
    row(key, None, on, NICE, act(&register(form)))
}

fn named(name: &str) -> FormDraft {
    form(person(name, "Zoé", "1990-02-28"))
}

async fn import(register: &Register, rows: Vec<ImportRow>) -> Vec<Result<Entered, Error>> {
    register.import(rows).await.unwrap()
}

fn number_of(outcome: &Result<Entered, Error>) -> UniqueNumber {
    outcome.as_ref().unwrap().answer().number
}

fn reasons(outcomes: &[Result<Entered, Error>]) -> Vec<String> {
    let told = |outcome: &Result<Entered, Error>| match outcome {
        Ok(Entered::Now(_)) => "now".to_owned(),
        Ok(Entered::Before(_)) => "before".to_owned(),
        Err(Error::Rejected(rejection)) => rejection.to_string(),
        Err(error) => error.reason(),
    };
    outcomes.iter().map(told).collect()
}

/// A life of seven years that ends with a lease, and one that still runs.
fn lives() -> Vec<ImportRow> {
    let attributed = json!({"attribute": {"decided_on": "2022-05-10"}});
    let Act::SignLease(mut lease) = sign_lease() else { unreachable!("it signs a lease") };
    lease.signed_on = some("2022-06-01");
    vec![
        filed("D-1", "2015-11-02", named("Lune")),
        filed("D-2", "2019-03-04", named("Soleil")),
        row("D-1/1", Some("D-1"), "2016-10-20", ANTIBES, act(&renew())),
        row("D-1/2", Some("D-1"), "2017-10-20", NICE, act(&renew())),
        row("D-2/1", Some("D-2"), "2020-02-20", NICE, act(&renew())),
        row("D-1/3", Some("D-1"), "2022-05-01", NICE, act(&renew())),
        row("D-1/4", Some("D-1"), "2022-05-10", OTHER_LESSOR, attributed),
        row("D-1/5", Some("D-1"), "2022-06-03", OTHER_LESSOR, act(&Act::SignLease(lease))),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_demand_is_imported_with_the_days_of_its_past_and_recorded_today() {
    let world = World::new().await;
    let outcomes = import(&world.register, lives()).await;
    assert_eq!(reasons(&outcomes), ["now"; 8]);
    let number = number_of(&outcomes[0]);
    // INV-05: the month of the filing, and the desk it was made at.
    assert_eq!((&number.to_string()[..7], &number.to_string()[13..]), ("0061115", "G0601"));
    let history = world.register.history(number).await.unwrap();
    let told: Vec<_> = history
        .iter()
        .map(|line| {
            (line.recorded.event_type.as_str(), line.recorded.effective_on.to_string(), line.recorded.actor.as_str())
        })
        .collect();
    let expected = [
        ("Registered", "2015-11-02", "import/732829320/G0601"),
        ("PieceAdded", "2015-11-02", "import/732829320/G0601"),
        ("Renewed", "2016-10-20", "import/210600045/G0604"),
        ("Renewed", "2017-10-20", "import/732829320/G0601"),
        ("Renewed", "2022-05-01", "import/732829320/G0601"),
        ("Attributed", "2022-05-10", "import/552032534/G0602"),
        ("LeaseSigned", "2022-06-01", "import/552032534/G0602"),
        ("Radiated", "2022-06-01", "import/552032534/G0602"),
    ];
    assert_eq!(told, expected.map(|(event, day, actor)| (event, day.to_owned(), actor)));
    assert!(history.iter().all(|line| nomenclature::paris_day(line.recorded.recorded_at) == TODAY));
    assert!(history.iter().all(|line| line.recorded.organisation == "operator"));
    let Seen { demand, .. } = world.register.demand(number_of(&outcomes[1]), Viewer::Operator).await.unwrap();
    let Demand::Active(running) = demand else { panic!("it runs still") };
    assert_eq!((running.filed_on, running.expires_on()), (date(2019, 3, 4), date(2021, 2, 20)));
    let findings = world.register.examine(Depth::CrossRead, &world.stock().await, |_, _| ()).await.unwrap();
    assert!(findings.is_sound(), "{findings:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_entered_once_whole_or_in_parts_by_any_process_in_any_call() {
    let world = World::new().await;
    let other = world.another().await;
    let first: Vec<_> = import(&world.register, lives()).await;
    let head = world.register.reader().head().await.unwrap();
    for part in [lives(), lives().split_off(3)] {
        let again = import(&other, part.clone()).await;
        assert!(again.iter().all(|outcome| matches!(outcome, Ok(Entered::Before(_)))), "{again:?}");
        let from = first.len() - part.len();
        for (outcome, first) in again.iter().zip(&first[from..]) {
            assert_eq!(outcome.as_ref().unwrap().answer(), first.as_ref().unwrap().answer());
        }
    }
    assert_eq!(world.register.reader().head().await.unwrap(), head);
    // One at a time, and two processes at once.
    let world = World::new().await;
    let other = world.another().await;
    for row in lives() {
        let (one, two) = tokio::join!(import(&world.register, vec![row.clone()]), import(&other, vec![row]));
        assert_eq!(one[0].as_ref().unwrap().answer().version, two[0].as_ref().unwrap().answer().version);
    }
    assert_eq!(world.register.reader().head().await.unwrap(), head);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_not_used_for_another_row() {
    let world = World::new().await;
    let rows = vec![filed("D-1", "2019-03-04", named("Lune")), filed("D-1", "2019-03-04", named("Lune"))];
    assert_eq!(reasons(&import(&world.register, rows).await), ["now", "before"]);
    let others = vec![filed("D-1", "2019-03-04", named("Soleil")), filed("D-1", "2019-03-05", named("Lune"))];
    assert_eq!(reasons(&import(&world.register, others).await), ["COMMAND_ID_REUSED"; 2]);
    // Of another source it is another row.
    let other = ImportRow { source: "autre".to_owned(), ..filed("D-1", "2019-03-04", named("Soleil")) };
    assert_eq!(reasons(&import(&world.register, vec![other]).await), ["now"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_06_a_person_who_holds_a_demand_in_the_territory_is_not_imported_unless_forced() {
    let world = World::new().await;
    let held_by = world.register(NICE, named("Lune")).await.unwrap().number;
    let mut twin = registration("006", named("Lune"));
    twin.forced = Some(ForceReason::Homonym);
    let rows = vec![
        filed("D-1", "2019-03-04", named("Lune")),
        filed("D-2", "2019-03-04", named("Soleil")),
        row("D-1/1", Some("D-1"), "2020-02-20", NICE, act(&renew())),
        row("D-3", None, "2019-03-04", NICE, act(&Act::Register(Box::new(twin)))),
    ];
    let outcomes = import(&world.register, rows).await;
    assert_eq!(reasons(&outcomes), ["DUPLICATE_DEMAND", "now", "DEMAND_NOT_FOUND", "now"]);
    assert!(matches!(outcomes[0], Err(Error::Duplicate { held_by: held }) if held == held_by));
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_06_who_left_with_a_lease_may_come_again_later_in_the_same_file() {
    let world = World::new().await;
    let mut rows = lives();
    rows.push(filed("D-3", "2023-01-10", named("Lune")));
    assert_eq!(reasons(&import(&world.register, rows).await), ["now"; 9]);
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_04_inv_05_a_number_is_kept_when_it_is_free_and_of_its_territory_and_the_counter_moves_above_it() {
    let world = World::new().await;
    let with = |key: &str, number: &str, name: &str| ImportRow {
        number: Some(UniqueNumber::parse(number).unwrap()),
        ..filed(key, "2019-03-04", named(name))
    };
    let kept = "0060319000150G0699";
    // A block of this process is open already, below and around it.
    let before = import(&world.register, vec![filed("D-0", "2019-03-01", named("Avant"))]).await;
    assert_eq!(number_of(&before[0]).sequence().value(), 1);
    let rows = vec![
        with("D-1", kept, "Lune"),
        with("D-2", kept, "Soleil"),
        with("D-3", &kept.replacen("006", "083", 1), "Terre"),
        with("D-4", &kept.replacen("0319", "0419", 1), "Mars"),
    ];
    let outcomes = import(&world.register, rows.clone()).await;
    let inconsistent = "INVALID_FORM: number=INCONSISTENT";
    assert_eq!(reasons(&outcomes), ["now", "NUMBER_TAKEN", inconsistent, inconsistent]);
    assert_eq!(number_of(&outcomes[0]).to_string(), kept);
    assert_eq!(reasons(&import(&world.register, rows[..1].to_vec()).await), ["before"]);
    // Whoever leases next is above.
    let next = import(&world.another().await, vec![filed("D-5", "2019-03-20", named("Vénus"))]).await;
    assert!(number_of(&next[0]).sequence().value() > 150);
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_10_a_reception_long_before_its_recording_is_lawful_for_an_import_alone() {
    let world = World::new().await;
    let mut old = registration("006", named("Lune"));
    old.filed_on = some("2018-01-05");
    let refused = world.act(NICE, None, Act::Register(Box::new(old.clone()))).await.unwrap_err();
    assert_eq!(refused.to_string(), "INVALID_FORM: filed_on=TOO_LONG_AGO");
    let imported = row("D-1", None, "2019-03-04", NICE, act(&Act::Register(Box::new(old))));
    let outcomes = import(&world.register, vec![imported]).await;
    assert_eq!(outcomes[0].as_ref().unwrap().answer().effective_on, date(2018, 1, 5));
}

#[tokio::test(flavor = "multi_thread")]
async fn acts_are_bound_by_their_day_and_by_what_their_organisation_may_do() {
    let world = World::new().await;
    let day = |on: &str| row("D-1/x", Some("D-1"), on, NICE, act(&renew()));
    let by = |key: &str, actor: &str, act: Value| row(key, Some("D-1"), "2020-02-20", actor, act);
    let rows = vec![
        filed("D-1", "2019-03-04", named("Lune")),
        day("2019-03-01"),
        day("2027-01-01"),
        day("20-02-2020"),
        by("a", ANTIBES, json!({"attribute": {"decided_on": "2020-02-20"}})),
        by("b", TOULON, act(&renew())),
        by("c", "356000000/G0601/x", act(&renew())),
        by("d", NICE, json!({"attribute": {"decided_on": "2020-02-21"}})),
        row("e", None, "2020-02-20", NICE, act(&renew())),
        ImportRow { key: String::new(), ..day("2020-02-20") },
    ];
    let expected = [
        "now",
        "INVALID_FORM: on=TOO_EARLY",
        "INVALID_FORM: on=IN_THE_FUTURE",
        "INVALID_FORM: on=MALFORMED",
        "NOT_A_LESSOR",
        "DEMAND_NOT_FOUND",
        "UNKNOWN_DESK",
        "INVALID_FORM: attribution.decided_on=IN_THE_FUTURE",
        "INVALID_FORM: demand=MISSING",
        "INVALID_FORM: key=MISSING",
    ];
    assert_eq!(reasons(&import(&world.register, rows).await), expected);
    // No caller is an import.
    let mut request = request(NICE, None, register(named("Terre")));
    request.actor = nomenclature::Actor::parse("import/732829320/G0601").unwrap();
    assert!(matches!(world.register.execute(request).await, Err(Error::Denied(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rehearsal_says_what_the_import_does_and_writes_nothing() {
    let world = World::new().await;
    world.register(NICE, named("Terre")).await.unwrap();
    let mut rows = lives();
    rows.extend([
        filed("D-3", "2023-01-10", named("Lune")),
        filed("D-4", "2023-01-10", named("Lune")),
        filed("D-5", "2023-01-10", named("Terre")),
        row("D-5/1", Some("D-5"), "2023-12-01", NICE, act(&renew())),
        filed("D-1", "2015-11-03", named("Lune")),
        filed("D-2", "2019-03-04", named("Soleil")),
        row("D-2/2", Some("D-2"), "2019-12-20", NICE, act(&renew())),
    ]);
    let counters = || cluster().psql(&world.database, "SELECT * FROM register.number_counters ORDER BY 1, 2").unwrap();
    let (head, before) = (world.register.reader().head().await.unwrap(), counters());
    let reader = Register::open_to_read(register::Place {
        database: options(&world.database),
        keys: world.keys.path().to_owned(),
        connections: 2,
        standby: Standby::NotAsked,
        clock: world.clock.clone(),
    });
    let reader = reader.await.unwrap();
    // In calls of any size.
    let mut rehearsed = Vec::new();
    let mut rehearsal = Rehearsal::default();
    for part in rows.chunks(4) {
        rehearsed.extend(reader.rehearse_import(&mut rehearsal, part.to_vec()).await.unwrap());
    }
    assert_eq!(world.register.reader().head().await.unwrap(), head);
    assert_eq!(counters(), before);
    let entered = import(&world.register, rows.clone()).await;
    assert_eq!(reasons(&rehearsed), reasons(&entered));
    assert_eq!(reasons(&rehearsed).iter().filter(|reason| *reason == "now").count(), 9);
    // What is there already is found there.
    let mut rehearsal = Rehearsal::default();
    let again = reader.rehearse_import(&mut rehearsal, rows.clone()).await.unwrap();
    assert_eq!(reasons(&again), reasons(&import(&world.register, rows).await));
}

fn after(after: &str, row: ImportRow) -> ImportRow {
    ImportRow { after: Some(after.to_owned()), ..row }
}

/// The lives, each row after the one before it of its demand.
fn chained() -> Vec<ImportRow> {
    let mut last = std::collections::HashMap::new();
    let rows = lives().into_iter().map(|row| {
        let demand = row.demand.clone().unwrap_or_else(|| row.key.clone());
        ImportRow { after: last.insert(demand, row.key.clone()), ..row }
    });
    rows.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_is_entered_after_the_one_it_comes_after_or_not_at_all() {
    let world = World::new().await;
    let missing = "PREDECESSOR_MISSING";
    let head = world.register.reader().head().await.unwrap();
    // The later half first: it changes nothing, and those that come after refused ones are no exception.
    let (first, second) = (chained()[..4].to_vec(), chained()[4..].to_vec());
    assert_eq!(reasons(&import(&world.register, second.clone()).await), [missing; 4]);
    assert_eq!(world.register.reader().head().await.unwrap(), head);
    assert_eq!(reasons(&import(&world.register, first.clone()).await), ["now"; 4]);
    assert_eq!(reasons(&import(&world.register, second.clone()).await), ["now"; 4]);
    // It is about the order alone: with it and without it a row is the same.
    assert_eq!(reasons(&import(&world.register, lives()).await), ["before"; 8]);
    assert_eq!(reasons(&import(&world.register, chained()).await), ["before"; 8]);
    // Refused for another reason, it keeps back what comes after it; and no row comes after itself.
    let rows = vec![
        after(
            "D-2/1",
            row("D-2/x", Some("D-2"), "2020-02-21", ANTIBES, json!({"attribute": {"decided_on": "2020-02-20"}})),
        ),
        after("D-2/x", row("D-2/y", Some("D-2"), "2020-02-22", NICE, act(&renew()))),
        after("D-2/y", row("D-2/y", Some("D-2"), "2020-02-22", NICE, act(&renew()))),
        after("nowhere", row("D-9/1", Some("D-9"), "2020-02-22", NICE, act(&renew()))),
        after("D-1/5", filed("D-3", "2023-01-10", named("Lune"))),
    ];
    let expected = ["NOT_A_LESSOR", missing, "INVALID_FORM: after=INCONSISTENT", missing, "now"];
    assert_eq!(reasons(&import(&world.register, rows).await), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn halves_at_once_again_and_again_end_as_one_import() {
    let world = World::new().await;
    let other = world.another().await;
    let halves: Vec<Vec<ImportRow>> =
        (0..2).map(|half| chained().into_iter().skip(half).step_by(2).collect()).collect();
    let mut runs = 0;
    loop {
        runs += 1;
        let (one, two) = tokio::join!(import(&world.register, halves[0].clone()), import(&other, halves[1].clone()));
        let told = [reasons(&one), reasons(&two)].concat();
        assert!(told.iter().all(|told| ["now", "before", "PREDECESSOR_MISSING"].contains(&told.as_str())), "{told:?}");
        if told.iter().all(|told| told != "PREDECESSOR_MISSING") {
            break;
        }
        // Every run enters one row more of each demand, at least.
        assert!(runs < lives().len(), "{told:?}");
    }
    let whole = World::new().await;
    import(&whole.register, chained()).await;
    assert_eq!(world.register.reader().head().await.unwrap(), whole.register.reader().head().await.unwrap());
    let rehearsed = world.register.rehearse_import(&mut Rehearsal::default(), chained()).await.unwrap();
    assert_eq!(reasons(&rehearsed), ["before"; 8]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rehearsal_keeps_back_what_the_import_keeps_back() {
    let world = World::new().await;
    let mut rows = chained();
    let late = rows.remove(2);
    rows.push(late);
    for size in [1, 3, rows.len()] {
        let mut rehearsal = Rehearsal::default();
        let mut told = Vec::new();
        for part in rows.chunks(size) {
            told.extend(reasons(&world.register.rehearse_import(&mut rehearsal, part.to_vec()).await.unwrap()));
        }
        let missing = "PREDECESSOR_MISSING";
        assert_eq!(told, ["now", "now", missing, "now", missing, missing, missing, "now"], "{size} at once");
    }
    let told = reasons(&import(&world.register, rows.clone()).await);
    assert_eq!(told.iter().filter(|told| *told == "PREDECESSOR_MISSING").count(), 4);
    assert_eq!(reasons(&import(&world.register, rows).await).iter().filter(|told| *told == "now").count(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_enters_no_more_rows_within_an_hour_than_its_budget() {
    let world = World::new().await;
    let register = world.register.clone().importing_at_most(3);
    let nth = |n: u32| {
        filed(&format!("D-{n}"), "2026-03-02", named(["Lune", "Soleil", "Etoile", "Comete", "Nuage"][n as usize]))
    };
    assert_eq!(reasons(&import(&register, vec![nth(0), nth(1)]).await), ["now", "now"]);
    let head = world.register.reader().head().await.unwrap();
    // Nothing of what goes beyond is entered, by whatever process.
    let another = world.another().await.importing_at_most(3);
    for register in [&register, &another] {
        let refused = register.import(vec![nth(2), nth(3)]).await.unwrap_err();
        let Error::TooManyRows { organisation, retry_after } = refused else { panic!("{refused:?}") };
        assert_eq!(organisation.to_string(), "732829320");
        assert!((1..=3_600).contains(&retry_after.as_secs()), "{retry_after:?}");
    }
    assert_eq!(world.register.reader().head().await.unwrap(), head);
    // What is there already, or is refused, does not count; another organisation's rows are its own.
    assert_eq!(reasons(&import(&register, vec![nth(0)]).await), ["before"]);
    let other = row("E-1", None, "2026-03-02", OTHER_LESSOR, act(&crate::world::register(named("Ciel"))));
    assert_eq!(reasons(&import(&register, vec![nth(2), other]).await), ["now", "now"]);
    assert!(matches!(register.import(vec![nth(3)]).await, Err(Error::TooManyRows { .. })));
    // An hour later.
    world.tamper("UPDATE register.imported_rows SET minute = minute - interval '1 hour'");
    assert_eq!(reasons(&import(&register, vec![nth(3), nth(4)]).await), ["now", "now"]);
}
