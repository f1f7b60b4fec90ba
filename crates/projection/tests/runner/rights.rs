//! Rights on the tables of a view outlive a rebuild.

use crate::world::World;

const RIGHTS: &str = "SELECT string_agg(format('%s %s %s %s', table_name, grantee, privilege_type, is_grantable), ';' \
       ORDER BY table_name, grantee, privilege_type) FROM information_schema.table_privileges WHERE table_schema = 'views'; \
     SELECT string_agg(format('%s %s %s %s', table_name, column_name, grantee, privilege_type), ';' \
       ORDER BY table_name, column_name, grantee) FROM information_schema.column_privileges \
       WHERE table_schema = 'views' AND grantee = 'statistician'; \
     SELECT string_agg(p::text, ';' ORDER BY p) FROM (SELECT tablename, policyname, permissive, roles, cmd, qual, with_check \
       FROM pg_policies WHERE schemaname = 'views') AS p; \
     SELECT string_agg(format('%s %s %s', relname, relrowsecurity, relforcerowsecurity), ';' ORDER BY relname) FROM pg_class \
       WHERE relnamespace = 'views'::regnamespace AND relkind = 'r'";

/// A role of the cluster: other tests may be making it at the same moment.
fn make_role(world: &World) {
    world.sql(
        "DO $$ BEGIN CREATE ROLE statistician NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn grants_policies_and_row_security_survive_a_rebuild_of_either_way() {
    let world = World::new().await;
    let position = world.write_many(9).await;
    let running = world.run(5);
    world.seen(position).await;
    running.kill().await;
    make_role(&world);
    world.sql(
        "GRANT SELECT ON views.counts TO statistician WITH GRANT OPTION; GRANT SELECT (text) ON views.texts TO statistician; \
         GRANT SELECT ON views.texts TO PUBLIC; \
         CREATE POLICY few ON views.counts FOR SELECT TO statistician, sne_reader USING (events > 2 AND stream <> 'note-1'); \
         CREATE POLICY none ON views.counts AS RESTRICTIVE FOR INSERT TO PUBLIC WITH CHECK (false)",
    );
    let before = world.sql(RIGHTS);
    for word in [
        "counts statistician SELECT YES",
        "texts text statistician SELECT",
        "PUBLIC",
        "few",
        "none",
        "by_territory",
        "counts t f",
    ] {
        assert!(before.contains(word), "{word}: {before}");
    }
    let table = world.sql("SELECT 'views.counts'::regclass::oid");
    world.runner::<1>(4).0.rebuild().await.unwrap();
    assert_eq!(world.sql(RIGHTS), before);
    world.in_bulk(4).rebuild().await.unwrap();
    assert_eq!(world.sql(RIGHTS), before);
    assert_ne!(world.sql("SELECT 'views.counts'::regclass::oid"), table, "they are rights on other tables");
    // They hold: two of three streams are seen.
    let seen = "SET ROLE statistician; SELECT count(*) FROM views.counts";
    world.sql("GRANT USAGE ON SCHEMA views TO statistician");
    assert!(world.sql(seen).ends_with('2'));
    world.sql("REVOKE USAGE ON SCHEMA views FROM statistician");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_version_says_itself_what_the_register_may_do_and_keeps_what_others_may() {
    let world = World::new().await;
    let position = world.write_many(3).await;
    let running = world.run(5);
    world.seen(position).await;
    running.kill().await;
    make_role(&world);
    world.sql("GRANT SELECT ON views.texts TO statistician; GRANT DELETE ON views.counts TO sne_reader");
    world.runner::<2>(4).0.rebuild().await.unwrap();
    let after = world.sql(RIGHTS);
    assert!(after.contains("texts statistician SELECT") && !after.contains("sne_reader DELETE"), "{after}");
}
