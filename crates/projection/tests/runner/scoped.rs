//! A reader sees the rows of the territories that his transaction names: from the first moment of a table, in every version.

use async_trait::async_trait;
use event_log::{Role, connect};
use projection::{Isolation, Opened, Projection, Rebuild, Runner, Scope, ViewReader, rebuild_all};
use sqlx::{Executor as _, PgConnection};
use tokio::time::Instant;

use crate::world::{Counts, LONG, World};

/// Tables of a schema that the reader may see, those whose rows it is not kept from first.
const SHOWN: &str = "SELECT string_agg(format('%s %s %s', c.relname, c.relrowsecurity, (SELECT string_agg(p.polname, ' ') \
       FROM pg_policy AS p WHERE p.polrelid = c.oid)), ';' ORDER BY c.relname) FROM pg_class AS c \
     WHERE c.relkind = 'r' AND c.relname IN ('counts', 'texts') AND has_table_privilege('sne_reader', c.oid, 'SELECT')";

async fn seen(world: &World, territories: &[&str]) -> Vec<String> {
    world.seen_by(Scope::of(territories)).await.into_iter().map(|(stream, _)| stream).collect()
}

#[tokio::test]
async fn a_statement_without_a_condition_shows_nothing_of_other_territories() {
    let world = World::new().await;
    let position = world.write_many(9).await;
    let running = world.run(4);
    world.seen(position).await;
    assert_eq!(seen(&world, &["001"]).await, ["note-1"]);
    assert_eq!(seen(&world, &["002", "000"]).await, ["note-0", "note-2"]);
    for nothing in [&[][..], &["009"], &["00"], &["0"], &["%"], &["001,002"], &["note-1"]] {
        assert_eq!(seen(&world, nothing).await, [""; 0], "{nothing:?}");
    }
    drop(running);
}

#[tokio::test]
async fn a_session_that_is_used_again_remembers_no_territory() {
    let world = World::new().await;
    let position = world.write_many(9).await;
    let running = world.run(4);
    world.seen(position).await;
    let one = connect(world.options.clone(), Role::Reader, 1).await.unwrap();
    let reader = ViewReader::of::<Counts<1>>(one.clone());
    let count = "SELECT count(*) FROM views.counts";
    let alone = async || sqlx::query_scalar::<_, i64>(count).fetch_one(&one).await.unwrap();
    assert_eq!(alone().await, 0, "a session that was never told");
    let until = || Instant::now() + LONG;
    for (territories, isolation) in [(&["001"][..], Isolation::EachItsOwn), (&["000", "002"], Isolation::OneSnapshot)] {
        let scope = Scope::of(territories);
        let seen = reader.within(&scope, isolation, until(), |session| {
            Box::pin(sqlx::query_scalar::<_, i64>(count).fetch_one(session))
        });
        assert_eq!(usize::try_from(seen.await.unwrap()).unwrap(), territories.len());
        assert_eq!(alone().await, 0, "{territories:?} is left over");
    }
    // Nor after work that failed, or was given up in the middle.
    let scope = Scope::of(["001"]);
    let failing = reader.within(&scope, Isolation::EachItsOwn, until(), |session| {
        Box::pin(sqlx::query_scalar::<_, i64>("SELECT 1 / 0").fetch_one(session))
    });
    assert!(failing.await.is_err());
    assert_eq!(alone().await, 0);
    let work =
        reader.within(&scope, Isolation::EachItsOwn, until(), |_| Box::pin(std::future::pending::<Result<(), _>>()));
    assert!(tokio::time::timeout(std::time::Duration::from_millis(50), work).await.is_err());
    assert_eq!(alone().await, 0);
    drop(running);
}

#[tokio::test]
async fn a_new_version_is_kept_from_strangers_before_it_takes_over() {
    let world = World::new().await;
    let position = world.write_many(9).await;
    let running = world.run(4);
    world.seen(position).await;
    // Whoever reads the old tables holds the switch up: the new ones are complete, and nobody's yet.
    let mut query = world.reader.begin().await.unwrap();
    query.execute("SELECT count(*) FROM views.counts").await.unwrap();
    let runner = world.runner::<2>(100).0;
    let rebuild = tokio::spawn(async move { runner.rebuild().await });
    let next = "SELECT count(*) FROM projection.checkpoints WHERE slot = 'next' AND position = 9";
    let until = Instant::now() + LONG;
    while world.sql(next) == "0" {
        assert!(Instant::now() < until, "the new version is not built");
        tokio::task::yield_now().await;
    }
    let drawn = "counts t by_territory;counts t by_territory;texts t by_territory;texts t by_territory";
    assert_eq!(world.sql(SHOWN), drawn);
    let error = sqlx::query("SELECT FROM views_next.counts").execute(&world.reader).await.unwrap_err();
    assert_eq!(error.as_database_error().unwrap().code().unwrap(), "42501");
    query.commit().await.unwrap();
    rebuild.await.unwrap().unwrap();
    assert_eq!(world.sql(SHOWN), "counts t by_territory;texts t by_territory");
    assert_eq!(seen(&world, &["001"]).await, ["note-1"]);
    assert_eq!(seen(&world, &[]).await, [""; 0]);
    drop(running);
}

#[tokio::test]
async fn the_projector_fills_and_rebuilds_whatever_the_territory() {
    let world = World::new().await;
    world.write_many(9).await;
    let in_bulk = world.in_bulk(4);
    let views: [&dyn Rebuild; 1] = [&in_bulk];
    rebuild_all(&views, &|_| {}).await.unwrap();
    world.assert_whole().await;
    assert_eq!(seen(&world, &["002"]).await, ["note-2"]);
}

/// Shown to the reader, in whatever way, and of no territory.
struct Stray<const N: usize>;

#[async_trait]
impl<const N: usize> Projection for Stray<N> {
    type Event = String;
    type Tables = PgConnection;

    const NAME: &'static str = "stray";
    const VERSION: u32 = 1;
    const TABLES: &'static [&'static str] = &["stray"];
    const CREATE: &'static str = [
        "CREATE TABLE stray (stream text PRIMARY KEY); GRANT SELECT ON stray TO sne_reader",
        "CREATE TABLE stray (stream text PRIMARY KEY); GRANT SELECT (stream) ON stray TO sne_reader",
        "CREATE TABLE stray (stream text PRIMARY KEY); GRANT SELECT ON stray TO PUBLIC",
    ][N];

    async fn fold(&self, _: &[Opened<'_, String>], _: &mut PgConnection) -> Result<(), sqlx::Error> {
        Ok(())
    }
}

async fn refused<const N: usize>(world: &World) {
    let (reader, projector) = (world.log.reader().clone(), world.projector.clone());
    let (runner, _) = Runner::new(Stray::<N>, world.notes.clone(), reader, projector, projection::Options::default());
    let error = runner.rebuild().await.unwrap_err();
    assert!(error.to_string().contains("drawing the policies"), "{N}: {error}");
    assert!(!error.passes());
    assert_eq!(world.sql("SELECT count(*) FROM pg_tables WHERE tablename = 'stray'"), "0");
}

#[tokio::test]
async fn a_table_of_no_territory_cannot_be_made_for_the_reader() {
    let world = World::new().await;
    refused::<0>(&world).await;
    refused::<1>(&world).await;
    refused::<2>(&world).await;
}
