//! Indexes of tables that are being filled: taken away before, put back after. Sorting all keys once is quicker than
//! finding the place of each; and what is unique is found out all the same.

use sqlx::{Executor as _, PgConnection};

use crate::Error;

// As the server itself would dump them. An index that upholds a constraint goes and comes with it.
const INDEXES: &str = "SELECT \
       CASE WHEN c.oid IS NULL THEN format('DROP INDEX views_next.%I', i.relname) \
         ELSE format('ALTER TABLE views_next.%I DROP CONSTRAINT %I', t.relname, c.conname) END, \
       CASE WHEN c.oid IS NULL THEN pg_get_indexdef(i.oid) \
         ELSE format('ALTER TABLE views_next.%I ADD CONSTRAINT %I %s', t.relname, c.conname, pg_get_constraintdef(c.oid)) END \
     FROM pg_catalog.pg_index AS x \
     JOIN pg_catalog.pg_class AS i ON i.oid = x.indexrelid \
     JOIN pg_catalog.pg_class AS t ON t.oid = x.indrelid \
     LEFT JOIN pg_catalog.pg_constraint AS c ON c.conindid = x.indexrelid AND c.contype IN ('p', 'u', 'x') \
     WHERE t.relnamespace = 'views_next'::regnamespace AND t.relname = ANY($1) ORDER BY t.relname, i.relname";
/// Sorts of this size stay in memory.
const MEMORY: &str = "SET maintenance_work_mem TO '256MB'";

/// Takes the indexes of new tables away; the statements that put them back.
pub(crate) async fn take_away(session: &mut PgConnection, tables: &[&str]) -> Result<Vec<String>, Error> {
    let taking = "taking indexes away";
    let indexes: Vec<(String, String)> =
        sqlx::query_as(INDEXES).bind(tables).fetch_all(&mut *session).await.map_err(Error::database(taking))?;
    let mut back = Vec::new();
    for (drop, create) in indexes {
        session.execute(drop.as_str()).await.map_err(Error::database(taking))?;
        back.push(create);
    }
    Ok(back)
}

/// Puts them back.
pub(crate) async fn put_back(session: &mut PgConnection, statements: &[String]) -> Result<(), sqlx::Error> {
    session.execute(MEMORY).await?;
    for statement in statements {
        session.execute(statement.as_str()).await?;
    }
    session.execute("RESET maintenance_work_mem").await.map(drop)
}
