//! A territory so large that reading it whole would show: whoever has access to the demands for a few communes walks their lists.

use demand::Settings;
use demand::abnormal::{Row, Table};
use jiff::civil::date;
use nomenclature::{CommuneCode, DeskCode, DwellingType, Territory};
use projection::{AtLeast, Isolation, Scope, ViewReader};
use sqlx::PgPool;
use views::Within;
use views::deadlines::{CalendarQuery, Deadlines, KeepDeadlines};
use views::shared_management::{Query, View};

use crate::lives::TODAY;
use crate::world::{World, everywhere, later};

/// So many demands of Nice, of which one in four thousand seeks Vallauris, too, and one in six thousand is of a desk of its own.
const FILLED: &str = "
    CREATE TEMPORARY TABLE many AS SELECT n, '2024-01-01'::date + n / 200 AS since, \
      '0060124' || lpad(n::text, 6, '0') || CASE WHEN n % 6000 = 0 THEN 'G0609' ELSE 'G0601' END AS number
      FROM generate_series(1, 120000) AS n;
    INSERT INTO views.shared_demands (position, filed_on, expires_on, version, forced, territory, number, desk, organisation, \
        facts, pieces, attributions, tokens)
      SELECT s.position, m.since, s.expires_on, 1, false, '006', m.number, s.desk, s.organisation, s.facts, '[]', '[]', ''
      FROM many AS m, (SELECT * FROM views.shared_demands LIMIT 1) AS s;
    INSERT INTO views.shared_demand_communes (filed_on, territory, commune, number)
      SELECT since, '006', '06088', number FROM many
      UNION ALL SELECT since, '006', '06155', number FROM many WHERE n % 4000 = 0;
    INSERT INTO views.deadline_demands (position, version, waits_since, territory, number, communes, types, state)
      SELECT s.position, 1, m.since, '006', m.number, '06088', 'T2', s.state
      FROM many AS m, (SELECT * FROM views.deadline_demands LIMIT 1) AS s;
    INSERT INTO views.deadline_entries (since, ordinal, territory, delay, number, desk)
      SELECT since, 0, '006', 'CERTIFICATE', number, right(number, 5) FROM many;
    INSERT INTO views.deadline_communes (since, ordinal, territory, commune, delay, number)
      SELECT since, 0, '006', commune, delay, number
      FROM many, (VALUES ('CERTIFICATE'), ('WAITING')) AS d(delay), (VALUES ('06088', 1), ('06155', 4000)) AS c(commune, nth)
      WHERE n % nth = 0;
    ANALYZE views.shared_demands, views.shared_demand_communes, views.deadline_demands, views.deadline_entries, \
      views.deadline_communes;
    SELECT count(*) FROM many WHERE n % 4000 = 0 OR n % 6000 = 0";

/// Of those demands three in ten seek one of twelve communes, some of these a second one; one in eleven seeks a type.
const SOUGHT: &str = "
    CREATE TEMPORARY TABLE sought AS SELECT number, since, n FROM (SELECT number, filed_on AS since, \
      row_number() OVER (ORDER BY number) AS n FROM views.shared_demands WHERE number LIKE '0060124%') AS d;
    INSERT INTO views.shared_demand_communes (filed_on, territory, commune, number)
      SELECT since, '006', '060' || 10 + n % 40, number FROM sought WHERE n % 40 < 12
      UNION ALL SELECT since, '006', '060' || 10 + (n + 1) % 12, number FROM sought WHERE n % 40 < 12 AND n % 3 = 0
      ON CONFLICT DO NOTHING;
    INSERT INTO views.shared_demand_types (filed_on, territory, dwelling_type, number)
      SELECT since, '006', CASE WHEN n % 11 = 0 THEN 'T6P' ELSE 'T2' END, number FROM sought;
    ANALYZE views.shared_demand_communes, views.shared_demand_types;
    SELECT string_agg(number, ' ' ORDER BY since, number) FROM sought WHERE n % 11 = 0 AND (n % 40 < 12 OR number LIKE '%G0609')";

const READ: &str = "SELECT (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE schemaname = 'views') \
     + (SELECT sum(seq_tup_read) FROM pg_stat_user_tables WHERE schemaname = 'views')";

/// Rows and entries of indexes that a session read since it was last asked.
async fn read(world: &World, session: &PgPool, before: &mut i64) -> i64 {
    let reader = ViewReader::of::<KeepDeadlines>(session.clone());
    let scope = Scope::default();
    let told = reader.within(&scope, Isolation::EachItsOwn, later(), |session| {
        Box::pin(async move { sqlx::query("SELECT pg_stat_force_next_flush()").execute(session).await })
    });
    told.await.unwrap();
    let now: i64 = world.sql(READ).trim().parse().unwrap();
    now - std::mem::replace(before, now)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_within_a_few_communes_is_read_without_the_rest_of_their_territory() {
    let world = World::caught_up().await;
    world.catch_up_deadlines(1_000).await;
    let told = world.sql(FILLED);
    assert_eq!(told.lines().last(), Some("40"), "thirty of the commune, twenty of the desk, ten of both");
    let session = world.session_of_a_reader().await;
    let (view, deadlines) = (View::new(session.clone(), world.blinder()), Deadlines::new(session.clone()));
    let here = Territory::parse("006").unwrap();
    let within = Some(Within {
        communes: vec![CommuneCode::parse("06155").unwrap()],
        desks: vec![DeskCode::parse("G0609").unwrap()],
    });
    let mut before = 0;
    read(&world, &session, &mut before).await;

    let all = Query { limit: 500, within, ..Query::of(here) };
    let found = view.search(everywhere(), &all, AtLeast::NOW, later()).await.unwrap().demands;
    let of_the_sample = found.len() - 40;
    assert!(of_the_sample < 60, "{of_the_sample}");
    let shared = read(&world, &session, &mut before).await;
    let of_a_type = Query { dwelling_type: Some(DwellingType::parse("T6P").unwrap()), ..all.clone() };
    view.search(everywhere(), &of_a_type, AtLeast::NOW, later()).await.unwrap();
    let typed = read(&world, &session, &mut before).await;
    let own = Query { commune: Some(CommuneCode::parse("06155").unwrap()), ..all.clone() };
    view.search(everywhere(), &own, AtLeast::NOW, later()).await.unwrap();
    let sought = read(&world, &session, &mut before).await;

    let mut abnormal = Table::default();
    abnormal.put(Row { commune: None, dwelling_type: None, valid_from: date(2024, 1, 1), months: Some(14) });
    let calendar = CalendarQuery {
        within: all.within,
        limit: 500,
        ..CalendarQuery::of(here, TODAY, Settings::default(), abnormal)
    };
    let found = deadlines.calendar(everywhere(), calendar, AtLeast::NOW, later()).await.unwrap().deadlines;
    assert!(found.len() >= 80, "{}", found.len());
    let calendar = read(&world, &session, &mut before).await;
    assert!([shared, typed, sought, calendar].iter().all(|read| *read < 5_000), "{shared} {typed} {sought} {calendar}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_type_within_twelve_communes_is_looked_up_of_one_list_not_of_twelve() {
    let world = World::caught_up().await;
    world.catch_up_deadlines(1_000).await;
    world.sql(FILLED);
    let told = world.sql(SOUGHT);
    let sought: Vec<&str> = told.lines().last().unwrap().split(' ').collect();
    assert_eq!(sought.len(), 3_272);
    let session = world.session_of_a_reader().await;
    let view = View::new(session.clone(), world.blinder());
    let communes = (10..22).map(|code| CommuneCode::parse(&format!("060{code}")).unwrap()).collect();
    let within = Within { communes, desks: vec![DeskCode::parse("G0609").unwrap()] };
    let page = Query {
        dwelling_type: Some(DwellingType::parse("T6P").unwrap()),
        within: Some(within),
        limit: 50,
        ..Query::of(Territory::parse("006").unwrap())
    };
    let mut before = 0;
    read(&world, &session, &mut before).await;
    let (mut found, mut most, mut pages, mut next) = (Vec::new(), 0, 0, None);
    loop {
        let asked = Query { after: next, limit: if pages < 5 { 50 } else { 500 }, ..page.clone() };
        let answer = view.search(everywhere(), &asked, AtLeast::NOW, later()).await.unwrap();
        let read = read(&world, &session, &mut before).await;
        most = most.max(if pages < 5 { read } else { 0 });
        found
            .extend(answer.demands.iter().map(|demand| demand.number.to_string()).filter(|n| n.starts_with("0060124")));
        (pages, next) = (pages + 1, answer.next);
        if next.is_none() {
            break;
        }
    }
    assert_eq!(found, sought, "in order, each once");
    // Some six hundred demands are come to for a page, and looked up once each; of each list for itself it would be thirteen thousand.
    assert!(most < 3_000, "{most}");
}
