//! Entering organisations and desks, by the system actor.

use std::collections::HashMap;
use std::ops::AddAssign;

use access::DeskContact;
use access::organisation::entitlement::Entitlement;
use access::{
    Action, Organisation, OrganisationAct, OrganisationCommand, OrganisationEvent, OrganisationRejection, Profile,
    Purpose, RegisterOrganisation, Resource, authorize,
};
use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use event_log::{Command, Refusal, Verdict};
use jiff::civil::Date;
use nomenclature::{Actor, DeskCode, OrganisationKind, Siren, Territory};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Error;
use crate::administration::{append, claims_of};
use crate::register::{Parts, Register};

/// An organisation with its desks: one line of an import file.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrganisationLine {
    /// SIREN.
    pub siren: Siren,
    /// Public name.
    pub name: String,
    /// Kind (R441-2-1).
    pub kind: OrganisationKind,
    /// Territories where it has stock or competence.
    pub territories: Vec<Territory>,
    /// First day.
    pub since: Date,
    /// What entitles it to register, where that is asked of its kind (INV-46).
    #[serde(default)]
    pub entitlement: Option<Entitlement>,
    /// Its desks.
    #[serde(default)]
    pub desks: Vec<DeskLine>,
}

/// A desk of an [`OrganisationLine`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeskLine {
    /// Code.
    pub code: DeskCode,
    /// Name for people.
    pub name: String,
    /// Territory.
    pub territory: Territory,
    /// First day.
    pub opened_on: Date,
    /// Last day, once known.
    #[serde(default)]
    pub closed_on: Option<Date>,
    /// How the public reaches it.
    #[serde(default)]
    pub contact: Option<DeskContact>,
}

/// What an import of one line changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// 1 when the organisation is new.
    pub organisations: usize,
    /// Desks opened.
    pub desks_opened: usize,
    /// Desks closed.
    pub desks_closed: usize,
}

impl AddAssign for Imported {
    fn add_assign(&mut self, other: Self) {
        self.organisations += other.organisations;
        self.desks_opened += other.desks_opened;
        self.desks_closed += other.desks_closed;
    }
}

impl Register {
    /// Brings the register in line with an import line: enters what is missing, leaves what is there. A second run of
    /// the same line changes nothing. All of a line or nothing.
    ///
    /// # Errors
    /// [`Error::OrganisationRejected`] with the reason, [`Error::DeskCodeTaken`], or a failure of the log.
    pub async fn import_organisation(&self, line: OrganisationLine) -> Result<Imported, Error> {
        let act = Action::AdministerOrganisations;
        let _granted = authorize(Profile::Operator, act, Resource::Register, Purpose::Administration)?;
        self.parts.import_organisation(line).await
    }

    /// What [`Register::import_organisation`] would do with these lines, one after the other, each with what it would change
    /// or why it would be refused. Changes nothing; a refused line counts as not there for those behind it.
    ///
    /// # Errors
    /// A failure of the log.
    pub async fn plan_import<'a>(
        &self,
        lines: impl IntoIterator<Item = &'a OrganisationLine>,
    ) -> Result<Vec<Result<Imported, Error>>, Error> {
        let act = Action::AdministerOrganisations;
        let _granted = authorize(Profile::Operator, act, Resource::Register, Purpose::Administration)?;
        let directory = self.parts.directory.snapshot().await?;
        let today = self.parts.clock.today();
        let mut holders: HashMap<DeskCode, Siren> = directory.desks().collect();
        let mut organisations: HashMap<Siren, Organisation> = HashMap::new();
        let mut planned = Vec::new();
        for line in lines {
            let known = organisations.get(&line.siren).or_else(|| directory.organisation(line.siren));
            let mut organisation = known.cloned().unwrap_or_default();
            planned.push(match decide(&mut organisation, line, today).await {
                Err(rejection) => Err(rejection.into()),
                Ok(_)
                    if line.desks.iter().any(|desk| *holders.get(&desk.code).unwrap_or(&line.siren) != line.siren) =>
                {
                    Err(Error::DeskCodeTaken)
                }
                Ok((_, imported)) => {
                    holders.extend(line.desks.iter().map(|desk| (desk.code, line.siren)));
                    organisations.insert(line.siren, organisation);
                    Ok(imported)
                }
            });
        }
        Ok(planned)
    }

    /// How many organisations and desks take part.
    ///
    /// # Errors
    /// A failure of the log.
    pub async fn organisation_count(&self) -> Result<(usize, usize), Error> {
        Ok(self.parts.directory.snapshot().await?.len())
    }
}

impl Parts {
    async fn import_organisation(&self, line: OrganisationLine) -> Result<Imported, Error> {
        for _ in 0..3 {
            let (mut organisation, version) = self.load_organisation(line.siren).await?;
            let (events, imported) = decide(&mut organisation, &line, self.clock.today()).await?;
            if events.is_empty() {
                return Ok(imported);
            }
            match self.append_organisation(line.siren, version, &events).await? {
                Verdict::Committed(_) | Verdict::Repeated(_) => {
                    self.directory.catch_up().await?;
                    return Ok(imported);
                }
                Verdict::Refused(Refusal::ClaimHeld { .. }) => return Err(Error::DeskCodeTaken),
                Verdict::Refused(Refusal::VersionConflict { .. }) => {}
                Verdict::Refused(other) => {
                    return Err(Error::Database(format!("the log refused the command: {other:?}")));
                }
            }
        }
        Err(Error::VersionConflict { expected: 0, found: 0 })
    }

    /// Appends events of an organisation as the operator's.
    pub(crate) async fn append_organisation(
        &self,
        siren: Siren,
        version: u32,
        events: &[OrganisationEvent],
    ) -> Result<Verdict, Error> {
        let claims = events.iter().map(|event| claims_of(siren, event)).collect::<Result<Vec<_>, _>>()?;
        let command = Command {
            id: Uuid::new_v4(),
            organisation: Actor::Operator.organisation_code().to_owned(),
            actor: Actor::Operator.to_string(),
            body_digest: [0; 32],
            recorded_at: self.clock.now(),
            streams: vec![append(siren, version, events, self.clock.today())?],
            claims: claims.concat(),
        };
        self.log.append(vec![command]).await?.into_iter().next().ok_or(Error::OutcomeUnknown)
    }
}

/// The events that bring an organisation in line with its import line.
async fn decide(
    organisation: &mut Organisation,
    line: &OrganisationLine,
    today: Date,
) -> Result<(Vec<OrganisationEvent>, Imported), OrganisationRejection> {
    let mut imported = Imported::default();
    let mut commands = Vec::new();
    let identity = RegisterOrganisation {
        siren: line.siren,
        name: line.name.clone(),
        kind: line.kind,
        territories: line.territories.clone(),
        since: line.since,
    };
    if organisation.kind().is_none() {
        imported.organisations = 1;
        commands.push(OrganisationAct::Register(identity));
    } else if !organisation.is_registered_as(&identity) {
        // Renames and mergers will be acts of their own: a file does not rewrite what is there.
        return Err(OrganisationRejection::Differs);
    }
    if let Some(entitlement) = &line.entitlement {
        match organisation.entitlements().iter().find(|known| known.reference == entitlement.reference) {
            None => commands.push(OrganisationAct::RecordEntitlement(entitlement.clone())),
            Some(known) if known == entitlement => {}
            Some(_) => return Err(OrganisationRejection::Differs),
        }
    }
    for desk in &line.desks {
        let known = organisation.desks().find(|(code, _)| **code == desk.code).map(|(_, known)| known);
        if let Some(known) = known
            && (&known.name, known.territory, known.opened_on) != (&desk.name, desk.territory, desk.opened_on)
        {
            return Err(OrganisationRejection::Differs);
        }
        if known.is_none() {
            imported.desks_opened += 1;
            commands.push(OrganisationAct::OpenDesk(access::OpenDesk {
                code: desk.code,
                name: desk.name.clone(),
                territory: desk.territory,
                opened_on: desk.opened_on,
            }));
        }
        if let Some(contact) = &desk.contact
            && known.and_then(|known| known.contact.as_ref()) != Some(contact)
        {
            commands.push(OrganisationAct::SetDeskContact { code: desk.code, contact: contact.clone() });
        }
        match (desk.closed_on, known.and_then(|known| known.closed_on)) {
            (Some(closed_on), None) => {
                imported.desks_closed += 1;
                commands.push(OrganisationAct::CloseDesk { code: desk.code, closed_on });
            }
            (asked, closed) if closed.is_some() && asked != closed => return Err(OrganisationRejection::Differs),
            _ => {}
        }
    }
    let sink = EventSink::default();
    for act in commands {
        organisation.handle(OrganisationCommand { today, act }, &(), &sink).await?;
    }
    Ok((sink.collect().await, imported))
}
