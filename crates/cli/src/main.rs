//! `sne`: the register of social-housing demands, in one binary.
//!
//! Texts for people are French. Results go to standard output, everything else to standard error; progress bars appear
//! only on a terminal. Exit codes are documented in [`failure`].

#![allow(clippy::print_stdout, reason = "printing is what this binary is for")]
#![allow(clippy::print_stderr, reason = "printing is what this binary is for")]

mod args;
mod commands;
mod config;
mod failure;
mod house;
mod output;
mod person;
mod progress;
mod sign_in;
mod wording;

use std::process::ExitCode;

use clap::Parser as _;

use args::{
    Admin, Args, Command, ConfigCommand, DemandCommand, KeysCommand, NoticesCommand, OrgCommand, ProjectionsCommand,
    RestoreCommand, SynthCommand, TerritoryCommand,
};
use commands::org::Change;
use config::{Config, Flags};
use failure::Failure;

fn main() -> ExitCode {
    let args = Args::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return Failure::Local(format!("impossible de démarrer : {error}")).tell(),
    };
    match runtime.block_on(run(args)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.tell(),
    }
}

/// What the flag `--dry-run` says.
fn change(dry_run: bool) -> Change {
    if dry_run { Change::None } else { Change::Made }
}

async fn run(args: Args) -> Result<(), Failure> {
    let Args { at, format, command } = args;
    let place = || Config::load(&at, &Flags::default()).map(|config| config.place());
    match command {
        // Invented households never go where a configured register is.
        Command::Demo(options) => commands::demo::run(Config::place_of_flags(&at), &options).await,
        Command::Org(OrgCommand::Import { file, dry_run }) => {
            commands::org::import(place()?, format, &file, change(dry_run)).await
        }
        Command::Admin(Admin { remote, command }) => match remote.server {
            Some(server) => {
                let server = commands::admin::Server::at(&server, remote.server_authorities, remote.session.token_file);
                server.await?.run(format, command).await
            }
            None => commands::admin::run(place()?, format, command).await,
        },
        Command::Import { file, dry_run, errors } => {
            let config = Config::load(&at, &Flags::default())?;
            let budget = config.import_rows_per_hour;
            commands::import::run((config.place(), budget), format, &file, errors, change(dry_run)).await
        }
        Command::Demand(DemandCommand::Show { number, actor }) => {
            commands::demand::show(place()?, format, number, actor.as_ref()).await
        }
        Command::Demand(DemandCommand::History { number, reader }) => {
            commands::demand::history(place()?, format, number, reader).await
        }
        Command::Erase { number, dry_run } => commands::erase::run(place()?, format, number, change(dry_run)).await,
        Command::Deadlines(asked) => commands::deadlines::list(place()?, format, asked).await,
        Command::Late { territory, min_days } => commands::deadlines::late(place()?, format, territory, min_days).await,
        Command::Daily { date, dry_run } => commands::daily::run(place()?, format, date, change(dry_run)).await,
        Command::Notices(NoticesCommand::Sent {
            list: Some(list),
            territory: Some(territory),
            sent_on: Some(sent_on),
            reference: Some(reference),
            ..
        }) => commands::notices::sent_list(place()?, format, (territory, list), sent_on, &reference).await,
        Command::Notices(NoticesCommand::Sent { file, .. }) => {
            // The command line asks for one of both.
            commands::notices::sent(place()?, format, &file.unwrap_or_default()).await
        }
        Command::Notices(NoticesCommand::Returned { file }) => {
            commands::notices::returned(place()?, format, &file).await
        }
        Command::Territory(TerritoryCommand::Settings { territory, on, history }) => {
            let shown = if history { commands::territory::Shown::History } else { commands::territory::Shown::Day };
            commands::territory::show(place()?, format, territory, on, shown).await
        }
        Command::Territory(decision) => commands::territory::decide(place()?, format, decision).await,
        Command::Keys(KeysCommand::Rotate { dry_run }) => {
            commands::keys::rotate(place()?, format, change(dry_run)).await
        }
        Command::Doctor { cross_read } => commands::doctor::run(place()?, format, cross_read).await,
        Command::Serve(flags) => commands::serve::run(Config::load(&at, &flags)?).await,
        Command::Token(whom) => commands::token::run(&Config::load(&at, &Flags::default())?.data_dir, whom),
        Command::Login(login) => commands::sign_in::login(&Config::load(&at, &Flags::default())?, login).await,
        Command::Logout(session) => commands::sign_in::logout(session).await,
        Command::Migrate => commands::migrate::run(place()?).await,
        Command::Restore(RestoreCommand::Check) => commands::restore::check(place()?, format).await,
        Command::Restore(RestoreCommand::Finish { margin }) => {
            commands::restore::finish(place()?, format, margin).await
        }
        Command::Config(ConfigCommand::Check(flags)) => {
            commands::config::check(&Config::load(&at, &flags)?, format);
            Ok(())
        }
        Command::Config(ConfigCommand::Show(flags)) => {
            commands::config::show(&Config::load(&at, &flags)?, format);
            Ok(())
        }
        Command::Rebuild { views, .. } => commands::rebuild::run(place()?, format, views).await,
        Command::Projections { command: None } => commands::projections::run(place()?, format).await,
        Command::Projections { command: Some(ProjectionsCommand::Resolve(asked)) } => {
            commands::quarantine::resolve(place()?, format, asked).await
        }
        Command::Stats(question) => commands::stats::run(place()?, format, question).await,
        Command::Export { after, up_to } => commands::export::run(place()?, after, up_to).await,
        Command::Synth(SynthCommand::Lives(options)) => commands::synth::lives(&options),
        Command::Synth(SynthCommand::Organisations { seed }) => commands::synth::organisations(seed),
        Command::Synth(SynthCommand::Territory(invented)) => commands::synth::territory(&invented),
        Command::Synth(SynthCommand::Calibrate { invented, targets, page }) => {
            commands::synth::calibrate(&invented, targets.as_deref(), page.as_deref())
        }
        Command::Synth(SynthCommand::Live(invented)) => commands::living::run(place()?, &invented.options()).await,
    }
}
