//! Some lists walked beside one another, in one statement.
//!
//! Each is read some entries at a time. What is read counts up to the first place at which a list was left that has more; the next
//! turn begins there. It reads twice as much, or less, when by the share that met the condition less fills the page. So a
//! condition that few meet is asked of about as many demands as one list of all would ask it of, not of as many in each list.

use nomenclature::Territory;
use sqlx::{Postgres, QueryBuilder};

use super::query::Cursor;
use crate::Within;

/// Entries of each list in the first turn, at least.
const FIRST: i64 = 16;

/// Behind a place, `limit` of the demands that somebody has access to and that meet what `meets` asks of the alias `k`, with their
/// territory; the lists are those of a territory.
pub(super) fn walk(
    (territory, within): (Territory, &Within),
    after: Option<Cursor>,
    limit: i64,
    meets: impl FnOnce(&mut QueryBuilder<'static, Postgres>),
    sql: &mut QueryBuilder<'static, Postgres>,
) {
    let (filed_on, number) = after.map_or_else(
        || ("-infinity".to_owned(), String::new()),
        |Cursor { filed_on, number }| (filed_on.to_string(), number.to_string()),
    );
    sql.push("SELECT ").push_bind(territory.to_string()).push(" AS territory, m.filed_on, m.number FROM (");
    sql.push("WITH RECURSIVE turn (wanted, entries, found, days, numbers, meet) AS (SELECT ").push_bind(limit);
    sql.push(", ").push_bind(FIRST.max(limit / 4)).push(", 0::bigint, ARRAY[").push_bind(filed_on);
    sql.push("::date], ARRAY[").push_bind(number).push(concat!(
        r#"::text COLLATE "C"], ARRAY[false] UNION ALL SELECT t.wanted, "#,
        "least(2 * t.entries, 1 + t.entries * greatest(t.wanted - t.found - s.found, 0) / greatest(s.found, 1)), ",
        "t.found + s.found, s.days, s.numbers, s.meet FROM turn AS t CROSS JOIN LATERAL (",
        "SELECT t.days[cardinality(t.days)] AS day, t.numbers[cardinality(t.days)] AS number) AS p CROSS JOIN LATERAL (",
        "SELECT count(*) FILTER (WHERE k.meet) AS found, array_agg(k.filed_on ORDER BY k.filed_on, k.number) AS days, ",
        "array_agg(k.number ORDER BY k.filed_on, k.number) AS numbers, ",
        "array_agg(k.meet ORDER BY k.filed_on, k.number) AS meet FROM (SELECT k.filed_on, k.number, true",
    ));
    meets(sql);
    sql.push(concat!(
        " AS meet FROM (SELECT k.filed_on, k.number, bool_or(bool_or(k.nth = t.entries)) OVER ",
        "(ORDER BY k.filed_on, k.number ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS beyond FROM (",
    ));
    let listed = |from: &str, sql: &mut QueryBuilder<'static, Postgres>| {
        sql.push(") AS c(code) CROSS JOIN LATERAL (SELECT k.filed_on, k.number, row_number() OVER ");
        sql.push("(ORDER BY k.filed_on, k.number) AS nth FROM views.").push(from);
        sql.push(" = c.code AND k.territory = ").push_bind(territory.to_string());
        sql.push(" AND (k.filed_on, k.number) > (p.day, p.number) ORDER BY k.filed_on, k.number LIMIT t.entries) AS w");
    };
    sql.push("SELECT w.* FROM unnest(").push_bind(within.commune_codes());
    listed("shared_demand_communes AS k WHERE k.commune", sql);
    sql.push(" UNION ALL SELECT w.* FROM unnest(").push_bind(within.desk_codes());
    listed("shared_demands AS k WHERE k.radiated_on IS NULL AND k.of_desk", sql);
    sql.push(concat!(
        ") AS k GROUP BY k.filed_on, k.number) AS k WHERE k.beyond IS NOT TRUE OFFSET 0) AS k) AS s ",
        "WHERE t.found < t.wanted AND s.days IS NOT NULL) ",
        "SELECT u.filed_on, u.number FROM turn AS t CROSS JOIN unnest(t.days, t.numbers, t.meet) AS u(filed_on, number, meet) ",
        "WHERE u.meet ORDER BY u.filed_on, u.number LIMIT ",
    ));
    sql.push_bind(limit).push(") AS m");
}
