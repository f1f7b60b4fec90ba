//! The keys of the server as flags, from the table of keys.

use clap::{Arg, ArgMatches, Command};

use super::keys::{KEYS, Key};

/// What was said on the command line beside the place.
#[derive(Clone, Default)]
pub struct Flags(Vec<(&'static Key, String)>);

impl Flags {
    /// Each flag that was given.
    pub fn given(&self) -> impl Iterator<Item = (&'static Key, &str)> {
        self.0.iter().map(|(key, text)| (*key, text.as_str()))
    }
}

/// Those that are not flags of every command already.
fn keys() -> impl Iterator<Item = &'static Key> {
    KEYS.iter().filter(|key| key.name != super::keys::DATA_DIR.name && key.name != super::keys::DATABASE_URL.name)
}

impl clap::Args for Flags {
    fn augment_args(command: Command) -> Command {
        keys().fold(command, |command, key| {
            // Taken as text: what is wrong with it is told together with everything else.
            command.arg(
                Arg::new(key.flag)
                    .long(key.flag)
                    .value_name(key.metavar)
                    .help(format!("{} ({})", key.help, key.variable)),
            )
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl clap::FromArgMatches for Flags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let given = |key: &'static Key| Some((key, matches.get_one::<String>(key.flag)?.clone()));
        Ok(Self(keys().filter_map(given).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
