//! The second line of the rights, inside the database: what each role of the register may see and change, tried as that role
//! on a register as the program makes it.

use std::sync::Arc;

use private_postgres::test_util::shared;
use register::SystemClock;
use server::View;

use crate::in_process::Prepared;

/// What the reader may see whole, for there is no territory in it: how far the log and the views are, and what the operator
/// decided of events that cannot be read. Everything else shows him rows by territory.
const OF_NO_TERRITORY: &[&str] = &["log.head", "projection.checkpoints", "projection.quarantine", "projection.stops"];
/// All that the role of the statistics may see: counts, and how far they are.
const OF_STATISTICS: &[&str] = &[
    "log.head",
    "projection.checkpoints",
    "views.infocentre_counts",
    "views.infocentre_leaves",
    "views.infocentre_reached",
    "views.infocentre_values",
];
/// Every role that a session of the program acts as.
const ROLES: [&str; 5] = ["sne_owner", "sne_writer", "sne_projector", "sne_reader", "sne_infocentre"];

/// A register with all its views.
async fn built() -> Prepared {
    let prepared = Prepared::new(Arc::new(SystemClock)).await;
    let all: Vec<View> = View::ALL.iter().map(|(_, view)| *view).collect();
    server::rebuild(&prepared.register, &prepared.place, &all, &|_| {}).await.unwrap();
    prepared
}

impl Prepared {
    fn sql(&self, sql: &str) -> String {
        shared().psql(&self.database, sql).unwrap()
    }

    /// What a role is refused, or what it is told.
    fn tried(&self, role: &str, sql: &str) -> Result<String, String> {
        shared().psql(&self.database, &format!("SET ROLE {role}; {sql}")).map_err(|error| error.to_string())
    }

    /// Every table, view and sequence that a role may see something of, and whether rows are shown by policies.
    fn seen_by(&self, role: &str) -> Vec<(String, bool)> {
        let rows = self.sql(&format!(
            "SELECT c.oid::regclass, c.relrowsecurity AND EXISTS (SELECT FROM pg_policy AS p WHERE p.polrelid = c.oid) \
               FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace \
              WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') \
                AND has_schema_privilege('{role}', n.oid, 'USAGE') AND has_any_column_privilege('{role}', c.oid, 'SELECT') \
              ORDER BY c.oid::regclass::text COLLATE \"C\""
        ));
        rows.lines().map(|row| row.split_once('|').unwrap()).map(|(name, by)| (name.to_owned(), by == "t")).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_table_that_the_reader_may_see_shows_rows_by_territory_or_has_none() {
    let register = built().await;
    let seen = register.seen_by("sne_reader");
    let whole: Vec<&str> = seen.iter().filter(|(_, by)| !by).map(|(name, _)| name.as_str()).collect();
    assert_eq!(whole, OF_NO_TERRITORY);
    let by_territory: Vec<&str> = seen.iter().filter(|(_, by)| *by).map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        by_territory,
        [
            "views.deadline_communes",
            "views.deadline_demands",
            "views.deadline_entries",
            "views.deadline_notices",
            "views.shared_demand_communes",
            "views.shared_demand_situations",
            "views.shared_demand_tokens",
            "views.shared_demand_types",
            "views.shared_demands",
        ]
    );
    // A policy says the same of all of them, and there is no other.
    let policies = "SELECT count(*), count(DISTINCT (polname, polcmd, polpermissive, polroles, pg_get_expr(polqual, polrelid))) \
         FROM pg_policy";
    assert_eq!(register.sql(policies), "9|1");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_role_of_the_statistics_sees_counts_and_nothing_else() {
    let register = built().await;
    let seen: Vec<String> = register.seen_by("sne_infocentre").into_iter().map(|(name, _)| name).collect();
    assert_eq!(seen, OF_STATISTICS);
    for table in OF_STATISTICS {
        register.tried("sne_infocentre", &format!("SELECT count(*) FROM {table}")).unwrap();
    }
    for table in
        ["views.shared_demands", "views.deadline_demands", "views.infocentre_demands", "log.events", "vault.keys"]
    {
        let refused = register.tried("sne_infocentre", &format!("SELECT count(*) FROM {table}")).unwrap_err();
        assert!(refused.contains("permission denied"), "{table}: {refused}");
    }
    // Nor does the reader see what the statistics are counted from.
    for table in ["views.infocentre_counts", "views.infocentre_households"] {
        assert!(register.tried("sne_reader", &format!("SELECT count(*) FROM {table}")).is_err(), "{table}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_the_program_is_changes_or_deletes_an_event() {
    let register = built().await;
    let events = register.sql("SELECT count(*) FROM log.events");
    assert_ne!(events, "0");
    for role in ROLES.iter().chain(&["sne_app"]) {
        for sql in ["UPDATE log.events SET payload = payload", "DELETE FROM log.events", "TRUNCATE log.events"] {
            let refused = register.tried(role, sql).unwrap_err();
            assert!(refused.contains("permission denied"), "{role}: {sql}: {refused}");
        }
    }
    assert_eq!(register.sql("SELECT count(*) FROM log.events"), events);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_the_program_is_changes_or_deletes_an_entry_of_who_looked() {
    let register = built().await;
    register.sql(
        "INSERT INTO register.consultations \
           (id, consulted_at, actor, organisation, territory, purpose, kind, numbers, versions) \
         VALUES (gen_random_uuid(), now(), '000005017/006A1/agent-01', '000005017', '006', 'GUICHET', 'DEMAND', '{}', '{}')",
    );
    let entries = register.sql("SELECT count(*) FROM register.consultations");
    assert_ne!(entries, "0");
    for role in ROLES.iter().chain(&["sne_app"]) {
        for change in [
            "UPDATE register.consultations SET actor = 'nobody'",
            "DELETE FROM register.consultations",
            "TRUNCATE register.consultations",
        ] {
            let refused = register.tried(role, change).unwrap_err();
            assert!(
                refused.contains("permission denied") || refused.contains("kept for twelve months"),
                "{role}: {change}: {refused}"
            );
        }
    }
    // Nor is it forgotten before its time.
    assert_eq!(
        register.tried("sne_writer", "SELECT register.forget_consultations(1000)").unwrap().lines().last(),
        Some("0")
    );
    assert_eq!(register.sql("SELECT count(*) FROM register.consultations"), entries);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_role_of_the_program_goes_round_policies() {
    let register = built().await;
    let may =
        "SELECT string_agg(rolname, ' ') FROM pg_roles WHERE rolname LIKE 'sne\\_%' AND (rolbypassrls OR rolsuper)";
    assert_eq!(register.sql(may), "");
    // A reader who turns them off is refused, not shown everything.
    let refused = register.tried("sne_reader", "SET row_security TO off; SELECT count(*) FROM views.shared_demands");
    assert!(refused.unwrap_err().contains("row-level security"));
}
