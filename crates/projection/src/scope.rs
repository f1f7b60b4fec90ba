//! Whose rows a reader may see: the second line of the rights, drawn inside the database (design law 11, 10.16).
//!
//! The first line decides, before anything is read, which territories somebody may look into. A [`ViewReader`](crate::ViewReader)
//! tells the database the same set at the beginning of each transaction, for that transaction alone; and every table that
//! the reader may see has a policy, drawn by the session that [makes it](draw_in_tx), which shows the rows of those territories
//! and no others. A statement that forgets its own condition shows nothing foreign then; where nothing is told, it shows
//! nothing.
//!
//! It is no defence against who can run SQL of his own as the reader: he can name other territories.

use std::fmt::{self, Display, Write as _};

use sqlx::{Executor as _, PgConnection};

use crate::Error;
use crate::place::View;

/// A set of territories, by their codes: a view's rows that an answer may come from.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Scope(String);

impl Scope {
    /// The rows of these territories and of no others. What is not made of letters and digits names none.
    pub fn of(territories: impl IntoIterator<Item: Display>) -> Self {
        let mut codes = String::new();
        for territory in territories {
            let begins_at = codes.len();
            // Writing to a text cannot fail.
            let _ = write!(codes, "{territory}");
            let code = &codes[begins_at..];
            if code.is_empty() || !code.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
                codes.truncate(begins_at);
            } else {
                codes.push(',');
            }
        }
        codes.pop();
        Self(codes)
    }

    /// Sets it for the rest of a transaction.
    pub(crate) fn statement(&self) -> String {
        format!("SET LOCAL sne.territories TO '{}'", self.0)
    }
}

impl fmt::Debug for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Scope").field(&self.0).finish()
    }
}

/// Those that the reader may see, through a grant to itself or to everybody.
const SHOWN: &str = "SELECT t.name FROM unnest($1::text[]) WITH ORDINALITY AS t(name, nth) \
     WHERE has_any_column_privilege('sne_reader', t.name, 'SELECT') ORDER BY t.nth";

/// Draws the policies of tables that were just made. The set is read once for a statement, and looked into for each row that the
/// statement comes to; told as a condition on the column it would count twice in the planner's guess of how many rows there
/// are, and searches would be sorted that are walked in order. Comparing texts tells nothing of a row that is not shown, so
/// the conditions of a statement go into its indexes as they do without a policy.
///
/// # Errors
/// [`Error::Database`] for a table that the reader may see and that has no column `territory`.
pub(crate) async fn draw_in_tx(transaction: &mut PgConnection, view: &View) -> Result<(), Error> {
    let drawing = "drawing the policies of a view";
    let shown = sqlx::query_scalar::<_, String>(SHOWN).bind(view.tables).fetch_all(&mut *transaction);
    for table in shown.await.map_err(Error::database(drawing))? {
        let policy = format!(
            "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY; \
             CREATE POLICY by_territory ON {table} FOR SELECT TO sne_reader \
               USING (array_position((SELECT string_to_array(current_setting('sne.territories', true), ',')), \
                 territory COLLATE \"C\") IS NOT NULL)"
        );
        transaction.execute(policy.as_str()).await.map_err(Error::database(drawing))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Scope;

    #[test]
    fn a_scope_names_codes_and_nothing_else() {
        let told = |codes: &[&str]| Scope::of(codes).statement();
        assert_eq!(told(&["006", "2A0", "FRA"]), "SET LOCAL sne.territories TO '006,2A0,FRA'");
        assert_eq!(told(&[]), "SET LOCAL sne.territories TO ''");
        assert_eq!(told(&["", "006,075", "'; DROP TABLE t; --", "é06", "*", "013"]), told(&["013"]));
        assert_eq!(Scope::default(), Scope::of([""; 0]));
    }
}
