//! Rights that an operator has given on the tables of a view: they go over to the tables that take their place.
//!
//! What the register's own roles may do, and which rows the reader sees, is settled when the tables are made. Everything else is carried
//! over: grants to other roles, to whole tables and to columns that are still there; and row security, with its policies,
//! where the new tables say nothing else of it.

use sqlx::{Executor as _, PgConnection};

use crate::Error;

const GRANTS: &str = "SELECT format('GRANT %s%s ON views_next.%I TO %s%s', a.privilege_type, \
         CASE WHEN c.attname IS NULL THEN '' ELSE format(' (%I)', c.attname) END, t.relname, coalesce(quote_ident(r.rolname), 'PUBLIC'), \
         CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END) \
     FROM pg_catalog.pg_class AS t \
     CROSS JOIN LATERAL (SELECT NULL::name, t.relacl WHERE t.relacl IS NOT NULL \
       UNION ALL SELECT l.attname, l.attacl FROM pg_catalog.pg_attribute AS l \
         JOIN pg_catalog.pg_attribute AS n ON n.attname = l.attname AND n.attnum > 0 AND NOT n.attisdropped \
           AND n.attrelid = to_regclass(format('views_next.%I', t.relname)) \
         WHERE l.attrelid = t.oid AND l.attacl IS NOT NULL AND NOT l.attisdropped) AS c(attname, acl) \
     CROSS JOIN LATERAL aclexplode(c.acl) AS a \
     LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = a.grantee \
     WHERE t.relnamespace = 'views'::regnamespace AND t.relname = ANY($1) AND a.grantee <> t.relowner \
       AND coalesce(r.rolname, '') NOT IN ('sne_owner', 'sne_writer', 'sne_projector', 'sne_reader', 'sne_infocentre') \
     ORDER BY 1";
const ROW_SECURITY: &str = "SELECT format('ALTER TABLE views_next.%I %s ROW LEVEL SECURITY', t.relname, s.word) \
     FROM pg_catalog.pg_class AS t \
     JOIN pg_catalog.pg_class AS n ON n.relname = t.relname AND n.relnamespace = 'views_next'::regnamespace \
     CROSS JOIN LATERAL (VALUES ('ENABLE', t.relrowsecurity), ('FORCE', t.relforcerowsecurity)) AS s(word, set) \
     WHERE t.relnamespace = 'views'::regnamespace AND t.relname = ANY($1) AND s.set AND NOT n.relrowsecurity \
     UNION ALL \
     SELECT format('CREATE POLICY %I ON views_next.%I AS %s FOR %s TO %s%s%s', p.policyname, p.tablename, p.permissive, p.cmd, \
         (SELECT string_agg(quote_ident(role), ', ') FROM unnest(p.roles) AS role), \
         coalesce(' USING (' || p.qual || ')', ''), coalesce(' WITH CHECK (' || p.with_check || ')', '')) \
     FROM pg_catalog.pg_policies AS p \
     JOIN pg_catalog.pg_class AS n ON n.relname = p.tablename AND n.relnamespace = 'views_next'::regnamespace \
     WHERE p.schemaname = 'views' AND p.tablename = ANY($1) AND ($2 OR NOT n.relrowsecurity) \
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_policies AS o \
         WHERE o.schemaname = 'views_next' AND o.tablename = p.tablename AND o.policyname = p.policyname)";

/// How the live tables stand to the new ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Before {
    /// The same version of the projection made them.
    SameVersion,
    /// Another one, or there are none.
    Other,
}

/// Carries the rights on live tables over to the new ones, in the transaction that exchanges them.
pub(crate) async fn carry_over_in_tx(
    transaction: &mut PgConnection,
    tables: &[&str],
    before: Before,
) -> Result<(), Error> {
    let carrying = "carrying rights over to the rebuilt view";
    let grants = sqlx::query_scalar(GRANTS).bind(tables).fetch_all(&mut *transaction);
    let mut statements: Vec<String> = grants.await.map_err(Error::database(carrying))?;
    let security = sqlx::query_scalar(ROW_SECURITY).bind(tables).bind(before == Before::SameVersion);
    statements.extend(security.fetch_all(&mut *transaction).await.map_err(Error::database(carrying))?);
    for statement in statements {
        transaction.execute(statement.as_str()).await.map_err(Error::database(carrying))?;
    }
    Ok(())
}
