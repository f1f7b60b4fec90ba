//! `sne admin --server`: the same acts and lists, by a manager who signed in, over the network.

use std::path::PathBuf;

use access::agent::Account;
use access::agent::Person;
use access::agent::command::AgentAct;
use access::{Alert, Role};
use client::{Administered, AdministrationAnswer, Client, Refused, Tokens};
use jiff::Timestamp;
use jiff::civil::Date;
use nomenclature::{Actor, AgentId, DeskCode, Siren, SuspensionReason, Territory, parse_date};
use proto::v1;
use register::{AdministrationAct, AlertLine, Clock as _, RightLine, Seer, SuspensionLine, SystemClock};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{alerts, done, read, readers, rights, suspensions};
use crate::args::{AdminCommand, Format};
use crate::failure::Failure;
use crate::sign_in::Keep;

/// The token says who calls: nobody is named beside it.
const SIGNED_IN: Actor = Actor::Operator;

/// A server that is called under the account of who signed in.
pub struct Server(Client);

impl Server {
    /// The server of an address. Over anything but TLS it is called on this machine alone.
    pub async fn at(address: &str, authorities: Option<PathBuf>, token_file: Option<PathBuf>) -> Result<Self, Failure> {
        let no_server = || Failure::CommandLine("--server : https://nom:port, ou http:// sur cette machine".to_owned());
        if !server::Provider::is_address(address) {
            return Err(no_server());
        }
        let token = Keep::at(token_file).token(SystemClock.now()).await?;
        let tokens = Tokens::from(move |_| Some(token.clone()));
        let client = match address.trim_end_matches('/').split_once("://") {
            Some(("http", at)) => Client::at(at, &tokens),
            Some((_, at)) => {
                let read = |path: PathBuf| {
                    std::fs::read(&path).map_err(|error| Failure::Local(format!("{} : {error}", path.display())))
                };
                Client::over_tls(at, authorities.map(read).transpose()?.as_deref(), &tokens)
            }
            None => return Err(no_server()),
        };
        client.map(Self).map_err(|_| no_server())
    }

    /// Does what was asked, or lists.
    pub async fn run(self, format: Format, command: AdminCommand) -> Result<(), Failure> {
        match command {
            AdminCommand::Rights { within, unused } => {
                let asked = json!({"within_days": within, "unused_for_days": unused});
                let pages =
                    self.pages("ListRights", asked, |page: v1::ListRightsResponse| (page.rights, page.next_page_token));
                rights(format, &lines(pages.await?, right)?);
            }
            AdminCommand::Alerts => {
                let pages = self
                    .pages("ListAlerts", json!({}), |page: v1::ListAlertsResponse| (page.alerts, page.next_page_token));
                alerts(format, &lines(pages.await?, alert)?);
            }
            AdminCommand::Suspensions => {
                let pages = self.pages("ListSuspensions", json!({}), |page: v1::ListSuspensionsResponse| {
                    (page.suspensions, page.next_page_token)
                });
                suspensions(format, &lines(pages.await?, suspension)?);
            }
            AdminCommand::Readers { number } => {
                let asked = json!({"number": number});
                let answer: v1::ListReadersResponse =
                    self.0.call(SIGNED_IN, "AdministrationService/ListReaders", &asked).await?;
                readers(format, &lines(answer.readers, reader)?);
            }
            AdminCommand::Act(act) => {
                let answer = self.administer(read(act, SystemClock.today())?).await?;
                let of = match answer.of {
                    Administered::Organisation(siren) => siren.to_string(),
                    Administered::Agent(agent) => agent.to_string(),
                };
                done(format, of, answer.effective_on, answer.position);
            }
        }
        Ok(())
    }

    /// An agent's account is asked for with his entry, as on the machine itself.
    async fn administer(&self, act: AdministrationAct) -> Result<AdministrationAnswer, Failure> {
        let enters = matches!(act, AdministrationAct::EnterAgent(_));
        let answer = self.act(&act).await?;
        match answer.of {
            Administered::Agent(agent) if enters => {
                self.act(&AdministrationAct::Agent { agent, act: AgentAct::AskAccount {} }).await
            }
            _ => Ok(answer),
        }
    }

    async fn act(&self, act: &AdministrationAct) -> Result<AdministrationAnswer, Failure> {
        let act = serde_json::to_value(act).map_err(|_| Refused::Unreadable)?;
        Ok(self.0.administer(SIGNED_IN, Uuid::new_v4(), &act).await?)
    }

    /// Everything that a method lists, page by page.
    async fn pages<A, T>(
        &self,
        method: &str,
        mut asked: Value,
        open: impl Fn(A) -> (Vec<T>, String),
    ) -> Result<Vec<T>, Failure>
    where
        A: prost::Message + Default + 'static,
    {
        let method = format!("AdministrationService/{method}");
        asked["page_size"] = json!(200);
        let mut all = Vec::new();
        loop {
            let (rows, next) = open(self.0.call(SIGNED_IN, &method, &asked).await?);
            all.extend(rows);
            if next.is_empty() {
                return Ok(all);
            }
            asked["page_token"] = json!(next);
        }
    }
}

/// Rows as they are shown of the machine itself.
fn lines<T, L>(rows: Vec<T>, read: impl Fn(T) -> Option<L>) -> Result<Vec<L>, Failure> {
    let read: Option<Vec<L>> = rows.into_iter().map(read).collect();
    read.ok_or(Failure::Server(Refused::Unreadable))
}

/// What may be left out: what is there and cannot be read is not the same as nothing.
fn optional<T, E>(text: Option<String>, read: impl FnOnce(&str) -> Result<T, E>) -> Option<Option<T>> {
    text.map(|text| read(&text).ok()).map_or(Some(None), |read| read.map(Some))
}

fn right(row: v1::Right) -> Option<RightLine> {
    let account = match row.account() {
        v1::AccountState::Entered => Account::Entered,
        v1::AccountState::Asked => Account::Asked,
        v1::AccountState::Certified => Account::Certified,
        v1::AccountState::Unspecified => return None,
    };
    let day = |text: Option<String>| -> Option<Option<Date>> { optional(text, parse_date) };
    let person = (!row.name.is_empty()).then_some(Person { name: row.name, email: row.email });
    let territories: Option<Vec<Territory>> = row.territories.iter().map(|code| Territory::parse(code).ok()).collect();
    Some(RightLine {
        agent: AgentId::parse(&row.agent).ok()?,
        person,
        organisation: Siren::parse(&row.siren).ok()?,
        organisation_name: row.organisation,
        desk: optional(row.desk, DeskCode::parse)?,
        account,
        suspended: optional(row.suspended, SuspensionReason::parse)?,
        last_day: day(row.last_day)?,
        reviewed_on: day(row.reviewed_on)?,
        last_used_on: day(row.last_used_on)?,
        role: optional(row.role, Role::parse)?,
        territories: territories?.into_iter().collect(),
        from: day(row.from)?,
        until: day(row.until)?,
    })
}

fn alert(row: v1::Alert) -> Option<AlertLine> {
    let instant = |at: Option<prost_types::Timestamp>| at.and_then(|at| Timestamp::new(at.seconds, at.nanos).ok());
    let alert = Alert {
        agent: AgentId::parse(&row.agent).ok()?,
        territory: Territory::parse(&row.territory).ok()?,
        files: row.files.try_into().ok()?,
        threshold: row.threshold.try_into().ok()?,
        since: instant(row.since)?,
        until: instant(row.until)?,
    };
    Some(AlertLine {
        organisation: Siren::parse(&row.siren).ok()?,
        organisation_name: row.organisation,
        alert,
        has_account: row.has_account,
        suspended: optional(row.suspended, SuspensionReason::parse)?,
    })
}

fn suspension(row: v1::Suspension) -> Option<SuspensionLine> {
    Some(SuspensionLine {
        organisation: Siren::parse(&row.siren).ok()?,
        organisation_name: row.organisation,
        agent: optional(row.agent, AgentId::parse)?,
        has_account: row.has_account,
        reason: SuspensionReason::parse(&row.reason).ok()?,
    })
}

fn reader(row: v1::DemandReader) -> Option<Seer> {
    let roles: Option<Vec<Role>> = row.roles.iter().map(|code| Role::parse(code).ok()).collect();
    Some(Seer {
        organisation: Siren::parse(&row.siren).ok()?,
        organisation_name: row.organisation,
        desk: optional(row.desk, DeskCode::parse)?,
        agent: optional(row.agent, AgentId::parse)?,
        roles: roles?.into_iter().collect(),
    })
}

#[cfg(test)]
mod tests {
    use access::agent::command::EnterAgent;
    use clap::Parser as _;
    use client::Interface;

    use super::*;
    use crate::args::{Admin, Args, Command};

    /// What the operator does here, a manager does there: each command becomes a call of the interface.
    #[test]
    fn every_act_of_the_command_line_is_one_of_the_interface() {
        let fingerprint = "ab".repeat(32);
        let commands = [
            "org 732829320 --name Office --kind HLM --territory 006",
            "entitlement 732829320 --ground DELIBERATION --reference D-1 --signed-on 2026-01-01",
            "desk G0601 --org 732829320 --name Accueil --territory 006",
            "contact G0601 --org 732829320 --address Rue --postal-code 06300 --commune 06088 --phone 0400000000",
            "rename 732829320 --name Office",
            "merge 732829320 --into 552032534",
            "mandate 732829320 --to 552032534 --territory 006",
            "end-mandate 732829320 --to 552032534",
            &format!(
                "certificate 732829320 --fingerprint {fingerprint} --label Logiciel --not-before 2026-01-01T00:00:00Z \
                 --not-after 2027-01-01T00:00:00Z --desk G0601"
            ),
            &format!("revoke-certificate 732829320 --fingerprint {fingerprint}"),
            "certify AGENT",
            "grant AGENT GUICHET --territory 006 --until 2027-01-01",
            "revoke AGENT GUICHET --territory 006",
            "review AGENT",
            "identity AGENT --issuer https://id.example --subject compte-1",
            "suspend-org 732829320 --reason COMPROMIS",
            "resume-org 732829320",
            "suspend AGENT --reason COMPROMIS",
            "resume AGENT",
            "suspend agent-01 --org 732829320 --reason COMPROMIS",
            "resume agent-01 --org 732829320",
            "leave AGENT",
            "erase AGENT",
        ];
        let agent = "3f2504e04f8941d39a0c0305e82c3301";
        let interface = Interface::new().unwrap();
        for command in commands {
            let line = format!("sne admin --server https://sne.example {command}").replace("AGENT", agent);
            let Ok(Args { command: Command::Admin(Admin { remote, command: AdminCommand::Act(act) }), .. }) =
                Args::try_parse_from(line.split(' '))
            else {
                panic!("{line}")
            };
            assert_eq!(remote.server.as_deref(), Some("https://sne.example"));
            let act = serde_json::to_value(read(act, "2026-11-26".parse().unwrap()).ok().unwrap()).unwrap();
            assert!(interface.administration(&act, Uuid::nil()).is_ok(), "{line}: {act}");
        }
        let person = Person { name: "Lune Zoé".into(), email: "lune@exemple.fr".into() };
        let organisation = Siren::parse("732829320").unwrap();
        for desk in [None, DeskCode::parse("G0601").ok()] {
            let new = EnterAgent { organisation, desk, person: person.clone() };
            let act = serde_json::to_value(AdministrationAct::EnterAgent(new)).unwrap();
            assert!(interface.administration(&act, Uuid::nil()).is_ok());
        }
        assert!(
            interface.administration(&json!({"agent": {"agent": agent, "act": {"dance": {}}}}), Uuid::nil()).is_err()
        );
    }
}
