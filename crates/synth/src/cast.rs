//! Who acts in a territory: agents at desks, lessors, the portal.

use jiff::civil::Date;
use nomenclature::{Actor, AgentId, Channel, DeskCode, OrganisationKind, Siren, Territory};

use crate::dice::Dice;
use crate::options;
use crate::organisations::{OrganisationLine, organisations_in};

/// Establishments of firms that contribute to the housing of their employees. Their SIREN begin with `000`.
const CONTRIBUTORS: &[&str] = &["00090200700012", "00090201500015", "00090202300019", "00090203100012"];

/// An organisation that acts.
#[derive(Clone)]
pub(crate) struct Player {
    pub(crate) siren: Siren,
    pub(crate) name: String,
    pub(crate) kind: OrganisationKind,
    desks: Vec<DeskCode>,
    /// The days they opened, in the same order.
    opened: Vec<Date>,
}

impl Player {
    fn of(line: &OrganisationLine) -> Self {
        // A desk with a last day may be closed when it is needed.
        let open = || line.desks.iter().filter(|desk| desk.closed_on.is_none());
        Self {
            siren: line.siren,
            name: line.name.clone(),
            kind: line.kind,
            desks: open().map(|desk| desk.code).collect(),
            opened: open().map(|desk| desk.opened_on).collect(),
        }
    }

    /// One of its agents at a desk that is open on a day, if it has one.
    pub(crate) fn agent_on(&self, dice: &mut Dice, day: Date) -> Option<Actor> {
        let open: Vec<_> = self.desks.iter().zip(&self.opened).filter(|(_, since)| **since <= day).collect();
        if open.is_empty() {
            return None;
        }
        let desk = Some(*dice.pick(&open).0);
        let agent = AgentId::parse(&format!("agent-{:02}", dice.between(1, 12)));
        Some(Actor::Agent { organisation: self.siren, desk, agent: agent.expect("letters, a hyphen and digits") })
    }

    /// One of its agents at one of its desks.
    pub(crate) fn agent(&self, dice: &mut Dice) -> Actor {
        let desk = Some(*dice.pick(&self.desks));
        let agent = AgentId::parse(&format!("agent-{:02}", dice.between(1, 12)));
        Actor::Agent { organisation: self.siren, desk, agent: agent.expect("letters, a hyphen and digits") }
    }
}

/// How often somebody goes to an organisation of a kind.
fn weight(kind: OrganisationKind) -> u32 {
    match kind {
        OrganisationKind::LocalAuthority => 6,
        OrganisationKind::Hlm | OrganisationKind::Sem => 5,
        OrganisationKind::ActionLogement => 8,
        _ => 4,
    }
}

/// All who act in a territory.
pub(crate) struct Cast {
    pub(crate) lessors: Vec<Player>,
    at_desks: Vec<Player>,
    portal: Actor,
    /// The day the portal opened; none where there is no portal, and each organisation has its own.
    portal_since: Option<Date>,
    /// A lessor of another territory.
    pub(crate) stranger: Player,
}

impl Cast {
    pub(crate) fn of(seed: u64, territory: Territory) -> Self {
        let lines = organisations_in(seed, territory);
        let (portal, others): (Vec<_>, Vec<_>) =
            lines.iter().map(Player::of).partition(|player| player.kind == OrganisationKind::PortalOperator);
        let lessors: Vec<_> = others.iter().filter(|player| player.kind.is_lessor()).cloned().collect();
        let elsewhere = if territory == options::neighbour() { options::home() } else { options::neighbour() };
        let stranger = organisations_in(seed, elsewhere).first().map(Player::of);
        Self {
            lessors,
            at_desks: others,
            portal_since: portal[0].opened.first().copied(),
            portal: Actor::Agent {
                organisation: portal[0].siren,
                desk: Some(DeskCode::PORTAL),
                agent: AgentId::parse("portail").expect("letters"),
            },
            stranger: stranger.expect("there are lessors in each territory"),
        }
    }

    /// The day the first desk opened: nobody filed before.
    pub(crate) fn earliest(&self) -> Date {
        self.at_desks.iter().flat_map(|player| &player.opened).copied().min().unwrap_or(Date::MAX)
    }

    /// The same without the portal, which only one territory has.
    pub(crate) fn without_portal(self) -> Self {
        Self { portal_since: None, ..self }
    }

    /// Anybody at a desk: communes most often, then lessors.
    pub(crate) fn desk(&self, dice: &mut Dice) -> Actor {
        let weighed: Vec<_> = self.at_desks.iter().map(|player| (player, weight(player.kind))).collect();
        dice.weigh(&weighed).agent(dice)
    }

    /// Anybody at a desk that is open on a day.
    pub(crate) fn desk_on(&self, dice: &mut Dice, day: Date) -> Actor {
        let weighed: Vec<_> = self.at_desks.iter().map(|player| (player, weight(player.kind))).collect();
        let mut drawn = (0..64).filter_map(|_| dice.weigh(&weighed).agent_on(dice, day));
        let drawn = drawn.next();
        // Of the first years only few desks are left.
        drawn.or_else(|| self.at_desks.iter().find_map(|player| player.agent_on(dice, day))).unwrap_or(self.portal)
    }

    /// Who records what came in by a channel on a day, and by which channel it came: before there was a portal, at a desk.
    pub(crate) fn by_on(&self, dice: &mut Dice, channel: Channel, day: Date) -> (Actor, Channel) {
        match channel {
            Channel::Online if self.portal_since.is_some_and(|since| since <= day) => (self.portal, channel),
            Channel::Online if self.portal_since.is_none() => (self.desk_on(dice, day), channel),
            _ => (self.desk_on(dice, day), Channel::Desk),
        }
    }

    /// The establishment that an applicant works for, where the desk has to declare one: Action Logement (INV-47).
    pub(crate) fn employer(&self, by: Actor, filed_on: Date) -> Option<String> {
        let mut players = self.at_desks.iter();
        let player = players.find(|player| by.organisation() == Some(player.siren))?;
        let nth = filed_on.day().unsigned_abs() as usize % CONTRIBUTORS.len();
        let firm = CONTRIBUTORS.get(nth).filter(|_| player.kind == OrganisationKind::ActionLogement)?;
        Some((*firm).to_owned())
    }

    /// Somebody at the desk of a commune.
    pub(crate) fn commune(&self, dice: &mut Dice) -> Actor {
        let communes: Vec<_> =
            self.at_desks.iter().filter(|player| player.kind == OrganisationKind::LocalAuthority).collect();
        dice.pick(&communes).agent(dice)
    }

    /// Who records what came in by a channel.
    pub(crate) fn by(&self, dice: &mut Dice, channel: Channel) -> Actor {
        match channel {
            Channel::Online => self.portal,
            Channel::Desk => self.desk(dice),
        }
    }
}
