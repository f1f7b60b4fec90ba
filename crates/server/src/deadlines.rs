//! The lists of deadlines and of late radiations: rights first, then the query. Nobody is named in them.

use access::{Denial, FieldClass, FieldClasses};
use demand::pending::Delay;
use demand::{DeadlineKind, FieldReason};
use event_log::Position;
use jiff::ToSpan as _;
use jiff::civil::Date;
use nomenclature::{Actor, DeskCode, Territory};
use proto::v1;
use register::{Error, Terms, Viewer};
use tokio::time::Instant;
use views::deadlines::{CalendarQuery, LateQuery, Which};

use crate::convert::{Edge, deadlines as written};
use crate::deadline::at_least;
use crate::page_token::{self, Asked};
use crate::shared_management::Shared;
use crate::status::Refusal;

impl Shared {
    /// What falls due in the territory of an agent.
    pub async fn calendar(
        &self,
        actor: &Actor,
        request: v1::ListDeadlinesRequest,
        until: Instant,
    ) -> Result<v1::ListDeadlinesResponse, Refusal> {
        let asked = DeadlinesAsked::read(request)?;
        let terms = self.register.deadline_terms(Viewer::Agent(actor), asked.territory).await?;
        let (kinds, masked) = shown(&asked.kinds, terms.read.fields())?;
        let secrets = self.keys.0.secrets();
        let seal = asked.seal(terms.territory(), actor.organisation_code());
        let after = page_token::read(secrets, &asked.page_token, &seal)?;
        let today = terms.today;
        let Terms { read, settings, abnormal, .. } = terms;
        let query = CalendarQuery {
            kinds,
            from: asked.from,
            until: asked.until,
            which: asked.which,
            desk: asked.desk,
            after,
            limit: asked.limit,
            ..CalendarQuery::of(read.what().territory(), today, settings, abnormal)
        };
        let page = self.deadlines.calendar(&read, query, at_least(asked.position, until), until).await?;
        let next_page_token = page_token::next(secrets, page.next, &seal)?;
        Ok(v1::ListDeadlinesResponse {
            deadlines: page.deadlines.iter().map(|deadline| written::deadline(deadline, today)).collect(),
            next_page_token,
            position: page.position.get(),
            masked_kinds: masked.into_iter().map(|kind| written::told(kind).into()).collect(),
        })
    }

    /// Whose radiation is late in the territory of an agent.
    pub async fn late(
        &self,
        actor: &Actor,
        request: v1::ListLateRadiationsRequest,
        until: Instant,
    ) -> Result<v1::ListLateRadiationsResponse, Refusal> {
        let v1::ListLateRadiationsRequest { territory, min_age_days, page_size, page_token, at_least_position } =
            request;
        let mut edge = Edge::default();
        let territory = territory.and_then(|text| edge.territory(&text));
        let limit = edge.page_size(page_size);
        let position = edge.position("at_least_position", at_least_position);
        let position = edge.finish(position)?;
        let terms = self.register.deadline_terms(Viewer::Agent(actor), territory).await?;
        let secrets = self.keys.0.secrets();
        let here = terms.territory();
        let parts = [
            &b"late radiations"[..],
            actor.organisation_code().as_bytes(),
            here.as_str().as_bytes(),
            &min_age_days.to_be_bytes(),
        ];
        let seal = Asked::of(&parts);
        let query = LateQuery {
            territory: here,
            within: None,
            until: terms.today.saturating_sub(i64::from(min_age_days).days()),
            after: page_token::read(secrets, &page_token, &seal)?,
            limit,
        };
        let page = self.deadlines.late(&terms.read, query, at_least(position, until), until).await?;
        let next_page_token = page_token::next(secrets, page.next, &seal)?;
        Ok(v1::ListLateRadiationsResponse {
            late_radiations: page.late.iter().map(|late| written::late(late, terms.today)).collect(),
            next_page_token,
            position: page.position.get(),
        })
    }
}

/// The kinds that are listed for a reader, and those that are kept from him. Who asks for one of these is told that it is not his.
fn shown(asked: &[DeadlineKind], fields: FieldClasses) -> Result<(Vec<DeadlineKind>, Vec<DeadlineKind>), Refusal> {
    let is_masked = |kind: &DeadlineKind| {
        let of_dalo = matches!(kind, DeadlineKind::Delay(Delay::DaloDecision | Delay::DaloOffer));
        of_dalo && !fields.contains(FieldClass::Dalo)
    };
    let (masked, all): (Vec<_>, Vec<_>) = DeadlineKind::all().partition(is_masked);
    if asked.iter().any(is_masked) {
        return Err(Error::Denied(Denial::NotTheState).into());
    }
    Ok((if asked.is_empty() { all } else { asked.to_vec() }, masked))
}

/// What is asked for, read.
struct DeadlinesAsked {
    territory: Option<Territory>,
    kinds: Vec<DeadlineKind>,
    from: Option<Date>,
    until: Option<Date>,
    which: Which,
    desk: Option<DeskCode>,
    limit: u16,
    page_token: String,
    position: Position,
}

impl DeadlinesAsked {
    /// Every fault at once.
    fn read(request: v1::ListDeadlinesRequest) -> Result<Self, Refusal> {
        let mut edge = Edge::default();
        let territory = request.territory.and_then(|text| edge.territory(&text));
        let mut kinds = Vec::new();
        for (at, value) in request.kinds.into_iter().enumerate() {
            let field = format!("kinds[{at}]");
            match edge.known(&field, value).map(written::kind) {
                Some(None) => edge.fault(&field, FieldReason::Missing),
                read => kinds.extend(read.flatten()),
            }
        }
        kinds.sort_unstable();
        kinds.dedup();
        let (from, until) =
            edge.window(("due_from", request.due_from.as_deref()), ("due_until", request.due_until.as_deref()));
        let desk = request.desk.and_then(|text| edge.code("desk", &text, |text| DeskCode::parse(text).ok()));
        let limit = edge.page_size(request.page_size);
        let position = edge.position("at_least_position", request.at_least_position);
        let position = edge.finish(position)?;
        let which = if request.due_only { Which::Due } else { Which::All };
        let page_token = request.page_token;
        Ok(Self { territory, kinds, from, until, which, desk, limit, page_token, position })
    }

    /// What a page token is bound to: the asker and the filters; not the size of a page, nor the position waited for.
    fn seal(&self, territory: Territory, organisation: &str) -> Asked {
        let kinds: Vec<&str> = self.kinds.iter().map(|kind| kind.code()).collect();
        let day = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
        let parts = [
            "deadlines".to_owned(),
            organisation.to_owned(),
            territory.to_string(),
            kinds.join(" "),
            day(self.from),
            day(self.until),
            format!("{:?}", self.which),
            self.desk.map(|desk| desk.to_string()).unwrap_or_default(),
        ];
        Asked::of(&parts.each_ref().map(String::as_bytes))
    }
}
