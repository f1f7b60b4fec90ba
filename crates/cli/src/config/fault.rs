//! Where a value comes from, and what is wrong with it.

use std::fmt;
use std::path::PathBuf;

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Nobody said anything.
    Default,
    /// A file, at a line when it is known.
    File { path: PathBuf, line: Option<usize> },
    /// A variable of the environment.
    Variable(&'static str),
    /// The environment as a whole.
    Environment,
    /// A flag of the command line, without its hyphens.
    Flag(&'static str),
}

impl Source {
    /// Its kind, for programs.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::File { .. } => "file",
            Self::Variable(_) | Self::Environment => "environment",
            Self::Flag(_) => "flag",
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("défaut"),
            Self::File { path, line: Some(line) } => write!(f, "{}, ligne {line}", path.display()),
            Self::File { path, line: None } => write!(f, "{}", path.display()),
            Self::Variable(name) => f.write_str(name),
            Self::Environment => f.write_str("environnement"),
            Self::Flag(name) => write!(f, "--{name}"),
        }
    }
}

/// One thing that is wrong. Its message never repeats a database address, which may hold a password.
#[derive(Debug)]
pub struct Fault {
    /// The key; empty when a whole file is meant.
    pub key: String,
    /// Where it was said.
    pub source: Source,
    /// What is wrong, in French.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.key.as_str() {
            "" => write!(f, "{} : {}", self.source, self.message),
            key => write!(f, "{key} ({}) : {}", self.source, self.message),
        }
    }
}
