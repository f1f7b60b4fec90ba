//! Acts on organisations and agents, rights and readers: from messages, and back.

use access::agent::Account;
use access::agent::command::AgentAct;
use access::agent::grant::Grant;
use access::organisation::certificate::Certificate;
use access::organisation::entitlement::Entitlement;
use access::{DeskContact, Fingerprint, OpenDesk, OrganisationAct, RegisterOrganisation, Role};
use demand::FieldReason;
use jiff::Timestamp;
use jiff::civil::Date;
use nomenclature::{
    AgentId, CommuneCode, DeskCode, EntitlementGround, OrganisationKind, PostalCode, Siren, SuspensionReason,
    Territories, Territory,
};
use proto::v1;
use proto::v1::administer_agent_request::Act as OnAgent;
use proto::v1::administer_organisation_request::Act as OnOrganisation;
use proto::v1::administration_answer::Of;
use register::{
    Administered, AdministrationAct, AdministrationAnswer, AlertLine, IdentityDraft, RightLine, Seer, SuspensionLine,
};

use super::Edge;
use super::answer::instant;

/// More than there are, of whatever is listed.
const MOST: usize = 1_000;

impl Edge {
    fn form<T>(&mut self, field: &str, text: &str, parse: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let read = if text.is_empty() { Err(FieldReason::Missing) } else { parse(text).ok_or(FieldReason::Malformed) };
        read.map_err(|reason| self.fault(field, reason)).ok()
    }

    /// A SIREN.
    pub fn siren(&mut self, field: &str, text: &str) -> Option<Siren> {
        self.form(field, text, |text| Siren::parse(text).ok())
    }

    /// The token of an agent.
    pub fn agent(&mut self, field: &str, text: &str) -> Option<AgentId> {
        self.form(field, text, |text| AgentId::parse(text).ok())
    }

    /// The code of a desk.
    pub fn desk(&mut self, field: &str, text: &str) -> Option<DeskCode> {
        self.form(field, text, |text| DeskCode::parse(text).ok())
    }

    /// A text that may be left out: a fault is not the same as nothing.
    pub fn optional<T>(
        &mut self,
        text: Option<&str>,
        read: impl FnOnce(&mut Self, &str) -> Option<T>,
    ) -> Option<Option<T>> {
        match text {
            None => Some(None),
            Some(text) => read(self, text).map(Some),
        }
    }

    fn each<T>(&mut self, field: &str, texts: &[String], parse: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
        if texts.is_empty() || texts.len() > MOST {
            let reason = if texts.is_empty() { FieldReason::Missing } else { FieldReason::TooLong };
            self.fault(field, reason);
            return None;
        }
        let read: Option<Vec<T>> = texts.iter().map(|text| parse(text)).collect();
        if read.is_none() {
            self.fault(field, FieldReason::UnknownCode);
        }
        read
    }

    fn places(&mut self, texts: &[String]) -> Option<Vec<Territory>> {
        self.each("territories", texts, |text| Territory::parse(text).ok())
    }

    fn fingerprint(&mut self, text: &str) -> Option<Fingerprint> {
        self.form("fingerprint", text, |text| Fingerprint::parse(text).ok())
    }

    fn reason(&mut self, text: &str) -> Option<SuspensionReason> {
        self.code("reason", text, |text| SuspensionReason::parse(text).ok())
    }

    fn role(&mut self, text: &str) -> Option<Role> {
        self.code("role", text, |text| Role::parse(text).ok())
    }

    fn instant(&mut self, field: &str, value: Option<prost_types::Timestamp>) -> Option<Timestamp> {
        let read = match value {
            None => Err(FieldReason::Missing),
            Some(value) => Timestamp::new(value.seconds, value.nanos).map_err(|_| FieldReason::OutOfRange),
        };
        read.map_err(|reason| self.fault(field, reason)).ok()
    }

    fn last_day(&mut self, field: &str, text: Option<&str>) -> Option<Option<Date>> {
        self.optional(text, |edge, text| edge.date(field, text))
    }
}

/// Reads an act on an organisation.
pub fn on_organisation(edge: &mut Edge, siren: &str, act: Option<OnOrganisation>) -> Option<AdministrationAct> {
    let siren = edge.siren("siren", siren);
    let Some(act) = act else {
        edge.fault("act", FieldReason::Missing);
        return None;
    };
    let act = match act {
        OnOrganisation::Register(new) => {
            let kind = edge.code("register.kind", &new.kind, |code| OrganisationKind::parse(code).ok());
            let (territories, since) = (edge.places(&new.territories), edge.date("register.since", &new.since));
            OrganisationAct::Register(RegisterOrganisation {
                siren: siren?,
                name: new.name,
                kind: kind?,
                territories: territories?,
                since: since?,
            })
        }
        OnOrganisation::OpenDesk(desk) => {
            let (code, territory) = (edge.desk("open_desk.code", &desk.code), edge.territory(&desk.territory));
            let opened_on = edge.date("open_desk.opened_on", &desk.opened_on);
            let (code, territory, opened_on) = (code?, territory?, opened_on?);
            OrganisationAct::OpenDesk(OpenDesk { code, name: desk.name, territory, opened_on })
        }
        OnOrganisation::CloseDesk(desk) => {
            let code = edge.desk("close_desk.code", &desk.code);
            let closed_on = edge.date("close_desk.closed_on", &desk.closed_on);
            OrganisationAct::CloseDesk { code: code?, closed_on: closed_on? }
        }
        OnOrganisation::SetDeskContact(told) => {
            let code = edge.desk("set_desk_contact.code", &told.code);
            let postal_code =
                edge.form("set_desk_contact.postal_code", &told.postal_code, |text| PostalCode::parse(text).ok());
            let commune = edge.form("set_desk_contact.commune", &told.commune, |text| CommuneCode::parse(text).ok());
            let contact = DeskContact {
                address: told.address,
                postal_code: postal_code?,
                commune: commune?,
                phone: told.phone,
                email: told.email,
                hours: told.hours,
            };
            OrganisationAct::SetDeskContact { code: code?, contact }
        }
        OnOrganisation::RecordEntitlement(told) => {
            let ground =
                edge.code("record_entitlement.ground", &told.ground, |code| EntitlementGround::parse(code).ok());
            let signed_on = edge.date("record_entitlement.signed_on", &told.signed_on);
            let ends_on = edge.last_day("record_entitlement.ends_on", told.ends_on.as_deref());
            OrganisationAct::RecordEntitlement(Entitlement {
                ground: ground?,
                reference: told.reference,
                signed_on: signed_on?,
                ends_on: ends_on?,
            })
        }
        OnOrganisation::EndEntitlement(told) => {
            let ends_on = edge.date("end_entitlement.ends_on", &told.ends_on)?;
            OrganisationAct::EndEntitlement { reference: told.reference, ends_on }
        }
        OnOrganisation::AddTerritory(told) => {
            let (territory, from) = (edge.territory(&told.territory), edge.date("add_territory.from", &told.from));
            OrganisationAct::AddTerritory { territory: territory?, from: from? }
        }
        OnOrganisation::LeaveTerritory(told) => {
            let territory = edge.territory(&told.territory);
            let last_day = edge.date("leave_territory.last_day", &told.last_day);
            OrganisationAct::LeaveTerritory { territory: territory?, last_day: last_day? }
        }
        OnOrganisation::Rename(told) => {
            let effective_on = edge.date("rename.effective_on", &told.effective_on)?;
            OrganisationAct::Rename { name: told.name, effective_on }
        }
        OnOrganisation::Merge(told) => {
            let successor = edge.siren("merge.successor", &told.successor);
            let effective_on = edge.date("merge.effective_on", &told.effective_on);
            OrganisationAct::MergeInto { successor: successor?, effective_on: effective_on? }
        }
        OnOrganisation::GiveMandate(told) => {
            let (to, territories) = (edge.siren("give_mandate.to", &told.to), edge.places(&told.territories));
            let from = edge.date("give_mandate.from", &told.from);
            let until = edge.last_day("give_mandate.until", told.until.as_deref());
            let territories: Territories = territories?.into_iter().collect();
            OrganisationAct::GiveMandate { to: to?, territories, from: from?, until: until? }
        }
        OnOrganisation::EndMandate(told) => {
            let (to, until) = (edge.siren("end_mandate.to", &told.to), edge.date("end_mandate.until", &told.until));
            OrganisationAct::EndMandate { to: to?, until: until? }
        }
        OnOrganisation::SetCompetence(told) => {
            let communes = edge.each("set_competence.communes", &told.communes, |text| CommuneCode::parse(text).ok());
            OrganisationAct::SetCompetence { communes: communes? }
        }
        OnOrganisation::BindCertificate(told) => {
            let fingerprint = edge.fingerprint(&told.fingerprint);
            let not_before = edge.instant("bind_certificate.not_before", told.not_before);
            let not_after = edge.instant("bind_certificate.not_after", told.not_after);
            let desk = edge.optional(told.desk.as_deref(), |edge, text| edge.desk("bind_certificate.desk", text));
            OrganisationAct::BindCertificate(Certificate {
                fingerprint: fingerprint?,
                label: told.label,
                not_before: not_before?,
                not_after: not_after?,
                desk: desk?,
            })
        }
        OnOrganisation::RevokeCertificate(told) => {
            OrganisationAct::RevokeCertificate { fingerprint: edge.fingerprint(&told.fingerprint)? }
        }
        OnOrganisation::Suspend(told) => OrganisationAct::Suspend { reason: edge.reason(&told.reason)? },
        OnOrganisation::Resume(_) => OrganisationAct::Resume {},
        OnOrganisation::SuspendUser(told) => {
            let (user, reason) = (edge.agent("suspend_user.user", &told.user), edge.reason(&told.reason));
            OrganisationAct::SuspendUser { user: user?, reason: reason? }
        }
        OnOrganisation::ResumeUser(told) => {
            OrganisationAct::ResumeUser { user: edge.agent("resume_user.user", &told.user)? }
        }
    };
    Some(AdministrationAct::Organisation { siren: siren?, act })
}

/// Reads an act on an agent.
pub fn on_agent(edge: &mut Edge, agent: &str, act: Option<OnAgent>) -> Option<AdministrationAct> {
    let agent = edge.agent("agent", agent);
    let Some(act) = act else {
        edge.fault("act", FieldReason::Missing);
        return None;
    };
    let act = match act {
        OnAgent::AskAccount(_) => AgentAct::AskAccount {},
        OnAgent::CertifyAccount(_) => AgentAct::Certify {},
        OnAgent::GrantRole(told) => {
            let (role, territories) = (edge.role(&told.role), edge.places(&told.territories));
            let (from, until) = (edge.date("grant_role.from", &told.from), edge.date("grant_role.until", &told.until));
            let territories = territories?.into_iter().collect();
            AgentAct::Grant(Grant { role: role?, territories, from: from?, until: until? })
        }
        OnAgent::RevokeRole(told) => {
            let (role, territories) = (edge.role(&told.role), edge.places(&told.territories));
            AgentAct::Revoke { role: role?, territories: territories?.into_iter().collect() }
        }
        OnAgent::ReviewRights(_) => AgentAct::Review {},
        OnAgent::BindIdentity(told) => {
            for (field, text) in [("bind_identity.issuer", &told.issuer), ("bind_identity.subject", &told.subject)] {
                let _ = edge.form(field, text, |text| (text.len() <= 500).then_some(()));
            }
            let identity = IdentityDraft { issuer: told.issuer, subject: told.subject };
            return Some(AdministrationAct::BindIdentity { agent: agent?, identity });
        }
        OnAgent::UnbindIdentity(_) => AgentAct::UnbindIdentity {},
        OnAgent::Move(told) => {
            let desk = edge.optional(told.desk.as_deref(), |edge, text| edge.desk("move.desk", text))?;
            AgentAct::Move { desk }
        }
        OnAgent::Suspend(told) => AgentAct::Suspend { reason: edge.reason(&told.reason)? },
        OnAgent::Resume(_) => AgentAct::Resume {},
        OnAgent::Leave(told) => AgentAct::Leave { last_day: edge.date("leave.last_day", &told.last_day)? },
        OnAgent::Erase(_) => AgentAct::Erase {},
    };
    Some(AdministrationAct::Agent { agent: agent?, act })
}

/// Writes the answer to an act.
pub fn answer(answer: &AdministrationAnswer) -> v1::AdministrationAnswer {
    let of = match answer.of {
        Administered::Organisation(siren) => Of::Siren(siren.to_string()),
        Administered::Agent(agent) => Of::Agent(agent.to_string()),
    };
    v1::AdministrationAnswer {
        of: Some(of),
        position: answer.position.get(),
        effective_on: answer.effective_on.to_string(),
        recorded_at: Some(instant(answer.recorded_at)),
    }
}

/// Writes a right.
pub fn right(line: RightLine) -> v1::Right {
    let account = match line.account {
        Account::Entered => v1::AccountState::Entered,
        Account::Asked => v1::AccountState::Asked,
        Account::Certified => v1::AccountState::Certified,
    };
    let (name, email) = line.person.map(|person| (person.name, person.email)).unwrap_or_default();
    let day = |day: Option<Date>| day.map(|day| day.to_string());
    v1::Right {
        agent: line.agent.to_string(),
        name,
        email,
        siren: line.organisation.to_string(),
        organisation: line.organisation_name,
        desk: line.desk.map(|desk| desk.to_string()),
        account: account.into(),
        suspended: line.suspended.map(|reason| reason.to_string()),
        last_day: day(line.last_day),
        reviewed_on: day(line.reviewed_on),
        role: line.role.map(|role| role.to_string()),
        territories: line.territories.iter().map(|territory| territory.to_string()).collect(),
        from: day(line.from),
        until: day(line.until),
        last_used_on: day(line.last_used_on),
    }
}

/// Writes somebody who can read a demand.
pub fn reader(seer: Seer) -> v1::DemandReader {
    v1::DemandReader {
        siren: seer.organisation.to_string(),
        organisation: seer.organisation_name,
        desk: seer.desk.map(|desk| desk.to_string()),
        agent: seer.agent.map(|agent| agent.to_string()),
        roles: seer.roles.iter().map(|role| role.to_string()).collect(),
    }
}

/// Writes a suspension.
pub fn suspension(line: SuspensionLine) -> v1::Suspension {
    v1::Suspension {
        siren: line.organisation.to_string(),
        organisation: line.organisation_name,
        agent: line.agent.map(|agent| agent.to_string()),
        has_account: line.has_account,
        reason: line.reason.to_string(),
    }
}

/// Writes an alert.
pub fn alert(line: AlertLine) -> v1::Alert {
    let AlertLine { organisation, organisation_name, alert, has_account, suspended } = line;
    v1::Alert {
        siren: organisation.to_string(),
        organisation: organisation_name,
        agent: alert.agent.to_string(),
        has_account,
        suspended: suspended.map(|reason| reason.to_string()),
        territory: alert.territory.to_string(),
        files: alert.files.into(),
        threshold: alert.threshold.into(),
        since: Some(instant(alert.since)),
        until: Some(instant(alert.until)),
    }
}
