//! A command on its way through the bus: who asks, whether he may, and what its decision needs.

use std::collections::{HashMap, HashSet};

use access::{Action, Competence, Denial, Profile, Purpose, Resource, authorize};
use demand::{Act, By, Declares, DemandCommand, FieldReason, Rejection, Settings, Violation};
use jiff::Timestamp;
use jiff::civil::Date;
use nomenclature::{Actor, DeskCode, Territory, paris_day};
use uuid::Uuid;

use super::order::Order;
use crate::Error;
use crate::blind::Token;
use crate::register::{Parts, action_of, territory_of};
use crate::stream::Loaded;

/// A command that has no receipt and whose actor may ask for it.
pub(super) struct Run {
    /// Its place in the call.
    pub(super) place: usize,
    pub(super) order: Order,
    pub(super) digest: [u8; 32],
    pub(super) recorded_at: Timestamp,
    /// The day of the decision: that of the record, or of the past.
    pub(super) today: Date,
    pub(super) by: By,
    pub(super) territory: Territory,
    /// The demands that its organisation has access to.
    competence: Competence,
    pub(super) person_ref: Uuid,
    piece_id: Uuid,
    /// The delays in force in the territory on the day.
    settings: Settings,
    /// For an act that draws one identifier more.
    pub(super) spare_id: Uuid,
    /// References that live claims carry, found by an earlier try.
    pub(super) tags: HashMap<Token, Uuid>,
    /// Persons held elsewhere in the territory over whom this registration is forced.
    pub(super) forced: HashSet<Token>,
    /// How often it was decided in vain.
    pub(super) tries: usize,
    /// The version last decided on.
    pub(super) found: u32,
}

impl Run {
    /// The command as it is decided: a new demand counts as forced only once somebody was found to hold a person of it.
    pub(super) fn command(&self) -> DemandCommand {
        let mut act = self.order.request.act.clone();
        match &mut act {
            Act::Register(registration) if self.forced.is_empty() => registration.forced = None,
            Act::Separate(separation) if self.forced.is_empty() => separation.forced = None,
            _ => {}
        }
        DemandCommand {
            today: self.today,
            by: self.by,
            person_ref: self.person_ref,
            piece_id: self.piece_id,
            settings: self.settings,
            act,
        }
    }

    /// Rights by the loaded facts: the number said the territory, the stream must say the same; and whoever has no access to a
    /// demand does what any desk does, and nothing else (R441-2-6). And the version, when the sender named the one he had read.
    pub(super) fn checked(&mut self, loaded: Loaded) -> Result<Loaded, Error> {
        self.found = loaded.version;
        let content = loaded.demand.content().filter(|demand| demand.territory == self.territory);
        let (content, request) = (content.ok_or(Error::NotFound)?, &self.order.request);
        // What is entered of the past is bound by the access of its own days, which nobody knows.
        if let (Some(number), None) = (request.number, self.order.past) {
            self.competence.admits_act(action_of(&request.act), number, &content.facts.communes)?;
        }
        // Acts are entered in the order of their days.
        if self.order.past.is_some() && loaded.latest.is_some_and(|latest| self.today < latest) {
            return Err(wrong("on", FieldReason::TooEarly));
        }
        match self.order.request.expected_version {
            Some(expected) if expected != loaded.version => {
                Err(Error::VersionConflict { expected, found: loaded.version })
            }
            _ => Ok(loaded),
        }
    }

    /// The desk of an act that only a desk does.
    pub(super) fn desk(&self) -> Result<DeskCode, Error> {
        self.by.desk.ok_or(Error::Denied(Denial::UnknownDesk))
    }

    /// Whether the sender says that a person is a true homonym of the one who holds his claim.
    pub(super) fn may_force(&self) -> bool {
        match &self.order.request.act {
            Act::Register(registration) => registration.forced.is_some(),
            Act::Separate(separation) => separation.forced.is_some(),
            _ => false,
        }
    }
}

impl Parts {
    /// Whether somebody may be told the first answer of a command, or that its id was used. What is entered of the past is the
    /// operator's, whoever acted then.
    pub(super) async fn may_hear(&self, order: &Order, recorded_at: Timestamp) -> Result<(), Error> {
        match order.past {
            None => self.directory.may_hear(&order.request.actor, paris_day(recorded_at)).await,
            Some(_) => Ok(()),
        }
    }

    /// Rights by the territory that the number names, before anything of a demand is read.
    pub(super) async fn begin(
        &self,
        place: usize,
        order: Order,
        digest: [u8; 32],
        recorded_at: Timestamp,
    ) -> Result<Run, Error> {
        let Order { request, past } = &order;
        let recorded_on = paris_day(recorded_at);
        let territory = territory_of(request)?;
        let today = past.map_or(recorded_on, |past| past.on);
        let resource = Resource::Demand { territory };
        match (past, &request.actor) {
            (None, Actor::Import { .. }) => return Err(Error::Denied(Denial::OperatorOnly)),
            (None, _) => {}
            (Some(_), _) => {
                let _granted = authorize(Profile::Operator, Action::Import, resource, Purpose::Administration)?;
            }
        }
        let standing = match (self.directory.standing(&request.actor, recorded_on).await, past) {
            // A desk that is closed by now was open on its days.
            (Err(_), Some(past)) => self.directory.standing(&request.actor, past.on).await?,
            (standing, _) => standing?,
        };
        let (profile, competence) = standing;
        let granted = authorize(profile, action_of(&request.act), resource, Purpose::Attribution)?;
        let Profile::Member { organisation, kind, desk, .. } = granted.by() else {
            return Err(Error::Denied(Denial::NotForTheOperator));
        };
        let desk = desk.map(|(desk, _)| desk);
        let declares = if past.is_some() { Declares::of(kind).of_the_past() } else { Declares::of(kind) };
        if today > recorded_on {
            return Err(wrong("on", FieldReason::InTheFuture));
        }
        let settings = self.settings.in_force(territory, today).await?;
        Ok(Run {
            by: By { organisation, desk, channel: request.channel, declares },
            settings: if past.is_some() { settings.of_the_past() } else { settings },
            place,
            order,
            digest,
            recorded_at,
            today,
            territory,
            competence,
            person_ref: Uuid::new_v4(),
            piece_id: Uuid::new_v4(),
            spare_id: Uuid::new_v4(),
            tags: HashMap::new(),
            forced: HashSet::new(),
            tries: 0,
            found: 0,
        })
    }
}

/// A refusal for one field of an imported row.
pub(super) fn wrong(field: &str, reason: FieldReason) -> Error {
    Rejection::invalid(vec![Violation { field: field.to_owned(), reason }]).into()
}
