//! `sne admin`: who takes part, and with what rights, as the operator. He bootstraps; a manager goes on over the network.

mod remote;

use std::sync::Arc;

use access::agent::Account;
use access::agent::command::{AgentAct, EnterAgent};
use access::agent::grant::Grant;
use access::organisation::certificate::Certificate;
use access::organisation::entitlement::Entitlement;
use access::{DeskContact, OpenDesk, OrganisationAct, RegisterOrganisation};
use jiff::civil::Date;
use nomenclature::Actor;
use register::{
    Administered, AdministrationAct, AdministrationAnswer, AdministrationRequest, AlertLine, Clock as _, IdentityDraft,
    Register, RightLine, RightsQuery, Seer, SuspensionLine, SystemClock, Viewer,
};
use serde::Serialize;
use uuid::Uuid;

use crate::args::{AdminAct, AdminCommand, Format, Place};
use crate::failure::Failure;
use crate::house::House;
use crate::{output, person};

pub use remote::Server;

/// What was done.
#[derive(Serialize)]
struct Report {
    /// SIREN, or the token of an agent.
    of: String,
    effective_on: String,
    position: i64,
}

/// Does what was asked, or lists.
pub async fn run(place: Place, format: Format, command: AdminCommand) -> Result<(), Failure> {
    let clock = Arc::new(SystemClock);
    match command {
        AdminCommand::Rights { within, unused } => {
            let house = House::open_to_read(place, clock).await?;
            let asked = RightsQuery { within, unused, after: None, agents: usize::MAX };
            rights(format, &house.register.rights_page(Viewer::Operator, asked).await?.0);
            Ok(())
        }
        AdminCommand::Alerts => {
            let house = House::open_to_read(place, clock).await?;
            alerts(format, &house.register.alerts(Viewer::Operator, None, usize::MAX).await?.0);
            Ok(())
        }
        AdminCommand::Suspensions => {
            let house = House::open_to_read(place, clock).await?;
            suspensions(format, &house.register.suspensions(Viewer::Operator, None, usize::MAX).await?.0);
            Ok(())
        }
        AdminCommand::Readers { number } => {
            let house = House::open_to_read(place, clock).await?;
            readers(format, &house.register.seers(Viewer::Operator, number).await?);
            Ok(())
        }
        AdminCommand::Act(act) => {
            let act = read(act, clock.today())?;
            let house = House::open(place, clock).await?;
            let answer = administer(&house.register, act).await?;
            let of = match answer.of {
                Administered::Organisation(siren) => siren.to_string(),
                Administered::Agent(agent) => agent.to_string(),
            };
            done(format, of, answer.effective_on, answer.position.get());
            Ok(())
        }
    }
}

fn done(format: Format, of: String, effective_on: Date, position: i64) {
    let report = Report { of, effective_on: effective_on.to_string(), position };
    output::rows(format, &["inscrit", "effet le", "position"], &[report], |report| {
        vec![report.of.clone(), report.effective_on.clone(), report.position.to_string()]
    });
}

/// An agent's account is asked for with his entry: who enters him is the head of his service, or acts for him.
async fn administer(register: &Register, act: AdministrationAct) -> Result<AdministrationAnswer, Failure> {
    let enters = matches!(act, AdministrationAct::EnterAgent(_));
    let request = |act| AdministrationRequest { command_id: Uuid::new_v4(), actor: Actor::Operator, act };
    let answer = register.administer(request(act)).await?;
    match answer.of {
        Administered::Agent(agent) if enters => {
            let ask = AdministrationAct::Agent { agent, act: AgentAct::AskAccount {} };
            Ok(register.administer(request(ask)).await?)
        }
        _ => Ok(answer),
    }
}

/// The act that a command asks for.
fn read(command: AdminAct, today: Date) -> Result<AdministrationAct, Failure> {
    let on_org = |siren, act| AdministrationAct::Organisation { siren, act };
    let on_agent = |agent, act| AdministrationAct::Agent { agent, act };
    Ok(match command {
        AdminAct::Org { siren, name, kind, territory, since } => {
            let new = RegisterOrganisation { siren, name, kind, territories: territory, since: since.unwrap_or(today) };
            on_org(siren, OrganisationAct::Register(new))
        }
        AdminAct::Entitlement { siren, ground, reference, signed_on, ends_on } => {
            let entitlement = Entitlement { ground, reference, signed_on, ends_on };
            on_org(siren, OrganisationAct::RecordEntitlement(entitlement))
        }
        AdminAct::Desk { code, org, name, territory, from } => {
            let desk = OpenDesk { code, name, territory, opened_on: from.unwrap_or(today) };
            on_org(org, OrganisationAct::OpenDesk(desk))
        }
        AdminAct::Contact { code, org, address, postal_code, commune, phone, email, hours } => {
            let contact = DeskContact { address, postal_code, commune, phone, email, hours };
            on_org(org, OrganisationAct::SetDeskContact { code, contact })
        }
        AdminAct::Rename { siren, name, on } => {
            on_org(siren, OrganisationAct::Rename { name, effective_on: on.unwrap_or(today) })
        }
        AdminAct::Merge { siren, into, on } => {
            on_org(siren, OrganisationAct::MergeInto { successor: into, effective_on: on.unwrap_or(today) })
        }
        AdminAct::Mandate { siren, to, territory, from, until } => {
            let territories = territory.into_iter().collect();
            on_org(siren, OrganisationAct::GiveMandate { to, territories, from: from.unwrap_or(today), until })
        }
        AdminAct::EndMandate { siren, to, until } => {
            on_org(siren, OrganisationAct::EndMandate { to, until: until.unwrap_or(today) })
        }
        AdminAct::Certificate { siren, fingerprint, label, not_before, not_after, desk } => {
            let certificate = Certificate { fingerprint, label, not_before, not_after, desk };
            on_org(siren, OrganisationAct::BindCertificate(certificate))
        }
        AdminAct::RevokeCertificate { siren, fingerprint } => {
            on_org(siren, OrganisationAct::RevokeCertificate { fingerprint })
        }
        AdminAct::Agent { org, desk, person } => {
            let person = person::read(&person)?;
            AdministrationAct::EnterAgent(EnterAgent { organisation: org, desk, person })
        }
        AdminAct::Certify { agent } => on_agent(agent, AgentAct::Certify {}),
        AdminAct::Grant { agent, role, territory, from, until } => {
            let territories = territory.into_iter().collect();
            on_agent(agent, AgentAct::Grant(Grant { role, territories, from: from.unwrap_or(today), until }))
        }
        AdminAct::Revoke { agent, role, territory } => {
            on_agent(agent, AgentAct::Revoke { role, territories: territory.into_iter().collect() })
        }
        AdminAct::Review { agent } => on_agent(agent, AgentAct::Review {}),
        AdminAct::Identity { agent, issuer, subject } => {
            AdministrationAct::BindIdentity { agent, identity: IdentityDraft { issuer, subject } }
        }
        AdminAct::SuspendOrg { siren, reason } => on_org(siren, OrganisationAct::Suspend { reason }),
        AdminAct::ResumeOrg { siren } => on_org(siren, OrganisationAct::Resume {}),
        AdminAct::Suspend { agent, org: None, reason } => on_agent(agent, AgentAct::Suspend { reason }),
        AdminAct::Suspend { agent: user, org: Some(org), reason } => {
            on_org(org, OrganisationAct::SuspendUser { user, reason })
        }
        AdminAct::Resume { agent, org: None } => on_agent(agent, AgentAct::Resume {}),
        AdminAct::Resume { agent: user, org: Some(org) } => on_org(org, OrganisationAct::ResumeUser { user }),
        AdminAct::Leave { agent, on } => on_agent(agent, AgentAct::Leave { last_day: on.unwrap_or(today) }),
        AdminAct::Erase { agent } => on_agent(agent, AgentAct::Erase {}),
    })
}

fn rights(format: Format, lines: &[RightLine]) {
    let header = [
        "agent",
        "SIREN",
        "organisme",
        "guichet",
        "compte",
        "suspendu",
        "parti le",
        "revu le",
        "utilisé le",
        "profil",
        "territoires",
        "du",
        "au",
    ];
    let day = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
    output::rows(format, &header, lines, |line| {
        let account = match line.account {
            Account::Entered => "inscrit",
            Account::Asked => "demandé",
            Account::Certified => "certifié",
        };
        let territories: Vec<String> = line.territories.iter().map(|territory| territory.to_string()).collect();
        vec![
            line.agent.to_string(),
            line.organisation.to_string(),
            for_a_spreadsheet(format, &line.organisation_name),
            line.desk.map(|desk| desk.to_string()).unwrap_or_default(),
            account.to_owned(),
            line.suspended.map(|reason| reason.to_string()).unwrap_or_default(),
            day(line.last_day),
            day(line.reviewed_on),
            day(line.last_used_on),
            line.role.map(|role| role.to_string()).unwrap_or_default(),
            territories.join(" "),
            day(line.from),
            day(line.until),
        ]
    });
}

fn alerts(format: Format, lines: &[AlertLine]) {
    let header = ["du", "au", "SIREN", "organisme", "agent", "territoire", "dossiers", "seuil", "compte"];
    output::rows(format, &header, lines, |line| {
        let AlertLine { organisation, organisation_name, alert, has_account, suspended } = line;
        let account = match (has_account, suspended) {
            (false, None) => "sans compte".to_owned(),
            (false, Some(reason)) => format!("sans compte, suspendu ({reason})"),
            (true, None) => "en service".to_owned(),
            (true, Some(reason)) => format!("suspendu ({reason})"),
        };
        vec![
            alert.since.to_string(),
            alert.until.to_string(),
            organisation.to_string(),
            for_a_spreadsheet(format, organisation_name),
            alert.agent.to_string(),
            alert.territory.to_string(),
            alert.files.to_string(),
            alert.threshold.to_string(),
            account,
        ]
    });
}

fn suspensions(format: Format, lines: &[SuspensionLine]) {
    output::rows(format, &["SIREN", "organisme", "agent", "compte", "motif"], lines, |line| {
        let who = match (line.agent, line.has_account) {
            (None, _) => "tout l'organisme",
            (Some(_), true) => "avec compte",
            (Some(_), false) => "sans compte",
        };
        vec![
            line.organisation.to_string(),
            for_a_spreadsheet(format, &line.organisation_name),
            line.agent.map(|agent| agent.to_string()).unwrap_or_default(),
            who.to_owned(),
            line.reason.to_string(),
        ]
    });
}

fn readers(format: Format, seers: &[Seer]) {
    output::rows(format, &["SIREN", "organisme", "guichet", "agent", "profils"], seers, |seer: &Seer| {
        let roles: Vec<&str> = seer.roles.iter().map(|role| role.code()).collect();
        vec![
            seer.organisation.to_string(),
            for_a_spreadsheet(format, &seer.organisation_name),
            seer.desk.map(|desk| desk.to_string()).unwrap_or_default(),
            seer.agent.map(|agent| agent.to_string()).unwrap_or_default(),
            roles.join(" "),
        ]
    });
}

/// Programs take a cell for a formula that begins like one: a name that somebody typed gets an apostrophe before it then.
fn for_a_spreadsheet(format: Format, text: &str) -> String {
    match (format, text.chars().next()) {
        (Format::Csv, Some('=' | '+' | '-' | '@' | '\t' | '\r')) => format!("'{text}"),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_no_formula_in_a_spreadsheet_and_stays_as_it_is_elsewhere() {
        for text in ["=1+1", "+33", "-1", "@SUM(A1)", "\tx"] {
            assert_eq!(for_a_spreadsheet(Format::Csv, text), format!("'{text}"));
            assert_eq!(for_a_spreadsheet(Format::Table, text), text);
        }
        assert_eq!(for_a_spreadsheet(Format::Csv, "Office fictif"), "Office fictif");
    }
}
