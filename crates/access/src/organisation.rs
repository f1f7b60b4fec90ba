//! An organisation (bailleur, commune, État ...) and its desks (guichets), as events.

use std::collections::BTreeMap;

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use jiff::civil::Date;
use nomenclature::{DeskCode, OrganisationKind, Siren, Territories, Territory};
use serde::{Deserialize, Serialize};

/// A body that takes part in the register, folded from its events. Its stream is its SIREN.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organisation {
    registered: Option<Identity>,
    desks: BTreeMap<DeskCode, Desk>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Identity {
    siren: Siren,
    name: String,
    kind: OrganisationKind,
    territories: Vec<Territory>,
    since: Date,
}

/// A desk (guichet enregistreur): where demands are registered and renewed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Desk {
    /// Name for people.
    pub name: String,
    /// Its territory.
    pub territory: Territory,
    /// First day.
    pub opened_on: Date,
    /// Last day, once it is known.
    pub closed_on: Option<Date>,
}

impl Desk {
    /// Whether the desk works on a day.
    pub fn is_open_on(&self, day: Date) -> bool {
        self.opened_on <= day && self.closed_on.is_none_or(|closed| day <= closed)
    }
}

/// What may be asked of an organisation.
#[derive(Clone, Debug)]
pub enum OrganisationCommand {
    /// Enter it.
    Register(RegisterOrganisation),
    /// Open a desk.
    OpenDesk(OpenDesk),
    /// Close a desk after a last day.
    CloseDesk {
        /// Which.
        code: DeskCode,
        /// Its last day.
        closed_on: Date,
    },
}

/// An organisation to enter.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegisterOrganisation {
    /// SIREN: its stream.
    pub siren: Siren,
    /// Public name.
    pub name: String,
    /// Kind (R441-2-1).
    pub kind: OrganisationKind,
    /// Territories where it has stock or competence.
    pub territories: Vec<Territory>,
    /// First day.
    pub since: Date,
}

/// A desk to open.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenDesk {
    /// Code, unique nationwide: a claim of the log guards it.
    pub code: DeskCode,
    /// Name for people.
    pub name: String,
    /// Its territory: one of the organisation's.
    pub territory: Territory,
    /// First day.
    pub opened_on: Date,
}

/// What happened to an organisation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum OrganisationEvent {
    /// It was entered.
    OrganisationRegistered {
        /// SIREN.
        siren: Siren,
        /// Public name.
        name: String,
        /// Kind.
        kind: OrganisationKind,
        /// Territories.
        territories: Vec<Territory>,
        /// First day.
        since: Date,
    },
    /// A desk was opened.
    DeskOpened {
        /// Code.
        code: DeskCode,
        /// Name for people.
        name: String,
        /// Territory.
        territory: Territory,
        /// First day.
        opened_on: Date,
    },
    /// A desk was closed.
    DeskClosed {
        /// Code.
        code: DeskCode,
        /// Last day.
        closed_on: Date,
    },
}

impl OrganisationEvent {
    /// Its name in the log.
    pub fn name(&self) -> &'static str {
        match self {
            Self::OrganisationRegistered { .. } => "OrganisationRegistered",
            Self::DeskOpened { .. } => "DeskOpened",
            Self::DeskClosed { .. } => "DeskClosed",
        }
    }
}

impl cqrs_es::DomainEvent for OrganisationEvent {
    fn event_type(&self) -> String {
        self.name().to_owned()
    }

    fn event_version(&self) -> String {
        codec::SCHEMA_VERSION.to_string()
    }
}

/// Why an act on an organisation is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OrganisationRejection {
    /// It is there already.
    #[error("ORGANISATION_ALREADY_REGISTERED")]
    AlreadyRegistered,
    /// It is there under another name, kind, territory or first day, or one of its desks is.
    #[error("ORGANISATION_DIFFERS")]
    Differs,
    /// It is not there.
    #[error("ORGANISATION_NOT_FOUND")]
    NotRegistered,
    /// The name is empty, too long (100 characters) or holds control characters.
    #[error("NAME_INVALID")]
    InvalidName,
    /// It has no territory.
    #[error("TERRITORY_MISSING")]
    NoTerritory,
    /// Only services that may register demands have desks (R441-2-1).
    #[error("NOT_A_REGISTERING_SERVICE")]
    NotARegisteringService,
    /// The desk's territory is not one of the organisation's.
    #[error("FOREIGN_TERRITORY")]
    ForeignTerritory,
    /// The desk exists.
    #[error("DESK_ALREADY_OPEN")]
    DeskExists,
    /// The desk does not exist, or closed before.
    #[error("DESK_NOT_FOUND")]
    UnknownDesk,
    /// A desk closes on or after its first day, and opens on or after its organisation's.
    #[error("DATE_TOO_EARLY")]
    TooEarly,
}

impl Organisation {
    /// Its desks.
    pub fn desks(&self) -> impl Iterator<Item = (&DeskCode, &Desk)> {
        self.desks.iter()
    }

    /// Its kind, once registered.
    pub fn kind(&self) -> Option<OrganisationKind> {
        self.registered.as_ref().map(|identity| identity.kind)
    }

    /// Its name, once registered.
    pub fn name(&self) -> Option<&str> {
        self.registered.as_ref().map(|identity| identity.name.as_str())
    }

    /// Whether it was registered just so.
    pub fn is_registered_as(&self, other: &RegisterOrganisation) -> bool {
        self.registered.as_ref().is_some_and(|known| {
            known.siren == other.siren
                && known.name == other.name
                && known.kind == other.kind
                && known.territories == other.territories
                && known.since == other.since
        })
    }

    /// Whether it takes part on a day.
    pub fn takes_part_on(&self, day: Date) -> bool {
        self.registered.as_ref().is_some_and(|identity| identity.since <= day)
    }

    /// Its territories.
    pub fn territories(&self) -> Territories {
        self.registered.iter().flat_map(|identity| &identity.territories).copied().collect()
    }

    /// Whether the territory is one of its own.
    pub fn is_present_in(&self, territory: Territory) -> bool {
        self.registered.as_ref().is_some_and(|identity| identity.territories.contains(&territory))
    }

    /// Decides an act. Pure.
    pub fn decide(&self, command: OrganisationCommand) -> Result<OrganisationEvent, OrganisationRejection> {
        match (command, &self.registered) {
            (OrganisationCommand::Register(_), Some(_)) => Err(OrganisationRejection::AlreadyRegistered),
            (OrganisationCommand::Register(new), None) => {
                check_name(&new.name)?;
                if new.territories.is_empty() {
                    return Err(OrganisationRejection::NoTerritory);
                }
                let RegisterOrganisation { siren, name, kind, territories, since } = new;
                Ok(OrganisationEvent::OrganisationRegistered { siren, name, kind, territories, since })
            }
            (_, None) => Err(OrganisationRejection::NotRegistered),
            (OrganisationCommand::OpenDesk(desk), Some(identity)) => {
                check_name(&desk.name)?;
                if !identity.kind.has_desks() {
                    return Err(OrganisationRejection::NotARegisteringService);
                }
                if !identity.territories.contains(&desk.territory) {
                    return Err(OrganisationRejection::ForeignTerritory);
                }
                if self.desks.contains_key(&desk.code) {
                    return Err(OrganisationRejection::DeskExists);
                }
                if desk.opened_on < identity.since {
                    return Err(OrganisationRejection::TooEarly);
                }
                let OpenDesk { code, name, territory, opened_on } = desk;
                Ok(OrganisationEvent::DeskOpened { code, name, territory, opened_on })
            }
            (OrganisationCommand::CloseDesk { code, closed_on }, Some(_)) => match self.desks.get(&code) {
                Some(desk) if desk.closed_on.is_none() && closed_on >= desk.opened_on => {
                    Ok(OrganisationEvent::DeskClosed { code, closed_on })
                }
                Some(desk) if desk.closed_on.is_none() => Err(OrganisationRejection::TooEarly),
                _ => Err(OrganisationRejection::UnknownDesk),
            },
        }
    }
}

fn check_name(name: &str) -> Result<(), OrganisationRejection> {
    let fine = !name.trim().is_empty() && name.chars().count() <= 100 && !name.chars().any(char::is_control);
    if fine { Ok(()) } else { Err(OrganisationRejection::InvalidName) }
}

impl Aggregate for Organisation {
    const TYPE: &'static str = "organisation";

    type Command = OrganisationCommand;
    type Event = OrganisationEvent;
    type Error = OrganisationRejection;
    type Services = ();

    async fn handle(
        &mut self,
        command: OrganisationCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), OrganisationRejection> {
        let event = self.decide(command)?;
        sink.write(event, self).await;
        Ok(())
    }

    fn apply(&mut self, event: OrganisationEvent) {
        match event {
            OrganisationEvent::OrganisationRegistered { siren, name, kind, territories, since } => {
                self.registered = Some(Identity { siren, name, kind, territories, since });
            }
            OrganisationEvent::DeskOpened { code, name, territory, opened_on } => {
                self.desks.insert(code, Desk { name, territory, opened_on, closed_on: None });
            }
            OrganisationEvent::DeskClosed { code, closed_on } => {
                if let Some(desk) = self.desks.get_mut(&code) {
                    desk.closed_on = Some(closed_on);
                }
            }
        }
    }
}

/// Events of an organisation to text and back. They hold no personal data: nothing is sealed.
pub mod codec {
    use super::OrganisationEvent;

    /// Version of the layout of every event so far.
    pub const SCHEMA_VERSION: u16 = 1;

    /// The event cannot be read: unknown type or version, or malformed.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
    #[error("unreadable organisation event")]
    pub struct Unreadable;

    /// The open payload of an event: its fields, without its name.
    pub fn encode(event: &OrganisationEvent) -> Result<String, Unreadable> {
        // The name stands in a column of the log: `{"Name":{...}}` becomes `{...}`.
        let tagged = serde_json::to_string(event).map_err(|_| Unreadable)?;
        let inner = tagged.strip_prefix(&format!("{{\"{}\":", event.name())).and_then(|rest| rest.strip_suffix('}'));
        inner.map(str::to_owned).ok_or(Unreadable)
    }

    /// Reads an event back.
    pub fn decode(event_type: &str, schema_version: u16, payload: &str) -> Result<OrganisationEvent, Unreadable> {
        if schema_version != SCHEMA_VERSION || !event_type.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Err(Unreadable);
        }
        serde_json::from_str(&format!("{{\"{event_type}\":{payload}}}")).map_err(|_| Unreadable)
    }
}
