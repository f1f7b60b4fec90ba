//! The statement of a search: which index is walked, and what is looked up beside it.

use event_log::PgDate;
use nomenclature::{CommuneCode, DwellingType, PresentDwelling, Reason, Territory};
use projection::Projection as _;
use sqlx::{Postgres, QueryBuilder};

use super::beside;
use super::columns::columns;
use super::query::{Cursor, Query};
use super::tables::SharedManagement;
use crate::{Blinder, Error, Token, Within};

/// A query, its names blinded.
pub(super) struct Filter<'a> {
    query: &'a Query,
    tokens: Vec<Token>,
}

/// An index of the view with the value looked for in it.
enum Index<'a> {
    Token(&'a Token),
    Commune(CommuneCode),
    DwellingType(DwellingType),
    Situation(&'static str),
}

/// What is walked in order of seniority.
enum Walked<'a> {
    /// All active demands.
    All,
    /// An index.
    One(Index<'a>),
    /// The lists of some communes and desks, beside one another.
    Several(&'a Within),
}

/// What has to hold of each demand that is come to.
struct LookedUp<'a> {
    indexes: Vec<Index<'a>>,
    within: Option<&'a Within>,
}

impl<'a> Filter<'a> {
    pub(super) fn of(query: &'a Query, blinder: &dyn Blinder) -> Result<Self, Error> {
        let mut tokens = Vec::new();
        tokens.extend(query.person.as_ref().map(|person| Token::of_person(blinder, person)));
        if let Some(name) = &query.name {
            tokens.push(Token::of_name(blinder, name).ok_or(Error::NameWithoutLetters)?);
        }
        Ok(Self { query, tokens })
    }

    /// The indexes to ask, the most selective first.
    fn indexes(&self) -> Vec<Index<'_>> {
        let tokens = self.tokens.iter().map(Index::Token);
        let commune = self.query.commune.map(Index::Commune);
        let reason = self.query.reason.map(Reason::code).map(Index::Situation);
        let dwelling = self.query.present_dwelling.map(PresentDwelling::code).map(Index::Situation);
        let sought = self.query.dwelling_type.map(Index::DwellingType);
        tokens.chain(commune).chain(reason).chain(dwelling).chain(sought).collect()
    }

    /// One index is walked in order of seniority in each territory, the others are looked up for each demand found in it.
    /// Without rows the position comes alone.
    pub(super) fn statement(&self, limit: u16) -> QueryBuilder<'static, Postgres> {
        let mut sql = QueryBuilder::new(concat!(
            "SELECT c.position AS view_position, d.* FROM projection.checkpoints AS c LEFT JOIN LATERAL (SELECT s.* FROM ",
            "(SELECT t.territory, t.filed_on, t.number FROM ("
        ));
        if self.query.territories.is_empty() {
            sql.push("SELECT territory, filed_on, number FROM views.shared_demands WHERE false");
        }
        let (walked, looked_up) = self.ways();
        for (nth, territory) in self.query.territories.iter().enumerate() {
            sql.push(if nth == 0 { "(" } else { " UNION ALL (" });
            self.walk(territory, &walked, &looked_up, limit, &mut sql);
            sql.push(")");
        }
        sql.push(") AS t ORDER BY t.filed_on, t.number LIMIT ").push_bind(i64::from(limit) + 1);
        sql.push(concat!(
            ") AS k CROSS JOIN LATERAL (SELECT ",
            columns!(),
            " FROM views.shared_demands WHERE territory = k.territory AND number = k.number OFFSET 0) AS s) AS d ON true ",
            "WHERE c.name = "
        ));
        sql.push_bind(SharedManagement::NAME).push(" AND c.slot = 'live' AND c.version = ");
        sql.push_bind(i32::try_from(SharedManagement::VERSION).unwrap_or(i32::MAX));
        sql.push(" ORDER BY d.filed_on, d.number");
        sql
    }

    /// A name, or a commune that all of is within, is a shorter list than those of what somebody has access to.
    fn ways(&self) -> (Walked<'_>, LookedUp<'_>) {
        let query = self.query;
        let mut indexes = self.indexes();
        let within = query.within.as_ref();
        if query.number.is_some() {
            return (Walked::All, LookedUp { indexes, within });
        }
        match within {
            Some(within) if self.tokens.is_empty() => {
                let sought = query.commune.filter(|commune| within.communes.contains(commune));
                if let Some(commune) = sought {
                    indexes.retain(|index| !matches!(index, Index::Commune(_)));
                    return (Walked::One(Index::Commune(commune)), LookedUp { indexes, within: None });
                }
                (Walked::Several(within), LookedUp { indexes, within: None })
            }
            _ if indexes.is_empty() => (Walked::All, LookedUp { indexes, within }),
            _ => (Walked::One(indexes.remove(0)), LookedUp { indexes, within }),
        }
    }

    fn walk(
        &self,
        territory: Territory,
        walked: &Walked<'_>,
        looked_up: &LookedUp<'_>,
        limit: u16,
        sql: &mut QueryBuilder<'static, Postgres>,
    ) {
        let list = |table, sql: &mut QueryBuilder<'static, Postgres>| {
            sql.push("SELECT k.territory, k.filed_on, k.number FROM views.").push(table);
            sql.push(" AS k WHERE k.territory = ").push_bind(territory.to_string());
        };
        match walked {
            Walked::All => {
                list("shared_demands", sql);
                sql.push(" AND k.radiated_on IS NULL");
                self.behind(territory, looked_up, limit, sql);
            }
            Walked::One(index) => {
                list(index.table(), sql);
                index.equals("k", sql);
                self.behind(territory, looked_up, limit, sql);
            }
            Walked::Several(within) => {
                let meets = |sql: &mut QueryBuilder<'static, Postgres>| looked_up.all_hold(territory, sql);
                beside::walk((territory, within), self.query.after, i64::from(limit) + 1, meets, sql);
            }
        }
    }

    /// The first of a list that are behind the place and meet the rest.
    fn behind(
        &self,
        territory: Territory,
        looked_up: &LookedUp<'_>,
        limit: u16,
        sql: &mut QueryBuilder<'static, Postgres>,
    ) {
        if let Some(number) = self.query.number {
            sql.push(" AND k.number = ").push_bind(number.to_string());
        }
        if let Some(Cursor { filed_on, number }) = self.query.after {
            sql.push(" AND (k.filed_on, k.number) > (").push_bind(PgDate(filed_on));
            sql.push(", ").push_bind(number.to_string()).push(")");
        }
        if let Some(within) = looked_up.within {
            sql.push(" AND (EXISTS (SELECT FROM views.shared_demand_communes AS w WHERE w.territory = k.territory");
            sql.push(" AND w.filed_on = k.filed_on AND w.number = k.number AND w.commune = ANY(");
            sql.push_bind(within.commune_codes()).push(")) OR right(k.number, 5) = ANY(");
            sql.push_bind(within.desk_codes()).push("))");
        }
        looked_up.all_hold(territory, sql);
        sql.push(" ORDER BY k.filed_on, k.number LIMIT ").push_bind(i64::from(limit) + 1);
    }
}

impl LookedUp<'_> {
    /// Whether the demand `k` of a territory stands in each index. Never read as a whole, whatever the planner guesses: demands are
    /// come to in order, and most of an index would be for nothing.
    fn all_hold(&self, territory: Territory, sql: &mut QueryBuilder<'static, Postgres>) {
        for index in &self.indexes {
            sql.push(" AND EXISTS (SELECT FROM views.").push(index.table()).push(" AS i WHERE i.territory = ");
            sql.push_bind(territory.to_string()).push(" AND i.filed_on = k.filed_on AND i.number = k.number");
            index.equals("i", sql);
            sql.push(" OFFSET 0)");
        }
    }
}

impl Index<'_> {
    fn table(&self) -> &'static str {
        match self {
            Self::Token(_) => "shared_demand_tokens",
            Self::Commune(_) => "shared_demand_communes",
            Self::DwellingType(_) => "shared_demand_types",
            Self::Situation(_) => "shared_demand_situations",
        }
    }

    fn equals(&self, alias: &'static str, sql: &mut QueryBuilder<'_, Postgres>) {
        sql.push(" AND ").push(alias);
        match self {
            Self::Token(token) => {
                sql.push(".kind = ").push_bind(i16::from(token.kind.code()));
                sql.push(" AND ").push(alias).push(".token = ").push_bind(token.hash.to_vec());
            }
            Self::Commune(commune) => drop(sql.push(".commune = ").push_bind(commune.to_string())),
            Self::DwellingType(code) => drop(sql.push(".dwelling_type = ").push_bind(code.code())),
            Self::Situation(code) => drop(sql.push(".situation = ").push_bind(*code)),
        }
    }
}
